"""The devices of the topology model and the cables between them: which line is up, who is at the other end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from ipaddress import ip_address, ip_interface, ip_network

from lab.emulated.views import DEFAULT_VRF, Facts, Node, Port


@lru_cache(1 << 16)
def network(address: str) -> str:
    """Return the prefix that an address with length is in."""
    return str(ip_interface(address).network)


@lru_cache(1 << 16)
def bare(address: str) -> str:
    """Return an address without its length, in canonical spelling; what a link lacks is ""."""
    return str(ip_interface(address).ip) if address else ""


@lru_cache(1 << 16)
def host(address: str) -> str:
    """Return an address as the prefix of itself alone."""
    return str(ip_network(bare(address)))


def family(address: str) -> str:
    """Return `ipv4` or `ipv6`."""
    return "ipv6" if ":" in address else "ipv4"


@lru_cache(1 << 16)
def covering(address: str, length: int) -> str:
    """Return the prefix of a length that an address is in."""
    return str(ip_network(f"{ip_address(address)}/{length}", strict=False))


@dataclass(frozen=True)
class Device:
    """What is configured on a device, in the order in which it is asked for."""

    node: Node
    facts: Facts

    @property
    def name(self) -> str:
        """Return the name of the device."""
        return self.node.name

    @property
    def router_id(self) -> str:
        """Return the router-id, that of its first configuration where none is said."""
        return self.facts.router_id or self.node.router_id

    @cached_property
    def wired(self) -> dict[int, Port]:
        """Return the ports that have a link behind them, by its index."""
        return {port.link: port for port in self.facts.ports if port.link}

    @cached_property
    def named(self) -> dict[str, Port]:
        """Return the ports by their names."""
        return {port.name: port for port in self.facts.ports}


@dataclass(frozen=True, slots=True)
class Crossing:
    """A line that is up, as one of its devices sees it."""

    port: Port
    peer: Device
    far: Port
    index: int

    def address(self, which: str) -> str:
        """Return the peer's address in a subnet of one family that both share, "" where there is none."""
        mine = {network(address) for address in self.port.addresses if family(address) == which}
        for address in self.far.addresses:
            if family(address) == which and network(address) in mine:
                return bare(address)
        return ""


class Fabric:
    """All devices, and the counter that moves when a line or what runs over it changes."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        """Lay the cables; no device is configured yet."""
        self.nodes = {node.name: node for node in nodes}
        self.devices: dict[str, Device] = {}
        self.wiring = 0
        ends = {
            (name, bare(link.ipv4), bare(link.ipv6)): link.index
            for name, node in self.nodes.items()
            for link in node.links
        }
        self._far = {
            (name, link.index): (link.peer, ends.get((link.peer, bare(link.peer_ipv4), bare(link.peer_ipv6)), 0))
            for name, node in self.nodes.items()
            for link in node.links
        }

    def update(self, facts: Facts) -> Device | None:
        """Take the facts of a device and return what it was before."""
        before = self.devices.get(facts.device)
        now = Device(self.nodes[facts.device], facts)
        self.devices[facts.device] = now
        if before is None or before.wired != now.wired or before.router_id != now.router_id:
            self.wiring += 1
        return before

    def up(self, name: str, port: Port) -> bool:
        """Tell whether the line of a port is up: for a loopback that it is enabled, else that both ends are."""
        return port.enabled and (not port.link or self._across(name, port) is not None)

    def _across(self, name: str, port: Port) -> tuple[Device, Port] | None:
        """Return the other end of a cable if somebody holds it up."""
        peer, index = self._far.get((name, port.link), ("", 0))
        device = self.devices.get(peer)
        far = device.wired.get(index) if device else None
        return (device, far) if device and far and far.enabled else None

    def crossings(self, name: str) -> Iterator[Crossing]:
        """Yield the lines of a device that are up and in one VRF at both ends."""
        device = self.devices.get(name)
        for index, port in device.wired.items() if device else ():
            other = self._across(name, port) if port.enabled else None
            if other and port.vrf == other[1].vrf == DEFAULT_VRF:
                yield Crossing(port, other[0], other[1], index)

    def own(self, name: str, vrf: str) -> Iterator[tuple[Port, str]]:
        """Yield the addresses that a device answers for in a VRF, with their ports."""
        device = self.devices.get(name)
        for port in device.facts.ports if device else ():
            if port.vrf == vrf and port.addresses and self.up(name, port):
                for address in port.addresses:
                    yield port, address

    def connected(self, name: str, vrf: str) -> dict[str, str]:
        """Return the prefixes that are connected to a device in a VRF, with their interfaces."""
        return {network(address): port.name for port, address in self.own(name, vrf)}
