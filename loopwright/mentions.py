"""Finds where lines of a configuration name an address or a loopback, in any spelling, as words of their own."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

from loopwright.addresses import length, network, prefix_length
from loopwright.loopback_words import LoopbackWords
from loopwright.models import PathLine

_QUAD = r"\d{1,3}(?:\.\d{1,3}){3}"
_IPV4 = re.compile(rf"(?<![\w.])({_QUAD})(?!\w|\.\w)(?=(?:/(\d+))?(?: ({_QUAD})(?![\w./]))?)")
_IPV6 = re.compile(
    r"(?<![\w:.])((?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?:(?:\.\d+){3})?)(?![\w:.])(?=(?:/(\d+))?)()"
)
_BEFORE, _AFTER = r"(?<![\w.:/-])", r"(?![\w:/-]|\.\d)"


@dataclass(frozen=True, slots=True)
class Mention:
    """A word of a line: the line's place, where the word stands in its last segment, and what it names, canonically."""

    place: int
    begin: int
    end: int
    names: str


def joined(lines: Sequence[PathLine]) -> str:
    """The last segments of lines as one text, one for each line: what a whole configuration is searched in at once."""
    return "\n".join(line[-1] for line in lines)


def addresses_in(text: str, wanted: Collection[str]) -> Iterator[Mention]:
    """Where a joined text names one of the wanted addresses (bare, canonical), with or without a length or mask.

    The network address of a longer prefix is not the address of an interface.
    """
    spellings = [_IPV4] if any(":" not in address for address in wanted) else []
    spellings += [_IPV6] if any(":" in address for address in wanted) else []
    for spelling in spellings:
        for found in spelling.finditer(text):
            address = _canonical(found[1])
            if address in wanted and not _is_a_prefix(address, found[2], found[3]):
                yield _mention(text, found.start(1), found.end(1), address)


def interfaces_in(text: str, interface: str, words: LoopbackWords) -> Iterator[Mention]:
    """Where a joined text names a loopback, in any spelling that the platform takes."""
    number = words.number_of(interface)
    spellings = [
        (re.escape(name), 0) for name in (interface, *words.names.values()) if words.canonical(name) == interface
    ]
    spellings += [(spelling, re.IGNORECASE) for spelling in words.spellings]
    seen = set()
    for spelling, flags in spellings:
        for found in re.finditer(f"{_BEFORE}{spelling}{_AFTER}", text, flags):
            said = found.groupdict().get("number")
            if found.span() not in seen and (int(said) == number if said else words.canonical(found[0]) == interface):
                seen.add(found.span())
                yield _mention(text, *found.span(), interface)


def _mention(text: str, begin: int, end: int, names: str) -> Mention:
    start = text.rfind("\n", 0, begin) + 1
    return Mention(text.count("\n", 0, begin), begin - start, end - start, names)


@lru_cache(maxsize=200_000)
def _canonical(text: str) -> str:
    """An address in its one spelling, "" for what only looks like one."""
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


def _is_a_prefix(address: str, slash: str | None, mask: str | None) -> bool:
    """Whether an address with this length, mask or wildcard after it is the beginning of a prefix of many."""
    if slash is None and not mask:
        return False
    try:
        after = int(slash) if slash is not None else _length(mask or "")
        prefix = network(f"{address}/{after}")
    except ValueError:
        return False
    return length(prefix) < (128 if ":" in address else 32) and prefix.partition("/")[0] == address


def _length(mask: str) -> int:
    """The length that a mask or a wildcard says; 0.0.0.0 is the wildcard of one address."""
    try:
        return prefix_length(mask, inverted=True)
    except ValueError:
        return prefix_length(mask)
