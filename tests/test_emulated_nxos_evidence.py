"""What the folder of NX-OS reads out of answers: of the emulated device, and in the forms that captures show."""

import json
from typing import Any

import pytest

from lab.emulated.device import Device, Login
from lab.emulated.model import Model
from lab.emulated.nxos import Nxos
from lab.emulated.nxos_cli import NxosCli
from loopwright.errors import UnexpectedAnswer
from loopwright.evidence import read_rows
from loopwright.platform import Evidence, load_platforms
from tests.test_emulated_nxos import ADVERTISED, NODES

PLATFORM = load_platforms()["nxos"]
BY_NAME = {f"{e.kind} {e.protocol} {e.family} {e.command}": e for e in PLATFORM.evidence}
every_evidence = pytest.mark.parametrize("evidence", BY_NAME.values(), ids=list(BY_NAME))
EXTRA = ["interface loopback1", " vrf member RED", " ip address 10.7.0.1/32", " ip address 10.7.0.2/32 secondary"]


def read(evidence: Evidence, answer: str) -> list[dict[str, Any]]:
    return read_rows("nx1", evidence, answer, PLATFORM)


def of(kind: str, start: str) -> Evidence:
    return next(e for e in PLATFORM.evidence if e.kind == kind and e.command.startswith(start))


@pytest.fixture(scope="module")
def cli() -> NxosCli:
    model = Model(NODES)
    devices = [Device(one, Nxos(), model) for one in NODES]
    for device in devices:
        device.running.apply([*ADVERTISED.format(n=device.name[-1]).splitlines(), *EXTRA])
        device.changed()
    return NxosCli(devices[0], Login())


@every_evidence
def test_every_evidence_is_answered_and_read(evidence: Evidence, cli: NxosCli) -> None:
    rows = read(evidence, cli.answer(evidence.command))
    between_areas = any(word in evidence.command for word in ("summary detail", "external detail"))
    assert bool(rows) != between_areas


@every_evidence
def test_both_forms_of_a_structured_answer_are_read_alike(evidence: Evidence, cli: NxosCli) -> None:
    if evidence.format == "json":
        classic, native = cli.answer(evidence.command), cli.answer(f"{evidence.command} native")
        assert classic != native
        assert read(evidence, classic) == read(evidence, native)


def test_interfaces_are_read_with_secondary_addresses_and_vrf(cli: NxosCli) -> None:
    rows = read(of("interfaces", "show ip "), cli.answer("show ip interface vrf all | json"))
    assert rows[-1] == {
        "name": "loopback1", "enabled": True, "up": True, "vrf": "RED", "addresses": ["10.7.0.1/32", "10.7.0.2/32"],
    }  # fmt: skip


def test_routes_are_those_of_the_network_around(cli: NxosCli) -> None:
    for family, command in (("ipv4", "show ip route"), ("ipv6", "show ipv6 route")):
        rows = read(of("routes", command), cli.answer(f"{command} vrf all | json"))
        views = cli.device.routing.routes("nx1", family)
        assert {(r["vrf"], r["prefix"]) for r in rows} == {(v.vrf, v.prefix) for v in views}


@pytest.mark.parametrize("protocol", ["ospf", "ospf3", "isis"])
def test_databases_are_those_of_the_network_around(cli: NxosCli, protocol: str) -> None:
    asked = [e for e in PLATFORM.evidence if e.kind == "originations" and e.protocol == protocol]
    rows = [row for e in asked for row in read(e, cli.answer(e.command))]
    found = {(r["scope"], r["kind"], r["prefix"], r["originator"], r["own"]) for r in rows}
    views = cli.device.routing.lsas("nx1", protocol)
    assert found == {(v.scope, v.kind, v.prefix, v.originator, v.own) for v in views}


def test_paths_are_those_of_the_network_around(cli: NxosCli) -> None:
    for family in ("ipv4", "ipv6"):
        rows = read(
            of("originations", f"show bgp vrf all {family}"), cli.answer(f"show bgp vrf all {family} unicast detail")
        )
        views = cli.device.routing.paths("nx1", family)
        assert {(r["prefix"], r["own"], r["best"]) for r in rows} == {
            (v.prefix, not v.originator, v.best) for v in views
        }


@every_evidence
def test_a_line_that_is_not_known_is_an_error_and_no_missing_prefix(evidence: Evidence, cli: NxosCli) -> None:
    if evidence.format == "textfsm" and evidence.kind == "originations":
        with pytest.raises(UnexpectedAnswer, match="was not expected"):
            read(evidence, cli.answer(evidence.command) + "another release tells it otherwise\n")


