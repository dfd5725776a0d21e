"""Wall and processor time of the stages of one process."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """One stage: wall time, and the processor time (user and system) of the process meanwhile, in seconds."""

    name: str
    wall: float
    cpu: float


def cpu_time() -> float:
    """Return the processor time that this process has used so far, its threads included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Meter:
    """Collects the stages of a process in the order in which they end."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Meter what happens inside the `with`."""
        wall, cpu = time.perf_counter(), cpu_time()
        try:
            yield
        finally:
            self.spans.append(Span(name, time.perf_counter() - wall, cpu_time() - cpu))
