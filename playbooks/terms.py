"""The terms under which a plan is carried out: deadline, waves, threshold, timers, windows. Writes nothing itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from loopwright.division import Threshold
from loopwright.models import Observed
from loopwright.protection import Protection, protection_of
from loopwright.reckoning import timer_needed
from loopwright.window import Calendar
from tasks.workspace import Workspace


def _now() -> datetime:
    return datetime.now(UTC).astimezone()


@dataclass(frozen=True, slots=True)
class Terms:
    """How a plan is carried out: times in seconds, the waves, how many failures it goes on with, when it may write.

    Without `waves` all devices are one wave. `timer` is the time asked for devices that have a timer, 0 for the time
    that is reckoned. `outside` is the reason given for writing outside of a window, `unproved` that for keeping without
    a proof. `windows` are those that the command line has said in the place of the inventory's. `route_loss` is in
    percent.
    """

    deadline: float
    vantage_points: int | None = 3
    waves: tuple[tuple[str, ...], ...] = ()
    together: tuple[frozenset[str], ...] = ()
    threshold: Threshold = Threshold.parse("0")
    timer: int = 0
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    outside: str = ""
    windows: tuple[str, ...] = ()
    unproved: str = ""
    route_loss: float | None = None
    snapshots: bool = True
    now: Callable[[], datetime] = _now
    tell: Callable[[str], None] = lambda _: None
    stopped: Callable[[], bool] = lambda: False

    def calendar(self, devices: tuple[str, ...]) -> Calendar:
        """When all of some devices may be written to."""
        joined = Calendar()
        for name in devices:
            joined = joined.both(self.calendars.get(name, Calendar()))
        return joined


def protection_on(workspace: Workspace, observed: Observed) -> Protection:
    """What protects a change on a device as it is."""
    device = observed.device
    return protection_of(workspace.of_devices[device], workspace.transport(device), observed)


def timers_needed(waves: tuple[tuple[str, ...], ...], workers: int, deadline: float) -> dict[str, float]:
    """The seconds that the timer of each device must outlast: those of its wave."""
    return {name: timer_needed(len(wave), workers, deadline) for wave in waves for name in wave}
