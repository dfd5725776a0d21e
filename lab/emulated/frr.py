"""Real FRR routers behind emulated devices: what a device is configured to be is put on its router."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from lab.emulated import frr_tables
from lab.emulated.frr_router import FrrRouter
from lab.emulated.frr_wanted import interface_of, names, placed
from lab.emulated.model_fabric import bare, family, host, network
from lab.emulated.views import DEFAULT_VRF, Facts, LsaView, NeighbourView, Node, PathView, PortState, RouteView
from lab.network import Network
from lab.programs import FRR, run
from lab.topology import interface_to

Answer = TypeVar("Answer")
AT_ONCE = 4


def version() -> str:
    """Return the version of FRR that is installed here, "" where none is."""
    words = run([str(FRR / "zebra"), "--version"]).stdout.split()
    return words[2] if len(words) > 2 else ""


class FrrRouting:
    """Routers of a network that runs, a `Routing`; each device is answered for by the router of its name.

    What a device is configured to be reaches its router in the background; whoever asks anything waits for that first.
    """

    blocking = True

    def __init__(self, of: Network, nodes: Iterable[Node]) -> None:
        """Take the nodes that are emulated, with routers that have nothing of theirs yet."""
        self.title = f"real FRR {version()} routers, VRFs in namespaces of their own beside them"
        self._nodes = {node.name: node for node in nodes}
        self._routers = {name: FrrRouter(of, node) for name, node in self._nodes.items()}
        self._facts: dict[str, Facts] = {}
        self._pending: dict[str, Future[None]] = {}
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="to FRR")

    def close(self) -> None:
        """Put nothing more on the routers."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def update(self, facts: Facts) -> None:
        """Take what a device is configured to be now."""
        with self._lock:
            self._facts[facts.device] = facts
            if facts.device not in self._waiting:
                self._waiting.add(facts.device)
                self._pending[facts.device] = self._pool.submit(
                    self._put, facts.device, self._pending.get(facts.device)
                )

    def _put(self, device: str, before: "Future[None] | None") -> None:
        """Put the newest facts of a device on its router, after those before."""
        if before:
            before.exception()
        with self._lock:
            self._waiting.discard(device)
            facts = self._facts[device]
        self._routers[device].put(facts)

    def _asked(self, device: str, question: Callable[[FrrRouter, Facts], Answer]) -> Answer:
        """Ask the router of a device once all facts have arrived. Raises LabError where its own could not be put."""
        with self._lock:
            pending = list(self._pending.items())
        for name, future in pending:
            fault = future.exception()
            if fault and name == device:
                raise fault
        return question(self._routers[device], self._facts.get(device, Facts(device)))

    def ports(self, device: str) -> tuple[PortState, ...]:
        """The state of each port of a device, under the names of its facts."""
        return self._asked(device, self._ports)

    def _ports(self, router: FrrRouter, facts: Facts) -> tuple[PortState, ...]:
        up = router.lines_up()
        links = {link.index: interface_to(link.peer) for link in router.node.links}
        return tuple(
            PortState(port.name, port.enabled and (not port.link or links.get(port.link, "") in up))
            for port in facts.ports
        )

    def routes(self, device: str, family: str) -> tuple[RouteView, ...]:
        """The routes in use of one family, of every VRF."""
        return self._asked(device, lambda router, facts: tuple(sorted(self._routes(router, facts, family))))

    def _routes(self, router: FrrRouter, facts: Facts, which: str) -> Iterator[RouteView]:
        answer = router.json("zebra", f"show {'ip' if which == 'ipv4' else 'ipv6'} route json")
        yield from frr_tables.learnt(answer, names(router.node, facts))
        links = {link.index: interface_to(link.peer) for link in router.node.links}
        held = {DEFAULT_VRF: frr_tables.connected(answer)}
        for port in facts.ports:
            if port.vrf not in held:
                held[port.vrf] = router.held(port.vrf)
            interface = links.get(port.link, "") if port.link else interface_of(port)
            for address in port.addresses:
                there = address if port.link else placed(port, address)
                if family(address) != which or (network(there), interface) not in held[port.vrf]:
                    continue
                yield RouteView(port.vrf, network(address), "connected", (("", port.name),))
                if host(address) != network(address):
                    yield RouteView(port.vrf, host(address), "local", (("", port.name),))

    def lsas(self, device: str, protocol: str) -> tuple[LsaView, ...]:
        """The prefixes in a link-state database of a device."""
        return self._asked(device, lambda router, _: tuple(self._lsas(router, protocol)))

    def _lsas(self, router: FrrRouter, protocol: str) -> Iterator[LsaView]:
        if protocol == "ospf" and router.node.ospf:
            kinds = ("router", "summary", "external")
            yield from frr_tables.ospf(*(router.json("ospfd", f"show ip ospf database {kind} json") for kind in kinds))
        if protocol == "ospf3" and router.node.ospf3:
            answer = router.json("ospf6d", "show ipv6 ospf6 database detail json")
            yield from frr_tables.ospf3(answer, router.node.router_id)
        if protocol == "isis" and router.node.isis:
            yield from frr_tables.isis(router.text("isisd", "show isis database detail"))

    def paths(self, device: str, family: str) -> tuple[PathView, ...]:
        """The BGP table of one family, of every VRF."""
        return self._asked(device, lambda router, _: tuple(sorted(self._paths(router, family))))

    def _paths(self, router: FrrRouter, which: str) -> Iterator[PathView]:
        if router.node.asn:
            senders = {
                bare(address): self._router_id(link.peer, bare(address))
                for link in router.node.links
                for address in (link.peer_ipv4, link.peer_ipv6)
            }
            yield from frr_tables.bgp(router.json("bgpd", f"show bgp {which} unicast json"), senders)

    def _router_id(self, peer: str, otherwise: str) -> str:
        """Return the router-id of a neighbour that is a node of ours."""
        return self._nodes[peer].router_id if peer in self._nodes else otherwise

    def neighbours(self, device: str, protocol: str) -> tuple[NeighbourView, ...]:
        """The neighbours of a protocol."""
        return self._asked(device, lambda router, facts: tuple(sorted(self._neighbours(router, facts, protocol))))

    def _neighbours(self, router: FrrRouter, facts: Facts, protocol: str) -> Iterator[NeighbourView]:
        node, ports = router.node, names(router.node, facts)
        peers = {interface_to(link.peer): link for link in node.links}
        if protocol == "ospf" and node.ospf:
            yield from frr_tables.ospf_neighbours(router.json("ospfd", "show ip ospf neighbor json"), ports)
        if protocol == "ospf3" and node.ospf3:
            addresses = {interface: bare(link.peer_ipv6) for interface, link in peers.items()}
            answer = router.json("ospf6d", "show ipv6 ospf6 neighbor json")
            yield from frr_tables.ospf3_neighbours(answer, ports, addresses)
        if protocol == "isis" and node.isis:
            addresses = {interface: bare(link.peer_ipv4) for interface, link in peers.items()}
            yield from frr_tables.isis_neighbours(router.json("isisd", "show isis neighbor json"), ports, addresses)
        if protocol == "bgp" and node.asn:
            by_address = {
                bare(address): ports.get(interface, "")
                for interface, link in peers.items()
                for address in (link.peer_ipv4, link.peer_ipv6)
            }
            yield from frr_tables.bgp_neighbours(router.json("bgpd", "show bgp summary json"), by_address)

    def ping(self, device: str, vrf: str, source: str, destination: str, count: int) -> int:
        """How many of `count` echo requests are answered."""
        return self._asked(device, lambda router, _: router.ping(vrf, bare(source), bare(destination), count))
