"""Which routing neighbours a router should have, and which of them are up."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lab.errors import LabError
from lab.folder import Folder
from lab.topology import Router, Topology
from lab.vty import ask, ask_json


@dataclass(frozen=True)
class Neighbours:
    """The neighbours of one router: those expected, and those of them that are up."""

    expected: frozenset[str]
    up: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the neighbours that are not up, in order."""
        return tuple(sorted(self.expected - self.up))


def expected(topology: Topology, name: str) -> frozenset[str]:
    """Return the neighbours that a router should have, each as `protocol neighbour`."""
    found = set()
    for end in topology.ends(name):
        if end.protocol == "ospf":
            found |= {f"ospf {end.peer}", f"ospf6 {end.peer}"}
        elif end.protocol == "isis":
            found.add(f"isis {end.peer}")
        else:
            found |= {f"bgp-ipv4 {end.peer}", f"bgp-ipv6 {end.peer}"}
    return frozenset(found)


def of(folder: Folder, topology: Topology, name: str) -> Neighbours:
    """Ask the daemons of a router for its neighbours."""
    router, up = topology.router(name), set[str]()
    try:
        if "ospf" in router.runs:
            up |= _ospf(folder, topology, router) | _ospf6(folder, topology, router)
        if "isis" in router.runs:
            up |= _isis(folder, router)
        if "bgp" in router.runs:
            up |= _bgp(folder, topology, router)
    except LabError:
        # A daemon that does not answer has no neighbours.
        pass
    return Neighbours(expected(topology, name), frozenset(up))


def of_all(folder: Folder, topology: Topology) -> dict[str, Neighbours]:
    """Ask all routers at once."""
    with ThreadPoolExecutor(8) as pool:
        return dict(zip(topology.names, pool.map(lambda name: of(folder, topology, name), topology.names), strict=True))


def _by_router_id(topology: Topology) -> dict[str, str]:
    """Return the names of the routers by their router-ids."""
    return {router.router_id: router.name for router in topology.routers}


def _ospf(folder: Folder, topology: Topology, router: Router) -> set[str]:
    """Return the OSPFv2 neighbours that are full."""
    answer = ask_json(folder.router(router.name), "ospfd", "show ip ospf neighbor json")
    names = _by_router_id(topology)
    return {
        f"ospf {names.get(router_id, router_id)}"
        for router_id, entries in answer.get("neighbors", {}).items()
        if any(str(entry.get("nbrState", entry.get("state", ""))).startswith("Full") for entry in entries)
    }


def _ospf6(folder: Folder, topology: Topology, router: Router) -> set[str]:
    """Return the OSPFv3 neighbours that are full."""
    answer = ask_json(folder.router(router.name), "ospf6d", "show ipv6 ospf6 neighbor json")
    names = _by_router_id(topology)
    return {
        f"ospf6 {names.get(entry['neighborId'], entry['neighborId'])}"
        for entry in answer.get("neighbors", [])
        if entry["state"] == "Full"
    }


def _isis(folder: Folder, router: Router) -> set[str]:
    """Return the IS-IS neighbours that are up; FRR 8.4 has no JSON for them."""
    rows = (line.split() for line in ask(folder.router(router.name), "isisd", "show isis neighbor").splitlines())
    return {f"isis {row[0]}" for row in rows if row[3:4] == ["Up"]}


def _bgp(folder: Folder, topology: Topology, router: Router) -> set[str]:
    """Return the BGP sessions that are established, per address family."""
    answer = ask_json(folder.router(router.name), "bgpd", "show bgp summary json")
    names = {address: end.peer for end in topology.ends(router.name) for address in (end.peer_ipv4, end.peer_ipv6)}
    return {
        f"bgp-{family.removesuffix('Unicast')} {names.get(address, address)}"
        for family, table in answer.items()
        for address, peer in table.get("peers", {}).items()
        if peer["state"] == "Established"
    }
