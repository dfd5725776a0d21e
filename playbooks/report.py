"""Report a saved plan or a run, out of what it has left on this machine: no device is asked."""

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import click
from rich.console import Console

from loopwright.exit_codes import Exit
from loopwright.platform import load_platforms
from loopwright.report import UNICODE
from loopwright.report_html import html
from loopwright.report_junit import junit
from loopwright.report_markdown import markdown
from loopwright.report_saved import Saved, read
from loopwright.report_text import text_pages
from loopwright.run_folder import write_whole
from playbooks.command import EXIT_CODES, Playbook, runs_option
from playbooks.run import PLAIN_WIDTH, Run


def _text(document: Saved) -> str:
    """The pages of a terminal as plain text."""
    out = Console(file=io.StringIO(), width=PLAIN_WIDTH, markup=False, emoji=False, highlight=False)
    for page in text_pages(document, UNICODE):
        out.print(page)
    written = out.file
    return written.getvalue() if isinstance(written, io.StringIO) else ""


def _json(document: Saved) -> str:
    return json.dumps(document.document, indent=2) + "\n"


FORMATS: Mapping[str, Callable[[Saved], str]] = {
    "text": _text,
    "markdown": markdown,
    "html": html,
    "junit": junit,
    "json": _json,
}


@click.command("report", cls=Playbook, epilog=EXIT_CODES)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it to a file.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@runs_option
def command(*, path: Path, format_: str, out: Path | None, as_json: bool, runs: Path) -> int:
    """Report PATH: a saved plan, a run's folder, or the name of a run. No device is asked."""
    negations = {name: platform.configuration.negation for name, platform in load_platforms().items()}
    document = read(path, runs, negations)
    form = "json" if as_json else format_
    if out is not None:
        write_whole(out, FORMATS[form](document))
    elif form == "text":
        run = Run(inventory=Path())
        run.report({}, *text_pages(document, run.marks))
    else:
        click.echo(FORMATS[form](document), nl=False)
    return Exit.DONE


if __name__ == "__main__":
    command()
