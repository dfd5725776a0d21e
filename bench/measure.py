"""Starts a job in a process of its own and watches what it costs."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.meter import Span

ROOT = Path(__file__).parent.parent
SAMPLE_S = 0.02
TIMEOUT_S = 1200.0
_WATCHED = ("RssAnon", "VmHWM", "Threads")


class BenchError(Exception):
    """A measurement could not be taken, in words for the one who takes it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one job cost and returned; memory in MB."""

    imports: Span
    spans: tuple[Span, ...]
    anonymous: float
    resident: float
    threads: int
    result: Mapping[str, Any]

    def wall(self, *names: str) -> float:
        """The wall time of some stages together, of all of them where none is named."""
        return sum(span.wall for span in self._chosen(names))

    def cpu(self, *names: str) -> float:
        """The processor time of some stages together, of all of them where none is named."""
        return sum(span.cpu for span in self._chosen(names))

    def _chosen(self, names: tuple[str, ...]) -> list[Span]:
        return [span for span in self.spans if not names or span.name in names]


def peaks_of(status: str, before: Mapping[str, int]) -> dict[str, int]:
    """Fold one reading of /proc/PID/status into the highest values so far."""
    found = dict(before)
    for line in status.splitlines():
        name, _, rest = line.partition(":")
        if name in _WATCHED:
            found[name] = max(found.get(name, 0), int(rest.split()[0]))
    return found


def measure(module: str, request: Mapping[str, Any]) -> Measured:
    """Run a job and return its figures; raises BenchError with its last words where it fails."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "request.json").write_text(json.dumps(request))
        argv = [sys.executable, "-m", "bench.child", module, str(folder / "request.json"), str(folder / "answer.json")]
        with (folder / "words").open("w+") as words:
            with subprocess.Popen(argv, cwd=ROOT, stdout=words, stderr=words) as process:
                peaks = watch(process)
            if process.returncode:
                raise BenchError(f"{module} failed\n{(folder / 'words').read_text()[-4000:]}")
        return _measured(json.loads((folder / "answer.json").read_text()), peaks)


def watch(process: "subprocess.Popen[bytes]", clock: Callable[[], float] = time.monotonic) -> dict[str, int]:
    """Sample a process until it ends; one that does not end is killed."""
    peaks: dict[str, int] = {}
    deadline = clock() + TIMEOUT_S
    while process.poll() is None:
        peaks = peaks_of(_status(process.pid), peaks)
        if clock() > deadline:
            process.kill()
            raise BenchError(f"no end within {TIMEOUT_S:.0f} s: {process.args!r}")
        time.sleep(SAMPLE_S)
    return peaks


def _status(pid: int) -> str:
    """What the kernel says of a process; nothing once it is gone."""
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _measured(answer: Mapping[str, Any], peaks: Mapping[str, int]) -> Measured:
    return Measured(
        imports=Span(**answer["imports"]),
        spans=tuple(Span(**span) for span in answer["spans"]),
        anonymous=peaks.get("RssAnon", 0) / 1024,
        resident=peaks.get("VmHWM", 0) / 1024,
        threads=peaks.get("Threads", 0),
        result=answer["result"],
    )
