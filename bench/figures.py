"""The figures of a benchmark as frozen values, and the arithmetic over them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.measure import Measured

OURS, PLAIN, BARE = "loopwright", "nornir + netmiko", "asyncssh"
TOOLS: Mapping[str, str] = {OURS: "bench.ours", PLAIN: "bench.peer_nornir_netmiko", BARE: "bench.peer_asyncssh"}
CONFIGURE = "configure"
RECORDED, UNRECORDED = "provision", "unrecorded"
"""The jobs of a provision with journal and snapshots, and without."""


@dataclass(frozen=True, slots=True)
class Run:
    """One measured run of the configuring part, and what was wrong after it."""

    tool: str
    wall: float
    cpu: float
    anonymous: float
    threads: int
    import_wall: float
    import_cpu: float
    commands: int
    empty: int
    wrong: int
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one device saw of a tool: connections, and the longest chain of cause and effect on them."""

    connections: int
    round_trips: int
    bytes_up: int
    bytes_down: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a playbook, or the whole of it; what belongs to the whole alone is nothing in a stage."""

    job: str
    stage: str
    wall: float
    cpu: float
    anonymous: float = 0.0
    threads: int = 0
    commands: float = 0.0
    note: str = ""


def run_of(tool: str, measured: Measured, wrong_on_devices: Iterable[str]) -> Run:
    """Sum up a run; a device is wrong where the tool says so or where the device itself shows it."""
    told: Mapping[str, Mapping[str, Any]] = measured.result["devices"]
    wrong = {name for name, device in told.items() if device["wrong"]} | set(wrong_on_devices)
    return Run(
        tool=tool,
        wall=measured.wall(CONFIGURE),
        cpu=measured.cpu(CONFIGURE),
        anonymous=measured.anonymous,
        threads=measured.threads,
        import_wall=measured.imports.wall,
        import_cpu=measured.imports.cpu,
        commands=max((device["commands"] for device in told.values()), default=0),
        empty=sum(1 for device in told.values() if device["empty"]),
        wrong=len(wrong),
        faults=tuple(f"{name}: {told.get(name, {}).get('error') or 'lacks a line'}" for name in sorted(wrong)),
    )


def of(runs: Sequence[Run], tool: str) -> tuple[Run, ...]:
    """The runs of one tool, in order."""
    return tuple(run for run in runs if run.tool == tool)


def middle(values: Iterable[float]) -> float:
    """The median, not a number where there is none."""
    found = list(values)
    return median(found) if found else float("nan")


def wall_ratio(runs: Sequence[Run], one: str, other: str) -> float:
    """How many times the wall time of another tool one needs: the median of the ratios, round by round.

    Both runs of a round stand side by side on the same machine in the same minute, so that its other load hits both.
    """
    pairs = zip(of(runs, one), of(runs, other), strict=False)
    return middle(first.wall / second.wall for first, second in pairs)


def trips_beyond_contexts(trips: Mapping[str, Exchange], contexts: Mapping[str, int]) -> int:
    """The most round trips that any device needed, each device's context lines not counted."""
    return max((exchange.round_trips - contexts[name] for name, exchange in trips.items()), default=0)
