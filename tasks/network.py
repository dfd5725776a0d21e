"""A network that is being talked to: phases over explicit lists of devices, connections open until the `with` ends."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

from nornir.core import Nornir
from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Result, Task
from nornir.plugins.runners import ThreadedRunner

from loopwright.device import Reader
from loopwright.errors import LoopwrightError
from loopwright.outcome import Outcome
from loopwright.platform import Platform
from tasks.connect import Access, open_reader

Value = TypeVar("Value")
Work = Callable[[Reader, Platform], Value]
DEFAULT_WORKERS = 50


class Progress:
    """Hears of each phase; this one is silent. Called from worker threads: implementations guard their state."""

    def start(self, stage: str, devices: int) -> None:
        """A phase begins."""

    def advance(self, stage: str, device: str, *, ok: bool) -> None:
        """One device is through with a phase."""

    def finish(self, stage: str) -> None:
        """A phase is over."""


@dataclass
class _ProgressProcessor:
    """Tells a Progress what Nornir's threads do."""

    progress: Progress
    stage: str

    def task_started(self, task: Task) -> None: ...

    def task_completed(self, task: Task, result: AggregatedResult) -> None: ...

    def task_instance_started(self, task: Task, host: Host) -> None: ...

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        outcome = result[0].result
        self.progress.advance(self.stage, host.name, ok=isinstance(outcome, Outcome) and outcome.ok)

    def subtask_instance_started(self, task: Task, host: Host) -> None: ...

    def subtask_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None: ...


def _guarded(task: Task, network: "Network", work: Mapping[str, Work[Any]]) -> Result:
    """Run one device's work; an error of ours becomes part of its Outcome."""
    started = time.perf_counter()
    name = task.host.name
    try:
        value = work[name](network.session(task.host), network.platforms[name])
    except LoopwrightError as error:
        outcome: Outcome[Any] = Outcome(name, error=error, seconds=time.perf_counter() - started)
    else:
        outcome = Outcome(name, value=value, seconds=time.perf_counter() - started)
    return Result(host=task.host, result=outcome)


@dataclass
class Network:
    """Devices by name, each with its platform; one connection per device for as long as this is open."""

    nornir: Nornir
    platforms: Mapping[str, Platform]
    access: Access = field(default_factory=Access)
    workers: int = DEFAULT_WORKERS
    progress: Progress = field(default_factory=Progress)
    stages: list[tuple[str, float]] = field(default_factory=list)
    """Each phase that was run and the seconds that it took, in order."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.nornir.data.reset_failed_hosts()
        self.nornir.close_connections(on_good=True, on_failed=True)

    def session(self, host: Host) -> Reader:
        """What asks a device, connected at first use; a device belongs to one thread at a time."""
        return open_reader(host, self.platforms[host.name], self.access)

    def each(self, stage: str, work: Mapping[str, Work[Any]]) -> dict[str, Outcome[Any]]:
        """Run a piece of work on each device that is named and return every outcome; nothing is raised."""
        if not work:
            return {}
        names = set(work)
        chosen = self.nornir.filter(filter_func=lambda host: host.name in names)
        runner = ThreadedRunner(num_workers=min(self.workers, len(names)))
        chosen = chosen.with_runner(runner).with_processors([_ProgressProcessor(self.progress, stage)])
        self.progress.start(stage, len(names))
        started = time.perf_counter()
        results = chosen.run(task=_guarded, network=self, work=work, name=stage)
        self.stages.append((stage, time.perf_counter() - started))
        self.progress.finish(stage)
        self.nornir.data.reset_failed_hosts()
        return {name: _outcome(name, results[name]) for name in work}

    def on(self, stage: str, devices: Iterable[str], work: Work[Any]) -> dict[str, Outcome[Any]]:
        """Run the same work on a list of devices."""
        return self.each(stage, dict.fromkeys(devices, work))


def _outcome(name: str, result: Sequence[Result]) -> Outcome[Any]:
    first = result[0]
    if isinstance(first.result, Outcome):
        return first.result
    return Outcome(name, error=LoopwrightError(f"{name}: a fault of loopwright itself: {first.exception!r}"))
