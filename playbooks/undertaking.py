"""A change that is to be carried out: the plan, the devices, the waves, and the terms under which it may be."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from loopwright.addresses import bare
from loopwright.addresses import network as prefix_of
from loopwright.division import Threshold
from loopwright.harm import Leaving, Watch, leaving_of
from loopwright.models import Observed
from loopwright.picture import Picture
from loopwright.plan import DevicePlan, Plan
from loopwright.protection import Protection, checkpoint_name, protection_of
from loopwright.reckoning import timer_needed
from loopwright.run_folder import RunFolder
from loopwright.snapshot import Known, Snapshot
from loopwright.steps import STRATEGIES
from loopwright.window import Calendar
from playbooks.known import new_addresses
from playbooks.look import Seen
from tasks.deploy import Job
from tasks.network import Network
from tasks.workspace import Workspace


def _now() -> datetime:
    return datetime.now(UTC).astimezone()


@dataclass(frozen=True, slots=True)
class Terms:
    """How a plan is carried out: times in seconds, the waves, how many failures it goes on with, when it may write.

    Without `waves` all devices are one wave. `timer` is the time asked for devices that have a timer, 0 for the time
    that is reckoned. `outside` is the reason given for writing outside of a window. `route_loss` is in percent.
    """

    deadline: float
    vantage_points: int | None = 3
    waves: tuple[tuple[str, ...], ...] = ()
    together: tuple[frozenset[str], ...] = ()
    threshold: Threshold = Threshold.parse("0")
    timer: int = 0
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    outside: str = ""
    route_loss: float | None = None
    snapshots: bool = True
    now: Callable[[], datetime] = _now
    stopped: Callable[[], bool] = lambda: False

    def calendar(self, devices: tuple[str, ...]) -> Calendar:
        """When all of some devices may be written to."""
        joined = Calendar()
        for name in devices:
            joined = joined.both(self.calendars.get(name, Calendar()))
        return joined


@dataclass(frozen=True)
class Undertaking:
    """A plan with all that carrying it out needs.

    `reading` is what the devices told just before, `before` the two snapshots that harm is held against. `done`
    devices are kept already, `written` ones hold the change and are to be proved: both from an earlier process.
    """

    workspace: Workspace
    network: Network
    seen: Seen
    plan: Plan
    folder: RunFolder
    terms: Terms
    jobs: Mapping[str, Job]
    reading: Picture | None = None
    before: tuple[Snapshot, ...] = ()
    known: frozenset[Known] = frozenset()
    done: tuple[str, ...] = ()
    written: tuple[str, ...] = ()

    @property
    def waves(self) -> tuple[tuple[str, ...], ...]:
        """The devices of each wave, those that change nothing left out."""
        changing = tuple(plan.device for plan in self.plan.changing)
        return self.terms.waves or ((changing,) if changing else ())

    @property
    def leaving(self) -> frozenset[Leaving]:
        """The addresses that the plan takes away, or ceases to advertise."""
        return frozenset(leaving_of(change for plan in self.plan.changing for change in plan.changes))

    def addresses_of(self, devices: Collection[str]) -> frozenset[str]:
        """The new addresses of some devices, with and without their length: what is looked up before they are given."""
        given = new_addresses(self.plan, devices)
        return frozenset(text for address in given for text in (prefix_of(address), bare(address)))

    def watch(self, changed: tuple[str, ...]) -> Watch | None:
        """What looks for harm that a wave of these devices does, None where nothing was read before."""
        if not self.before:
            return None
        ids = {
            plan.device: {a.partition("/")[0] for change in plan.changes if change.after for a in change.after.ipv4}
            for plan in self.plan.changing
        }
        return Watch(self.before, self.known, frozenset(changed), self.leaving, self.terms.route_loss, ids)


def jobs_of(
    workspace: Workspace,
    seen: Seen,
    plan: Plan,
    needed: Mapping[str, float] | None = None,
    name: str = "",
    timer: int = 0,
    *,
    every: bool = False,
) -> dict[str, Job]:
    """The jobs of the devices that change, or of `every` one; timers outlast the seconds `needed` by its wave.

    `name` is the run's. Raises Refused where a timer cannot.
    """
    return {
        p.device: job_of(workspace, seen.observed[p.device], p, (needed or {}).get(p.device, 0), name, timer)
        for p in (plan.devices if every else plan.changing)
    }


def job_of(workspace: Workspace, before: Observed, plan: DevicePlan, needed: float, name: str, timer: int = 0) -> Job:
    """The job of one device."""
    protection = protection_on(workspace, before)
    seconds = protection.arming(plan.device, needed, timer) if needed else 0
    course = STRATEGIES[protection.strategy](plan, seconds)
    return Job(plan, course, workspace.intent_of[plan.device], before, checkpoint_name(name))


def protection_on(workspace: Workspace, observed: Observed) -> Protection:
    """What protects a change on a device as it is."""
    device = observed.device
    return protection_of(workspace.of_devices[device], workspace.transport(device), observed)


def timers_needed(waves: tuple[tuple[str, ...], ...], workers: int, deadline: float) -> dict[str, float]:
    """The seconds that the timer of each device must outlast: those of its wave."""
    return {name: timer_needed(len(wave), workers, deadline) for wave in waves for name in wave}


def restricted(plan: Plan, devices: tuple[str, ...]) -> Plan:
    """The part of a plan that concerns some devices."""
    return replace(plan, devices=tuple(p for p in plan.devices if p.device in devices))
