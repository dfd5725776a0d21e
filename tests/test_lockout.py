"""What can cut us off: which changes, of loopbacks that carry what, and what makes it a warning."""

from dataclasses import replace
from typing import Any

import pytest

from loopwright.change import Allowed, Change
from loopwright.finding import Finding
from loopwright.models import Advertisement, Intent, Loopback, Observed
from loopwright.network_findings import with_network_findings
from loopwright.observe import observe
from loopwright.plan import DevicePlan, Plan
from tests.intents import PLATFORMS

IOS = PLATFORMS["ios"]
OSPF = Advertisement("ospf", "10.0.0.1/32", process="1", area="0.0.0.0")
HAS = Loopback(0, "Loopback0", ("10.0.0.1/32",), ("2001:db8::1/128",), advertise=frozenset({OSPF}))
REFERENCED = Allowed(referenced=True)  # not what is tested here


def said(
    before: Loopback | None,
    after: Loopback | None,
    *lines: str,
    elsewhere: str = "",
    managed: str = "",
    through: frozenset[str] = frozenset(),
    timed: bool = False,
    allowed: Allowed = REFERENCED,
) -> tuple[Finding, ...]:
    """The findings of one change about being cut off."""
    change = Change(before, after, ("because",))
    plan = Plan((DevicePlan("r1", "ios", (change,)), DevicePlan("r2", "ios")))
    there: dict[str, Observed] = {
        "r1": replace(observe("r1", "\n".join(lines), IOS), loopbacks=frozenset({before} if before else ())),
        "r2": observe("r2", elsewhere, IOS),
    }
    intents = {"r1": Intent("r1", "ios", management_address=managed or None), "r2": Intent("r2", "ios")}
    found = with_network_findings(
        plan, intents, there, {"r1": IOS, "r2": IOS}, allowed, {"r1": timed}, {"r1": through} if through else {}
    )
    return tuple(each for each in found.findings if each.rule == "can-cut-us-off")


CARRIES: dict[str, tuple[dict[str, Any], tuple[str, ...], str]] = {
    "the session": ({"managed": "10.0.0.1"}, (), "the management session (10.0.0.1)"),
    "the session over IPv6": ({"managed": "2001:db8::1"}, (), "the management session (2001:db8::1)"),
    "the session by a name": ({"through": frozenset({"10.0.0.1"})}, (), "the management session (10.0.0.1)"),
    "AAA": ({}, ("ip tacacs source-interface Loopback0",), "the source of AAA (`ip tacacs source-interface Loopback0`"),
    "BGP": (
        {},
        ("router bgp 65000", " neighbor 10.0.0.2 update-source Loopback0"),
        "a BGP path to the device (`router bgp 65000 / neighbor 10.0.0.2 update-source Loopback0`",
    ),
    "a tunnel": (
        {},
        ("interface Tunnel1", " tunnel source 10.0.0.1"),
        "a tunnel path to the device (`interface Tunnel1 / tunnel source 10.0.0.1`",
    ),
    "BGP of another": (
        {"elsewhere": "router bgp 65000\n neighbor 10.0.0.1 remote-as 65000"},
        (),
        "a BGP path to the device (on r2: `router bgp 65000 / neighbor 10.0.0.1 remote-as 65000`",
    ),
    "a tunnel of another": (
        {"elsewhere": "interface Tunnel1\n tunnel destination 10.0.0.1"},
        (),
        "a tunnel path to the device (on r2: `interface Tunnel1 / tunnel destination 10.0.0.1`",
    ),
}
CLASSES: dict[str, tuple[Loopback | None, str]] = {
    "removed": (None, "address"),
    "address": (replace(HAS, ipv4=("10.0.0.9/32",), advertise=frozenset()), "address and advertising"),
    "length": (replace(HAS, ipv4=("10.0.0.1/24",)), "address"),
    "first address": (replace(HAS, ipv4=("10.0.0.9/32", "10.0.0.1/32")), "address"),
    "VRF": (replace(HAS, vrf="RED"), "VRF"),
    "interface": (replace(HAS, interface="Loopback7"), "interface"),
    "state": (replace(HAS, enabled=False), "state"),
    "advertised no more": (replace(HAS, advertise=frozenset()), "advertising"),
    "another area": (replace(HAS, advertise=frozenset({replace(OSPF, area="0.0.0.1")})), "advertising"),
    "another cost": (replace(HAS, advertise=frozenset({replace(OSPF, cost=5)})), "advertising"),
    "a protocol more": (
        replace(HAS, advertise=frozenset({OSPF, Advertisement("isis", "10.0.0.1/32")})),
        "advertising",
    ),
}
HARMLESS: dict[str, tuple[Loopback | None, Loopback | None]] = {
    "a new loopback": (None, HAS),
    "a description": (HAS, replace(HAS, description="new")),
    "an address more": (HAS, replace(HAS, ipv4=("10.0.0.1/32", "10.0.0.9/32"))),
    "the address more is advertised": (
        HAS,
        replace(HAS, advertise=frozenset({OSPF, Advertisement("ospf3", "2001:db8::1/128")})),
    ),
    "up again": (replace(HAS, enabled=False), HAS),
}


