"""Windows and freezes as they are written, on the command line and in the inventory."""

import re
from datetime import date, datetime, time, timedelta

from loopwright.local_time import WEEKDAYS, known_zone
from loopwright.window import DatedWindow, Freeze, Window

EXAMPLES = "Sun 02:00-04:00 Europe/Berlin, daily 22:00-06:00 UTC or 2026-11-29T01:00/2026-11-29T03:00 Europe/Berlin"
_CLOCK = r"\d{1,2}:\d{2}"
_DATE_TIME = r"\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}"
WEEKLY_PATTERN = rf"[A-Za-z][A-Za-z,\- ]* +{_CLOCK} *- *{_CLOCK} +[!-~]+"
DATED_PATTERN = rf"{_DATE_TIME} */ *{_DATE_TIME} +[!-~]+"
_WEEKLY = re.compile(
    rf"(?P<days>[A-Za-z][A-Za-z,\- ]*?) +(?P<start>{_CLOCK}) *- *(?P<end>{_CLOCK})(?: +(?P<zone>\S+))?"
)
_DATED = re.compile(rf"(?P<start>{_DATE_TIME}) */ *(?P<end>{_DATE_TIME})(?: +(?P<zone>\S+))?")
_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def parse_window(text: str) -> Window | DatedWindow:
    """Return the window that a text means; raises ValueError in words for one that means none."""
    found = _WEEKLY.fullmatch(text.strip())
    if found:
        return _weekly(found["days"], found["start"], found["end"], _zone(found["zone"]))
    found = _DATED.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"write days, times and a time zone, like {EXAMPLES}")
    start, end = wall_time(found["start"]), wall_time(found["end"])
    if end <= start:
        raise ValueError("it ends before it begins" if end < start else "it ends when it begins")
    return DatedWindow(start, end, _zone(found["zone"]))


def make_freeze(start: datetime, end: datetime, zone: str, reason: str = "") -> Freeze:
    """Return a freeze; raises ValueError for one that ends before it begins."""
    if end <= start:
        raise ValueError("it ends before it begins")
    return Freeze(start, end, zone, reason)


def wall_time(text: str, *, ends: bool = False) -> datetime:
    """Return the wall-clock time of `2026-12-20T18:00` or of a day; a day that `ends` something is part of it."""
    day, separator, clock = text.strip().replace(" ", "T").partition("T")
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise ValueError(f"{day!r} is no day of the calendar like 2026-12-20") from error
    if not separator:
        return datetime.combine(on + timedelta(days=1) if ends else on, time())
    return datetime.combine(on + timedelta(days=1) if _is_midnight_after(clock) else on, _clock(clock))


def _weekly(days: str, start: str, end: str, zone: str) -> Window:
    opens, closes = _clock(start), _clock(end)
    if opens == closes and not (opens == time() and _is_midnight_after(end)):
        raise ValueError("it begins and ends at the same time: write 00:00-24:00 for a whole day")
    if _is_midnight_after(start):
        raise ValueError("it begins at 24:00: write 00:00 of the next day")
    return Window(_days(days), opens, closes, zone)


def _zone(name: str | None) -> str:
    if name is None:
        raise ValueError("the time zone is missing: write it at the end, like Europe/Berlin or UTC")
    return known_zone(name)


def _is_midnight_after(clock: str) -> bool:
    return clock == "24:00"


def _clock(text: str) -> time:
    hours, colon, minutes = text.partition(":")
    written = colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2
    if _is_midnight_after(text):
        return time()
    if not written or int(hours) > 23 or int(minutes) > 59:
        raise ValueError(f"{text!r} is no time of day like 02:00")
    return time(int(hours), int(minutes))


def _days(text: str) -> frozenset[int]:
    if text.lower() == "daily":
        return frozenset(range(7))
    return frozenset(day for part in text.split(",") for day in _range(part.strip()))


def _range(text: str) -> tuple[int, ...]:
    first, dash, last = text.partition("-")
    start = _day(first.strip())
    length = (_day(last.strip()) - start) % 7 if dash else 0
    return tuple((start + ahead) % 7 for ahead in range(length + 1))


def _day(word: str) -> int:
    if len(word) >= 3:
        for number, full in enumerate(_FULL_DAYS):
            if full.startswith(word.lower()):
                return number
    raise ValueError(f"{word!r} is no day: write daily, or {', '.join(WEEKDAYS)}")
