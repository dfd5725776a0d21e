"""What the folder of EOS reads out of answers: of the emulated device, and in the forms that captures show."""

import json
from typing import Any

import pytest

from lab.emulated.device import Device, Login
from lab.emulated.eos import Eos
from lab.emulated.eos_commands import EosRequest
from lab.emulated.model import Model
from lab.emulated.views import Node
from loopwright.errors import UnexpectedAnswer
from loopwright.evidence import read_rows
from loopwright.platform import Evidence, load_platforms
from tests.eos_devices import LOOPBACK, NODES

PLATFORM = load_platforms()["eos"]
BY_NAME = {f"{e.kind} {e.protocol} {e.family} {e.command} {e.rows[:60]}": e for e in PLATFORM.evidence}
every_evidence = pytest.mark.parametrize("evidence", BY_NAME.values(), ids=list(BY_NAME))
BLUE = (
    *("interface Loopback1", "vrf BLUE", "ip address 10.7.0.1/32", "ip address 10.7.0.2/24 secondary"),
    *("router bgp 65001", "vrf BLUE", "address-family ipv4", "network 10.7.0.1/32"),
)


def read(evidence: Evidence, answer: str) -> list[dict[str, Any]]:
    return read_rows("e1", evidence, answer, PLATFORM)


def of(kind: str, protocol: str = "", family: str = "") -> list[Evidence]:
    return [e for e in PLATFORM.evidence if (e.kind, e.protocol, e.family) == (kind, protocol, family)]


@pytest.fixture(scope="module")
def device() -> Device:
    model = Model(NODES)
    one, other = (Device(node, Eos(), model) for node in NODES)
    one.running.apply(["vrf instance BLUE", *BLUE, *LOOPBACK])
    other.running.apply([line.replace("10.255.0.1", "10.255.0.2").replace("65001", "65002") for line in LOOPBACK])
    one.changed()
    other.changed()
    return one


def answer(device: Device, evidence: Evidence) -> str:
    text = evidence.format != "json"
    (told,) = EosRequest(device, Login(), text=text).run([evidence.command])
    return str(told["output"]) if text else json.dumps(told)


@every_evidence
def test_every_evidence_is_answered_and_read(evidence: Evidence, device: Device) -> None:
    between_areas = "'inter'" in evidence.rows or "'external'" in evidence.rows
    assert bool(read(evidence, answer(device, evidence))) != between_areas


@every_evidence
def test_what_does_not_run_has_no_rows(evidence: Evidence) -> None:
    node = Node("e9", "10.255.0.9")
    bare = Device(node, Eos(), Model([node]))
    if evidence.kind in ("originations", "neighbours", "identity") and evidence.command != "show hostname":
        assert read(evidence, answer(bare, evidence)) == []


def test_interfaces_are_told_in_parts(device: Device) -> None:
    rows = [row for e in of("interfaces") for row in read(e, answer(device, e)) if row["name"].startswith("Loopback")]
    assert rows == [
        {"name": "Loopback0", "enabled": True, "up": True},
        {"name": "Loopback1", "enabled": True, "up": True},
        {"name": "Loopback0", "vrf": "default", "addresses": ["10.255.0.1/32"]},
        {"name": "Loopback1", "vrf": "BLUE", "addresses": ["10.7.0.1/32", "10.7.0.2/24"]},
        {"name": "Loopback0", "vrf": "default", "addresses": ["2001:db8:255::1/128"]},
    ]


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_routes_are_those_of_the_network_around(device: Device, family: str) -> None:
    (evidence,) = of("routes", family=family)
    rows = read(evidence, answer(device, evidence))
    views = [view for view in device.routing.routes("e1", family) if view.protocol != "local"]
    assert {(r["vrf"], r["prefix"], tuple((h[0] or "", h[1]) for h in r["nexthops"])) for r in rows} == {
        (v.vrf, v.prefix, v.nexthops) for v in views
    }
    assert {r["protocol"] for r in rows} <= {"connected", "static", "OSPF", "OSPFv3", "ISISLevel2", "bgp"}


@pytest.mark.parametrize("protocol", ["ospf", "ospf3", "isis"])
def test_databases_are_those_of_the_network_around(device: Device, protocol: str) -> None:
    rows = [row for e in of("originations", protocol) for row in read(e, answer(device, e))]
    views = device.routing.lsas("e1", protocol)
    assert {(r["scope"], r["prefix"], r["originator"]) for r in rows} == {
        (v.scope, v.prefix, v.originator) for v in views
    }


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_paths_are_those_of_the_network_around(device: Device, family: str) -> None:
    (evidence,) = of("originations", "bgp", family)
    rows = read(evidence, answer(device, evidence))
    views = device.routing.paths("e1", family)
    assert {(r["prefix"], r["own"], r["best"]) for r in rows} == {(v.prefix, not v.originator, v.best) for v in views}
    assert ("10.7.0.1/32" in {r["prefix"] for r in rows}) == (family == "ipv4")


def rows_of(kind: str, protocol: str, document: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for e in of(kind, protocol) for row in read(e, json.dumps({"vrfs": {"default": document}}))]


