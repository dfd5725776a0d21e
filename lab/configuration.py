"""The FRR configuration that each router starts with: links and protocols, no loopbacks."""

from collections.abc import Iterator
from typing import Literal

from lab.topology import End, Protocol, Router, Topology

Timers = Literal["fast", "default"]

ISIS_TAG = "CORE"
# Up to this many routers OSPF computes routes at once after every change.
SMALL = 50
LINKS, BORDER = "LINKS", "BORDER"


def frr_conf(topology: Topology, name: str, timers: Timers) -> str:
    """Return the integrated configuration of one router."""
    router, ends, fast = topology.router(name), topology.ends(name), timers == "fast"
    lines = [f"hostname {name}", "!", *_filters(router)]
    for end in ends:
        lines += [
            f"interface {end.interface}",
            *(f" {line}" for line in _interface(router, end, fast=fast)),
            "exit",
            "!",
        ]
    for stanza in _protocols(topology, router, ends, fast=fast):
        lines += [*stanza, "exit", "!"]
    return "\n".join(lines) + "\n"


def _filters(router: Router) -> Iterator[str]:
    """Yield what may be redistributed from connected interfaces.

    Links everywhere. Loopbacks only where a border hands its own to the other side: FRR redistributes from the routing
    table, in which the border's own loopback is connected and neither OSPF nor IS-IS.
    """
    yield "ip prefix-list LINKS seq 5 permit 198.18.0.0/15 ge 31 le 31"
    yield "ipv6 prefix-list LINKS seq 5 permit 2001:db8:1800::/48 ge 127 le 127"
    yield from _route_map(LINKS, LINKS, 10)
    if len(router.runs) > 1:
        yield "ip prefix-list HOSTS seq 5 permit 0.0.0.0/0 ge 32"
        yield "ipv6 prefix-list HOSTS seq 5 permit ::/0 ge 128"
        yield from _route_map(BORDER, LINKS, 10)
        yield from _route_map(BORDER, "HOSTS", 30)


def _route_map(name: str, prefix_list: str, number: int) -> Iterator[str]:
    """Yield the two entries that permit a prefix list of either family."""
    for offset, family in ((0, "ip"), (10, "ipv6")):
        yield f"route-map {name} permit {number + offset}"
        yield f" match {family} address prefix-list {prefix_list}"
        yield "exit"


def _interface(router: Router, end: End, *, fast: bool) -> Iterator[str]:
    """Yield the lines of one interface."""
    yield f"description to {end.peer}"
    yield f"ip address {end.ipv4}/31"
    yield f"ipv6 address {end.ipv6}/127"
    if end.protocol == "ospf":
        if router.ospf_style == "interface":
            yield "ip ospf area 0"
        yield "ip ospf network point-to-point"
        yield "ipv6 ospf6 area 0"
        yield "ipv6 ospf6 network point-to-point"
        if fast:
            for word in ("ip ospf", "ipv6 ospf6"):
                yield f"{word} hello-interval 1"
                yield f"{word} dead-interval 4"
                yield f"{word} retransmit-interval 1"
    if end.protocol == "isis":
        yield f"ip router isis {ISIS_TAG}"
        yield f"ipv6 router isis {ISIS_TAG}"
        yield "isis circuit-type level-2-only"
        yield "isis network point-to-point"
        if fast:
            yield "isis hello-interval 1"
            yield "isis hello-multiplier 4"
            yield "isis psnp-interval 1"


def _protocols(topology: Topology, router: Router, ends: tuple[End, ...], *, fast: bool) -> Iterator[list[str]]:
    """Yield one stanza per routing process."""
    if "ospf" in router.runs:
        throttle = _throttle(topology) if fast else []
        yield ["router ospf", *(f" {line}" for line in _ospf(router, ends, throttle))]
        yield ["router ospf6", *(f" {line}" for line in _ospf6(router, throttle))]
    if "isis" in router.runs:
        yield [f"router isis {ISIS_TAG}", *(f" {line}" for line in _isis(router, fast=fast))]
    if "bgp" in router.runs:
        yield [f"router bgp {router.asn}", *(f" {line}" for line in _bgp(topology, router, ends, fast=fast))]


