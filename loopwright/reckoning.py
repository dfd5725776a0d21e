"""How long a wave takes: what a timer must outlast, and what must fit into a window. All times are in seconds."""

from dataclasses import dataclass
from math import ceil

WRITING = 10.0
"""One device: compare, load, commit, read back. Reckoned until a wave has been measured."""
CONFIRMING = 5.0
MARGIN = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one device takes to be written to, and to be confirmed and saved."""

    writing: float = WRITING
    confirming: float = CONFIRMING

    def measured(self, devices: int, workers: int, wrote: float, kept: float) -> "Pace":
        """The pace of a wave that took so long, never better than what was reckoned."""
        rounds = _rounds(devices, workers)
        return Pace(max(self.writing, wrote / rounds), max(self.confirming, kept / rounds))


def _rounds(devices: int, workers: int) -> int:
    """How many devices come one after the other."""
    return max(1, ceil(devices / max(1, workers)))


def timer_needed(devices: int, workers: int, deadline: float, pace: Pace = Pace()) -> float:
    """What a device's own timer must outlast: the spread of arming, the proof, the confirm pass, and a margin.

    A confirm is asked for twice where the first one was lost.
    """
    rounds = _rounds(devices, workers)
    return rounds * pace.writing + deadline + 2 * rounds * pace.confirming + MARGIN


def wave_needed(devices: int, workers: int, deadline: float, pace: Pace = Pace()) -> float:
    """What a wave takes at most, put back and proved to be as before included."""
    rounds = _rounds(devices, workers)
    return 2 * (rounds * pace.writing + deadline) + 2 * rounds * pace.confirming + MARGIN
