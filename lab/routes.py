"""Which links a router should have a route to, and which of these routes are in use."""

from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from typing import Any

from lab.errors import LabError
from lab.folder import Folder
from lab.topology import IPV4_LINKS, IPV6_LINKS, Topology
from lab.vty import ask_json


def expected(topology: Topology) -> frozenset[str]:
    """Return the prefixes of all links, which every router should know."""
    ends = [next(end for end in topology.ends(link.a) if end.peer == link.b) for link in topology.links]
    prefixes = [prefix for end in ends for prefix in (f"{end.ipv4}/31", f"{end.ipv6}/127")]
    return frozenset(str(ip_network(prefix, strict=False)) for prefix in prefixes)


def missing(folder: Folder, topology: Topology) -> dict[str, tuple[str, ...]]:
    """Ask all routers, and return the prefixes that each of them has no route to."""
    wanted = expected(topology)
    with ThreadPoolExecutor(8) as pool:
        known = pool.map(lambda name: _known(folder, name), topology.names)
        pairs = dict(zip(topology.names, known, strict=True))
    return {name: tuple(sorted(wanted - found)) for name, found in pairs.items() if wanted - found}


def _known(folder: Folder, name: str) -> frozenset[str]:
    """Return the prefixes of links that a router forwards to."""
    home = folder.router(name)
    try:
        ipv4 = ask_json(home, "zebra", f"show ip route {IPV4_LINKS}/15 longer-prefixes json")
        ipv6 = ask_json(home, "zebra", f"show ipv6 route {IPV6_LINKS}/48 longer-prefixes json")
    except LabError:
        # A router that does not answer forwards to nobody.
        return frozenset()
    return _installed(ipv4) | _installed(ipv6)


def _installed(routes: dict[str, Any]) -> frozenset[str]:
    """Return the prefixes that have a route in the kernel."""
    return frozenset(prefix for prefix, entries in routes.items() if any(entry.get("installed") for entry in entries))
