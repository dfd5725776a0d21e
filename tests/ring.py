"""A ring of four routers, as everything that they answer in one reading; a case takes some of it away."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loopwright.evidence import DeviceEvidence, Neighbour, Route
from loopwright.harm import Harm
from loopwright.models import Loopback, Observed, Process, Routing
from loopwright.picture import Picture
from loopwright.platform import load_platforms
from loopwright.snapshot import Snapshot, snapshot_of

PLATFORM = load_platforms()["frr"]
NAMES = ("r1", "r2", "r3", "r4")
RING = (("r1", "r2"), ("r2", "r3"), ("r3", "r4"), ("r4", "r1"))
SESSIONS = (("r1", "r3"),)
ADDRESSES = {"session": "10.0.0.{}", "session6": "2001:db8::{}"}
ASKED = frozenset({("routes", ""), ("neighbours", "ospf"), ("neighbours", "bgp"), ("identity", "ospf")})


def loopback_of(name: str) -> str:
    return f"{ADDRESSES['session'].format(name[1:])}/32"


KNOWN = frozenset(("default", loopback_of(name)) for name in NAMES)


def route(prefix: str, *hops: tuple[str, str]) -> Route:
    return Route("default", prefix, "ospf", selected=True, installed=True, nexthops=hops)


@dataclass
class Ring:
    """What the four routers answer in one reading, with what a case takes from it."""

    lacks: Sequence[Mapping[str, Any]] = ()

    def __post_init__(self) -> None:
        self.down = [set(ends) for ends in self.told("down")]
        self.sessions = {word: [set(ends) for ends in self.told(word)] for word in ADDRESSES}
        self.lost = [tuple(pair) for pair in self.told("lost")]
        self.ids = {name: f"1.1.1.{name[1:]}" for name in NAMES} | dict(self.told("id"))
        self.counts = dict.fromkeys(NAMES, 100) | dict(self.told("routes"))

    def told(self, word: str) -> list[Any]:
        return [each[word] for each in self.lacks if word in each]

    def neighbours(self, name: str) -> Iterable[Neighbour]:
        for number, ends in enumerate(RING):
            for other in set(ends) - {name}:
                if name in ends:
                    up = set(ends) not in self.down
                    yield Neighbour("ospf", self.ids[other], f"eth{number}", "Full" if up else "Init", up)
        for word, address in ADDRESSES.items():
            for ends in SESSIONS:
                for other in set(ends) - {name} if name in ends else ():
                    up = set(ends) not in self.sessions[word]
                    yield Neighbour("bgp", address.format(other[1:]), "", "Established" if up else "Idle", up)

    def routes(self, name: str) -> Iterable[Route]:
        for other in NAMES:
            if (name, other) not in self.lost:
                yield route(loopback_of(other), ("192.0.2.9", "eth0"))
        if name in self.told("summary"):
            yield route("10.0.0.0/24", ("192.0.2.9", "eth0"))
        if name in self.told("discard"):
            yield route("10.0.0.0/24", ("", ""))
        if name in self.told("default"):
            yield route("0.0.0.0/0", ("192.0.2.9", "eth0"))

    def observed(self, name: str) -> Observed:
        mine = Loopback(0, "lo", ipv4=(loopback_of(name),), ipv6=(f"2001:db8::{name[1:]}/128",))
        has = () if name in self.told("shut") else (mine,)
        return Observed(name, "frr", frozenset(has), Routing((Process("ospf"), Process("bgp", "64500"))))

    def evidence(self, name: str) -> DeviceEvidence:
        if name in self.told("silent"):
            return DeviceEvidence(name, Observed(name, "frr"), error="no answer")
        if name in self.told("mute"):
            return DeviceEvidence(name, self.observed(name), identities={"ospf": self.ids[name]})
        return DeviceEvidence(
            name,
            self.observed(name),
            routes=frozenset(self.routes(name)),
            identities={"ospf": self.ids[name]},
            neighbours=tuple(self.neighbours(name)),
            asked=ASKED,
            route_counts={"ospf": 4, "bgp": self.counts[name]},
        )

    def picture(self) -> Picture:
        return Picture({name: self.evidence(name) for name in NAMES}, dict.fromkeys(NAMES, PLATFORM))

    def snapshot(self) -> Snapshot:
        return snapshot_of(self.picture(), KNOWN)


def words(found: Iterable[Harm]) -> list[str]:
    return sorted(f"{h.blocks or 'told'}: {h.device}: {h.what}: {h.expected}, {h.actual}" for h in found)
