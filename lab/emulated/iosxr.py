"""Cisco IOS-XR, emulated: its first configuration, its store and its command line."""

from collections.abc import Iterator

from lab.emulated.device import Device, Login
from lab.emulated.iosxr_cli import XrCli
from lab.emulated.iosxr_facts import port_name
from lab.emulated.iosxr_rules import with_mask
from lab.emulated.iosxr_store import XrStore
from lab.emulated.views import Link, Node


class IosXr:
    """The system `iosxr`."""

    name = "iosxr"
    transport = "cli"

    def first(self, node: Node) -> str:
        """The configuration of a device before anything is provisioned."""
        return XrStore("\n".join(_first(node))).text()

    def store(self, text: str) -> XrStore:
        """A store that holds a configuration."""
        return XrStore(text)

    def port(self, index: int) -> str:
        """The interface of a node's link."""
        return port_name(index)

    def cli(self, device: Device, login: Login) -> XrCli:
        """The command line of a new session."""
        return XrCli(device, login)


def _first(node: Node) -> Iterator[str]:
    yield f"hostname {node.name}"
    for vrf in node.vrfs:
        yield from (f"vrf {vrf}", " address-family ipv4 unicast", " address-family ipv6 unicast")
    for link in node.links:
        yield f"interface {port_name(link.index)}"
        yield from ([f" ipv4 address {with_mask(link.ipv4)}"] if link.ipv4 else [])
        yield from ([f" ipv6 address {link.ipv6}"] if link.ipv6 else [])
    if any(link.peer_as and link.peer_as != node.asn for link in node.links):
        yield from ("route-policy PASS", " pass")
    for version, runs in (("ospf", node.ospf), ("ospfv3", node.ospf3)):
        if runs:
            yield from _ospf(node, version)
    if node.isis:
        yield from _isis(node)
    if node.asn:
        yield from _bgp(node)


def _ospf(node: Node, version: str) -> Iterator[str]:
    yield from (f"router {version} 1", f" router-id {node.router_id}")
    six = version == "ospfv3"
    areas = sorted({link.area for link in node.links if link.area} | {area for area, _ in node.ospf_ranges})
    for area in areas:
        yield f" area {_short(area)}"
        yield from (f"  range {prefix}" for at, prefix in node.ospf_ranges if at == area and (":" in prefix) == six)
        for link in node.links:
            if link.area == area and (link.ipv6 if six else link.ipv4):
                yield from (f"  interface {port_name(link.index)}", "   network point-to-point")


def _short(area: str) -> str:
    """An area as most people type it: small ones as a number."""
    return area.removeprefix("0.0.0.") if area.startswith("0.0.0.") else area


def _isis(node: Node) -> Iterator[str]:
    yield from (f"router isis {node.isis}", " is-type level-2-only", f" net {node.isis_net}")
    for family in ("ipv4", "ipv6"):
        yield from (f" address-family {family} unicast", "  metric-style wide")
    for link in node.links:
        if link.isis:
            yield from (f" interface {port_name(link.index)}", "  point-to-point")
            families = (("ipv4", link.ipv4), ("ipv6", link.ipv6))
            yield from (f"  address-family {family} unicast" for family, address in families if address)


def _bgp(node: Node) -> Iterator[str]:
    yield from (f"router bgp {node.asn}", f" bgp router-id {node.router_id}")
    for family in ("ipv4", "ipv6", *(("vpnv4", "vpnv6") if node.vrfs else ())):
        yield f" address-family {family} unicast"
    for link in node.links:
        if link.peer_as:
            yield from _neighbours(node, link)
    for place, vrf in enumerate(node.vrfs, start=1):
        yield from (f" vrf {vrf}", f"  rd {node.router_id}:{place}")
        yield from ("  address-family ipv4 unicast", "  address-family ipv6 unicast")


def _neighbours(node: Node, link: Link) -> Iterator[str]:
    for family, peer in (("ipv4", link.peer_ipv4), ("ipv6", link.peer_ipv6)):
        if peer:
            yield from (f" neighbor {peer.partition('/')[0]}", f"  remote-as {link.peer_as}")
            yield f"  address-family {family} unicast"
            if link.peer_as != node.asn:
                yield from ("   route-policy PASS in", "   route-policy PASS out")
