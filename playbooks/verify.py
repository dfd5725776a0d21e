"""Climb the ladder for every loopback, read-only."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import click
from rich.console import RenderableType

from loopwright.exit_codes import Exit
from loopwright.models import Intent
from loopwright.report import document, reason, unanswered_document
from loopwright.report_proof import proof_document, proof_pages, unanswered_lines
from loopwright.verdict import Cause, Rung, Verdict
from playbooks.command import playbook
from playbooks.look import Seen, declared_absent, look, prover
from playbooks.run import Run
from tasks.network import Network
from tasks.prove import Proof, Settling
from tasks.workspace import Workspace

LOOPBACK_TEST = (Rung.CONFIGURED, Rung.UP, Rung.SELF, Rung.ROUTED)


@dataclass(frozen=True)
class Verified:
    """What came of a verification."""

    seen: Seen
    proof: Proof


def verify(workspace: Workspace, network: Network, deadline: float, vantage_points: int | None) -> Verified:
    """Observe, climb, and read again what fails, until two readings agree."""
    seen = look(workspace, network)
    return Verified(seen, prove(workspace, network, seen, deadline, vantage_points))


def prove(workspace: Workspace, network: Network, seen: Seen, deadline: float, vantage_points: int | None) -> Proof:
    """Climb for the chosen devices; those that did not answer have a verdict too."""
    chosen = [intent.device for intent in workspace.chosen]
    proving = prover(workspace, network, seen, chosen, declared_absent(workspace), vantage_points)
    proof = proving.prove(Settling(deadline, changing=False))
    told = {(v.device, v.address) for v in proof.verdicts}
    missing = (v for i in workspace.chosen for v in not_asked(i, seen) if (v.device, v.address) not in told)
    return replace(proof, verdicts=(*proof.verdicts, *missing))


def not_asked(intent: Intent, seen: Seen) -> Iterator[Verdict]:
    """The verdicts of a device that did not answer: nothing is known of any of its addresses."""
    error = seen.errors.get(intent.device)
    if error is None:
        return
    cause = Cause("silent", intent.device, reason(intent.device, error))
    for wanted in intent.loopbacks:
        for address in () if wanted.absent else wanted.addresses:
            expected = "the device answers"
            yield Verdict(intent.device, wanted.number, address, Rung.CONFIGURED, "error", expected, "no answer", cause)


@playbook("verify")
@click.option(
    "--rungs",
    type=click.Choice(["loopback", "end-to-end", "all"]),
    default="all",
    show_default=True,
    help="The loopback test (rungs 1 to 4), the end-to-end test (5 to 8), or both.",
)
@click.option("--full", is_flag=True, help="List every address, also where there are many and all is well.")
def command(run: Run, *, rungs: str, full: bool) -> int:
    """Climb the ladder for every loopback address, read-only."""
    workspace = run.workspace()
    with run.network(workspace) as network:
        verified = verify(workspace, network, run.deadline, run.vantage_points)
    proof = replace(verified.proof, verdicts=asked_for(verified.proof.verdicts, rungs))
    code = exit_code(proof, verified.seen)
    found = document(
        "verify", code, rungs=rungs, **proof_fields(proof), unanswered=unanswered_document(verified.seen.errors)
    )
    run.report(found, *beside(proof, verified.seen), *pages(proof, run, full=full))
    return code


def beside(proof: Proof, seen: Seen) -> Iterator[RenderableType]:
    """The devices that did not answer and that no verdict speaks of: those that were only to be asked about others."""
    told = {verdict.device for verdict in proof.verdicts}
    return unanswered_lines({name: error for name, error in seen.errors.items() if name not in told})


def asked_for(verdicts: tuple[Verdict, ...], rungs: str) -> tuple[Verdict, ...]:
    """The verdicts of a part of the ladder; one that breaks below the part stands for the part that nobody reached."""
    if rungs == "loopback":
        return tuple(v for v in verdicts if v.rung in LOOPBACK_TEST)
    if rungs == "end-to-end":
        return tuple(v for v in verdicts if v.rung not in LOOPBACK_TEST or v.state != "pass")
    return verdicts


def proof_fields(proof: Proof) -> dict[str, Any]:
    """A proof for a document."""
    return proof_document(proof.verdicts, proof.broken_vantages, proof.readings, proof.seconds)


def pages(proof: Proof, run: Run, *, full: bool = False) -> Iterator[RenderableType]:
    """A proof for people."""
    return proof_pages(proof.verdicts, proof.broken_vantages, proof.readings, proof.seconds, run.marks, full=full)


def exit_code(proof: Proof, seen: Seen) -> int:
    """The exit code of a proof: a rung that fails, one that could not be judged, or all well."""
    states = {v.state for v in proof.verdicts}
    if "fail" in states:
        return Exit.DIFFERS
    return Exit.UNTOLD if seen.errors or states & {"unproven", "error"} else Exit.DONE


if __name__ == "__main__":
    command()
