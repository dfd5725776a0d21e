"""What every playbook that talks to devices begins with: observe the network, and know what must be true of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from loopwright.change import Allowed, Change
from loopwright.domains import find_domains
from loopwright.errors import LoopwrightError
from loopwright.evidence import DeviceEvidence
from loopwright.expect import Absence, Expectation, absences, expectations
from loopwright.harm import Watch
from loopwright.models import Intent, Observed
from loopwright.plan import Plan, plan_network
from tasks.gather import observe_devices, silent
from tasks.network import Network
from tasks.prove import Prover
from tasks.workspace import Workspace


@dataclass(frozen=True)
class Seen:
    """What the devices of an inventory are, and which of them did not answer."""

    observed: Mapping[str, Observed]
    errors: Mapping[str, LoopwrightError]


def look(workspace: Workspace, network: Network) -> Seen:
    """Observe every device of the inventory, those beyond `--limit` too: they are the vantage points."""
    outcomes = observe_devices(network, (intent.device for intent in workspace.intents))
    return Seen(
        {name: o.value for name, o in outcomes.items() if o.value is not None},
        {name: o.error for name, o in outcomes.items() if o.error is not None},
    )


def planned(workspace: Workspace, seen: Seen, allowed: Allowed) -> Plan:
    """Plan the chosen devices that answered."""
    answered = (intent for intent in workspace.chosen if intent.device in seen.observed)
    return plan_network([(i, seen.observed[i.device], workspace.of_devices[i.device]) for i in answered], allowed)


def _wanted_owners(intents: Iterable[Intent]) -> dict[str, str]:
    return {
        address.partition("/")[0]: intent.device
        for intent in intents
        for wanted in intent.loopbacks
        if not wanted.absent and not wanted.anycast
        for address in wanted.addresses
    }


def expected(workspace: Workspace, seen: Seen) -> tuple[Expectation, ...]:
    """What must be true of every wanted address of every device that answered."""
    domains = find_domains(seen.observed.values(), _wanted_owners(workspace.intents))
    platforms = workspace.platforms
    return tuple(expectations(workspace.intents, seen.observed, platforms, domains, workspace.selector.matching))


def declared_absent(workspace: Workspace) -> tuple[Absence, ...]:
    """What the inventory says is to be gone, of the chosen devices."""
    gone = (
        (intent.device, wanted.number, address, wanted.vrf)
        for intent in workspace.chosen
        for wanted in intent.loopbacks
        if wanted.absent
        for address in wanted.addresses
    )
    return absences({}, workspace.intents, gone)


def unanswered(workspace: Workspace, seen: Seen) -> dict[str, DeviceEvidence]:
    """Evidence of the devices that did not answer."""
    return {name: silent(name, workspace.of_devices[name].name, error) for name, error in seen.errors.items()}


def prover(
    workspace: Workspace,
    network: Network,
    seen: Seen,
    devices: Iterable[str],
    gone: tuple[Absence, ...],
    k: int | None,
    *,
    pending: Collection[str] = (),
    harm: Watch | None = None,
    also: frozenset[str] = frozenset(),
) -> Prover:
    """A prover of the loopbacks of some devices, with the whole inventory as vantage points.

    Nothing is expected of the `pending`, which are still to be written to; `harm` is watched over meanwhile, and what
    is told of the prefixes `also` is kept in the picture.
    """
    names = set(devices)
    every = expected(workspace, seen)
    return Prover(
        network,
        seen.observed,
        tuple(e for e in every if e.device in names),
        gone,
        tuple(e for e in every if e.device not in names and e.device not in pending),
        k,
        silent=unanswered(workspace, seen),
        harm=harm,
        also=also,
    )


def gone(workspace: Workspace, changes: Iterable[tuple[str, Change]]) -> tuple[Absence, ...]:
    """What a plan takes away and must be proved absent."""
    taken = []
    for device, change in changes:
        before, after = change.before, change.after
        left = after.addresses if after is not None and before is not None and after.vrf == before.vrf else ()
        if before is not None:
            taken += [(device, before.number, a, before.vrf) for a in before.addresses if a not in left]
    return absences({}, workspace.intents, taken)
