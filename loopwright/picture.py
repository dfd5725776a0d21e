"""All evidence of one reading of the network, with the questions that judging asks of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from loopwright.addresses import bare, network
from loopwright.device import Ping
from loopwright.evidence import DeviceEvidence, Neighbour, Origination, Route
from loopwright.models import DEFAULT_VRF, Link, Process, family_of
from loopwright.platform import Platform

if TYPE_CHECKING:
    from loopwright.adjacency import Adjacency


@dataclass(frozen=True)
class Picture:
    """The evidence of every device that was asked, and the platform of each."""

    evidence: Mapping[str, DeviceEvidence]
    platforms: Mapping[str, Platform]
    pings: Mapping[str, tuple[Ping, ...]] = field(default_factory=dict)
    station: Mapping[str, str] = field(default_factory=dict)
    cut_off: frozenset[tuple[str, str, str]] = frozenset()
    """(device, VRF, family) of those that know none of several prefixes that they must see: no witnesses."""

    def is_cut_off(self, device: str, vrf: str, address: str) -> bool:
        """Whether a device knows nothing in the VRF and family of an address."""
        return (device, vrf, family_of(address)) in self.cut_off

    def answered(self, device: str) -> DeviceEvidence | None:
        """The evidence of a device, None where it was not asked or did not answer."""
        found = self.evidence.get(device)
        return None if found is None or found.error else found

    @cached_property
    def identities(self) -> Mapping[tuple[str, str], str]:
        """The device behind each originator, by protocol and router-id, system name or system-id."""
        told = {
            (protocol, identity): device
            for device, found in self.evidence.items()
            for protocol, identity in found.identities.items()
        }
        configured = {
            (process.protocol, identity): device
            for device, found in self.evidence.items()
            for process in found.observed.routing.processes
            if (identity := _identity(process, found.observed.routing.router_id))
        }
        return {**configured, **told}

    def named(self, protocol: str) -> frozenset[str]:
        """The devices whose name in a protocol is known."""
        return self._named.get(protocol, frozenset())

    @cached_property
    def _named(self) -> Mapping[str, frozenset[str]]:
        names: dict[str, set[str]] = {}
        for (protocol, _), device in self.identities.items():
            names.setdefault(protocol, set()).add(device)
        return {protocol: frozenset(devices) for protocol, devices in names.items()}

    @cached_property
    def owners(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The devices that have an address, by VRF and address without length."""
        owners: dict[tuple[str, str], dict[str, None]] = {}
        for device, found in self.evidence.items():
            for vrf, address in _addresses(found):
                owners.setdefault((vrf, bare(address)), {})[device] = None
        return {key: tuple(devices) for key, devices in owners.items()}

    @cached_property
    def _results(self) -> Mapping[tuple[str, str, str, str], Ping]:
        return {
            (device, p.request.source, p.request.destination, p.request.vrf): p
            for device, pings in self.pings.items()
            for p in pings
        }

    def ping(self, device: str, source: str, destination: str, vrf: str) -> Ping | None:
        """What came of a ping that a device ran, None where it was not asked to."""
        return self._results.get((device, source, destination, vrf))

    def originator(self, seen: Origination) -> str | None:
        """The device that originates what was seen, None where it is not in the inventory."""
        return self.identities.get((seen.protocol, seen.originator))

    def table(self, device: str, protocol: str, prefix: str) -> tuple[Origination, ...]:
        """What a device's own table of a protocol holds for exactly a prefix."""
        found = self.answered(device)
        return found.table(protocol, prefix) if found else ()

    def covering(self, device: str, prefix: str, vrf: str) -> Route | None:
        """The most specific route in use that contains a prefix without being it."""
        found = self.answered(device)
        return next((r for r in found.routes_to(prefix, vrf) if r.prefix != prefix), None) if found else None

    def neighbours(self, device: str, protocol: str) -> tuple[Neighbour, ...]:
        """The neighbours of one protocol as a device sees them."""
        found = self.answered(device)
        return tuple(n for n in found.neighbours if n.protocol == protocol) if found else ()

    def command(self, device: str, what: str, **words: str) -> str:
        """What a person types on a device to see it."""
        platform = self.platforms.get(device)
        return platform.show_command(what, **words) if platform else ""

    def table_command(self, device: str, protocol: str, prefix: str) -> str:
        """What a person types to see a prefix in a protocol's own table."""
        return self.command(device, f"table-{protocol}", prefix=prefix) or self.command(
            device, f"table-{protocol}-{family_of(prefix)}", prefix=prefix
        )

    def links(self, device: str) -> tuple[Link, ...]:
        """The links of a device."""
        found = self.answered(device)
        return found.observed.routing.links if found else ()

    def peers(self, link: Link, device: str) -> tuple[str, ...]:
        """The devices at the other end of a link of a device."""
        return tuple(name for name in self._subnets[(link.vrf, network(link.address))] if name != device)

    @cached_property
    def _subnets(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        subnets: dict[tuple[str, str], dict[str, None]] = {}
        for name in self.evidence:
            for link in self.links(name):
                subnets.setdefault((link.vrf, network(link.address)), {})[name] = None
        return {key: tuple(names) for key, names in subnets.items()}

    def holders(self, address: str) -> tuple[str, ...]:
        """The devices that have an address, in whatever VRF."""
        return self._holders.get(address, ())

    @cached_property
    def _holders(self) -> Mapping[str, tuple[str, ...]]:
        holders: dict[str, dict[str, None]] = {}
        for (_, address), devices in self.owners.items():
            holders.setdefault(address, {}).update(dict.fromkeys(devices))
        return {address: tuple(devices) for address, devices in holders.items()}

    @cached_property
    def adjacencies(self) -> "dict[tuple[str, str], tuple[Adjacency, ...]]":
        """What `loopwright.adjacency` has found so far."""
        return {}

    def routed_address(self, device: str, address: str, vrf: str, towards: str) -> str | None:
        """An address of a routed interface of a device, of the family of `address`, that `towards` has a route to."""
        for link in self.links(device):
            same = link.vrf == vrf and family_of(link.address) == family_of(address)
            if same and (self.reaches(towards, link.address, vrf)):
                return bare(link.address)
        return None

    def way(self, device: str, address: str, vrf: str) -> Route | None:
        """The route that a device uses towards an address: the most specific one."""
        found = self.answered(device)
        return next(found.routes_to(bare(address), vrf), None) if found else None

    def reaches(self, device: str, address: str, vrf: str) -> bool:
        """Whether a device has a route in use towards an address that does not discard."""
        route = self.way(device, address, vrf)
        return route is not None and not discards(route)


def discards(route: Route) -> bool:
    """Whether a route leads nowhere: its next hops are told, and none has an address or an interface."""
    return bool(route.nexthops) and not any(address or interface for address, interface in route.nexthops)


def _identity(process: Process, own: str | None) -> str:
    """The name under which a process originates: its router-id, else the device's, or the system-id inside a NET."""
    if process.protocol == "isis":
        return ".".join((process.router_id or "").split(".")[-4:-1])
    return process.router_id or (own if process.vrf == DEFAULT_VRF else None) or ""


def _addresses(found: DeviceEvidence) -> Iterator[tuple[str, str]]:
    for interface in found.observed.interfaces:
        yield from ((interface.vrf, address) for address in interface.addresses)
    for loopback in found.observed.loopbacks:
        yield from ((loopback.vrf, address) for address in loopback.addresses)
    for link in found.observed.routing.links:
        yield link.vrf, link.address
