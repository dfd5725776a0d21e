"""Tell for one loopback how far up the ladder it gets, and why no further."""

from dataclasses import replace

import click

from loopwright.errors import UsageError
from loopwright.models import Intent
from loopwright.report import document, unanswered_document
from loopwright.report_explain import explanation
from loopwright.select import near_misses
from playbooks.command import playbook
from playbooks.look import Seen, declared_absent, look, prover
from playbooks.run import Run
from playbooks.verify import beside, exit_code, not_asked, proof_fields
from tasks.network import Network
from tasks.prove import Proof, Settling
from tasks.workspace import Workspace


def explain(workspace: Workspace, network: Network, seen: Seen, intent: Intent, number: int, run: Run) -> Proof:
    """Climb the ladder for one loopback; all others are but the sources of pings."""
    device = intent.device
    gone = tuple(a for a in declared_absent(workspace) if (a.device, a.number) == (device, number))
    proving = prover(workspace, network, seen, [device], gone, run.vantage_points)
    mine = tuple(e for e in proving.expectations if e.number == number)
    rest = tuple(e for e in proving.expectations if e.number != number)
    proof = replace(proving, expectations=mine, others=(*rest, *proving.others)).prove(
        Settling(run.deadline, changing=False)
    )
    unasked = tuple(v for v in not_asked(intent, seen) if v.number == number)
    return replace(proof, verdicts=(*proof.verdicts, *unasked))


@playbook("explain")
@click.argument("host")
@click.argument("number", type=click.IntRange(0))
def command(run: Run, *, host: str, number: int) -> int:
    """Climb the ladder for loopback NUMBER of HOST and tell what holds, what broke first, and why."""
    workspace = run.workspace()
    intent = _intent_of(workspace, host, number)
    with run.network(workspace) as network:
        seen = look(workspace, network)
        proof = explain(workspace, network, seen, intent, number, run)
    code = exit_code(proof, seen)
    found = document(
        "explain", code, device=host, number=number, **proof_fields(proof), unanswered=unanswered_document(seen.errors)
    )
    run.report(found, *explanation(proof.verdicts, run.marks), *beside(proof, seen))
    return code


def _intent_of(workspace: Workspace, host: str, number: int) -> Intent:
    """The intent that speaks of a loopback; raises UsageError with what there is instead."""
    intent = next((i for i in workspace.intents if i.device == host), None)
    if intent is None:
        raise UsageError(f"there is no device {host!r} in the inventory", hint=near_misses(workspace.subjects, host))
    if intent.wanted(number) is None:
        there = ", ".join(str(wanted.number) for wanted in intent.loopbacks) or "none"
        raise UsageError(f"the inventory lists no loopback {number} of {host}", hint=f"it lists: {there}")
    return intent


if __name__ == "__main__":
    command()
