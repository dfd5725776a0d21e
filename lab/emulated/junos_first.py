"""The configuration of an emulated Junos device before any loopback is provisioned."""

from collections.abc import Iterator

from lab.emulated.views import Link, Node

POLICY = "LOOPBACKS"
RESERVED = "192.0.2.255/32"


def first(node: Node) -> Iterator[str]:
    """The lines of `show configuration | display set` of a node that is to be."""
    yield "set version 23.2R1.14"
    yield f"set system host-name {node.name}"
    yield "set system services netconf ssh"
    for link in node.links:
        yield from _port(link)
    if node.isis_net:
        yield f"set interfaces lo0 unit 0 family iso address {node.isis_net}"
    if node.asn:
        yield from _policy()
    for vrf in node.vrfs:
        yield f"set routing-instances {vrf} instance-type virtual-router"
    yield f"set routing-options router-id {node.router_id}"
    if node.asn:
        yield f"set routing-options autonomous-system {node.asn}"
        yield from (line for link in node.links if link.peer_as for line in _peer(node, link))
    yield from _link_state(node)


def port(index: int) -> str:
    """The logical interface of a link."""
    return f"ge-0/0/{index - 1}.0"


def _port(link: Link) -> Iterator[str]:
    name = port(link.index).removesuffix(".0")
    yield f"set interfaces {name} unit 0 description {link.peer}"
    if link.ipv4:
        yield f"set interfaces {name} unit 0 family inet address {link.ipv4}"
    if link.isis:
        yield f"set interfaces {name} unit 0 family iso"
    if link.ipv6:
        yield f"set interfaces {name} unit 0 family inet6 address {link.ipv6}"


def _policy() -> Iterator[str]:
    """Announces what the prefix list names; never empty: what an empty one matches is not told."""
    yield f"set policy-options prefix-list {POLICY} {RESERVED}"
    where = f"set policy-options policy-statement {POLICY} term direct"
    yield f"{where} from protocol direct"
    yield f"{where} from prefix-list {POLICY}"
    yield f"{where} then accept"


def _peer(node: Node, link: Link) -> Iterator[str]:
    for family, address in (("inet", link.peer_ipv4), ("inet6", link.peer_ipv6)):
        if address:
            internal = link.peer_as == node.asn
            where = f"set protocols bgp group {'internal' if internal else 'as' + link.peer_as}-{family}"
            yield f"{where} type {'internal' if internal else 'external'}"
            yield f"{where} family {family} unicast"
            yield f"{where} export {POLICY}"
            if not internal:
                yield f"{where} peer-as {link.peer_as}"
            yield f"{where} neighbor {address.partition('/')[0]}"


def _link_state(node: Node) -> Iterator[str]:
    for on, protocol, version in ((node.ospf, "ospf", 4), (node.ospf3, "ospf3", 6)):
        for link in node.links if on else ():
            if link.area:
                yield f"set protocols {protocol} area {link.area} interface {port(link.index)} interface-type p2p"
        for area, prefix in node.ospf_ranges if on else ():
            if (":" in prefix) == (version == 6):
                yield f"set protocols {protocol} area {area} area-range {prefix}"
    if node.isis:
        yield from (
            f"set protocols isis interface {port(link.index)} point-to-point" for link in node.links if link.isis
        )
        yield "set protocols isis level 1 disable"
        yield "set protocols isis level 2 wide-metrics-only"
