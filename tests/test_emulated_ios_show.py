"""What emulated IOS shows of interfaces and routes is read back by the folder into what the network around told it."""

from typing import Any

import pytest
import textfsm

from lab.emulated.ios_show import SHOWS, show
from lab.emulated.views import RouteView
from loopwright.addresses import network
from tests.ios_told import EVIDENCE, FACTS, GI1, GI2, LO0, LO1, SHOW, UP, asked, device, read

pytestmark = pytest.mark.skipif(not EVIDENCE, reason="the folder says nothing of evidence yet")


def test_every_command_of_the_folder_is_answered() -> None:
    unanswered = [e["command"] for e in EVIDENCE if show(device(), e["command"].format(vrf="blue")) is None]
    assert unanswered == []
    assert len(SHOWS) >= len({e["command"] for e in EVIDENCE})


@pytest.mark.parametrize("what", sorted(SHOW.keys() - {"configuration", "ping"}))
def test_what_a_cause_names_is_answered(what: str) -> None:
    prefix = "2001:db8:ff::2/128" if "6" in what else "10.255.0.2/32"
    answer = show(device(), SHOW[what].format(prefix=prefix, interface=LO0))
    assert answer is not None


@pytest.mark.parametrize(("command", "version"), [("show ip interface", "."), ("show ipv6 interface", ":")])
def test_interfaces(command: str, version: str) -> None:
    found = {row["name"]: row for row in asked(device(), "interfaces", command)}
    for port in FACTS.ports:
        addresses = [a for a in port.addresses if version in a]
        if version == "." or addresses:
            row = found.pop(port.name)
            assert (row["enabled"], row["up"]) == (port.enabled, UP[port.name] and port.enabled)
            assert [a.lower() for a in row["addresses"]] == addresses
            assert (row["vrf"] or "default") == (port.vrf if addresses else "default")
    assert found == {}


def ipv4_routes() -> tuple[RouteView, ...]:
    one, other = ("192.0.2.2", GI1), ("192.0.2.6", GI2)
    return (
        RouteView("default", "0.0.0.0/0", "static", (one,), 1, 0),
        RouteView("default", "10.255.0.1/32", "connected", (("", LO0),)),
        RouteView("default", "10.255.0.2/32", "ospf", (one, other), 110, 2),
        RouteView("default", "172.16.0.0/12", "bgp", (("192.0.2.2", ""),), 20, 0),
        RouteView("default", "172.31.0.0/16", "ospf", (("", "Null0"),), 110, 2),
        RouteView("default", "192.0.2.0/30", "connected", (("", GI1),)),
        RouteView("default", "192.0.2.1/32", "local", (("", GI1),)),
        RouteView("default", "198.51.100.0/24", "isis", (one, other), 115, 20),
        RouteView("blue", "10.9.9.1/32", "connected", (("", LO1),)),
        RouteView("blue", "10.9.8.0/24", "bgp", (("10.9.9.7", ""),), 200, 0),
    )


def ipv6_routes() -> tuple[RouteView, ...]:
    one, other = ("fe80::2", GI1), ("fe80::6", GI2)
    return (
        RouteView("default", "::/0", "static", (("2001:db8:0:1::2", ""),), 1, 0),
        RouteView("default", "2001:db8:0:1::/64", "connected", (("", GI1),)),
        RouteView("default", "2001:db8:0:1::1/128", "local", (("", GI1),)),
        RouteView("default", "2001:db8:ff::1/128", "connected", (("", LO0),)),
        RouteView("default", "2001:db8:ff::2/128", "ospf3", (one, other), 110, 1),
        RouteView("default", "2001:db8:ff::3/128", "isis", (one,), 115, 20),
        RouteView("default", "2001:db8:ff::4/128", "bgp", (one,), 20, 0),
        RouteView("default", "2001:db8:fe::/48", "static", (("", "Null0"),), 1, 0),
        RouteView("blue", "2001:db8:9::1/128", "connected", (("", LO1),)),
    )


