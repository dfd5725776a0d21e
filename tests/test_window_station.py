"""What happens to the station in a change window: its disk fills up, its clock is wrong, somebody presses Ctrl-C."""

import errno
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from loopwright.journal import Journal
from loopwright.run_folder import runs_of
from tests.hazards.ground import Ground
from tests.window_faults import just_before
from tests.window_ground import Desk, desk, left_behind, loopback, started

pytestmark = pytest.mark.runs

WAYS = {"r1": ("ios", ""), "r2": ("nxos", ""), "r3": ("junos", ""), "r4": ("eos", "")}
WAVES = ("--waves", "2,100%")
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with started(tmp_path_factory.mktemp("station"), WAYS) as on:
        yield on


@pytest.fixture
def at(network: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    with desk(network, tmp_path, WAYS) as opened:
        yield opened


def has(at: Desk, name: str) -> tuple[bool, bool]:
    """Whether a device has its loopback, and would have it after a restart."""
    running, startup = at.states()[name]
    return "loopback 0" in running, "loopback 0" in startup


def nothing_left(at: Desk) -> bool:
    """Whether no device holds anything of a run."""
    return not any(left_behind(device) for device in at.on.emulation.devices.values())


# --- a full disk


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """Put a small file system in a folder; only root can."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_without_room_is_told_before_anything_is_written(at: Desk) -> None:
    before = at.states()
    with small_disk(at.folder / "runs", 200):
        told = at.provision(*WAVES)
        assert told.code == 2
        assert "No space left on device; nothing was written to any device" in told.err
        assert (at.states(), set(at.lines().values())) == (before, {0})


def test_a_disk_that_has_no_room_for_what_a_device_was_leaves_it_alone(at: Desk) -> None:
    before, sent = at.states(), at.lines()
    with small_disk(at.folder / "runs", 276):
        told = at.provision(*WAVES)
        assert told.code == 3
        assert told.ends() == {"r1": "failed", "r2": "failed", "r3": "not begun", "r4": "not begun"}
        assert "No space left on device" in told.ended("r1")["why"]
        assert told.journal[-1]["event"] == "ended"
    assert (at.states(), at.lines()) == (before, sent)


def test_a_disk_that_fills_up_has_room_for_the_end_of_the_run(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(desk_: Desk, name: str, way: str) -> None:
        room = os.open(next((at.folder / "runs").iterdir()) / "other", os.O_WRONLY | os.O_CREAT)
        try:
            while os.write(room, bytes(4096)):
                pass
        except OSError:  # full
            pass
        finally:
            os.close(room)

    with small_disk(at.folder / "runs", 400):
        just_before("_prove", fill)(at, ["ios"], monkeypatch)
        told = at.provision("--waves", "100%")
        assert told.code == 0
        assert set(told.ends().values()) == {"kept"}
        assert [entry["event"] for entry in told.journal][-1] == "ended"
    assert [has(at, name) for name in WAYS] == [(True, True)] * 4
    assert nothing_left(at)


def full_from(monkeypatch: pytest.MonkeyPatch, event: str, action: str) -> None:
    """Let the disk be full for good, the room set aside used up, from an entry of the journal on."""
    append, full = Journal._append, list[bool]()

    def appended(journal: Journal, entry: dict[str, Any]) -> None:
        if entry["event"] == event and entry.get("action", "") == action:
            full.append(True)
        if full:
            raise FULL
        append(journal, entry)

    monkeypatch.setattr(Journal, "_append", appended)


@pytest.mark.parametrize("then", ["resume", "revert"])
@pytest.mark.parametrize(("event", "action"), [("done", "read back"), ("begin", "confirm"), ("begin", "save")])
def test_a_disk_that_is_full_to_the_last_byte_ends_the_run_and_names_what_is_left(
    at: Desk, event: str, action: str, then: str
) -> None:
    before = at.states()
    with pytest.MonkeyPatch.context() as patch:
        full_from(patch, event, action)
        told = at.provision("--waves", "100%")
    assert told.code == 6
    assert "stopped in the middle of a run (" in told.err
    assert "No space left on device" in told.err
    assert "written to, and neither saved nor put back:" in told.err
    left = [name for name in WAYS if f"{name} is undone by" in told.err]
    assert {name for name in WAYS if at.states()[name] != before[name]} <= set(left)
    assert "no interface Loopback0" in told.err
    assert told.run is not None
    ended = at.run(then, told.run.name, "--yes", "--deadline", "2")
    assert ended.code == 0, ended.out + ended.err
    assert {has(at, name) for name in left} == ({(True, True)} if then == "resume" else {(False, False)})
    assert nothing_left(at)


# --- a wrong clock


def set_back(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Set the clock of the station."""

    def now() -> datetime:
        return datetime.now(UTC).astimezone() + by

    for place in ("playbooks.carried_through.now", "playbooks.unfinished.now", "playbooks.rollback.now"):
        monkeypatch.setattr(place, now)


def test_a_clock_that_was_set_back_a_day_does_not_change_the_order_of_runs(
    at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = at.provision("--waves", "100%")
    monkeypatch.undo()
    monkeypatch.chdir(at.folder)
    set_back(monkeypatch, timedelta(days=-1))
    at.want({"r1": {"data": {"loopbacks": {0: {"description": "another one"}}}}})
    second = at.provision("--waves", "100%")
    assert (first.code, second.code) == (0, 0)
    assert first.run is not None
    assert second.run is not None
    assert second.run.name < first.run.name
    assert [path.name for path in runs_of(at.folder / "runs")] == [first.run.name, second.run.name]
    before = at.lines()
    told = at.run("rollback", first.run.name, "--yes", "--deadline", "2")
    assert told.code == 4
    assert f"run {second.run.name} changed loopback 0 of r1" in told.err
    assert at.lines() == before


@pytest.mark.parametrize("by", [timedelta(days=1), timedelta(days=-1)], ids=["a day on", "a day back"])
def test_a_clock_that_jumps_in_a_run_ends_no_proof_and_no_timer(
    at: Desk, monkeypatch: pytest.MonkeyPatch, by: timedelta
) -> None:
    just_before("_prove", lambda *_: set_back(monkeypatch, by))(at, ["ios"], monkeypatch)
    told = at.provision("--waves", "100%")
    assert told.code == 0
    assert set(told.ends().values()) == {"kept"}
    assert all(0 <= wave["seconds"]["prove"] < 60 for wave in told.document["waves"])
    assert [has(at, name) for name in WAYS] == [(True, True)] * 4


# --- Ctrl-C


def pressing(times: int) -> Callable[..., None]:
    """Press Ctrl-C so many times."""

    def press(*_: object) -> None:
        for _number in range(times):
            os.kill(os.getpid(), signal.SIGINT)

    return press


@pytest.mark.parametrize("phase", ["deploy", "_prove", "confirm", "save"])
def test_an_interrupt_finishes_the_wave_in_hand_and_begins_no_other(
    at: Desk, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    before = at.states()
    just_before(phase, pressing(1))(at, ["ios"], monkeypatch)
    told = at.provision(*WAVES)
    assert told.code == 4
    assert told.ends() == {"r1": "kept", "r2": "kept", "r3": "not begun", "r4": "not begun"}
    assert "interrupted while writing: carried on until every device of this wave is kept or put back" in told.err
    assert told.ended("r3")["why"] == "interrupted: what was begun was finished"
    assert [has(at, name) for name in WAYS] == [(True, True)] * 2 + [(False, False)] * 2
    assert {name: at.states()[name] for name in ("r3", "r4")} == {name: before[name] for name in ("r3", "r4")}
    assert nothing_left(at)
    assert "interrupted" in [entry["event"] for entry in told.journal]


@pytest.mark.parametrize("then", ["resume", "revert"])
@pytest.mark.parametrize("phase", ["_prove", "confirm", "save"])
def test_a_second_interrupt_names_what_is_left(
    at: Desk, monkeypatch: pytest.MonkeyPatch, phase: str, then: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        just_before(phase, pressing(2))(at, ["ios"], patch)
        told = at.provision("--waves", "100%")
    assert told.code == 6
    assert "stopped in the middle of a run (interrupted); written to, and neither saved nor put back:" in told.err
    assert [f"{name} is undone by" in told.err for name in WAYS] == [True] * 4
    assert told.run is not None
    assert at.run("status").code == 6
    ended = at.run(then, told.run.name, "--yes", "--deadline", "2")
    assert ended.code == 0, ended.out + ended.err
    assert [has(at, name) for name in WAYS] == [(then == "resume",) * 2] * 4
    assert nothing_left(at)


def test_after_an_interrupt_the_next_loopback_is_given_as_ever(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.MonkeyPatch.context() as patch:
        just_before("_prove", pressing(1))(at, ["ios"], patch)
        assert at.provision(*WAVES).code == 4
    at.want({"r1": {"data": {"loopbacks": {7: loopback(7, "r1")}}}})
    told = at.provision("--waves", "100%")
    assert (told.code, sorted(told.ends())) == (0, ["r1", "r3", "r4"])
