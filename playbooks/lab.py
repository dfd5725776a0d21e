"""The practice network: start it, look at it, ask its routers, take it down."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import click
from rich.console import Console
from rich.table import Table

import lab as practice
from lab import inventory as lab_inventory
from lab.configuration import Timers
from lab.errors import LabError, LabUnavailable, NotConverged, NotRunning
from lab.neighbours import Neighbours
from lab.network import Network
from playbooks import lab_mixed

EXIT_FAULT, EXIT_NOT_UP = 1, 3
NOT_UP = (LabUnavailable, NotConverged, NotRunning)
Command = TypeVar("Command", bound=Callable[..., Any])

name_option = click.option("--name", default="lab", show_default=True, help="Which practice network.")


def _plainly(command: Command) -> Command:
    """Turn faults of the practice network into words and an exit code."""

    @functools.wraps(command)
    def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except LabError as error:
            click.echo(f"lab: {error}", err=True)
            sys.exit(EXIT_NOT_UP if isinstance(error, NOT_UP) else EXIT_FAULT)

    return cast("Command", told)


@click.group(name="lab")
def lab() -> None:
    """Routers on this machine, to practise on."""


@lab.command()
@click.option("--routers", type=click.IntRange(1, 1000), default=8, show_default=True, help="How many routers.")
@click.option("--timers", type=click.Choice(["fast", "default"]), default="fast", show_default=True)
@click.option("--mixed", is_flag=True, help="Eight devices of several systems, on real routing where it can be had.")
@click.option("--model", is_flag=True, help="With --mixed: on the topology model, which needs Python alone.")
@name_option
@_plainly
def up(routers: int, timers: Timers, name: str, *, mixed: bool, model: bool) -> None:
    """Start the network and wait until all its neighbours are up."""
    if mixed:
        for line in lab_mixed.told(lab_mixed.start(name, click.echo, on_model=model)):
            click.echo(line)
        return
    if model:
        raise click.UsageError("--model is for --mixed: the routers of the other network are real")
    if lab_mixed.running(name):
        raise LabError(f"the mixed network {name} is up: take it down first, or use another name")
    network = practice.up(practice.sized(routers), name, timers, progress=click.echo)
    click.echo(f"{len(network.routers)} routers are up; `lab inventory` writes how to reach them")


@lab.command()
@name_option
@_plainly
def down(name: str) -> None:
    """End everything that `up` started."""
    if lab_mixed.end(name):
        click.echo(f"the mixed network {name} is down")
        return
    was_up = practice.down(name)
    click.echo(f"the practice network {name} is {'down' if was_up else 'not up'}")


@lab.command()
@name_option
@_plainly
def status(name: str) -> None:
    """Show each router: its SSH port, its daemons, its neighbours."""
    mixed = lab_mixed.running(name)
    if mixed is not None:
        shown, complete = lab_mixed.shown(mixed)
        click.echo(f"the mixed network {mixed.title}")
        Console().print(shown)
        sys.exit(0 if complete else EXIT_NOT_UP)
    network = practice.attach(name)
    complete = network.listens()
    if not complete:
        click.echo("lab: nothing listens for SSH; `lab up` starts the network anew", err=True)
    table = Table("router", "group", "ssh", "daemons", "neighbours", "missing")
    for router, found in network.all_neighbours().items():
        dead = network.dead_daemons(router)
        complete = complete and not dead and not found.missing
        table.add_row(*_row(network, router, dead, found))
    Console().print(table)
    sys.exit(0 if complete else EXIT_NOT_UP)


def _row(network: Network, router: str, dead: tuple[str, ...], found: Neighbours) -> tuple[str, ...]:
    """Return the cells of one router."""
    return (
        router,
        network.topology.router(router).group,
        str(network.port(router)),
        f"{', '.join(dead)} dead" if dead else "run",
        f"{len(found.up & found.expected)} of {len(found.expected)}",
        ", ".join(found.missing),
    )


@lab.command("exec", context_settings={"ignore_unknown_options": True})
@click.argument("router")
@click.option("--shell", is_flag=True, help="Run a program inside the router instead of asking its command line.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@name_option
@_plainly
def execute(router: str, command: tuple[str, ...], name: str, *, shell: bool) -> None:
    """Ask one router: `exec p1 show ip route`, `exec p1 --shell -- ip address`."""
    mixed = lab_mixed.running(name)
    if mixed is not None and not shell:
        click.echo(lab_mixed.ask(mixed, router, " ".join(command)), nl=False)
        return
    network = practice.attach(name)
    done = network.run(router, list(command)) if shell else network.ask(router, " ".join(command))
    click.echo(done.stdout, nl=False)
    click.echo(done.stderr, nl=False, err=True)
    sys.exit(EXIT_FAULT if done.returncode else 0)


@lab.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), default=Path("inventory"))
@name_option
@_plainly
def inventory(directory: Path, name: str) -> None:
    """Write the Nornir inventory of what runs into a directory."""
    mixed = lab_mixed.running(name)
    for path in mixed.inventory(directory) if mixed else lab_inventory.write(practice.attach(name), directory):
        click.echo(path)


command = lab

if __name__ == "__main__":
    command()
