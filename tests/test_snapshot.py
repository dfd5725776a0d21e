"""What a change of loopbacks can harm: compared with what stood before, and never concluded from silence."""

import json
import pickle
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from loopwright.change import Change
from loopwright.errors import UsageError
from loopwright.evidence import DeviceEvidence, Interest, Neighbour, Route, asked_of
from loopwright.harm import Harm, Watch, harm, leaving_of
from loopwright.models import Advertisement, Expect, Intent, Loopback, Observed, Process, Routing, Wanted
from loopwright.picture import Picture
from loopwright.platform import load_platforms
from loopwright.snapshot import Snapshot, as_document, from_document, known_loopbacks, snapshot_of
from tasks.gather import SNAPSHOT, SNAPSHOT_AGAIN, WITH_NEIGHBOURS, evidence_reader
from tasks.network import Network
from tasks.prove import Prover, Settling
from tasks.snapshot import read_twice

PLATFORM = load_platforms()["frr"]
CASES = yaml.safe_load((Path(__file__).parent / "data" / "harm.yaml").read_text(encoding="utf-8"))
NAMES = ("r1", "r2", "r3", "r4")
RING = (("r1", "r2"), ("r2", "r3"), ("r3", "r4"), ("r4", "r1"))
SESSIONS = (("r1", "r3"),)
ASKED = frozenset({("routes", ""), ("neighbours", "ospf"), ("neighbours", "bgp"), ("identity", "ospf")})


def loopback_of(name: str) -> str:
    return f"10.0.0.{name[1:]}/32"


KNOWN = frozenset(("default", loopback_of(name)) for name in NAMES)


def route(prefix: str, *hops: tuple[str, str]) -> Route:
    return Route("default", prefix, "ospf", selected=True, installed=True, nexthops=hops)


@dataclass
class Ring:
    """What the four routers answer in one reading, with what a case takes from it."""

    lacks: Sequence[Mapping[str, Any]] = ()

    def __post_init__(self) -> None:
        self.down = [set(ends) for ends in self.told("down")]
        self.sessions = [set(ends) for ends in self.told("session")]
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
        for ends in SESSIONS:
            for other in set(ends) - {name}:
                if name in ends:
                    up = set(ends) not in self.sessions
                    yield Neighbour(
                        "bgp", loopback_of(other).partition("/")[0], "", "Established" if up else "Idle", up
                    )

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
        has = () if name in self.told("shut") else (Loopback(0, "lo", ipv4=(loopback_of(name),)),)
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


def leaving(case: Mapping[str, Any]) -> frozenset[Any]:
    return frozenset(each if isinstance(each, str) else tuple(each) for each in case.get("leaving", ()))


