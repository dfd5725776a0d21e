"""Finds which of many prefixes contain an address without looking at each of them."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from loopwright.addresses import bits

T = TypeVar("T")


class PrefixIndex(Generic[T]):
    """Values by VRF and prefix; the most specific prefix that contains another is found by its length."""

    def __init__(self, entries: Iterable[tuple[str, str, T]]) -> None:
        # By VRF and IP version: for each prefix length, the longest first, the values by their leading bits.
        tables: dict[tuple[str, int], dict[int, dict[int, T]]] = {}
        for vrf, prefix, value in entries:
            version, length, leading = bits(prefix)
            tables.setdefault((vrf, version), {}).setdefault(length, {})[leading] = value
        self._tables = {key: sorted(lengths.items(), reverse=True) for key, lengths in tables.items()}

    def containing(self, vrf: str, prefix: str) -> Iterator[T]:
        """The values of the prefixes that contain a prefix or address, itself included, the most specific first."""
        version, inner, leading = bits(prefix)
        for length, values in self._tables.get((vrf, version), ()):
            if length <= inner and (value := values.get(leading >> (inner - length))) is not None:
                yield value
