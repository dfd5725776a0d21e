"""Provisioning the mixed network: proven from nothing, what goes wrong in the middle, how each system goes back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lab.errors import LabError
from loopwright.journal import read_journal
from playbooks.waves import Wave
from tests.mixed import EMULATED, MixedPractice, all_pass, as_found, desk, on_real_routing, provisioned, settled, shared
from tests.practice import Run

pytestmark = [pytest.mark.lab, pytest.mark.timeout(90)]

NUMBER = 7
ADDRESSES = {
    "ios": "10.254.0.2",
    "junos": "10.254.0.4",
    "nxos": "10.254.0.1",
    "iosxr": "10.254.0.3",
    "eos": "10.254.0.9",
}
WITH_TIMER = ("ios", "junos", "iosxr", "eos")


@pytest.fixture(scope="module", params=["real", "model"])
def both(request: pytest.FixtureRequest) -> MixedPractice:
    """The network on real routing and on the model."""
    return on_real_routing() if request.param == "real" else provisioned(shared(real=False))


@pytest.fixture(scope="module")
def mixed_practice() -> Iterator[MixedPractice]:
    """The network on real routing, which at the end is proven as at the beginning."""
    practice = on_real_routing()
    yield practice
    with desk(practice) as at:
        settled(at)


def test_all_was_proven_from_nothing_and_a_second_run_sends_no_line(both: MixedPractice) -> None:
    """That it began with nothing and every rung was proven, `provisioned` saw to."""
    before = both.lines_typed()
    with as_found(both), desk(both) as at:
        run = at.provision()
        assert (run.code, run.plan.changing) == (0, ())
        verified = at.verify()
        assert all_pass(verified)
        assert {v.device for v in verified.proof.verdicts} == set(both.network.devices)
    assert both.lines_typed() == before


def wanting(*systems: str) -> dict[str, Any]:
    """An inventory that wants one more loopback of devices of some systems: a new unit, or one more address."""
    return {EMULATED[system]: {"data": {"loopbacks": _loopback(system)}} for system in systems}


def _loopback(system: str) -> dict[int, Any]:
    address = f"{ADDRESSES[system]}/32"
    carried: dict[str, Any] = {"bgp": {"via": "network"}} if system == "eos" else {"ospf": {}}
    if system == "junos":  # one unit per routing instance
        return {0: {"ipv4": ["10.255.0.4/32", address]}}
    return {NUMBER: {"ipv4": address, "advertise": carried, "expect": {"seen_by": "domain"}}}


@contextmanager
def provisioning(practice: MixedPractice, *systems: str, deadline: float = 8) -> Iterator[Callable[[], Run]]:
    """Open the network with an inventory that wants more of some systems; at the end it is as it was."""
    with as_found(practice), desk(practice, wanting(*systems), deadline=deadline) as at:
        yield at.provision


def devices(*systems: str) -> list[str]:
    return sorted(EMULATED[system] for system in systems)


def actions(run: Run, device: str) -> list[str]:
    """What was begun on a device."""
    journal = read_journal(run.folder.path / "journal.jsonl")
    return [entry["action"] for entry in journal if entry["event"] == "begin" and entry["device"] == device]


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Do something between the last line and the proof."""
    prove = Wave._prove

    def then(*arguments: Any) -> Any:
        act()
        return prove(*arguments)

    monkeypatch.setattr(Wave, "_prove", then)


@pytest.mark.parametrize("kind", ["reject", "ignore"])
def test_what_a_system_does_not_take_is_put_back_by_each_strategy(mixed_practice: MixedPractice, kind: str) -> None:
    """Refused with an answer, or taken without a word and not kept."""
    with provisioning(mixed_practice, *EMULATED) as provision:
        for system, device in EMULATED.items():
            mixed_practice.network.fault(device, kind, match=ADDRESSES[system].replace(".", r"\."))
        run = provision()
        assert (run.code, sorted(run.result.put_back)) == (5, devices(*EMULATED)), run.result.failed
        assert all(back.restored for back in run.result.put_back.values()), run.result.put_back
        assert run.result.kept == ()


def test_a_configuration_that_somebody_else_has_locked_is_left_alone(mixed_practice: MixedPractice) -> None:
    locked = ("junos", "iosxr")
    with provisioning(mixed_practice, *locked) as provision:
        for system in locked:
            mixed_practice.network.fault(EMULATED[system], "locked", text="somebody")
        run = provision()
        assert (run.code, sorted(run.result.failed)) == (3, devices(*locked)), run.result
        assert run.result.put_back == {}


