"""Report a saved plan or a run, out of what it has left on this machine: no device is asked."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from loopwright.exit_codes import Exit
from loopwright.platform import load_platforms
from loopwright.report_html import html
from loopwright.report_saved import Saved, read
from playbooks.command import Playbook

FORMATS: Mapping[str, Callable[[Saved], str]] = {"html": html}


@click.command("report", cls=Playbook)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="html", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it to a file.")
@click.option("--runs", type=click.Path(path_type=Path, file_okay=False), default=Path("runs"), show_default=True)
def command(*, path: Path, format_: str, out: Path | None, runs: Path) -> int:
    """Report PATH: a saved plan, a run's folder, or the name of a run. No device is asked."""
    negations = {name: platform.configuration.negation for name, platform in load_platforms().items()}
    text = FORMATS[format_](read(path, runs, negations))
    click.echo(text) if out is None else out.write_text(text, encoding="utf-8")
    return Exit.DONE
