"""The emulated Junos: what its store takes and refuses, its candidate, its lock and its timer."""

import pytest
from junos_devices import LINE, LOOPBACKS, devices, first, provisioned

from lab.emulated.junos_commit import Database, Holder, NetconfError, database
from lab.emulated.junos_store import JunosStore
from lab.emulated.system import Refusal


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
