"""Prove what a run has left on the devices, and keep it."""

from pathlib import Path

import click

from loopwright.errors import UsageError
from playbooks.carried_through import carried_through
from playbooks.command import WRITE_DEADLINE, playbook, runs_option
from playbooks.run import Run
from playbooks.unfinished import finish, refuse_changed_inventory, reopened
from playbooks.written_down import told
from tasks.settle import Found


@playbook("confirm", deadline=WRITE_DEADLINE)
@click.argument("name", metavar="RUN")
@runs_option
@click.option("--unproved", metavar="REASON", default="", help="Keep it without a proof; the reason is journalled.")
@click.option("--yes", is_flag=True, help="Do not ask before confirming.")
def command(run: Run, *, name: str, runs: Path, unproved: str, yes: bool) -> int:
    """Prove what a run has written and left, and keep what holds: confirm it and save it. Writes no other line."""
    workspace = run.workspace()
    with run.network(workspace) as network, reopened(run, workspace, network, runs, name) as at:
        if not at.found.open or not at.those(Found.AFTER):
            partly = at.those(Found.PART)
            words = (
                f"{', '.join(partly)} holds a part of the change only" if partly else "no device holds a change of it"
            )
            raise UsageError(f"run {at.found.id}: {words}", hint="resume or revert it" if partly else "")
        refuse_changed_inventory(at)
        if not run.confirm(f"Keep what run {at.found.id} has written?", yes=yes):
            raise UsageError("not confirmed; nothing was written")
        at.go_on("confirm")
        with carried_through(run, at.folder, at.found.saved.plan.changing) as stopped:
            result = finish(at, only_in_hand=True, unproved=unproved, stopped=stopped)
        return told(run, network, at.folder, "confirm", at.proposal, result)


if __name__ == "__main__":
    command()
