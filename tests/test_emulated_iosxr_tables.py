"""What IOS-XR shows of its interfaces, routes, databases and neighbours is read by the folder into what it was told."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from lab.emulated.device import Device, Login
from lab.emulated.iosxr import IosXr
from lab.emulated.iosxr_cli import XrCli
from lab.emulated.views import (
    Facts,
    Link,
    LsaView,
    NeighbourView,
    Node,
    PathView,
    PortState,
    RouteView,
)
from loopwright.addresses import area
from loopwright.errors import UnexpectedAnswer
from loopwright.evidence import read_rows
from loopwright.platform import Evidence, load_platforms

PLATFORM = load_platforms()["iosxr"]
ROWS = {(e.command, e.kind): e for e in PLATFORM.evidence}
GI0, GI1, LO0, LO1 = "GigabitEthernet0/0/0/0", "GigabitEthernet0/0/0/1", "Loopback0", "Loopback1"


@dataclass
class Told:
    """A network that tells what a test wants it to."""

    title: str = "made by hand"
    blocking: bool = False
    up: tuple[str, ...] = ()
    tables: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    received: int = 0

    def update(self, facts: Facts) -> None:
        pass

    def ports(self, _device: str) -> tuple[PortState, ...]:
        return tuple(PortState(name, up=True) for name in self.up)

    def routes(self, _device: str, family: str) -> tuple[RouteView, ...]:
        return self.tables.get(f"routes {family}", ())

    def lsas(self, _device: str, protocol: str) -> tuple[LsaView, ...]:
        return self.tables.get(f"lsas {protocol}", ())

    def paths(self, _device: str, family: str) -> tuple[PathView, ...]:
        return self.tables.get(f"paths {family}", ())

    def neighbours(self, _device: str, protocol: str) -> tuple[NeighbourView, ...]:
        return self.tables.get(f"neighbours {protocol}", ())

    def ping(self, _device: str, _vrf: str, _source: str, _destination: str, count: int) -> int:
        return min(count, self.received)


NODE = Node(
    "xr1", "10.255.0.1",
    (Link(1, "192.0.2.0/31", "2001:db8:f::/127", "xr2", "192.0.2.1/31", "2001:db8:f::1/127", "0.0.0.0", isis=True),),
    ospf=True, ospf3=True, isis="CORE", isis_net="49.0001.0000.0000.0001.00", asn="65000", vrfs=("BLUE", "RED"),
)  # fmt: skip
LINES = """\
interface Loopback0
 ipv4 address 10.255.0.1/32
 ipv4 address 10.255.1.1/24 secondary
 ipv6 address 2001:db8:ff::1/128
interface Loopback1
 vrf RED
 ipv6 address 2001:db8:fe::1/64
 ipv6 address 2001:db8:fd::1/128
interface Loopback2
 ipv4 address 10.255.0.9/32
 shutdown
