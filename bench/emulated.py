"""Our playbooks over emulated devices: as processes of their own, as a user starts them, on the topology model."""

import json
import re
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.configuring import Say
from bench.figures import middle
from bench.measure import ROOT, BenchError, watch
from bench.meter import Meter
from lab.mixed_sized import SizedNetwork, up

SYSTEMS = ("ios", "eos", "nxos", "iosxr", "junos")
MIX = "five systems"
NETWORKS: Mapping[str, tuple[str, ...]] = {"ios": ("ios",), "junos": ("junos",), MIX: SYSTEMS}
PROVISION = "provision"
JOBS: Mapping[str, tuple[str, ...]] = {
    PROVISION: ("provision", "--yes"),
    "verify": ("verify",),
    "second provision": ("provision", "--yes"),
    "audit": ("audit",),
}
# A thousand devices take longer than the fifty that the default is for.
DEADLINE_S = 900
_PHASE = re.compile(r"^(?P<phase>[a-z][a-z ]+): \d+ devices?, (?P<wall>\d+\.\d) s$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the devices of a network were asked so far, and what their process has cost; memory in MB."""

    commands: Mapping[str, int]
    connections: Mapping[str, int]
    lines: int
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Playbook:
    """One playbook over one emulated network: what it cost us and what it cost the emulator; memory in MB."""

    network: str
    job: str
    devices: int
    wall: float
    cpu: float
    anonymous: float
    resident: float
    threads: int
    emulator_cpu: float
    emulator_memory: float
    commands: float
    connections: float
    lines: int
    phases: Mapping[str, float]

    @property
    def rate(self) -> float:
        """Devices per second."""
        return self.devices / self.wall


def emulated(devices: int, networks: Sequence[str], say: Say) -> tuple[Playbook, ...]:
    """Put every playbook through networks of so many devices, one network after the other."""
    return tuple(found for network in networks for found in _network(network, devices, say))


def _network(name: str, devices: int, say: Say) -> Iterator[Playbook]:
    say(f"{devices} emulated devices: {name}")
    with TemporaryDirectory(prefix="bench-emulated-") as folder:
        place = Path(folder)
        with closing(up(place / "net", devices, NETWORKS[name], "tree")) as network:
            network.inventory(place / "inventory")
            for job in JOBS:
                yield _done(name, job, network, place, say)


def _done(name: str, job: str, network: SizedNetwork, place: Path, say: Say) -> Playbook:
    """Run one playbook; one that did not do its work has no figure."""
    before, meter = asked(network), Meter()
    used = _cpu_of_children()
    with meter.stage(job):
        peaks, words = _run(job, place)
    used = _cpu_of_children() - used
    after, wall = asked(network), meter.spans[0].wall
    lines = after.lines - before.lines
    if (lines > 0) != (job == PROVISION):
        raise BenchError(f"{job} of {name} sent {lines} configuration lines")
    phases: dict[str, float] = {}
    for found in _PHASE.finditer(words):
        phases[found["phase"]] = phases.get(found["phase"], 0) + float(found["wall"])
    say(f"  {job}: {wall:.1f} s")
    return Playbook(
        network=name,
        job=job,
        devices=len(network.devices),
        wall=wall,
        cpu=used,
        anonymous=peaks.get("RssAnon", 0) / 1024,
        resident=peaks.get("VmHWM", 0) / 1024,
        threads=peaks.get("Threads", 0),
        emulator_cpu=after.cpu - before.cpu,
        emulator_memory=after.memory,
        commands=middle(more(before.commands, after.commands)),
        connections=middle(more(before.connections, after.connections)),
        lines=lines,
        phases=phases,
    )


def _run(job: str, place: Path) -> tuple[dict[str, int], str]:
    """Run a playbook to its end; return its peaks and what it said of its progress. Raises BenchError."""
    argv = [
        sys.executable, "-m", "playbooks.cli", *JOBS[job], "--json", "--deadline", f"{DEADLINE_S}",
        "--inventory", str(place / "inventory"),
    ]  # fmt: skip
    if job.endswith(PROVISION):
        argv += ["--runs", str(place / "runs")]
    with (place / "document").open("w+") as document, (place / "words").open("w+") as words:
        with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=document, stderr=words) as process:
            peaks = watch(process)
        told = (place / "words").read_text()
        if process.returncode:
            raise BenchError(f"{job} ended with {process.returncode}\n{told[-2000:]}{_wrong(place / 'document')}")
    return peaks, told


def _wrong(document: Path) -> str:
    """The first verdicts that do not pass, where a playbook told any."""
    try:
        verdicts = json.loads(document.read_text()).get("verdicts", [])
    except ValueError:
        return ""
    return "\n".join(str(verdict) for verdict in verdicts if verdict.get("state") != "pass")[:2000]


def _cpu_of_children() -> float:
    """The processor time of the processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def asked(network: SizedNetwork) -> Asked:
    """Read the counters of the devices."""
    stats: Mapping[str, Mapping[str, Any]] = network.ask({"do": "stats"})["devices"]
    usage = network.ask({"do": "usage"})
    return Asked(
        {name: device["commands"] for name, device in stats.items()},
        {name: device["connections"] for name, device in stats.items()},
        sum(device["configuration_lines"] for device in stats.values()),
        usage["cpu_seconds"],
        usage["memory_kilobytes"] / 1024,
    )


def more(before: Mapping[str, int], after: Mapping[str, int]) -> list[int]:
    """By how much each device's counter grew."""
    return [count - before[name] for name, count in after.items()]
