"""Show, device by device, the lines that would be sent and the reason for each; nothing is written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import RenderableType

from loopwright.change import Allowed
from loopwright.exit_codes import Exit
from loopwright.plan import Plan, removals_allowed
from loopwright.report import document, unanswered_document
from loopwright.report_plan import plan_document, plan_lines, plan_summary, refusing
from loopwright.report_proof import unanswered_lines
from playbooks.command import planning, playbook
from playbooks.look import Seen, look, planned
from playbooks.run import Run, write_file
from tasks.workspace import Workspace


@playbook("plan", deadline=None)
@planning
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Save the plan as JSON.")
def command(
    run: Run, *, with_foreign_lines: bool, with_foreign_addresses: bool, allow_removals: int | None, out: Path | None
) -> int:
    """Show the lines that would be sent to each device, and why. Writes nothing to any device."""
    workspace = run.workspace()
    with run.network(workspace) as network:
        seen = look(workspace, network)
    plan = planned(workspace, seen, Allowed(with_foreign_lines, with_foreign_addresses))
    refusal = removals_allowed(plan, allow_removals)
    code = exit_code(plan, seen, refusal)
    saved = document("plan", code, **plan_fields(plan, seen, refusal))
    if out is not None:
        write_file(out, saved)
    run.report(saved, *plan_pages(workspace, plan, seen, refusal))
    return code


def plan_fields(plan: Plan, seen: Seen, refusal: str | None) -> dict[str, Any]:
    """The fields of the document of a plan."""
    return {**plan_document(plan), "refused": refusal, "unanswered": unanswered_document(seen.errors)}


def plan_pages(workspace: Workspace, plan: Plan, seen: Seen, refusal: str | None) -> Iterator[RenderableType]:
    """A plan for people: the diff, who did not answer, the summary."""
    negations = {name: platform.configuration.negation for name, platform in workspace.of_devices.items()}
    yield from plan_lines(plan, negations)
    yield from unanswered_lines(seen.errors)
    yield plan_summary(plan, refusal)


def exit_code(plan: Plan, seen: Seen, refusal: str | None) -> int:
    """The exit code of planning: a plan that a rule forbids, a device that could not be planned, or a plan."""
    if refusal or refusing(plan):
        return Exit.DIFFERS
    return Exit.UNTOLD if seen.errors else Exit.DONE


if __name__ == "__main__":
    command()
