"""The aims of the benchmark, each with what was measured beside it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.emulated import PROVISION, Playbook
from bench.figures import BARE, OURS, PLAIN, Exchange, Run, Stage, middle, of, trips_beyond_contexts, wall_ratio

ROUTERS, DEVICES = 50, 20_000
BARE_RATIO, PLAIN_RATIO = 1.1, 1.0
ROUND_TRIPS = 12
CPU_S = 0.7
MEMORY_MB, MEMORY_MB_PER_DEVICE = 60.0, 0.2
PURE_S = 20.0
EMULATED, EMULATED_S, EMULATED_MB = 1000, 300.0, 600.0


@dataclass(frozen=True, slots=True)
class Aim:
    """One aim: what was measured, and the most that it may be."""

    what: str
    measured: float
    most: float
    unit: str = ""
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the aim is met; a figure that is missing meets none."""
        return not math.isnan(self.measured) and self.measured <= self.most


def memory_allowed(routers: int) -> float:
    """The anonymous memory in MB that a run over that many devices may have."""
    return MEMORY_MB + MEMORY_MB_PER_DEVICE * routers


def wall_aims(runs: Sequence[Run], delay_ms: float) -> Iterator[Aim]:
    """The aims about wall time, at one delay."""
    at = f"at {delay_ms:g} ms"
    yield Aim(f"configuring part beside the bare client, {at}", wall_ratio(runs, OURS, BARE), BARE_RATIO, "x")
    yield Aim(f"configuring part beside the plain script, {at}", wall_ratio(runs, OURS, PLAIN), PLAIN_RATIO, "x")


def cost_aims(runs: Sequence[Run], routers: int) -> Iterator[Aim]:
    """The aims about the client's processor time and memory, which are given for fifty routers."""
    note = "" if routers == ROUTERS else f"the aim is for {ROUTERS} routers, these are {routers}"
    ours = of(runs, OURS)
    yield Aim("client CPU of the configuring part", middle(run.cpu for run in ours), CPU_S, "s", note)
    yield Aim("anonymous memory", middle(run.anonymous for run in ours), memory_allowed(routers), "MB")


def trip_aim(trips: Mapping[str, Exchange], contexts: Mapping[str, int]) -> Aim:
    """The aim about serial round trips."""
    return Aim("serial round trips beside those of context lines", trips_beyond_contexts(trips, contexts), ROUND_TRIPS)


def correctness_aims(runs: Sequence[Run]) -> Iterator[Aim]:
    """No run of ours may have a wrong or an empty output."""
    ours = of(runs, OURS)
    yield Aim(f"wrong outputs in {len(ours)} runs", sum(run.wrong for run in ours), 0)
    yield Aim(f"empty outputs in {len(ours)} runs", sum(run.empty for run in ours), 0)


def pure_aim(stages: Sequence[Stage], devices: int) -> Aim:
    """The aim about the stages that touch no device."""
    note = "" if devices == DEVICES else f"the aim is for {DEVICES} devices, these are {devices}"
    return Aim("pure stages", sum(stage.wall for stage in stages), PURE_S, "s", note)


def emulated_aims(found: Sequence[Playbook]) -> Iterator[Aim]:
    """The aims about a thousand emulated devices: every first provision with its proof."""
    for one in found:
        if one.job == PROVISION:
            note = "" if one.devices == EMULATED else f"the aim is for {EMULATED} devices, these are {one.devices}"
            what = f"of provision with proof, emulated {one.network}"
            yield Aim(f"wall time {what}", one.wall, EMULATED_S, "s", note)
            yield Aim(f"memory {what}", one.resident, EMULATED_MB, "MB", note)
