"""What devices flood into one domain, in a form that all who hear it share."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from lab.emulated.spf import Hops, Reach, merged
from lab.emulated.views import LsaView

Value = TypeVar("Value")

Senders = dict[str, tuple[tuple[str, int], ...]]
"""Prefix -> who sends it at which cost."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way to a prefix: its cost and first hops."""

    cost: int
    hops: Hops


class Memo(Generic[Value]):
    """Values computed when they are asked for and kept until what they rest on changes.

    A value that comes out equal to the one before stays that one, so that what rests on it stays, too.
    """

    def __init__(self) -> None:
        """Know nothing."""
        self._known: dict[object, tuple[tuple[object, ...], Value]] = {}

    def get(self, key: object, basis: tuple[object, ...], compute: Callable[[], Value]) -> Value:
        """Return the value of a key, computed anew when any part of its basis is another object."""
        known = self._known.get(key)
        if known and len(known[0]) == len(basis) and all(a is b for a, b in zip(known[0], basis, strict=True)):
            return known[1]
        value = compute()
        if known and known[1] == value:
            value = known[1]
        self._known[key] = (basis, value)
        return value


class Table:
    """The prefixes of one database: by prefix for routes, and as one tuple of views for who reads it."""

    def __init__(self, entries: Iterable[tuple[str, LsaView]]) -> None:
        """Take (device, view) pairs, those of one device together."""
        views: list[LsaView] = []
        senders: dict[str, list[tuple[str, int]]] = {}
        self._blocks: dict[str, tuple[int, int]] = {}
        for device, view in entries:
            start = self._blocks.get(device, (len(views), 0))[0]
            views.append(view)
            self._blocks[device] = (start, len(views))
            senders.setdefault(view.prefix, []).append((device, view.metric))
        self.views = tuple(views)
        self.senders: Senders = {prefix: tuple(found) for prefix, found in senders.items()}

    def __eq__(self, other: object) -> bool:
        """Tell whether another table says the same."""
        return isinstance(other, Table) and self.views == other.views

    __hash__ = None  # type: ignore[assignment]  # equal tables are found by comparing, never by hash

    def seen_by(self, device: str) -> tuple[LsaView, ...]:
        """Return the views with those of one device marked as its own; the others are shared."""
        start, end = self._blocks.get(device, (0, 0))
        own = tuple(
            LsaView(v.protocol, v.scope, v.kind, v.prefix, v.originator, v.metric, own=True)
            for v in self.views[start:end]
        )
        return self.views[:start] + own + self.views[end:]


def best(senders: Iterable[tuple[str, int]], reach: Mapping[str, Reach], own: str) -> Path | None:
    """Return the cheapest way to what is sent, over all senders of that cost; what the device itself sends aside."""
    found: Path | None = None
    for sender, metric in senders:
        way = reach.get(sender)
        if way is None or sender == own:
            continue
        cost = way.cost + metric
        if found is None or cost < found.cost:
            found = Path(cost, way.hops)
        elif cost == found.cost:
            found = Path(cost, merged(found.hops, way.hops))
    return found


def once(prefixes: Iterable[str]) -> Iterator[str]:
    """Yield each prefix once, in order."""
    yield from dict.fromkeys(prefixes)