@pytest.mark.parametrize(("told", "lines", "carries"), CARRIES.values(), ids=list(CARRIES))
def test_a_loopback_that_carries_how_we_get_there_is_not_removed(
    told: dict[str, Any], lines: tuple[str, ...], carries: str
) -> None:
    (finding,) = said(HAS, None, *lines, **told)
    assert (finding.severity, finding.device, finding.where) == ("error", "r1", "loopback 0 (Loopback0)")
    assert f"it carries {carries}" in finding.actual


@pytest.mark.parametrize(("after", "words"), CLASSES.values(), ids=list(CLASSES))
def test_every_class_of_change_counts(after: Loopback | None, words: str) -> None:
    (finding,) = said(HAS, after, managed="10.0.0.1")
    assert finding.expected.startswith(f"no change of {words} on a loopback")


@pytest.mark.parametrize(("before", "after"), HARMLESS.values(), ids=list(HARMLESS))
def test_what_takes_nothing_away_cuts_nothing_off(before: Loopback | None, after: Loopback | None) -> None:
    assert said(before, after, "ip tacacs source-interface Loopback0", managed="10.0.0.1") == ()


def test_a_loopback_that_carries_nothing_cuts_nothing_off() -> None:
    lines = ("ntp source Loopback0", "ip tacacs source-interface Loopback1")
    assert said(HAS, None, *lines, managed="10.0.0.10", elsewhere="tacacs-server host 10.0.0.1") == ()


def test_a_timer_of_the_device_makes_it_a_warning() -> None:
    (finding,) = said(HAS, None, managed="10.0.0.1", timed=True)
    assert finding.severity == "warning"
    assert "the device's own timer undoes it" in finding.actual
    assert "--accept-lockout" not in finding.actual


def test_without_a_timer_the_user_may_accept_it() -> None:
    (refused,) = said(HAS, None, managed="10.0.0.1")
    (accepted,) = said(HAS, None, managed="10.0.0.1", allowed=replace(REFERENCED, lockout=True))
    assert (refused.severity, accepted.severity) == ("error", "warning")
    assert "no timer of the device would undo it; --accept-lockout" in refused.actual


def test_many_lines_that_it_carries_are_counted() -> None:
    neighbours = "\n".join(f" neighbor 10.0.0.1 remote-as {n}" for n in range(9))
    (finding,) = said(HAS, None, elsewhere=f"router bgp 65000\n{neighbours}")
    assert "and 6 more lines" in finding.actual


def test_a_plan_without_changes_is_given_back_as_it_is() -> None:
    plan = Plan((DevicePlan("r1", "ios"),))
    there = {"r1": observe("r1", "ip tacacs source-interface Loopback0", IOS)}
    assert with_network_findings(plan, {}, there, {"r1": IOS}, Allowed(), {}) == plan
