"""Tells how far a phase has come: a moving line on a terminal, plain lines elsewhere."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from tasks.network import Progress as Listener

SILENCE = 10.0
"""Seconds after which something is said of a phase that lasts, or is repeated."""


@dataclass
class _Stage:
    """One phase as it goes."""

    devices: int
    began: float
    done: int = 0
    failed: int = 0
    said: float = 0.0
    task: TaskID | None = None


@dataclass
class Announcer(Listener):
    """Speaks of each phase once when it ends; of repeated ones only after a while."""

    console: Console
    clock: Callable[[], float] = time.monotonic
    _stages: dict[str, _Stage] = field(default_factory=dict)
    _ended: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _bars: Progress | None = None

    def start(self, stage: str, devices: int) -> None:
        """A phase begins: on a terminal its bar appears."""
        now = self.clock()
        with self._lock:
            begun = self._stages[stage] = _Stage(devices, now, said=now)
            if self.console.is_terminal:
                if self._bars is None:
                    self._bars = _bars(self.console)
                    self._bars.start()
                begun.task = self._bars.add_task(stage, total=devices)

    def advance(self, stage: str, device: str, *, ok: bool) -> None:
        """One device is through; which one is of no interest here."""
        del device
        with self._lock:
            going = self._stages[stage]
            going.done += 1
            going.failed += 0 if ok else 1
            if self._bars is not None and going.task is not None:
                self._bars.advance(going.task)
            elif self.clock() - going.said >= SILENCE:
                going.said = self.clock()
                self.console.print(f"{stage}: {going.done} of {going.devices} devices")

    def finish(self, stage: str) -> None:
        """A phase is over: the bar goes, a line stays."""
        with self._lock:
            ended = self._stages.pop(stage)
            if self._bars is not None and ended.task is not None:
                self._bars.remove_task(ended.task)
            if not self._stages:
                self._release()  # reports and questions are printed between phases
            now = self.clock()
            if now - self._ended.get(stage, now - SILENCE) < SILENCE:
                return
            self._ended[stage] = now
            self.console.print(_words(stage, ended, now), style="dim")

    def begin_anew(self) -> None:
        """Speak of phases again that were told before: they are of something else now."""
        with self._lock:
            self._ended.clear()

    def close(self) -> None:
        """Give the terminal back, in the middle of a phase too."""
        self._release()

    def _release(self) -> None:
        bars, self._bars = self._bars, None
        if bars is not None:
            bars.stop()


def _bars(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _words(stage: str, ended: _Stage, now: float) -> str:
    failed = f", {ended.failed} without an answer" if ended.failed else ""
    many = "device" if ended.devices == 1 else "devices"
    return f"{stage}: {ended.devices} {many}{failed}, {now - ended.began:.1f} s"
