"""Intent x observed -> changes with their reasons, the lines and the lines of the inverse, as one frozen value."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from loopwright.addresses import bare
from loopwright.difference import Difference, nested, under
from loopwright.finding import Finding
from loopwright.models import Intent, Loopback, Observed, PathLine, Wanted
from loopwright.observe import as_written, places
from loopwright.platform import Platform
from loopwright.reasons import reasons
from loopwright.render import render
from loopwright.resolve import Unresolved, resolve
from loopwright.yaml_marks import without_collector

BASIS_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the user said may be done beyond the rules."""

    foreign_lines: bool = False
    foreign_addresses: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One loopback before and after; None is "not there"."""

    before: Loopback | None
    after: Loopback | None
    reasons: tuple[str, ...]

    @property
    def number(self) -> int:
        """The loopback's number."""
        return self._side.number

    @property
    def interface(self) -> str:
        """The loopback's interface on the device."""
        return self._side.interface

    @property
    def _side(self) -> Loopback:
        side = self.after or self.before
        if side is None:
            raise ValueError("a change has a side")
        return side


@dataclass(frozen=True, slots=True)
class Commit:
    """Lines that take effect together where the device can do that, indented by one space per context."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """What is to change on one device, and how to undo it."""

    device: str
    platform: str
    changes: tuple[Change, ...] = ()
    commits: tuple[Commit, ...] = ()
    undo: tuple[Commit, ...] = ()
    basis: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether a rule forbids the change."""
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def lines(self) -> tuple[str, ...]:
        """All lines of all commits."""
        return tuple(line for commit in self.commits for line in commit.lines)

    @property
    def undo_lines(self) -> tuple[str, ...]:
        """All lines of the inverse."""
        return tuple(line for commit in self.undo for line in commit.lines)

    @property
    def removals(self) -> int:
        """How many loopbacks go."""
        return sum(1 for change in self.changes if change.after is None)


@dataclass(frozen=True, slots=True)
class Plan:
    """The plans of every device that was asked."""

    devices: tuple[DevicePlan, ...]

    @property
    def changing(self) -> tuple[DevicePlan, ...]:
        """The plans that change something."""
        return tuple(device for device in self.devices if device.changes)

    @property
    def removals(self) -> int:
        """How many loopbacks go, over all devices."""
        return sum(device.removals for device in self.devices)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What stands in the way, over all devices."""
        return tuple(finding for device in self.devices for finding in device.findings)


def plan_device(intent: Intent, observed: Observed, platform: Platform, allowed: Allowed = Allowed()) -> DevicePlan:
    """Plan one device: the lines that make it what the intent says, and those that make it what it was."""
    changes: list[Change] = []
    findings: list[Finding] = []
    for number in sorted({*(w.number for w in intent.loopbacks), *_owned(intent, observed)}):
        wanted = intent.wanted(number)
        try:
            after = resolve(wanted, observed, platform) if wanted is not None and not wanted.absent else None
        except Unresolved as unresolved:
            findings.append(unresolved.finding)
            continue
        change = Change(observed.loopback(number), after, ())
        if change.before == change.after:
            continue
        change = replace(change, reasons=tuple(reasons(change.before, change.after)))
        findings.extend(objections(change, wanted, observed, platform, allowed))
        changes.append(change)
    findings.extend(crowded(changes, observed, platform))
    forward, backward = _commits(changes, observed, platform)
    return DevicePlan(
        device=intent.device,
        platform=intent.platform,
        changes=tuple(changes),
        commits=forward,
        undo=backward,
        basis=basis(intent, observed, platform),
        findings=tuple(findings),
    )


def _owned(intent: Intent, observed: Observed) -> Iterator[int]:
    return (loopback.number for loopback in observed.loopbacks if intent.owns_number(loopback.number))


def _commits(
    changes: Iterable[Change], observed: Observed, platform: Platform
) -> tuple[tuple[Commit, ...], tuple[Commit, ...]]:
    """The commits of all changes, and those of their inverses in the reverse order."""
    forward: list[tuple[str, ...]] = []
    backward: list[tuple[str, ...]] = []
    for change in changes:
        there, back = differences(change, observed, platform)
        restored = tuple(nested(_asserted(foreign_lines(change, observed, platform), platform)))
        forward = _side_by_side(forward, there.commits)
        backward = _side_by_side([*back.commits[:-1], (*(back.commits or ((),))[-1], *restored)], backward)
    return _as_commits(forward), _as_commits(backward)


def differences(change: Change, observed: Observed, platform: Platform) -> tuple[Difference, Difference]:
    """The way of one change and its inverse, in the device's own text where it has one."""
    before = render(change.before, observed.routing, platform)
    after = render(change.after, observed.routing, platform)
    written = as_written(before, observed.lines, platform)
    has, wants = ([written.get(line, line) for line in side] for side in (before, after))
    ours = {*has, *wants}
    others = [line for line in observed.lines if line not in ours]
    # A loopback that goes takes with it what others wrote on it: that was allowed, or the change is refused.
    own = platform.configuration.interface_of
    kept = [li for li in others if change.after is not None or own(li) != change.interface]
    return Difference(has, wants, platform, kept), Difference(wants, has, platform, others)


