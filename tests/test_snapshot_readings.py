"""How a snapshot is read and a loss awaited: with few commands, and no longer than until the deadline."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from loopwright.evidence import DeviceEvidence, Interest, asked_of
from loopwright.harm import Watch
from loopwright.models import Observed
from loopwright.picture import Picture
from loopwright.snapshot import snapshot_of
from tasks.gather import SNAPSHOT, SNAPSHOT_AGAIN, WITH_NEIGHBOURS, evidence_reader
from tasks.network import Network
from tasks.prove import Prover, Settling
from tasks.snapshot import read_twice
from tests.ring import KNOWN, NAMES, PLATFORM, Ring, words


@dataclass
class Scene:
    """A network whose readings follow one another on a clock that only waiting moves."""

    readings: Mapping[float, Sequence[Mapping[str, Any]]]
    now: float = 0.0
    asked: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    kept: list[Interest] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def gather(
        self,
        network: object,
        known: Mapping[str, Observed],
        interest: Interest,
        kinds: Iterable[str],
        stage: str = "read",
    ) -> dict[str, DeviceEvidence]:
        ring = Ring(self.readings[max(start for start in self.readings if start <= self.now)])
        self.asked += [(name, frozenset(kinds)) for name in known]
        self.kept.append(interest)
        return {name: ring.evidence(name) for name in known}

    def prover(self, watch: Watch | None) -> Prover:
        nornir: Any = SimpleNamespace(inventory=SimpleNamespace(hosts={}))
        network = Network(nornir, dict.fromkeys(NAMES, PLATFORM))
        known = {name: Ring().observed(name) for name in NAMES}
        return Prover(network, known, (), clock=lambda: self.now, wait=self.wait, harm=watch)


@pytest.fixture
def watch() -> Watch:
    return Watch((Ring().snapshot(), Ring().snapshot()), KNOWN, frozenset({"r1"}))


def played(readings: Mapping[float, Sequence[Mapping[str, Any]]], monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene(readings)
    monkeypatch.setattr("tasks.prove.gather", scene.gather)
    return scene


def test_the_prover_awaits_a_neighbour_that_comes_back(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = played({0: [{"down": ["r1", "r2"]}], 5: []}, monkeypatch)
    proof = scene.prover(watch).prove(Settling(20, changing=True))
    assert proof.harm == ()
    assert 5 <= scene.now < 20
    assert {name for name, _ in scene.asked[len(NAMES) :]} == {"r1", "r2"}


def test_the_prover_tells_what_is_still_gone_at_the_deadline(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = played({0: [{"lost": ["r3", "r1"]}]}, monkeypatch)
    proof = scene.prover(watch).prove(Settling(20, changing=True))
    assert words(proof.harm) == ["wave: r3: 10.0.0.1/32 of r1: a route, no route"]
    assert scene.now > 20


def test_the_prover_awaits_no_routes_that_are_only_told(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = played({0: [{"routes": ["r3", 99]}]}, monkeypatch)
    proof = scene.prover(watch).prove(Settling(20, changing=True))
    assert words(proof.harm) == ["told: r3: bgp routes: 100 or more, 99, 1 % fewer"]
    assert scene.now == 0


def test_the_picture_of_a_proof_holds_the_neighbours_of_all(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = played({0: []}, monkeypatch)
    proof = scene.prover(watch).prove(Settling(20, changing=True))
    assert {kinds for _, kinds in scene.asked} == {frozenset(WITH_NEIGHBOURS)}
    assert snapshot_of(proof.picture, KNOWN) == Ring().snapshot()
    assert all(interest.exact(prefix) for interest in scene.kept for _, prefix in KNOWN)


def test_who_watches_nothing_asks_for_no_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = played({0: [{"down": ["r1", "r2"]}]}, monkeypatch)
    proof = scene.prover(None).prove(Settling(20, changing=True))
    assert proof.harm == ()
    assert not any("neighbours" in kinds for _, kinds in scene.asked)


@pytest.mark.parametrize("first", [Ring().picture(), None], ids=["first reading given", "both made"])
def test_two_readings(first: Picture | None, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene({0: []})
    monkeypatch.setattr("tasks.snapshot.gather", scene.gather)
    nobody: Any = None
    network = Network(nobody, dict.fromkeys(NAMES, PLATFORM))
    pictures = read_twice(network, {name: Ring().observed(name) for name in NAMES}, Interest([]), first)
    assert [snapshot_of(picture, KNOWN) for picture in pictures] == [Ring().snapshot()] * 2
    expected = [SNAPSHOT_AGAIN] if first else [SNAPSHOT, SNAPSHOT_AGAIN]
    assert [kinds for name, kinds in scene.asked if name == "r1"] == [frozenset(kinds) for kinds in expected]


@dataclass
class Recorder:
    """A device that answers nothing and keeps what it was asked."""

    name: str = "r1"
    commands: tuple[str, ...] = ()

    def show(self, commands: Sequence[str]) -> tuple[str, ...]:
        self.commands = tuple(commands)
        return ("",) * len(commands)


@pytest.mark.parametrize("kinds", [SNAPSHOT, SNAPSHOT_AGAIN], ids=["first", "again"])
def test_a_snapshot_asks_for_no_configuration(kinds: tuple[str, ...]) -> None:
    device: Any = Recorder()
    known = Ring().observed("r1")
    found = evidence_reader(known, Interest([]), kinds)(device, PLATFORM)
    assert PLATFORM.configuration.command not in device.commands
    assert set(device.commands) == {e.command for e in asked_of(PLATFORM, known.routing, kinds)}
    assert found.observed == known
