"""Kills a run at an entry of its journal, as a power cut would: a process of its own that ends itself by SIGKILL."""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path

PRELOADED = ["playbooks.provision", "playbooks.resume", "playbooks.revert", "tests.killed"]
LONGEST = 60.0  # seconds


def forkserver() -> ForkServerContext:
    """A server that has everything imported, so that a process of its own takes no time to begin."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def run_and_kill(
    context: ForkServerContext, folder: Path, arguments: Sequence[str], entry: int, *, after: bool
) -> bool:
    """Run a command in a folder and kill it at an entry of the journal; tell whether it came as far.

    It dies `after` the entry is on the disk, or just before it is written.
    """
    process = context.Process(target=_run, args=(str(folder), tuple(arguments), entry, after))
    process.start()
    process.join(LONGEST)
    assert process.exitcode is not None, "the run neither ended nor was killed"
    return process.exitcode == -signal.SIGKILL


def _run(folder: str, arguments: tuple[str, ...], entry: int, after: bool) -> None:  # noqa: FBT001 - pickled by place
    os.chdir(folder)
    from loopwright.journal import Journal  # noqa: PLC0415 - the process begins here
    from playbooks.cli import main  # noqa: PLC0415

    append = Journal._append

    def counted(journal: Journal, what: dict[str, object]) -> None:
        if journal.entries + 1 == entry and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        append(journal, what)
        if journal.entries == entry and after:
            os.fdatasync(journal._file)
            os.kill(os.getpid(), signal.SIGKILL)

    Journal._append = counted  # type: ignore[method-assign]
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - a stream
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            try:
                main(list(arguments))
            except SystemExit as ended:
                sys.exit(ended.code)
