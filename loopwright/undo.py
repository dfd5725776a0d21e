"""The way back from what a device is now to what it was, out of the device's own text."""

from collections.abc import Iterable, Sequence

from loopwright.models import Observed, PathLine
from loopwright.observe import as_written
from loopwright.plan import Change
from loopwright.platform import Platform
from loopwright.render import negated, nested, render


def touched(observed: Observed, changes: Iterable[Change], platform: Platform) -> tuple[PathLine, ...]:
    """The lines of a device that a plan touches or relies on: the stanzas of its loopbacks, and what states routing."""
    names = {change.interface for change in changes}
    words = platform.configuration
    return tuple(
        line for line in observed.lines if words.interface_of(line) in names or words.index.find(line) is not None
    )


def planned(before: Observed, changes: Sequence[Change], platform: Platform) -> tuple[PathLine, ...]:
    """Every line that a plan adds or takes away, as rendered and as the device has it, in the order to write them."""
    found: dict[PathLine, None] = {}
    for change in changes:
        was = render(change.before, before.routing, platform)
        written = as_written(was, before.lines, platform)
        for line in (*was, *render(change.after, before.routing, platform)):
            found[line] = found[written.get(line, line)] = None
    return tuple(found)


def way_back(before: Observed, now: Observed, changes: Sequence[Change], platform: Platform) -> tuple[str, ...] | None:
    """The lines that lead back, () when there is nothing to do, None where somebody else changed what the plan touches.

    What a device is now must be what it was, with some of the planned lines more and some of those that were to go
    less: the whole change, or as much of it as was written before a rejected line or a lost connection.
    """
    was, is_ = touched(before, changes, platform), touched(now, changes, platform)
    ours = planned(before, changes, platform)
    contexts = {line[:depth] for line in (*was, *is_, *ours) for depth in range(1, len(line))}
    extra = {line for line in is_ if line not in set(was) and line not in contexts}
    missing = [line for line in was if line not in set(is_) and line not in contexts]
    stanzas = {change.interface for change in changes}
    # Whatever stood in our stanzas comes back: a device may have dropped it with a line of ours.
    restorable = set(ours) | {line for line in before.lines if platform.configuration.interface_of(line) in stanzas}
    meanings = as_written(ours, now.lines, platform)
    expected = set(ours) | set(meanings.values())
    if not extra <= expected or not set(missing) <= restorable:
        return None
    order = {line: place for place, line in enumerate((*ours, *meanings.values()))}
    gone = sorted(extra, key=lambda line: -order[line])
    come = sorted(missing, key=lambda line: order.get(line, len(order)))
    return tuple(nested([*((*line[:-1], negated(line[-1], platform)) for line in gone), *come]))
