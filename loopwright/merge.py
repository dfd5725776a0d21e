"""What a host inherits: Nornir's order for everything, and loopbacks merged attribute by attribute.

`null` lets go: of an attribute, of a protocol, of a whole loopback, of all of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from loopwright.attributes import PROTOCOLS
from loopwright.group_order import inherited_groups
from loopwright.inventory import Element, Inventory
from loopwright.models import FAMILIES, Mark

_INNER_TABLES = frozenset(("advertise", "expect", "prove"))
POOL_OF: dict[str, str] = {family: f"{family} pool" for family in FAMILIES}
"""Where a merged loopback keeps the pool that an address was or is to be taken from."""

Attributes = dict[str, Any]
Loopbacks = dict[int, Attributes]


class Inheritance:
    """The inventory with inheritance carried out; what hosts of the same groups share is worked out once."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._orders: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._bases: dict[tuple[str, ...], tuple[Loopbacks, dict[int, Mark | None]]] = {}

    def groups(self, host: Element) -> tuple[str, ...]:
        """The groups that a host inherits from, nearest first."""
        order = self._orders.get(host.groups)
        if order is None:
            order = self._orders[host.groups] = inherited_groups(host.groups, self._inventory.groups)
        return order

    def elements(self, host: Element) -> Iterator[Element]:
        """The host and everything that it inherits from, nearest first."""
        yield host
        yield from map(self._inventory.groups.__getitem__, self.groups(host))
        yield self._inventory.defaults

    def field(self, host: Element, name: str) -> Any:
        """A connection attribute of a host: the nearest that is not null, as in Nornir."""
        return next((value for e in self.elements(host) if (value := getattr(e, name)) is not None), None)

    def said(self, host: Element, name: str) -> Any:
        """An attribute of ours that is not merged: the nearest, `null` included."""
        return next((element.said[name] for element in self.elements(host) if name in element.said), None)

    def attributes(self, host: Element) -> dict[str, Any]:
        """Everything that filters can ask of a host: its data and its connection attributes, never its password."""
        merged: dict[str, Any] = {}
        for element in reversed(tuple(self.elements(host))):
            merged.update(element.data)
        for name in ("hostname", "port", "username", "platform"):
            merged[name] = self.field(host, name)
        return merged

    def loopbacks(self, host: Element) -> tuple[Loopbacks, dict[int, Mark | None]]:
        """The loopbacks of a host by number, and where the nearest of those that speak of each does so."""
        base = self._bases.get(host.groups)
        if base is None:
            base = {}, {}
            for element in reversed(tuple(self.elements(host))[1:]):
                base = _with(base, element)
            self._bases[host.groups] = base
        return _with(base, host)


def _with(base: tuple[Loopbacks, dict[int, Mark | None]], element: Element) -> tuple[Loopbacks, dict[int, Mark | None]]:
    if "loopbacks" not in element.said:
        return base
    said: Mapping[int, Attributes | None] | None = element.said["loopbacks"]
    if said is None:
        return {}, {}
    loopbacks, marks = dict(base[0]), dict(base[1])
    for number, attributes in said.items():
        if attributes is None:
            loopbacks.pop(number, None)
        else:
            loopbacks[number] = _overlay(loopbacks.get(number, {}), attributes)
            marks[number] = element.loopback_mark(number)
    return loopbacks, marks


def _overlay(base: Attributes, over: Attributes) -> Attributes:
    merged = dict(base)
    for name, value in over.items():
        if name in POOL_OF:
            _overlay_addresses(merged, name, value)
        elif value is None:
            merged.pop(name, None)
        elif name in _INNER_TABLES:
            merged[name] = _overlay_table(merged.get(name, {}), value)
        else:
            merged[name] = value
    return merged


def _overlay_addresses(merged: Attributes, family: str, value: Any) -> None:
    """An address stands in for an inherited pool, and is remembered to be of it."""
    if value is None or isinstance(value, Mapping):
        merged.pop(family, None)
        merged.pop(POOL_OF[family], None)
    if isinstance(value, Mapping):
        merged[POOL_OF[family]] = value["pool"]
    elif value is not None:
        merged[family] = value


def _overlay_table(base: Mapping[str, Any], over: Mapping[str, Any]) -> Attributes:
    merged = dict(base)
    for name, value in over.items():
        if value is None or (value is False and name in PROTOCOLS):
            merged.pop(name, None)
        elif isinstance(value, Mapping):
            inner = {**merged.get(name, {}), **value}
            merged[name] = {key: item for key, item in inner.items() if item is not None}
        else:
            merged[name] = value
    return merged
