"""Put back what a run has changed and not kept."""

from pathlib import Path

import click

from loopwright.errors import UsageError
from playbooks.carried_through import carried_through
from playbooks.command import WRITE_DEADLINE, playbook, runs_option
from playbooks.run import Run
from playbooks.unfinished import reopened, revert
from playbooks.written_down import told


@playbook("revert", deadline=WRITE_DEADLINE)
@click.argument("name", metavar="RUN")
@runs_option
@click.option("--yes", is_flag=True, help="Do not ask before putting back.")
def command(run: Run, *, name: str, runs: Path, yes: bool) -> int:
    """Put back what a run has changed and not kept, and prove that everything is as it was before.

    What the run has kept and saved stays: `loopwright rollback` takes that back.
    """
    workspace = run.workspace()
    with run.network(workspace) as network, reopened(run, workspace, network, runs, name) as at:
        if not at.found.begun:
            raise UsageError(
                f"nothing of run {at.found.id} is open", hint="`loopwright rollback` takes back what it kept"
            )
        if not run.confirm(f"Put back {', '.join(at.found.begun)}?", yes=yes):
            raise UsageError("not confirmed; nothing was written")
        at.go_on("revert")
        with carried_through(run, at.folder, at.found.saved.plan.changing):
            result = revert(at)
        return told(run, network, at.folder, "revert", at.proposal, result, asked_for=True)


if __name__ == "__main__":
    command()
