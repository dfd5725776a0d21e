"""OSPF of the topology model: areas with borders between them, one instance per version."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from itertools import chain
from typing import Any

from lab.emulated.model_fabric import Crossing, Device, Fabric, bare, family, host, network
from lab.emulated.model_table import Memo, Path, Senders, Table, best, once
from lab.emulated.spf import Edge, Graph, Reach, components, shortest
from lab.emulated.views import DEFAULT_VRF, Enabled, LsaView, NeighbourView, Port

BACKBONE = "0.0.0.0"  # noqa: S104  # an area, not an address to listen on
FAR = 1 << 32
Stub = tuple[str, int]


def dotted(area: str) -> str:
    """Return an area as a dotted quad."""
    if "." in area:
        return area
    value = int(area or 0)
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


class Ospf:
    """One version of OSPF on all devices; only the default VRF takes part."""

    distance = 110

    def __init__(self, protocol: str, fabric: Fabric) -> None:
        """Watch a fabric."""
        self.protocol = protocol
        self.family = "ipv4" if protocol == "ospf" else "ipv6"
        self._fabric = fabric
        self._areas: dict[str, tuple[str, ...]] = {}
        self._members: dict[str, dict[str, None]] = {}
        # Other objects than before once something changed: the basis of what is computed.
        self._stamp: dict[str, object] = {}
        self._wiring: tuple[int, object] = (-1, object())
        self._graphs: Memo[Graph] = Memo()
        self._parts: Memo[dict[str, frozenset[str]]] = Memo()
        self._reaches: Memo[dict[str, Reach]] = Memo()
        self._tables: Memo[Table] = Memo()
        self._exports: Memo[dict[str, int]] = Memo()
        self._fresh: tuple[object, ...] = ()
        self._tables_of: dict[str, list[tuple[str, Table, bool]]] = {}

    def update(self, before: Device | None, now: Device) -> None:
        """Forget what no longer holds after a device has changed."""
        areas = tuple(sorted({dotted(e.area) for p in now.facts.ports if (e := self._enabled(p))}))
        if before and self._said(before) == self._said(now):
            return
        for area in {*self._areas.get(now.name, ()), *areas}:
            self._stamp[area] = self._stamp[""] = object()
            members = self._members.setdefault(area, {})
            if area in areas:
                members[now.name] = None
            else:
                members.pop(now.name, None)
        self._areas[now.name] = areas

    def _said(self, device: Device) -> tuple[object, ...]:
        """Return the part of a device's facts that matters here."""
        return device.router_id, [(p.enabled, p.addresses, e) for p in device.facts.ports if (e := self._enabled(p))]

    def _enabled(self, port: Port) -> Enabled | None:
        """Return how this protocol is enabled on a port, None where it is not."""
        if port.vrf != DEFAULT_VRF:
            return None
        return next((entry for entry in port.protocols if entry.protocol == self.protocol), None)

    def _basis(self, area: str) -> tuple[object, ...]:
        """Return what an area rests on."""
        if self._wiring[0] != self._fabric.wiring:
            self._wiring = (self._fabric.wiring, object())
        return self._stamp.get(area), self._wiring[1]

    def _neighbours(self, name: str, area: str) -> Iterator[tuple[Crossing, Enabled]]:
        """Yield the lines over which a device is adjacent in an area."""
        for crossing in self._fabric.crossings(name):
            near, far = self._enabled(crossing.port), self._enabled(crossing.far)
            if not near or not far or near.passive or far.passive or not crossing.address(self.family):
                continue
            if dotted(near.area) == dotted(far.area) == area:
                yield crossing, near

    def _graph(self, area: str) -> Graph:
        """Return the adjacencies of an area."""
        return self._graphs.get(
            area, self._basis(area), lambda: {name: self._edges(name, area) for name in self._members.get(area, {})}
        )

    def _edges(self, name: str, area: str) -> tuple[Edge, ...]:
        """Return the adjacencies of one device."""
        return tuple(
            Edge(crossing.peer.name, near.cost or 1, crossing.address(self.family), crossing.port.name)
            for crossing, near in self._neighbours(name, area)
        )

    def _part(self, name: str, area: str) -> frozenset[str]:
        """Return those whom a device hears of in an area."""
        graph = self._graph(area)
        return self._parts.get(area, (graph,), lambda: components(graph)).get(name, frozenset((name,)))

    def _reach(self, name: str, area: str) -> dict[str, Reach]:
        """Return how a device reaches the others of an area."""
        graph = self._graph(area)
        return self._reaches.get((name, area), (graph,), lambda: shortest(graph, name))

    def _intra(self, name: str, area: str) -> Table:
        """Return what the devices of an area send for themselves, as far as one of them hears."""
        part = self._part(name, area)
        return self._tables.get(
            ("intra", area, part), self._basis(area), lambda: Table(self._intra_entries(area, part))
        )

    def _intra_entries(self, area: str, part: frozenset[str]) -> Iterator[tuple[str, LsaView]]:
        """Yield the views of an area's own prefixes."""
        for name in self._members.get(area, {}):
            if name in part:
                router_id = self._fabric.devices[name].router_id
                for prefix, cost in dict(self._stubs(name, area)).items():
                    yield name, LsaView(self.protocol, area, "intra", prefix, router_id, cost)

    def _stubs(self, name: str, area: str) -> Iterator[Stub]:
        """Yield the prefixes that a device sends for its interfaces in an area.

        A loopback is sent as a host route whatever its mask (RFC 2328 section 12.4.1.1, RFC 5340 section 4.4.3.9),
        unless its network type is point-to-point.
        """
        for port in self._fabric.devices[name].facts.ports:
            enabled = self._enabled(port)
            if not enabled or dotted(enabled.area) != area or not self._fabric.up(name, port):
                continue
            whole = bool(port.link) or enabled.point_to_point
            for address in port.addresses:
                if family(address) == self.family:
                    yield network(address) if whole else host(address), enabled.cost or 1

    def _borders(self, area: str, part: frozenset[str]) -> tuple[str, ...]:
        """Return the devices of an area's part that carry prefixes between it and the backbone."""
        return tuple(
            name
            for name in self._members.get(area, {})
            if name in part and len(self._areas[name]) > 1 and BACKBONE in self._areas[name]
        )

    def _export(self, border: str, area: str) -> dict[str, int]:
        """Return what a border tells others of an area's own prefixes, its ranges in place of their components."""
        table, reach = self._intra(border, area), self._reach(border, area)
        ranges = [
            ip_network(prefix)
            for where, prefix in self._fabric.nodes[border].ospf_ranges
            if dotted(where) == area and family(prefix) == self.family
        ]
        basis = (table, reach)
        return self._exports.get((border, area), basis, lambda: _summarised(_costs(table.senders, reach), ranges))

    def _inter(self, name: str, area: str) -> Table:
        """Return what the borders of an area tell it of others, as far as a device hears."""
        part = self._part(name, area)
        borders = self._borders(area, part)
        told = [(border, other, self._told(border, area, other)) for border in borders for other in self._areas[border]]
        basis = (part, self._intra(name, area), *(what for _, _, what in told if what is not None))
        return self._tables.get(("inter", area, part), basis, lambda: Table(self._inter_entries(area, told)))

    def _told(self, border: str, area: str, other: str) -> dict[str, int] | None:
        """Return what a border knows of another area that an area is to hear: its own prefixes, and what it heard."""
        if other == area:
            return None
        own = self._export(border, other)
        if other != BACKBONE:
            return own
        table, reach = self._inter(border, BACKBONE), self._reach(border, BACKBONE)
        inside = tuple(self._intra(border, where) for where in self._areas[border])
        return self._exports.get(
            ("heard", border), (own, table, reach, *inside), lambda: {**_beyond(border, table, reach, inside), **own}
        )

    def _inter_entries(
        self, area: str, told: list[tuple[str, str, dict[str, int] | None]]
    ) -> Iterator[tuple[str, LsaView]]:
        """Yield the views of what borders tell an area, but what is the area's own."""
        for border in dict.fromkeys(border for border, _, _ in told):
            # Neither what it reaches better in the area itself, nor what it sums up as another border does.
            own = _costs(self._intra(border, area).senders, self._reach(border, area))
            summed = self._export(border, area).keys() - own.keys()
            found = [item for name, _, what in told if name == border and what for item in what.items()]
            router_id = self._fabric.devices[border].router_id
            for prefix, cost in dict(found).items():
                if prefix not in summed and cost < own.get(prefix, FAR):
                    yield border, LsaView(self.protocol, area, "inter", prefix, router_id, cost)

    def lsas(self, name: str) -> tuple[LsaView, ...]:
        """Return the prefixes in the databases of a device's areas."""
        return tuple(
            chain.from_iterable(
                table.seen_by(name)
                for area in self._areas.get(name, ())
                for table in (self._intra(name, area), self._inter(name, area))
            )
        )

    def prefixes(self, name: str, which: str) -> Iterator[str]:
        """Yield the prefixes that a device hears of."""
        if which == self.family:
            yield from once(prefix for table in self._heard(name) for prefix in table[1].senders)

    def route(self, name: str, prefix: str) -> Path | None:
        """Return the way to a prefix: within an area before between areas."""
        found: list[Path] = []
        for area, table, inside in self._heard(name):
            if not inside and found:
                break
            if senders := table.senders.get(prefix):
                path = best(senders, self._reach(name, area), name)
                if path and (not found or path.cost < found[0].cost):
                    found = [path]
        return found[0] if found else None

    def _heard(self, name: str) -> list[tuple[str, Table, bool]]:
        """Return the tables that a device's routes come from, looked for once after every change."""
        fresh = self._basis("")
        if fresh != self._fresh:
            self._fresh, self._tables_of = fresh, {}
        if name not in self._tables_of:
            self._tables_of[name] = self._look(name)
        return self._tables_of[name]

    def _look(self, name: str) -> list[tuple[str, Table, bool]]:
        """Return the tables that routes come from; a border believes the backbone alone about others."""
        areas = self._areas.get(name, ())
        beyond = (BACKBONE,) if len(areas) > 1 and BACKBONE in areas else areas
        inside = [(area, self._intra(name, area), True) for area in areas]
        return inside + [(area, self._inter(name, area), False) for area in beyond]

    def neighbours(self, name: str) -> Iterator[NeighbourView]:
        """Yield the adjacencies of a device."""
        for area in self._areas.get(name, ()):
            for crossing, _ in self._neighbours(name, area):
                address = crossing.address(self.family)
                yield NeighbourView(
                    self.protocol, crossing.peer.router_id, bare(address), crossing.port.name, "FULL", up=True
                )


def _beyond(border: str, table: Table, reach: dict[str, Reach], inside: tuple[Table, ...]) -> dict[str, int]:
    """Return what a border heard over the backbone and has in none of its own areas."""
    costs = _costs(table.senders, reach, but=border)
    return {prefix: cost for prefix, cost in costs.items() if not any(prefix in own.senders for own in inside)}


def _costs(senders: Senders, reach: dict[str, Reach], but: str = "") -> dict[str, int]:
    """Return what each prefix costs from where the others are reached from."""
    found: dict[str, int] = {}
    for prefix, sent in senders.items():
        costs = [reach[name].cost + metric for name, metric in sent if name in reach and name != but]
        if costs:
            found[prefix] = min(costs)
    return found


def _summarised(costs: dict[str, int], ranges: Sequence[Any]) -> dict[str, int]:
    """Return prefixes with those inside a range replaced by it, at the highest of their costs."""
    if not ranges:
        return costs
    found: dict[str, int] = {}
    for prefix, cost in costs.items():
        inner = ip_network(prefix)
        name = next((str(outer) for outer in ranges if inner.subnet_of(outer)), prefix)
        found[name] = max(cost, found.get(name, 0))
    return found
