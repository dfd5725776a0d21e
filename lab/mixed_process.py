"""The process that serves a mixed network."""

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from lab.control import module_environment
from lab.emulated.control import SOCKET, ask
from lab.emulated.process import LOG
from lab.errors import LabError

STARTING, ENDING, STEP = 180.0, 30.0, 0.05
_STARTED: dict[Path, "subprocess.Popen[bytes]"] = {}


def start(folder: Path, network: str, kind: str, *, detached: bool) -> None:
    """Serve the network that a folder describes; return once all of it is there. Raises LabError.

    Unless `detached`, it ends with this process, whatever ends that.
    """
    words = [sys.executable, "-m", "lab.mixed_serve", str(folder), network, kind, *(["--detached"] if detached else [])]
    (folder / SOCKET).unlink(missing_ok=True)
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=module_environment(),
            cwd="/",
            start_new_session=True,
        )
    _STARTED[folder] = process
    try:
        _wait(folder, process)
    except BaseException:
        stop(folder)
        raise


def _wait(folder: Path, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the devices answer."""
    late = time.monotonic() + STARTING
    while time.monotonic() < late:
        if process.poll() is not None:
            raise LabError(f"the mixed network did not start\n{(folder / LOG).read_text()[-2000:]}")
        if (folder / SOCKET).exists():
            with suppress(LabError):
                ask(folder, {"do": "usage"})
                return
        time.sleep(STEP)
    raise LabError(f"the mixed network did not start in {STARTING:.0f} s\n{(folder / LOG).read_text()[-2000:]}")


def stop(folder: Path) -> None:
    """End the process of a folder and wait for what it takes away. Raises LabError when it does not end."""
    with suppress(LabError):
        ask(folder, {"do": "stop"}, seconds=5)
    process = _STARTED.pop(folder, None)
    if process is None:
        _wait_gone(folder)
        return
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(ENDING)
    except subprocess.TimeoutExpired:
        # What it leaves is taken away by whoever watches it, and by the next start.
        process.kill()
        process.wait()


def _wait_gone(folder: Path) -> None:
    """Wait until a process that another one started no longer answers."""
    late = time.monotonic() + ENDING
    while (folder / SOCKET).exists() and time.monotonic() < late:
        try:
            ask(folder, {"do": "usage"}, seconds=5)
        except LabError:
            return
        time.sleep(STEP)