HEAD = {"advertisingRouter": "10.0.0.2", "linkStateId": "10.9.0.0"}


def test_a_summary_and_an_external_prefix_are_read_with_their_masks() -> None:
    summary = {**HEAD, "lsaType": "summaryLsa", "ospfSummaryLsa": {"networkMask": "255.255.0.0", "metric": 10}}
    external = {**HEAD, "lsaType": "externalLsa", "ospfExternalLsa": {"networkMask": "255.255.255.0", "metric": 1}}
    withdrawn = {**summary, "age": 3600, "linkStateId": "10.8.0.0"}
    areas = {"0.0.0.1": {"areaDatabase": [{"areaLsas": [summary, withdrawn]}]}}
    document = {"instList": {"1": {"areas": areas, "externalLsdb": [{"externalLsas": [external]}]}}}
    assert [(r["scope"], r["kind"], r["prefix"]) for r in rows_of("originations", "ospf", document)] == [
        ("0.0.0.1", "inter", "10.9.0.0/16"),
        ("", "external", "10.9.0.0/24"),
    ]


@pytest.mark.parametrize("order", [("linkId", "linkData"), ("linkData", "linkId")], ids=["as the RFC", "reversed"])
def test_a_stub_link_is_read_whichever_of_its_words_is_the_mask(order: tuple[str, str]) -> None:
    link = {order[0]: "10.0.0.1", order[1]: "255.255.255.255", "linkType": "stubNetwork", "metric": 1, "numTos": 0}
    other = {"linkId": "10.0.0.9", "linkData": "198.51.100.1", "linkType": "pointToPoint", "metric": 1}
    lsa = {**HEAD, "lsaType": "routerLsa", "ospfRouterLsa": {"numRtrLinks": 2, "routerLsaLinks": [other, link]}}
    document = {"instList": {"1": {"areas": {"0.0.0.0": {"areaDatabase": [{"areaLsas": [lsa]}]}}}}}
    assert [r["prefix"] for r in rows_of("originations", "ospf", document)] == ["10.0.0.1/32"]


def test_ospfv3_between_areas_and_from_outside() -> None:
    prefix = {"prefix": "2001:db8:9::", "prefixLength": 48}
    inter = {**HEAD, "lsaType": "interAreaPrefixLsa", "ospf3InterAreaPrefixLsa": {"prefix": prefix, "metric": 1}}
    external = {**HEAD, "lsaType": "asExternalLsa", "ospf3ExternalLsa": {"prefix": prefix, "metric": 1}}
    areas = {"0.0.0.1": {"ospf3AreaLsaList": [inter]}}
    document = {"instList": {"10": {"ospf3AreaEntries": areas, "ospf3AsLsas": [external]}}}
    assert {(r["scope"], r["kind"], r["prefix"]) for r in rows_of("originations", "ospf3", document)} == {
        ("0.0.0.1", "inter", "2001:db8:9::/48"),
        ("", "external", "2001:db8:9::/48"),
    }


ISIS = """
IS-IS Instance: CORE VRF: default
  IS-IS Level 2 Link State Database
    LSPID                   Seq Num  Cksum  Life Length IS Flags
    far.00-00                    16   5909   619    126 L2 <>
      Hostname: far
      IS Neighbor          : near.00             Metric: 10
      Reachability         : 10.0.0.3/32 Metric: 10 Type: 1 Up
        SR Prefix-SID: 3 Flags: [N] Algorithm: 0
      Reachability (MT-IPv6): 2001:db8::3/128 Metric: 10 Type: 1 Up
    0000.0000.0004.00-00         17   5909     0    126 L2 <>
      Reachability         : 10.0.0.4/32 Metric: 10 Type: 1 Up
    near.00-00                   18   5909   619    126 L2 <>
      Reachability          : 2001:db8::5/128 Metric: 10 Type: 1 Up

IS-IS Instance: OTHER VRF: BLUE
  IS-IS Level 1 Link State Database
    blue.00-00                   18   5909   619    126 L1 <>
      Reachability         : 10.0.0.6/32 Metric: 10 Type: 1 Up
"""


def test_isis_topologies_withdrawn_packets_and_other_vrfs() -> None:
    (evidence,) = of("originations", "isis")
    rows = read(evidence, ISIS)
    assert [(r["scope"], r["originator"], r["prefix"]) for r in rows] == [
        ("2", "far", "10.0.0.3/32"),
        ("2", "far", "2001:db8::3/128"),
        ("2", "near", "2001:db8::5/128"),
    ]


def test_a_line_that_is_not_known_is_an_error_and_no_missing_prefix() -> None:
    (evidence,) = of("originations", "isis")
    with pytest.raises(UnexpectedAnswer, match="was not expected"):
        read(evidence, ISIS.replace("Reachability (MT-IPv6):", "MT Reachability:"))


def test_the_version_is_told_by_show_version(device: Device) -> None:
    assert PLATFORM.identify is not None
    (told,) = EosRequest(device, Login(), text=True).run([PLATFORM.identify.command])
    assert PLATFORM.identify.version_in(str(told["output"])) == "4.28.3M"
    assert PLATFORM.identify.version_in("Cisco IOS Software, Version 17.3.4a") is None
