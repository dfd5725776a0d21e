"""The folder of a run: the plan, the touched stanzas before and after, and a journal that survives a crash."""

import json
import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from loopwright.errors import UsageError

Clock = Callable[[], datetime]


class RunFolder:
    """`runs/<id>/`, readable by its owner alone; every write is on the disk before the call returns.

    Raises UsageError where the folder cannot be made or written.
    """

    def __init__(self, root: Path, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path = self._fresh(root)
            self._journal = os.open(self.path / "journal.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            _sync_folder(root)
        except OSError as error:
            raise UsageError(f"the run folder under {root} cannot be made: {error.strerror}") from error

    def _fresh(self, root: Path) -> Path:
        stamp = self._clock().strftime("%Y%m%d-%H%M%S")
        for attempt in range(1, 1000):
            path = root / (stamp if attempt == 1 else f"{stamp}-{attempt}")
            try:
                path.mkdir(mode=0o700)
            except FileExistsError:
                continue
            return path
        raise UsageError(f"{root} holds a thousand runs of this second")

    @property
    def id(self) -> str:
        """The run's name."""
        return self.path.name

    def record(self, event: str, **details: Any) -> None:
        """Append one entry to the journal and wait until it is on the disk."""
        entry = {"time": self._clock().isoformat(timespec="milliseconds"), "event": event, **details}
        line = json.dumps(entry, sort_keys=False, default=str) + "\n"
        with self._lock:
            try:
                os.write(self._journal, line.encode())
                os.fdatasync(self._journal)
            except OSError as error:
                raise UsageError(
                    f"the journal {self.path}/journal.jsonl cannot be written: {error.strerror}"
                ) from error

    def write(self, name: str, content: str) -> Path:
        """Write a file of the run whole or not at all."""
        path = self.path / name
        temporary = path.with_suffix(path.suffix + ".part")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            _sync_folder(self.path)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from error
        return path

    def write_document(self, name: str, document: Mapping[str, Any]) -> Path:
        """Write a JSON file of the run."""
        return self.write(name, json.dumps(document, indent=2, default=str) + "\n")

    def close(self) -> None:
        """Close the journal."""
        os.close(self._journal)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Read a journal back; a last line that a crash cut short is left out."""
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:
            break
    return entries
