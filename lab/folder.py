"""Where a network keeps everything of its own: one folder, one lock, one state file."""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.configuration import Timers
from lab.errors import LabError, NotRunning
from lab.topology import Link, Router, Topology

# The longest path of a socket, and the room in it that a router's name and a daemon's socket need.
SOCKET_PATH = 107
SOCKET_ROOM = 28
NAME = re.compile(r"[a-z][a-z0-9]{0,11}")


@dataclass(frozen=True)
class State:
    """What is known of a network that runs, or was being started."""

    topology: Topology
    timers: Timers
    owner: int | None
    ports: dict[str, int]

    @property
    def complete(self) -> bool:
        """Tell whether the start went through to its end."""
        return bool(self.ports)


def base() -> Path:
    """Return the folder of all practice networks."""
    return Path(os.environ.get("XDG_RUNTIME_DIR") or "/run") / "loopwright-lab"


@dataclass(frozen=True)
class Folder:
    """The folder of one network."""

    name: str
    path: Path

    @classmethod
    def of(cls, name: str) -> "Folder":
        """Return the folder of the network of this name, whether it exists or not."""
        if not NAME.fullmatch(name):
            raise LabError(
                f"{name!r} is no name for a network: a letter, then up to 11 letters and digits, in lower case"
            )
        path = base() / name
        if len(str(path)) + SOCKET_ROOM > SOCKET_PATH:
            raise LabError(f"{path} is too long a path for the sockets of the daemons")
        return cls(name, path)

    def router(self, router: str) -> Path:
        """Return the folder of one router."""
        return self.path / router

    @property
    def control(self) -> Path:
        """Return the listener's control socket."""
        return self.path / "control"

    @property
    def key(self) -> Path:
        """Return the private key of the client."""
        return self.path / "client_key"

    @property
    def known_hosts(self) -> Path:
        """Return the file with the host keys of all routers."""
        return self.path / "known_hosts"

    def create(self) -> None:
        """Make the folder, for its owner only."""
        self.path.mkdir(mode=0o700, parents=True)

    def write(self, state: State) -> None:
        """Replace the state file as a whole."""
        new = self.path / "state.json.new"
        new.write_text(json.dumps(asdict(state)))
        new.replace(self.path / "state.json")

    def read(self) -> State:
        """Return the state of the network; one that cannot be read counts as not running."""
        try:
            return _state(json.loads((self.path / "state.json").read_text()))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotRunning(f"no practice network {self.name} is up") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from starting or ending this network meanwhile."""
        lock = self.path.with_suffix(".lock")
        lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = _flock(lock)
        try:
            yield
        finally:
            # Removed while still held: whoever waits for it finds another file under the name and begins again.
            lock.unlink()
            os.close(file)


def _flock(lock: Path) -> int:
    """Wait for a lock file and return its descriptor."""
    while True:
        file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            if os.fstat(file).st_ino == lock.stat().st_ino:
                return file
        except FileNotFoundError:
            pass
        os.close(file)


def _state(stored: dict[str, Any]) -> State:
    """Return the state as it was written."""
    routers = tuple(Router(**{**router, "runs": tuple(router["runs"])}) for router in stored["topology"]["routers"])
    links = tuple(Link(**link) for link in stored["topology"]["links"])
    return State(Topology(routers, links), stored["timers"], stored["owner"], stored["ports"])
