"""What devices answer, read into evidence: above all, what is listed there and does not count any more."""

import json

import pytest

from loopwright.evidence import DeviceEvidence, Interest, read_evidence
from loopwright.models import Observed
from loopwright.platform import load_platforms

PLATFORM = load_platforms()["frr"]
ROUTER = "show ip ospf database router json"
SUMMARY = "show ip ospf database summary json"
EXTERNAL = "show ip ospf database external json"
IPV6 = "show ipv6 ospf6 database detail json"
ISIS = "show isis database detail"
BGP = "show bgp ipv4 unicast json"
PREFIX, PREFIX6 = "10.0.0.1/32", "2001:db8::1/128"


def read(answers: dict[str, str]) -> DeviceEvidence:
    return read_evidence(Observed("r2", "frr"), PLATFORM, answers, Interest([PREFIX, PREFIX6]))


def router_lsa(**age: int) -> dict[str, object]:
    stub = {"linkType": "Stub Network", "networkAddress": "10.0.0.1", "networkMask": "255.255.255.255"}
    return {**age, "advertisingRouter": "1.1.1.1", "routerLinks": {"link0": stub}}


def ipv6_lsa(kind: str, **age: int) -> dict[str, object]:
    held: object = [{"prefix": PREFIX6}] if kind == "Intra-Prefix" else PREFIX6
    return {**age, "type": kind, "advertisingRouter": "1.1.1.1", "prefix": held}


def answer_of(kind: str, **age: int) -> tuple[str, str]:
    lsa = {**age, "advertisingRouter": "1.1.1.1", "linkStateId": "10.0.0.1", "networkMask": 32}
    answers: dict[str, tuple[str, object]] = {
        "router": (ROUTER, {"routerLinkStates": {"areas": {"0.0.0.0": [router_lsa(**age)]}}}),
        "summary": (SUMMARY, {"summaryLinkStates": {"areas": {"0.0.0.0": [lsa]}}}),
        "external": (EXTERNAL, {"asExternalLinkStates": [lsa]}),
    }
    ages = {"age": age["lsaAge"]} if age else {}
    for name in ("Intra-Prefix", "Inter-Prefix"):
        lsas = [ipv6_lsa(name, **ages)]
        answers[name] = (IPV6, {"areaScopedLinkStateDb": [{"areaId": "0", "lsa": lsas}], "asScopedLinkStateDb": []})
    external6 = {"areaScopedLinkStateDb": [], "asScopedLinkStateDb": [{"lsa": [ipv6_lsa("AS-External", **ages)]}]}
    answers["AS-External"] = (IPV6, external6)
    command, document = answers[kind]
    return command, json.dumps(document)


@pytest.mark.parametrize("age", [{"lsaAge": 7}, {"lsaAge": 3599}, {}], ids=["young", "old", "without an age"])
@pytest.mark.parametrize("kind", ["router", "summary", "external", "Intra-Prefix", "Inter-Prefix", "AS-External"])
def test_an_lsa_is_read(kind: str, age: dict[str, int]) -> None:
    command, answer = answer_of(kind, **age)
    (seen,) = read({command: answer}).originations
    assert (seen.originator, seen.prefix) in {("1.1.1.1", PREFIX), ("1.1.1.1", PREFIX6)}


@pytest.mark.parametrize("kind", ["router", "summary", "external", "Intra-Prefix", "Inter-Prefix", "AS-External"])
def test_an_lsa_that_is_withdrawn_and_still_listed_does_not_count(kind: str) -> None:
    command, answer = answer_of(kind, lsaAge=3600)
    assert read({command: answer}).originations == frozenset()


LSP = """\
Area CORE:
IS-IS Level-2 link-state database:
LSP ID                  PduLen  SeqNumber   Chksum  Holdtime  ATT/P/OL
r1.00-00                  181   0x00000003  0x58a5     {}    0/0/0
  Protocols Supported: IPv4, IPv6
  Extended IP Reachability: 10.0.0.1/32 (Metric: 10)
r2.00-00             *    181   0x00000003  0x58a5     360    0/0/0
  IPv6 Reachability: 2001:db8::1/128 (Metric: 10)

    2 LSPs
"""


def test_an_lsp_is_read_with_its_originator_and_level() -> None:
    found = read({ISIS: LSP.format(360)})
    assert {(o.scope, o.originator, o.prefix, o.own) for o in found.originations} == {
        ("2", "r1", PREFIX, False),
        ("2", "r2", PREFIX6, True),
    }
    assert found.identities == {"isis": "r2"}


@pytest.mark.parametrize("holdtime", ["0", "(12)"])
def test_an_lsp_without_time_left_does_not_count_and_hides_none_after_it(holdtime: str) -> None:
    assert {o.prefix for o in read({ISIS: LSP.format(holdtime)}).originations} == {PREFIX6}


@pytest.mark.parametrize(
    ("path", "read_as"),
    [
        ({"valid": True, "bestpath": True, "peerId": "192.0.2.1"}, {"192.0.2.1"}),
        ({"valid": True, "peerId": "192.0.2.1"}, {"192.0.2.1"}),
        ({"peerId": "192.0.2.1"}, set()),
        ({"valid": True, "bestpath": True, "peerId": "(unspec)"}, {"(unspec)"}),
    ],
    ids=["best", "valid", "invalid", "its own"],
)
def test_a_bgp_path_counts_when_it_is_valid(path: dict[str, object], read_as: set[str]) -> None:
    found = read({BGP: json.dumps({"routerId": "1.1.1.2", "routes": {PREFIX: [path]}})})
    assert {o.originator for o in found.originations} == read_as
    assert {o.own for o in found.originations} <= {path["peerId"] == "(unspec)"}


def test_what_the_device_does_not_tell_was_not_asked() -> None:
    assert read({ISIS: "% IS-IS is not running"}).asked == frozenset()


def routes(protocol: str, selected: int, others: int) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for number in range(selected + others):
        prefix = f"10.{len(protocol)}.{number}.0/24"
        row: dict[str, object] = {"vrfName": "default", "prefix": prefix, "protocol": protocol, "nexthops": []}
        found[prefix] = [{**row, **({"selected": True, "installed": True} if number < selected else {})}]
    return found


def test_the_selected_routes_of_a_protocol_are_counted_whether_they_are_of_interest_or_not() -> None:
    answer = json.dumps({**routes("ospf", 3, 1), **routes("bgp", 2, 2), **routes("static", 0, 1)})
    found = read({"show ip route vrf all json": answer})
    assert found.route_counts == {"ospf": 3, "bgp": 2}
    assert found.routes == frozenset()


def test_routes_of_both_families_are_counted_together() -> None:
    answer = json.dumps(routes("bgp", 2, 0))
    found = read({"show ip route vrf all json": answer, "show ipv6 route vrf all json": answer})
    assert found.route_counts == {"bgp": 4}
