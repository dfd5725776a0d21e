"""The emulated Junos: what its store takes and refuses, its candidate, and NAPALM's own driver against its NETCONF."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import napalm
import pytest
from jnpr.junos.exception import ConnectAuthError
from napalm.base.exceptions import LockError, MergeConfigException

from lab.emulated.device import Device, Login
from lab.emulated.faults import Fault
from lab.emulated.junos_commit import Database, Holder, NetconfError, database
from lab.emulated.junos_show import show
from lab.emulated.junos_store import JunosStore
from lab.emulated.model import Model
from lab.emulated.netconf_element import to_json
from lab.emulated.server import Emulation
from lab.emulated.system import Refusal
from lab.emulated.systems import system
from lab.emulated.views import Link, Node

NODES = (
    Node(
        "mx1",
        "10.255.0.1",
        (
            Link(
                1, "198.18.0.0/31", "2001:db8:18::/127", "mx2", "198.18.0.1/31", "2001:db8:18::1/127", "0.0.0.0", True
            ),
            Link(
                2, "198.18.0.2/31", "2001:db8:18::2/127", "mx2", "198.18.0.3/31", "2001:db8:18::3/127", peer_as="65010"
            ),
        ),
        ospf=True,
        ospf3=True,
        isis="core",
        isis_net="49.0001.0102.5500.0001.00",
        asn="65000",
        vrfs=("blue",),
        ospf_ranges=(("0.0.0.1", "10.1.0.0/16"),),
    ),
    Node(
        "mx2",
        "10.255.0.2",
        (
            Link(
                1, "198.18.0.1/31", "2001:db8:18::1/127", "mx1", "198.18.0.0/31", "2001:db8:18::/127", "0.0.0.0", True
            ),
            Link(
                2, "198.18.0.3/31", "2001:db8:18::3/127", "mx1", "198.18.0.2/31", "2001:db8:18::2/127", peer_as="65000"
            ),
        ),
        ospf=True,
        ospf3=True,
        isis="core",
        isis_net="49.0001.0102.5500.0002.00",
        asn="65010",
    ),
)
LOOPBACKS = """\
set interfaces lo0 unit 0 description "core & <x>"
set interfaces lo0 unit 0 family inet address 10.255.0.1/32
set interfaces lo0 unit 0 family inet6 address 2001:DB8:255::1/128
set interfaces lo0 unit 1 family inet address 10.255.1.1/32
set routing-instances blue interface lo0.1
set protocols ospf area 0 interface lo0.0 passive
set protocols ospf3 area 0 interface lo0.0 passive
set protocols isis interface lo0.0 passive
set policy-options prefix-list LOOPBACKS 10.255.0.1/32
set policy-options prefix-list LOOPBACKS 2001:db8:255::1/128
"""


def first(node: Node = NODES[0]) -> JunosStore:
    return JunosStore(system("junos").first(node))


def provisioned() -> JunosStore:
    store = first()
    store.apply(LOOPBACKS.splitlines())
    return store


def devices() -> dict[str, Device]:
    model, junos = Model(NODES), system("junos")
    return {node.name: Device(node, junos, model) for node in NODES}


def test_both_formats_build_the_same_configuration():
    text = provisioned().text()
    assert JunosStore(text).text() == text
    assert JunosStore(provisioned().curly()).text() == text


TAKEN = {
    "a host address without a length": (
        "set interfaces lo0 unit 0 family inet address 10.9.9.9",
        "set interfaces lo0 unit 0 family inet address 10.9.9.9/32",
    ),
    "IPv6 in upper case": (
        "set interfaces lo0 unit 0 family inet6 address 2001:DB8:0:0::A/64",
        "set interfaces lo0 unit 0 family inet6 address 2001:db8::a/64",
    ),
    "an area as a number and an interface without a unit": (
        "set protocols ospf area 1 interface lo0 metric 5 passive",
        "set protocols ospf area 0.0.0.1 interface lo0.0 passive",
    ),
    "a text with a quote": (
        r'set interfaces lo0 unit 0 description "say \"hi\" {now};"',
        r'set interfaces lo0 unit 0 description "say \"hi\" {now};"',
    ),
    "a list in brackets": (
        "set routing-instances blue protocols bgp group g export [ LOOPBACKS LOOPBACKS ]",
        "set routing-instances blue protocols bgp group g export LOOPBACKS",
    ),
    "a statement that is not modelled": (
        "set system login user lab class super-user",
        "set system login user lab class super-user",
    ),
}


@pytest.mark.parametrize(("line", "stored"), TAKEN.values(), ids=TAKEN)
def test_lines_are_stored_in_the_spelling_of_the_system(line: str, stored: str):
    store = first()
    store.apply([line])
    assert stored in store.text().splitlines()


REFUSED = {
    "an unknown statement": ("set protocols ospf area 0 frob 1", "syntax error"),
    "an unknown command": ("create interfaces lo0", "unknown command"),
    "a name that is missing": ("set interfaces lo0 unit", "missing argument"),
    "a broken address": ("set interfaces lo0 unit 0 family inet address 10.0.0.300/32", "invalid ip address"),
    "an address of the other family": ("set interfaces lo0 unit 0 family inet address 2001:db8::1/128", "invalid ip"),
    "a prefix with host bits": ("set policy-options prefix-list LOOPBACKS 10.0.0.1/24", "invalid prefix"),
    "a unit out of range": ("set interfaces lo0 unit 16386", r"not within range \(0..16385\)"),
    "a string without an end": ('set interfaces lo0 description "x', "unterminated string"),
    "two units in one instance": (
        "set interfaces lo0 unit 7 family inet address 10.7.7.7/32",
        "multiple loopback interfaces not permitted in master",
    ),
    "an interface in two instances": (
        "set routing-instances red instance-type vrf interface lo0.1",
        "lo0.1 already configured under instance blue",
    ),
    "an address twice": (
        "set interfaces ge-0/0/0 unit 0 family inet address 10.255.0.1/24",
        r"identical local address found on rt_inst \[default\], intfs \[ge-0/0/0.0 and lo0.0\], family \[inet\]",
    ),
    "a policy that is not there": (
        "set protocols bgp group g export NOPE",
        "Policy error: Policy NOPE referenced but not defined",
    ),
}


@pytest.mark.parametrize(("line", "answer"), REFUSED.values(), ids=REFUSED)
def test_what_the_system_refuses_changes_nothing(line: str, answer: str):
    store = provisioned()
    before = store.text()
    with pytest.raises(Refusal, match=answer):
        store.apply(["set system host-name changed", line])
    assert store.text() == before


def test_single_values_replace_and_lists_add():
    store = provisioned()
    store.apply(
        [
            "set interfaces lo0 unit 0 description other",
            "set interfaces lo0 unit 0 family inet address 10.0.0.9/32 primary",
        ]
    )
    assert store.text().count("lo0 unit 0 description") == 1
    assert store.facts("mx1").ports[2].addresses == ("10.0.0.9/32", "10.255.0.1/32", "2001:db8:255::1/128")


def test_deleting_what_was_set_leaves_only_what_means_something_by_itself():
    store = provisioned()
    lines = [line.replace("set", "delete", 1) for line in LOOPBACKS.splitlines()]
    with pytest.raises(Refusal, match="multiple loopback interfaces not permitted"):
        store.apply(lines)
    store.apply([*lines, "delete interfaces lo0 unit 1"])
    left = sorted(set(store.text().splitlines()) - set(first().text().splitlines()))
    assert left == [
        "set interfaces lo0 unit 0 family inet",
        "set interfaces lo0 unit 0 family inet6",
        "set protocols isis interface lo0.0",
        "set protocols ospf area 0.0.0.0 interface lo0.0",
        "set protocols ospf3 area 0.0.0.0 interface lo0.0",
    ]


def test_deleting_what_is_not_there_warns():
    store = first()
    store.apply(["delete interfaces lo0 unit 9", "delete interfaces lo0 description"])
    assert store.ignored == ("statement not found", "statement not found")


def test_a_deactivated_statement_is_kept_and_has_no_effect():
    store = provisioned()
    store.apply(["deactivate interfaces lo0 unit 0 family inet6"])
    assert "deactivate interfaces lo0 unit 0 family inet6" in store.text()
    assert store.facts("mx1").ports[2].addresses == ("10.255.0.1/32",)
    assert JunosStore(store.curly()).text() == store.text()


def test_facts_tell_instance_protocols_and_what_bgp_announces():
    facts = provisioned().facts("mx1")
    by_name = {port.name: port for port in facts.ports}
    assert by_name["lo0.1"].vrf == "blue"
    assert {(on.protocol, on.area or on.level, on.passive) for on in by_name["lo0.0"].protocols} == {
        ("ospf", "0.0.0.0", True),
        ("ospf3", "0.0.0.0", True),
        ("isis", "2", True),
    }
    assert [own.prefix for own in facts.announced] == ["10.255.0.1/32", "2001:db8:255::1/128"]
    assert (facts.router_id, facts.asn) == ("10.255.0.1", "65000")


POLICIES = {
    "an exact route filter": (["from route-filter 10.255.0.1/32 exact", "then accept"], True),
    "a route filter over longer ones": (["from route-filter 10.255.0.0/16 orlonger", "then accept"], True),
    "a route filter of a length": (["from route-filter 10.255.0.0/16 upto /24", "then accept"], False),
    "an interface": (["from interface lo0.0", "then accept"], True),
    "another protocol": (["from protocol static", "then accept"], False),
    "another family": (["from family inet6", "then accept"], False),
    "a term that rejects first": (["term a from protocol direct", "term a then reject", "then accept"], False),
    "no action": (["from protocol direct"], False),
}


@pytest.mark.parametrize(("lines", "out"), POLICIES.values(), ids=POLICIES)
def test_an_export_policy_lets_a_direct_route_out(lines: list[str], out: bool):  # noqa: FBT001 - a case
    store = first()
    store.apply(
        [
            "set interfaces lo0 unit 0 family inet address 10.255.0.1/32",
            *(f"set policy-options policy-statement OUT {line}" for line in lines),
            "delete protocols bgp group as65010-inet export",
            "set protocols bgp group as65010-inet export OUT",
        ]
    )
    assert ("10.255.0.1/32" in {own.prefix for own in store.facts("mx1").announced}) is out


@pytest.fixture
def base() -> Database:
    return database(devices()["mx1"])


ANN, BOB = Holder("ann", 1, 0), Holder("bob", 2, 0)
LINE = "set interfaces lo0 unit 0 description x"


def test_who_holds_the_lock_is_named(base: Database):
    base.lock(ANN)
    with pytest.raises(NetconfError, match="configuration database locked by:\n  ann terminal") as refused:
        base.load(BOB, "set", LINE, as_set=True)
    assert refused.value.tag == "lock-denied"


def test_a_session_that_goes_releases_its_lock_and_discards(base: Database):
    base.lock(ANN)
    base.load(ANN, "set", LINE, as_set=True)
    base.close(ANN)
    assert base.difference(0) == ""
    base.lock(BOB)


def test_no_lock_over_the_changes_of_another(base: Database):
    base.load(ANN, "set", LINE, as_set=True)
    with pytest.raises(NetconfError, match="configuration database modified"):
        base.lock(BOB)


def test_an_unconfirmed_commit_is_taken_back_by_the_clock(base: Database):
    before = base.running.text()
    base.load(ANN, "set", LINE, as_set=True)
    base.commit(ANN, minutes=2)
    base.device.clock.advance(119)
    assert base.running.text() != before
    base.device.clock.advance(1)
    assert base.running.text() == base.candidate.text() == base.device.startup == before


def test_any_session_confirms(base: Database):
    base.load(ANN, "set", LINE, as_set=True)
    base.commit(ANN, minutes=2)
    base.commit(BOB)
    base.device.clock.advance(999)
    assert "description x" in base.running.text()
    assert base.device.startup == base.running.text()


def test_a_restart_before_the_confirmation_brings_back_what_was_there(base: Database):
    base.load(ANN, "set", LINE, as_set=True)
    base.commit(ANN, minutes=2)
    base.device.reload()
    assert "description x" not in base.device.running.text()


def test_braces_replace_what_is_marked(base: Database):
    base.load(ANN, "set", LINE, as_set=True)
    base.load(ANN, "replace", "interfaces { replace: lo0 { description y; } }", as_set=False)
    assert [line for line in base.candidate.text().splitlines() if " lo0 " in line and "interfaces" in line] == [
        "set interfaces lo0 description y"
    ]


def shown(device: Device, command: str) -> str:
    answer = show(device, command)
    assert answer is not None
    return answer.text


def test_shows_tell_what_the_network_around_knows():
    both = devices()
    both["mx1"].running.apply(LOOPBACKS.splitlines())
    both["mx1"].changed()
    there = both["mx2"]
    assert re.search(r"Router   10.255.0.1 .*\n.*\n  id 10.255.0.1, data 255.255.255.255", shown(there, OSPF))
    assert "Prefix 2001:db8:255::1/128" in shown(there, "show ospf3 database detail")
    assert re.search(r"mx1.00-00 Seq.*\n   IP prefix: 10.255.0.1/32", shown(there, "show isis database detail"))
    assert re.search(r"^10.255.0.1/32 +\*\[", shown(there, "show route active-path"), re.MULTILINE)
    assert "blue.inet.0: 1 destinations" in shown(both["mx1"], "show route")
    assert "10.255.0.1/32" in shown(both["mx1"], "show route advertising-protocol bgp 198.18.0.3")
    answer = show(there, "show route protocol bgp extensive")
    assert answer is not None
    told = json.loads(to_json(answer.element))["route-information"][0]["route-table"][0]["rt"][0]
    assert told["rt-destination"][0]["data"] == "10.255.0.1"
    assert told["rt-entry"][0]["peer-id"][0]["data"] == "10.255.0.1"


OSPF = "show ospf database detail"


def test_own_routes_in_bgp_name_the_groups_they_go_to_while_a_session_is_up():
    both = devices()
    mine = both["mx1"]
    mine.running.apply(LOOPBACKS.splitlines())
    mine.changed()
    own = "show route protocol direct extensive"
    assert shown(mine, own).count("(group as65010-inet type External)") == 1
    both["mx2"].running.apply(["set interfaces ge-0/0/1 unit 0 disable"])
    both["mx2"].changed()
    assert "(group" not in shown(mine, own)


@pytest.fixture(scope="module")
def emulation() -> Iterator[Emulation]:
    with pytest.MonkeyPatch.context() as patch, Emulation(devices().values()) as running:
        # The client looks ten times a second whether it has anything to send.
        patch.setattr("ncclient.transport.session.TICK", 0.002)
        yield running


@contextmanager
def driver(
    emulation: Emulation, name: str = "mx1", password: str = Login().password
) -> Iterator[napalm.base.NetworkDriver]:
    options = {"port": emulation.ports[name], "ignore_warning": False}
    with napalm.get_network_driver("junos")("127.0.0.1", "practice", password, optional_args=options) as opened:
        yield opened


def test_the_driver_loads_compares_commits_with_a_timer_and_confirms(emulation: Emulation):
    with driver(emulation) as junos:
        junos.load_merge_candidate(config=LOOPBACKS)
        assert '+   description "core & <x>";' in junos.compare_config()
        assert "set routing-instances blue interface lo0.1" in junos.get_config("candidate", format="set")["candidate"]
        junos.commit_config(revert_in=120)
        assert junos.has_pending_commit()
        junos.confirm_commit()
        assert not junos.has_pending_commit()
        assert junos.get_config("running", format="set")["running"].strip() == provisioned().text().strip()
        assert junos.ping("10.255.0.1", source="10.255.0.1", count=2)["success"]["packet_loss"] == 0
        assert "error" in junos.ping("192.0.2.1", count=1)
    emulation.advance(999)
    assert "lo0.1" in emulation.device("mx1").running.text()


def test_the_driver_takes_back_a_pending_commit(emulation: Emulation):
    before = emulation.device("mx2").running.text()
    with driver(emulation, "mx2") as junos:
        junos.load_merge_candidate(config=LINE)
        junos.commit_config(revert_in=60)
        junos.rollback()
        assert not junos.has_pending_commit()
    assert emulation.device("mx2").running.text() == before


def test_the_driver_reads_facts_addresses_and_commands(emulation: Emulation):
    with driver(emulation, "mx2") as junos:
        assert junos.get_facts()["hostname"] == "mx2"
        assert "198.18.0.1" in junos.get_interfaces_ip()["ge-0/0/0.0"]["ipv4"]
        answers = junos.cli(["show version", "show configuration | display set"])
        assert "\nHostname: mx2\n" in answers["show version"]
        assert answers["show configuration | display set"].strip() == emulation.device("mx2").running.text().strip()


@pytest.mark.parametrize(
    ("lines", "said"),
    [("set frob 1", "syntax error"), ("delete interfaces lo0 unit 7", "statement not found")],
    ids=["a line that is refused", "a warning"],
)
def test_the_driver_raises_what_the_device_says_of_a_load(emulation: Emulation, lines: str, said: str):
    with driver(emulation, "mx2") as junos:
        with pytest.raises(MergeConfigException, match=said):
            junos.load_merge_candidate(config=lines)
        assert database(emulation.device("mx2")).holder is None


def test_the_driver_names_who_holds_the_lock(emulation: Emulation):
    with driver(emulation, "mx2") as one, driver(emulation, "mx2") as other:
        one.load_merge_candidate(config=LINE)
        with pytest.raises(LockError, match="practice terminal"):
            other.load_merge_candidate(config=LINE)
        one.discard_config()


def test_a_wrong_password_is_refused(emulation: Emulation):
    with pytest.raises(ConnectAuthError), driver(emulation, "mx2", "wrong"):
        pass


def test_faults_of_a_device_reach_the_driver(emulation: Emulation):
    device = emulation.device("mx2")
    device.faults.add(Fault("reject", match="description", text="statement creation failed", times=1))
    device.faults.add(Fault("locked", text="night-shift", times=1))
    with driver(emulation, "mx2") as junos:
        with pytest.raises(LockError, match="night-shift"):
            junos.load_merge_candidate(config=LINE)
        with pytest.raises(MergeConfigException, match="statement creation failed"):
            junos.load_merge_candidate(config=LINE)