interface GigabitEthernet0/0/0/1
 ipv4 address 192.0.2.8/31"""


def rows(network: Told, command: str, kind: str, *, timestamps: bool = True, lines: str = "") -> list[dict[str, Any]]:
    """What the folder reads in the answer of a device to a command."""
    device = Device(NODE, IosXr(), network)
    store = device.running.copy()
    store.apply([*LINES.splitlines(), *lines.splitlines()])
    device.replace(store)
    cli = XrCli(device, Login())
    cli.timestamps = timestamps
    return read_rows("xr1", ROWS[command, kind], cli.answer(command), PLATFORM)


@pytest.mark.parametrize("timestamps", [True, False], ids=["with the time", "without"])
def test_interfaces_tell_state_vrf_and_addresses(timestamps: bool) -> None:  # noqa: FBT001 - a case
    network = Told(up=(GI0, LO0, LO1, GI1))
    both = [rows(network, f"show {f} vrf all interface", "interfaces", timestamps=timestamps) for f in ("ipv4", "ipv6")]
    four, six = ({row["name"]: row for row in found} for found in both)
    assert four[LO0]["addresses"] == ["10.255.0.1/32", "10.255.1.1/24"]
    assert (four[LO0]["enabled"], four[LO0]["up"], four[LO1]["vrf"]) == (True, True, "RED")
    assert (four["Loopback2"]["enabled"], four["Loopback2"]["up"]) == (False, False)
    assert six[LO1]["addresses"] == ["2001:db8:fe::1/64", "2001:db8:fd::1/128"]
    assert (six[LO1]["vrf"], six[LO1]["up"], six["Loopback2"]["addresses"]) == ("RED", True, [])


def test_an_address_that_another_interface_holds_is_not_told_as_held() -> None:
    network, command = Told(up=(GI0, GI1, LO0)), "show ipv4 vrf all interface"
    read = rows(network, command, "interfaces", lines=f"interface {GI1}\n ipv4 address 10.255.0.9/24")
    found = {row["name"]: row for row in read}
    assert (found[GI1]["addresses"], found[LO0]["addresses"], found[LO0]["up"]) == (["10.255.0.9/24"], [], True)


ROUTES = {
    "ipv4": (
        RouteView("default", "10.255.0.1/32", "connected", (("", LO0),)),
        RouteView("default", "10.255.0.2/32", "ospf", (("192.0.2.1", GI0), ("192.0.2.9", GI1)), 110, 2),
        RouteView("default", "10.255.0.3/32", "isis", (("192.0.2.1", GI0),), 115, 20),
        RouteView("default", "10.255.0.4/32", "bgp", (("192.0.2.1", ""),), 200),
        RouteView("RED", "10.9.0.0/24", "connected", (("", LO1),)),
    ),
    "ipv6": (
        RouteView("default", "2001:db8:ff::1/128", "connected", (("", LO0),)),
        RouteView("default", "2001:db8:ff::2/128", "ospf3", (("fe80::1", GI0), ("fe80::2", GI1)), 110, 2),
        RouteView("RED", "2001:db8:fe::/64", "connected", (("", LO1),)),
    ),
}
NAMES = {"ospf3": "ospf", "connected": "connected"}


@pytest.mark.parametrize("which", ["ipv4", "ipv6"])
@pytest.mark.parametrize("vrf", ["", "vrf all "], ids=["default", "vrfs"])
def test_routes_tell_vrf_protocol_and_next_hops(which: str, vrf: str) -> None:
    network = Told(tables={f"routes {which}": ROUTES[which]})
    read = rows(network, f"show route {vrf}{which} unicast", "routes")
    found = {(row["vrf"] or "default", row["prefix"]): row for row in read}
    wanted = [route for route in ROUTES[which] if (route.vrf != "default") == bool(vrf)]
    assert set(found) == {(route.vrf, route.prefix) for route in wanted}
    for route in wanted:
        row = found[route.vrf, route.prefix]
        host = route.prefix.endswith(("/32", "/128"))
        protocol = "local" if route.protocol == "connected" and host else NAMES.get(route.protocol, route.protocol)
        assert row["protocol"] == protocol
        assert [(a or "", i or "") for a, i in row["nexthops"]] == list(route.nexthops)


def lsas(protocol: str) -> tuple[LsaView, ...]:
    six = protocol == "ospf3"
    one, two, far = ("2001:db8:ff::1/128", "2001:db8:ff::2/128", "2001:db8:e::/48") if six else (
        "10.255.0.1/32", "10.255.0.2/32", "203.0.113.0/24",
    )  # fmt: skip
    return (
        LsaView(protocol, "0.0.0.0", "intra", one, "10.255.0.1", 1, own=True),
        LsaView(protocol, "0.0.0.0", "intra", two, "10.255.0.2", 1),
        LsaView(protocol, "0.0.0.0", "intra", far, "10.255.0.2", 10),
        LsaView(protocol, "1.2.3.4", "intra", two, "10.255.0.4", 1),
        LsaView(protocol, "0.0.0.10", "inter", two, "10.255.0.2", 11),
        LsaView(protocol, "", "external", far, "10.255.0.2", 20),
    )


DATABASES = {
    "show ospf vrf all-inclusive database router": ("ospf", "intra"),
    "show ospf vrf all-inclusive database summary": ("ospf", "inter"),
    "show ospf vrf all-inclusive database external": ("ospf", "external"),
    "show ospfv3 database prefix": ("ospf3", "intra"),
    "show ospfv3 database inter-area prefix": ("ospf3", "inter"),
    "show ospfv3 database external": ("ospf3", "external"),
}


@pytest.mark.parametrize("command", DATABASES)
def test_ospf_databases_tell_area_prefix_and_originator(command: str) -> None:
    protocol, kind = DATABASES[command]
    network = Told(tables={f"lsas {protocol}": lsas(protocol)})
    read = rows(network, command, "originations")
    found = [(area(r["scope"]) if r["scope"] else "", r["kind"], r["prefix"], r["originator"]) for r in read]
    assert sorted(found) == sorted((v.scope, v.kind, v.prefix, v.originator) for v in lsas(protocol) if v.kind == kind)


def test_the_isis_database_tells_level_prefix_originator_and_which_is_its_own() -> None:
    views = (
        LsaView("isis", "1", "internal", "10.255.0.1/32", "xr1", 10, own=True),
        LsaView("isis", "2", "internal", "10.255.0.1/32", "xr1", 10, own=True),
        LsaView("isis", "2", "internal", "2001:db8:ff::2/128", "a-router-with-a-name", 10),
        LsaView("isis", "2", "inter", "10.255.0.7/32", "0000.0000.0007", 10),
    )
    read = rows(Told(tables={"lsas isis": views}), "show isis database detail", "originations")
    found = [(r["scope"], r["kind"], r["prefix"], r["originator"], r["own"]) for r in read]
    assert sorted(found) == sorted((v.scope, v.kind, v.prefix, v.originator, v.own) for v in views)


PATHS = {
    "ipv4": (
        PathView("default", "10.255.0.1/32", "0.0.0.0"),
        PathView("default", "10.255.0.2/32", "192.0.2.1", "10.255.0.2", (), internal=True),
        PathView("default", "10.255.0.2/32", "192.0.2.9", "10.255.0.3", ("65001", "65002"), best=False),
        PathView("RED", "10.9.0.0/24", "0.0.0.0"),
    ),
    "ipv6": (
        PathView("default", "2001:db8:ff::1/128", "::"),
        PathView("default", "2001:db8:ff:aaaa:bbbb::2/128", "2001:db8:f:1111:2222::1", "10.255.0.2", ("65001",)),
    ),
}


@pytest.mark.parametrize("which", ["ipv4", "ipv6"])
@pytest.mark.parametrize("vrf", ["", "vrf all "], ids=["default", "vrfs"])
def test_bgp_tells_who_originates_and_what_is_best(which: str, vrf: str) -> None:
    network = Told(tables={f"paths {which}": PATHS[which]})
    read = rows(network, f"show bgp {vrf}{which} unicast detail", "originations")
    found = [(r["prefix"], r["originator"], r["best"], r["own"]) for r in read]
    told = [path for path in PATHS[which] if (path.vrf != "default") == bool(vrf)]
    assert sorted(found) == sorted(
        (p.prefix, p.originator or "10.255.0.1", p.best, not p.originator) for p in told
    )  # fmt: skip


NEIGHBOURS = {
    "show ospf neighbor": NeighbourView("ospf", "10.255.0.2", "192.0.2.1/31", GI0, "Full/DROther", up=True),
    "show ospfv3 neighbor": NeighbourView("ospf3", "10.255.0.2", "fe80::1", GI0, "FULL", up=True),
    "show isis neighbors": NeighbourView("isis", "xr2", "192.0.2.1", GI0, "UP", up=True),
    "show bgp ipv4 unicast summary": NeighbourView("bgp", "192.0.2.1", "192.0.2.1", GI0, "Established", True, "65000"),
    "show bgp ipv6 unicast summary": NeighbourView("bgp", "x", "2001:db8:f:aaaa::1", GI0, "Idle", False, "65001"),
}


@pytest.mark.parametrize("command", NEIGHBOURS)
def test_neighbours_tell_who_where_and_whether_they_are_up(command: str) -> None:
    told = NEIGHBOURS[command]
    (found,) = rows(Told(tables={f"neighbours {told.protocol}": (told,)}), command, "neighbours")
    bgp = told.protocol == "bgp"
    assert (found["neighbour"], found["interface"], found["up"]) == (
        told.address if bgp else told.identity, "" if bgp else told.interface, told.up,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["show ospf", "show ospfv3", "show bgp ipv4 unicast summary"])
def test_a_protocol_tells_its_router_id(command: str) -> None:
    assert rows(Told(), command, "identity") == [{"identity": "10.255.0.1"}]


@pytest.mark.parametrize("word", PLATFORM.show)
def test_a_person_is_answered_what_a_cause_tells_to_type(word: str) -> None:
    six = word.endswith("ipv6")
    prefix = "2001:db8:ff::1/128" if six else "10.255.0.1/32"
    network = Told(
        tables={"routes ipv4": ROUTES["ipv4"], "routes ipv6": ROUTES["ipv6"], "paths ipv4": PATHS["ipv4"],
                "paths ipv6": PATHS["ipv6"], "lsas ospf": lsas("ospf"), "lsas ospf3": lsas("ospf3"),
                "lsas isis": (LsaView("isis", "2", "internal", "10.255.0.1/32", "xr1", 10, own=True),)},
        received=5,
    )  # fmt: skip
    device = Device(NODE, IosXr(), network)
    typed = PLATFORM.show_command(word, interface=GI0, address="192.0.2.0", source="192.0.2.0", prefix=prefix)
    cli = XrCli(device, Login())
    cli.timestamps = False
    answer = cli.answer(typed)
    assert answer.strip()
    assert "%" not in answer.replace("100 percent", "")
    assert not six or "2001:db8:ff::1/128" in answer


# In the forms that public captures show, with values of our own.
CAPTURED = {
    "backup paths and two next hops": (
        "show route ipv4 unicast",
        """
