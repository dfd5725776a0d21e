"""Proves a put-back by the same code as a change: what was there is right again, what was new is gone."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from loopwright.change import Change
from loopwright.domains import find_domains
from loopwright.expect import Absence, absences, expectations
from loopwright.models import Intent, Loopback, Wanted, WantedAdvertisement
from loopwright.plan import Plan
from loopwright.reasons import reasons
from playbooks.look import Seen, unanswered
from tasks.network import Network
from tasks.prove import Proof, Prover, Settling
from tasks.put_back import PutBack
from tasks.workspace import Workspace


def prove_as_before(
    workspace: Workspace,
    network: Network,
    seen: Seen,
    plan: Plan,
    restored: Iterable[str],
    deadline: float,
    vantage_points: int | None,
) -> Proof | None:
    """Prove devices that were put back against what they were; None where there is none."""
    names = set(restored)
    if not names:
        return None
    changes = {p.device: p.changes for p in plan.changing if p.device in names}
    intents = [as_it_was(i, changes[i.device]) if i.device in changes else i for i in workspace.intents]
    every = tuple(
        expectations(
            intents,
            seen.observed,
            workspace.platforms,
            find_domains(seen.observed.values()),
            workspace.selector.matching,
        )
    )
    numbers = {(device, change.number) for device, own in changes.items() for change in own}
    mine = tuple(e for e in every if (e.device, e.number) in numbers)
    others = tuple(e for e in every if e not in mine)
    silent = unanswered(workspace, seen)
    proving = Prover(network, seen.observed, mine, _new(intents, changes), others, vantage_points, silent=silent)
    return proving.prove(Settling(deadline, changing=True))


def wait_until_forgotten(
    workspace: Workspace, network: Network, seen: Seen, plan: Plan, restored: Iterable[str], deadline: float
) -> None:
    """Wait until nobody knows any more what devices had been given that were put back, or the seconds are over.

    Who has just withdrawn an address and gives it again would else find its own route to it, as somebody else's.
    """
    names = set(restored)
    changes = {p.device: p.changes for p in plan.changing if p.device in names}
    intents = [as_it_was(i, changes[i.device]) if i.device in changes else i for i in workspace.intents]
    given = _new(intents, changes)
    if given:
        silent = unanswered(workspace, seen)
        Prover(network, seen.observed, (), given, silent=silent).prove(Settling(deadline, changing=True))


def as_it_was(intent: Intent, changes: Iterable[Change]) -> Intent:
    """The intent that the device fulfilled before: each changed loopback as it was, or not at all."""
    before = {change.number: change.before for change in changes}
    kept = tuple(w for w in intent.loopbacks if w.number not in before)
    said = {w.number: w for w in intent.loopbacks}
    was = tuple(_wanted(loopback, said.get(number)) for number, loopback in before.items() if loopback is not None)
    return replace(intent, loopbacks=(*kept, *was))


def turned(change: Change) -> Change:
    """The change that takes another one back."""
    return Change(change.after, change.before, tuple(reasons(change.after, change.before)))


def as_planned(workspace: Workspace, plan: Plan) -> Workspace:
    """The workspace with the intents that a plan fulfils: a rollback's are not those of the inventory."""
    back = {p.device: tuple(turned(change) for change in p.changes) for p in plan.devices}
    intents = tuple(
        as_it_was(intent, back[intent.device]) if intent.device in back else intent for intent in workspace.intents
    )
    return replace(workspace, wanted=intents)


def _wanted(loopback: Loopback, said: Wanted | None) -> Wanted:
    """The inventory's words for a loopback that was there; who is to see it stays as it is said now."""
    adverts = {
        a.protocol: WantedAdvertisement(a.protocol, a.process, a.area, a.level, a.cost, a.passive)
        for a in loopback.advertise
    }
    words = said or Wanted(loopback.number)
    return replace(
        words,
        ipv4=loopback.ipv4,
        ipv6=loopback.ipv6,
        vrf=loopback.vrf,
        description=loopback.description,
        enabled=loopback.enabled,
        interface=loopback.interface,
        absent=False,
        advertise=tuple(adverts.values()),
        advertise_said=True,
        exactly=loopback,
    )


def _new(intents: Iterable[Intent], changes: Mapping[str, tuple[Change, ...]]) -> tuple[Absence, ...]:
    """The addresses that a change gave and that must be gone again."""
    given = [
        (device, change.number, address, change.after.vrf)
        for device, own in changes.items()
        for change in own
        if change.after is not None
        for address in change.after.addresses
        if change.before is None or address not in change.before.addresses
    ]
    return absences({}, intents, given)


def with_what_is_left(back: Mapping[str, PutBack], proof: Proof | None) -> dict[str, PutBack]:
    """Add what the proof says: an address that is still there or still advertised is not put back."""
    told = dict(back)
    for verdict in proof.verdicts if proof else ():
        ended = told[verdict.device]
        if verdict.state == "fail" and verdict.expected.endswith("gone"):
            told[verdict.device] = replace(ended, restored=False, words=f"{ended.words}; but {verdict.actual}")
    return told
