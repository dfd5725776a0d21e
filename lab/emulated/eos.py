"""Arista EOS: its first configuration, its store and its transport."""

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

from lab.emulated.eapi import EapiFront
from lab.emulated.eos_store import EosStore
from lab.emulated.views import Link, Node


@dataclass(frozen=True, slots=True)
class Eos:
    """Arista EOS of one version."""

    version: str = "4.28.3M"
    name: str = "eos"
    transport: str = "eapi"

    def front(self, executor: Executor) -> EapiFront:
        """Return the transport of devices of this system."""
        return EapiFront(executor)

    def port(self, index: int) -> str:
        """Return the name of the interface of a link."""
        return f"Ethernet{index}"

    def store(self, text: str) -> EosStore:
        """Return a store that holds a configuration."""
        return EosStore(text)

    def first(self, node: Node) -> str:
        """Return the configuration of a device before anything is provisioned; its VRFs run OSPF and BGP too."""
        return EosStore("\n".join(_first(self, node))).text()


def _first(system: Eos, node: Node) -> Iterator[str]:
    yield f"hostname {node.name}"
    yield "service routing protocols model multi-agent"
    yield from (f"vrf instance {vrf}" for vrf in node.vrfs)
    for link in node.links:
        yield from _interface(system, node, link)
    yield from ("ip routing", "ipv6 unicast-routing")
    yield from (f"{words} vrf {vrf}" for vrf in node.vrfs for words in ("ip routing", "ipv6 unicast-routing"))
    if node.asn:
        yield from _bgp(node)
    if node.isis:
        yield from (f"router isis {node.isis}", f" net {node.isis_net}")
        yield from (" address-family ipv4 unicast", " address-family ipv6 unicast")
    if node.ospf:
        yield from (f"router ospf {n} vrf {vrf}" for n, vrf in enumerate(node.vrfs, 2))
        yield from ("router ospf 1", f" router-id {node.router_id}")
        yield from (f" area {area} range {prefix}" for area, prefix in node.ospf_ranges if ":" not in prefix)
    if node.ospf3:
        yield from ("ipv6 router ospf 1", f" router-id {node.router_id}")
        yield from (f" area {area} range {prefix}" for area, prefix in node.ospf_ranges if ":" in prefix)
    yield from ("management api http-commands", " no shutdown")


def _interface(system: Eos, node: Node, link: Link) -> Iterator[str]:
    yield f"interface {system.port(link.index)}"
    yield from (f" description to {link.peer}", " no switchport")
    if link.ipv4:
        yield f" ip address {link.ipv4}"
    if link.ipv6:
        yield f" ipv6 address {link.ipv6}"
    if node.ospf and link.area:
        yield from (" ip ospf network point-to-point", f" ip ospf area {link.area}")
    if node.ospf3 and link.area:
        yield from (" ipv6 ospf network point-to-point", f" ipv6 ospf 1 area {link.area}")
    if node.isis and link.isis:
        yield from (f" isis enable {node.isis}", " isis network point-to-point")


def _bgp(node: Node) -> Iterator[str]:
    peers = [
        (family, address, link.peer_as)
        for link in node.links
        for family, address in (("ipv4", link.peer_ipv4), ("ipv6", link.peer_ipv6))
        if link.peer_as and address
    ]
    yield from (f"router bgp {node.asn}", f" router-id {node.router_id}")
    yield from (f" neighbor {address.partition('/')[0]} remote-as {asn}" for _, address, asn in peers)
    for family in ("ipv4", "ipv6"):
        active = [address.partition("/")[0] for told, address, _ in peers if told == family]
        yield f" address-family {family}"
        yield from (f"  neighbor {address} activate" for address in active)
    yield from (line for vrf in node.vrfs for line in (f"router bgp {node.asn}", f" vrf {vrf}"))
