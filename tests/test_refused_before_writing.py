"""What is refused before any device is written to: with its reason, its exit code, and no line sent; and the way past.

The counters of the emulated devices tell that no configuration line was sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from lab.emulated import somebody
from tests.hazards.ground import LOCAL, Ground
from tests.window_faults import just_before
from tests.window_ground import Desk, Told, Untouched, describing, desk, planned, restart, started

pytestmark = pytest.mark.runs

WAYS = {"r1": ("ios", ""), "r2": ("nxos", ""), "r3": ("junos", ""), "r4": ("eos", "")}
ANOTHER = {"data": {"loopbacks": {0: {"ipv4": "10.128.9.1/32"}}}}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Devices that have their loopbacks."""
    folder = tmp_path_factory.mktemp("refused")
    with started(folder, WAYS) as on, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with desk(on, folder, WAYS) as at:
            assert at.provision("--waves", "100%").code == 0
            kept = {name: device.startup for name, device in on.emulation.devices.items()}
        restart(on, kept)
        yield on


@pytest.fixture
def at(network: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    with desk(network, tmp_path, WAYS) as opened:
        yield opened


# --- windows


CLOSED = "2020-01-01T02:00/2020-01-01T04:00 UTC"


def test_a_closed_window_is_refused_before_a_device_is_asked(at: Desk) -> None:
    at.want(describing("r1"))
    asked = {name: device.counters.commands for name, device in at.on.emulation.devices.items()}
    untouched = Untouched(at)
    told = at.provision("--window", CLOSED)
    untouched.after(told, 4, "no window is open, nothing was written", "--outside-window REASON")
    assert {name: device.counters.commands for name, device in at.on.emulation.devices.items()} == asked


def test_outside_a_window_a_reason_lets_it_pass_and_is_journalled(at: Desk) -> None:
    at.want(describing("r1"))
    told = at.provision("--window", CLOSED, "--outside-window", "the network is down")
    assert told.code == 0
    assert told.journal[0]["outside"] == "the network is down"
    entries = [entry for entry in told.journal if entry["event"] == "outside the window"]
    assert [(entry["reason"], entry["devices"]) for entry in entries] == [("the network is down", ["r1"])]


def ending_in(seconds: float) -> str:
    """A window that is open and closes in so many seconds, to the minute."""
    now = datetime.now(UTC)
    return f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}/{now + timedelta(seconds=seconds):%Y-%m-%dT%H:%M} UTC"


def test_a_window_too_short_for_a_wave_lets_it_not_begin(at: Desk) -> None:
    at.want(describing("r1", "r2"))
    untouched = Untouched(at)
    told = at.provision("--window", ending_in(120), deadline=60)
    untouched.after(told, 4, "and the wave may take", "the window closes in")
    assert set(told.ends().values()) == {"not begun"}


