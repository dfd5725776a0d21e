"""What a line of configuration states, the same for every way to write it."""

from collections.abc import Callable, Iterable, Mapping

from loopwright.addresses import area, interface_address, network
from loopwright.models import PathLine
from loopwright.platform import Platform

_CANONICAL: Mapping[str, Callable[[str], str]] = {"area": area, "address": interface_address, "prefix": network}


def meaning(line: PathLine, platform: Platform) -> tuple[object, ...] | None:
    """What a line states, the same for every way to write it; None for a foreign line.

    A captured word whose name begins with `_` is a part of the line that means nothing to us.
    """
    found = platform.reads(line)
    if found is None:
        return None
    row, words = found
    spelled = sorted((name, _CANONICAL.get(name, str)(word)) for name, word in words.items() if name[0] != "_")
    return (row.fact, row.protocol, row.relation, row.family, *sorted(row.set.items()), *spelled)


def as_written(rendered: Iterable[PathLine], lines: Iterable[PathLine], platform: Platform) -> dict[PathLine, PathLine]:
    """Give the device's own text of each rendered line that it has."""
    told = ((meaning(line, platform), line) for line in lines)
    # What no row reads has no meaning: two such lines have nothing in common.
    own = {said: line for said, line in told if said is not None}
    pairs = ((line, own.get(meaning(line, platform) or ())) for line in rendered)
    return {line: text for line, text in pairs if text is not None}