def _throttle(topology: Topology) -> list[str]:
    """Return the lines that make OSPF hurry.

    In a large network two processors are kept busy by all routers computing routes after each change: there the
    computations wait for more changes, which takes half the time in all.
    """
    spf = "0 50 500" if len(topology.routers) <= SMALL else "100 1000 3000"
    return [f"timers throttle spf {spf}", "timers lsa min-arrival 0"]


def _others(router: Router, protocol: Protocol) -> list[Protocol]:
    """Return the other protocols that a border hands on."""
    return [other for other in router.runs if other != protocol]


def _ospf(router: Router, ends: tuple[End, ...], throttle: list[str]) -> Iterator[str]:
    """Yield the lines of the OSPFv2 process."""
    yield f"ospf router-id {router.router_id}"
    if router.ospf_style == "network":
        for end in ends:
            yield f"network {end.ipv4 if _even(end) else end.peer_ipv4}/31 area 0"
    for other in _others(router, "ospf"):
        yield f"redistribute {other}"
    if _others(router, "ospf"):
        yield f"redistribute connected route-map {LINKS}"
    if throttle:
        yield "timers throttle lsa all 0"
    yield from throttle


def _even(end: End) -> bool:
    """Tell whether the near address is the first of its /31."""
    return int(end.ipv4.rsplit(".", 1)[1]) % 2 == 0


def _ospf6(router: Router, throttle: list[str]) -> Iterator[str]:
    """Yield the lines of the OSPFv3 process."""
    yield f"ospf6 router-id {router.router_id}"
    for other in _others(router, "ospf"):
        yield f"redistribute {other}"
    if _others(router, "ospf"):
        yield f"redistribute connected route-map {LINKS}"
    yield from throttle


def _isis(router: Router, *, fast: bool) -> Iterator[str]:
    """Yield the lines of the IS-IS process."""
    yield f"net 49.0001.{router.system_id}.00"
    yield "is-type level-2-only"
    yield "metric-style wide"
    if "ospf" in router.runs:
        for family, protocol in (("ipv4", "ospf"), ("ipv6", "ospf6")):
            yield f"redistribute {family} {protocol} level-2"
            yield f"redistribute {family} connected level-2 route-map {BORDER}"
    if fast:
        yield "lsp-gen-interval 1"
        yield "spf-interval 1"


def _bgp(topology: Topology, router: Router, ends: tuple[End, ...], *, fast: bool) -> Iterator[str]:
    """Yield the lines of the BGP process."""
    peers = [end for end in ends if end.protocol == "bgp"]
    yield f"bgp router-id {router.router_id}"
    yield "no bgp ebgp-requires-policy"
    yield "no bgp default ipv4-unicast"
    if fast:
        yield "timers bgp 1 3"
    for end in peers:
        for address in (end.peer_ipv4, end.peer_ipv6):
            yield f"neighbor {address} remote-as {topology.router(end.peer).asn}"
            yield f"neighbor {address} description {end.peer}"
            if fast:
                yield f"neighbor {address} timers connect 1"
                yield f"neighbor {address} advertisement-interval 0"
    inner = [end for end in peers if topology.router(end.peer).asn == router.asn]
    yield from _bgp_family(router, "ipv4", [end.peer_ipv4 for end in peers], [end.peer_ipv4 for end in inner])
    yield from _bgp_family(router, "ipv6", [end.peer_ipv6 for end in peers], [end.peer_ipv6 for end in inner])


def _bgp_family(router: Router, family: str, peers: list[str], inner: list[str]) -> Iterator[str]:
    """Yield one address family of the BGP process."""
    yield f"address-family {family} unicast"
    if "ospf" in router.runs:
        yield f" redistribute {'ospf' if family == 'ipv4' else 'ospf6'}"
        yield f" redistribute connected route-map {BORDER}"
    else:
        yield f" redistribute connected route-map {LINKS}"
    for address in peers:
        yield f" neighbor {address} activate"
        if address in inner:
            yield f" neighbor {address} next-hop-self"
    yield "exit-address-family"
