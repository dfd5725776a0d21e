"""IS-IS of the topology model: one domain per level, whatever the instances are called."""

from collections.abc import Iterator
from itertools import chain

from lab.emulated.model_fabric import Crossing, Device, Fabric, bare, family, network
from lab.emulated.model_table import Memo, Path, Table, best, once
from lab.emulated.spf import Edge, Graph, Reach, components, shortest
from lab.emulated.views import DEFAULT_VRF, Enabled, LsaView, NeighbourView, Port

METRIC = 10
LEVELS = ("1", "2")


def levels(enabled: Enabled) -> tuple[str, ...]:
    """Return the levels of an interface; one that says nothing is of level 2, as the domain is."""
    return LEVELS if enabled.level == "1-2" else (enabled.level or "2",)


class Isis:
    """IS-IS on all devices; only the default VRF takes part, and no level is leaked into the other."""

    protocol = "isis"
    distance = 115

    def __init__(self, fabric: Fabric) -> None:
        """Watch a fabric."""
        self._fabric = fabric
        self._members: dict[str, None] = {}
        self._stamp: object = object()
        self._wiring: tuple[int, object] = (-1, object())
        self._graphs: Memo[Graph] = Memo()
        self._parts: Memo[dict[str, frozenset[str]]] = Memo()
        self._reaches: Memo[dict[str, Reach]] = Memo()
        self._tables: Memo[Table] = Memo()

    def update(self, before: Device | None, now: Device) -> None:
        """Forget what no longer holds after a device has changed."""
        said = self._said(now)
        if (self._said(before) if before else []) == said:
            return
        self._stamp = object()
        if said:
            self._members[now.name] = None
        else:
            self._members.pop(now.name, None)

    def _said(self, device: Device) -> list[tuple[object, ...]]:
        """Return the part of a device's facts that matters here."""
        return [(p.enabled, p.addresses, p.protocols) for p in device.facts.ports if any(self._enabled(p))]

    def _enabled(self, port: Port) -> Iterator[Enabled]:
        """Yield how IS-IS is enabled on a port, per family."""
        if port.vrf == DEFAULT_VRF:
            yield from (entry for entry in port.protocols if entry.protocol == self.protocol)

    def _basis(self) -> tuple[object, ...]:
        """Return what everything rests on."""
        if self._wiring[0] != self._fabric.wiring:
            self._wiring = (self._fabric.wiring, object())
        return self._stamp, self._wiring[1]

    def _neighbours(self, name: str, level: str) -> Iterator[tuple[Crossing, Enabled]]:
        """Yield the lines over which a device is adjacent on a level, once per family that both ends speak."""
        for crossing in self._fabric.crossings(name):
            for near in self._enabled(crossing.port):
                for far in self._enabled(crossing.far):
                    speaks = near.family == far.family and not near.passive and not far.passive
                    if speaks and level in levels(near) and level in levels(far) and crossing.address(near.family):
                        yield crossing, near

    def _graph(self, level: str, which: str = "") -> Graph:
        """Return the adjacencies of a level, those of one family or all of them."""
        return self._graphs.get(
            (level, which), self._basis(), lambda: {name: self._edges(name, level, which) for name in self._members}
        )

    def _edges(self, name: str, level: str, which: str) -> tuple[Edge, ...]:
        """Return the adjacencies of one device."""
        return tuple(
            Edge(crossing.peer.name, near.cost or METRIC, crossing.address(near.family), crossing.port.name)
            for crossing, near in self._neighbours(name, level)
            if which in ("", near.family)
        )

    def _reach(self, name: str, level: str, which: str) -> dict[str, Reach]:
        """Return how a device reaches the others of a level in one family."""
        graph = self._graph(level, which)
        return self._reaches.get((name, level, which), (graph,), lambda: shortest(graph, name))

    def _table(self, name: str, level: str) -> Table:
        """Return the database of a level, as far as a device hears."""
        graph = self._graph(level)
        part = self._parts.get(level, (graph,), lambda: components(graph)).get(name, frozenset((name,)))
        return self._tables.get((level, part), self._basis(), lambda: Table(self._entries(level, part)))

    def _entries(self, level: str, part: frozenset[str]) -> Iterator[tuple[str, LsaView]]:
        """Yield the views of the prefixes in a database."""
        for name in self._members:
            if name in part:
                for prefix, metric in dict(self._stubs(name, level)).items():
                    yield name, LsaView(self.protocol, level, "internal", prefix, name, metric)

    def _stubs(self, name: str, level: str) -> Iterator[tuple[str, int]]:
        """Yield the prefixes of a device's interfaces, their masks kept."""
        for port in self._fabric.devices[name].facts.ports:
            for enabled in self._enabled(port):
                if level in levels(enabled) and self._fabric.up(name, port):
                    for address in port.addresses:
                        if family(address) == enabled.family:
                            yield network(address), enabled.cost or METRIC

    def lsas(self, name: str) -> tuple[LsaView, ...]:
        """Return the prefixes in the databases of a device."""
        if name not in self._members:
            return ()
        return tuple(chain.from_iterable(self._table(name, level).seen_by(name) for level in LEVELS))

    def prefixes(self, name: str, which: str) -> Iterator[str]:
        """Yield the prefixes of a family that a device hears of."""
        if name in self._members:
            tables = [self._table(name, level) for level in LEVELS]
            yield from once(prefix for table in tables for prefix in table.senders if family(prefix) == which)

    def route(self, name: str, prefix: str) -> Path | None:
        """Return the way to a prefix, by level 1 before level 2."""
        for level in LEVELS if name in self._members else ():
            if senders := self._table(name, level).senders.get(prefix):
                path = best(senders, self._reach(name, level, family(prefix)), name)
                if path:
                    return path
        return None

    def neighbours(self, name: str) -> Iterator[NeighbourView]:
        """Yield the adjacencies of a device, one per line."""
        seen: set[int] = set()
        for level in LEVELS:
            for crossing, near in self._neighbours(name, level):
                if crossing.index not in seen:
                    seen.add(crossing.index)
                    address = bare(crossing.address(near.family))
                    yield NeighbourView(self.protocol, crossing.peer.name, address, crossing.port.name, "UP", up=True)
