"""One run at a time per device on this station: a lock that the system lets go of when its owner ends, however."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from nornir.core.inventory import Host
from platformdirs import user_state_path

from loopwright.errors import Refused, UsageError
from tasks.network import Network

FOLDER = "LOOPWRIGHT_LOCKS"
"""The variable that names another folder for the locks, for instance one that several accounts share."""


@contextmanager
def locked(network: Network, devices: Iterable[str], run: str) -> Iterator[None]:
    """Hold the locks of devices; raises Refused where another run holds one, with which."""
    hosts = network.nornir.inventory.hosts
    with ExitStack() as held:
        for name in sorted(devices):
            held.enter_context(_lock(_folder() / _file(hosts[name]), name, run))
        yield


@contextmanager
def _lock(path: Path, device: str, run: str) -> Iterator[None]:
    owner = path.with_suffix(".owner")
    try:
        with FileLock(path, timeout=0, mode=0o660):
            owner.unlink(missing_ok=True)  # it may be another account's, where the folder is shared
            owner.write_text(f"run {run}, process {os.getpid()}\n", encoding="utf-8")
            yield
    except Timeout as error:
        told = owner.read_text(encoding="utf-8").strip() if owner.exists() else "another run"
        raise Refused(f"{device} is being changed by {told}; nothing was written", hint="wait until it ends") from error
    except OSError as error:
        raise UsageError(f"the lock {path} cannot be taken: {error.strerror}") from error


def _folder() -> Path:
    said = os.environ.get(FOLDER)
    folder = Path(said) if said else user_state_path("loopwright") / "locks"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"the folder of locks {folder} cannot be made: {error.strerror}") from error
    return folder


def _file(host: Host) -> str:
    """One name for one device, whatever an inventory calls it."""
    return re.sub(r"[^\w.-]", "_", f"{host.hostname or host.name}_{host.port or ''}") + ".lock"
