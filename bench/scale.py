"""The stages that touch no device, at several sizes, each size in a process of its own."""

from collections.abc import Sequence

from bench.configuring import Say
from bench.figures import Stage
from bench.measure import BenchError, measure
from bench.pure import COUNTED, RENDER

LOOPBACKS = 4
MODULE = "bench.pure"


def scale(sizes: Sequence[int], say: Say) -> dict[int, tuple[Stage, ...]]:
    """Put an inventory of each size through the pure stages."""
    found = {}
    for devices in sizes:
        measured = measure(MODULE, {"devices": devices, "loopbacks": LOOPBACKS})
        result = measured.result
        if result["errors"] or result["loopbacks"] != devices * LOOPBACKS:
            raise BenchError(f"{devices} devices: {result}")
        found[devices] = tuple(
            Stage(f"{devices}", span.name, span.wall, span.cpu, measured.anonymous) for span in measured.spans
        )
        say(f"  {devices} devices: {measured.wall(*COUNTED):.1f} s")
    return found


def counted(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """The stages that add up; rendering alone is part of planning."""
    return tuple(stage for stage in stages if stage.stage != RENDER)
