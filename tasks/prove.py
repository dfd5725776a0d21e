"""Proves loopbacks: reads, pings, judges, and reads again what fails, until the verdicts hold."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from loopwright.addresses import bare
from loopwright.device import Ping, PingRequest
from loopwright.evidence import DeviceEvidence, Interest
from loopwright.expect import Absence, Expectation
from loopwright.harm import Harm, Watch
from loopwright.models import Observed, family_of
from loopwright.picture import Picture
from loopwright.platform import Platform
from loopwright.vantage import Vantages, choose, find_cut_off
from loopwright.verdict import Rung, Verdict
from loopwright.verify import control_plane_holds, judge
from tasks.gather import TABLES, WITH_NEIGHBOURS, gather, run_pings
from tasks.network import Network
from tasks.station import station_answers


@dataclass(frozen=True, slots=True)
class Settling:
    """How long to wait for verdicts: `deadline` in seconds, and whether the network is expected to be changing.

    In a network that nobody just changed, a failure that two readings agree on is a failure. After a change only the
    deadline makes it one.
    """

    deadline: float
    changing: bool
    pause: float = 0.5
    longest_pause: float = 5.0


@dataclass(frozen=True, slots=True)
class Proof:
    """The verdicts that held, the evidence they rest on, and the vantage points that turned out to be at fault.

    `harm` is what was lost since before the change, where the prover was told to watch it.
    """

    verdicts: tuple[Verdict, ...]
    picture: Picture
    broken_vantages: tuple[str, ...] = ()
    readings: int = 0
    seconds: float = 0.0
    harm: tuple[Harm, ...] = ()


@dataclass
class Prover:
    """Proves a set of expectations on an open network; the clock and the wait are arguments."""

    network: Network
    known: Mapping[str, Observed]
    expectations: tuple[Expectation, ...]
    absences: tuple[Absence, ...] = ()
    others: tuple[Expectation, ...] = ()
    vantage_points: int | None = 3
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    silent: Mapping[str, DeviceEvidence] = field(default_factory=dict)
    harm: Watch | None = None
    also: frozenset[str] = frozenset()

    def prove(self, settling: Settling) -> Proof:
        """Climb the ladder for every expectation until the verdicts hold or the deadline has passed."""
        started, readings, pause = self.clock(), 1, settling.pause
        kinds = WITH_NEIGHBOURS if self.harm else TABLES
        picture = self._read(Picture({}, self._platforms()), set(self.known), kinds)
        picture, vantages = self._ping(picture)
        verdicts, harm = self._judge(picture, vantages), self._harmed(picture)
        while True:
            failing = self._devices_of(v for v in verdicts if v.state != "pass")
            if settling.changing:  # who knows nothing yet may learn it
                failing |= {device for device, _, _ in picture.cut_off} | _losing(harm)
            if self.clock() - started > settling.deadline:
                break
            if failing:
                self.wait(pause)
                pause = min(pause * 1.5, settling.longest_pause)
            again = self._read(picture, failing or set(self.known), WITH_NEIGHBOURS if failing else kinds)
            again, vantages = self._ping(again)
            readings += 1
            previous, picture, verdicts = verdicts, again, self._judge(again, vantages)
            harm = self._harmed(picture)
            # What a change has still to bring about is awaited; what cannot be told will not be told by waiting.
            amiss = picture.cut_off or _losing(harm) or any(v.state in ("fail", "error") for v in verdicts)
            if _states(previous) == _states(verdicts) and not (settling.changing and amiss):
                break
        broken = vantages.broken(picture) | {device for device, _, _ in picture.cut_off}
        return Proof(verdicts, picture, tuple(sorted(broken)), readings, self.clock() - started, harm)

    def _harmed(self, picture: Picture) -> tuple[Harm, ...]:
        return self.harm(picture) if self.harm else ()

    def _judge(self, picture: Picture, vantages: Vantages) -> tuple[Verdict, ...]:
        return judge(self.expectations, self.absences, self._connect(picture), vantages)

    def _platforms(self) -> Mapping[str, Platform]:
        return self.network.platforms

    def _interest(self) -> Interest:
        prefixes = {prefix for e in (*self.expectations, *self.others) for prefix in e.prefixes}
        watched = self.harm.prefixes if self.harm else frozenset()
        return Interest(
            prefixes | watched | self.also | {a.prefix for a in self.absences} | set(_first_links(self.known.values()))
        )

    def _read(self, picture: Picture, devices: set[str], kinds: Iterable[str]) -> Picture:
        wanted = {name: self.known[name] for name in sorted(devices) if name in self.known}
        fresh = gather(self.network, wanted, self._interest(), kinds)
        read = replace(picture, evidence={**self.silent, **picture.evidence, **fresh}, cut_off=frozenset())
        return replace(read, cut_off=find_cut_off((*self.expectations, *self.others), read))

    def _connect(self, picture: Picture) -> Picture:
        """Connect from here to the addresses that devices are managed through."""
        managed = [(e.device, bare(e.address)) for e in self.expectations if e.managed]
        return replace(picture, station=station_answers(self.network.nornir.inventory.hosts, managed))

    def _devices_of(self, verdicts: Iterable[Verdict]) -> set[str]:
        """The devices whose answers bear on some verdicts."""
        names = {(v.device, v.address) for v in verdicts}
        devices = {device for device, _ in names}
        for e in self.expectations:
            if (e.device, e.address) in names:
                devices.update(e.viewers, e.hidden_from)
        if any((a.device, a.prefix) in names for a in self.absences):
            devices.update(self.known)
        return devices

    def _ping(self, picture: Picture) -> tuple[Picture, Vantages]:
        """Run the pings that are missing or were not answered, where the control plane says that they can be."""
        vantages = choose(
            self.expectations, self.others, picture, lambda e: control_plane_holds(e, picture), self.vantage_points
        )
        wanted: dict[str, dict[PingRequest, None]] = {}
        for device, requests in vantages.requests().items():
            wanted.setdefault(device, {}).update(dict.fromkeys(requests))
        for e in self.expectations:
            found = picture.answered(e.device)
            lo = found.observed.loopback(e.number) if found else None
            if lo is not None and e.address in lo.addresses:
                own = PingRequest(bare(e.address), bare(e.address), e.loopback.vrf, count=1)
                wanted.setdefault(e.device, {})[own] = None
        missing = {
            device: tuple(r for r in requests if not _answered(picture, device, r))
            for device, requests in wanted.items()
        }
        pings = {
            device: dict[PingRequest, Ping]({p.request: p for p in found}) for device, found in picture.pings.items()
        }
        for device, results in run_pings(self.network, missing).items():
            pings.setdefault(device, {}).update({p.request: p for p in results})
        return replace(picture, pings={device: tuple(found.values()) for device, found in pings.items()}), vantages


def _losing(harm: Iterable[Harm]) -> set[str]:
    """The devices that have lost what the change must not take."""
    return {h.device for h in harm if h.blocks}


def _answered(picture: Picture, device: str, request: PingRequest) -> bool:
    ping = picture.ping(device, request.source, request.destination, request.vrf)
    return ping is not None and ping.received == request.count


def _first_links(known: Iterable[Observed]) -> Iterator[str]:
    """One routed address per device, VRF and family, for those that have no proven loopback to ping from."""
    for observed in known:
        seen = set()
        for link in observed.routing.links:
            key = (link.vrf, family_of(link.address))
            if key not in seen:
                seen.add(key)
                yield bare(link.address)


def _states(verdicts: Iterable[Verdict]) -> list[tuple[str, str, Rung, str]]:
    return [(v.device, v.address, v.rung, v.state) for v in verdicts]
