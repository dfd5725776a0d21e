"""The laws that need something that applies lines, on the store of every emulated system, without routers.

A store is an emulator's own: it reads no `templates/`, refuses what the real system refuses and drops what it drops.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.emulated.system import Store
from lab.emulated.systems import SYSTEMS, system
from lab.emulated.views import Link, Node
from loopwright.change import Allowed
from loopwright.models import Advertisement, Intent, Loopback, Observed, PathLine
from loopwright.observe import observe
from loopwright.plan import DevicePlan, plan_device
from loopwright.platform import Platform
from loopwright.reasons import reasons
from loopwright.undo import strangers, way_back
from tasks.workspace import open_workspace
from tests.goldens import assert_golden
from tests.intents import PLATFORMS, loopbacks, wanted

HERE = Path(__file__).parent
CHANGES: dict[str, Any] = yaml.safe_load((HERE / "data" / "store_changes.yaml").read_text(encoding="utf-8"))
NODE = Node(
    "r1",
    "10.255.0.1",
    links=(
        Link(
            1, "100.64.0.0/31", "2001:db8:f000::/127", "r2", "100.64.0.1", "2001:db8:f000::1",
            area="0.0.0.0", isis=True, peer_as="65001",
        ),
    ),
    ospf=True,
    ospf3=True,
    isis="CORE",
    isis_net="49.0001.0102.5500.0001.00",
    asn="65000",
    vrfs=("BLUE", "RED"),
)  # fmt: skip
EMULATED = [name for name in SYSTEMS if name in PLATFORMS]
every_system = pytest.mark.parametrize("name", EMULATED)
NUMBERS = (0, 1)
SAYS_NOTHING = ("default", "process", "container")


def seen(store: Store, platform: Platform) -> Observed:
    """What the store holds, as its show command tells it."""
    return observe("r1", store.text(), platform)


def first(name: str) -> Store:
    """A device before anything is provisioned."""
    return system(name).store(system(name).first(NODE))


def plan_to(loopbacks: Iterable[Loopback], now: Observed, platform: Platform) -> DevicePlan:
    """Plan towards exactly these loopbacks: other numbers are to be absent."""
    intent = Intent("r1", platform.name, tuple(wanted(lo) for lo in loopbacks), owns=((0, 99),))
    plan = plan_device(intent, now, platform, Allowed(foreign_lines=True))
    assert plan.findings == ()
    return plan


def play(store: Store, plan: DevicePlan, platform: Platform) -> None:
    """Carry out a plan, commit by commit."""
    for commit in plan.commits:
        store.apply(commit.lines)


def unlike(loopbacks: Iterable[Loopback], now: Observed) -> list[str]:
    """How what is there differs from what was wanted."""
    return [r for lo in loopbacks for r in reasons(now.loopback(lo.number), lo)]


def keeping(before: Observed) -> Callable[[Loopback], Loopback]:
    """What the inventory leaves out of an advertisement stays as it was."""

    def kept(advert: Advertisement, was: Loopback | None) -> Advertisement:
        had = {(a.protocol, a.prefix): a for a in was.advertise} if was else {}
        beside = (a for a in had.values() if a.protocol == advert.protocol != "bgp")
        old = had.get((advert.protocol, advert.prefix)) or next(beside, advert)
        left = {name: getattr(old, name) for name in ("cost", "level", "passive") if getattr(advert, name) is None}
        return replace(advert, **left)

    def of(loopback: Loopback) -> Loopback:
        was = before.loopback(loopback.number)
        return replace(loopback, advertise=frozenset(kept(advert, was) for advert in loopback.advertise))

    return of


def said(lines: Iterable[PathLine], platform: Platform) -> set[PathLine]:
    """Path lines without those that only hold others, emptied ones too, and without defaults that come and go."""
    kept = set(lines)
    contexts = {line[:depth] for line in kept for depth in range(1, len(line))}
    found = {line: platform.reads(line) for line in kept - contexts}
    return {line for line, row in found.items() if row is None or row[0].fact not in SAYS_NOTHING}


@every_system
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_laws_2_3_6_and_9_any_change_leads_there_rests_and_its_inverse_leads_back(
    name: str, data: st.DataObject
) -> None:
    platform, store = PLATFORMS[name], first(name)
    bare = seen(store, platform)
    one, other = (_draw(data, platform, bare) for _ in range(2))
    play(store, plan_to(one, bare, platform), platform)
    before = seen(store, platform)
    assert unlike(one, before) == []
    assert plan_to(one, before, platform).changes == (), "law 2: a second plan has something left to do"
    plan = plan_to(other, before, platform)
    play(store, plan, platform)
    after = seen(store, platform)
    assert unlike(map(keeping(before), other), after) == []
    assert after.loopbacks == frozenset(lo for lo in after.loopbacks if lo.number in {o.number for o in other})
    assert strangers(before, after, plan, platform) == (), "law 4, 9: a line moved that the plan does not mention"
    for commit in plan.undo:
        store.apply(commit.lines)
    assert said(seen(store, platform).lines, platform) == said(before.lines, platform), "law 3"


@every_system
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_way_back_from_what_the_device_is_now_leads_back(name: str, data: st.DataObject) -> None:
    platform, store = PLATFORMS[name], first(name)
    one, other = (_draw(data, platform, seen(store, platform)) for _ in range(2))
    play(store, plan_to(one, seen(store, platform), platform), platform)
    before = seen(store, platform)
    plan = plan_to(other, before, platform)
    play(store, plan, platform)
    back = way_back(before, seen(store, platform), plan.changes, platform)
    assert back is not None
    for lines in back:
        store.apply(lines)
    assert said(seen(store, platform).lines, platform) == said(before.lines, platform)
    assert way_back(before, seen(store, platform), plan.changes, platform) == ()


def _draw(data: st.DataObject, platform: Platform, bare: Observed) -> list[Loopback]:
    numbers = sorted(data.draw(st.sets(st.sampled_from(NUMBERS))))
    return [data.draw(loopbacks(platform, bare.routing, number, by_family=False)) for number in numbers]


@pytest.mark.parametrize("change", CHANGES, ids=list(CHANGES))
@every_system
def test_each_kind_of_change_leads_there_and_back_in_the_systems_own_lines(name: str, change: str) -> None:
    platform, store = PLATFORMS[name], first(name)
    one, other = intents(name)[change]
    play(store, planned(one, seen(store, platform), platform), platform)
    before = seen(store, platform)
    assert planned(one, before, platform).changes == ()
    plan = planned(other, before, platform)
    play(store, plan, platform)
    assert planned(other, seen(store, platform), platform).changes == ()
    for commit in plan.undo:
        store.apply(commit.lines)
    assert said(seen(store, platform).lines, platform) == said(before.lines, platform)
    assert_golden(f"{name}/changes/{change.replace(' ', '-')}.txt", _told(plan))


@lru_cache
def intents(name: str) -> dict[str, tuple[Intent, Intent]]:
    """What the inventory says before and after each kind of change."""
    with TemporaryDirectory() as folder:
        hosts = {
            f"{number}-{side}": {"platform": name, "hostname": "192.0.2.1", "data": {"loopbacks": sides[side]}}
            for number, sides in enumerate(CHANGES.values())
            for side in ("one", "other")
        }
        (Path(folder) / "hosts.yaml").write_text(yaml.safe_dump(hosts))
        found = {intent.device: intent for intent in open_workspace(Path(folder)).intents}
    return {change: (found[f"{n}-one"], found[f"{n}-other"]) for n, change in enumerate(CHANGES)}


def planned(intent: Intent, now: Observed, platform: Platform) -> DevicePlan:
    """Plan towards an inventory."""
    plan = plan_device(intent, now, platform, Allowed(foreign_lines=True))
    if {finding.rule for finding in plan.findings} == {"one-per-vrf"}:
        pytest.skip("the system has one loopback per routing instance")
    assert plan.findings == ()
    return plan


def _told(plan: DevicePlan) -> str:
    """The commits and the inverse, as a golden file shows them."""
    parts = [(f"commit {n}" if len(plan.commits) > 1 else "commit", c.lines) for n, c in enumerate(plan.commits, 1)]
    parts += [(f"inverse {n}" if len(plan.undo) > 1 else "inverse", c.lines) for n, c in enumerate(plan.undo, 1)]
    return "".join(f"{head}:\n" + "".join(f"  {line}\n" for line in lines) for head, lines in parts)


@every_system
def test_a_vrf_that_the_device_does_not_have_is_refused_before_anything_is_written(name: str) -> None:
    platform = PLATFORMS[name]
    loopback = Loopback(7, platform.interface_name(7), ipv4=("10.7.0.1/32",), vrf="NOWHERE")
    plan = plan_device(Intent("r1", name, (wanted(loopback),)), seen(first(name), platform), platform)
    assert [finding.rule for finding in plan.findings] == ["vrf-exists"]