def _asserted(lines: Iterable[PathLine], platform: Platform) -> Iterator[PathLine]:
    return ((*line[:-1], platform.configuration.asserted(line[-1])) for line in lines)


def _side_by_side(one: Sequence[tuple[str, ...]], other: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Join commits that may be made together: the last ones, and those before them."""
    count = max(len(one), len(other))
    padded = ([()] * (count - len(side)) + list(side) for side in (one, other))
    return [(*first, *second) for first, second in zip(*padded, strict=True)]


def _as_commits(groups: Iterable[tuple[str, ...]]) -> tuple[Commit, ...]:
    return tuple(Commit(lines) for lines in groups if lines)


def foreign_on(interface: str, observed: Observed, platform: Platform) -> tuple[PathLine, ...]:
    """The lines of others in an interface's stanza."""
    return tuple(line for line in observed.foreign if platform.configuration.interface_of(line) == interface)


def foreign_lines(change: Change, observed: Observed, platform: Platform) -> tuple[PathLine, ...]:
    """The lines of others that go with a change: in the stanza of a loopback that goes or is rebuilt."""
    if change.before is None:
        return ()
    there, _ = differences(change, observed, platform)
    moves = change.after is not None and change.before.vrf != change.after.vrf and _drops(platform)
    words = platform.configuration
    return tuple(
        line
        for line in observed.foreign
        if any(under(line, whole) for whole in there.rebuilt)
        or ((change.after is None or moves) and words.interface_of(line) == change.before.interface)
    )


def _drops(platform: Platform) -> bool:
    return any(row.drops for _, row in platform.configuration.rows)


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


def basis(intent: Intent, observed: Observed, platform: Platform) -> str:
    """The SHA-256 of what a plan rests on: our loopbacks as they are, and the path lines that it touches or relies on.

    Sorted canonical JSON, schema version first.
    """
    numbers = {w.number for w in intent.loopbacks} | set(_owned(intent, observed))
    loopbacks = [as_document(lo) for lo in sorted(observed.loopbacks, key=lambda lo: lo.number) if lo.number in numbers]
    names = {lo.interface for lo in observed.loopbacks if lo.number in numbers}
    foreign = set(observed.foreign)
    relied = [
        line
        for line in observed.lines
        if platform.configuration.interface_of(line) in names
        or (platform.configuration.interface_of(line) is None and line not in foreign)
    ]
    text = json.dumps([BASIS_SCHEMA, loopbacks, sorted(relied)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def as_document(loopback: Loopback | None) -> dict[str, object] | None:
    """A loopback as plain JSON values, in a stable order."""
    if loopback is None:
        return None
    document = asdict(loopback)
    document["advertise"] = sorted(
        (asdict(advert) for advert in loopback.advertise), key=lambda a: (a["protocol"], a["prefix"])
    )
    return document


def removals_allowed(plan: Plan, allowed: int | None) -> str | None:
    """Say why a plan's removals are refused, None where they may go.

    More than one on a device, or on more than 1 % of the devices, wants the planned number said.
    """
    if allowed is not None and allowed == plan.removals:
        return None
    most = max((device.removals for device in plan.devices), default=0)
    touched = sum(1 for device in plan.devices if device.removals)
    if most <= 1 and touched <= max(1, len(plan.devices) // 100):
        return None
    return f"the plan removes {plan.removals} loopbacks from {touched} devices; say --allow-removals {plan.removals}"


def plan_network(pairs: Sequence[tuple[Intent, Observed, Platform]], allowed: Allowed = Allowed()) -> Plan:
    """Plan every device."""
    with without_collector():
        return Plan(tuple(plan_device(intent, observed, platform, allowed) for intent, observed, platform in pairs))
