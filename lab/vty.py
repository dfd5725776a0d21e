"""Asking one daemon directly over its vty socket, as vtysh does, which costs a fraction of a vtysh."""

import json
import socket
from pathlib import Path
from typing import Any

from lab.errors import LabError

# Three zero bytes and the status of the command end an answer.
END = b"\0\0\0"


def ask(home: Path, daemon: str, command: str, timeout: float = 10) -> str:
    """Return what a daemon answers to a command."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            connection.connect(str(home / f"{daemon}.vty"))
            connection.sendall(command.encode() + b"\0")
            return _answer(connection).decode(errors="replace")
    except OSError as error:
        raise LabError(f"{home.name}: {daemon} does not answer {command!r}: {error}") from error


def ask_json(home: Path, daemon: str, command: str) -> dict[str, Any]:
    """Return a daemon's answer in JSON; nothing at all counts as an empty one."""
    answer = ask(home, daemon, command)
    try:
        return dict(json.loads(answer or "{}"))
    except ValueError as error:
        raise LabError(f"{home.name}: {daemon} answered {command!r} with {answer!r}") from error


def _answer(connection: socket.socket) -> bytes:
    """Read up to the end of an answer."""
    data = bytearray()
    while data[-4:-1] != END:
        chunk = connection.recv(65536)
        if not chunk:
            break
        data += chunk
    return bytes(data[:-4] if data[-4:-1] == END else data)
