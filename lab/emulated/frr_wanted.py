"""What an FRR router is to have so that it stands for an emulated device, and the lines to get there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lab.emulated.model_fabric import family, host
from lab.emulated.views import DEFAULT_VRF, Enabled, Facts, Node, Port
from lab.topology import interface_to

Place = tuple[str, str]
"""The VRF and the kernel's name of an interface."""


@dataclass(frozen=True)
class Wanted:
    """The loopbacks with their lines, the links that are shut, and what BGP announces."""

    loopbacks: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)
    shut: frozenset[str] = frozenset()
    announced: frozenset[str] = frozenset()


def interface_of(port: Port) -> str:
    """Return the kernel's name of the interface that stands for a loopback."""
    return "lb" + re.sub(r"\D+", "-", port.name).strip("-")


def names(node: Node, facts: Facts) -> dict[str, str]:
    """Return the device's own name of each interface of its router, those of other VRFs aside."""
    found = {interface_of(port): port.name for port in facts.ports if not port.link and port.vrf == DEFAULT_VRF}
    links = {link.index: interface_to(link.peer) for link in node.links}
    return found | {links[port.link]: port.name for port in facts.ports if port.link in links}


def placed(port: Port, address: str) -> str:
    """Return an address as its router is to have it, so that OSPF sends what the device would send.

    A loopback is here an ordinary interface, which FRR sends with its mask.
    """
    hosted = any(
        entry.protocol in ("ospf", "ospf3") and entry.family == family(address) and not entry.point_to_point
        for entry in port.protocols
    )
    return host(address) if hosted else address


def wanted(node: Node, facts: Facts) -> Wanted:
    """Return what the router of a device is to have; a loopback that is shut has nothing."""
    links = {link.index: interface_to(link.peer) for link in node.links}
    loopbacks = {
        (port.vrf, interface_of(port)): tuple(_lines(node, port))
        for port in facts.ports
        if not port.link and port.enabled
    }
    shut = frozenset(links[port.link] for port in facts.ports if port.link in links and not port.enabled)
    announced = frozenset(entry.prefix for entry in facts.announced if entry.vrf == DEFAULT_VRF and node.asn)
    return Wanted(loopbacks, shut, announced)


def _lines(node: Node, port: Port) -> Iterator[str]:
    """Yield the lines of one loopback: addresses alone in a VRF."""
    for address in port.addresses:
        word = "ipv6" if family(address) == "ipv6" else "ip"
        yield f"{word} address {placed(port, address)}"
    if port.vrf == DEFAULT_VRF:
        for entry in port.protocols:
            yield from _enabling(node, entry)


def _enabling(node: Node, entry: Enabled) -> Iterator[str]:
    """Yield how a protocol is enabled, where the router runs it; always passive, as nobody else is there."""
    if (entry.protocol == "ospf" and node.ospf) or (entry.protocol == "ospf3" and node.ospf3):
        word = "ip ospf" if entry.protocol == "ospf" else "ipv6 ospf6"
        yield f"{word} area {entry.area or 0}"
        yield f"{word} passive"
        if entry.cost is not None:
            yield f"{word} cost {entry.cost}"
    if entry.protocol == "isis" and node.isis:
        yield f"{'ipv6' if entry.family == 'ipv6' else 'ip'} router isis {node.isis}"
        yield "isis passive"
        if entry.cost is not None:
            yield f"isis metric {entry.cost}"


def changes(node: Node, before: Wanted, after: Wanted) -> Iterator[str]:
    """Yield the lines of configuration mode that turn one state into another; what goes, goes first."""
    for vrf, interface in before.loopbacks:
        if vrf == DEFAULT_VRF and (gone := _without(before, after, (vrf, interface))):
            yield from (f"interface {interface}", *(f"no {line}" for line in reversed(gone)), "exit")
    for vrf, interface in after.loopbacks:
        if vrf == DEFAULT_VRF and (new := _without(after, before, (vrf, interface))):
            yield from (f"interface {interface}", *new, "exit")
    for interface in sorted(before.shut ^ after.shut):
        yield from (f"interface {interface}", "shutdown" if interface in after.shut else "no shutdown", "exit")
    if before.announced != after.announced:
        yield f"router bgp {node.asn}"
        for which in ("ipv4", "ipv6"):
            yield f"address-family {which} unicast"
            yield from (f"no network {p}" for p in sorted(before.announced - after.announced) if family(p) == which)
            yield from (f"network {p}" for p in sorted(after.announced - before.announced) if family(p) == which)
            yield "exit-address-family"
        yield "exit"


def _without(one: Wanted, other: Wanted, place: Place) -> list[str]:
    """Return the lines of an interface in one state that another one lacks."""
    known = other.loopbacks.get(place, ())
    return [line for line in dict.fromkeys(one.loopbacks.get(place, ())) if line not in known]


def moved(before: Wanted, after: Wanted) -> Iterator[tuple[Place, str, list[str]]]:
    """Yield what changes in VRFs other than the default one: the place, `add` or `del`, and the addresses."""
    for word, one, other in (("del", before, after), ("add", after, before)):
        for place in one.loopbacks:
            if place[0] != DEFAULT_VRF and (lines := _without(one, other, place)):
                yield place, word, [line.split()[-1] for line in lines]
