"""Routers, the links between them, and the addresses that follow from their numbers."""

from collections import deque
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

from lab.errors import LabError

Protocol = Literal["ospf", "isis", "bgp"]
Group = Literal["core", "access", "edge"]
OspfStyle = Literal["interface", "network"]
Login = Literal["vtysh", "unix"]

IPV4_LINKS = IPv4Address("198.18.0.0")
IPV6_LINKS = IPv6Address("2001:db8:1800::")
CORE_AS, EDGE_AS = 65000, 65010
FAN_OUT = 4
SMALLEST_RING = 3


@dataclass(frozen=True)
class Router:
    """One router: what it is called, what it runs, how one logs in."""

    name: str
    number: int
    runs: tuple[Protocol, ...] = ("ospf",)
    group: Group = "core"
    asn: int | None = None
    ospf_style: OspfStyle = "interface"
    login: Login = "vtysh"
    banner: str = ""

    @property
    def router_id(self) -> str:
        """Return the router-id, which is the IPv4 loopback that this router will get."""
        third, fourth = divmod(self.number - 1, 254)
        return f"10.255.{third}.{fourth + 1}"

    @property
    def loopback6(self) -> str:
        """Return the IPv6 loopback that this router will get."""
        return f"2001:db8:255::{self.number}"

    @property
    def system_id(self) -> str:
        """Return the IS-IS system id."""
        digits = f"{self.number:012d}"
        return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"


@dataclass(frozen=True)
class Link:
    """A veth pair between two routers and the protocol spoken over it."""

    number: int
    a: str
    b: str
    protocol: Protocol = "ospf"


@dataclass(frozen=True)
class End:
    """A link as one of its routers sees it."""

    interface: str
    peer: str
    protocol: Protocol
    ipv4: str
    ipv6: str
    peer_ipv4: str
    peer_ipv6: str


@dataclass(frozen=True)
class Topology:
    """All routers and links of a practice network."""

    routers: tuple[Router, ...]
    links: tuple[Link, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the routers, in order."""
        return tuple(router.name for router in self.routers)

    def router(self, name: str) -> Router:
        """Return the router of this name."""
        for router in self.routers:
            if router.name == name:
                return router
        raise LabError(f"there is no router {name}: {', '.join(self.names)}")

    def ends(self, name: str) -> tuple[End, ...]:
        """Return the links of a router as it sees them."""
        return tuple(_end(link, name) for link in self.links if name in (link.a, link.b))


def _end(link: Link, name: str) -> End:
    """Return a link as seen by the router of this name."""
    first = link.a == name
    ipv4 = IPV4_LINKS + 2 * link.number
    ipv6 = IPV6_LINKS + (link.number << 64)
    near, far = (0, 1) if first else (1, 0)
    peer = link.b if first else link.a
    return End(
        interface=interface_to(peer),
        peer=peer,
        protocol=link.protocol,
        ipv4=str(ipv4 + near),
        ipv6=str(ipv6 + 10 + near),
        peer_ipv4=str(ipv4 + far),
        peer_ipv6=str(ipv6 + 10 + far),
    )


def interface_to(peer: str) -> str:
    """Return the name of the interface that leads to a neighbour."""
    return f"to-{peer}"


def default() -> Topology:
    """Return the eight routers: an OSPF ring of four, two with IS-IS, two with BGP in an AS of their own."""
    routers = (
        Router("p1", 1, ("ospf", "bgp"), asn=CORE_AS),
        Router("p2", 2, login="unix"),
        Router("p3", 3, ("ospf", "isis")),
        Router("p4", 4, ospf_style="network", banner="Practice network: p4\nNobody works here.\n"),
        Router("a1", 5, ("isis",), "access"),
        Router("a2", 6, ("isis",), "access"),
        Router("e1", 7, ("bgp",), "edge", asn=EDGE_AS),
        Router("e2", 8, ("bgp",), "edge", asn=EDGE_AS),
    )
    links = (
        Link(1, "p1", "p2"),
        Link(2, "p2", "p3"),
        Link(3, "p3", "p4"),
        Link(4, "p4", "p1"),
        Link(5, "p3", "a1", "isis"),
        Link(6, "p3", "a2", "isis"),
        Link(7, "a1", "a2", "isis"),
        Link(8, "p1", "e1", "bgp"),
        Link(9, "e1", "e2", "bgp"),
    )
    return Topology(routers, links)


def sized(count: int) -> Topology:
    """Return a network of this many routers: a ring below eight, the eight and a tree of OSPF routers above."""
    if count < 1:
        raise LabError("a network has at least one router")
    if count < len(default().routers):
        return _ring(count)
    return _grown(default(), count)


def _ring(count: int) -> Topology:
    """Return OSPF routers in a ring, or in a chain where there are fewer than three."""
    routers = tuple(Router(f"p{number}", number) for number in range(1, count + 1))
    links = [Link(number, f"p{number}", f"p{number + 1}") for number in range(1, count)]
    if count >= SMALLEST_RING:
        links.append(Link(count, f"p{count}", "p1"))
    return Topology(routers, tuple(links))


def _grown(start: Topology, count: int) -> Topology:
    """Return a network with OSPF routers added as a tree below its core."""
    routers, links = list(start.routers), list(start.links)
    parents = deque(router.name for router in routers if router.group == "core" for _ in range(FAN_OUT))
    for number in range(len(routers) + 1, count + 1):
        router = Router(f"p{number}", number)
        links.append(Link(len(links) + 1, parents.popleft(), router.name))
        routers.append(router)
        parents.extend([router.name] * FAN_OUT)
    return Topology(tuple(routers), tuple(links))
