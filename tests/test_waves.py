"""The division of a run into waves: sizes, pairs, anycast addresses, numbers of the inventory, and reviewed plans."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from loopwright.division import Division, Threshold
from loopwright.errors import Refused
from loopwright.waves import Member, Waves, anycast_units, check_waves, divide

DATA = yaml.safe_load((Path(__file__).parent / "data" / "waves.yaml").read_text(encoding="utf-8"))


def member(text: str) -> Member:
    device, *words = text.split()
    said = dict(word.split("=") for word in words if "=" in word)
    return Member(
        device,
        group=next((word for word in words if "=" not in word), None),
        wave=int(said["wave"]) if "wave" in said else None,
        value=said.get("value"),
        anycast=frozenset(said["anycast"].split("+")) if "anycast" in said else frozenset(),
    )


def members(case: Mapping[str, Any]) -> tuple[Member, ...]:
    return tuple(member(text) for text in case["members"])


def named(case: Mapping[str, Any]) -> Waves:
    return tuple(tuple(wave.split()) for wave in case["waves"])


@pytest.mark.parametrize("case", DATA["divided"], ids=lambda case: str(case["id"]))
def test_divided(case: Mapping[str, Any]) -> None:
    assert divide(members(case), Division.parse(case["division"])) == named(case)


@pytest.mark.parametrize("case", DATA["refused"], ids=lambda case: str(case["id"]))
def test_refused(case: Mapping[str, Any]) -> None:
    with pytest.raises(Refused, match=re.escape(case["says"])) as refused:
        divide(members(case), Division.parse(case["division"]))
    assert refused.value.hint


@pytest.mark.parametrize("case", DATA["checked"], ids=lambda case: str(case["id"]))
def test_waves_of_a_reviewed_plan(case: Mapping[str, Any]) -> None:
    said = ""
    try:
        check_waves(named(case), members(case))
    except Refused as refused:
        said = refused.message
    assert said == case["says"]


@pytest.mark.parametrize(("text", "spelled"), DATA["divisions"].items())
def test_division_as_written(text: str, spelled: str) -> None:
    assert (str(Division.parse(text)), Division.parse(spelled)) == (spelled, Division.parse(text))


@pytest.mark.parametrize(("text", "reason"), DATA["no-divisions"].items())
def test_no_division(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        Division.parse(text)


@pytest.mark.parametrize("case", DATA["thresholds"], ids=lambda case: f"{case['text']} of {case['of']}")
def test_threshold(case: Mapping[str, Any]) -> None:
    threshold = Threshold.parse(case["text"])
    assert threshold.allows(case["allowed"], case["of"])
    assert not threshold.allows(case["allowed"] + 1, case["of"])
    assert str(threshold) == case["text"]


def test_units_are_joined_through_others() -> None:
    texts = ("r1 anycast=a", "r2", "r3 anycast=b", "r4 anycast=c", "r5 anycast=a+b")
    assert anycast_units(map(member, texts)) == ({"r1", "r3", "r5"}, {"r2"}, {"r4"})


SIZES = st.lists(st.sampled_from(["1", "2", "5", "10%", "30%", "100%"]), min_size=1, max_size=4)
NAMES = st.frozensets(st.sampled_from("abcd"), max_size=2)


@st.composite
def networks(draw: st.DrawFn) -> tuple[Member, ...]:
    size = draw(st.integers(0, 30))
    groups = draw(st.lists(st.none() | st.integers(0, 10).map(str), min_size=size, max_size=size))
    names = draw(st.lists(st.just(frozenset[str]()) | NAMES, min_size=size, max_size=size))
    values = draw(st.lists(st.sampled_from(["ams", "lon", None]), min_size=size, max_size=size))
    rows = enumerate(zip(groups, values, names, strict=True))
    return tuple(Member(f"r{n}", group, None, value, anycast) for n, (group, value, anycast) in rows)


def assert_sound(waves: Waves, network: tuple[Member, ...]) -> None:
    place = {device: number for number, wave in enumerate(waves) for device in wave}
    assert sorted(device for wave in waves for device in wave) == sorted(member.device for member in network)
    assert all(waves)
    pairs = [(member.group, place[member.device]) for member in network if member.group is not None]
    assert len(pairs) == len(set(pairs))
    for unit in anycast_units(network):
        taken = {place[device] for device in unit}
        assert taken == set(range(min(taken), max(taken) + 1))


@settings(max_examples=100, deadline=None)
@given(networks(), SIZES)
def test_any_network_by_sizes(network: tuple[Member, ...], sizes: list[str]) -> None:
    division = Division.of(sizes)
    waves = divide(network, division)
    assert_sound(waves, network)
    limits = division.limits(len(network))
    assert all(len(wave) <= limits[min(number, len(limits) - 1)] for number, wave in enumerate(waves))
    alone = all(not member.anycast and member.group is None for member in network)
    if alone:
        assert [len(wave) for wave in waves[:-1]] == [limits[min(n, len(limits) - 1)] for n in range(len(waves) - 1)]


@settings(max_examples=100, deadline=None)
@given(networks().filter(lambda network: any(member.value for member in network)))
def test_any_network_by_value(network: tuple[Member, ...]) -> None:
    assert_sound(divide(network, Division.parse("by=site")), network)


@settings(max_examples=100, deadline=None)
@given(networks(), SIZES, st.data())
def test_numbers_are_taken_as_said_or_refused(
    network: tuple[Member, ...], sizes: list[str], data: st.DataObject
) -> None:
    numbers = data.draw(st.lists(st.none() | st.integers(1, 6), min_size=len(network), max_size=len(network)))
    said = tuple(
        Member(m.device, m.group, number, m.value, m.anycast) for m, number in zip(network, numbers, strict=True)
    )
    try:
        waves = divide(said, Division.of(sizes))
    except Refused:
        return
    assert_sound(waves, said)
    for number in range(1, 7):
        together = {member.device for member in said if member.wave == number}
        assert not together or together in map(set, waves)


def test_a_large_network_is_divided() -> None:
    network = tuple(Member(f"r{n}", group=str(n // 2), anycast=frozenset({str(n // 20)})) for n in range(20_000))
    waves = divide(network, Division.parse("1,10%,100%"))
    assert sum(map(len, waves)) == 20_000
