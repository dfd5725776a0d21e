"""Waves as they go: what one device's failure does to its wave, to the waves before it, and to those after it."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from lab.emulated import nodes, somebody
from lab.emulated.faults import Fault
from tests.hazards.ground import Ground
from tests.window_faults import SECONDS, just_before, silence
from tests.window_ground import Desk, desk, left_behind, started

pytestmark = pytest.mark.runs

WAYS = {"r1": ("ios", ""), "r2": ("nxos", ""), "r3": ("junos", ""), "r4": ("eos", ""), "r5": ("ios", "")}
BEFORE, KEPT = (False, False), (True, True)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Five devices in a ring, so that a lost link cuts nobody off."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.hazards.ground.sized", lambda count, _: nodes.sized(count, "ring"))
        with started(tmp_path_factory.mktemp("waves"), WAYS) as on:
            yield on


@pytest.fixture
def at(network: Ground, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    with desk(network, tmp_path, WAYS) as opened:
        yield opened


def has(at: Desk, text: str = "loopback 0") -> dict[str, tuple[bool, bool]]:
    """Whether each device has the loopback, and would have it after a restart."""
    return {name: (text in running, text in startup) for name, (running, startup) in at.states().items()}


EMPTY = "set interfaces lo0"
"""What is left of an interface when its last unit is deleted; it says nothing."""


def in_order(states: Mapping[str, tuple[str, str]]) -> dict[str, list[list[str]]]:
    """Configurations without the order of their lines: an inverse leaves some systems' stanzas in another one."""
    return {name: [sorted({*text.splitlines()} - {EMPTY}) for text in texts] for name, texts in states.items()}


def nothing_left(at: Desk) -> bool:
    """Whether no device holds anything of a run."""
    return not any(left_behind(device) for device in at.on.emulation.devices.values())