Gateway of last resort is 192.0.2.1 to network 0.0.0.0

S*   0.0.0.0/0 [1/0] via 192.0.2.1, 04:43:54
O IA 10.0.0.1/32 [110/0] via 192.0.2.9, 04:43:27, GigabitEthernet0/0/0/0 (!)
                 [110/9164] via 192.0.2.34, 04:43:27, GigabitEthernet0/0/0/3
i L2 10.0.0.2/32 [115/20] via 192.0.2.9, 1w2d, Bundle-Ether10
                 [115/20] via 192.0.2.34, 1w2d, TenGigE0/0/0/1
B    10.0.0.3/32 [200/4] via 10.0.0.4 (nexthop in vrf default), 00:08:11
""",
        [
            ("0.0.0.0/0", "static", [("192.0.2.1", "")]),
            ("10.0.0.1/32", "ospf", [("192.0.2.34", "GigabitEthernet0/0/0/3")]),
            ("10.0.0.2/32", "isis", [("192.0.2.9", "Bundle-Ether10"), ("192.0.2.34", "TenGigE0/0/0/1")]),
            ("10.0.0.3/32", "bgp", [("10.0.0.4", "")]),
        ],
    ),
    "wrapped lines": (
        "show route ipv6 unicast",
        """
Gateway of last resort is not set

