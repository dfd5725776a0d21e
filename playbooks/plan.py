"""Show, device by device, the lines that would be sent and the reason for each; nothing is written."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import RenderableType

from loopwright.exit_codes import Exit
from loopwright.masking import shown
from loopwright.plan_file import plan_fields, sealed
from loopwright.report import document, unanswered_document
from loopwright.report_plan import plan_lines, plan_summary, refusing, wave_lines
from loopwright.report_proof import unanswered_lines
from loopwright.run_folder import write_whole
from playbooks.asked import Asked
from playbooks.command import WRITE_DEADLINE, planning, playbook
from playbooks.propose import Proposal, propose
from playbooks.run import Run
from tasks.workspace import Workspace


@playbook("plan", deadline=WRITE_DEADLINE)
@planning
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Save the plan, to be reviewed and sent.")
def command(run: Run, *, asked: Asked, out: Path | None) -> int:
    """Show the lines that would be sent to each device, and why. Writes nothing to any device."""
    workspace = run.workspace()
    with run.network(workspace) as network:
        proposal = propose(workspace, network, asked, run.deadline, run.vantage_points, str(run.inventory))
    code = exit_code(proposal)
    if out is not None:
        saved = sealed({**plan_fields(proposal.saved), **_beside(proposal)}, code)
        write_whole(out, json.dumps(saved, indent=2, default=str) + "\n")
        run.err.print(f"saved as {out}; `loopwright provision {out}` sends its lines and no other")
    run.report(document("plan", code, **shown_fields(proposal)), *plan_pages(workspace, proposal))
    return code


def _beside(proposal: Proposal) -> dict[str, Any]:
    return {"unanswered": unanswered_document(proposal.seen.errors)}


def shown_fields(proposal: Proposal) -> dict[str, Any]:
    """The fields of the document of a plan, with the secrets of its lines masked."""
    fields = plan_fields(proposal.saved)
    for device in fields["devices"]:
        for way in ("commits", "undo"):
            device[way] = [[shown(line) for line in lines] for lines in device[way]]
    return {**fields, **_beside(proposal)}


def plan_pages(workspace: Workspace, proposal: Proposal) -> Iterator[RenderableType]:
    """A plan for people: the diff, the waves and protections, who did not answer, the summary."""
    negations = {name: platform.configuration.negation for name, platform in workspace.of_devices.items()}
    yield from plan_lines(proposal.plan, negations)
    yield from wave_lines(proposal.saved)
    yield from unanswered_lines(proposal.seen.errors)
    yield plan_summary(proposal.plan, proposal.refusal)


def exit_code(proposal: Proposal) -> int:
    """The exit code of planning: a plan that a rule forbids, a device that could not be planned, or a plan."""
    if proposal.refusal or refusing(proposal.plan):
        return Exit.DIFFERS
    return Exit.UNTOLD if proposal.seen.errors else Exit.DONE


if __name__ == "__main__":
    command()
