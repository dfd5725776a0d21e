"""An armed change outlives the process that made it: another one asks, confirms, takes back, or says why it cannot."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from lab.emulated import somebody
from lab.emulated.eos_sessions import ConfigSessions
from lab.emulated.faults import Fault
from lab.emulated.junos_commit import database
from loopwright.change_words import TimerWords
from loopwright.errors import DeviceError, Locked, NothingWaits, Unconfirmable
from tests.hazards.candidates import EOS, IOS, JUNOS, LINES, XR, four, restarted, there
from tests.hazards.ground import PLATFORMS, Ground

NAME = "loopwright-run-1"
SECONDS = 120


@dataclass(frozen=True)
class Way:
    """How a device is driven: what arms the change and what confirms it, as the device sees it."""

    device: str
    transport: str
    arms: str
    confirms: str
    own: bool = False  # only the session that armed confirms
    locks: bool = False  # nobody else configures while a change is armed, as long as the session lives


WAYS = {
    "ios": Way(IOS, "netmiko", "^ip address 192.0.2.7 ", "^configure confirm$"),
    "ios over napalm": Way(IOS, "napalm", r"^copy flash:/merge_config\.txt", "^configure confirm$"),
    "junos": Way(JUNOS, "napalm", "^commit-configuration confirmed$", "^commit-configuration$", locks=True),
    "eos": Way(EOS, "napalm", "commit timer", r"^configure session \S+ commit$"),
    "iosxr": Way(XR, "netmiko", "^commit confirmed", "^commit$", own=True, locks=True),
}
every = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
# netmiko inside a driver notices a lost connection when its own time is over, a minute and a half later.
noticed = pytest.mark.parametrize("way", [pytest.param(w, id=n) for n, w in WAYS.items() if n != "ios over napalm"])
others = [pytest.param(way, id=name) for name, way in WAYS.items() if not way.own]
confirmed_by_others = pytest.mark.parametrize("way", others)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with four(tmp_path_factory.mktemp("four")) as made:
        yield made


@pytest.fixture
def on(network: Ground) -> Iterator[Ground]:
    with restarted(network) as made:
        yield made


def armed(on: Ground, way: Way) -> Any:
    """Arm a change under a name that was known before, and return its writer."""
    ours = on.writer(way.device, way.transport)
    assert not ours.armed()
    ours.take_up(NAME)
    ours.write(LINES[way.device], SECONDS)
    assert there(on, way.device)
    assert ours.armed()
    return ours


def died(on: Ground, way: Way) -> None:
    """Kill the process: its connections end without a word, and the device notices."""
    device, deadline = on.device(way.device), time.monotonic() + 10
    device.cut()
    while device.sessions or (way.device == JUNOS and database(device).holder is not None):
        assert time.monotonic() < deadline
        time.sleep(0.002)


def next_process(on: Ground, way: Way, held: str) -> Any:
    """Another process, which knows what the first has written down."""
    later = on.writer(way.device, way.transport)
    later.take_up(held)
    return later


def timer_of(way: Way, on: Ground) -> TimerWords:
    platform = PLATFORMS[on.device(way.device).system.name]
    words = platform.driver if way.transport == "napalm" else platform.session
    assert words is not None
    assert words.timer is not None
    return words.timer


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