def test_a_timer_that_expires_during_the_proof_ends_as_before_and_says_so(
    mixed_practice: MixedPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def expire() -> None:
        for system in WITH_TIMER:
            mixed_practice.network.advance(7200, EMULATED[system])

    meanwhile(monkeypatch, expire)
    with provisioning(mixed_practice, *WITH_TIMER, deadline=3) as provision:
        run = provision()
        assert (run.code, sorted(run.result.put_back)) == (5, devices(*WITH_TIMER)), run.failing
        assert {back.words for back in run.result.put_back.values()} == {
            "it is as it was before; nothing had to be undone"
        }


@pytest.mark.parametrize("system", ["ios", "nxos"])
def test_a_device_that_restarts_in_the_middle_of_the_lines_is_as_before(
    mixed_practice: MixedPractice, system: str
) -> None:
    with provisioning(mixed_practice, system, deadline=3) as provision:
        mixed_practice.network.fault(EMULATED[system], "reload", match=r"^\s*ip address 10\.254", times=1)
        run = provision()
        assert (run.code, list(run.result.put_back)) == (5, [EMULATED[system]]), run.result.put_back
        assert run.result.put_back[EMULATED[system]].restored


@contextmanager
def mute(practice: MixedPractice, *systems: str) -> Iterator[None]:
    """Real routers drop what is sent to the addresses that they are to get, their own pings too."""
    for system in systems:
        rule = f"type filter hook input priority 0; ip daddr {ADDRESSES[system]} drop;"
        done = practice.network.routers.run(EMULATED[system], ["nft", f"table inet mute {{ chain c {{ {rule} }}; }}"])
        assert done.returncode == 0, done.stderr
    try:
        yield
    finally:
        for system in systems:
            practice.network.routers.run(EMULATED[system], ["nft", "delete table inet mute"])


def test_a_proof_that_fails_for_the_devices_own_reason_is_put_back_by_the_devices_own_way(
    mixed_practice: MixedPractice,
) -> None:
    with provisioning(mixed_practice, *EMULATED, deadline=3) as provision, mute(mixed_practice, *EMULATED):
        run = provision()
        assert (run.code, sorted(run.result.put_back)) == (5, devices(*EMULATED)), run.failing
        assert all(back.restored for back in run.result.put_back.values()), run.result.put_back
        for device in EMULATED.values():
            assert "revert" in actions(run, device)
            assert "undo" not in actions(run, device)


ELSEWHERE = {
    "ios": ("interface GigabitEthernet1", "description typed meanwhile", "description to b1"),
    "nxos": ("interface Ethernet1/1", "description typed meanwhile", "description b1"),
}
"""Lines to type, and the last of them anew to have it as before."""


@pytest.mark.parametrize("system", ELSEWHERE)
def test_what_somebody_else_typed_elsewhere_stays_and_the_inverse_is_played(
    mixed_practice: MixedPractice, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    *typed, back = ELSEWHERE[system]
    meanwhile(monkeypatch, lambda: mixed_practice.type({EMULATED[system]: typed}))
    with provisioning(mixed_practice, system, deadline=3) as provision, mute(mixed_practice, system):
        run = provision()
        assert (run.code, list(run.result.put_back)) == (5, [EMULATED[system]]), run.result.put_back
        assert "meanwhile" in mixed_practice.configuration(EMULATED[system])
        mixed_practice.type({EMULATED[system]: [*typed[:-1], back]})


def test_a_configuration_is_held_while_its_change_is_armed(
    mixed_practice: MixedPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else gets in between, so that the device's own way back takes nothing of theirs along."""

    def turned_away() -> None:
        with pytest.raises(LabError, match="locked"):
            mixed_practice.type({EMULATED["junos"]: ["set interfaces ge-0/0/0 description meanwhile"]})

    meanwhile(monkeypatch, turned_away)
    with provisioning(mixed_practice, "junos", deadline=3) as provision, mute(mixed_practice, "junos"):
        run = provision()
        assert (run.code, list(run.result.put_back)) == (5, devices("junos")), run.result.put_back
        assert actions(run, EMULATED["junos"])[-2:] == ["revert", "observe"]


@pytest.mark.parametrize("system", ["ios", "nxos"])
def test_what_somebody_else_typed_on_the_same_loopback_is_not_touched(
    mixed_practice: MixedPractice, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    """Exit code 6, with the lines to play."""
    name = EMULATED[system]
    interface = f"interface {'Loopback' if system == 'ios' else 'loopback'}{NUMBER}"
    mine = {"ios": "ip address 10.254.77.77 255.255.255.255 secondary", "nxos": "ip address 10.254.77.77/32 secondary"}
    meanwhile(monkeypatch, lambda: mixed_practice.type({name: [interface, mine[system]]}))
    with provisioning(mixed_practice, system, deadline=3) as provision, mute(mixed_practice, system):
        run = provision()
        assert (run.code, list(run.result.put_back)) == (6, [name]), run.result.put_back
        assert not run.result.put_back[name].restored
        assert f"no {interface}" in run.result.put_back[name].lines
        assert "10.254.77.77" in mixed_practice.configuration(name)
        mixed_practice.type({name: [f"no {interface}"]})
