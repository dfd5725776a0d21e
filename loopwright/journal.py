"""The journal of a run: every entry is on the disk before what it announces is done, and each seals those before it."""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import Any

from loopwright.errors import UsageError

Clock = Callable[[], datetime]
Entry = dict[str, Any]
SEAL = "seal"
FULL = (ENOSPC, EDQUOT)
RESERVE = 1 << 18  # bytes: room for the end of a run on a disk that fills up in the middle


class JournalUnusable(UsageError):
    """A journal that was changed after it was written, or that is none."""


class Journal:
    """An append-only file of JSON entries, each with the SHA-256 of itself and the seal of the one before.

    `record` returns when the entry is on the disk; entries of several threads share one wait for it. Raises UsageError
    where the disk is full and the room set aside for that is used up.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._writing = threading.Lock()
        self._syncing = threading.Lock()
        self._written = self._synced = 0
        self.entries = 0
        self.seal = ""
        for entry, end in _sealed(path):
            self.entries, self.seal, self._written = self.entries + 1, entry[SEAL], end
        self._reserve = path.with_suffix(".reserve")
        try:
            _set_aside(self._reserve)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            os.ftruncate(self._file, self._written)  # an entry that a crash cut short
            os.lseek(self._file, 0, os.SEEK_END)
            sync_folder(path.parent)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from error

    def record(self, event: str, **details: Any) -> None:
        """Append one entry and wait until it is on the disk."""
        entry = {"time": self._clock().isoformat(timespec="milliseconds"), "event": event, **details}
        try:
            with self._writing:
                self._append(entry)
                mine = self._written
            self._sync(mine)
        except OSError as error:
            raise UsageError(f"the journal {self.path} cannot be written: {error.strerror}") from error

    def _append(self, entry: Entry) -> None:
        text = json.dumps(entry, default=str)
        seal = _seal(self.seal, text)
        line = f'{text[:-1]}, "{SEAL}": "{seal}"}}\n'.encode()
        self._write(line)
        self.seal, self._written, self.entries = seal, self._written + len(line), self.entries + 1

    def _write(self, line: bytes) -> None:
        try:
            done = os.write(self._file, line)
        except OSError as error:
            if error.errno not in FULL or not self._reserve.exists():
                raise
            done = 0
        if done < len(line):  # full: what was set aside makes room
            os.ftruncate(self._file, self._written)
            os.lseek(self._file, 0, os.SEEK_END)
            self._reserve.unlink(missing_ok=True)
            if os.write(self._file, line) < len(line):
                os.ftruncate(self._file, self._written)
                os.lseek(self._file, 0, os.SEEK_END)
                raise OSError(ENOSPC, os.strerror(ENOSPC))

    def _sync(self, mine: int) -> None:
        with self._syncing:
            if self._synced < mine:  # else another thread's wait has covered it
                written = self._written
                os.fdatasync(self._file)
                self._synced = written

    def make_room(self) -> None:
        """Give the room set aside back: no step follows any more, and what the run ends with is still to be written."""
        self._reserve.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file and give the room set aside back."""
        os.close(self._file)
        self.make_room()


def _set_aside(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, RESERVE)
    finally:
        os.close(descriptor)


def _seal(before: str, text: str) -> str:
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def _sealed(path: Path) -> Iterator[tuple[Entry, int]]:
    """Yield each whole entry and where it ends; raises JournalUnusable where one is not what was written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise JournalUnusable(f"the journal {path} cannot be read: {error.strerror}") from error
    before, end = "", 0
    for number, line in enumerate(content.splitlines(keepends=True), start=1):
        end += len(line)
        if not line.endswith(b"\n"):
            return
        entry = _entry(line, before)
        if entry is None:
            raise JournalUnusable(
                f"the journal {path} was changed after it was written: entry {number} does not follow the one before",
                hint="it is not acted upon; what the devices have is told by `loopwright audit`",
            )
        before = entry[SEAL]
        yield entry, end


def _entry(line: bytes, before: str) -> Entry | None:
    try:
        entry: Entry = json.loads(line)
        text, seal = line.decode().rstrip("\n").rsplit(f', "{SEAL}": "', 1)
    except ValueError:
        return None
    return entry if seal == f'{_seal(before, text + "}")}"}}' else None


def read_journal(path: Path) -> list[Entry]:
    """Read a journal back; a last entry that a crash cut short is left out. Raises JournalUnusable."""
    return [entry for entry, _ in _sealed(path)]


def sync_folder(path: Path) -> None:
    """Wait until a folder's entries are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
