"""What emulated IOS shows of its databases, tables and neighbours is read back by the folder into what it was told."""

from typing import Any

import pytest
import textfsm

from lab.emulated.ios_show import show
from lab.emulated.views import LsaView, NeighbourView, PathView
from loopwright.addresses import area, network
from tests.ios_told import EVIDENCE, GI1, GI2, asked, device, read

pytestmark = pytest.mark.skipif(not EVIDENCE, reason="the folder says nothing of evidence yet")


def lsas(protocol: str) -> tuple[LsaView, ...]:
    v6 = protocol == "ospf3"
    stubs = (
        ("2001:db8:ff::1/128", "2001:db8:ff::2/128", "2001:db8:fd::/64")
        if v6
        else ("10.255.0.1/32", "10.255.0.2/32", "192.0.2.4/30")
    )
    far, outside = ("2001:db8:ff::3/128", "2001:db8:e::/48") if v6 else ("10.255.0.3/32", "203.0.113.0/24")
    return (
        LsaView(protocol, "0.0.0.0", "intra", stubs[0], "10.255.0.1", 1, own=True),
        LsaView(protocol, "0.0.0.0", "intra", stubs[1], "10.255.0.2", 1),
        LsaView(protocol, "0.0.0.0", "intra", stubs[2], "10.255.0.2", 10),
        LsaView(protocol, "0.0.1.4", "intra", stubs[1], "10.255.0.4", 1),
        LsaView(protocol, "0.0.0.0", "inter", far, "10.255.0.2", 11),
        LsaView(protocol, "0.0.1.4", "inter", far, "10.255.0.1", 12, own=True),
        LsaView(protocol, "", "external", outside, "10.255.0.2", 20),
    )  # fmt: skip


LSDBS = [
    ("ospf", "intra", "show ip ospf database router"),
    ("ospf", "inter", "show ip ospf database summary"),
    ("ospf", "external", "show ip ospf database external"),
    ("ospf3", "intra", "show ospfv3 database prefix"),
    ("ospf3", "inter", "show ospfv3 database inter-area prefix"),
    ("ospf3", "external", "show ospfv3 database external"),
]


def originations(found: list[dict[str, Any]]) -> set[tuple[str, ...]]:
    return {(area(r["scope"]) if r["scope"] else "", r["kind"], network(r["prefix"]), r["originator"]) for r in found}


def told(views: tuple[LsaView, ...], kind: str) -> set[tuple[str, ...]]:
    return {(v.scope, v.kind, v.prefix, v.originator) for v in views if v.kind == kind}


every_database = pytest.mark.parametrize(("protocol", "kind", "command"), LSDBS, ids=[command for *_, command in LSDBS])
every_command = pytest.mark.parametrize("command", [command for *_, command in LSDBS])


def answer_of(command: str) -> str:
    return show(device(lsas_ospf=lsas("ospf"), lsas_ospf3=lsas("ospf3")), command) or ""


@every_database
def test_ospf_database(protocol: str, kind: str, command: str) -> None:
    assert originations(read(answer_of(command), "originations", command)) == told(lsas(protocol), kind)


@every_database
@pytest.mark.parametrize("age", ["MAXAGE(3603)", "3600"])
def test_withdrawn_lsa_is_left_out(protocol: str, kind: str, command: str, age: str) -> None:
    answer = answer_of(command)
    first = answer.partition("Advertising Router: ")[2].split()[0]
    found = read(answer.replace("LS age: 412", f"LS age: {age}", 1), "originations", command)
    gone = told(lsas(protocol), kind) - originations(found)
    assert {origin for *_, origin in gone} == {first}


@every_command
@pytest.mark.parametrize("known", ["LS age", "Link State ID", "Prefix Length", "Network Mask"])
def test_a_line_of_an_lsa_that_is_not_known_is_an_error(command: str, known: str) -> None:
    answer = answer_of(command)
    if known not in answer:
        assert known in ("Prefix Length", "Network Mask")
        return
    with pytest.raises(textfsm.TextFSMError):
        read(answer.replace(known, "Something else"), "originations", command)


@every_command
def test_without_ospf_there_is_no_answer(command: str) -> None:
    assert show(device(), command) == ""


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("show ip ospf database", "10.255.0.2      10.255.0.2      412         0x80000001 0x"),
        ("show ospfv3 database", " 10.255.0.2      412         0x80000001  2001:DB8:FF::3/128"),
    ],
)
def test_ospf_database_in_short(command: str, line: str) -> None:
    assert f"\n{line}" in answer_of(command)


@pytest.mark.parametrize(("protocol", "command"), [("ospf", LSDBS[0][2]), ("ospf3", LSDBS[3][2])])
def test_ospf_identity(protocol: str, command: str) -> None:
    answering = device(lsas_ospf=lsas("ospf"), lsas_ospf3=lsas("ospf3"))
    assert asked(answering, "identity", command) == [{"identity": "10.255.0.1"}]


