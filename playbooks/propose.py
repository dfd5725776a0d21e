"""What is to be changed and how: the plan with all that the network says against it, its waves, its protections."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from loopwright.addresses import bare
from loopwright.addresses import network as prefix_of
from loopwright.change import Allowed
from loopwright.change_settings import anycast_touched, calendar_of, members_of, settings_of
from loopwright.errors import Refused
from loopwright.evidence import Interest
from loopwright.models import Intent
from loopwright.network_findings import NETWORK_RULES, with_network_findings
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
    """A plan and its terms, with what was seen.

    `reading` is what the devices told of their routes, router-ids and neighbours, None where nothing changes.
    """

    seen: Seen
    saved: SavedPlan
    terms: Terms
    reading: Picture | None = None
    known: frozenset[Known] = field(default_factory=frozenset)

    @property
    def plan(self) -> Plan:
        """The plan itself."""
        return self.saved.plan

    @property
    def refusal(self) -> str | None:
        """Why the plan as a whole may not be carried out, None where it may."""
        return self.saved.refused


def propose(
    workspace: Workspace, network: Network, asked: Asked, deadline: float, vantage_points: int | None, folder: str
) -> Proposal:
    """Look, plan, and say what stands against it; `folder` is the inventory's."""
    seen = look(workspace, network)
    plan = planned(workspace, seen, asked.allowed)
    saved = SavedPlan(
        plan, origin_of(asked, folder), allowed=asked.allowed, refused=removals_allowed(plan, asked.allow_removals)
    )
    return proposed(workspace, network, seen, saved, asked, Terms(deadline, vantage_points))


def origin_of(asked: Asked, folder: str) -> Origin:
    """Who plans here and now, from which inventory folder."""
    return Origin(datetime.now(UTC).astimezone().isoformat(timespec="seconds"), author(), asked.ticket, folder)


def proposed(
    workspace: Workspace, network: Network, seen: Seen, saved: SavedPlan, asked: Asked, terms: Terms
) -> Proposal:
    """A plan with what the whole network says against it, with waves and protections; refusals are told in it.

    The waves of a plan that has some already are held against the inventory as it is now.
    """
    plan = saved.plan
    known = known_loopbacks(seen.observed, workspace.intents)
    reading = read_before(network, seen, plan, known) if plan.changing else None
    allowed = asked.allowed.also(saved.allowed)
    saved = replace(saved, plan=judged(workspace, network, seen, plan, allowed, reading), allowed=allowed)
    settings = settings_of(workspace.inventory)
    terms = replace(
        terms,
        threshold=asked.threshold(settings.max_failures),
        timer=asked.timer or settings.timer,
        calendars={p.device: calendar_of(workspace.inventory, p.device) for p in plan.changing},
        route_loss=settings.route_loss,
    )
    try:
        found = members(workspace, plan, asked)
        if saved.waves:
            check_waves(saved.waves, found)
        waves = saved.waves or divide(found, asked.division(settings.division))
        terms = replace(terms, waves=waves, together=anycast_units(found))
        saved = replace(saved, waves=waves, guards=guards(workspace, network, seen, plan, terms))
    except Refused as error:
        saved = replace(saved, refused=saved.refused or str(error))
    return Proposal(seen, saved, terms, reading, known)


def guards(workspace: Workspace, network: Network, seen: Seen, plan: Plan, terms: Terms) -> dict[str, Guard]:
    """What protects the change of each device; raises Refused where a timer cannot outlast its wave."""
    needed = timers_needed(terms.waves, network.workers, terms.deadline)
    return {p.device: _guard(workspace, seen, p.device, needed[p.device], terms.timer) for p in plan.changing}


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
    workspace: Workspace, network: Network, seen: Seen, plan: Plan, allowed: Allowed, reading: Picture | None
) -> Plan:
    """A plan with what the rest of the network says against it now."""
    if not plan.changing:
        return plan
    changing = [p.device for p in plan.changing]
    timed = {name: protection_on(workspace, seen.observed[name]).timer is not None for name in changing}
    hosts = network.nornir.inventory.hosts
    managed = {name: managed_through(hosts[name]) for name in changing}
    running: Mapping[str, Mapping[str, str]] = (
        {name: dict(found.identities) for name, found in reading.evidence.items()} if reading else {}
    )
    before = replace(plan, devices=tuple(_without_earlier(device) for device in plan.devices))
    return with_network_findings(
        before, workspace.intent_of, seen.observed, workspace.of_devices, allowed, timed, managed, running
    )


def _without_earlier(device: DevicePlan) -> DevicePlan:
    """Without what the network said when the plan was saved."""
    return replace(device, findings=tuple(f for f in device.findings if f.rule not in NETWORK_RULES))
