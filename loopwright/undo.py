"""The way back from what a device is now to what it was, out of the device's own text."""

from collections.abc import Iterable, Sequence

from loopwright.change import Change
from loopwright.difference import Difference
from loopwright.meaning import as_written
from loopwright.models import Observed, PathLine
from loopwright.plan import DevicePlan
from loopwright.platform import Platform
from loopwright.render import render

Back = tuple[tuple[str, ...], ...]
"""The lines of an inverse, one group per commit."""


def touched(observed: Observed, changes: Iterable[Change], platform: Platform) -> tuple[PathLine, ...]:
    """The lines of a device that a plan touches or relies on: the stanzas of its loopbacks, and what states routing.

    What stands on another interface is neither, whatever it says.
    """
    names = {change.interface for change in changes}
    words = platform.configuration

    def is_touched(line: PathLine) -> bool:
        interface = words.interface_of(line)
        return interface in names or (interface is None and words.index.find(line) is not None)

    return tuple(line for line in observed.lines if is_touched(line) and not _is_default(line, platform))


def planned(before: Observed, changes: Sequence[Change], platform: Platform) -> tuple[PathLine, ...]:
    """Every line that a plan adds or takes away, as rendered and as the device has it, in the order to write them."""
    found: dict[PathLine, None] = {}
    for change in changes:
        was = render(change.before, before.routing, platform)
        written = as_written(was, before.lines, platform)
        for line in (*was, *render(change.after, before.routing, platform)):
            found[line] = found[written.get(line, line)] = None
    return tuple(found)


def way_back(before: Observed, now: Observed, changes: Sequence[Change], platform: Platform) -> Back | None:
    """The commits that lead back, () when there is nothing to do, None where somebody else changed the same lines.

    What a device is now must be what it was, with some of the planned lines more and some of those that were to go
    less: the whole change, or as much of it as was written before a rejected line or a lost connection.
    """
    words = platform.configuration
    was, is_ = touched(before, changes, platform), touched(now, changes, platform)
    ours = planned(before, changes, platform)
    contexts = {line[:depth] for line in (*was, *is_, *ours) for depth in range(1, len(line))}
    extra = {line for line in is_ if line not in set(was) and line not in contexts}
    missing = {line for line in was if line not in set(is_) and line not in contexts}
    stanzas = {change.interface for change in changes}
    # Whatever stood in our stanzas comes back: a device may have dropped it with a line of ours.
    restorable = set(ours) | {line for line in before.lines if platform.configuration.interface_of(line) in stanzas}
    meanings = as_written(ours, now.lines, platform)
    expected = set(ours) | set(meanings.values())
    if not extra <= expected or not missing <= restorable:
        return None
    order = {line: place for place, line in enumerate((*ours, *meanings.values()))}

    def ordered(lines: Iterable[PathLine]) -> list[PathLine]:
        places = {line: place for place, line in enumerate(before.lines)}
        return sorted(lines, key=lambda line: (order.get(line, len(order)), places.get(line, 0)))

    def held(lines: Sequence[PathLine]) -> list[PathLine]:
        """Those that are ours, and what holds them where the device does not show it on a line of its own."""
        own = {line for line in lines if line in extra or line in missing or line in expected}
        return ordered(own | {whole for whole in ours if any(words.under(line, whole) for line in own)})

    here, there = held(is_), held(was)
    held_now = set(here)
    return Difference(here, there, platform, [line for line in now.lines if line not in held_now]).commits


def strangers(before: Observed, now: Observed, plan: DevicePlan, platform: Platform) -> tuple[PathLine, ...]:
    """The lines that came or went since before, and that are not of the plan: somebody else's."""
    ours = set(planned(before, plan.changes, platform))
    ours |= set(as_written(ours, now.lines, platform).values()) | set(as_written(ours, before.lines, platform).values())
    was, is_ = set(before.lines), set(now.lines)
    stanzas = {change.interface for change in plan.changes}
    words = platform.configuration
    contexts = {line[:depth] for line in (*ours, *before.lines, *now.lines) for depth in range(1, len(line))}
    moved = (*(line for line in before.lines if line not in is_), *(line for line in now.lines if line not in was))
    lost = set(before.lines) - is_
    return tuple(
        line
        for line in moved
        if line not in ours
        and line not in contexts
        and not (line in lost and words.interface_of(line) in stanzas)
        and not any(words.under(own, line) or own == line for own in ours)
        and not _holds_only(line, platform)
    )


def _is_default(line: PathLine, platform: Platform) -> bool:
    """Whether a line states what is so without it: it comes and goes by itself."""
    found = platform.reads(line)
    return found is not None and found[0].fact == "default"


def _holds_only(line: PathLine, platform: Platform) -> bool:
    """Whether a line says nothing by itself."""
    found = platform.reads(line)
    return found is not None and found[0].fact in ("default", "container", "interface")
