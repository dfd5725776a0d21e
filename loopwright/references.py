"""What refers to a loopback that goes or changes: lines of its own device, and lines of all the others."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from loopwright.addresses import bare
from loopwright.change import Allowed, Change
from loopwright.finding import Finding
from loopwright.losses import Loss, afterwards, loss, touches
from loopwright.masking import shown_path
from loopwright.mentions import Mention, addresses_in, interfaces_in, joined
from loopwright.models import Intent, Observed, PathLine
from loopwright.plan import DevicePlan, Plan
from loopwright.platform import Platform
from loopwright.reference_words import NAMED, match_end
from loopwright.undo import planned

SHOWN = 12  # lines that one finding names; a plan's document names them all
_ANY = "refers to it"


@dataclass(frozen=True, slots=True)
class Reference:
    """A line that refers to a loopback of `device`: where it stands, what it names, what for.

    `needs` says what it counts on: the interface alone, or its address too.
    """

    device: str
    change: Change
    on: str
    line: PathLine
    names: str
    purpose: str = _ANY
    kind: str = "other"
    needs: str = "address"

    @property
    def by_address(self) -> bool:
        """Whether the line names an address, not the interface."""
        return self.names not in (side.interface for side in (self.change.before, self.change.after) if side)

    @property
    def elsewhere(self) -> bool:
        """Whether the line stands on another device."""
        return self.on != self.device

    def __str__(self) -> str:
        place = f"on {self.on}: " if self.elsewhere else ""
        return f"{place}`{' / '.join(shown_path(self.line))}` ({self.purpose})"


@dataclass(frozen=True, slots=True)
class _Sought:
    """A loopback that is changed, and where it is looked for."""

    device: str
    change: Change


def find_references(
    plan: Plan, observed: Mapping[str, Observed], platforms: Mapping[str, Platform]
) -> tuple[Reference, ...]:
    """The lines of all devices that lose what they refer to with a plan, each change's together."""
    return broken(mentions(plan, observed, platforms), plan, observed)


def broken(references: Iterable[Reference], plan: Plan, observed: Mapping[str, Observed]) -> tuple[Reference, ...]:
    """Those references that lose what they refer to."""
    losses = {
        (device.device, change.number): loss(change, afterwards(observed[device.device], device.changes))
        for device in _looked_at(plan, observed)
        for change in device.changes
    }
    return tuple(ref for ref in references if _breaks(ref, losses.get((ref.device, ref.change.number))))


def _breaks(reference: Reference, lost: Loss | None) -> bool:
    if lost is None:
        return False
    if reference.by_address:
        return reference.names in lost.addresses
    return bool(lost.whole or (reference.needs == "address" and lost.families))


def mentions(plan: Plan, observed: Mapping[str, Observed], platforms: Mapping[str, Platform]) -> tuple[Reference, ...]:
    """Every line that names a loopback which a plan changes, whether it loses anything by that or not."""
    sought: dict[str, list[_Sought]] = {}
    for device in _looked_at(plan, observed):
        for change in filter(touches, device.changes):
            for address in map(bare, change.before.addresses if change.before else ()):
                sought.setdefault(address, []).append(_Sought(device.device, change))
    plans = {device.device: device for device in plan.devices}
    found: list[Reference] = []
    if any(touches(change) for device in plan.changing for change in device.changes):
        for name, seen in observed.items():
            if name in platforms:
                found += _on(seen, plans.get(name), platforms[name], sought)
    order = {device.device: place for place, device in enumerate(plan.devices)}
    return tuple(sorted(found, key=lambda ref: (order[ref.device], ref.change.number, ref.elsewhere)))


def _looked_at(plan: Plan, observed: Mapping[str, Observed]) -> Iterator[DevicePlan]:
    return (device for device in plan.changing if device.device in observed)


def _on(
    seen: Observed, plan: DevicePlan | None, platform: Platform, sought: Mapping[str, list[_Sought]]
) -> Iterator[Reference]:
    """What the lines of one device refer to."""
    text = joined(seen.lines)
    pairs = [(each, one) for each in addresses_in(text, sought) for one in sought[each.names]]
    for change in filter(touches, plan.changes if plan else ()):
        before = change.before
        if before is not None:
            named = interfaces_in(text, before.interface, platform.loopbacks)
            pairs += [(each, _Sought(seen.device, change)) for each in named]
            yield from _implied(seen, change, before.interface, platform)
    if not pairs:
        return
    # Only of the lines that name anything it matters whose they are.
    named_lines = replace(seen, lines=tuple(seen.lines[place] for place in sorted({each.place for each, _ in pairs})))
    own = _own(named_lines, plan, platform, {one for _, one in pairs})
    told = set()
    for each, one in sorted(pairs, key=lambda pair: pair[0].place):
        reference = _reference(seen, each, one, platform, own)
        if reference is not None and (key := (one, reference.line, reference.names)) not in told:
            told.add(key)
            yield reference


