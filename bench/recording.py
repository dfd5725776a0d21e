"""What journal and snapshots cost: the same provision with both and without, turn by turn in one run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.configuring import Say, Task, line
from bench.emulated import MIX, NETWORKS
from bench.figures import RECORDED, UNRECORDED, middle
from bench.measure import BenchError, Measured
from bench.practice import Practice
from bench.request import WORKERS
from bench.whole import done, take_away
from lab.mixed_sized import up

PLANNED, CARRIED_OUT = "propose", "provision"
REAL = "real routers"
Request = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Provision:
    """One provision from nothing with its proof; times in seconds, memory in MB, commands of the median device."""

    network: str
    job: str
    devices: int
    waves: int
    wall: float
    cpu: float
    anonymous: float
    commands: float


def on_emulated(devices: int, rounds: int, say: Say) -> Iterator[Provision]:
    """Provision a new network of so many emulated devices of five systems each time, both ways in turn."""
    for job in turns(rounds):
        with TemporaryDirectory(prefix="bench-recording-") as folder:
            place = Path(folder)
            with closing(up(place / "net", devices, NETWORKS[MIX], "tree")) as network:
                network.inventory(place / "inventory")
                asked = {"inventory": str(place / "inventory"), "runs": str(place / "runs"), "workers": WORKERS}
                yield provision_of(f"emulated, {MIX}", job, done({**asked, "job": job}, job, say))


def on_real(practice: Practice, task: Task, rounds: int, say: Say) -> Iterator[Provision]:
    """Provision the practice network from nothing each time, both ways in turn."""
    with line(practice, 0, counted=False) as way:
        for job in turns(rounds):
            yield provision_of(REAL, job, done(way.place.ours(job=job), job, say))
            take_away(practice, task)


def turns(rounds: int) -> Iterator[str]:
    """Both ways in every round; who begins changes, so that neither is always the second one."""
    for number in range(rounds):
        yield from (RECORDED, UNRECORDED) if number % 2 == 0 else (UNRECORDED, RECORDED)


def provision_of(network: str, job: str, measured: Measured) -> Provision:
    """Sum up a run; one that did not keep the change on every device has no figure. Raises BenchError."""
    result = measured.result
    if not result["changed"] or result["kept"] != result["changed"]:
        raise BenchError(f"{network}, {job}: {result['kept']} of {result['changed']} devices were kept")
    return Provision(
        network,
        job,
        result["changed"],
        result["waves"],
        measured.wall(PLANNED, CARRIED_OUT),
        measured.cpu(PLANNED, CARRIED_OUT),
        measured.anonymous,
        middle(result["commands"].values()),
    )


def ratio(found: Sequence[Provision], network: str) -> float:
    """How many times the wall time without a provision with journal and snapshots needs: the median of the rounds."""
    walls = {job: [one.wall for one in found if (one.network, one.job) == (network, job)] for job in turns(1)}
    pairs = list(zip(walls[RECORDED], walls[UNRECORDED], strict=True))
    return median(recorded / unrecorded for recorded, unrecorded in pairs)
