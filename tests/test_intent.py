"""From inventory to intent: inheritance attribute by attribute, one spelling for each value."""

from pathlib import Path
from typing import Any

import pytest

from loopwright.errors import InventoryError
from loopwright.intent import intents, subjects
from loopwright.inventory import make_inventory, read_inventory
from loopwright.models import Expect, Intent, Link, Mark, Peer, Process, Prove, Wanted, WantedAdvertisement

EXAMPLE = Path(__file__).parent.parent / "inventory"


def intent_of(data: Any, groups: Any = None, defaults: Any = None, **host: Any) -> Intent:
    """The intent of one device, whose groups are those given, nearest first."""
    named = {name: {"data": group} for name, group in (groups or {}).items()}
    inventory = make_inventory({"r1": {"data": data, "groups": list(named), **host}}, named, defaults or {})
    return intents(inventory)[0]


def wanted_of(said: Any, *inherited: Any) -> Wanted | None:
    """Loopback 0 of a device that inherits, nearest first."""
    groups = {f"g{index}": {"loopbacks": {0: other}} for index, other in enumerate(inherited)}
    return intent_of({"loopbacks": {0: said}}, groups).wanted(0)


@pytest.mark.parametrize(
    ("host", "inherited", "expected"),
    [
        ({"vrf": "a"}, [{"vrf": "b", "description": "c"}], {"vrf": "a", "description": "c"}),
        ({}, [{"vrf": "near"}, {"vrf": "far", "role": "vtep"}], {"vrf": "near", "role": "vtep"}),
        ({"description": None}, [{"description": "x"}], {"description": None}),
        ({"vrf": None}, [{"vrf": "x"}], {"vrf": "default"}),
        ({}, [{"description": None}, {"description": "far"}], {"description": None}),
        ({"ipv4": "10.0.0.1"}, [{"ipv4": ["10.0.0.2", "10.0.0.3"]}], {"ipv4": ("10.0.0.1/32",)}),
        ({"state": "present"}, [{"state": "absent"}], {"absent": False}),
        ({"expect": {"seen_by": "as"}}, [{"expect": {"not_seen_by": "x"}}], {"expect": Expect("as", ("x",))}),
        ({"prove": {"tcp": 179}}, [{"prove": {"icmp": False}}], {"prove": Prove(False, 179)}),
        ({"ipv4": {"pool": "p"}}, [{"ipv4": "10.0.0.1"}], {"ipv4": (), "unresolved": (("ipv4", "p"),)}),
        ({"ipv4": "10.0.0.1"}, [{"ipv4": {"pool": "p"}}], {"pools": (("ipv4", "p"),), "unresolved": ()}),
        ({"ipv4": None}, [{"ipv4": {"pool": "p"}}], {"pools": (), "ipv4": ()}),
    ],
)
def test_attributes_are_inherited_one_by_one(host: Any, inherited: list[Any], expected: dict[str, Any]) -> None:
    wanted = wanted_of(host, *inherited)
    assert {name: getattr(wanted, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("host", "inherited", "protocols"),
    [
        ({}, {"ospf": {}}, {"ospf"}),
        ({"ospf": None}, {"ospf": {}, "bgp": {}}, {"bgp"}),
        ({"ospf": False}, {"ospf": {}, "bgp": {}}, {"bgp"}),
        ({"isis": True}, {"ospf": {}}, {"isis", "ospf"}),
        ({"ospf": True}, {"ospf": False}, {"ospf"}),
    ],
)
def test_protocols_are_inherited_one_by_one(host: Any, inherited: Any, protocols: set[str]) -> None:
    wanted = wanted_of({"advertise": host}, {"advertise": inherited})
    assert wanted is not None
    assert {advert.protocol for advert in wanted.advertise} == protocols


def test_attributes_of_a_protocol_are_inherited_one_by_one() -> None:
    near = {"advertise": {"ospf": {"cost": 5, "passive": None}}}
    far = {"advertise": {"ospf": {"area": 1, "cost": 9, "passive": True}}}
    wanted = wanted_of(near, far)
    assert wanted is not None
    assert wanted.advertise == (WantedAdvertisement("ospf", area="0.0.0.1", cost=5),)


@pytest.mark.parametrize("data", [{"loopbacks": {0: None}}, {"loopbacks": None}], ids=["one", "all"])
def test_null_lets_go_of_loopbacks(data: Any) -> None:
    assert intent_of(data, {"g": {"loopbacks": {0: {"ipv4": "10.0.0.1"}}}}).loopbacks == ()


def test_defaults_stand_behind_groups() -> None:
    defaults = {"platform": "far", "data": {"loopbacks": {0: {"vrf": "far", "role": "vtep"}}}}
    intent = intent_of({}, {"g": {"loopbacks": {0: {"vrf": "near"}}}}, defaults)
    assert (intent.platform, intent.loopbacks[0].vrf, intent.loopbacks[0].role) == ("far", "near", "vtep")


def test_what_is_not_merged_is_the_nearest_whole() -> None:
    groups = {"g": {"owns": [1, "10-19"], "routing": {"ospf": {}, "vrfs": ["x"]}}}
    intent = intent_of({"routing": {"isis": {}}}, groups)
    assert intent.owns == ((1, 1), (10, 19))
    assert intent.routing is not None
    assert [process.protocol for process in intent.routing.processes] == ["isis"]


@pytest.mark.parametrize(
    ("said", "name", "canonical"),
    [
        ({"ipv6": "2001:DB8:0:0::1"}, "ipv6", ("2001:db8::1/128",)),
        ({"ipv6": ["2001:db8::0001/64", "2001:db8::2/64"]}, "ipv6", ("2001:db8::1/64", "2001:db8::2/64")),
        ({"ipv4": "10.0.0.1/24"}, "ipv4", ("10.0.0.1/24",)),
        ({"expect": {"seen_by": ["all"]}}, "expect", Expect("all")),
        ({"expect": {"seen_by": "core"}}, "expect", Expect(("core",))),
        ({"expect": {"summarised_as": "10.0.0.0/8"}}, "expect", Expect(summarised_as=("10.0.0.0/8",))),
    ],
)
def test_values_have_one_spelling(said: Any, name: str, canonical: Any) -> None:
    assert getattr(wanted_of(said), name) == canonical


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"ospf": {"area": 0, "process": 1}}, WantedAdvertisement("ospf", process="1", area="0.0.0.0")),
        ({"ospf": {"area": "256"}}, WantedAdvertisement("ospf", area="0.0.1.0")),
        ({"ospf": {"area": "10.0.0.0"}}, WantedAdvertisement("ospf", area="10.0.0.0")),
        ({"isis": {"level": "level-2-only"}}, WantedAdvertisement("isis", level="2")),
        ({"isis": {"level": 1, "metric": 7}}, WantedAdvertisement("isis", level="1", cost=7)),
        ({"isis": {"level": "1-2", "instance": "core"}}, WantedAdvertisement("isis", process="core", level="1-2")),
        ({"bgp": {"asn": "1.10", "via": "network"}}, WantedAdvertisement("bgp", process="65546", via="network")),
        ({"bgp": {"asn": 4200000000}}, WantedAdvertisement("bgp", process="4200000000")),
    ],
)
def test_advertisements_have_one_spelling(said: Any, expected: WantedAdvertisement) -> None:
    wanted = wanted_of({"advertise": said})
    assert wanted is not None
    assert wanted.advertise == (expected,)


