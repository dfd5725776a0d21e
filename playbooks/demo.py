"""The main job on the mixed network, as a person would type it; ends the network whatever happens.

On real routing where that can be had, else on the topology model with Python alone; what it prints says which.
"""

import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

NETWORK = "demo"
MODEL = "--model"


@dataclass(frozen=True)
class Act:
    """One command, the exit code that it must have, and words that its output must hold."""

    command: str
    exit_code: int = 0
    words: str = ""


ACTS = (
    Act(f"lab inventory inventory --name {NETWORK}"),
    Act("validate --live"),
    Act("plan"),
    Act("audit", exit_code=4),
    Act("provision --yes", words="8 kept"),
    Act("verify"),
    Act("provision --yes", words="no configuration line was sent"),
    Act("audit"),
)
ENDING = Act(f"lab down --name {NETWORK}")


def beginning(*, on_model: bool) -> Act:
    """The command that starts the network."""
    model = f" {MODEL}" if on_model else ""
    return Act(f"lab up --mixed{model} --name {NETWORK}", words="8 devices are up")


def run(act: Act, folder: Path) -> bool:
    """Run one command and show it with all that it prints; tell whether it was as it should be."""
    click.secho(f"\n$ loopwright {act.command}", bold=True)
    program = [sys.executable, "-m", "playbooks.cli", *shlex.split(act.command)]
    done = subprocess.run(program, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # noqa: S603 - our own program
    click.echo(done.stdout, nl=False)
    if done.returncode == act.exit_code and act.words in done.stdout:
        return True
    click.secho(
        f"demo: expected exit code {act.exit_code} and {act.words!r}, got {done.returncode}", fg="red", err=True
    )
    return False


def demo(*, on_model: bool = False) -> int:
    """Run every act until one is not as it should be; return the exit code of the whole."""
    acts = (beginning(on_model=on_model), *ACTS)
    with tempfile.TemporaryDirectory(prefix="loopwright-demo-") as folder:
        try:
            good = all(run(act, Path(folder)) for act in acts)
        finally:
            ended = run(ENDING, Path(folder))
    return 0 if good and ended else 1


if __name__ == "__main__":
    sys.exit(demo(on_model=MODEL in sys.argv[1:]))
