"""Finding and ending processes without ever touching somebody else's."""

import os
import select
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

from lab.errors import LabError

END_S = 15.0


def alive() -> Iterator[int]:
    """Yield the ids of all processes."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            yield int(entry.name)


def arguments(pid: int) -> list[str]:
    """Return the command line of a process, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def network_of(pid: int) -> tuple[int, int] | None:
    """Return the identity of the network namespace that a process is in, None when it is gone."""
    return namespace_id(Path(f"/proc/{pid}/ns/net"))


def namespace_id(path: Path) -> tuple[int, int] | None:
    """Return the identity of the namespace behind a path."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def matching(is_ours: Callable[[int], bool]) -> list[int]:
    """Return the processes that are ours, this one aside."""
    return [pid for pid in alive() if pid != os.getpid() and is_ours(pid)]


def send(pid: int, number: signal.Signals, is_ours: Callable[[int], bool]) -> int | None:
    """Send a signal to a process if it is ours; return a descriptor of it.

    The descriptor is opened before the question is asked, and it is what the signal goes to: should the process end
    and its id be given to another one meanwhile, the signal reaches nobody.
    """
    try:
        process = os.pidfd_open(pid)
    except OSError:
        return None
    try:
        if is_ours(pid):
            signal.pidfd_send_signal(process, number)
            return process
    except ProcessLookupError:
        pass
    os.close(process)
    return None


def end(is_ours: Callable[[int], bool]) -> int:
    """Kill every process that is ours, wait until they are gone, and return how many there were."""
    ended = 0
    # Again until none is left: a process may have forked between the look and the signal.
    while found := matching(is_ours):
        processes = [process for pid in found if (process := send(pid, signal.SIGKILL, is_ours)) is not None]
        try:
            for process in processes:
                await_end(process, END_S)
        finally:
            for process in processes:
                os.close(process)
        ended += len(processes)
    return ended


def await_end(process: int, seconds: float) -> None:
    """Wait until the process behind a descriptor has ended."""
    poll = select.poll()
    poll.register(process, select.POLLIN)
    if not poll.poll(int(seconds * 1000)):
        raise LabError(f"a process did not end within {seconds:g} s of being killed")
