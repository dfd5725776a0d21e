"""What of a plan can cut us off from a device: changes of a loopback that carries how we get there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from loopwright.addresses import bare
from loopwright.change import Allowed, Change
from loopwright.finding import Finding
from loopwright.losses import touches
from loopwright.models import Intent, Loopback
from loopwright.plan import Plan
from loopwright.references import Reference

SHOWN = 3  # lines that one class names


@dataclass(frozen=True, slots=True)
class Lockout:
    """A change that can cut us off: what changes on the loopback, and what the loopback carries."""

    device: str
    change: Change
    changes: tuple[str, ...]
    carries: tuple[str, ...]


def lockouts(
    plan: Plan, intents: Mapping[str, Intent], references: Iterable[Reference], managed: Mapping[str, frozenset[str]]
) -> tuple[Lockout, ...]:
    """The changes that can cut us off; `references` are all mentions of the plan's loopbacks.

    `managed` holds the addresses that a device is managed through, beside that of its inventory.
    """
    by_change: dict[tuple[str, int], list[Reference]] = {}
    for reference in references:
        by_change.setdefault((reference.device, reference.change.number), []).append(reference)
    found = []
    for device in plan.changing:
        through = _through(intents.get(device.device), managed.get(device.device, frozenset()))
        for change in device.changes:
            changes = tuple(what_changes(change))
            named = by_change.get((device.device, change.number), [])
            carries = tuple(_carries(change, through, named)) if changes else ()
            if carries:
                found.append(Lockout(device.device, change, changes, carries))
    return tuple(found)


def _through(intent: Intent | None, managed: frozenset[str]) -> frozenset[str]:
    own = intent.management_address if intent is not None else None
    return frozenset(str(ip_address(bare(each))) for each in (*managed, *((own,) if own else ())))


def what_changes(change: Change) -> Iterator[str]:
    """Which classes of a loopback's attributes a change takes from: address, VRF, state, advertising.

    What is added beside what stays, and a description, take nothing.
    """
    before, after = change.before, change.after
    if before is None or not touches(change):
        return
    if after is None:
        yield "address"
        return
    if set(before.addresses) - set(after.addresses) or before.ipv4[:1] != after.ipv4[:1]:
        yield "address"
    if (before.vrf, before.interface) != (after.vrf, after.interface):
        yield "VRF" if before.interface == after.interface else "interface"
    if before.enabled and not after.enabled:
        yield "state"
    if _advertised(before, before) - _advertised(after, before) or _otherwise(before, after):
        yield "advertising"


def _advertised(loopback: Loopback, of: Loopback) -> frozenset[object]:
    """How a loopback advertises the prefixes that another one advertises."""
    prefixes = {advert.prefix for advert in of.advertise}
    return frozenset(advert for advert in loopback.advertise if advert.prefix in prefixes)


def _otherwise(before: Loopback, after: Loopback) -> bool:
    """Whether a prefix that is advertised already gets another way beside: routes may prefer it."""
    return bool(_advertised(after, before) - _advertised(before, before))


def _carries(change: Change, through: frozenset[str], references: Iterable[Reference]) -> Iterator[str]:
    held = {*map(bare, change.before.addresses)} if change.before else set()
    session = sorted(held & through)
    if session:
        yield f"the management session ({', '.join(session)})"
    named = tuple(references)
    classes = {"aaa": "the source of AAA", "bgp": "a BGP path to the device", "tunnel": "a tunnel path to the device"}
    for kind, words in classes.items():
        # What another device says about AAA is about its server, not about us.
        found = (ref for ref in named if ref.kind == kind and not (kind == "aaa" and ref.elsewhere))
        lines = tuple(dict.fromkeys(map(str, found)))
        if lines:
            more = f" and {len(lines) - SHOWN} more lines" if len(lines) > SHOWN else ""
            yield f"{words} ({', '.join(lines[:SHOWN])}{more})"


def lockout_findings(
    found: Iterable[Lockout], intents: Mapping[str, Intent], timed: Mapping[str, bool], allowed: Allowed
) -> Iterator[Finding]:
    """One finding for each change that can cut us off.

    An error, unless the device undoes it by a timer of its own or the user accepts it: then a warning.
    """
    for each in found:
        has_timer = timed.get(each.device, False)
        wanted = intents[each.device].wanted(each.change.number) if each.device in intents else None
        ways = "the device's own timer undoes it" if has_timer else "no timer of the device would undo it"
        accept = "" if has_timer or allowed.lockout else "; --accept-lockout changes it all the same"
        yield Finding(
            "can-cut-us-off",
            each.device,
            f"loopback {each.change.number} ({each.change.interface})",
            f"no change of {' and '.join(each.changes)} on a loopback that carries how we reach the device",
            f"it carries {'; '.join(each.carries)}; {ways}{accept}",
            "warning" if has_timer or allowed.lockout else "error",
            wanted.mark if wanted else None,
        )