L    ::ffff:127.0.0.0/104
      [0/0] via ::, 00:03:29
C    2001:db8:1::/126 is directly connected,
      00:05:36, Bundle-Ether10
i L2 2001:db8:8::8/128
      [115/20] via fe80::1, 00:01:58, Bundle-Ether10
      [115/20] via fe80::2, 00:01:58, TenGigE0/0/0/1
""",
        [
            ("::ffff:127.0.0.0/104", "local", [("::", "")]),
            ("2001:db8:1::/126", "connected", [("", "Bundle-Ether10")]),
            ("2001:db8:8::8/128", "isis", [("fe80::1", "Bundle-Ether10"), ("fe80::2", "TenGigE0/0/0/1")]),
        ],
    ),
}


@pytest.mark.parametrize("case", CAPTURED)
def test_routes_are_read_in_the_forms_that_captures_show(case: str) -> None:
    command, answer, wanted = CAPTURED[case]
    read = read_rows("xr1", ROWS[command, "routes"], answer, PLATFORM)
    assert [(r["prefix"], r["protocol"], [(a or "", i or "") for a, i in r["nexthops"]]) for r in read] == wanted


REFLECTED = """\
BGP routing table entry for 10.0.0.7/32
Versions:
  Process           bRIB/RIB  SendTblVer
  Speaker                  17           17
    Local Label: 24008
