"""What keeps a change from becoming final on one device: its commit strategy, and the timer where it has one."""

from dataclasses import dataclass

from loopwright.change_words import TimerWords
from loopwright.errors import PlatformError
from loopwright.models import Observed
from loopwright.patterns import LinePattern
from loopwright.platform import Platform
from loopwright.steps import STRATEGIES

MARGIN = 120.0  # seconds: to write, to confirm one device after the other, and to put back


@dataclass(frozen=True, slots=True)
class Protection:
    """The strategy, and the timer that the device has; `lacks` says why it has none although the platform does."""

    strategy: str
    timer: TimerWords | None = None
    lacks: str = ""

    def seconds(self, deadline: float) -> int:
        """The time to arm for a proof that may take `deadline` seconds, 0 where nothing is armed."""
        return self.timer.rounded(deadline + MARGIN) if self.timer is not None and deadline else 0

    @property
    def words(self) -> str:
        """What a person is told before the change."""
        own = {
            "lines": "its inverse, line by line",
            "checkpoint": "a checkpoint on the device",
            "candidate": "one commit, undone by its inverse",
        }
        timed = " and the device's own timer" if self.timer is not None else ""
        return f"{own[self.strategy]}{timed}{f'; {self.lacks}' if self.lacks else ''}"


def protection_of(platform: Platform, transport: str, observed: Observed) -> Protection:
    """What protects a change on a device that is driven over a transport; raises PlatformError."""
    driven = transport == "napalm" and platform.driver is not None
    strategy = "candidate" if driven else platform.capabilities["commit_strategy"]
    if strategy not in STRATEGIES:
        raise PlatformError(f"{platform.name}: unknown commit strategy {strategy!r}, there is {', '.join(STRATEGIES)}")
    words = platform.driver if driven else platform.session
    timer = words.timer if words is not None else None
    if timer is not None and timer.needs:
        needed = LinePattern.compile(timer.needs, {})
        if not any(needed.match(line) for line in observed.lines):
            return Protection(strategy, None, f"no timer, which would need `{timer.needs}`")
    return Protection(strategy, timer)


def checkpoint_name(run: str) -> str:
    """The name of the checkpoint of a run: letters, digits and hyphens, as every system takes them."""
    return "".join(c if c.isalnum() else "-" for c in f"loopwright-{run}")[:40]
