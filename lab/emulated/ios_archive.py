"""The archive of IOS: the timer that undoes a change, and what a file would add to the running configuration."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lab.emulated.clock import Timer
from lab.emulated.device import Device
from lab.emulated.store import ConfigStore, Position
from lab.emulated.system import Refusal

PENDING, TIMER = "rollback", "rollback timer"
LONGEST = 120
NONE_PENDING = "%No Rollback Confirmed Change pending"


@dataclass(frozen=True)
class Pending:
    """A change that is undone unless it is confirmed: what comes back, and who began it when."""

    before: Any
    minutes: int
    user: str
    since: str


def archive_path(device: Device) -> str:
    """Return where the archive is, "" where there is none."""
    running: ConfigStore = device.running
    archive = running.root.one("archive")
    if not archive or device.faults.bites("no-archive"):
        return ""
    return archive.value("path", "path")


def arm(device: Device, minutes: int, user: str) -> str:
    """Begin a change that is undone after some minutes; return what is said, which starts with % if it is refused."""
    path = archive_path(device)
    if not path:
        return "%Please turn config archive on"
    if not 1 <= minutes <= LONGEST:
        return "% Invalid input detected at '^' marker."
    if PENDING in device.state:
        return "%Rollback Confirmed Change already pending"
    since = device.clock.date().strftime("%H:%M:%S UTC %a %b %d %Y")
    device.state[PENDING] = Pending(device.running.copy(), minutes, user, since)
    _set(device, minutes)
    return f"Rollback Confirmed Change: Backing up current running config to {path}-{since[:8].replace(':', '')}-0"


def _set(device: Device, minutes: int) -> None:
    device.state[TIMER] = device.clock.call_later(minutes * 60, lambda: _expire(device))


def _expire(device: Device) -> None:
    with device.lock:
        _revert(device)


def _revert(device: Device) -> None:
    pending: Pending | None = device.state.pop(PENDING, None)
    timer: Timer | None = device.state.pop(TIMER, None)
    if timer:
        timer.cancel()
    if pending:
        device.replace(pending.before)


def extend(device: Device, minutes: int) -> str:
    """Give a pending change another time."""
    if PENDING not in device.state:
        return NONE_PENDING
    device.state[TIMER].cancel()
    _set(device, minutes)
    return ""


def confirm(device: Device) -> str:
    """Keep a pending change."""
    if not device.state.pop(PENDING, None):
        return NONE_PENDING
    device.state.pop(TIMER).cancel()
    return ""


def revert(device: Device) -> str:
    """Undo a pending change at once."""
    if PENDING not in device.state:
        return NONE_PENDING
    _revert(device)
    return "Rollback Confirmed Change: rolling back\n\nTotal number of passes: 1\nRollback Done"


def waiting(device: Device) -> str:
    """Return what is known of a pending change."""
    pending: Pending | None = device.state.get(PENDING)
    if not pending:
        return NONE_PENDING
    return (
        f"Time configured(or reconfigured): {pending.since}\nTimer type: absolute timer\n"
        f"Timer value: {pending.minutes} min\nUser: {pending.user}"
    )


def archived(device: Device) -> str:
    """Return what is known of the archive."""
    path = archive_path(device)
    if not path:
        return "Archive feature not enabled"
    return (
        "The maximum archive configurations allowed is 10.\nThere are currently 0 archive configurations saved.\n"
        f"The next archive file will be named {path}-<timestamp>-0\n Archive #  Name"
    )


def incremental(running: ConfigStore, lines: Iterable[str]) -> str:
    """Return the lines of a file that would change a configuration, each under the lines that it stands under."""
    found = list(_news(running.copy(), lines))
    return "\n".join(["!List of Commands:", *found, "end", *([] if found else ["!No changes were found"])])


def _news(scratch: ConfigStore, lines: Iterable[str]) -> Iterator[str]:
    position: Position = ()
    pending: dict[int, str] = {}
    for line in lines:
        text = line.strip()
        if not text or text.startswith("!"):
            continue
        if text == "end":
            return
        before = "\n".join(scratch.lines())
        try:
            position = scratch.enter(position, line)
        except Refusal:
            changed, depth = True, len(position)
        else:
            changed = "\n".join(scratch.lines()) != before
            context = scratch.at(position)
            opened = bool(context and position and context.line.casefold() == text.casefold())
            depth = len(position) - opened
            if opened:
                pending = {level: kept for level, kept in pending.items() if level < depth} | {depth: text}
        if changed:
            yield from (" " * level + kept for level, kept in sorted(pending.items()) if kept != text)
            pending.clear()
            yield " " * depth + text
