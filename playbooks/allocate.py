"""Choose an address for each loopback that waits for one of a pool, and write it into hosts.yaml."""

import click
from rich.text import Text

from loopwright.allocate import Allocation, Assignment, allocate
from loopwright.exit_codes import Exit
from loopwright.hosts_file import write
from loopwright.report import counted, document
from playbooks.command import playbook
from playbooks.run import Run
from tasks.workspace import open_workspace


@playbook("allocate", talks=False)
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.option("--dry-run", is_flag=True, help="Show what would be written and write nothing.")
def command(run: Run, *, yes: bool, dry_run: bool) -> int:
    """Choose addresses for `{pool: NAME}` and write them into hosts.yaml. Asks no device."""
    workspace = open_workspace(run.inventory, run.limit)
    chosen = {intent.device for intent in workspace.chosen}
    every = allocate(workspace.inventory)
    # All are chosen and some are written, so that a limit does not change who gets which address.
    allocation = Allocation(tuple(a for a in every.assignments if a.device in chosen), every.files)
    run.show(
        *(
            Text(f"{a.device} loopback {a.number}: {a.family} {a.address} of pool {a.pool}")
            for a in allocation.assignments
        )
    )
    many = counted(len(allocation.assignments), "address", "addresses")
    if not allocation.assignments:
        return _ended(run, allocation, None, "nothing to allocate: no loopback waits for an address of a pool")
    if dry_run:
        return _ended(run, allocation, None, f"{many} would be written; nothing was")
    if not run.confirm(f"Write {many} into hosts.yaml?", yes=yes):
        return _ended(run, allocation, None, "nothing was written", code=Exit.DIFFERS)
    path = str(write(allocation))
    return _ended(run, allocation, path, f"{many} written into {path}")


def _ended(run: Run, allocation: Allocation, path: str | None, words: str, code: int = Exit.DONE) -> int:
    assignments = [_document(assignment) for assignment in allocation.assignments]
    run.report(document("allocate", code, assignments=assignments, written=path), Text(words))
    return code


def _document(a: Assignment) -> dict[str, object]:
    return {"device": a.device, "number": a.number, "family": a.family, "pool": a.pool, "address": a.address}


if __name__ == "__main__":
    command()
