"""Print the JSON Schema of an inventory file, for editors."""

from typing import cast

import click

from loopwright.exit_codes import Exit
from loopwright.schema import File, json_schema
from playbooks.command import Playbook
from playbooks.run import write_json


@click.command("schema", cls=Playbook)
@click.argument("file", type=click.Choice(["hosts", "groups", "defaults"]), default="hosts")
@click.option("--json", is_flag=True, hidden=True, help="The schema is JSON anyway.")
def command(*, file: str, json: bool) -> int:
    """Print the JSON Schema of hosts.yaml, groups.yaml or defaults.yaml."""
    write_json(json_schema(cast("File", file)))
    return Exit.DONE


if __name__ == "__main__":
    command()
