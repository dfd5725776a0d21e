"""A change that is to be carried out: the plan, the devices, the waves, and the job of each device."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from loopwright.addresses import bare
from loopwright.addresses import network as prefix_of
from loopwright.harm import Leaving, Watch, leaving_of
from loopwright.models import Observed
from loopwright.picture import Picture
from loopwright.plan import DevicePlan, Plan
from loopwright.protection import checkpoint_name
from loopwright.run_folder import RunRecord
from loopwright.snapshot import Known, Snapshot
from loopwright.steps import STRATEGIES
from playbooks.known import new_addresses
from playbooks.look import Seen
from playbooks.terms import Terms, protection_on
from tasks.deploy import Job
from tasks.network import Network
from tasks.workspace import Workspace


@dataclass(frozen=True)
class Undertaking:
    """A plan with all that carrying it out needs.

    `reading` is what the devices told just before, `before` the two snapshots that harm is held against. `done`
    devices are kept already, `written` ones hold the change and are to be proved, `saved` ones of them have it in their
    startup configuration: all from an earlier process.
    """

    workspace: Workspace
    network: Network
    seen: Seen
    plan: Plan
    folder: RunRecord
    terms: Terms
    jobs: Mapping[str, Job]
    reading: Picture | None = None
    before: tuple[Snapshot, ...] = ()
    known: frozenset[Known] = frozenset()
    done: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()

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


def restricted(plan: Plan, devices: tuple[str, ...]) -> Plan:
    """The part of a plan that concerns some devices."""
    return replace(plan, devices=tuple(p for p in plan.devices if p.device in devices))
