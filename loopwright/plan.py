"""Intent x observed -> changes with their reasons, the lines and the lines of the inverse, as one frozen value."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from loopwright.change import Allowed, Change, differences, foreign_lines
from loopwright.difference import nested
from loopwright.finding import Finding
from loopwright.masking import shown_path
from loopwright.models import Intent, Loopback, Observed, PathLine
from loopwright.objections import crowded, objections
from loopwright.platform import Platform
from loopwright.reasons import reasons
from loopwright.resolve import Unresolved, resolve
from loopwright.sweeping import unswept

BASIS_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Commit:
    """Lines that take effect together where the device can do that, indented by one space per context."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """What is to change on one device, and how to undo it.

    `rests_on` are the lines that `basis` was made of, without secrets, to tell a person what has changed since.
    """

    device: str
    platform: str
    changes: tuple[Change, ...] = ()
    commits: tuple[Commit, ...] = ()
    undo: tuple[Commit, ...] = ()
    basis: str = ""
    findings: tuple[Finding, ...] = ()
    rests_on: tuple[str, ...] = ()

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
        rests_on=rests_on(intent, observed, platform) if changes else (),
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


def _asserted(lines: Iterable[PathLine], platform: Platform) -> Iterator[PathLine]:
    return ((*line[:-1], platform.configuration.asserted(line[-1])) for line in lines)


def _side_by_side(one: Sequence[tuple[str, ...]], other: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Join commits that may be made together: the last ones, and those before them."""
    count = max(len(one), len(other))
    padded = ([()] * (count - len(side)) + list(side) for side in (one, other))
    return [(*first, *second) for first, second in zip(*padded, strict=True)]


def _as_commits(groups: Iterable[tuple[str, ...]]) -> tuple[Commit, ...]:
    return tuple(Commit(lines) for lines in groups if lines)


def basis(intent: Intent, observed: Observed, platform: Platform) -> str:
    """The SHA-256 of what a plan rests on: our loopbacks as they are, and the path lines that it touches or relies on.

    Sorted canonical JSON, schema version first.
    """
    numbers = _numbers(intent, observed)
    loopbacks = [as_document(lo) for lo in sorted(observed.loopbacks, key=lambda lo: lo.number) if lo.number in numbers]
    text = json.dumps(
        [BASIS_SCHEMA, loopbacks, sorted(_relied(numbers, observed, platform))], sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def rests_on(intent: Intent, observed: Observed, platform: Platform) -> tuple[str, ...]:
    """The path lines that a plan touches or relies on, as they may be shown."""
    lines = _relied(_numbers(intent, observed), observed, platform)
    return tuple(" / ".join(shown_path(line)) for line in lines)


def _numbers(intent: Intent, observed: Observed) -> set[int]:
    return {w.number for w in intent.loopbacks} | set(_owned(intent, observed))


def _relied(numbers: set[int], observed: Observed, platform: Platform) -> list[PathLine]:
    names = {lo.interface for lo in observed.loopbacks if lo.number in numbers}
    foreign = set(observed.foreign)
    return [
        line
        for line in observed.lines
        if platform.configuration.interface_of(line) in names
        or (platform.configuration.interface_of(line) is None and line not in foreign)
    ]


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
    with unswept():
        return Plan(tuple(plan_device(intent, observed, platform, allowed) for intent, observed, platform in pairs))
