"""Starting the listener process and talking to it."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from lab.errors import LabError
from lab.folder import Folder
from lab.processes import arguments, end

MODULE = "lab.listener"
START_S = 30


def start(folder: Folder) -> dict[str, int]:
    """Start the listener of a network and return the port of each router."""
    answer = _launch(folder)
    if not answer:
        raise LabError(f"the SSH listener did not start\n{_log(folder).read_text()}")
    return {router: int(port) for router, port in json.loads(answer).items()}


def _log(folder: Folder) -> Path:
    """Return the file that the listener writes to."""
    return folder.path / "listener.log"


def _launch(folder: Folder) -> bytes:
    """Start the listener as nobody's child and return what it prints up to the moment when it serves."""
    with _log(folder).open("ab") as log:
        try:
            return subprocess.run(
                ["setsid", "--fork", *_argv(folder)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=module_environment(),
                cwd="/",
                timeout=START_S,
                check=False,
            ).stdout
        except subprocess.TimeoutExpired as error:
            raise LabError(f"the SSH listener of {folder.name} did not get ready within {START_S} s") from error


def module_environment() -> dict[str, str]:
    """Return an environment in which a Python of ours finds the modules of the practice network."""
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _argv(folder: Folder) -> list[str]:
    """Return the command line by which the listener of a network is known."""
    return [sys.executable, "-m", MODULE, str(folder.path)]


def stop(folder: Folder) -> None:
    """End the listener of a network, however little is known of it."""
    tail = _argv(folder)[1:]
    end(lambda pid: arguments(pid)[1:] == tail)


def tell(folder: Folder, word: str, router: str = "") -> None:
    """Ask the listener to do something, and raise when it does not."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(START_S)
            connection.connect(str(folder.control))
            connection.sendall(f"{word} {router}\n".encode())
            answer = connection.recv(256).decode()
    except OSError as error:
        raise LabError(f"the SSH listener of {folder.name} does not answer: {error}") from error
    if answer != "ok":
        raise LabError(f"the SSH listener of {folder.name}: {answer}")


def answers(folder: Folder) -> bool:
    """Tell whether the listener runs and serves."""
    try:
        tell(folder, "alive")
    except LabError:
        return False
    return True
