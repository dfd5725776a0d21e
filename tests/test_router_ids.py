"""The router-id after a restart, as each system chooses it, and what of it is a finding."""

from dataclasses import replace

import pytest

from loopwright.change import Change
from loopwright.errors import PlatformError
from loopwright.finding import Finding
from loopwright.models import Intent, Interface, Link, Loopback, Observed, Process, Routing
from loopwright.plan import DevicePlan
from loopwright.reference_words import router_id_words
from loopwright.router_ids import predicted, router_id_findings
from tests.intents import PLATFORMS

LOW, HIGH = ("10.0.0.1/32", "10.0.0.3/32"), ("10.0.0.2/32",)
LINKS = (Link("eth1", "192.0.2.1/24"), Link("eth0", "192.0.2.9/24"), Link("eth2", "2001:db8::1/64"))
SELF = (Link("eth0", "169.254.9.9/30"), Link("eth1", "10.0.0.9/24"))
RED = (Link("eth3", "198.51.100.1/24", "RED"),)


def device(
    platform: str,
    *processes: Process,
    loopbacks: tuple[tuple[str, ...], ...] = (HIGH, LOW),
    links: tuple[Link, ...] = LINKS,
    router_id: str | None = None,
) -> Observed:
    """A device with these addresses on its loopbacks 0, 1, ..."""
    name = PLATFORMS[platform].interface_name
    there = frozenset(Loopback(n, name(n), addresses) for n, addresses in enumerate(loopbacks))
    running = processes or (Process("ospf", "1"),)
    return Observed("r1", platform, there, Routing(running, links, router_id=router_id))


def chosen(observed: Observed) -> list[str | None]:
    """The predicted ids of a device's processes."""
    return [each.after_restart for each in predicted(observed, PLATFORMS[observed.platform], observed.loopbacks)]


CHOICES = {
    "ios: highest loopback": (device("ios"), "10.0.0.3"),
    "ios: highest interface": (device("ios", loopbacks=()), "192.0.2.9"),
    "eos: highest loopback": (device("eos"), "10.0.0.3"),
    "eos: highest interface": (device("eos", loopbacks=()), "192.0.2.9"),
    "nxos: loopback 0": (device("nxos"), "10.0.0.2"),
    "nxos: first loopback with an address": (device("nxos", loopbacks=((), LOW)), "10.0.0.1"),
    "nxos: first interface": (device("nxos", loopbacks=()), "192.0.2.1"),
    "iosxr: highest loopback": (device("iosxr"), "10.0.0.3"),
    "iosxr: OSPF takes an interface": (device("iosxr", loopbacks=()), "192.0.2.1"),
    "iosxr: BGP takes none": (device("iosxr", Process("bgp", "65000"), loopbacks=()), None),
    "junos: lowest address of lo0": (device("junos"), "10.0.0.1"),
    "junos: lowest interface": (device("junos", loopbacks=()), "192.0.2.1"),
    "frr: highest of lo": (device("frr"), "10.0.0.2"),
    "frr: another loopback is an interface": (device("frr", loopbacks=((), LOW), links=()), "10.0.0.3"),
    "frr: 127.0.0.1 is none": (device("frr", loopbacks=(("127.0.0.1/8",),)), "192.0.2.9"),
    "frr: a link-local address is none": (device("frr", loopbacks=(("169.254.0.1/32",),), links=SELF), "10.0.0.9"),
    "ios: a link-local address is one": (device("ios", loopbacks=(), links=SELF), "169.254.9.9"),
    "vyos: highest of all": (device("vyos"), "192.0.2.9"),
    "configured for the process": (device("ios", Process("ospf", "1", router_id="9.9.9.9")), "9.9.9.9"),
    "configured for the device": (device("frr", router_id="9.9.9.9"), "9.9.9.9"),
    "of its own VRF": (device("ios", Process("ospf", "2", "RED"), links=RED), "198.51.100.1"),
}


@pytest.mark.parametrize(("observed", "router_id"), CHOICES.values(), ids=list(CHOICES))
def test_each_system_chooses_as_its_vendor_says(observed: Observed, router_id: str | None) -> None:
    assert chosen(observed) == [router_id]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_folder_tells_how_its_system_chooses(platform: str) -> None:
    assert PLATFORMS[platform].router_id.of("ospf")


def test_a_shut_loopback_or_interface_gives_no_router_id() -> None:
    observed = device("ios", loopbacks=())
    shut = replace(observed, interfaces=(Interface("eth0", enabled=False, up=False),))
    assert chosen(shut) == ["192.0.2.1"]
    down = replace(observed, loopbacks=frozenset({Loopback(0, "Loopback0", LOW, enabled=False)}))
    assert chosen(down) == ["192.0.2.9"]