Last Modified: Jan 10 21:46:29.402 for 00:01:21
Paths: (2 available, best #1)
  Advertised to update-groups (with more than one peer):
    0.14 0.19
  Path #1: Received by speaker 0
  Not advertised to any peer
  Local, (Received from a RR-client)
    10.0.0.7 (metric 3) from 10.0.0.5 (10.0.0.7)
      Origin IGP, metric 0, localpref 100, valid, internal, best, group-best
      Received Path ID 0, Local Path ID 1, version 17
      Originator: 10.0.0.7, Cluster list: 10.0.0.5
  Path #2: Received by speaker 0
  Not advertised to any peer
  65001
    10.0.0.8 (inaccessible) from 10.0.0.6 (10.0.0.8)
      Origin IGP, metric 0, localpref 100, internal
      Received Path ID 0, Local Path ID 0, version 0
"""


def test_a_reflected_path_is_its_originators_and_one_that_is_not_valid_is_none() -> None:
    command = "show bgp ipv4 unicast detail"
    (found,) = read_rows("xr1", ROWS[command, "originations"], REFLECTED, PLATFORM)
    assert (found["prefix"], found["originator"], found["best"], found["own"]) == (
        "10.0.0.7/32",
        "10.0.0.7",
        True,
        False,
    )


def test_an_address_that_others_have_too_is_not_told_as_held() -> None:
    answer = (
        "Loopback0 is Up, ipv6 protocol is Up, Vrfid is default (0x60000000)\n"
        "  Global unicast address(es):\n"
        "    2001:db8::1, subnet is 2001:db8::1/128 \n"
        "    2001:db8::2, subnet is 2001:db8::2/128 [DUPLICATE]\n"
        "  Joined group address(es): ff02::2\n"
    )
    (found,) = read_rows("xr1", ROWS["show ipv6 vrf all interface", "interfaces"], answer, PLATFORM)
    assert found["addresses"] == ["2001:db8::1/128"]


LENIENT = {"bgp_summary.textfsm", "bgp_identity.textfsm", "ospf_identity.textfsm"}
STRICT = {e.command: e for e in PLATFORM.evidence if e.format == "textfsm" and e.template not in LENIENT}


@pytest.mark.parametrize("command", STRICT)
def test_a_line_in_an_unknown_form_is_an_error_and_no_missing_row(command: str) -> None:
    evidence: Evidence = STRICT[command]
    with pytest.raises(UnexpectedAnswer):
        read_rows("xr1", evidence, "something else entirely\n", PLATFORM)
