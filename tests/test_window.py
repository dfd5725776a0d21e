"""Windows and freezes: when they open and close, also in nights when clocks are changed, and how they are written."""

import pickle
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from loopwright.change_kinds import FREEZES, WINDOWS
from loopwright.kinds import At, Faults
from loopwright.window import Calendar, Closing, Freeze, Window
from loopwright.window_words import parse_window

DATA = yaml.safe_load((Path(__file__).parent / "data" / "windows.yaml").read_text(encoding="utf-8"))
SUNDAY = datetime(2026, 11, 29, 3, tzinfo=UTC)


def moment(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(str(value)).replace(tzinfo=UTC)


def calendar(windows: list[str], freezes: list[Mapping[str, Any]] | None = None) -> Calendar:
    faults = Faults()
    at = At({}, "data")
    made = WINDOWS.read(windows, at, faults) if windows else ()
    frozen = FREEZES.read(freezes or [], at, faults)
    assert not faults
    return Calendar(made or (), frozen or ())


@pytest.mark.parametrize("case", DATA["spans"], ids=lambda case: str(case["id"]))
def test_opens_and_closes(case: Mapping[str, Any]) -> None:
    times = calendar(case["windows"], case.get("freezes"))
    now = moment(case["now"])
    assert now is not None
    opens = times.opens(now)
    assert opens == moment(case["opens"])
    expected = Closing(None) if case["closes"] == "never" else Closing(moment(case["closes"]))
    assert (times.closes(opens) if opens else None) == (expected if case["closes"] else None)


@pytest.mark.parametrize("case", DATA["spans"], ids=lambda case: str(case["id"]))
def test_says_why_exactly_where_it_is_closed(case: Mapping[str, Any]) -> None:
    times, now = calendar(case["windows"], case.get("freezes")), moment(case["now"])
    assert now is not None
    closed = moment(case["opens"]) != now
    assert (times.is_open(now), times.closes(now) is None, bool(times.why_closed(now))) == (not closed, closed, closed)


@pytest.mark.parametrize(("text", "spelled"), DATA["spellings"].items())
def test_spelling(text: str, spelled: str) -> None:
    window = parse_window(text)
    assert (str(window), parse_window(spelled)) == (spelled, window)


@pytest.mark.parametrize(("text", "reason"), DATA["refused"].items())
def test_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        parse_window(text)


def test_words_for_a_closed_window() -> None:
    assert calendar(["Sun 02:00-04:00 Europe/Berlin"]).why_closed(datetime(2026, 11, 25, 12, tzinfo=UTC)) == (
        "it is Wed 2026-11-25 13:00 Europe/Berlin, outside of Sun 02:00-04:00 Europe/Berlin; "
        "opens Sun 2026-11-29 02:00 Europe/Berlin"
    )


def test_words_for_a_freeze() -> None:
    freezes = [{"from": "2026-11-20", "to": "2026-12-01", "zone": "Europe/Berlin", "reason": "sales"}]
    assert calendar(["daily 02:00-04:00 UTC"], freezes).why_closed(SUNDAY) == (
        "it is Sun 2026-11-29 04:00 Europe/Berlin, in the freeze (sales) until Wed 2026-12-02 00:00 Europe/Berlin; "
        "opens Wed 2026-12-02 02:00 UTC"
    )


def test_words_without_an_opening() -> None:
    over = calendar(["2026-11-01T01:00/2026-11-01T03:00 UTC"])
    assert over.why_closed(SUNDAY).endswith("; does not open within a year")


def test_both_is_open_when_each_is() -> None:
    berlin, utc = calendar(["Sun 02:00-04:00 Europe/Berlin"]), calendar(["Sun 02:00-04:00 UTC"])
    times = berlin.both(utc).both(Calendar()).both(utc)
    assert times.parts == (berlin, utc)
    assert times.opens(datetime(2026, 11, 25, tzinfo=UTC)) == datetime(2026, 11, 29, 2, tzinfo=UTC)
    assert times.closes(SUNDAY - timedelta(minutes=30)) == Closing(SUNDAY)
    assert "outside of Sun 02:00-04:00 Europe/Berlin" in times.why_closed(SUNDAY)


def test_windows_that_never_meet() -> None:
    times = calendar(["Sat 02:00-04:00 UTC"]).both(calendar(["Sun 02:00-04:00 UTC"]))
    assert times.opens(SUNDAY) is None


def test_many_windows_that_never_meet() -> None:
    times = Calendar()
    for hour in range(24):
        times = times.both(calendar([f"daily {hour:02}:00-{hour:02}:30 Europe/Berlin"]))
    assert times.opens(SUNDAY) is None


@pytest.mark.parametrize("seconds", [0, 3600])
def test_fits_until_the_window_closes(seconds: float) -> None:
    closing = Closing(SUNDAY + timedelta(hours=1))
    assert closing.fits(SUNDAY, seconds)
    assert closing.fits(SUNDAY.astimezone(ZoneInfo("Asia/Tokyo")), seconds)


def test_does_not_fit_where_it_ends_after_the_window() -> None:
    assert not Closing(SUNDAY + timedelta(hours=1)).fits(SUNDAY, 3600.5)


def test_everything_fits_without_an_end() -> None:
    closing = Closing(None)
    assert (closing.fits(SUNDAY, 1e9), closing.seconds_left(SUNDAY)) == (True, float("inf"))


def test_seconds_left() -> None:
    assert Closing(SUNDAY).seconds_left(SUNDAY - timedelta(minutes=2)) == 120


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Calendar().is_open(datetime(2026, 11, 29, 2))  # noqa: DTZ001 - what is refused


def test_a_calendar_can_be_pickled() -> None:
    times = calendar(["Sun 02:00-04:00 UTC"], [{"from": "2026-12-20", "to": "2026-12-21", "zone": "UTC"}])
    assert pickle.loads(pickle.dumps(times)) == times


ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "UTC"])
CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside


@settings(max_examples=150, deadline=None)
@given(st.frozensets(st.integers(0, 6), min_size=1), CLOCKS, CLOCKS, ZONES, MOMENTS)
def test_a_window_is_open_only_while_the_clock_on_the_wall_is_in_it(days, start, end, zone, now) -> None:
    window = Window(days, start, end, zone)
    wall = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    over = end <= start
    inside = any(
        day.weekday() in days
        and datetime.combine(day, start) <= wall < datetime.combine(day + timedelta(days=over), end)
        for day in (wall.date(), wall.date() - timedelta(days=1))
    )
    if Calendar((window,)).is_open(now):
        assert inside
    elif inside:
        clock_changes = {(now + timedelta(hours=h)).astimezone(ZoneInfo(zone)).utcoffset() for h in range(-26, 27)}
        assert len(clock_changes) > 1


@settings(max_examples=100, deadline=None)
@given(st.frozensets(st.integers(0, 6), min_size=1), CLOCKS, CLOCKS, ZONES, MOMENTS)
def test_it_stays_open_until_it_closes_and_closed_until_it_opens(days, start, end, zone, now) -> None:
    times = Calendar((Window(days, start, end, zone),), (Freeze(datetime(2026, 5, 1), datetime(2026, 6, 1), zone),))  # noqa: DTZ001 - wall clocks
    opens = times.opens(now)
    assert opens is not None
    closing = times.closes(opens)
    second = timedelta(seconds=1)
    assert closing is not None
    assert opens == now or not times.is_open(opens - second)
    if closing.at:
        assert times.is_open(closing.at - second)
        assert not times.is_open(closing.at)
