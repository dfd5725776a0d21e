"""The commands of an emulated IOS-XR, of exec and of configuration mode."""

import re
from collections.abc import Iterable

from lab.emulated.cli import command
from lab.emulated.iosxr_session import NONE_SUCH, Handler, XrSession
from lab.emulated.iosxr_show import VERSION
from lab.emulated.store import UnknownLine

COMMIT = command(
    r"commit(?: label (?P<label>\S+))?(?: confirmed(?P<minutes> minutes)? (?P<number>\d+))?"
    r"(?: comment (?P<comment>.+))?"
)


def _commit(cli: XrSession, found: re.Match[str]) -> str:
    number = int(found["number"] or 0)
    low, high = (1, 1024) if found["minutes"] else (30, 65535)
    if found["number"] and not low <= number <= high:
        return cli.refused(UnknownLine(cli.unknown, found.string, found.start("number")))
    return cli.commit(found["label"] or "", found["comment"] or "", number * (60 if found["minutes"] else 1))


def _changes(cli: XrSession, lines: Iterable[str]) -> str:
    return "\n".join(["Building configuration...", f"!! IOS XR Configuration {VERSION}", *lines, "end\n"])


def _rollback(cli: XrSession, found: re.Match[str]) -> str:
    count = int(found["count"])
    if cli.commits.trial or cli.commits.holder(None):
        return "% Cannot rollback: the configuration namespace is locked by another agent."
    if not cli.commits.rollback(count, cli.login.username):
        return f"% Invalid input: there are not {count} commits to roll back."
    return (
        "Loading Rollback Changes.\nLoaded Rollback Changes in 1 sec \nCommitting.\n"
        "1 items committed in 1 sec (1)items/sec\nUpdating.\nUpdated Commit database in 1 sec \n"
        f"Configuration successfully rolled back {count} commits."
    )


def _commit_changes(cli: XrSession, found: re.Match[str]) -> str:
    made, count = cli.commits.made, int(found["count"])
    return _changes(cli, made[-1].after.changes(made[-count].before)) if 0 < count <= len(made) else NONE_SUCH


def _no_timestamps(cli: XrSession, found: re.Match[str]) -> str:
    cli.timestamps = found["no"] is None
    return ""


def _close(cli: XrSession, _found: re.Match[str]) -> str:
    cli.closed = True
    return ""


_ANYWHERE: tuple[tuple[re.Pattern[str], Handler], ...] = (
    (command(r"show (?:running-config|configuration running-config)(?: (?P<what>.+))?"),
     lambda cli, found: cli.text(cli.device.running, found["what"] or "")),
    (command(r"show configuration commit list(?: \d+)?"), lambda cli, _: cli.commits.commit_list()),
    (command(r"show configuration commit changes last (?P<count>\d+)"), _commit_changes),
    (command(r"show configuration failed(?: inheritance)?"), lambda cli, _: cli.failed or NONE_SUCH),
)  # fmt: skip
CONFIGURING: tuple[tuple[re.Pattern[str], Handler], ...] = (
    (COMMIT, _commit),
    (command("abort"), lambda cli, _: cli.abort()),
    (command("clear"), lambda cli, _: cli.clear()),
    (command("show configuration"), lambda cli, _: _changes(cli, cli.changed)),
    (command("show configuration merge"), lambda cli, _: cli.text(cli.store)),
    *_ANYWHERE,
)
EXECUTING: tuple[tuple[re.Pattern[str], Handler], ...] = (
    (command("configure(?: terminal)?"), lambda cli, _: cli.start(exclusive=False)),
    (command("configure exclusive"), lambda cli, _: cli.start(exclusive=True)),
    (command("show configuration sessions"), lambda cli, _: cli.commits.session_list()),
    (command("show configuration sessions detail"), lambda cli, _: cli.commits.session_detail()),
    (command(r"rollback configuration last (?P<count>\d+)"), _rollback),
    (command(r"terminal exec prompt (?P<no>no-)?timestamp"), _no_timestamps),
    (command(r"terminal (?:length|width|monitor|no monitor) ?\d*"), lambda _cli, _found: ""),
    (command("(?:exit|quit|logout)"), _close),
    *_ANYWHERE,
)


class XrCli(XrSession):
    """The command line of one session."""

    commands = EXECUTING
    configuring_commands = CONFIGURING
