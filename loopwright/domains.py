"""Which devices share a flooding domain or an AS, by what is configured: a neighbour that is down stays a member."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_interface

from loopwright.addresses import bare
from loopwright.models import Observed

Node = tuple[str, str, str]
"""(device, protocol, domain): the domain is the area of OSPF, the AS of BGP, and "" for IS-IS."""


def _domain(protocol: str, domain: str) -> str:
    """Instances of IS-IS have names of local meaning only."""
    return "" if protocol == "isis" else domain


@dataclass(frozen=True)
class Domains:
    """Connected components of the configured network, per protocol and domain."""

    component: Mapping[Node, int]
    devices: Mapping[int, frozenset[str]]

    def members(self, device: str, protocol: str, domain: str = "") -> frozenset[str]:
        """The devices that share a domain with this one, itself included."""
        number = self.component.get((device, protocol, _domain(protocol, domain)))
        return self.devices[number] if number is not None else frozenset({device})


def _segments(observed: Iterable[Observed]) -> Iterator[list[Node]]:
    """Yield the nodes on each subnet that several devices are configured on."""
    subnets: dict[tuple[str, str, str, str], list[Node]] = {}
    for device in observed:
        for link in device.routing.links:
            subnet = str(ip_interface(link.address).network)
            for protocol, name in link.protocols:
                domain = _domain(protocol, name)
                key = (link.vrf, subnet, protocol, domain)
                subnets.setdefault(key, []).append((device.device, protocol, domain))
    yield from subnets.values()


def address_owners(observed: Iterable[Observed]) -> dict[str, str]:
    """The device that has each address, by address without prefix length."""
    owners = {}
    for device in observed:
        owners.update({bare(link.address): device.device for link in device.routing.links})
        owners.update({bare(address): device.device for lo in device.loopbacks for address in lo.addresses})
    return owners


def _sessions(observed: tuple[Observed, ...], owners: Mapping[str, str]) -> Iterator[list[Node]]:
    """Yield the two ends of each session within an AS."""
    for device in observed:
        for peer in device.routing.peers:
            inside = peer.remote_as in (peer.local_as, "internal")
            other = owners.get(peer.address)
            mine = (device.device, "bgp", peer.local_as)
            yield [mine, (other, "bgp", peer.local_as)] if inside and other else [mine]


def find_domains(observed: Iterable[Observed], addresses: Mapping[str, str] | None = None) -> Domains:
    """Find the domains of a network; `addresses` adds owners of addresses that are wanted but not there yet."""
    devices = tuple(observed)
    owners = {**(addresses or {}), **address_owners(devices)}
    parent: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for nodes in (*_segments(devices), *_sessions(devices, owners)):
        for node in nodes:
            parent[root(node)] = root(nodes[0])
    numbers: dict[Node, int] = {}
    component = {node: numbers.setdefault(root(node), len(numbers)) for node in list(parent)}
    members: dict[int, set[str]] = {}
    for node, number in component.items():
        members.setdefault(number, set()).add(node[0])
    return Domains(component, {number: frozenset(names) for number, names in members.items()})
