"""From the time on a wall clock to the moment that it means, also in nights when clocks are changed."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from loopwright.kinds import nearest

_SECOND = timedelta(seconds=1)


def known_zone(name: str) -> str:
    """Return the name of a time zone; raises ValueError for a name that the time zone database does not have."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        hint = nearest(name, sorted(available_timezones())) or ", write one like Europe/Berlin or UTC"
        raise ValueError(f"there is no time zone {name!r}{hint}") from error
    return name


def first_moment(wall: datetime, zone: str) -> datetime:
    """Return when a clock in the zone first shows this time; where it skips it, the moment of the skip."""
    return _moment(wall, zone, fold=0)


def last_moment(wall: datetime, zone: str) -> datetime:
    """Return when a clock in the zone last shows this time; where it skips it, the moment of the skip."""
    return _moment(wall, zone, fold=1)


def local_words(moment: datetime, zone: str) -> str:
    """Return a moment as a clock in the zone shows it: `Sun 2026-11-29 02:00 Europe/Berlin`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{WEEKDAYS[local.weekday()]} {local:%Y-%m-%d %H:%M} {zone}"


WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""The days as they are written, whatever language the station speaks."""


@lru_cache(maxsize=4096)
def _moment(wall: datetime, zone: str, fold: int) -> datetime:
    place = ZoneInfo(zone)
    moment = wall.replace(tzinfo=place, fold=fold).astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None, fold=0) == wall.replace(fold=0):
        return moment
    return _skip(wall, place)


def _skip(wall: datetime, place: ZoneInfo) -> datetime:
    """The moment at which the clock skips a time, to the second: it lies between the two readings of that time."""
    before, after = (wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (1, 0))
    old = before.astimezone(place).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(place).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
