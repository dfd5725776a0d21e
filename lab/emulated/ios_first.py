"""The configuration of an emulated IOS device before anything is provisioned."""

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv4Network

from lab.emulated.views import Link, Node

HEAD = """version 17.3
service timestamps debug datetime msec
service timestamps log datetime msec
hostname {name}
no ip domain lookup
ip domain name example.net
ipv6 unicast-routing
archive
 path flash:archive
file prompt quiet
ip scp server enable
ip ssh version 2
ip forward-protocol nd
line con 0
 stopbits 1
line vty 0 15
 login local
 transport input ssh
"""


def first(node: Node) -> str:
    """Return the lines of a node: its links and what it speaks on them, no loopback."""
    return HEAD.format(name=node.name) + "".join(f"{line}\n" for line in _lines(node))


def _lines(node: Node) -> Iterator[str]:
    for vrf in node.vrfs:
        yield from (f"vrf definition {vrf}", " address-family ipv4", " exit-address-family")
        yield from (" address-family ipv6", " exit-address-family")
    for link in node.links:
        yield f"interface GigabitEthernet{link.index}"
        yield from (f" {line}" for line in _link(node, link))
    if node.ospf:
        yield from ("router ospf 1", f" router-id {node.router_id}")
        yield from (f" area {area} range {_masked(prefix)}" for area, prefix in node.ospf_ranges if ":" not in prefix)
    if node.ospf3:
        yield from ("router ospfv3 1", f" router-id {node.router_id}", " address-family ipv6 unicast")
        yield from (f"  area {area} range {prefix.upper()}" for area, prefix in node.ospf_ranges if ":" in prefix)
        yield " exit-address-family"
    if node.isis:
        yield from (f"router isis {node.isis}", f" net {node.isis_net}", " metric-style wide")
    if node.asn:
        yield from _bgp(node)


def _masked(prefix: str) -> str:
    network = IPv4Network(prefix)
    return f"{network.network_address} {network.netmask}"


def _link(node: Node, link: Link) -> Iterator[str]:
    yield f"description to {link.peer}"
    if link.ipv4:
        address = IPv4Interface(link.ipv4)
        yield f"ip address {address.ip} {address.netmask}"
    if link.ipv6:
        yield f"ipv6 address {link.ipv6}"
    if node.ospf and link.area and link.ipv4:
        yield from (f"ip ospf 1 area {link.area}", "ip ospf network point-to-point")
    if node.ospf3 and link.area and link.ipv6:
        yield from (f"ospfv3 1 ipv6 area {link.area}", "ospfv3 1 ipv6 network point-to-point")
    if node.isis and link.isis:
        yield from (f"ip router isis {node.isis}", f"ipv6 router isis {node.isis}", "isis network point-to-point")


def _bgp(node: Node) -> Iterator[str]:
    """Yield BGP with the neighbours at the other ends, each in the address family that it is reached by."""
    peers = [link for link in node.links if link.peer_as]
    yield from (f"router bgp {node.asn}", f" bgp router-id {node.router_id}", " bgp log-neighbor-changes")
    yield " no bgp default ipv4-unicast"
    for link in peers:
        for peer in filter(None, (link.peer_ipv4, link.peer_ipv6)):
            yield f" neighbor {_bare(peer)} remote-as {link.peer_as}"
    for family, name in (("ipv4", "peer_ipv4"), ("ipv6", "peer_ipv6")):
        yield f" address-family {family}"
        yield from (f"  neighbor {_bare(getattr(link, name))} activate" for link in peers if getattr(link, name))
        yield " exit-address-family"


def _bare(address: str) -> str:
    return address.partition("/")[0].upper()