def test_the_second_wave_is_not_begun_where_the_first_shows_that_it_takes_too_long(
    at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.want(describing("r1", "r2"))
    sent = at.lines()
    pace = "loopwright.reckoning.Pace.measured"
    monkeypatch.setattr(pace, lambda self, *_: type(self)(4000.0, 4000.0))
    told = at.provision("--waves", "1,100%", "--window", ending_in(3600))
    assert (told.code, told.ends()) == (4, {"r1": "kept", "r2": "not begun"})
    assert "the wave may take" in told.ended("r2")["why"]
    assert at.lines()["r2"] == sent["r2"]


def test_a_freeze_in_the_inventory_is_refused(at: Desk) -> None:
    now = datetime.now(UTC)
    freeze = {"from": f"{now:%Y-%m-%dT00:00}", "to": f"{now + timedelta(days=2):%Y-%m-%dT00:00}", "zone": "UTC"}
    at.want({"r1": {"data": {"freezes": [{**freeze, "reason": "year's end"}]}}})
    at.want(describing("r1"))
    untouched = Untouched(at)
    told = at.provision("--limit", "r1")
    untouched.after(told, 4, "no window is open, nothing was written", "in the freeze (year's end)")


def test_at_waits_for_the_window_and_then_writes(at: Desk) -> None:
    at.want(describing("r1"))
    opens = datetime.now().astimezone() + timedelta(seconds=2)
    told = at.provision("--at", opens.isoformat())
    assert (told.code, told.ends()) == (0, {"r1": "kept"})
    assert "nothing is written before" in told.err
    loads = [entry["time"] for entry in told.journal if entry.get("action") == "load"]
    assert loads
    assert all(datetime.fromisoformat(time) >= opens for time in loads)


# --- what refers to a loopback, and what can cut us off


RENUMBERED = {"r1": ANOTHER}


def referred(at: Desk, *lines: str) -> None:
    """Let lines of r1 refer to its loopback."""
    device = at.on.device("r1")
    said = somebody.types(device, lines)
    assert "Invalid" not in said, said
    device.saved()


def test_a_referenced_loopback_is_refused_and_an_option_lets_it_pass(at: Desk) -> None:
    referred(at, "logging source-interface Loopback0")
    at.want(RENUMBERED)
    untouched = Untouched(at)
    untouched.after(at.provision(), 4, "logging source-interface Loopback0", "--allow-referenced")
    told = at.provision("--allow-referenced")
    assert (told.code, told.ends()) == (0, {"r1": "kept"})
    assert "10.128.9.1" in at.states()["r1"][1]


LOCKOUTS = {
    "the source of AAA": ("ip tacacs source-interface Loopback0",),
    "a BGP path to the device": (
        "router bgp 65000", "neighbor 10.128.0.2 remote-as 65000", "neighbor 10.128.0.2 update-source Loopback0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("carried", LOCKOUTS)
def test_what_can_cut_us_off_is_refused_without_a_timer(at: Desk, carried: str) -> None:
    referred(at, *LOCKOUTS[carried], "no archive")
    at.want(RENUMBERED)
    untouched = Untouched(at)
    told = at.provision("--allow-referenced")
    untouched.after(told, 4, carried, "no timer of the device would undo it", "--accept-lockout")
    passed = at.provision("--allow-referenced", "--accept-lockout")
    assert (passed.code, passed.ends()) == (0, {"r1": "kept"})


@pytest.mark.parametrize("carried", LOCKOUTS)
def test_what_can_cut_us_off_passes_with_a_timer_and_a_warning(at: Desk, carried: str) -> None:
    referred(at, *LOCKOUTS[carried])
    at.want(RENUMBERED)
    told = at.provision("--allow-referenced")
    assert (told.code, told.ends()) == (0, {"r1": "kept"}), told.out + told.err
    assert carried in " ".join(told.out.split())
    assert "the device's own timer undoes it" in " ".join(told.out.split())


def test_the_loopback_that_the_device_is_managed_through_is_refused(at: Desk) -> None:
    """The address of the inventory, here that of the station itself."""
    device = at.on.device("r2")
    somebody.types(device, ["interface loopback5", f"ip address {LOCAL}/32"])
    at.want({"r2": {"data": {"owns": [5]}}})
    untouched = Untouched(at)
    told = at.provision("--allow-referenced", "--allow-removals", "1")
    untouched.after(told, 4, "the management session", "--accept-lockout")


# --- waves, timers, locks


def test_a_pair_that_the_inventory_puts_into_one_wave_is_refused(at: Desk) -> None:
    at.want(describing("r1", "r2"))
    at.want({name: {"data": {"redundancy_group": "pair", "wave": 1}} for name in ("r1", "r2")})
    untouched = Untouched(at)
    untouched.after(at.provision(), 4, "r1 and r2 of redundancy_group pair are both in wave 1")


def test_a_pair_that_a_plan_puts_into_one_wave_is_refused(at: Desk) -> None:
    at.want(describing("r1", "r2"))
    file = planned(at, "--waves", "100%")
    at.want({name: {"data": {"redundancy_group": "pair"}} for name in ("r1", "r2")})
    untouched = Untouched(at)
    untouched.after(at.provision(str(file)), 4, "r1 and r2 of redundancy_group pair are both in wave 1")


TOO_SHORT: Mapping[str, tuple[Sequence[str], float, str]] = {
    "asked for": (("--timer", "60"), 60, "a timer of 60 s is too short: writing, proof and confirming may take"),
    "the device's longest": ((), 7300, "its timer runs 7200 s at most, and the wave may take"),
}


@pytest.mark.parametrize("case", TOO_SHORT)
def test_a_timer_that_is_too_short_is_refused(at: Desk, case: str) -> None:
    words, deadline, told = TOO_SHORT[case]
    at.want(describing("r1"))
    Untouched(at).after(at.provision(*words, deadline=deadline), 4, told)
    passed = at.provision("--timer", "600")
    assert (passed.code, passed.ends()) == (0, {"r1": "kept"})
    assert passed.document["plan"]["devices"][0]["protection"]["timer"] == 600


def test_a_device_that_another_run_holds_is_refused(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    locks = at.folder / "locks"
    locks.mkdir()
    monkeypatch.setenv("LOOPWRIGHT_LOCKS", str(locks))
    at.want(describing("r1"))
    path = locks / f"{LOCAL}_{at.on.emulation.ports['r1']}.lock"
    with FileLock(path, timeout=0):
        path.with_suffix(".owner").write_text("run 20261123-040000, process 4711\n")
        untouched = Untouched(at)
        untouched.after(at.provision(), 4, "r1 is being changed by run 20261123-040000, process 4711; nothing was")
    assert at.provision().code == 0


def test_of_two_runs_at_once_one_is_refused(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at.want(describing("r1"))
    told: list[Told] = []

    def another(*_: object) -> None:
        at.want(describing("r1", text="yet another one"))
        told.extend((at.provision(), at.provision("--supersede")))

    just_before("_prove", another)(at, ["ios"], monkeypatch)
    first = at.provision()
    assert first.code == 0
    assert [other.code for other in told] == [4, 4]
    assert "nothing was written" in told[0].err
    assert "r1 is being changed by run" in told[1].err
    assert [text in at.states()["r1"][1] for text in ("yet another one", "another one")] == [False, True]
