"""What a change of loopbacks can harm: compared with what stood before, and never concluded from silence."""

import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from loopwright.change import Change
from loopwright.errors import UsageError
from loopwright.evidence import DeviceEvidence
from loopwright.harm import Harm, Watch, harm, leaving_of
from loopwright.models import Advertisement, Expect, Intent, Loopback, Observed, Wanted
from loopwright.picture import Picture
from loopwright.snapshot import Snapshot, as_document, from_document, known_loopbacks, report_fields, snapshot_of
from tests.ring import ASKED, KNOWN, NAMES, PLATFORM, Ring, loopback_of, route, words

CASES = yaml.safe_load((Path(__file__).parent / "data" / "harm.yaml").read_text(encoding="utf-8"))


def leaving(case: Mapping[str, Any]) -> frozenset[Any]:
    return frozenset(each if isinstance(each, str) else tuple(each) for each in case.get("leaving", ()))


def compared(case: Mapping[str, Any], before: Sequence[Snapshot], now: Snapshot) -> tuple[Harm, ...]:
    changed = case.get("changed", ["r1"])
    return harm(before, now, changed, leaving(case), case.get("route_loss"), case.get("planned_ids"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_harm(case: Mapping[str, Any]) -> None:
    before = [Ring(lacks).snapshot() for lacks in case.get("before", ([], []))]
    assert words(compared(case, before, Ring(case["now"]).snapshot())) == case["harm"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_harm_is_the_same_for_a_run_that_reads_the_snapshots_before_from_disk(case: Mapping[str, Any]) -> None:
    before = [Ring(lacks).snapshot() for lacks in case.get("before", ([], []))]
    resumed = [from_document(json.loads(json.dumps(as_document(snapshot)))) for snapshot in before]
    assert resumed == before
    assert words(compared(case, resumed, Ring(case["now"]).snapshot())) == case["harm"]


def test_router_ids_need_to_be_asked_for_once_only() -> None:
    second = snapshot_of(
        Picture({n: replace(Ring().evidence(n), identities={}) for n in NAMES}, dict.fromkeys(NAMES, PLATFORM)), KNOWN
    )
    now = Ring([{"id": ["r1", "9.9.9.9"]}]).snapshot()
    assert words(harm([Ring().snapshot(), second], now, {"r1"})) == ["wave: r1: ospf router-id: 1.1.1.1, 9.9.9.9"]


def test_without_a_reading_before_nothing_is_harmed() -> None:
    assert harm([], Ring([{"down": ["r1", "r2"]}]).snapshot(), {"r1"}) == ()


def test_who_did_not_answer_is_told() -> None:
    snapshot = Ring([{"silent": "r3"}, {"mute": "r2"}]).snapshot()
    assert snapshot.silent == ("r2", "r3")
    assert from_document(as_document(snapshot)).silent == ("r2", "r3")


def test_a_document_names_what_a_device_told() -> None:
    document = as_document(Ring([{"lost": ["r1", "r2"]}]).snapshot())
    told = document["devices"]["r1"]
    adjacencies = [["ospf", "1.1.1.2", "eth0"], ["ospf", "1.1.1.4", "eth3"]]
    assert told["neighbours"] == [["bgp", "10.0.0.3", ""], ["bgp", "2001:db8::3", ""], *adjacencies]
    assert told["router_ids"] == {"ospf": "1.1.1.1"}
    assert told["routes"] == {"ospf": 4, "bgp": 100}
    assert document["reached"][told["reached"]] == ["10.0.0.1/32", "10.0.0.3/32", "10.0.0.4/32"]


def test_a_report_counts_what_a_device_reaches() -> None:
    told = report_fields(Ring([{"lost": ["r1", "r2"]}]).snapshot())["r1"]
    assert told["loopbacks"] == 3
    assert set(told) == {"neighbours", "router_ids", "routes", "loopbacks"}


def test_a_loopback_of_a_vrf_is_read_back_into_its_vrf() -> None:
    inside = replace(route("10.9.9.9/32", ("192.0.2.9", "eth0")), vrf="RED")
    picture = Picture({"r1": DeviceEvidence("r1", Observed("r1", "frr"), frozenset({inside}), asked=ASKED)}, {})
    snapshot = snapshot_of(picture, [("RED", "10.9.9.9/32"), ("default", "10.9.9.9/32")])
    document = as_document(snapshot)
    assert document["reached"] == [["10.9.9.9/32 in RED"]]
    assert from_document(document) == snapshot


DAMAGED = {
    "null": {"reached": [], "devices": {"r1": None}},
    "empty": {"reached": [], "devices": {"r1": {}}},
    "no list": {"reached": [], "devices": []},
    "without devices": {"reached": []},
    "whole": [],
}


@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=list(DAMAGED))
def test_a_damaged_document_is_an_error_of_ours(damaged: Any) -> None:
    with pytest.raises(UsageError, match="no snapshot"):
        from_document(damaged)


def test_devices_that_reach_the_same_share_one_value() -> None:
    reached = {id(told.reached) for told in Ring().snapshot().devices.values()}
    assert len(reached) == 1


def test_snapshots_and_watches_go_to_another_process() -> None:
    watch = Watch((Ring().snapshot(), Ring().snapshot()), KNOWN, frozenset({"r1"}))
    assert pickle.loads(pickle.dumps(watch)) == watch


def test_known_loopbacks_are_those_that_devices_have_as_host_routes() -> None:
    red = Loopback(1, "lo1", ipv4=("10.1.0.1/24",), ipv6=("2001:db8::1/128",), vrf="RED")
    shut = Loopback(2, "lo2", ipv4=("10.2.0.1/32",), enabled=False)
    observed = {"r1": Observed("r1", "frr", frozenset({red, shut}))}
    assert known_loopbacks(observed, []) == {("RED", "10.1.0.1/32"), ("RED", "2001:db8::1/128")}


@pytest.mark.parametrize(
    "wanted",
    [Wanted(0, ipv4=("10.0.0.1/32",), absent=True), Wanted(0, ipv4=("10.0.0.1/32",), expect=Expect(seen_by="none"))],
    ids=["absent", "seen by none"],
)
def test_a_loopback_that_is_to_be_lost_is_none_of_them(wanted: Wanted) -> None:
    observed = {name: Ring().observed(name) for name in NAMES}
    known = known_loopbacks(observed, [Intent("r1", "frr", (wanted,))])
    assert {prefix for _, prefix in known if ":" not in prefix} == {loopback_of(name) for name in ("r2", "r3", "r4")}


IN_AREA_0 = frozenset({Advertisement("ospf", "10.0.0.1/32", area="0.0.0.0", cost=1)})
BEFORE = Loopback(0, "lo", ipv4=("10.0.0.1/32", "10.0.0.9/32"), advertise=IN_AREA_0)
BOTH = {("default", "10.0.0.1/32"), ("default", "10.0.0.9/32")}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, BEFORE, set()),
        (BEFORE, None, BOTH),
        (BEFORE, replace(BEFORE, description="x"), set()),
        (BEFORE, replace(BEFORE, ipv4=("10.0.0.1/32",)), {("default", "10.0.0.9/32")}),
        (BEFORE, replace(BEFORE, vrf="RED"), BOTH),
        (BEFORE, replace(BEFORE, enabled=False), BOTH),
        (BEFORE, replace(BEFORE, advertise=frozenset()), {("default", "10.0.0.1/32")}),
        (
            BEFORE,
            replace(BEFORE, advertise=frozenset({Advertisement("ospf", "10.0.0.1/32", area="0.0.0.1")})),
            {("default", "10.0.0.1/32")},
        ),
        (
            BEFORE,
            replace(BEFORE, advertise=frozenset({Advertisement("ospf", "10.0.0.1/32", area="0.0.0.0", cost=9)})),
            set(),
        ),
    ],
    ids=["new", "gone", "described", "an address", "another VRF", "shut", "unadvertised", "another area", "cost"],
)
def test_what_a_plan_takes_away(
    before: Loopback | None, after: Loopback | None, expected: set[tuple[str, str]]
) -> None:
    assert leaving_of([Change(before, after, ())]) == expected
