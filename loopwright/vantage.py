"""Who is asked to reach whom, and from which source."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from loopwright.addresses import bare, network
from loopwright.adjacency import adjacencies
from loopwright.device import PingRequest
from loopwright.expect import Expectation
from loopwright.models import family_of
from loopwright.picture import Picture, discards

Place = tuple[str, str, str]
"""A device in a VRF and a family."""
CONTROLS = 2
"""How many other addresses a vantage point with a single target pings."""


@dataclass(frozen=True, slots=True)
class Vantage:
    """A device that pings from a source of its own; `words` says what kind of source that is."""

    device: str
    source: str
    vrf: str
    words: str

    @property
    def place(self) -> Place:
        """The device in the VRF and family of the source."""
        return self.device, self.vrf, family_of(self.source)


@dataclass(frozen=True)
class Vantages:
    """The vantage points of every address; `controls` are other addresses that those with a single target ping too."""

    chosen: Mapping[tuple[str, str], tuple[Vantage, ...]] = field(default_factory=dict)
    controls: tuple[tuple[Vantage, str], ...] = ()
    # Every address is judged by the same picture, and asks anew who failed in it.
    _failed: list[tuple[Picture, frozenset[Place]]] = field(default_factory=list, compare=False, repr=False)

    def of(self, e: Expectation) -> tuple[Vantage, ...]:
        """The vantage points of one address."""
        return self.chosen.get((e.device, e.address), ())

    def broken(self, picture: Picture) -> frozenset[str]:
        """The vantage points that reach none of several addresses: they are the fault."""
        return frozenset(device for device, _, _ in self.failing(picture))

    def failing(self, picture: Picture) -> frozenset[Place]:
        """The same by VRF and family: who lacks IPv6 may be a good witness of IPv4."""
        for known, failed in self._failed:
            if known is picture:
                return failed
        self._failed[:] = [(picture, self._failing(picture))]
        return self._failed[0][1]

    def _failing(self, picture: Picture) -> frozenset[Place]:
        reached: dict[Place, list[bool]] = {}
        for vantage, address in self._pairs():
            ping = picture.ping(vantage.device, vantage.source, bare(address), vantage.vrf)
            if ping is not None:
                reached.setdefault(vantage.place, []).append(ping.received > 0)
        return frozenset(place for place, answers in reached.items() if len(answers) > 1 and not any(answers))

    def requests(self) -> dict[str, tuple[PingRequest, ...]]:
        """What each device is asked to ping."""
        wanted: dict[str, dict[PingRequest, None]] = {}
        for vantage, address in self._pairs():
            wanted.setdefault(vantage.device, {})[PingRequest(vantage.source, bare(address), vantage.vrf)] = None
        return {device: tuple(requests) for device, requests in wanted.items()}

    def _pairs(self) -> Iterator[tuple[Vantage, str]]:
        """Yield each vantage point with each address that it pings."""
        yield from ((vantage, address) for (_, address), vantages in self.chosen.items() for vantage in vantages)
        yield from self.controls


def _controls(
    chosen: Mapping[tuple[str, str], tuple[Vantage, ...]], known: Sequence[Expectation]
) -> Iterator[tuple[Vantage, str]]:
    """Yield further addresses for vantage points with one target: its silence alone does not tell whose fault it is."""
    targets: dict[Place, list[str]] = {}
    places: dict[Place, Vantage] = {}
    for (_, address), vantages in chosen.items():
        for vantage in vantages:
            targets.setdefault(vantage.place, []).append(address)
            places[vantage.place] = vantage
    single = {place for place, addresses in targets.items() if len(addresses) == 1}
    seen: dict[Place, list[str]] = {place: [] for place in single}
    for e in known if single else ():
        for viewer in e.viewers:
            there = (viewer, e.loopback.vrf, family_of(e.address))
            if there in single:
                seen[there].append(e.address)
    for number, (place, vantage) in enumerate(places.items()):
        if place not in single:
            continue
        fit = [address for address in seen[place] if address not in targets[place]]
        yield from ((vantage, address) for address in spread(fit, CONTROLS, number))


def spread(candidates: Sequence[str], k: int | None, start: int) -> tuple[str, ...]:
    """Choose k of the candidates, evenly spaced and beginning elsewhere for each target, so that all take part."""
    if k is None or len(candidates) <= k:
        return tuple(candidates)
    return tuple(candidates[(start + i * len(candidates) // k) % len(candidates)] for i in range(k))


def choose(
    targets: Iterable[Expectation],
    others: Iterable[Expectation],
    picture: Picture,
    holds: Callable[[Expectation], bool],
    k: int | None,
) -> Vantages:
    """Choose the vantage points of every target whose control plane holds.

    A loopback in the same VRF whose own control plane holds, of a target or of any other, is the source; else a routed
    interface that the target has a route to. An anycast address is nobody's source: the answer would go elsewhere.
    """
    proven = [e for e in targets if holds(e)]
    sources: dict[tuple[str, str, str], str] = {}
    known = [e for e in (*proven, *(e for e in others if holds(e))) if len(e.members) == 1]
    for e in known:
        sources.setdefault((e.device, e.loopback.vrf, family_of(e.address)), bare(e.address))
    chosen = {}
    for number, e in enumerate(proven):
        candidates = [
            v for v in e.viewers if picture.answered(v) and not picture.is_cut_off(v, e.loopback.vrf, e.address)
        ]
        preferred = spread(candidates, k, number)
        # Who has no source of its own now is replaced by somebody who has.
        order = dict.fromkeys((*preferred, *candidates))
        fit = (v for device in order if (v := _vantage(device, e, sources, picture)) is not None)
        chosen[(e.device, e.address)] = tuple(islice(fit, k))
    return Vantages(chosen, tuple(_controls(chosen, known)))


def _vantage(device: str, e: Expectation, sources: Mapping[Place, str], picture: Picture) -> Vantage | None:
    """A device as a vantage point of an address: from its own loopback, else from a link; None without either."""
    source = sources.get((device, e.loopback.vrf, family_of(e.address)))
    if source is not None:
        return Vantage(device, source, e.loopback.vrf, "loopback")
    address = picture.routed_address(device, e.address, e.loopback.vrf, towards=e.device)
    return None if address is None else Vantage(device, address, e.loopback.vrf, "routed interface")


def find_cut_off(expected: Iterable[Expectation], picture: Picture) -> frozenset[Place]:
    """Find the devices that are the fault where several others are not seen: they know no way to any, or no neighbour.

    Where nobody knows anything there is no witness to be spared.
    """
    lost: dict[Place, dict[str, str]] = {}
    knowing: set[Place] = set()
    for e in (e for e in expected if _is_there(e, picture)):
        vrf, family, prefixes = e.loopback.vrf, family_of(e.address), e.prefixes
        for viewer in e.viewers:
            place = (viewer, vrf, family)
            found = picture.answered(viewer)
            if found is None:
                continue
            # Exactly the prefix is what nearly all have; the search for anything wider is long.
            exact = (found.route(prefix, vrf) for prefix in prefixes)
            if any(r and not discards(r) for r in exact) or picture.reaches(viewer, e.address, e.loopback.vrf):
                knowing.add(place)
            else:
                lost.setdefault(place, {})[e.device] = e.address
    several = {place: devices for place, devices in lost.items() if len(devices) > 1}
    off = {
        p for p, devices in several.items() if p not in knowing or _alone(p[0], next(iter(devices.values())), picture)
    }
    witnesses = {(vrf, family) for _, vrf, family in knowing - off}
    return frozenset(place for place in off if place[1:] in witnesses)


def _is_there(e: Expectation, picture: Picture) -> bool:
    """Whether the device itself has the address; nobody can be blamed for not knowing one that nobody has."""
    found = picture.answered(e.device)
    return found is not None and found.route(network(e.address), e.loopback.vrf) is not None


def _alone(device: str, address: str, picture: Picture) -> bool:
    """Whether every neighbour of a device in an address's family is down; routes may outlive them."""
    found = adjacencies(device, family_of(address), picture)
    return bool(found) and not any(way.up for way in found)
