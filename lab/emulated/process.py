"""Emulated devices in a process of their own, which ends with the one that started it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lab.emulated.control import SOCKET, ask
from lab.errors import LabError

LOG = "log"
STARTING, ENDING, STEP = 120.0, 20.0, 0.02


def start(folder: Path, *, detached: bool = False) -> subprocess.Popen[bytes]:
    """Serve the devices that a folder describes; return once they listen. Raises LabError when they do not.

    Unless `detached`, they end when the standard input of the process does: with the starter, whatever ends it.
    """
    words = [sys.executable, "-m", "lab.emulated", str(folder), *(["--detached"] if detached else [])]
    root = Path(__file__).resolve().parents[2]
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            words,
            cwd=root,
            stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(folder, process)
    except BaseException:
        end(folder, process)
        raise
    return process


def _wait(folder: Path, process: subprocess.Popen[bytes]) -> None:
    late = time.monotonic() + STARTING
    while time.monotonic() < late:
        if (folder / SOCKET).exists():
            with suppress(LabError):
                ask(folder, {"do": "usage"})
                return
        if process.poll() is not None:
            raise LabError(f"the emulated devices did not start: {(folder / LOG).read_text()[-2000:]}")
        time.sleep(STEP)
    raise LabError(f"the emulated devices did not start in {STARTING:.0f} s")


def end(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """End the process that `start` returned, whatever state it is in."""
    with suppress(LabError):
        ask(folder, {"do": "stop"}, seconds=5)
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(ENDING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def serving(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the devices of a folder as long as the block runs. Raises LabError when they do not start."""
    process = start(folder)
    try:
        yield process
    finally:
        end(folder, process)
