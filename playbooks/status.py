"""What became of the runs on this station: which ended, which are open, and how far each device has come."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import RenderableType
from rich.text import Text

from loopwright.errors import UsageError
from loopwright.exit_codes import Exit
from loopwright.masking import shown
from loopwright.replay import Phase, Replayed
from loopwright.report import counted, document, plain_table
from loopwright.run_folder import runs_of
from playbooks.command import playbook, runs_option
from playbooks.earlier import Earlier, earlier
from playbooks.run import Run


@playbook("status", talks=False)
@click.argument("name", metavar="[RUN]", required=False)
@runs_option
def command(run: Run, *, name: str | None, runs: Path) -> int:
    """Tell what the journals know: all runs, or one with each of its devices. Asks no device; `resume` does.

    Exits with 6 where a run is open: some device is neither as it was nor as it is to stay.
    """
    if name is not None:
        found = earlier(runs, name)
        run.report(document("status", _code((found,)), runs=[_document(found)]), *_pages(found))
        return _code((found,))
    every, unreadable = _every(runs)
    code = _code(every)
    told = [{"run": path, "error": why} for path, why in unreadable]
    run.report(document("status", code, runs=[*(_document(each) for each in every), *told]), *_table(every, unreadable))
    return code


def _every(runs: Path) -> tuple[tuple[Earlier, ...], list[tuple[str, str]]]:
    found, unreadable = [], []
    for path in runs_of(runs):
        try:
            found.append(earlier(runs, path.name))
        except UsageError as error:
            unreadable.append((path.name, error.message))
    return tuple(found), unreadable


def _code(found: tuple[Earlier, ...]) -> int:
    return Exit.NEEDS_HANDS if any(each.open for each in found) else Exit.DONE


def _document(found: Earlier) -> dict[str, Any]:
    return {
        "run": found.id,
        "command": found.said["command"],
        "author": found.said.get("author", ""),
        "ticket": found.said.get("ticket", ""),
        "started": found.journal[0]["time"],
        "last": found.journal[-1]["time"],
        "exit_code": found.ended,
        "open": list(found.open),
        "devices": [_device_document(each) for each in found.replayed.values()],
    }


def _device_document(each: Replayed) -> dict[str, Any]:
    return {
        "device": each.device,
        "wave": each.wave,
        "phase": each.phase,
        "step": each.action,
        "accepted": [shown(line) for line in each.accepted],
        "armed": each.armed.isoformat() if each.armed and each.is_open else None,
        "timer": each.seconds if each.is_open else 0,
        "why": each.why,
    }


def _table(every: tuple[Earlier, ...], unreadable: list[tuple[str, str]]) -> Iterator[RenderableType]:
    if not every and not unreadable:
        yield Text("no run has been made here")
        return
    table = plain_table("run", "what", "ticket", "devices", "how it stands")
    for found in every:
        table.add_row(found.id, _what(found), str(found.said.get("ticket", "")), _count(found), _ending(found))
    for name, why in unreadable:
        table.add_row(name, "?", "", "", Text(why, "bold red"))
    yield table


def _what(found: Earlier) -> str:
    of = found.said.get("of")
    return f"{found.said['command']} of {of}" if of else str(found.said["command"])


def _count(found: Earlier) -> str:
    return counted(len(found.replayed), "device")


def _ending(found: Earlier) -> Text:
    if found.open:
        names = ", ".join(found.open[:3]) + (f" and {len(found.open) - 3} more" if len(found.open) > 3 else "")
        return Text(f"OPEN: {names}; resume, confirm or revert it", "bold red")
    if found.in_phase(Phase.SUPERSEDED):
        return Text("left to a later run")
    if found.ended is None:
        return Text("cut short, nothing is left half way; resume goes on with it", "yellow")
    return Text(f"ended, exit code {found.ended}")


def _pages(found: Earlier) -> Iterator[RenderableType]:
    yield Text.assemble((found.id, "bold"), f"  {_what(found)} by {found.said.get('author', '')}")
    table = plain_table("device", "wave", "how it stands", "last step", "accepted lines", "its own timer", "why")
    for each in found.replayed.values():
        style = "bold red" if each.is_open else "green" if each.phase is Phase.KEPT else ""
        table.add_row(
            each.device, str(each.wave or "-"), Text(each.phase, style), each.action, str(len(each.accepted) or ""),
            _timer(each), Text("; ".join(each.why.split("\n  "))),
        )  # fmt: skip
    yield table
    for each in found.replayed.values():
        if each.is_open and each.accepted:
            yield Text(f"{each.device}: the last line known to be accepted is `{shown(each.accepted[-1]).strip()}`")
    yield Text("")
    yield _ending(found)


def _timer(each: Replayed) -> str:
    if each.armed is None or not each.is_open or each.phase is Phase.CONFIRMED:
        return ""
    return f"{each.seconds} s from {each.armed:%H:%M:%S}"


if __name__ == "__main__":
    command()
