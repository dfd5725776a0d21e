"""When changes may be made: windows, freezes, and the calendar of them. The clock is always an argument.

A window is never wider than it is written: in nights when clocks are changed it begins at the later and ends at the
earlier of the moments that its times may mean. A freeze is never narrower.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import chain
from typing import Protocol
from zoneinfo import ZoneInfo

from loopwright.local_time import WEEKDAYS, first_moment, last_moment, local_words

_DAY = timedelta(days=1)
AHEAD = timedelta(days=366)
"""How far a calendar looks ahead."""

Span = tuple[datetime, datetime]
"""A first moment and the first moment after, in UTC."""


class Spans(Protocol):
    """Something that is in force at times."""

    @property
    def zone(self) -> str:
        """The time zone that its times are of."""
        ...

    def spans(self, first: date, last: date) -> Iterator[Span]:
        """When it is in force, one after the other: at least what begins on these days of its zone."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """Hours that come back every week: `days` count from 0 for Monday; an end not after the start is the next day's."""

    days: frozenset[int]
    start: time
    end: time
    zone: str

    def spans(self, first: date, last: date) -> Iterator[Span]:
        """When it is open."""
        for ahead in range((last - first).days + 1):
            day = first + ahead * _DAY
            if day.weekday() in self.days:
                over = _DAY if self.end <= self.start else timedelta()
                yield from _narrow(datetime.combine(day, self.start), datetime.combine(day + over, self.end), self.zone)

    def __str__(self) -> str:
        days = "daily" if len(self.days) == 7 else ",".join(WEEKDAYS[day] for day in sorted(self.days))
        end = "24:00" if self.end == time() else f"{self.end:%H:%M}"
        return f"{days} {self.start:%H:%M}-{end} {self.zone}"


@dataclass(frozen=True, slots=True)
class DatedWindow:
    """A window that comes once; `start` and `end` are times of a wall clock in its zone."""

    start: datetime
    end: datetime
    zone: str

    def spans(self, first: date, last: date) -> Iterator[Span]:
        """When it is open."""
        yield from _narrow(self.start, self.end, self.zone)

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%dT%H:%M}/{self.end:%Y-%m-%dT%H:%M} {self.zone}"


@dataclass(frozen=True, slots=True)
class Freeze:
    """A time without changes; `start` and `end` are times of a wall clock in its zone."""

    start: datetime
    end: datetime
    zone: str
    reason: str = ""

    def spans(self, first: date, last: date) -> Iterator[Span]:
        """When it holds."""
        yield first_moment(self.start, self.zone), last_moment(self.end, self.zone)

    def __str__(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.start:%Y-%m-%dT%H:%M}/{self.end:%Y-%m-%dT%H:%M} {self.zone}{why}"


def _narrow(start: datetime, end: datetime, zone: str) -> Iterator[Span]:
    """The span of a window, never wider than written; none where the clock skips all of it."""
    closes = first_moment(end, zone)
    opens = last_moment(start, zone)
    if opens >= closes:
        # Both times exist twice in that night: the window is the first of the two.
        opens = first_moment(start, zone)
    if opens < closes:
        yield opens, closes


@dataclass(frozen=True, slots=True)
class Closing:
    """When what is open now closes; `at` is in UTC, None where no end is in sight for a year."""

    at: datetime | None

    def fits(self, now: datetime, seconds: float) -> bool:
        """Whether something that takes so many seconds is over before."""
        return self.at is None or _utc(now) + timedelta(seconds=seconds) <= self.at

    def seconds_left(self, now: datetime) -> float:
        """How many seconds are left, infinity where there is no end."""
        return float("inf") if self.at is None else (self.at - _utc(now)).total_seconds()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Open in any of its windows, always where it has none, and never in a freeze; nor when one of `beside` is closed.

    Every question takes a moment with its time zone, raises ValueError for one without, and looks a year ahead.
    """

    windows: tuple[Window | DatedWindow, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    beside: tuple["Calendar", ...] = ()

    def both(self, other: "Calendar") -> "Calendar":
        """Return the calendar that is open when both are."""
        said = tuple(dict.fromkeys(part for part in (*self.parts, *other.parts) if part.windows or part.freezes))
        return replace(said[0], beside=said[1:]) if said else Calendar()

    def is_open(self, now: datetime) -> bool:
        """Whether changes may be made."""
        moment = _utc(now)
        return all(_allows(part, moment) for part in self.parts)

    def closes(self, now: datetime) -> Closing | None:
        """Return when what is open now closes, None where it is closed."""
        if not self.is_open(now):
            return None
        return Closing(next((turn for turn in self._turns(_utc(now)) if not self.is_open(turn)), None))

    def opens(self, now: datetime) -> datetime | None:
        """Return the next moment at which it is open, now where it is; None where there is none within a year."""
        moment = _utc(now)
        return next((turn for turn in chain((moment,), self._turns(moment)) if self.is_open(turn)), None)

    def why_closed(self, now: datetime) -> str:
        """Say why nothing may be changed now and when it may next; empty where it may."""
        moment = _utc(now)
        closed = next((part for part in self.parts if not _allows(part, moment)), None)
        if closed is None:
            return ""
        opens = self.opens(moment)
        when = f"opens {local_words(opens, closed.zone)}" if opens else "does not open within a year"
        return f"{_closed_by(closed, moment)}; {when}"

    @property
    def zone(self) -> str:
        """The time zone to speak of it in."""
        return next((rule.zone for rule in self._rules), "UTC")

    @property
    def parts(self) -> tuple["Calendar", ...]:
        """The calendars that all have to be open, each by itself."""
        return (replace(self, beside=()), *self.beside) if self.beside else (self,)

    @property
    def _rules(self) -> tuple[Spans, ...]:
        return tuple(rule for part in self.parts for rule in (*part.windows, *part.freezes))

    def _turns(self, moment: datetime) -> Iterator[datetime]:
        """The moments of the year to come at which it may open or close, in their order."""
        for turn in merge(*(_bounds(rule, moment) for rule in self._rules)):
            if turn > moment + AHEAD:
                return
            if turn > moment:
                yield turn


def _allows(part: Calendar, moment: datetime) -> bool:
    in_window = not part.windows or any(_end(window, moment) for window in part.windows)
    return in_window and not any(_end(freeze, moment) for freeze in part.freezes)


def _closed_by(part: Calendar, moment: datetime) -> str:
    freeze = next((freeze for freeze in part.freezes if _end(freeze, moment)), None)
    now = f"it is {local_words(moment, freeze.zone if freeze else part.zone)}"
    if freeze is None:
        return f"{now}, outside of {' and '.join(str(window) for window in part.windows)}"
    why = f" ({freeze.reason})" if freeze.reason else ""
    return f"{now}, in the freeze{why} until {local_words(last_moment(freeze.end, freeze.zone), freeze.zone)}"


def _bounds(rule: Spans, moment: datetime) -> Iterator[datetime]:
    today = moment.astimezone(ZoneInfo(rule.zone)).date()
    return chain.from_iterable(rule.spans(today - _DAY, today + AHEAD))


def _end(rule: Spans, moment: datetime) -> datetime | None:
    """When a rule that is in force at a moment ends, None where it is not in force."""
    today = moment.astimezone(ZoneInfo(rule.zone)).date()
    return next((end for start, end in rule.spans(today - _DAY, today) if start <= moment < end), None)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC)
