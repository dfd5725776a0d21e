"""Lay out a folder for a network: an example inventory to edit, a place for platform folders, what git leaves alone."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from loopwright.errors import UsageError
from loopwright.exit_codes import Exit
from loopwright.report import document
from playbooks.command import EXIT_CODES, Playbook
from playbooks.run import write_json

IGNORED = ".gitignore"
RENAMED = {"gitignore": IGNORED}
"""A packager reads a file that is really called so, and leaves out what it names."""


@click.command("init", cls=Playbook, epilog=EXIT_CODES)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; everything else goes to stderr.")
def command(*, folder: Path, as_json: bool) -> int:
    """Lay out DIR with an example inventory; never overwrites a file."""
    contents = dict(example())
    if (folder / IGNORED).exists():
        del contents[IGNORED]  # a repository has its own; the user guide says what to add
    standing = [name for name in contents if (folder / name).exists()]
    if standing:
        raise UsageError(
            f"{folder} holds {', '.join(standing)} already; nothing was written", hint="name another folder"
        )
    try:
        for name, text in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be written: {error.strerror}") from error
    if as_json:
        write_json(document("init", Exit.DONE, folder=str(folder), files=list(contents)))
    else:
        click.echo("\n".join(str(folder / name) for name in contents))
        click.echo(f"edit {folder / 'inventory' / 'hosts.yaml'}, then: cd {folder} && loopwright validate")
    return Exit.DONE


def example() -> Iterator[tuple[str, str]]:
    """Yield the files of the example network by their names in the folder."""
    for path, entry in _walk(files("playbooks").joinpath("example"), ()):
        yield "/".join(path), entry.read_text(encoding="utf-8")


def _walk(folder: Traversable, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = (*above, RENAMED.get(entry.name, entry.name))
        if entry.is_dir():
            yield from _walk(entry, path)
        else:
            yield path, entry


if __name__ == "__main__":
    command()
