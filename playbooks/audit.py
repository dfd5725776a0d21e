"""Compare the network with its inventory, read-only: live, or offline over a folder of saved configurations."""

from dataclasses import dataclass
from pathlib import Path

import click
from rich.text import Text

from loopwright.audit import Difference, SavedConfigurations, differences, find_configurations
from loopwright.change import Allowed
from loopwright.errors import LoopwrightError, UnexpectedAnswer
from loopwright.exit_codes import Exit
from loopwright.models import Observed
from loopwright.observe import observe
from loopwright.report import STYLES, document, unanswered_document
from loopwright.report_audit import (
    audit_summary,
    difference_document,
    difference_lines,
    not_checked_document,
    not_checked_line,
)
from loopwright.report_proof import unanswered_lines
from playbooks.command import playbook
from playbooks.look import Seen, look, planned
from playbooks.run import Run
from playbooks.verify import beside, pages, proof_fields, prove
from playbooks.verify import exit_code as proof_exit_code
from tasks.network import Network
from tasks.prove import Proof
from tasks.workspace import Workspace


@dataclass(frozen=True)
class Audited:
    """What an audit found; there is no proof offline."""

    seen: Seen
    found: tuple[Difference, ...]
    proof: Proof | None = None
    saved: SavedConfigurations | None = None


def audit(workspace: Workspace, network: Network, deadline: float, vantage_points: int | None) -> Audited:
    """Observe, plan and prove; no line is sent that writes."""
    seen = look(workspace, network)
    proof = prove(workspace, network, seen, deadline, vantage_points)
    return Audited(seen, compared(workspace, seen), proof)


def audit_saved(workspace: Workspace, folder: Path) -> Audited:
    """Observe and plan from files."""
    asked = [intent.device for intent in workspace.chosen]
    saved = find_configurations(folder, [intent.device for intent in workspace.intents], asked)
    observed: dict[str, Observed] = {}
    errors: dict[str, LoopwrightError] = {}
    for name, path in saved.files.items():
        text = path.read_bytes().decode("utf-8", errors="replace")
        seen = observe(name, text, workspace.of_devices[name])
        if seen.lines:
            observed[name] = seen
        else:
            errors[name] = UnexpectedAnswer(name, f"{path} holds no configuration")
    result = Seen(observed, errors)
    return Audited(result, compared(workspace, result), saved=saved)


def compared(workspace: Workspace, seen: Seen) -> tuple[Difference, ...]:
    """What differs on the chosen devices that are known."""
    plans = {plan.device: plan for plan in planned(workspace, seen, Allowed()).devices}
    return tuple(
        difference
        for intent in workspace.chosen
        if intent.device in plans
        for difference in differences(
            intent, seen.observed[intent.device], plans[intent.device], workspace.of_devices[intent.device]
        )
    )


@playbook("audit")
@click.option(
    "--configs",
    type=click.Path(path_type=Path, file_okay=False),
    help="Audit saved configurations instead, one file per device: NAME or NAME.anything.",
)
@click.option("--full", is_flag=True, help="List every address, also where there are many and all is well.")
def command(run: Run, *, configs: Path | None, full: bool) -> int:
    """Say what is missing, different, extra or foreign; read-only. Live it climbs the ladder too."""
    workspace = run.workspace()
    if configs is not None:
        return _offline(run, audit_saved(workspace, configs))
    with run.network(workspace) as network:
        audited = audit(workspace, network, run.deadline, run.vantage_points)
    proof = audited.proof
    code = exit_code(audited)
    found = document(
        "audit",
        code,
        offline=False,
        differences=[difference_document(d) for d in audited.found],
        unanswered=unanswered_document(audited.seen.errors),
        **(proof_fields(proof) if proof else {}),
    )
    summary = audit_summary(audited.found, len(audited.seen.observed))
    proved = (*beside(proof, audited.seen), *pages(proof, run, full=full)) if proof else ()
    run.report(found, *difference_lines(audited.found), summary, Text(""), *proved)
    return code


def _offline(run: Run, audited: Audited) -> int:
    """Report on saved configurations."""
    code = exit_code(audited)
    saved = audited.saved
    missing, surplus = (saved.missing, saved.surplus) if saved else ((), ())
    found = document(
        "audit",
        code,
        offline=True,
        differences=[difference_document(d) for d in audited.found],
        unanswered=unanswered_document(audited.seen.errors),
        missing_files=list(missing),
        surplus_files=list(surplus),
        not_checked=not_checked_document(),
    )
    run.report(
        found,
        *difference_lines(audited.found),
        *unanswered_lines(audited.seen.errors),
        *(Text.assemble(("no file ", STYLES["error"]), f"of {name}") for name in missing),
        *(Text.assemble(("surplus file ", STYLES["unproven"]), f"{name}: no device of that name") for name in surplus),
        audit_summary(audited.found, len(audited.seen.observed)),
        not_checked_line(),
    )
    return code


def exit_code(audited: Audited) -> int:
    """The exit code of an audit: what is ours differs, something could not be told, or all agrees."""
    code = proof_exit_code(audited.proof, audited.seen) if audited.proof else 0
    if code == Exit.DIFFERS or any(difference.ours for difference in audited.found):
        return Exit.DIFFERS
    untold = audited.seen.errors or (audited.saved is not None and audited.saved.missing)
    return Exit.UNTOLD if untold else code


if __name__ == "__main__":
    command()