def as_rows(views: tuple[RouteView, ...]) -> list[tuple[Any, ...]]:
    hops = {v: [(a, "" if i == "Null0" else i) for a, i in v.nexthops] for v in views}
    return sorted((v.vrf, v.prefix, v.protocol.replace("ospf3", "ospf"), hops[v]) for v in views)


def as_views(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    assert all(row["selected"] and row["installed"] for row in found)
    hops = [[((address or "").lower(), interface or "") for address, interface in row["nexthops"]] for row in found]
    named = [(row["vrf"] or "default", network(row["prefix"]), row["protocol"]) for row in found]
    return sorted((*name, hop) for name, hop in zip(named, hops, strict=True))


def test_ipv4_routes_of_every_vrf() -> None:
    found = asked(device(routes_ipv4=ipv4_routes()), "routes", "show ip route vrf *")
    assert as_views(found) == as_rows(ipv4_routes())


def test_ipv4_route_whose_next_hops_stand_on_lines_of_their_own() -> None:
    answer = show(device(routes_ipv4=ipv4_routes()), "show ip route vrf *") or ""
    broken = answer.replace(" [110/2] via 192.0.2.2", "\n           [110/2] via 192.0.2.2")
    assert broken != answer
    assert as_views(read(broken, "routes", "show ip route vrf *")) == as_rows(ipv4_routes())


@pytest.mark.parametrize(
    "line", ["O        10.255.0.2 [110/2] through 192.0.2.2", "      10.0.0.0/32 is cut up", "10.1.1.1 via Gi1"]
)
def test_a_line_of_the_routing_table_that_is_not_known_is_an_error(line: str) -> None:
    answer = show(device(routes_ipv4=ipv4_routes()), "show ip route") or ""
    with pytest.raises(textfsm.TextFSMError):
        read(f"{answer}\n{line}", "routes", "show ip route vrf *")


@pytest.mark.parametrize("vrf", ["default", "blue", "empty"])
def test_ipv6_routes_of_one_vrf(vrf: str) -> None:
    command = "show ipv6 route" if vrf == "default" else "show ipv6 route vrf {vrf}"
    found = asked(device(routes_ipv6=ipv6_routes()), "routes", command, vrf=vrf)
    multicast = RouteView(vrf, "ff00::/8", "local", (("", "Null0"),))
    assert as_views(found) == as_rows((*(v for v in ipv6_routes() if v.vrf == vrf), multicast))


@pytest.mark.parametrize(
    ("asked_for", "answer"),
    [
        ("show ip route vrf red", "% IP routing table red does not exist"),
        ("show ip route 10.255.0.9 255.255.255.255", "% Subnet not in table"),
    ],
)
def test_what_is_not_there_is_told_as_such(asked_for: str, answer: str) -> None:
    assert show(device(routes_ipv4=ipv4_routes()), asked_for) == answer


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("show ipv6 route 2001:DB8:FF::2/128", "    FE80::6, GigabitEthernet2\n"),
        ("show ipv6 route 2001:db8:ff::1/128", "    receive via Loopback0\n"),
        ("show ip cef 10.255.0.2/32", "10.255.0.2/32\n  nexthop 192.0.2.2 GigabitEthernet1\n"),
        ("show ip cef vrf blue 10.9.9.1/32", "10.9.9.1/32\n  receive for Loopback1"),
        ("show ip cef 10.9.9.1/32", "%Prefix not found"),
        ("show ipv6 route 2001:db8:ff::9/128", "% Route not found"),
    ],
)
def test_entry_of_one_prefix(command: str, told: str) -> None:
    assert told in (show(device(routes_ipv4=ipv4_routes(), routes_ipv6=ipv6_routes()), command) or "")


def test_one_prefix_is_told_with_its_next_hops() -> None:
    told = show(device(routes_ipv4=ipv4_routes()), "show ip route 10.255.0.2 255.255.255.255") or ""
    assert told.startswith('Routing entry for 10.255.0.2/32\n  Known via "ospf 7", distance 110, metric 2\n')
    assert "  * 192.0.2.6, via GigabitEthernet2\n" in told
