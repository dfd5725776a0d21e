"""What is to be changed and how: the plan with all that the network says against it, its waves, its protections."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from loopwright.addresses import bare
from loopwright.addresses import network as prefix_of
from loopwright.change_settings import anycast_touched, calendar_of, members_of, settings_of
from loopwright.errors import Refused
from loopwright.evidence import Interest
from loopwright.models import Intent
from loopwright.network_findings import with_network_findings
from loopwright.picture import Picture
from loopwright.plan import DevicePlan, Plan, removals_allowed
from loopwright.plan_file import Guard, Origin, SavedPlan
from loopwright.snapshot import Known, known_loopbacks
from loopwright.waves import Member, anycast_units, check_waves, divide
from playbooks.asked import Asked, author
from playbooks.known import new_addresses
from playbooks.look import Seen, look, planned
from playbooks.terms import Terms, protection_on, timers_needed
from tasks.gather import SNAPSHOT, gather
from tasks.network import Network
from tasks.station import managed_through
from tasks.workspace import Workspace


@dataclass(frozen=True)
class Proposal:
    """A plan and its terms, with what was seen; `refusal` says why it may not be carried out, None where it may.

    `reading` is what the devices told of their routes, router-ids and neighbours, None where nothing changes.
    """

    seen: Seen
    saved: SavedPlan
    terms: Terms
    refusal: str | None = None
    reading: Picture | None = None
    known: frozenset[Known] = field(default_factory=frozenset)

    @property
    def plan(self) -> Plan:
        """The plan itself."""
        return self.saved.plan


def propose(
    workspace: Workspace, network: Network, asked: Asked, deadline: float, vantage_points: int | None, folder: str
) -> Proposal:
    """Look, plan, and say what stands against it; `folder` is the inventory's."""
    seen = look(workspace, network)
    plan = planned(workspace, seen, asked.allowed)
    known = known_loopbacks(seen.observed, workspace.intents)
    reading = read_before(network, seen, plan, known) if plan.changing else None
    plan = judged(workspace, network, seen, plan, asked, reading)
    origin = Origin(datetime.now(UTC).astimezone().isoformat(timespec="seconds"), author(), asked.ticket, folder)
    refusal = removals_allowed(plan, asked.allow_removals)
    try:
        waves = divide(members(workspace, plan, asked), asked.division(settings_of(workspace.inventory).division))
        return arranged(workspace, network, seen, SavedPlan(plan, origin, waves), asked, deadline, vantage_points,
                        refusal, reading, known)  # fmt: skip
    except Refused as error:
        terms = Terms(deadline, vantage_points)
        return Proposal(seen, SavedPlan(plan, origin), terms, refusal or str(error), reading, known)


def arranged(
    workspace: Workspace,
    network: Network,
    seen: Seen,
    saved: SavedPlan,
    asked: Asked,
    deadline: float,
    vantage_points: int | None,
    refusal: str | None,
    reading: Picture | None,
    known: frozenset[Known],
) -> Proposal:
    """Hold the waves of a plan against the inventory and the timers; raises Refused."""
    settings = settings_of(workspace.inventory)
    found = members(workspace, saved.plan, asked)
    check_waves(saved.waves, found)
    timer = asked.timer or settings.timer
    terms = Terms(
        deadline,
        vantage_points,
        saved.waves,
        anycast_units(found),
        asked.threshold(settings.max_failures),
        timer,
        {member.device: calendar_of(workspace.inventory, member.device) for member in found},
        route_loss=settings.route_loss,
    )
    needed = timers_needed(saved.waves, network.workers, deadline)
    guards = {p.device: _guard(workspace, seen, p.device, needed[p.device], timer) for p in saved.plan.changing}
    return Proposal(seen, replace(saved, guards=guards), terms, refusal, reading, known)


def _guard(workspace: Workspace, seen: Seen, device: str, needed: float, timer: int) -> Guard:
    protection = protection_on(workspace, seen.observed[device])
    return Guard(protection.strategy, protection.arming(device, needed, timer), protection.words)


def members(workspace: Workspace, plan: Plan, asked: Asked) -> tuple[Member, ...]:
    """What decides on the waves of the devices that change; who gives an address up comes before who gets it."""
    touched = {p.device: _anycast(workspace.intent_of[p.device], p) for p in plan.changing}
    division = asked.division(settings_of(workspace.inventory).division)
    found = members_of(workspace.inventory, division, touched)
    takers = {given[0] for given in new_addresses(plan).values() if given[2] not in (None, given[0])}
    return tuple(sorted(found, key=lambda member: member.device in takers))


def _anycast(intent: Intent, plan: DevicePlan) -> frozenset[str]:
    return anycast_touched(intent, [change.number for change in plan.changes])


def read_before(network: Network, seen: Seen, plan: Plan, known: frozenset[Known]) -> Picture:
    """Read once what the run compares with later: routes, router-ids, neighbours; and who knows a new address."""
    return Picture(gather(network, seen.observed, interest_of(plan, known), SNAPSHOT, "snapshot"), network.platforms)


def interest_of(plan: Plan, known: frozenset[Known]) -> Interest:
    """The prefixes that a run reads about before it writes."""
    given = new_addresses(plan)
    return Interest({prefix for _, prefix in known} | {prefix_of(a) for a in given} | {bare(a) for a in given})


def judged(
    workspace: Workspace, network: Network, seen: Seen, plan: Plan, asked: Asked, reading: Picture | None
) -> Plan:
    """A plan with what the rest of the network says against it."""
    if not plan.changing:
        return plan
    changing = [p.device for p in plan.changing]
    timed = {name: protection_on(workspace, seen.observed[name]).timer is not None for name in changing}
    hosts = network.nornir.inventory.hosts
    managed = {name: managed_through(hosts[name]) for name in changing}
    running: Mapping[str, Mapping[str, str]] = (
        {name: dict(found.identities) for name, found in reading.evidence.items()} if reading else {}
    )
    return with_network_findings(
        plan, workspace.intent_of, seen.observed, workspace.of_devices, asked.allowed, timed, managed, running
    )
