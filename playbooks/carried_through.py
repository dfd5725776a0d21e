"""The frame around writing: the run folder, and what an interrupt does."""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from loopwright.errors import UsageError
from loopwright.journal import read_journal
from loopwright.plan import DevicePlan
from loopwright.run_folder import JOURNAL, RunFolder, new_run
from playbooks.ending import LeftHalfway, written_and_left
from playbooks.run import Run, on_interrupt


def now() -> datetime:
    """The time of the station, with its zone."""
    return datetime.now(UTC).astimezone()


@contextmanager
def run_folder(runs: Path) -> Iterator[RunFolder]:
    """Make the folder of a run, and close its journal in the end."""
    try:
        folder = new_run(runs, now)
    except UsageError as error:
        raise UsageError(f"{error.message}; nothing was written to any device", hint=error.hint) from error
    try:
        yield folder
    finally:
        folder.close()


@contextmanager
def carried_through(run: Run, folder: RunFolder, plans: Iterable[DevicePlan]) -> Iterator[Callable[[], bool]]:
    """Let an interrupt end nothing half way: the wave that is written is kept or put back, and no other one begins.

    A second interrupt stops after the step in hand; so does a run folder that cannot be written. Then it is told what
    the journal knows. Yields what tells whether there was an interrupt.
    """
    interrupts: list[int] = []

    def first(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        interrupts.append(number)
        run.below_the_signal()
        run.err.print(
            "interrupted while writing: carried on until every device of this wave is kept or put back, "
            f"at most {run.deadline:.0f} s of proof; no other wave begins; again to stop after the step in hand"
        )

    try:
        with on_interrupt(first):
            yield lambda: bool(interrupts)
        if interrupts:  # not in the handler, which may have come between two halves of an entry
            folder.record("interrupted")
    except (KeyboardInterrupt, Exception) as error:  # whatever ends it: what is left on devices has to be told
        left = written_and_left(read_journal(folder.path / JOURNAL))
        undo = {plan.device: plan.undo_lines for plan in plans}
        why = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error)
        raise LeftHalfway({name: undo[name] for name in left}, str(folder.path), why) from error
