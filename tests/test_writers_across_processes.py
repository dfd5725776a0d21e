"""An armed change outlives the process that made it: another one asks, confirms, takes back, or says why it cannot."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from lab.emulated.eos_sessions import ConfigSessions
from lab.emulated.faults import Fault
from lab.emulated.junos_commit import database
from loopwright.errors import DeviceError, Locked, NothingWaits, Unconfirmable
from tests.hazards.candidates import EOS, JUNOS, LINES, XR, four, restarted, there
from tests.hazards.ground import Ground
from tests.hazards.processes import (
    NAME,
    SECONDS,
    WAYS,
    Way,
    armed,
    confirmed_by_others,
    died,
    every,
    next_process,
    noticed,
)

pytestmark = pytest.mark.runs


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with four(tmp_path_factory.mktemp("four")) as made:
        yield made


@pytest.fixture
def on(network: Ground) -> Iterator[Ground]:
    with restarted(network) as made:
        yield made


# --- another process


@confirmed_by_others
@pytest.mark.parametrize("does", ["confirm", "revert"])
def test_another_process_confirms_or_takes_back_what_waits(on: Ground, way: Way, does: str) -> None:
    held = armed(on, way).held()
    died(on, way)
    later = next_process(on, way, held)
    assert later.armed()
    later.confirm() if does == "confirm" else later.revert("")
    assert not later.armed()
    assert there(on, way.device) == (does == "confirm")
    on.emulation.advance(SECONDS + 1, way.device)
    assert there(on, way.device) == (does == "confirm")


@pytest.mark.parametrize("does", ["confirm", "revert"])
def test_a_trial_of_a_session_that_died_is_told_as_unconfirmable_and_goes_back(on: Ground, does: str) -> None:
    way = WAYS["iosxr"]
    held = armed(on, way).held()
    died(on, way)
    later = next_process(on, way, held)
    assert later.armed()
    with pytest.raises(Unconfirmable, match="in the session that made it"):
        later.confirm() if does == "confirm" else later.revert("")
    assert there(on, XR)
    on.emulation.advance(SECONDS + 1, XR)
    assert not later.armed()
    assert not there(on, XR)
    with pytest.raises(NothingWaits):
        later.confirm() if does == "confirm" else later.revert("")


@every
def test_what_the_device_has_undone_is_told(on: Ground, way: Way) -> None:
    held = armed(on, way).held()
    died(on, way)
    on.emulation.advance(SECONDS + 1, way.device)
    later = next_process(on, way, held)
    assert not later.armed()
    for act in (later.confirm, lambda: later.revert("")):
        with pytest.raises(NothingWaits, match="undone it by itself"):
            act()
    assert not there(on, way.device)


@every
def test_a_confirmation_may_be_repeated(on: Ground, way: Way) -> None:
    ours = armed(on, way)
    ours.confirm()
    with pytest.raises(NothingWaits):
        ours.confirm()
    assert there(on, way.device)


def test_a_lock_of_a_session_that_only_sleeps_is_told(on: Ground) -> None:
    way = WAYS["junos"]
    ours = armed(on, way)
    later = next_process(on, way, ours.held())
    assert later.armed()
    with pytest.raises(Locked):
        later.confirm()
    assert database(on.device(JUNOS)).pending is not None
    ours.confirm()
    assert there(on, JUNOS)


# --- a connection that is lost


@noticed
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_lost_at_the_confirmation(on: Ground, way: Way, when: Any) -> None:
    ours = armed(on, way)
    held = ours.held()
    on.device(way.device).faults.add(Fault("cut", match=way.confirms, when=when, times=1))
    with pytest.raises(DeviceError) as lost:
        ours.confirm()
    assert not isinstance(lost.value, NothingWaits)
    died(on, way)
    later = next_process(on, way, held)
    assert later.armed() == (when == "before")
    if when == "before" and not way.own:
        later.confirm()
    with pytest.raises(Unconfirmable if when == "before" and way.own else NothingWaits):
        later.confirm()
    on.emulation.advance(SECONDS + 1, way.device)
    assert there(on, way.device) == (when == "after" or not way.own)


@noticed
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_lost_at_the_commit(on: Ground, way: Way, when: Any) -> None:
    first = on.writer(way.device, way.transport)
    first.take_up(NAME)
    on.device(way.device).faults.add(Fault("cut", match=way.arms, when=when, times=1))
    with pytest.raises(DeviceError):
        first.write(LINES[way.device], SECONDS)
    died(on, way)
    assert there(on, way.device) == (when == "after")
    later = next_process(on, way, NAME)
    assert later.armed() == (when == "after" or way is WAYS["ios"])  # line by line the timer comes first
    on.emulation.advance(SECONDS + 1, way.device)
    assert not there(on, way.device)
    later.abandon(NAME)
    again = armed(on, way)
    again.confirm()
    assert there(on, way.device)


# --- what is left of a process that died before its commit


@pytest.mark.parametrize("way", [pytest.param(way, id=name) for name, way in WAYS.items() if name != "ios"])
def test_what_was_loaded_and_not_committed_is_dropped(on: Ground, way: Way) -> None:
    first = on.transaction(way.device, way.transport)
    first.load(LINES[way.device])
    held = first.held()
    died(on, way)
    later = on.writer(way.device, way.transport)
    later.abandon(held)
    assert not there(on, way.device)
    later.write(LINES[way.device], SECONDS)
    later.confirm()
    assert there(on, way.device)


def test_a_session_left_behind_keeps_others_from_committing_until_it_is_abandoned(on: Ground) -> None:
    first = on.transaction(EOS)
    first.load(LINES[EOS])
    held = first.held()
    assert re.fullmatch(r"\S+", held)
    died(on, WAYS["eos"])
    assert ConfigSessions.of(on.device(EOS)).named(held).state == "pending"
    on.transaction(EOS).abandon(held)
    assert not ConfigSessions.of(on.device(EOS))._sessions


@confirmed_by_others
def test_what_is_armed_is_not_abandoned(on: Ground, way: Way) -> None:
    held = armed(on, way).held()
    died(on, way)
    on.writer(way.device, way.transport).abandon(held)
    assert there(on, way.device)
    assert next_process(on, way, held).armed()


def test_a_timer_of_somebody_else_is_not_taken_for_ours(on: Ground) -> None:
    ours = armed(on, WAYS["eos"])
    ours.confirm()
    other = on.driver(EOS, "eos")
    other.load_merge_candidate(config="interface Loopback9")
    other.commit_config(revert_in=300)
    later = next_process(on, WAYS["eos"], NAME)
    assert not later.armed()
    with pytest.raises(NothingWaits):
        later.confirm()
    assert on.transaction(EOS).armed()  # who has taken up nothing asks for anybody's
    other.config_session = None
