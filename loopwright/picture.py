"""All evidence of one reading of the network, with the questions that judging asks of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from loopwright.addresses import bare, contains, length
from loopwright.device import Ping
from loopwright.evidence import DeviceEvidence, Neighbour, Origination, Route
from loopwright.models import Link, family_of
from loopwright.platform import Platform


@dataclass(frozen=True)
class Picture:
    """The evidence of every device that was asked, and the platform of each."""

    evidence: Mapping[str, DeviceEvidence]
    platforms: Mapping[str, Platform]
    pings: Mapping[str, tuple[Ping, ...]] = field(default_factory=dict)

    def answered(self, device: str) -> DeviceEvidence | None:
        """The evidence of a device, None where it was not asked or did not answer."""
        found = self.evidence.get(device)
        return None if found is None or found.error else found

    @cached_property
    def identities(self) -> Mapping[tuple[str, str], str]:
        """The device behind each originator, by protocol and router-id or system name."""
        return {
            (protocol, identity): device
            for device, found in self.evidence.items()
            for protocol, identity in found.identities.items()
        }

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
        candidates = [
            r
            for r in (found.routes if found else ())
            if r.vrf == vrf and r.selected and r.installed and r.prefix != prefix and contains(r.prefix, prefix)
        ]
        return max(candidates, key=lambda r: length(r.prefix), default=None)

    def neighbours(self, device: str, protocol: str) -> tuple[Neighbour, ...]:
        """The neighbours of one protocol as a device sees them."""
        found = self.answered(device)
        return tuple(n for n in found.neighbours if n.protocol == protocol) if found else ()

    def command(self, device: str, what: str, **words: str) -> str:
        """What a person types on a device to see it."""
        platform = self.platforms.get(device)
        return platform.show_command(what, **words) if platform else ""

    def links(self, device: str) -> tuple[Link, ...]:
        """The links of a device."""
        found = self.answered(device)
        return found.observed.routing.links if found else ()

    def routed_address(self, device: str, address: str, vrf: str, towards: str) -> str | None:
        """An address of a routed interface of a device, of the family of `address`, that `towards` has a route to."""
        for link in self.links(device):
            same = link.vrf == vrf and family_of(link.address) == family_of(address)
            if same and (self.reaches(towards, link.address, vrf)):
                return bare(link.address)
        return None

    def reaches(self, device: str, address: str, vrf: str) -> bool:
        """Whether a device has any route in use towards an address."""
        found = self.answered(device)
        return found is not None and any(
            r.vrf == vrf and r.selected and r.installed and contains(r.prefix, bare(address)) for r in found.routes
        )


def _addresses(found: DeviceEvidence) -> Iterator[tuple[str, str]]:
    for interface in found.observed.interfaces:
        yield from ((interface.vrf, address) for address in interface.addresses)
    for loopback in found.observed.loopbacks:
        yield from ((loopback.vrf, address) for address in loopback.addresses)
    for link in found.observed.routing.links:
        yield link.vrf, link.address
