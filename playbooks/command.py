"""What every command has in common: its options, its exit code, and how it speaks of errors."""

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from loopwright.errors import InventoryError, LoopwrightError
from loopwright.exit_codes import EXIT_WORDS, Exit
from loopwright.report import error_document
from playbooks.asked import Asked
from playbooks.run import Run, silence_stdout, write_json
from tasks.network import DEFAULT_WORKERS

EXIT_CODES = "\b\nExit codes:\n" + "".join(f"  {code:d}  {words}\n" for code, words in EXIT_WORDS.items())
READ_DEADLINE = 60.0
WRITE_DEADLINE = 120.0

PLANS = "plans"
"""Marks a command that plans: it takes its options of planning as one value."""

Work = Callable[..., int]
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class _VantagePoints(click.ParamType[int | None]):
    """A number of vantage points for each address, or `all` of them."""

    name = "K|all"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        if value == "all" or value is None:
            return None
        text = str(value)
        if not text.isdigit() or int(text) < 1:
            self.fail(f"{text!r} is neither a number from 1 on nor `all`", param, ctx)
        return int(text)


COMMON = (
    click.option(
        "--inventory",
        type=click.Path(path_type=Path),
        default=Path("inventory"),
        show_default=True,
        help="The folder of hosts.yaml, groups.yaml and defaults.yaml.",
    ),
    click.option(
        "--limit",
        multiple=True,
        metavar="FILTER",
        help="Names, groups (* and ?) or key=value, joined by commas: any matches. Given again: each must match.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1, 1000),
        default=DEFAULT_WORKERS,
        show_default=True,
        help="How many devices are talked to at once.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON document; everything else goes to stderr."),
)


HOST_KEYS = click.option(
    "--accept-new-host-keys", is_flag=True, help="Learn the keys of devices that known_hosts does not know."
)


runs_option = click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="The folder of the runs.",
)


def _proving(deadline: float) -> tuple[Callable[[Any], Any], ...]:
    """The options of the commands that climb the ladder."""
    return (
        click.option(
            "--deadline",
            type=click.FloatRange(min=0),
            default=deadline,
            show_default=True,
            metavar="SECONDS",
            help="How long verdicts may take to hold.",
        ),
        click.option(
            "--vantage-points",
            type=_VantagePoints(),
            default=3,
            show_default=True,
            help="How many devices ping each address.",
        ),
    )


def planning(command: Decorated) -> Decorated:
    """Add what may be planned beyond the rules, and how the change is to be made."""
    for option in reversed(
        (
            click.option("--with-foreign-lines", is_flag=True, help="Remove loopbacks that carry lines of others too."),
            click.option(
                "--with-foreign-addresses",
                is_flag=True,
                help="Advertise an interface whole although it holds addresses of others.",
            ),
            click.option(
                "--allow-removals",
                type=click.IntRange(0),
                metavar="N",
                help="Let exactly N loopbacks go, where that is more than one a device or 1 % of the devices.",
            ),
            click.option("--allow-referenced", is_flag=True, help="Remove or renumber what other lines refer to, too."),
            click.option(
                "--accept-lockout",
                is_flag=True,
                help="Change what may cut a device off, also where it has no timer of its own.",
            ),
            click.option(
                "--waves",
                metavar="SIZES|by=KEY",
                help="Sizes like 1,10%,100%, or by=site. Default: the inventory's, else one, a tenth, the rest.",
            ),
            click.option("--max-failures", metavar="N|P%", help="How many devices may fail before the run stops."),
            click.option(
                "--timer",
                type=click.IntRange(1),
                metavar="SECONDS",
                help="How long devices with a timer wait for the confirmation. Default: reckoned.",
            ),
            click.option("--ticket", default="", metavar="ID", help="The ticket that the plan belongs to."),
        )
    ):
        command = option(command)
    setattr(command, PLANS, True)
    return command


def playbook(name: str, *, talks: bool = True, deadline: float | None = READ_DEADLINE) -> Callable[[Work], "Playbook"]:
    """Make a command of a function that takes a Run and options, and returns the exit code.

    `talks` is whether it asks devices, `deadline` the default for its proof, None where it proves nothing.
    """

    def made(work: Work) -> Playbook:
        @functools.wraps(work)
        def callback(**options: Any) -> int:
            run = Run.of(options)
            planned = {"asked": Asked.of(options)} if hasattr(work, PLANS) else {}
            return work(run, **planned, **options)

        decorated: Any = callback
        asking = (HOST_KEYS,) if talks else ()
        proving = _proving(deadline) if talks and deadline is not None else ()
        for option in reversed((*COMMON, *asking, *proving)):
            decorated = option(decorated)
        return click.command(name, cls=Playbook, epilog=EXIT_CODES)(decorated)

    return made


class _Plainly(click.Command):
    """A command whose errors are words on stderr, or one JSON document, and an exit code; never a traceback."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run the command and leave with its exit code."""
        given = list(sys.argv[1:] if args is None else args)
        as_json = "--json" in given
        click_main: Callable[..., Any] = super().main
        try:
            done = click_main(given, *rest, **{**extra, "standalone_mode": False})
        except LoopwrightError as error:
            code = _told(error, as_json=as_json)
        except click.ClickException as error:
            code = _told_usage(error, as_json=as_json)
        except click.Abort:
            code = told_interrupted("nothing was written to any device", as_json=as_json)
        except BrokenPipeError:
            silence_stdout()
            code = Exit.OUR_FAULT
        else:
            code = done if isinstance(done, int) else Exit.DONE
        sys.exit(code)


class Playbook(_Plainly):
    """One command."""


class Playbooks(_Plainly, click.Group):
    """A group of commands, each imported when it is asked for."""


def _told(error: LoopwrightError, *, as_json: bool) -> int:
    """Say what went wrong and return the exit code."""
    if as_json:
        write_json(error_document(error))
    if isinstance(error, InventoryError):
        for fault in error.faults:
            click.echo(f"error: {fault}", err=True)
        count = len(error.faults)
        click.echo(f"{count} {'error' if count == 1 else 'errors'} in the inventory; no device was asked", err=True)
    else:
        click.echo(f"error: {error}", err=True)
    return error.exit_code


def _told_usage(error: click.ClickException, *, as_json: bool) -> int:
    if as_json:
        write_json(
            {"schema": 1, "error": {"message": error.format_message(), "hint": "", "exit_code": error.exit_code}}
        )
    error.show()
    return error.exit_code


def told_interrupted(words: str, *, as_json: bool) -> int:
    """Say what an interrupted command has done, and return the exit code."""
    if as_json:
        write_json(
            {"schema": 1, "error": {"message": f"interrupted: {words}", "hint": "", "exit_code": Exit.INTERRUPTED}}
        )
    click.echo(f"interrupted: {words}", err=True)
    return Exit.INTERRUPTED
