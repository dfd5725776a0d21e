"""Kills a run at an entry of its journal, as a power cut would: a process of its own that ends itself by SIGKILL."""

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Sequence
from multiprocessing.context import ForkServerContext
from multiprocessing.forkserver import ensure_running
from pathlib import Path

import pytest

from tests.hazards.ground import hurried

ROOT = Path(__file__).parent.parent
PRELOADED = ["playbooks.provision", "playbooks.resume", "playbooks.revert", "tests.killed"]
SAID = "said.txt"
"""Where a run says what it has to say, in the folder that it runs in."""
LONGEST = 60.0  # seconds
HURRY = 0.001  # seconds: what is left of each pause of the clients where devices are near


def forkserver() -> ForkServerContext:
    """A server that has everything imported, so that a process of its own takes no time to begin."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))  # where the server looks for what it imports before anybody asks
        ensure_running()
    return context


def run_and_kill(
    context: ForkServerContext,
    folder: Path,
    arguments: Sequence[str],
    entry: int,
    *,
    after: bool,
    hurry: bool = False,
) -> bool:
    """Run a command in a folder and kill it at an entry of the journal; tell whether it came as far.

    It dies `after` the entry is on the disk, or just before it is written.
    """
    words = (str(folder), tuple(arguments), entry, after, hurry, signal.SIGKILL)
    process = context.Process(target=_run, args=words)
    process.start()
    process.join(LONGEST)
    assert process.exitcode is not None, "the run neither ended nor was killed"
    return process.exitcode == -signal.SIGKILL


@contextlib.contextmanager
def run_and_stop(context: ForkServerContext, folder: Path, arguments: Sequence[str], entry: int) -> Iterator[None]:
    """Run a command in a folder as far as an entry of the journal, where it stands still; kill it in the end."""
    words = (str(folder), tuple(arguments), entry, True, True, signal.SIGSTOP)
    process = context.Process(target=_run, args=words)
    process.start()
    try:
        late = time.monotonic() + LONGEST
        while _state(process.pid) != "T":
            assert time.monotonic() < late, "the run did not come as far"
            time.sleep(0.002)
        yield
    finally:
        process.kill()
        process.join(LONGEST)


def _state(pid: int | None) -> str:
    """The state of a process as the kernel tells it: T where it is stopped."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2][:1]


def _run(folder: str, arguments: tuple[str, ...], entry: int, after: bool, hurry: bool, end: int) -> None:  # noqa: FBT001 - pickled by place
    os.chdir(folder)
    from loopwright.journal import Journal  # noqa: PLC0415 - the process begins here
    from playbooks.cli import main  # noqa: PLC0415

    append = Journal._append

    def counted(journal: Journal, what: dict[str, object]) -> None:
        if journal.entries + 1 == entry and not after:
            os.kill(os.getpid(), end)
        append(journal, what)
        if journal.entries == entry and after:
            os.fdatasync(journal._file)
            os.kill(os.getpid(), end)

    Journal._append = counted  # type: ignore[method-assign]
    with contextlib.ExitStack() as quietly:
        said = quietly.enter_context(Path(SAID).open("w", encoding="utf-8"))
        quietly.enter_context(contextlib.redirect_stdout(said))
        quietly.enter_context(contextlib.redirect_stderr(said))
        if hurry:
            quietly.enter_context(hurried(HURRY))
        main(list(arguments))