def compared(case: Mapping[str, Any], before: Sequence[Snapshot], now: Snapshot) -> tuple[Harm, ...]:
    changed = case.get("changed", ["r1"])
    return harm(before, now, changed, leaving(case), case.get("route_loss"), case.get("planned_ids"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_harm(case: Mapping[str, Any]) -> None:
    before = [Ring(lacks).snapshot() for lacks in case.get("before", ([], []))]
    assert words(compared(case, before, Ring(case["now"]).snapshot())) == case["harm"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_harm_is_the_same_for_a_run_that_reads_the_snapshots_before_from_disk(case: Mapping[str, Any]) -> None:
    before = [Ring(lacks).snapshot() for lacks in case.get("before", ([], []))]
    resumed = [from_document(json.loads(json.dumps(as_document(snapshot)))) for snapshot in before]
    assert resumed == before
    assert words(compared(case, resumed, Ring(case["now"]).snapshot())) == case["harm"]


def test_router_ids_need_to_be_asked_for_once_only() -> None:
    second = snapshot_of(
        Picture({n: replace(Ring().evidence(n), identities={}) for n in NAMES}, dict.fromkeys(NAMES, PLATFORM)), KNOWN
    )
    now = Ring([{"id": ["r1", "9.9.9.9"]}]).snapshot()
    assert words(harm([Ring().snapshot(), second], now, {"r1"})) == ["wave: r1: ospf router-id: 1.1.1.1, 9.9.9.9"]


def test_without_a_reading_before_nothing_is_harmed() -> None:
    assert harm([], Ring([{"down": ["r1", "r2"]}]).snapshot(), {"r1"}) == ()


def test_who_did_not_answer_is_told() -> None:
    snapshot = Ring([{"silent": "r3"}, {"mute": "r2"}]).snapshot()
    assert snapshot.silent == ("r2", "r3")
    assert from_document(as_document(snapshot)).silent == ("r2", "r3")


def test_a_document_names_what_a_device_told() -> None:
    told = as_document(Ring([{"lost": ["r1", "r2"]}]).snapshot())["r1"]
    assert told["neighbours"] == [["bgp", "10.0.0.3", ""], ["ospf", "1.1.1.2", "eth0"], ["ospf", "1.1.1.4", "eth3"]]
    assert told["router_ids"] == {"ospf": "1.1.1.1"}
    assert told["routes"] == {"ospf": 4, "bgp": 100}
    assert told["loopbacks"] == ["10.0.0.1/32", "10.0.0.3/32", "10.0.0.4/32"]


def test_a_loopback_of_a_vrf_is_read_back_into_its_vrf() -> None:
    inside = replace(route("10.9.9.9/32", ("192.0.2.9", "eth0")), vrf="RED")
    picture = Picture({"r1": DeviceEvidence("r1", Observed("r1", "frr"), frozenset({inside}), asked=ASKED)}, {})
    snapshot = snapshot_of(picture, [("RED", "10.9.9.9/32"), ("default", "10.9.9.9/32")])
    document = as_document(snapshot)
    assert document["r1"]["loopbacks"] == ["10.9.9.9/32 in RED"]
    assert from_document(document) == snapshot


@pytest.mark.parametrize("damaged", [{"r1": None}, {"r1": {}}, {"r1": []}, []], ids=["null", "empty", "list", "whole"])
def test_a_damaged_document_is_an_error_of_ours(damaged: Any) -> None:
    with pytest.raises(UsageError, match="no snapshot"):
        from_document(damaged)


def test_devices_that_reach_the_same_share_one_value() -> None:
    reached = {id(told.reached) for told in Ring().snapshot().devices.values()}
    assert len(reached) == 1


def test_snapshots_and_watches_go_to_another_process() -> None:
    watch = Watch((Ring().snapshot(), Ring().snapshot()), KNOWN, frozenset({"r1"}))
    assert pickle.loads(pickle.dumps(watch)) == watch


def test_known_loopbacks_are_those_that_devices_have_as_host_routes() -> None:
    red = Loopback(1, "lo1", ipv4=("10.1.0.1/24",), ipv6=("2001:db8::1/128",), vrf="RED")
    shut = Loopback(2, "lo2", ipv4=("10.2.0.1/32",), enabled=False)
    observed = {"r1": Observed("r1", "frr", frozenset({red, shut}))}
    assert known_loopbacks(observed, []) == {("RED", "10.1.0.1/32"), ("RED", "2001:db8::1/128")}


@pytest.mark.parametrize(
    "wanted",
    [Wanted(0, ipv4=("10.0.0.1/32",), absent=True), Wanted(0, ipv4=("10.0.0.1/32",), expect=Expect(seen_by="none"))],
    ids=["absent", "seen by none"],
)
def test_a_loopback_that_is_to_be_lost_is_none_of_them(wanted: Wanted) -> None:
    observed = {name: Ring().observed(name) for name in NAMES}
    assert known_loopbacks(observed, [Intent("r1", "frr", (wanted,))]) == KNOWN - {("default", "10.0.0.1/32")}


IN_AREA_0 = frozenset({Advertisement("ospf", "10.0.0.1/32", area="0.0.0.0", cost=1)})
BEFORE = Loopback(0, "lo", ipv4=("10.0.0.1/32", "10.0.0.9/32"), advertise=IN_AREA_0)
BOTH = {("default", "10.0.0.1/32"), ("default", "10.0.0.9/32")}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, BEFORE, set()),
        (BEFORE, None, BOTH),
        (BEFORE, replace(BEFORE, description="x"), set()),
        (BEFORE, replace(BEFORE, ipv4=("10.0.0.1/32",)), {("default", "10.0.0.9/32")}),
        (BEFORE, replace(BEFORE, vrf="RED"), BOTH),
        (BEFORE, replace(BEFORE, enabled=False), BOTH),
        (BEFORE, replace(BEFORE, advertise=frozenset()), {("default", "10.0.0.1/32")}),
        (
            BEFORE,
            replace(BEFORE, advertise=frozenset({Advertisement("ospf", "10.0.0.1/32", area="0.0.0.1")})),
            {("default", "10.0.0.1/32")},
        ),
        (
            BEFORE,
            replace(BEFORE, advertise=frozenset({Advertisement("ospf", "10.0.0.1/32", area="0.0.0.0", cost=9)})),
            set(),
        ),
    ],
    ids=["new", "gone", "described", "an address", "another VRF", "shut", "unadvertised", "another area", "cost"],
)
def test_what_a_plan_takes_away(
    before: Loopback | None, after: Loopback | None, expected: set[tuple[str, str]]
) -> None:
    assert leaving_of([Change(before, after, ())]) == expected


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