def mute(at: Desk, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let the new address of devices answer nobody."""
    silence(at, [f"10.128.0.{name.removeprefix('r')}" for name in names], monkeypatch)


def meanwhile(at: Desk, monkeypatch: pytest.MonkeyPatch, typed: Mapping[str, list[str]]) -> None:
    """Let somebody type lines on devices before the first proof."""

    def act(*_: object) -> None:
        for name, lines in typed.items():
            somebody.types(at.on.device(name), lines)

    just_before("_prove", act)(at, ["ios"], monkeypatch)


def test_a_wave_in_which_one_fails_goes_back_whole_and_ends_the_run(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before, sent = at.states(), at.lines()
    mute(at, monkeypatch, "r3")
    told = at.provision("--waves", "1,2,100%")
    assert told.code == 5
    assert has(at) == {"r1": KEPT, **dict.fromkeys(("r2", "r3", "r4", "r5"), BEFORE)}
    assert {name: at.states()[name] for name in before if name != "r1"} == {
        name: state for name, state in before.items() if name != "r1"
    }
    assert {name for name, count in at.lines().items() if count != sent[name]} == {"r1", "r2", "r3"}
    ends = {"r1": "kept", "r2": "put back", "r3": "put back", "r4": "not begun", "r5": "not begun"}
    assert told.ends() == ends
    assert [wave["ended"] for wave in told.document["waves"]] == ["kept", "put back", "not begun"]
    assert "rung 3 answers itself" in told.ended("r3")["why"]
    assert "rung" not in told.ended("r2")["why"]
    assert told.ended("r4")["why"] == "wave 2: r3 failed"
    assert nothing_left(at)


def test_a_device_that_cannot_be_put_back_is_told_with_its_inverse(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    mute(at, monkeypatch, "r2")
    meanwhile(at, monkeypatch, {"r2": ["interface loopback0", "ip address 192.0.2.77/32 secondary"]})
    told = at.provision("--waves", "2,100%")
    assert told.code == 6
    assert told.ends() == {
        "r1": "put back", "r2": "not put back", "r3": "not begun", "r4": "not begun", "r5": "not begun",
    }  # fmt: skip
    assert told.ended("r2")["lines"] == ["no interface loopback0"]
    assert "r2 needs hands; these lines undo what was written to it:\n    no interface loopback0" in told.out
    assert "192.0.2.77" in at.states()["r2"][0]
    assert has(at) == {"r2": (True, False), **dict.fromkeys(("r1", "r3", "r4", "r5"), BEFORE)}


def test_a_threshold_lets_one_device_fail_and_the_others_go_on(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    mute(at, monkeypatch, "r2")
    told = at.provision("--waves", "2,100%", "--max-failures", "1")
    assert told.code == 5
    assert told.ends() == {"r2": "put back", **dict.fromkeys(("r1", "r3", "r4", "r5"), "kept")}
    assert has(at) == {"r2": BEFORE, **dict.fromkeys(("r1", "r3", "r4", "r5"), KEPT)}
    assert nothing_left(at)


def test_a_second_failure_is_beyond_a_threshold_of_one(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    mute(at, monkeypatch, "r1", "r3")
    told = at.provision("--waves", "1,2,100%", "--max-failures", "1")
    assert told.code == 5
    assert has(at) == dict.fromkeys(WAYS, BEFORE)
    assert [wave["ended"] for wave in told.document["waves"]] == ["put back", "put back", "not begun"]


SHARED = {
    "ipv4": "10.128.53.53/32", "description": "resolver", "anycast": "resolver", "role": "service",
    "advertise": {"ospf": {"area": 0}},
}  # fmt: skip


def test_members_of_an_anycast_address_go_back_together(at: Desk) -> None:
    assert at.provision("--waves", "100%").code == 0
    before = at.states()
    members = {name: {"data": {"wave": wave, "loopbacks": {53: SHARED}}} for name, wave in (("r1", 1), ("r5", 2))}
    at.want(members)
    at.fault("r5", "reject", match=r"10\.128\.53\.53", text="% refused by a test")
    told = at.provision()
    assert told.code == 5
    assert told.ends() == {"r1": "put back", "r5": "put back"}
    assert [wave["devices"] for wave in told.document["waves"]] == [["r1"], ["r5"]]
    assert "refused by a test" in told.ended("r5")["why"]
    assert "refused" not in told.ended("r1")["why"]
    assert at.states() == before
    assert nothing_left(at)


def test_without_a_fault_the_members_of_an_anycast_address_stay(at: Desk) -> None:
    assert at.provision("--waves", "100%").code == 0
    at.want({name: {"data": {"loopbacks": {53: SHARED}}} for name in ("r1", "r5")})
    told = at.provision("--waves", "1,100%")
    assert (told.code, told.ends()) == (0, {"r1": "kept", "r5": "kept"})
    assert [name for name, there in has(at, "resolver").items() if there == KEPT] == ["r1", "r5"]


def test_where_not_all_end_confirmed_the_others_are_put_back_by_their_inverse(
    at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = at.states()
    cut = Fault("cut", when="before")
    just_before("confirm", lambda *_: at.on.device("r5").faults.add(cut))(at, ["ios"], monkeypatch)
    told = at.provision("--waves", "100%")
    assert told.code == 6
    assert told.ends() == {**dict.fromkeys(WAYS, "put back"), "r5": "unknown"}
    assert told.ended("r5")["lines"] == ["no interface Loopback0"]
    assert told.document["waves"][0]["why"] == "not all could be confirmed: r5"
    actions = {name: [e.get("action") for e in told.journal if e.get("device") == name] for name in WAYS}
    assert all("undo" in actions[name] for name in ("r1", "r3", "r4"))
    at.on.device("r5").faults.clear()
    at.on.emulation.advance(SECONDS)
    assert in_order(at.states()) == in_order(before)
    assert nothing_left(at)


DOWN = {
    "r1": ["interface GigabitEthernet1", "shutdown"],
    "r5": ["interface GigabitEthernet1", "shutdown"],
}


def test_a_loss_between_devices_that_were_not_changed_stops_the_next_wave(
    at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = at.lines()
    meanwhile(at, monkeypatch, {"r5": DOWN["r5"]})
    told = at.provision("--waves", "2,100%")
    assert told.code == 4
    assert told.ends() == {"r1": "kept", "r2": "kept", **dict.fromkeys(("r3", "r4", "r5"), "not begun")}
    assert has(at)["r1"] == has(at)["r2"] == KEPT
    stops = [harm for harm in told.document["harm"] if harm["blocks"]]
    assert {(harm["kind"], harm["blocks"]) for harm in stops} == {("neighbour", "next wave")}
    assert {harm["device"] for harm in stops} == {"r4", "r5"}
    assert [at.lines()[name] - sent[name] for name in ("r3", "r4")] == [0, 0]


def test_a_lost_neighbour_of_a_changed_device_puts_the_wave_back(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = at.lines()
    meanwhile(at, monkeypatch, {"r1": DOWN["r1"]})
    told = at.provision("--waves", "1,100%")
    assert told.code == 5
    assert told.ends() == {"r1": "put back", **dict.fromkeys(("r2", "r3", "r4", "r5"), "not begun")}
    assert any(harm["kind"] == "neighbour" and harm["blocks"] == "wave" for harm in told.document["harm"])
    assert has(at)["r1"] == BEFORE
    assert "shutdown" in at.states()["r1"][0]
    assert [at.lines()[name] - sent[name] for name in ("r2", "r3", "r4", "r5")] == [0, 0, 0, 0]


def test_a_changed_router_id_puts_the_wave_back(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What states it was typed by somebody else: that device is told with its inverse, the others go back."""
    meanwhile(at, monkeypatch, {"r5": ["router ospf 1", "router-id 192.0.2.200"]})
    told = at.provision("--waves", "100%")
    assert told.code == 6
    assert told.ends() == {**dict.fromkeys(WAYS, "put back"), "r5": "not put back"}
    harm = [each for each in told.document["harm"] if each["kind"] == "router-id"]
    assert {(each["device"], each["actual"], each["blocks"]) for each in harm} == {("r5", "192.0.2.200", "wave")}
    assert has(at) == {**dict.fromkeys(WAYS, BEFORE), "r5": (True, False)}


@pytest.mark.parametrize("sizes", ["100%", "1,100%", "5"])
def test_a_pair_is_never_in_one_wave(at: Desk, sizes: str) -> None:
    pair = ("r2", "r5")
    at.want({name: {"data": {"redundancy_group": "pair"}} for name in pair})
    told = at.provision("--waves", sizes)
    assert (told.code, set(told.ends().values())) == (0, {"kept"})
    assert all(len(set(pair) & set(wave["devices"])) < 2 for wave in told.document["waves"])
    assert sorted(name for wave in told.document["waves"] for name in wave["devices"]) == list(WAYS)
