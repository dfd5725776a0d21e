"""What forbids a change, or is to be known before it."""

from collections.abc import Iterator, Sequence

from loopwright.addresses import bare
from loopwright.change import Allowed, Change, foreign_lines
from loopwright.finding import Finding
from loopwright.models import Loopback, Observed, Wanted
from loopwright.observe import places
from loopwright.platform import Platform


def objections(
    change: Change, wanted: Wanted | None, observed: Observed, platform: Platform, allowed: Allowed
) -> Iterator[Finding]:
    """Yield what forbids a change, or is to be known before it."""
    mark = wanted.mark if wanted else None

    def finding(rule: str, expected: str, actual: str) -> Finding:
        where = f"loopback {change.number} ({change.interface})"
        return Finding(rule, observed.device, where, expected, actual, mark=mark)

    words = platform.loopbacks
    if change.after is not None:
        state = observed.interface(change.interface)
        if words.kernel_made and observed.interfaces and state is None:
            yield finding(
                "interface-exists",
                f"the interface {change.interface} in the kernel",
                f"there is none: make it first, for instance `ip link add {change.interface} type dummy`",
            )
        if state is not None and words.kernel_made and state.vrf != change.after.vrf:
            yield finding("vrf-by-kernel", f"VRF {change.after.vrf}", f"the kernel has it in VRF {state.vrf}")
        if tells_vrfs(platform) and change.after.vrf not in observed.routing.vrfs:
            there = ", ".join(sorted(observed.routing.vrfs))
            yield finding("vrf-exists", f"VRF {change.after.vrf} on the device", f"there are: {there}")
        if not change.after.enabled and change.interface in words.cannot_shut:
            yield finding("can-be-shut", "enabled: true", f"{change.interface} is the host's own loopback too")
        strangers = tuple(exposed(change, observed, platform))
        if strangers and not allowed.foreign_addresses:
            yield finding(
                "advertises-foreign-addresses",
                "only addresses of the inventory on an interface that is advertised whole",
                f"also on it: {', '.join(strangers)}; --with-foreign-addresses advertises them too",
            )
    lines = foreign_lines(change, observed, platform)
    if lines and not allowed.foreign_lines:
        yield finding(
            "foreign-lines",
            "no lines of others on a loopback that goes or is rebuilt",
            f"there are: {'; '.join(line[-1] for line in lines)}; --with-foreign-lines removes it all the same",
        )


def tells_vrfs(platform: Platform) -> bool:
    """Whether the configuration tells the VRFs that there are, also those without any interface."""
    return any(row.fact == "instance" for _, row in platform.configuration.rows)


def crowded(changes: Sequence[Change], observed: Observed, platform: Platform) -> Iterator[Finding]:
    """Yield what would be a second loopback of a VRF, on a platform that has one for each."""
    if not platform.loopbacks.one_per_vrf:
        return
    there = places(observed, platform)
    for change in changes:
        there.pop(change.interface, None)
        if change.after is not None:
            there[change.interface] = change.after.vrf
    for change in changes:
        vrf = there.get(change.interface)
        beside = sorted(name for name, place in there.items() if place == vrf and name != change.interface)
        if change.after is not None and beside:
            expected = f"one loopback in VRF {vrf}, as the platform has it"
            where = f"loopback {change.number} ({change.interface})"
            yield Finding("one-per-vrf", observed.device, where, expected, f"{', '.join(beside)} is in it too")


def exposed(change: Change, observed: Observed, platform: Platform) -> Iterator[str]:
    """Yield the kernel's own addresses that a change would begin to advertise with the interface."""
    state, after = observed.interface(change.interface), change.after
    if state is None or after is None:
        return
    begun = {a.protocol for a in after.advertise} - {a.protocol for a in (change.before or Loopback(0, "")).advertise}
    whole = [p for p in begun & set(platform.loopbacks.advertises_all_addresses) if _by_interface(p, observed)]
    known = {*after.addresses, *(change.before.addresses if change.before else ())}
    if whole:
        yield from (a for a in state.addresses if a not in known and not bare(a).startswith(("127.", "fe80:")))


def _by_interface(protocol: str, observed: Observed) -> bool:
    return observed.routing.style(protocol) != "network"
