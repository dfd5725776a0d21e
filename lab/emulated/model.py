"""The topology model: what devices would see of each other, worked out from their facts where no router runs."""

import threading
from collections.abc import Iterable, Iterator

from lab.emulated.model_bgp import Bgp
from lab.emulated.model_fabric import Fabric, bare, covering, family, host, network
from lab.emulated.model_isis import Isis
from lab.emulated.model_ospf import Ospf
from lab.emulated.views import (
    DEFAULT_VRF,
    Facts,
    LsaView,
    NeighbourView,
    Node,
    PathView,
    PortState,
    RouteView,
)

# As many routers as a packet passes that is given the longest life.
HOPS = 255


class Model:
    """A network of nodes in memory, a `Routing`: nothing is computed before it is asked for.

    It has always converged: what devices lose sight of is forgotten at once, where real ones keep it until it ages.
    """

    title = "topology model"
    blocking = False

    def __init__(self, nodes: Iterable[Node]) -> None:
        """Lay out the network; a device takes part from its first facts on."""
        self._fabric = Fabric(nodes)
        self._ospf, self._ospf3 = Ospf("ospf", self._fabric), Ospf("ospf3", self._fabric)
        self._isis = Isis(self._fabric)
        self._bgp = Bgp(self._fabric, self._has_route)
        # Devices are configured in other threads than they are asked in.
        self._lock = threading.RLock()
        # The lengths that prefixes have anywhere, so that the longest match is found in few steps.
        self._lengths = {"ipv4": {32}, "ipv6": {128}}
        self._measure(prefix for node in self._fabric.nodes.values() for _, prefix in node.ospf_ranges)

    def _measure(self, prefixes: Iterable[str]) -> None:
        """Remember how long prefixes are."""
        for prefix in prefixes:
            self._lengths[family(prefix)].add(int(network(prefix).rpartition("/")[2]))

    def update(self, facts: Facts) -> None:
        """Take what a device is configured to be now."""
        with self._lock:
            self._update(facts)

    def _update(self, facts: Facts) -> None:
        """Forget what no longer holds."""
        known = self._fabric.devices.get(facts.device)
        if known and known.facts == facts:
            return
        before = self._fabric.update(facts)
        now = self._fabric.devices[facts.device]
        for igp in (self._ospf, self._ospf3, self._isis):
            igp.update(before, now)
        self._bgp.update(now)
        self._measure(address for port in facts.ports for address in port.addresses)
        self._measure(entry.prefix for entry in facts.announced)

    def ports(self, device: str) -> tuple[PortState, ...]:
        """The state of each port of a device, under the names of its facts."""
        with self._lock:
            known = self._fabric.devices.get(device)
            ports = known.facts.ports if known else ()
            return tuple(PortState(port.name, self._fabric.up(device, port)) for port in ports)

    def routes(self, device: str, family: str) -> tuple[RouteView, ...]:
        """The routes in use of one family, of every VRF."""
        with self._lock:
            return tuple(sorted(self._routes(device, family)))

    def _routes(self, device: str, which: str) -> Iterator[RouteView]:
        """Yield the routes in use of one family."""
        known = self._fabric.devices.get(device)
        for vrf in dict.fromkeys([DEFAULT_VRF, *(port.vrf for port in known.facts.ports)] if known else ()):
            here = self._fabric.connected(device, vrf)
            for prefix, port in here.items():
                if family(prefix) == which:
                    yield RouteView(vrf, prefix, "connected", (("", port),))
            for own, address in self._fabric.own(device, vrf):
                if family(address) == which and host(address) not in here:
                    yield RouteView(vrf, host(address), "local", (("", own.name),))
        if known:
            here = self._fabric.connected(device, DEFAULT_VRF)
            yield from (
                route
                for prefix in self._heard(device, which)
                if prefix not in here and (route := self._learnt(device, prefix))
            )

    def _heard(self, device: str, which: str) -> Iterator[str]:
        """Yield each prefix once that any protocol knows of."""
        found: dict[str, None] = {}
        for source in (self._ospf, self._ospf3, self._isis, self._bgp):
            found.update(dict.fromkeys(source.prefixes(device, which)))
        yield from found

    def _learnt(self, device: str, prefix: str) -> RouteView | None:
        """Return the route to a prefix that others told of, by the protocol of least distance."""
        outside = self._bgp.route(device, prefix)
        if outside and outside[1] < self._ospf.distance:
            return RouteView(DEFAULT_VRF, prefix, "bgp", outside[0].hops, outside[1], outside[0].cost)
        inside = self._learnt_inside(device, prefix)
        if inside or not outside:
            return inside
        return RouteView(DEFAULT_VRF, prefix, "bgp", outside[0].hops, outside[1], outside[0].cost)

    def _learnt_inside(self, device: str, prefix: str) -> RouteView | None:
        """Return the route to a prefix by OSPF, else by IS-IS."""
        for igp in (self._ospf if family(prefix) == "ipv4" else self._ospf3, self._isis):
            if path := igp.route(device, prefix):
                return RouteView(DEFAULT_VRF, prefix, igp.protocol, path.hops, igp.distance, path.cost)
        return None

    def _has_route(self, device: str, vrf: str, prefix: str) -> bool:
        """Tell whether a device has a route to exactly a prefix that is not of BGP."""
        if prefix in self._fabric.connected(device, vrf):
            return True
        return vrf == DEFAULT_VRF and self._learnt_inside(device, prefix) is not None

    def lsas(self, device: str, protocol: str) -> tuple[LsaView, ...]:
        """The prefixes in a link-state database of a device."""
        igps: tuple[Ospf | Isis, ...] = (self._ospf, self._ospf3, self._isis)
        with self._lock:
            return next((igp.lsas(device) for igp in igps if igp.protocol == protocol), ())

    def paths(self, device: str, family: str) -> tuple[PathView, ...]:
        """The BGP table of one family, of every VRF."""
        with self._lock:
            return self._bgp.paths(device, family)

    def neighbours(self, device: str, protocol: str) -> tuple[NeighbourView, ...]:
        """The neighbours of a protocol."""
        sources: tuple[Ospf | Isis | Bgp, ...] = (self._ospf, self._ospf3, self._isis, self._bgp)
        with self._lock:
            found = [s for s in sources if s.protocol == protocol and device in self._fabric.devices]
            return tuple(sorted(view for source in found for view in source.neighbours(device)))

    def ping(self, device: str, vrf: str, source: str, destination: str, count: int) -> int:
        """How many of `count` echo requests are answered: all where packets arrive and answers return, or none."""
        with self._lock:
            return count if self._answered(device, vrf, source, destination) else 0

    def _answered(self, device: str, vrf: str, source: str, destination: str) -> bool:
        """Tell whether packets arrive and answers return."""
        source, destination = bare(source), bare(destination)
        mine = {bare(address) for _, address in self._fabric.own(device, vrf)}
        if (source and source not in mine) or family(source or destination) != family(destination):
            return False
        owner, out = self._walk(device, vrf, destination)
        if not source:
            source = self._leaving(device, vrf, out, destination)
        return bool(owner and source) and self._walk(owner, vrf, source)[0] == device

    def _leaving(self, device: str, vrf: str, interface: str, destination: str) -> str:
        """Return the source of a packet that is told none: the first address of the interface that it leaves by."""
        addresses = [(port.name, bare(address)) for port, address in self._fabric.own(device, vrf)]
        if any(address == destination for _, address in addresses):
            return destination
        found = (a for name, a in addresses if name == interface and family(a) == family(destination))
        return next(found, "")

    def _walk(self, device: str, vrf: str, destination: str) -> tuple[str, str]:
        """Follow the routes to an address; return the device that has it, "" for none, and the first interface."""
        first = ""
        for _ in range(HOPS):
            if any(bare(address) == destination for _, address in self._fabric.own(device, vrf)):
                return device, first
            hop = self._hop(device, vrf, destination)
            if hop is None:
                return "", first
            first = first or hop[1]
            device = hop[0]
        return "", first

    def _hop(self, device: str, vrf: str, destination: str) -> tuple[str, str] | None:
        """Return the next device on the way to an address and the interface to it, by the longest prefix."""
        here = self._fabric.connected(device, vrf)
        for length in sorted(self._lengths[family(destination)], reverse=True):
            prefix = covering(destination, length)
            if prefix in here:
                return self._behind(device, here[prefix], destination)
            route = self._learnt(device, prefix) if vrf == DEFAULT_VRF else None
            if route:
                return self._behind(device, route.nexthops[0][1], "")
        return None

    def _behind(self, device: str, interface: str, address: str) -> tuple[str, str] | None:
        """Return the device at the other end of an interface, if it has an address that is asked for."""
        for crossing in self._fabric.crossings(device):
            there = not address or address in {bare(far) for far in crossing.far.addresses}
            if crossing.port.name == interface and there:
                return crossing.peer.name, interface
        return None