def test_the_older_command_of_ospfv3_is_read_alike() -> None:
    answer = show(device(lsas_ospf3=lsas("ospf3")), "show ipv6 ospf database prefix") or ""
    assert originations(read(answer, "originations", LSDBS[3][2])) == told(lsas("ospf3"), "intra")
    assert read(answer, "identity", LSDBS[3][2]) == [{"identity": "10.255.0.1"}]


ISIS = (
    LsaView("isis", "1", "internal", "10.255.0.1/32", "r1", 0, own=True),
    LsaView("isis", "1", "inter", "10.255.0.9/32", "r1", 20, own=True),
    LsaView("isis", "2", "internal", "10.255.0.1/32", "r1", 0, own=True),
    LsaView("isis", "2", "internal", "2001:db8:ff::1/128", "r1", 0, own=True),
    LsaView("isis", "2", "external", "203.0.113.0/24", "r2", 0),
    LsaView("isis", "2", "internal", "10.255.0.3/32", "a-name-of-twenty-two-x", 10),
    LsaView("isis", "2", "internal", "10.255.0.4/32", "0000.0000.0004", 10),
)


def isis_rows(found: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {(r["scope"], r["kind"], network(r["prefix"]), r["originator"], r["own"]) for r in found}


def isis_views(views: tuple[LsaView, ...]) -> set[tuple[Any, ...]]:
    return {(v.scope, v.kind, v.prefix, v.originator, v.own) for v in views}


def test_isis_database() -> None:
    assert isis_rows(asked(device(lsas_isis=ISIS), "originations", "show isis database detail")) == isis_views(ISIS)


@pytest.mark.parametrize("left", ["0/1200 ", "0 (17)/1200 ", "(0)/1200 "])
def test_isis_purged_lsp_is_left_out(left: str) -> None:
    answer = show(device(lsas_isis=ISIS), "show isis database detail") or ""
    answer = answer.replace("1105/1200 ", left, 1)
    kept = tuple(v for v in ISIS if v.originator != "0000.0000.0004")
    assert isis_rows(read(answer, "originations", "show isis database detail")) == isis_views(kept)


def test_isis_multi_topology_prefix() -> None:
    answer = (show(device(lsas_isis=ISIS), "show isis database detail") or "").replace(" IPv6 ", " IPv6 (MT-IPv6) ")
    assert isis_rows(read(answer, "originations", "show isis database detail")) == isis_views(ISIS)


def test_isis_prefix_of_the_narrow_style_has_a_mask() -> None:
    answer = (show(device(lsas_isis=ISIS), "show isis database detail") or "").replace("/32", " 255.255.255.255")
    assert isis_rows(read(answer, "originations", "show isis database detail")) == isis_views(ISIS)


PATHS4 = (
    PathView("default", "10.255.0.1/32", "0.0.0.0"),
    PathView("default", "10.255.0.2/32", "192.0.2.2", "10.255.0.2", ("65002", "32768")),
    PathView("default", "10.255.0.2/32", "10.255.0.3", "10.255.0.3", ("65002",), best=False, internal=True),
    PathView("default", "198.51.100.128/25", "10.255.0.3", "10.255.0.3", internal=True),
    PathView("default", "203.0.113.0/24", "192.0.2.2", "10.255.0.2", ("65002",)),
    PathView("default", "172.16.0.0/16", "192.0.2.9"),
    PathView("default", "10.0.0.0/8", "192.0.2.2", "10.255.0.2", ("65002",)),
    PathView("default", "0.0.0.0/0", "192.0.2.2", "10.255.0.2", ("65002",)),
    PathView("blue", "10.9.9.1/32", "0.0.0.0"),
)
PATHS6 = (
    PathView("default", "2001:db8:ff::1/128", "::"),
    PathView("default", "2001:db8:ff:ffff::2/128", "2001:db8:0:1::2", "10.255.0.2", ("65002",)),
    PathView("default", "2001:db8:ff:ffff::2/128", "2001:db8:0:ffff:1::2", "10.255.0.3", ("65002",), best=False),
    PathView("default", "2001:db8::/32", "2001:db8:0:ffff:1::2", "10.255.0.3", internal=True),
    PathView("blue", "2001:db8:9::1/128", "::"),
)


def path_rows(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((network(r["prefix"]), r["originator"].lower(), r["best"], r["own"]) for r in found)


def path_views(views: tuple[PathView, ...], vrf: str = "default") -> list[tuple[Any, ...]]:
    return sorted((v.prefix, v.nexthop, v.best, not v.originator) for v in views if v.vrf == vrf)


PATHS = {"ipv4": PATHS4, "ipv6": PATHS6}
each_family = pytest.mark.parametrize("family", ["ipv4", "ipv6"])


def table_of(family: str) -> str:
    return show(device(paths_ipv4=PATHS4, paths_ipv6=PATHS6), f"show bgp {family} unicast") or ""


@each_family
def test_bgp_table(family: str) -> None:
    found = read(table_of(family), "originations", f"show bgp {family} unicast")
    assert path_rows(found) == path_views(PATHS[family])


@each_family
@pytest.mark.parametrize("which", ["all", "vrf blue"])
def test_bgp_table_of_a_vrf(family: str, which: str) -> None:
    command = f"show bgp {family.replace('ip', 'vpn')} unicast {which}"
    answer = show(device(paths_ipv4=PATHS4, paths_ipv6=PATHS6), command) or ""
    found = read(answer, "originations", f"show bgp {family} unicast")
    assert path_rows(found) == path_views(PATHS[family], "blue")


@each_family
@pytest.mark.parametrize(
    ("mark", "missing"), [("s>", 1), ("r>", 0), ("d ", 1)], ids=["suppressed", "not in the RIB", "damped"]
)
def test_bgp_path_that_is_not_valid_is_left_out(family: str, mark: str, missing: int) -> None:
    answer = table_of(family).replace(" *> ", f" {mark} ", 1)
    found = read(answer, "originations", f"show bgp {family} unicast")
    assert len(found) == len(path_views(PATHS[family])) - missing


@each_family
def test_a_line_of_the_bgp_table_that_is_not_known_is_an_error(family: str) -> None:
    with pytest.raises(textfsm.TextFSMError):
        read(f"{table_of(family)}\n *>   nonsense", "originations", f"show bgp {family} unicast")


def test_bgp_entry_of_one_prefix() -> None:
    answer = show(device(paths_ipv4=PATHS4), "show bgp ipv4 unicast 10.255.0.2/32") or ""
    assert "Paths: (2 available, best #1, table default)" in answer
    assert "    192.0.2.2 from 192.0.2.2 (10.255.0.2)" in answer
    assert show(device(), "show bgp ipv4 unicast 10.255.0.2/32") == "% Network not in table"


@each_family
def test_empty_bgp_table_has_no_answer(family: str) -> None:
    assert show(device(), f"show bgp {family} unicast") == ""


SESSIONS = {
    "ipv4": [("192.0.2.2", "Established"), ("192.0.2.6", "Idle (Admin)"), ("10.1.1.1", "Active")],
    "ipv6": [("2001:db8::2", "Established"), ("2001:db8:0:ffff:1::2", "Idle")],
}


@each_family
def test_bgp_sessions(family: str) -> None:
    views = tuple(
        NeighbourView("bgp", address, address, "", state, state == "Established", "4200000001")
        for address, state in (*SESSIONS["ipv4"], *SESSIONS["ipv6"])
    )
    found = asked(device(neighbours_bgp=views, paths_ipv4=PATHS4), "neighbours", f"show bgp {family} unicast summary")
    assert [(r["neighbour"].lower(), r["state"]) for r in found] == SESSIONS[family]
    assert [r["up"] for r in found] == [state == "Established" for _, state in SESSIONS[family]]


def test_bgp_identity() -> None:
    assert asked(device(), "identity", "show bgp ipv4 unicast summary") == [{"identity": "10.255.0.1"}]


@pytest.mark.parametrize(
    ("protocol", "command"), [("ospf", "show ip ospf neighbor"), ("ospf3", "show ospfv3 neighbor")]
)
def test_ospf_neighbours(protocol: str, command: str) -> None:
    views = (
        NeighbourView(protocol, "10.255.0.2", "192.0.2.2", GI1, "Full/DR", up=True),
        NeighbourView(protocol, "10.255.0.3", "192.0.2.6", GI2, "FULL", up=True),
        NeighbourView(protocol, "10.255.0.4", "192.0.2.6", GI2, "Init/-", up=False),
    )
    found = asked(device(**{f"neighbours_{protocol}": views}), "neighbours", command)
    assert [(r["neighbour"], r["interface"], r["state"], r["up"]) for r in found] == [
        ("10.255.0.2", GI1, "FULL", True),
        ("10.255.0.3", GI2, "FULL", True),
        ("10.255.0.4", GI2, "INIT", False),
    ]


def test_isis_neighbours_under_the_whole_names_of_interfaces() -> None:
    views = (
        NeighbourView("isis", "r2", "192.0.2.2", GI1, "Up", up=True),
        NeighbourView("isis", "a-name-of-twenty-two-x", "", GI2, "Init", up=False),
    )
    answering = device(neighbours_isis=views)
    assert "r2              L2   Gi1" in (show(answering, "show isis neighbors") or "")
    found = asked(answering, "neighbours", "show isis neighbors detail")
    assert found == [
        {"neighbour": "r2", "interface": GI1, "state": "UP", "up": True},
        {"neighbour": "a-name-of-twenty-two-x", "interface": GI2, "state": "INIT", "up": False},
    ]
