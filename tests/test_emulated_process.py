"""Emulated devices in a process of their own: its description, its orders, its end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from quiet_network import NODE

from lab.emulated.control import ask
from lab.emulated.description import Described, read, write
from lab.emulated.device import Login
from lab.emulated.process import serving
from lab.errors import LabError

LOGIN = Login(password="another", keys=("ssh-ed25519 AAAA",))
LIMIT = 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("served")
    write(folder, [Described("ios", NODE, logins=(LOGIN,))])
    with serving(folder):
        yield folder


def test_a_description_is_read_as_it_was_written(folder: Path) -> None:
    assert read(folder) == (Described("ios", NODE, logins=(LOGIN,)),)


def test_the_process_tells_where_devices_listen_and_what_they_were_asked(folder: Path) -> None:
    known = ask(folder, {"do": "stats"})["devices"]["r1"]
    assert (known["host"], known["commands"], known["sessions"]) == ("127.0.0.1", 0, 0)
    assert f"[127.0.0.1]:{known['port']} ssh-ed25519 " in (folder / "known_hosts").read_text()


def test_the_process_takes_faults_and_time(folder: Path) -> None:
    ask(folder, {"do": "fault", "device": "r1", "fault": {"kind": "stall", "match": "show"}})
    assert [fault["kind"] for fault in ask(folder, {"do": "stats"})["devices"]["r1"]["faults"]] == ["stall"]
    ask(folder, {"do": "clear", "device": "r1"})
    assert ask(folder, {"do": "stats"})["devices"]["r1"]["faults"] == []
    ask(folder, {"do": "advance", "seconds": 60})
    assert "hostname r1" in ask(folder, {"do": "configuration", "device": "r1"})["running"]
    ask(folder, {"do": "reload", "device": "r1"})
    assert ask(folder, {"do": "usage"})["memory_kilobytes"] > 0


@pytest.mark.parametrize(
    "request_",
    [{"do": "dance"}, {"do": "advance"}, {"do": "clear", "device": "r7"}, {"do": "fault", "device": "r1", "fault": {}}],
    ids=["unknown", "without a value", "of no device", "of no kind"],
)
def test_a_request_that_makes_no_sense_is_refused(request_: dict[str, object], folder: Path) -> None:
    with pytest.raises(LabError, match="refused"):
        ask(folder, request_)


def test_a_folder_without_description_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"devices\.json"), serving(tmp_path):
        pass


STARTER = """
import sys
from pathlib import Path
from typing import Any
from lab.emulated.process import start
process = start(Path(sys.argv[1]))
print(process.pid, flush=True)
sys.stdin.read()
"""


def _running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_process_ends_with_its_starter_though_that_is_killed(tmp_path: Path) -> None:
    write(tmp_path, [Described("ios", NODE)])
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as starter:
        assert starter.stdout
        served = int(starter.stdout.readline())
        assert _running(served)
        os.kill(starter.pid, signal.SIGKILL)
    late = time.monotonic() + LIMIT
    while _running(served):
        assert time.monotonic() < late, "it did not end"
        time.sleep(0.005)
    assert not (tmp_path / "control").exists()
