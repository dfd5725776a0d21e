"""What emulated devices and the network around them say to each other, in no vendor's format.

A system reads its own configuration into `Facts`; a `Routing` takes the facts of every device and tells each what it
would see: routes, link-state and BGP tables, neighbours, pings. Addresses are text with prefix length in canonical
form, areas dotted quads, the VRF without a name is `default`, protocols are `ospf`, `ospf3`, `isis` and `bgp`.
"""

from dataclasses import dataclass
from typing import Protocol

DEFAULT_VRF = "default"


@dataclass(frozen=True, slots=True)
class Link:
    """One end of a link of a node: its place among the node's links, from 1, its addresses and who is at the other end.

    `area` is the OSPF area of both versions, "" where OSPF is not spoken on it; `isis` whether IS-IS is; `peer_as` the
    AS of a BGP neighbour at the other end, "" where there is none.
    """

    index: int
    ipv4: str
    ipv6: str
    peer: str
    peer_ipv4: str
    peer_ipv6: str
    area: str = ""
    isis: bool = False
    peer_as: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A device to be: what its first configuration is made from, in whatever syntax.

    `ospf`, `ospf3` say whether it runs those (process 1 where the system numbers them); `isis` is the instance tag;
    `asn` the AS number of BGP, "" for none. `vrfs` exist on it without any interface in them. `ospf_ranges` are
    (area, prefix) pairs that it summarises at an area border. Loopbacks are not here: they are what is provisioned.
    """

    name: str
    router_id: str
    links: tuple[Link, ...] = ()
    ospf: bool = False
    ospf3: bool = False
    isis: str = ""
    isis_net: str = ""
    asn: str = ""
    vrfs: tuple[str, ...] = ()
    ospf_ranges: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Enabled:
    """A protocol on an interface: by a line on it, or because a statement of the process takes it in.

    `process` is the OSPF process or the IS-IS tag; `level` of IS-IS is "1", "2" or "1-2".
    """

    protocol: str
    family: str
    process: str = ""
    area: str = ""
    level: str = ""
    cost: int | None = None
    passive: bool = False
    point_to_point: bool = False


@dataclass(frozen=True, slots=True)
class Port:
    """An interface as configured; `link` is the `Link.index` behind it, 0 for a loopback; primary address first."""

    name: str
    link: int = 0
    vrf: str = DEFAULT_VRF
    enabled: bool = True
    description: str = ""
    addresses: tuple[str, ...] = ()
    protocols: tuple[Enabled, ...] = ()


@dataclass(frozen=True, slots=True)
class Originates:
    """A prefix that a BGP process announces by a statement of its own, in one VRF."""

    prefix: str
    vrf: str = DEFAULT_VRF


@dataclass(frozen=True, slots=True)
class Facts:
    """What a device's configuration comes to: all that a `Routing` has to know of it."""

    device: str
    ports: tuple[Port, ...] = ()
    router_id: str = ""
    asn: str = ""
    announced: tuple[Originates, ...] = ()


@dataclass(frozen=True, slots=True)
class PortState:
    """An interface as it is: `up` is the line, not the configuration."""

    name: str
    up: bool


@dataclass(frozen=True, slots=True, order=True)
class RouteView:
    """A route in use; `protocol` is connected, local, static, ospf, ospf3, isis or bgp.

    `nexthops` are (address, interface) pairs, the address "" for what is connected.
    """

    vrf: str
    prefix: str
    protocol: str
    nexthops: tuple[tuple[str, str], ...] = ()
    distance: int = 0
    metric: int = 0


@dataclass(frozen=True, slots=True, order=True)
class LsaView:
    """A prefix in a link-state database; `kind` is intra, inter or external (OSPF) or internal (IS-IS).

    `scope` is the area, or the level ("1", "2"); `originator` is a router-id, or in IS-IS the host name or system-id.
    """

    protocol: str
    scope: str
    kind: str
    prefix: str
    originator: str
    metric: int = 0
    own: bool = False


@dataclass(frozen=True, slots=True, order=True)
class PathView:
    """A path in the BGP table of one VRF; `originator` is the router-id of who sent it, "" for the device's own."""

    vrf: str
    prefix: str
    nexthop: str
    originator: str = ""
    as_path: tuple[str, ...] = ()
    best: bool = True
    internal: bool = False


@dataclass(frozen=True, slots=True, order=True)
class NeighbourView:
    """An adjacency or session; `identity` is its router-id, system-id or BGP address, `state` the protocol's word."""

    protocol: str
    identity: str
    address: str
    interface: str
    state: str
    up: bool
    remote_as: str = ""


class Routing(Protocol):
    """The network around emulated devices. Calls may block where real routers are asked (`blocking`)."""

    title: str
    blocking: bool

    def update(self, facts: Facts) -> None:
        """Take what a device is configured to be now."""
        ...

    def ports(self, device: str) -> tuple[PortState, ...]:
        """The state of each port of a device, under the names of its facts."""
        ...

    def routes(self, device: str, family: str) -> tuple[RouteView, ...]:
        """The routes in use of one family, of every VRF."""
        ...

    def lsas(self, device: str, protocol: str) -> tuple[LsaView, ...]:
        """The prefixes in a link-state database of a device."""
        ...

    def paths(self, device: str, family: str) -> tuple[PathView, ...]:
        """The BGP table of one family, of every VRF."""
        ...

    def neighbours(self, device: str, protocol: str) -> tuple[NeighbourView, ...]:
        """The neighbours of a protocol."""
        ...

    def ping(self, device: str, vrf: str, source: str, destination: str, count: int) -> int:
        """How many of `count` echo requests are answered."""
        ...
