"""Chooses addresses of pools: the lowest that is free, for hosts in the order of their file, the same in each run."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from loopwright.errors import InventoryError
from loopwright.intent import intents as intents_of
from loopwright.inventory import Element, Inventory, Pool, SourceFile
from loopwright.kinds import nearest
from loopwright.models import Family, Intent, Observed, Wanted
from loopwright.prefixes import Prefix, read_prefix, spell

Span = tuple[int, int]
"""The first and the last of a run of addresses."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One address that was chosen, and the loopback it is for."""

    device: str
    number: int
    family: Family
    pool: str
    address: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """All addresses that were chosen, and the files that they were chosen by."""

    assignments: tuple[Assignment, ...]
    files: tuple[SourceFile, ...] = ()


def allocate(inventory: Inventory, observed: Mapping[str, Observed] | None = None) -> Allocation:
    """Choose an address for each `{pool: NAME}`; raises InventoryError for pools that are unknown or used up.

    An address that stands anywhere in the inventory, in whatever VRF, is used; so is one that was observed.
    """
    intents = intents_of(inventory)
    taken = _Taken([*_in_inventory(inventory), *_in_intents(intents), *_in_observed(observed or {})])
    cursors: dict[tuple[str, Family], Iterator[str]] = {}
    shared = _anycast(intents)
    faults: list[str] = []
    assignments = []
    for intent, wanted, family, pool in _waiting(intents):
        if pool not in inventory.pools:
            known = tuple(inventory.pools)
            hint = nearest(pool, known) or f"; there is {', '.join(known) or 'none'}"
            faults.append(f"{_where(intent, wanted, family)}: there is no pool {pool!r}{hint}")
            continue
        key = pool, family
        if key not in cursors:
            cursors[key] = _free(inventory.pools[pool], family, taken)
        group = (wanted.anycast, wanted.vrf, family)
        address = shared.get(group) if wanted.anycast else None
        address = address or next(cursors[key], None)
        if address is None:
            faults.append(f"{_where(intent, wanted, family)}: the pool {pool!r} has no free address left")
            continue
        if wanted.anycast:
            shared[group] = address
        assignments.append(Assignment(intent.device, wanted.number, family, pool, address))
    if faults:
        raise InventoryError(tuple(faults))
    return Allocation(tuple(assignments), inventory.files)


def _waiting(intents: Iterable[Intent]) -> Iterator[tuple[Intent, Wanted, Family, str]]:
    for intent in intents:
        for wanted in intent.loopbacks:
            if not wanted.absent:
                for family, pool in wanted.unresolved:
                    yield intent, wanted, family, pool


def _where(intent: Intent, wanted: Wanted, family: str) -> str:
    place = f"{wanted.mark}: " if wanted.mark else ""
    return f"{place}{intent.device}: loopback {wanted.number}: {family}"


def _anycast(intents: Iterable[Intent]) -> dict[tuple[str | None, str, Family], str]:
    """The addresses that anycast groups have already: their new members get the same."""
    shared: dict[tuple[str | None, str, Family], str] = {}
    for intent in intents:
        for wanted in intent.loopbacks:
            if wanted.anycast and not wanted.absent:
                for address in wanted.addresses:
                    family: Family = "ipv6" if ":" in address else "ipv4"
                    shared.setdefault((wanted.anycast, wanted.vrf, family), address)
    return shared


class _Taken:
    """The addresses in use, as spans that do not touch, sorted."""

    def __init__(self, prefixes: Iterable[Prefix]) -> None:
        self._spans: dict[int, list[Span]] = {4: [], 6: []}
        for version, first, last in sorted({(p.version, p.first, p.last) for p in prefixes}):
            spans = self._spans[version]
            if spans and first <= spans[-1][1] + 1:
                spans[-1] = spans[-1][0], max(spans[-1][1], last)
            else:
                spans.append((first, last))
        self._given: set[tuple[int, int]] = set()

    def after(self, version: int, number: int) -> int:
        """The lowest address from this one on that is not taken."""
        spans = self._spans[version]
        while True:
            index = bisect_right(spans, (number, 1 << 129)) - 1
            if index >= 0 and number <= spans[index][1]:
                number = spans[index][1] + 1
            elif (version, number) in self._given:
                number += 1
            else:
                return number

    def give(self, version: int, number: int) -> None:
        """Take one more address."""
        self._given.add((version, number))


def _free(pool: Pool, family: Family, taken: _Taken) -> Iterator[str]:
    """Yield the free addresses of a pool, in its order; each is taken by being yielded."""
    version = 4 if family == "ipv4" else 6
    kept_out = _Taken(_reserved(pool))
    for text in pool.prefixes:
        prefix = read_prefix(text)
        if prefix.version != version:
            continue
        number, last = _usable(prefix)
        while True:
            before = number
            number = kept_out.after(version, taken.after(version, number))
            if number > last:
                break
            if number == before:
                taken.give(version, number)
                yield f"{spell(version, number)}/{prefix.bits}"


def _usable(prefix: Prefix) -> Span:
    """Leave out the network and the broadcast address, in IPv6 the subnet-router anycast address."""
    if prefix.bits - prefix.length <= 1:
        return prefix.first, prefix.last
    return prefix.first + 1, prefix.last - (1 if prefix.version == 4 else 0)


def _reserved(pool: Pool) -> Iterator[Prefix]:
    """Cut ranges of reserved addresses into prefixes."""
    for low, high in pool.reserved:
        first, last = read_prefix(low), read_prefix(high).number
        number = first.number
        while number <= last:
            size = min(
                (number & -number).bit_length() - 1 if number else first.bits, (last - number + 1).bit_length() - 1
            )
            yield Prefix(first.version, number, first.bits - size)
            number += 1 << size


def _in_intents(intents: Iterable[Intent]) -> Iterator[Prefix]:
    for intent in intents:
        for wanted in intent.loopbacks:
            yield from map(read_prefix, wanted.addresses)
        for link in intent.routing.links if intent.routing else ():
            yield read_prefix(link.address)
        if intent.management_address:
            yield read_prefix(intent.management_address)


def _in_observed(observed: Mapping[str, Observed]) -> Iterator[Prefix]:
    for seen in observed.values():
        yield from (read_prefix(link.address) for link in seen.routing.links)
        yield from (read_prefix(address) for loopback in seen.loopbacks for address in loopback.addresses)
        yield from (read_prefix(peer.address) for peer in seen.routing.peers)


def _in_inventory(inventory: Inventory) -> Iterator[Prefix]:
    """Every address that is written somewhere, also in data of the user's own; the pools say what is free."""
    elements: tuple[Element, ...] = (*inventory.hosts.values(), *inventory.groups.values(), inventory.defaults)
    for element in elements:
        for key, value in element.data.items():
            if key != "pools":
                yield from _addresses_in(value)


def _addresses_in(value: Any) -> Iterator[Prefix]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _addresses_in(key)
            # A summary stands for the very addresses that are to be handed out.
            if key != "summarised_as":
                yield from _addresses_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _addresses_in(item)
    elif isinstance(value, str) and ("." in value or ":" in value):
        try:
            prefix = read_prefix(value)
        except ValueError:
            return
        # A prefix without host bits is a range that somebody speaks of, not an address that somebody has.
        if prefix.length == prefix.bits or prefix.number != prefix.first:
            yield prefix
