"""When the devices of a run may be written to: windows, freezes, and waiting for the next opening."""

import time
from collections.abc import Iterable, Mapping
from datetime import datetime

from loopwright.change_settings import calendar_of
from loopwright.errors import Refused, UsageError
from loopwright.window import Calendar
from loopwright.window_words import parse_window
from playbooks.run import Run
from tasks.workspace import Workspace

SPELL = 30.0  # seconds: a clock that is set meanwhile is looked at again


def windows_of(workspace: Workspace, said: Iterable[str]) -> dict[str, Calendar]:
    """The calendar of every device; windows on the command line take the place of the inventory's, freezes stay.

    Raises UsageError for a window that cannot be read.
    """
    try:
        windows = tuple(parse_window(text) for text in said)
    except ValueError as error:
        raise UsageError(f"--window: {error}") from error
    found = {intent.device: calendar_of(workspace.inventory, intent.device) for intent in workspace.intents}
    if not windows:
        return found
    return {name: Calendar(windows, calendar.freezes) for name, calendar in found.items()}


def joined(calendars: Mapping[str, Calendar], devices: Iterable[str]) -> Calendar:
    """The calendar that is open when those of all devices are."""
    calendar = Calendar()
    for one in dict.fromkeys(calendars[name] for name in devices):
        calendar = calendar.both(one)
    return calendar


def refuse_closed(calendars: Mapping[str, Calendar], devices: Iterable[str], now: datetime, outside: str) -> None:
    """Raise Refused where no device may be written to now; `outside` is the reason to do it all the same."""
    names = list(devices)
    if outside or not names or any(calendars[name].is_open(now) for name in names):
        return
    raise Refused(
        f"no window is open, nothing was written: {calendars[names[0]].why_closed(now)}",
        hint="`--at next` waits for it; `--outside-window REASON` writes all the same",
    )


def wait_until(run: Run, begins: datetime) -> None:
    """Wait for a time."""
    run.err.print(f"waiting until {begins:%Y-%m-%d %H:%M:%S %Z}; nothing is written before")
    while (left := (begins - datetime.now(begins.tzinfo)).total_seconds()) > 0:
        time.sleep(min(left, SPELL))


def begins_at(at: str, now: datetime) -> datetime | None:
    """The time that a person has named, None where it is the next opening; raises UsageError."""
    if at == "next":
        return None
    try:
        begins = datetime.fromisoformat(at).astimezone()
    except ValueError as error:
        raise UsageError(f"--at: {at!r} is neither `next` nor a time like 2026-11-29T02:00") from error
    if begins < now:
        raise UsageError(f"--at: {at} is over; it is {now:%Y-%m-%d %H:%M:%S %Z}")
    return begins


def next_opening(calendars: Mapping[str, Calendar], devices: Iterable[str]) -> datetime:
    """When all of some devices may be written to; raises Refused where that is never."""
    calendar, now = joined(calendars, devices), datetime.now().astimezone()
    opens = calendar.opens(now)
    if opens is None:
        raise Refused(f"no window opens for all devices of the plan: {calendar.why_closed(now)}")
    return opens.astimezone()