def _implied(seen: Observed, change: Change, interface: str, platform: Platform) -> Iterator[Reference]:
    """The lines that count on one loopback of the system without naming it."""
    rows = [row for row in platform.references.lines if row.of == interface]
    for line in seen.lines if rows else ():
        row = next((row for row in rows if match_end(row.pattern, line) is not None), None)
        if row is not None:
            yield Reference(seen.device, change, seen.device, line, interface, row.purpose, row.kind, row.needs)


def _own(seen: Observed, plan: DevicePlan | None, platform: Platform, sought: Iterable[_Sought]) -> frozenset[PathLine]:
    """The lines that are the loopbacks themselves: planned ones, and those of other loopbacks with the same address."""
    wanted = {bare(address) for one in sought if one.change.before for address in one.change.before.addresses}
    alike = (lo for lo in seen.loopbacks if any(bare(address) in wanted for address in lo.addresses))
    changes = (*(plan.changes if plan else ()), *(Change(lo, lo, ()) for lo in alike))
    return frozenset(planned(seen, changes, platform))


def _reference(
    seen: Observed, mention: Mention, one: _Sought, platform: Platform, own: frozenset[PathLine]
) -> Reference | None:
    line = seen.lines[mention.place]
    words = platform.configuration
    if line in own or platform.references.is_text(line) or _gives_address(line, platform):
        return None
    stanza = words.interface_of(line)
    if seen.device == one.device and stanza is not None and _is_of(stanza, one.change, platform):
        return None
    last, end = line[-1], _closed(line[-1], mention.end)
    is_set = words.tokeniser == "set"  # one statement is told on many lines: what stands after the name is another's
    begin = mention.begin - last[: mention.begin].endswith(("'", '"'))
    row = platform.references.row_of((*line[:-1], f"{last[:begin]}{NAMED}{'' if is_set else last[end:]}"))
    told = (last[:end],) if is_set else line
    reference = Reference(one.device, one.change, seen.device, told, mention.names)
    return replace(reference, purpose=row.purpose, kind=row.kind, needs=row.needs) if row is not None else reference


def _gives_address(line: PathLine, platform: Platform) -> bool:
    """Whether a line gives an interface its address."""
    found = platform.reads(line)
    return found is not None and found[0].fact == "address"


def _is_of(stanza: str, change: Change, platform: Platform) -> bool:
    sides = (side.interface for side in (change.before, change.after) if side is not None)
    return platform.loopbacks.canonical(stanza) in sides


def _closed(text: str, end: int) -> int:
    """Where a word ends, with the length and the quote after it."""
    while end < len(text) and text[end] != " ":
        end += 1
    return end


def reference_findings(
    references: Iterable[Reference],
    intents: Mapping[str, Intent],
    plan: Plan,
    observed: Mapping[str, Observed],
    allowed: Allowed,
) -> Iterator[Finding]:
    """One finding for each loopback that something refers to: an error, or a warning where the user allows it."""
    by_change: dict[tuple[str, int], list[Reference]] = {}
    for reference in broken(references, plan, observed):
        by_change.setdefault((reference.device, reference.change.number), []).append(reference)
    for (device, number), found in by_change.items():
        change = found[0].change
        lost = loss(change, afterwards(observed[device], _changes(plan, device)))
        wanted = intents[device].wanted(number) if device in intents else None
        yield Finding(
            "referenced",
            device,
            f"loopback {number} ({change.interface})",
            f"no line that refers to what goes: {lost.words if lost else ''}",
            _told(found, allowed),
            "warning" if allowed.referenced else "error",
            wanted.mark if wanted else None,
        )


def _changes(plan: Plan, device: str) -> tuple[Change, ...]:
    return next(each.changes for each in plan.devices if each.device == device)


def _told(found: list[Reference], allowed: Allowed) -> str:
    lines = tuple(dict.fromkeys(map(str, found)))
    many = f"; and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    alike = any(reference.elsewhere for reference in found)
    doubt = "; a line of another device is found by the address, whatever VRF it means" if alike else ""
    way = "" if allowed.referenced else "; change them first, or --allow-referenced leaves them as they are"
    return f"{'; '.join(lines[:SHOWN])}{many}{doubt}{way}"
