"""What the inventory says about changes: inherited, and the same whatever reads the inventory."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from loopwright.change_settings import (
    ChangeSettings,
    anycast_touched,
    calendar_of,
    calendar_of_all,
    members_of,
    settings_of,
    wave_of,
)
from loopwright.division import Division, Threshold
from loopwright.intent import intents
from loopwright.inventory import Inventory, make_inventory
from loopwright.waves import Member, divide
from loopwright.window import Calendar

SALES = {"from": "2026-11-29", "to": "2026-11-29", "zone": "UTC"}
GROUPS = {"core": {"data": {"wave": 3, "windows": ["Sun 02:00-04:00 UTC"], "freezes": [SALES]}}}
YEAR_END = {"from": "2026-12-20", "to": "2027-01-06", "zone": "UTC", "reason": "year end"}
DEFAULTS = {"data": {"windows": "daily 01:00-05:00 UTC", "freezes": YEAR_END}}


def network(**hosts: dict[str, Any]) -> Inventory:
    return make_inventory(
        {name: {"groups": ["core"], "data": data} for name, data in hosts.items()} | {"edge": {}}, GROUPS, DEFAULTS
    )


def frozen_days(calendar: Calendar) -> list[str]:
    return [freeze.start.date().isoformat() for freeze in calendar.freezes]


def test_settings_that_nobody_said() -> None:
    said = settings_of(make_inventory({"r1": {}}))
    assert said == ChangeSettings(Division.parse("1,10%,100%"), Threshold.parse("0"), 0, None)


@pytest.mark.parametrize("change", [None, {}, {"waves": None, "max_failures": None, "timer": None, "route_loss": None}])
def test_settings_that_are_let_go_of(change: Any) -> None:
    assert settings_of(make_inventory({"r1": {}}, defaults={"data": {"change": change}})) == ChangeSettings()


@pytest.mark.parametrize("waves", ["2,50%", [2, "50%"]], ids=["text", "list"])
def test_settings_as_said(waves: Any) -> None:
    change = {"waves": waves, "max_failures": "5%", "timer": 600, "route_loss": "10%"}
    said = settings_of(make_inventory({"r1": {}}, defaults={"data": {"change": change}}))
    assert said == ChangeSettings(Division.parse("2,50%"), Threshold.parse("5%"), 600, 10)


def test_waves_by_attribute() -> None:
    said = settings_of(make_inventory({"r1": {}}, defaults={"data": {"change": {"waves": {"by": "site"}}}}))
    assert said.division == Division.parse("by=site")


@pytest.mark.parametrize(("data", "number"), [({}, 3), ({"wave": 1}, 1), ({"wave": None}, None)])
def test_wave_is_inherited(data: dict[str, Any], number: int | None) -> None:
    assert wave_of(network(r1=data), "r1") == number


@pytest.mark.parametrize(
    ("data", "windows"),
    [
        ({}, ["Sun 02:00-04:00 UTC"]),
        ({"windows": "Sat 02:00-04:00 UTC"}, ["Sat 02:00-04:00 UTC"]),
        ({"windows": None}, []),
    ],
    ids=["the-group's", "its-own", "let-go-of"],
)
def test_the_nearest_windows_hold(data: dict[str, Any], windows: list[str]) -> None:
    assert [str(window) for window in calendar_of(network(r1=data), "r1").windows] == windows


@pytest.mark.parametrize(
    ("data", "days"),
    [
        ({}, ["2026-11-29", "2026-12-20"]),
        ({"freezes": {**YEAR_END, "from": "2026-12-01"}}, ["2026-12-01", "2026-11-29", "2026-12-20"]),
        ({"freezes": YEAR_END}, ["2026-12-20", "2026-11-29"]),
        ({"freezes": []}, ["2026-11-29", "2026-12-20"]),
        ({"freezes": None}, []),
    ],
    ids=["inherited", "one-more", "said-twice", "none-of-its-own", "let-go-of"],
)
def test_every_freeze_on_the_way_holds(data: dict[str, Any], days: list[str]) -> None:
    assert frozen_days(calendar_of(network(r1=data), "r1")) == days


def test_a_day_that_another_reader_of_yaml_made_a_date() -> None:
    freeze = {"from": date(2026, 12, 20), "to": datetime(2026, 12, 21, 18), "zone": "UTC"}  # noqa: DTZ001 - as YAML has it
    made = make_inventory({"r1": {"data": {"freezes": freeze}}})
    assert [str(each) for each in calendar_of(made, "r1").freezes] == ["2026-12-20T00:00/2026-12-21T18:00 UTC"]


def test_devices_of_one_wave_are_changed_when_all_may_be() -> None:
    calendar = calendar_of_all(network(r1={}, r2={}), ["r1", "r2", "edge"])
    assert len(calendar.parts) == 2
    opens = calendar.opens(datetime(2026, 11, 28, tzinfo=UTC))
    assert opens == datetime(2026, 12, 6, 2, tzinfo=UTC)
    closing = calendar.closes(opens)
    assert closing is not None
    assert closing.at == opens + timedelta(hours=2)


def test_no_devices_are_always_open() -> None:
    assert calendar_of_all(network(), []) == Calendar()


def test_members_in_the_order_of_the_inventory() -> None:
    made = make_inventory(
        {
            "r2": {"data": {"redundancy_group": "border", "wave": 2, "site": {"city": "ams"}}},
            "r3": {},
            "r1": {"groups": ["lon"]},
        },
        {"lon": {"data": {"redundancy_group": "border", "site": {"city": "lon"}}}},
    )
    touched = {"r1": frozenset({"dns"}), "r2": frozenset[str]()}
    assert members_of(made, Division.parse("by=site.city"), touched) == (
        Member("r2", "border", 2, "ams"),
        Member("r1", "border", None, "lon", frozenset({"dns"})),
    )


@pytest.mark.parametrize("site", [None, ["ams", "lon"], {"city": "ams"}], ids=["nothing", "a-list", "a-mapping"])
def test_a_member_without_a_single_value_has_none(site: Any) -> None:
    made = make_inventory({"r1": {"data": {"site": site}}})
    assert members_of(made, Division.parse("by=site"), {"r1": frozenset()}) == (Member("r1"),)


def test_from_the_inventory_to_waves() -> None:
    data = {
        "redundancy_group": "border",
        "loopbacks": {0: {"ipv4": "10.0.0.1"}, 9: {"ipv4": "10.9.9.9", "anycast": "dns"}},
    }
    made = make_inventory({name: {"data": data} for name in ("r1", "r2")} | {"r3": {}})
    touched = {intent.device: anycast_touched(intent, {0, 9}) for intent in intents(made)}
    assert touched == {"r1": {"dns"}, "r2": {"dns"}, "r3": frozenset()}
    assert divide(members_of(made, Division.parse("100%"), touched), Division.parse("100%")) == (("r1", "r3"), ("r2",))


def test_anycast_of_loopbacks_that_do_not_change_is_not_touched() -> None:
    loopbacks = {0: {"ipv4": "10.0.0.1"}, 9: {"ipv4": "10.9.9.9", "anycast": "dns"}}
    (intent,) = intents(make_inventory({"r1": {"data": {"loopbacks": loopbacks}}}))
    assert anycast_touched(intent, {0}) == frozenset()


def test_a_key_near_to_one_that_is_read_is_told() -> None:
    made = make_inventory({"r1": {"data": {"window": "Sun 02:00-04:00 UTC"}}})
    assert [(finding.rule, finding.where) for finding in made.findings] == [("unread-data", "data window")]
