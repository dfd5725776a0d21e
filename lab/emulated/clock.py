"""The clock of a device: wall time, and what a test adds to it."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Timer:
    """Something to be done at a time, unless it is cancelled."""

    def __init__(self, when: float, action: Callable[[], None]) -> None:
        self.when = when
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        """See to it that it is not done."""
        self.cancelled = True


class Clock:
    """Seconds since the epoch; timers run when it is looked at or advanced."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._ahead = 0.0
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return self._wall() + self._ahead

    def date(self) -> datetime:
        """Return the time as a date in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def call_at(self, when: float, action: Callable[[], None]) -> Timer:
        """Do something at a time."""
        timer = Timer(when, action)
        with self._lock:
            heapq.heappush(self._timers, (when, next(self._order), timer))
        return timer

    def call_later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Do something after some seconds."""
        return self.call_at(self.now() + seconds, action)

    @property
    def waiting(self) -> float:
        """When the next timer is due, 0 without one."""
        timers = self._timers
        return timers[0][0] if timers else 0.0

    def advance(self, seconds: float) -> None:
        """Let seconds pass at once, and do what was due in them."""
        self._ahead += seconds
        self.due()

    def due(self) -> None:
        """Do what is due by now, in order."""
        while self._timers:
            with self._lock:
                if not self._timers or self._timers[0][0] > self.now():
                    return
                timer = heapq.heappop(self._timers)[2]
            if not timer.cancelled:
                timer.action()
