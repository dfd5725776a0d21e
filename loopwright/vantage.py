"""Who is asked to reach whom, and from which source."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from loopwright.addresses import bare
from loopwright.device import PingRequest
from loopwright.expect import Expectation
from loopwright.models import family_of
from loopwright.picture import Picture


@dataclass(frozen=True, slots=True)
class Vantage:
    """A device that pings from a source of its own; `words` says what kind of source that is."""

    device: str
    source: str
    vrf: str
    words: str


@dataclass(frozen=True)
class Vantages:
    """The vantage points of every address."""

    chosen: Mapping[tuple[str, str], tuple[Vantage, ...]] = field(default_factory=dict)

    def of(self, e: Expectation) -> tuple[Vantage, ...]:
        """The vantage points of one address."""
        return self.chosen.get((e.device, e.address), ())

    def broken(self, picture: Picture) -> frozenset[str]:
        """The vantage points that reach none of their targets, though they have several: they are the fault."""
        reached: dict[str, list[bool]] = {}
        for (_, address), vantages in self.chosen.items():
            for vantage in vantages:
                ping = picture.ping(vantage.device, vantage.source, bare(address), vantage.vrf)
                if ping is not None:
                    reached.setdefault(vantage.device, []).append(ping.received > 0)
        return frozenset(device for device, answers in reached.items() if len(answers) > 1 and not any(answers))

    def requests(self) -> dict[str, tuple[PingRequest, ...]]:
        """What each device is asked to ping."""
        wanted: dict[str, dict[PingRequest, None]] = {}
        for (_, address), vantages in self.chosen.items():
            for vantage in vantages:
                wanted.setdefault(vantage.device, {})[PingRequest(vantage.source, bare(address), vantage.vrf)] = None
        return {device: tuple(requests) for device, requests in wanted.items()}


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
    for e in (*proven, *(e for e in others if holds(e))):
        if len(e.members) == 1:
            sources.setdefault((e.device, e.loopback.vrf, family_of(e.address)), bare(e.address))
    chosen = {}
    for number, e in enumerate(proven):
        candidates = [v for v in e.viewers if picture.answered(v)]
        vantages = []
        for device in spread(candidates, k, number):
            source = sources.get((device, e.loopback.vrf, family_of(e.address)))
            if source is not None:
                vantages.append(Vantage(device, source, e.loopback.vrf, "loopback"))
                continue
            address = picture.routed_address(device, e.address, e.loopback.vrf, towards=e.device)
            if address is not None:
                vantages.append(Vantage(device, address, e.loopback.vrf, "routed interface"))
        chosen[(e.device, e.address)] = tuple(vantages)
    return Vantages(chosen)
