"""Finish a run that ended in the middle."""

from pathlib import Path

import click

from loopwright.errors import UsageError
from playbooks.carried_through import carried_through
from playbooks.command import WRITE_DEADLINE, playbook, runs_option
from playbooks.run import Run
from playbooks.unfinished import finish, refuse_changed_inventory, reopened
from playbooks.written_down import told


@playbook("resume", deadline=WRITE_DEADLINE)
@click.argument("name", metavar="RUN")
@runs_option
@click.option("--outside-window", metavar="REASON", default="", help="Write although no window is open; journalled.")
@click.option("--yes", is_flag=True, help="Do not ask before going on.")
def command(run: Run, *, name: str, runs: Path, outside_window: str, yes: bool) -> int:
    """Finish a run that ended in the middle: ask each device what happened, then go on with the same plan.

    A device that was changed in part is put back first and written anew; what is written is proved, then kept or put
    back; waves that were not begun are begun.
    """
    workspace = run.workspace()
    with run.network(workspace) as network, reopened(run, workspace, network, runs, name) as at:
        if not at.found.can_go_on:
            raise UsageError(
                f"run {at.found.id} has ended, and nothing of it is open", hint="`loopwright status` tells"
            )
        refuse_changed_inventory(at)
        if not run.confirm(f"Go on with run {at.found.id}?", yes=yes):
            raise UsageError("not confirmed; nothing was written")
        at.go_on("resume")
        with carried_through(run, at.folder, at.found.saved.plan.changing) as stopped:
            result = finish(at, outside=outside_window, stopped=stopped)
        return told(run, network, at.folder, "resume", at.proposal, result)


if __name__ == "__main__":
    command()