def route(prefix: str, *paths: dict[str, str]) -> str:
    table = {"ipprefix": prefix, "TABLE_path": {"ROW_path": list(paths) if len(paths) > 1 else paths[0]}}
    vrf = {
        "vrf-name-out": "default",
        "TABLE_addrf": {"ROW_addrf": {"addrf": "ipv4", "TABLE_prefix": {"ROW_prefix": table}}},
    }
    return json.dumps({"TABLE_vrf": {"ROW_vrf": vrf}})


def test_a_route_into_nothing_has_no_interface_to_go_out_of() -> None:
    paths = {"ifname": "Null0", "clientname": "static", "ubest": "true"}
    assert read(of("routes", "show ip route"), route("10.0.0.0/8", paths))[0]["nexthops"] == [["", ""]]


def test_a_path_that_is_not_the_best_is_not_used() -> None:
    best = {"ipnexthop": "192.0.2.2", "ifname": "Eth1/1", "clientname": "ospf-1", "ubest": "true"}
    hidden = {"ipnexthop": "192.0.2.9", "clientname": "bgp-65000"}
    (row,) = read(of("routes", "show ip route"), route("10.0.0.2/32", best, hidden))
    assert row["nexthops"] == [["192.0.2.2", "Eth1/1"]]
    assert not read(of("routes", "show ip route"), route("10.0.0.2/32", hidden))[0]["selected"]


@pytest.mark.parametrize(
    ("document", "addresses"),
    [
        ({"TABLE_intf": {"ROW_intf": {"intf-name": "Lo0", "addr": "2001:db8::1/128"}}}, ["2001:db8::1/128"]),
        (
            {"TABLE_intf": [{"ROW_intf": {"intf-name": "Lo0", "addr": ["2001:db8::1/128", "2001:db8::2/128"]}}]},
            ["2001:db8::1/128", "2001:db8::2/128"],
        ),
        ({"TABLE_intf": [{"ROW_intf": {"intf-name": "Eth1/7", "addr": "fe80::1"}}]}, []),
    ],
    ids=["one", "several", "link-local only"],
)
def test_older_releases_put_ipv6_addresses_elsewhere(document: dict[str, Any], addresses: list[str]) -> None:
    assert read(of("interfaces", "show ipv6"), json.dumps(document))[0]["addresses"] == addresses


IN_A_VRF = """
OSPF Router with ID (10.0.0.1) (Process ID 1 VRF default)

    OSPF Router with ID (10.9.0.1) (Process ID 1 VRF RED)

\t    Router Link States (Area 0.0.0.1)

LS age: {age}
Options: 0x22 (No TOS-capability, DC)
LS Type: Router Links
Link State ID: 10.9.0.1
Advertising Router: 10.9.0.1
LS Seq Number: 0x8000003f
Checksum: 0x9ae4
Length: 48
Area border router
AS border router
Number of links: 2

 Link connected to: a Router (point-to-point)
 (Link ID) Neighboring Router ID: 10.9.0.2
 (Link Data) Router Interface address: 0.0.0.14
   Number of TOS metrics: 0
     TOS   0 Metric: 111

 Link connected to: a Stub Network
  (Link ID) Network/Subnet Number: 10.9.1.0
  (Link Data) Network Mask: 255.255.255.0
   Number of TOS metrics: 0
     TOS   0 Metric: 1
"""


@pytest.mark.parametrize(("age", "rows"), [(723, 1), (3600, 0)], ids=["in force", "withdrawn"])
def test_what_a_process_in_a_vrf_originates_is_the_devices_own(age: int, rows: int) -> None:
    found = read(of("originations", "show ip ospf database router"), IN_A_VRF.format(age=age))
    assert [(r["scope"], r["prefix"], r["own"]) for r in found] == [("0.0.0.1", "10.9.1.0/24", True)] * rows


CONTINUED = """
IS-IS Process: test LSP database VRF: default
IS-IS Level-1 Link State Database
LSPID                 Seq Number   Checksum  Lifetime   A/P/O/T
r1.00-00              0x000007CD   0xAD22    1199       0/0/0/3
    MT TopoId     : TopoId:0 Att: 0 Ol: 0
\t\t    TopoId:2 Att: 0 Ol: 0
    Extended IS   :  r2.02              Metric : 10
    MT-IPv6 Prefx :  TopoId : 2
\t\t    2001:db8:1::/64  Metric : 10          (U/I)
    Unknown Sub-TLV      :  Length : 1  Type :   4
2001:db8:2::/64  Metric : 10          (U/I)
r3.00-00            * 0x00000B05   0x7FA7    0 (40)     0/0/0/3
    Extended IP   :         10.0.0.3/32  Metric : 1           (U)
"""


def test_prefixes_on_lines_of_their_own_are_read_and_withdrawn_ones_are_not() -> None:
    rows = read(of("originations", "show isis"), CONTINUED)
    assert [(r["scope"], r["originator"], r["prefix"]) for r in rows] == [
        ("1", "r1", "2001:db8:1::/64"),
        ("1", "r1", "2001:db8:2::/64"),
    ]
