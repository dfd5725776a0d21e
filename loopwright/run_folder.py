"""The folder of a run: what was to change, what the devices were before, the journal, the report."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from loopwright.errors import UsageError
from loopwright.journal import Clock, Journal, sync_folder

JOURNAL = "journal.jsonl"
ORDER = "order"


class RunRecord(Protocol):
    """Where a run is written down while it goes: what carries a plan out needs no more of a run's folder."""

    @property
    def id(self) -> str:
        """The run's name."""

    def record(self, event: str, **details: Any) -> None:
        """Append one entry to the journal; it is on the disk before the call returns."""

    def write_compact(self, name: str, document: Mapping[str, Any]) -> object:
        """Write a JSON file that is large and that nobody is to read."""
        ...

    def write_document(self, name: str, document: Mapping[str, Any]) -> object:
        """Write a JSON file of the run."""


class RunFolder:
    """`runs/<id>/`, readable by its owner alone; every write is on the disk before the call returns.

    Raises UsageError where the folder cannot be made or written.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        self.journal = Journal(path / JOURNAL, clock)
        self.record = self.journal.record

    @property
    def id(self) -> str:
        """The run's name."""
        return self.path.name

    def write(self, name: str, content: str) -> Path:
        """Write a file of the run whole or not at all."""
        return write_whole(self.path / name, content)

    def write_document(self, name: str, document: Mapping[str, Any]) -> Path:
        """Write a JSON file of the run."""
        return self.write(name, json.dumps(document, indent=2, default=str) + "\n")

    def write_compact(self, name: str, document: Mapping[str, Any]) -> Path:
        """Write a JSON file that is large and that nobody is to read."""
        return self.write(name, json.dumps(document, separators=(",", ":"), default=str) + "\n")

    def read_document(self, name: str) -> dict[str, Any]:
        """Read a JSON file of the run."""
        return read_document(self.path / name)

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()


def new_run(root: Path, clock: Clock) -> RunFolder:
    """Make the folder of a new run, which comes after all there are, whatever the clock says."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = _fresh(root, clock)
        last = max((order_of(other) for other in runs_of(root) if other != path), default=0)
        folder = RunFolder(path, clock)
        sync_folder(root)
    except OSError as error:
        raise UsageError(f"the run folder under {root} cannot be made: {error.strerror}") from error
    folder.write(ORDER, f"{last + 1}\n")
    return folder


def open_run(root: Path, name: str, clock: Clock) -> RunFolder:
    """Open the folder of an earlier run to go on in it; raises UsageError where there is none of that name."""
    return RunFolder(find_run(root, name), clock)


def find_run(root: Path, name: str) -> Path:
    """The folder of a run by its name or its path; raises UsageError where there is none."""
    for path in (root / name, Path(name)):
        if (path / JOURNAL).is_file():
            return path
    known = ", ".join(path.name for path in runs_of(root)[-3:])
    raise UsageError(f"there is no run {name!r} under {root}", hint=f"the last ones are {known}" if known else "")


def runs_of(root: Path) -> list[Path]:
    """The folders of all runs, in the order in which they were begun."""
    found = (path.parent for path in root.glob(f"*/{JOURNAL}"))
    return sorted(found, key=lambda path: (order_of(path), path.name))


def order_of(path: Path) -> int:
    """The place of a run among those of its root: a clock may be wrong, this is not."""
    try:
        return int((path / ORDER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0


def read_document(path: Path) -> dict[str, Any]:
    """Read a JSON document; raises UsageError where there is none."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path} is no JSON document: {error}") from error
    if not isinstance(found, dict):
        raise UsageError(f"{path} is no document of loopwright")
    return found


def write_whole(path: Path, content: str) -> Path:
    """Write a file that its owner alone may read, whole or not at all; raises UsageError."""
    temporary = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    return path


def _fresh(root: Path, clock: Clock) -> Path:
    for name in _names(clock):
        try:
            (root / name).mkdir(mode=0o700)
        except FileExistsError:
            continue
        return root / name
    raise UsageError(f"{root} holds a thousand runs of this second")


def _names(clock: Clock) -> Iterator[str]:
    stamp = clock().strftime("%Y%m%d-%H%M%S")
    return (stamp if attempt == 1 else f"{stamp}-{attempt}" for attempt in range(1, 1000))
