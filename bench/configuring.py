"""The configuring part: ours and both peers, turn by turn on the same network, each run looked at afterwards."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bench.figures import CONFIGURE, OURS, TOOLS, Exchange, Run, run_of
from bench.measure import BenchError, measure
from bench.practice import Lines, Practice
from bench.request import Site, contexts, site
from lab.delay import Delayed, Traffic, delayed

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be written on each router, how it is taken away again, and what a router then shows."""

    lines: Lines
    undo: Lines
    expected: Lines

    @property
    def contexts(self) -> dict[str, int]:
        """How many lines open a context, by router."""
        return {name: contexts(lines) for name, lines in self.lines.items()}


@dataclass(frozen=True)
class Line:
    """A way to the network: direct, or through a forwarder that counts."""

    place: Site
    forwarder: Delayed | None

    def counts(self) -> dict[str, Traffic]:
        """What has passed so far, by router."""
        if self.forwarder is None:
            return {}
        counts = self.forwarder.counts()
        return {name: counts[self.place.network.port(name)] for name in self.place.network.routers}


@contextmanager
def line(practice: Practice, delay_ms: float, *, counted: bool) -> Iterator[Line]:
    """Open a way to the network for as long as the `with` lasts."""
    if not delay_ms and not counted:
        with site(practice.network, {}) as place:
            yield Line(place, None)
        return
    ports = [practice.network.port(name) for name in practice.network.routers]
    with delayed(ports, delay_ms / 1000) as forwarder, site(practice.network, forwarder.ports) as place:
        yield Line(place, forwarder)


def learn(practice: Practice) -> Task:
    """Plan once for all: the lines that every tool is to write, and what the routers show once they have them."""
    with site(practice.network, {}) as place:
        planned = measure(TOOLS[OURS], place.ours(job="plan")).result
        if planned["errors"] or planned["findings"]:
            raise BenchError(f"the network cannot be planned: {planned['errors']} {planned['findings']}")
        lines, undo = (_frozen(planned[key]) for key in ("lines", "undo"))
        measure(TOOLS[OURS], place.ours(job=CONFIGURE))
        task = Task(lines, undo, practice.gained(undo))
    practice.reset(undo)
    if missing := sorted(name for name, shown in task.expected.items() if not shown):
        raise BenchError(f"nothing was configured on {', '.join(missing)}")
    return task


def _frozen(lines: Mapping[str, list[str]]) -> Lines:
    return {name: tuple(of_router) for name, of_router in lines.items()}


def rounds(practice: Practice, task: Task, way: Line, count: int, say: Say) -> Iterator[Run]:
    """Let every tool do the job that many times, turn by turn, on a network without loopbacks."""
    for number in range(1, count + 1):
        for tool in TOOLS:
            run = once(practice, task, way, tool)
            say(f"  {number}/{count} {tool}: {run.wall:.2f} s, {run.wrong} wrong, {run.empty} empty")
            for fault in run.faults:
                say(f"    {fault}")
            yield run


def once(practice: Practice, task: Task, way: Line, tool: str) -> Run:
    """One run of one tool, looked at, and taken away again."""
    place = way.place
    request = place.ours(job=CONFIGURE) if tool == OURS else place.peer(task.lines, task.expected)
    measured = measure(TOOLS[tool], request)
    run = run_of(tool, measured, practice.wrong(task.expected))
    practice.reset(task.undo)
    return run


def exchanges(practice: Practice, task: Task, delay_ms: float) -> dict[str, dict[str, Exchange]]:
    """What each router saw of each tool, in a pass of its own through a counting forwarder."""
    found = {}
    for tool in TOOLS:
        with line(practice, delay_ms, counted=True) as way:
            once(practice, task, way, tool)
            found[tool] = {name: _exchange(traffic) for name, traffic in way.counts().items()}
    return found


def _exchange(traffic: Traffic) -> Exchange:
    return Exchange(traffic.connections, traffic.round_trips, traffic.bytes_up, traffic.bytes_down)
