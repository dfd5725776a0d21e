"""Cisco NX-OS: its first configuration, its store and its command line."""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.emulated.device import Device, Login
from lab.emulated.nxos_cli import NxosCli
from lab.emulated.nxos_store import NxosStore
from lab.emulated.views import Link, Node


@dataclass(slots=True)
class Nxos:
    """NX-OS of one version."""

    version: str = "9.3(10)"
    name: str = "nxos"
    transport: str = "cli"

    def port(self, index: int) -> str:
        """The interface of a link."""
        return f"Ethernet1/{index}"

    def first(self, node: Node) -> str:
        """The configuration of a device before any loopback is provisioned."""
        return NxosStore("\n".join(self._first(node))).text()

    def store(self, text: str) -> NxosStore:
        """A store that holds a configuration."""
        return NxosStore(text)

    def cli(self, device: Device, login: Login) -> NxosCli:
        """The command line of a new session."""
        return NxosCli(device, login)

    def _first(self, node: Node) -> Iterator[str]:
        yield f"version {self.version} Bios:version  "
        yield f"hostname {node.name}"
        yield from (f"vdc {node.name} id 1", "  limit-resource vlan minimum 16 maximum 4094")
        yield "  limit-resource vrf minimum 2 maximum 4096"
        for running, feature in ((node.ospf, "ospf"), (node.ospf3, "ospfv3"), (node.isis, "isis"), (node.asn, "bgp")):
            if running:
                yield f"feature {feature}"
        yield from (f"vrf context {vrf}" for vrf in (*node.vrfs, "management"))
        for link in node.links:
            yield from self._link(link, node)
        yield from _igp(node)
        if node.asn:
            yield from _bgp(node)

    def _link(self, link: Link, node: Node) -> Iterator[str]:
        yield f"interface {self.port(link.index)}"
        yield f"  description {link.peer}"
        yield "  no switchport"
        yield from (f"  ip address {link.ipv4}" for _ in [0] if link.ipv4)
        yield from (f"  ipv6 address {link.ipv6}" for _ in [0] if link.ipv6)
        if node.ospf and link.area:
            yield from ("  ip ospf network point-to-point", f"  ip router ospf 1 area {link.area}")
        if node.ospf3 and link.area:
            yield from ("  ospfv3 network point-to-point", f"  ipv6 router ospfv3 1 area {link.area}")
        if node.isis and link.isis:
            yield from ("  isis network point-to-point", f"  ip router isis {node.isis}")
            yield f"  ipv6 router isis {node.isis}"
        yield "  no shutdown"


def _igp(node: Node) -> Iterator[str]:
    if node.ospf:
        yield from ("router ospf 1", f"  router-id {node.router_id}")
        yield from (f"  area {area} range {prefix}" for area, prefix in node.ospf_ranges if ":" not in prefix)
        yield from (f"  vrf {vrf}" for vrf in node.vrfs)
    if node.ospf3:
        yield from ("router ospfv3 1", f"  router-id {node.router_id}", "  address-family ipv6 unicast")
        yield from (f"    area {area} range {prefix}" for area, prefix in node.ospf_ranges if ":" in prefix)
        yield from (f"  vrf {vrf}" for vrf in node.vrfs)
    if node.isis:
        yield from (f"router isis {node.isis}", f"  net {node.isis_net}", "  is-type level-2")
        yield from ("  address-family ipv6 unicast", "    multi-topology")


def _bgp(node: Node) -> Iterator[str]:
    yield from (f"router bgp {node.asn}", f"  router-id {node.router_id}")
    yield from ("  address-family ipv4 unicast", "  address-family ipv6 unicast")
    for link in node.links:
        for address, family in ((link.peer_ipv4, "ipv4"), (link.peer_ipv6, "ipv6")):
            if link.peer_as and address:
                yield f"  neighbor {address.partition('/')[0]}"
                yield from (f"    remote-as {link.peer_as}", f"    address-family {family} unicast")
    for vrf in node.vrfs:
        yield from (f"  vrf {vrf}", "    address-family ipv4 unicast", "    address-family ipv6 unicast")