def test_an_intermediate_system_has_no_router_id_to_choose() -> None:
    assert chosen(device("ios", Process("isis", "CORE"))) == []


def test_a_process_of_a_vrf_may_take_the_id_of_the_process_that_it_is_a_part_of() -> None:
    processes = (Process("bgp", "65000", router_id="9.9.9.9"), Process("bgp", "65000", "RED"))
    assert chosen(device("ios", *processes, links=RED)) == ["9.9.9.9", None]


# The findings.


def found(observed: Observed, *changes: Change, **running: str) -> list[Finding]:
    """What is said of a plan of these changes."""
    plan = DevicePlan("r1", observed.platform, changes)
    return list(router_id_findings(plan, Intent("r1", "ios"), observed, PLATFORMS[observed.platform], running))


def removal(observed: Observed, number: int) -> Change:
    """The removal of a loopback."""
    return Change(observed.loopback(number), None, ())


def test_a_plan_that_changes_the_id_of_a_restart_is_warned_of() -> None:
    observed = device("ios", Process("ospf", "1"), Process("bgp", "65000"))
    one, two = found(observed, removal(observed, 1))
    assert (one.rule, one.severity, one.where) == ("router-id-after-restart", "warning", "ospf 1, VRF default")
    assert one.expected == "the router-id 10.0.0.3 to stay over a restart"
    assert "a restart gives it 10.0.0.2" in one.actual
    assert two.where == "bgp 65000, VRF default"


def test_a_new_loopback_that_would_be_chosen_is_warned_of() -> None:
    observed = device("ios")
    (one,) = found(observed, Change(None, Loopback(9, "Loopback9", ("10.9.9.9/32",)), ()))
    assert "10.9.9.9" in one.actual


def test_a_configured_id_stays() -> None:
    observed = device("ios", Process("ospf", "1", router_id="9.9.9.9"))
    assert found(observed, removal(observed, 1), ospf="9.9.9.9") == []


def test_the_last_address_that_goes_leaves_none() -> None:
    observed = device("ios", links=(), loopbacks=(LOW,))
    (one,) = found(observed, removal(observed, 0))
    assert "none that could be told" in one.actual


def test_a_loopback_that_was_not_chosen_may_go() -> None:
    observed = device("ios")
    assert found(observed, removal(observed, 0)) == []


def test_a_running_id_that_nothing_explains_is_warned_of_without_a_plan() -> None:
    (one,) = found(device("ios"), ospf="10.7.7.7")
    assert one.severity == "warning"
    assert one.expected.endswith("10.7.7.7 is neither")
    assert one.actual == "it runs with 10.7.7.7; a restart gives it 10.0.0.3"


def test_a_running_id_that_a_restart_would_change_is_warned_of() -> None:
    (one,) = found(device("ios"), ospf="10.0.0.2")
    assert one.expected == "the router-id 10.0.0.2 to stay over a restart"


def test_a_running_id_that_waits_for_the_configured_one_is_warned_of() -> None:
    (one,) = found(device("ios", Process("ospf", "1", router_id="9.9.9.9")), ospf="10.0.0.3")
    assert "a restart gives it 9.9.9.9, which is configured" in one.actual


@pytest.mark.parametrize(
    "running",
    [{}, {"ospf": "10.0.0.3"}, {"isis": "0000.0000.0001"}, {"ospf": "0.0.0.0"}],
    ids=["nobody asked", "as chosen", "a system-id", "none yet"],
)
def test_a_converged_device_has_no_finding(running: dict[str, str]) -> None:
    assert found(device("ios"), **running) == []


def test_one_running_id_is_not_laid_at_the_door_of_two_processes() -> None:
    observed = device("ios", Process("ospf", "1", router_id="9.9.9.9"), Process("ospf", "2"))
    assert found(observed, ospf="9.9.9.9") == []


@pytest.mark.parametrize(
    "row",
    [
        {"take": "oldest", "of": "loopbacks"},
        {"take": "first"},
        {"take": "first", "of": "x"},
        {"take": "first", "of": "loopbacks", "link_local": "no"},
    ],
)
def test_a_choice_that_nobody_knows_is_refused(row: dict[str, str]) -> None:
    with pytest.raises(PlatformError, match="acme"):
        router_id_words({"default": [row]}, "acme/platform.yaml: router_id")
