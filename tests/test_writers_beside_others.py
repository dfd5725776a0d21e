"""Somebody else, a restart, a save, while a change of ours is armed: nothing is lost, nothing is mistaken for ours."""

import re
from collections.abc import Iterator

import pytest

from lab.emulated import somebody
from loopwright.change_words import TimerWords
from loopwright.errors import Locked, NothingWaits
from tests.hazards.candidates import EOS, IOS, JUNOS, XR, four, restarted, there
from tests.hazards.ground import PLATFORMS, Ground
from tests.hazards.processes import SECONDS, WAYS, Way, armed, died, every, next_process

pytestmark = pytest.mark.runs


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with four(tmp_path_factory.mktemp("four")) as made:
        yield made


@pytest.fixture
def on(network: Ground) -> Iterator[Ground]:
    with restarted(network) as made:
        yield made


def timer_of(way: Way, on: Ground) -> TimerWords:
    platform = PLATFORMS[on.device(way.device).system.name]
    words = platform.driver if way.transport == "napalm" else platform.session
    assert words is not None
    assert words.timer is not None
    return words.timer


# --- somebody else


def test_somebody_else_confirms_and_that_is_told(on: Ground) -> None:
    for way in (WAYS["ios"], WAYS["eos"]):
        ours = armed(on, way)
        somebody.confirms(on.device(way.device))
        with pytest.raises(NothingWaits, match="it was confirmed"):
            ours.confirm()
        assert there(on, way.device)


@pytest.mark.parametrize("way", [way for way in WAYS.values() if way.locks], ids=["junos", "iosxr"])
def test_nobody_else_confirms_while_the_configuration_is_held(on: Ground, way: Way) -> None:
    ours = armed(on, way)
    said = somebody.confirms(on.device(way.device))
    assert re.search(r"locked by|No configuration changes to commit", said)
    assert ours.armed()
    ours.confirm()
    assert there(on, way.device)


def test_a_lock_ends_with_its_session_and_then_another_commit_confirms(on: Ground) -> None:
    held = armed(on, WAYS["junos"]).held()
    died(on, WAYS["junos"])
    assert somebody.types(on.device(JUNOS), ["set system host-name other"]) == "commit complete\n"
    with pytest.raises(NothingWaits):
        next_process(on, WAYS["junos"], held).confirm()
    assert there(on, JUNOS)


def test_a_candidate_of_somebody_else_is_not_committed_with_a_confirmation(on: Ground) -> None:
    held = armed(on, WAYS["junos"]).held()
    died(on, WAYS["junos"])
    somebody.types(on.device(JUNOS), ["set system host-name other"], commit=False)
    with pytest.raises(Locked, match="modified"):
        next_process(on, WAYS["junos"], held).confirm()
    assert on.device(JUNOS).hostname == JUNOS


EDITS = {
    IOS: "logging host 192.0.2.99",
    JUNOS: "set system host-name other",
    EOS: "interface Loopback9",
    XR: "interface Loopback9",
}


@every
def test_exclusive_means_that_nobody_else_commits_while_armed(on: Ground, way: Way) -> None:
    ours = armed(on, way)
    before = on.device(way.device).running.text()
    somebody.types(on.device(way.device), [EDITS[way.device]])
    refused = on.device(way.device).running.text() == before
    assert refused == timer_of(way, on).exclusive == way.locks
    ours.confirm()
    somebody.types(on.device(way.device), [EDITS[way.device]])
    assert on.device(way.device).running.text() != before


# --- a restart


@every
def test_a_restart_while_armed_is_found(on: Ground, way: Way) -> None:
    ours = armed(on, way)
    held = ours.held()
    on.device(way.device).reload()
    later = next_process(on, way, held)
    assert not later.armed()
    with pytest.raises(NothingWaits):
        later.confirm()
    after = on.device(way.device).running.text()
    on.emulation.advance(SECONDS + 1, way.device)
    assert on.device(way.device).running.text() == after
    assert not there(on, way.device)


# --- saving


def test_a_confirmation_and_a_return_save_nothing_of_others(on: Ground) -> None:
    device = on.device(EOS)
    device.running.apply(["interface Loopback9"])
    startup = device.startup
    armed(on, WAYS["eos"]).revert("")
    ours = armed(on, WAYS["eos"])
    ours.confirm()
    assert device.startup == startup
    ours.save()
    assert "Loopback7" in device.startup
