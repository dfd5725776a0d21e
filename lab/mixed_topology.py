"""The mixed network on paper: eight devices over six systems, as nodes and as the real routers behind them.

The core p1, p2, p3, p4 is a ring in area 0, in which b1 hangs at p1 and p4. b1 is the border of area 10, where it makes
a triangle with a1 and a2, and sums up either area for the other one. p3 and p4 speak IS-IS as well. e1 is an AS of its
own with a session to p2.
"""

from dataclasses import dataclass, replace

from lab.emulated.views import Link as NodeLink
from lab.emulated.views import Node
from lab.topology import Link, Protocol, Router, Topology

ISIS_TAG = "CORE"
VRF = "BLUE"
CORE_AS, EDGE_AS = "65000", "65010"
BACKBONE, ACCESS = "0.0.0.0", "0.0.0.10"  # noqa: S104  # areas, not addresses to listen on
CORE_SUMMARY = ("10.255.0.0/24", "2001:db8:255::/64")
ACCESS_SUMMARY = ("10.255.10.0/24", "2001:db8:255:10::/64")


@dataclass(frozen=True)
class Part:
    """What a device of the mixed network is: its system, which one stands in for it where no router runs, its role."""

    name: str
    system: str
    stand_in: str
    group: str
    ipv4: str
    ipv6: str

    @property
    def number(self) -> int:
        """Return the number of the router whose router-id is the address of this one's loopback."""
        third, fourth = self.ipv4.split(".")[2:]
        return 254 * int(third) + int(fourth)


PARTS = (
    Part("p1", "frr", "eos", "core", "10.255.0.1", "2001:db8:255::1"),
    Part("p2", "frr", "ios", "core", "10.255.0.2", "2001:db8:255::2"),
    Part("p3", "iosxr", "iosxr", "core", "10.255.0.3", "2001:db8:255::3"),
    Part("p4", "junos", "junos", "core", "10.255.0.4", "2001:db8:255::4"),
    Part("b1", "ios", "ios", "border", "10.255.0.5", "2001:db8:255::5"),
    Part("a1", "nxos", "nxos", "access", "10.255.10.1", "2001:db8:255:10::1"),
    Part("a2", "ios", "ios", "access", "10.255.10.2", "2001:db8:255:10::2"),
    Part("e1", "eos", "eos", "edge", "10.255.20.1", "2001:db8:255:20::1"),
)
REAL = "frr"
IN_ISIS = ("p3", "p4")
IN_VRF = ("p3", "p4", "a1")
ANYCAST = ("p3", "b1")
BORDER, PEER, EDGE = "b1", "p2", "e1"


def topology() -> Topology:
    """Return the routers and links for what makes namespaces and veth pairs."""
    runs: dict[str, tuple[Protocol, ...]] = {EDGE: ("bgp",), PEER: ("ospf", "bgp")}
    runs.update(dict.fromkeys(IN_ISIS, ("ospf", "isis")))
    routers = tuple(Router(part.name, part.number, runs.get(part.name, ("ospf",))) for part in PARTS)
    pairs = (
        ("p1", "p2"), ("p2", "p3"), ("p3", "p4"), ("p4", "p1"), ("p1", "b1"), ("p4", "b1"),
        ("b1", "a1"), ("b1", "a2"), ("a1", "a2"), ("p2", "e1"),
    )  # fmt: skip
    links = tuple(
        Link(number, one, other, "bgp" if other == EDGE else "ospf") for number, (one, other) in enumerate(pairs, 1)
    )
    return Topology(routers, links)


def nodes() -> tuple[Node, ...]:
    """Return the eight devices."""
    found = topology()
    return tuple(_node(found, part) for part in PARTS)


def _node(of: Topology, part: Part) -> Node:
    """Return one device with its side of the links."""
    edge = part.name == EDGE
    node = Node(
        part.name,
        of.router(part.name).router_id,
        tuple(_link(of, part, number) for number, _ in enumerate(of.ends(part.name))),
        ospf=not edge,
        ospf3=not edge,
        asn={EDGE: EDGE_AS, PEER: CORE_AS}.get(part.name, ""),
        vrfs=(VRF,) if part.name in IN_VRF else (),
    )
    if part.name in IN_ISIS:
        node = replace(node, isis=ISIS_TAG, isis_net=f"49.0001.{of.router(part.name).system_id}.00")
    if part.name == BORDER:
        ranges = ((BACKBONE, CORE_SUMMARY), (ACCESS, ACCESS_SUMMARY))
        node = replace(node, ospf_ranges=tuple((area, prefix) for area, both in ranges for prefix in both))
    return node


def _link(of: Topology, part: Part, number: int) -> NodeLink:
    """Return a link as one of its devices sees it."""
    end = of.ends(part.name)[number]
    peer = next(other for other in PARTS if other.name == end.peer)
    area, peer_as = (ACCESS if "access" in (part.group, peer.group) else BACKBONE), ""
    if end.protocol == "bgp":
        area, peer_as = "", EDGE_AS if peer.name == EDGE else CORE_AS
    return NodeLink(
        index=number + 1,
        ipv4=f"{end.ipv4}/31",
        ipv6=f"{end.ipv6}/127",
        peer=end.peer,
        peer_ipv4=f"{end.peer_ipv4}/31",
        peer_ipv6=f"{end.peer_ipv6}/127",
        area=area,
        isis=part.name in IN_ISIS and peer.name in IN_ISIS,
        peer_as=peer_as,
    )
