"""Print the JSON Schema of an inventory file, for editors, or of a document, for programs that read it."""

from typing import cast

import click

from loopwright.errors import UsageError
from loopwright.exit_codes import Exit
from loopwright.report_schema import Document, document_schema
from loopwright.schema import File, json_schema
from playbooks.command import Playbook
from playbooks.run import write_json


@click.command("schema", cls=Playbook)
@click.argument("file", type=click.Choice(["hosts", "groups", "defaults"]), required=False)
@click.option("--document", type=click.Choice(["plan", "run"]), help="A saved plan, or the report of a run.")
@click.option("--json", is_flag=True, hidden=True, help="The schema is JSON anyway.")
def command(*, file: str | None, document: str | None, json: bool) -> int:
    """Print the JSON Schema of hosts.yaml (or groups.yaml, defaults.yaml), or of a document."""
    if file and document:
        raise UsageError(f"a schema is either of the file {file} or of the document {document}")
    wanted = document_schema(cast("Document", document)) if document else json_schema(cast("File", file or "hosts"))
    write_json(wanted)
    return Exit.DONE


if __name__ == "__main__":
    command()