def test_declared_routing() -> None:
    routing = intent_of(
        {
            "routing": {
                "router_id": "10.0.0.1",
                "ospf": [{"process": 1, "style": "network"}, {"process": 2, "vrf": "blue"}],
                "isis": {"instance": "core", "system_id": "0000.0000.00AB"},
                "bgp": {"asn": 64500, "neighbours": {"192.0.2.9": 64501}},
                "links": {"eth0": {"ipv4": "192.0.2.8/31", "ospf": {"area": 1}, "isis": {"instance": "core"}}},
            }
        }
    ).routing
    assert routing is not None
    assert routing.processes == (
        Process("ospf", "1", style="network"),
        Process("ospf", "2", vrf="blue"),
        Process("isis", "core", router_id="0000.0000.00ab"),
        Process("bgp", "64500"),
    )
    spoken = frozenset({("ospf", "0.0.0.1"), ("isis", "core")})
    assert routing.links == (Link("eth0", "192.0.2.8/31", protocols=spoken),)
    assert routing.peers == (Peer("192.0.2.9", "64501", "64500"),)
    assert routing.vrfs == {"default", "blue"}
    assert routing.router_id == "10.0.0.1"


@pytest.mark.parametrize(("hostname", "address"), [("192.0.2.1", "192.0.2.1"), ("r1.example.net", None), (None, None)])
def test_management_address(hostname: str | None, address: str | None) -> None:
    host = {"hostname": hostname} if hostname else {}
    assert intent_of({}, **host).management_address == address


def test_marks_are_of_the_nearest_that_speaks_of_a_loopback(tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text("r1:\n  groups: [g]\n  data: {loopbacks: {0: {ipv4: 10.0.0.1}}}\n")
    (tmp_path / "groups.yaml").write_text("g:\n  data:\n    loopbacks:\n      0: {vrf: x}\n      1: {vrf: x}\n")
    first, second = intents(read_inventory(tmp_path))[0].loopbacks
    assert first.mark == Mark(str(tmp_path / "hosts.yaml"), 3, 22)
    assert second.mark == Mark(str(tmp_path / "groups.yaml"), 5, 7)


def test_filters_never_see_passwords() -> None:
    inventory = make_inventory({"r1": {"password": "x", "port": 22, "data": {"site": "ams"}}})
    attributes = subjects(inventory)[0].attributes
    assert attributes == {"site": "ams", "hostname": None, "port": 22, "username": None, "platform": None}


def test_example_network() -> None:
    read = intents(read_inventory(EXAMPLE))
    assert [intent.device for intent in read] == ["ams-p1", "ams-p2", "fra-p1", "fra-p2", "ams-b1", "fra-b1"]
    assert not any(wanted.unresolved for intent in read for wanted in intent.loopbacks)


def test_equal_faults_of_groups_are_told_once() -> None:
    hosts = {f"r{number}": {"groups": ["g"]} for number in range(3)}
    with pytest.raises(InventoryError) as caught:
        make_inventory(hosts, {"g": {"data": {"loopbacks": {0: {"role": "x"}}}}})
    assert len(caught.value.faults) == 1
