"""What keeps a change from becoming final on one device: its commit strategy, and the timer where it has one."""

from dataclasses import dataclass

from loopwright.change_words import TimerWords
from loopwright.errors import PlatformError, Refused
from loopwright.models import Observed
from loopwright.patterns import LinePattern
from loopwright.platform import Platform
from loopwright.steps import STRATEGIES


@dataclass(frozen=True, slots=True)
class Protection:
    """The strategy, and the timer that the device has; `lacks` says why it has none although the platform does."""

    strategy: str
    timer: TimerWords | None = None
    lacks: str = ""
    exclusive: bool = False

    def seconds(self, needed: float) -> int:
        """The time to arm that outlasts `needed` seconds, 0 where nothing is armed; the longest there is at most."""
        return self.timer.rounded(needed) if self.timer is not None and needed else 0

    def arming(self, device: str, needed: float, asked: int = 0) -> int:
        """The time to arm for a wave that takes `needed` seconds; raises Refused where no timer outlasts it.

        `asked` is the time that a person wants, 0 where it is reckoned.
        """
        if self.timer is None:
            return 0
        seconds = self.seconds(max(needed, asked))
        if asked and asked < needed:
            raise Refused(
                f"{device}: a timer of {asked} s is too short: writing, proof and confirming may take {needed:.0f} s",
                hint=f"say --timer {needed:.0f} or more, a shorter --deadline, or smaller --waves",
            )
        if seconds < needed:
            raise Refused(
                f"{device}: its timer runs {self.timer.longest} s at most, and the wave may take {needed:.0f} s",
                hint="say a shorter --deadline or smaller --waves",
            )
        return seconds

    @property
    def words(self) -> str:
        """What a person is told before the change."""
        own = {
            "lines": "its inverse, line by line",
            "checkpoint": "a checkpoint on the device",
            "candidate": "one commit, undone by its inverse",
        }
        timed = {"lines": "its own timer, and its inverse", "candidate": "one commit under its own timer"}
        words = own[self.strategy] if self.timer is None else timed.get(self.strategy, own[self.strategy])
        locked = "; its configuration is locked meanwhile" if self.exclusive and self.timer is not None else ""
        return f"{words}{locked}{f'; {self.lacks}' if self.lacks else ''}"


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
    return Protection(strategy, timer, exclusive=timer is not None and timer.exclusive)


def checkpoint_name(run: str) -> str:
    """The name of the checkpoint of a run: letters, digits and hyphens, as every system takes them."""
    return "".join(c if c.isalnum() else "-" for c in f"loopwright-{run}")[:40]
