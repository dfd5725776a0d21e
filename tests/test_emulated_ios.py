"""The configuration of emulated IOS: what it takes and shows, refuses and drops, and what it comes to."""

import pytest
from quiet_network import NODE

from lab.emulated.ios import Ios, IosStore
from lab.emulated.system import Refusal
from lab.emulated.views import Enabled, Originates

LO = ["interface Loopback0", " ip address 192.0.2.1 255.255.255.255"]
TWO = [*LO, " ip address 192.0.2.2 255.255.255.255 secondary"]
BLUE = ["interface Loopback0", " vrf forwarding blue"]


def store(*lines: str) -> IosStore:
    made = IosStore(Ios().first(NODE))
    made.apply(lines)
    return made


SHOWN = {
    "short name": (["interface lo0"], "interface Loopback0\n no ip address"),
    "name with a space": (["interface loopback 12"], "interface Loopback12\n"),
    "ipv6 in upper case": (["interface Lo0", "ipv6 address 2001:db8::A/128"], " ipv6 address 2001:DB8::A/128"),
    "secondary before primary": (
        TWO,
        " ip address 192.0.2.2 255.255.255.255 secondary\n ip address 192.0.2.1 255.255.255.255\n",
    ),
    "area as typed": ([*LO, "ip ospf 1 area 0"], " ip ospf 1 area 0\n"),
    "quad area as typed": ([*LO, "ip ospf 1 area 0.0.0.0"], " ip ospf 1 area 0.0.0.0\n"),
    "legacy vrf line": (["interface Lo0", "ip vrf forwarding blue"], " ip vrf forwarding blue\n"),
    "unicast is not shown": (
        ["router bgp 65001", "address-family ipv4 unicast", "network 192.0.2.1 mask 255.255.255.255"],
        " address-family ipv4\n  network 192.0.2.1 mask 255.255.255.255\n",
    ),
    "mask of the class is not shown": (
        ["router bgp 65001", "address-family ipv4", "network 192.0.2.0 mask 255.255.255.0"],
        "  network 192.0.2.0\n",
    ),
    "network goes into the family that is there": (
        ["router bgp 65001", "network 192.0.2.1 mask 255.255.255.255"],
        " address-family ipv4\n  network 192.0.2.1 mask 255.255.255.255\n  neighbor",
    ),
    "vrf family": (
        ["router bgp 65001", "address-family ipv6 vrf blue", "network 2001:db8::1/128"],
        " address-family ipv6 vrf blue\n  network 2001:DB8::1/128\n exit-address-family",
    ),
    "process of its own accord": ([*LO, "ip ospf 7 area 0"], "router ospf 7\n"),
    "instance of its own accord": ([*LO, "ip router isis EDGE"], "router isis EDGE\n"),
    "passive": (["router isis CORE", "passive-interface lo0"], " passive-interface Loopback0\n"),
    "active where passive is the default": (
        ["router ospf 1", "passive-interface default", "no passive-interface gi1"],
        " no passive-interface GigabitEthernet1\n",
    ),
    "foreign on an interface": (["interface Lo0", "ip mtu 1400"], " ip mtu 1400\n"),
    "foreign at the top": (["logging host 192.0.2.99"], "logging host 192.0.2.99\n"),
    "switched off": (["interface Lo0", "no ip redirects"], " no ip redirects\n"),
    "prefix list and route map": (
        ["ip prefix-list A seq 5 permit 192.0.2.0/24", "route-map M permit 10", "match ip address prefix-list A"],
        "route-map M permit 10\n match ip address prefix-list A\n",
    ),
    "promoted": ([*TWO, "ip address 192.0.2.2 255.255.255.255"], "0\n ip address 192.0.2.2 255.255.255.255\n"),
}
NOT_SHOWN = {
    "foreign line that was replaced": (["interface Gi1", "bandwidth 100", "bandwidth 200"], "bandwidth 100"),
    "foreign line by its word": (["interface Gi1", "no ip ospf network"], " ip ospf network"),
    "promoted, the former": ([*TWO, " ip address 192.0.2.2 255.255.255.255"], "192.0.2.1"),
    "promoted, as secondary": ([*TWO, " ip address 192.0.2.2 255.255.255.255"], "secondary"),
    "default": ([*LO, "no shutdown"], "shutdown"),
    "default level": ([*LO, "isis circuit-type level-1-2"], "circuit-type"),
    "removed interface": ([*LO, "no interface Loopback0"], "Loopback0"),
    "passive line of a removed interface": (
        [*LO, "router ospf 1", "passive-interface Lo0", "no interface Lo0"],
        "passive-interface",
    ),
    "lines into a removed process": ([*LO, "ip ospf 1 area 0", "no router ospf 1"], "ip ospf 1 area"),
    "every address": ([*TWO, "no ip address"], "192.0.2."),
    "addresses of a moved interface": ([*TWO, "ipv6 address 2001:db8::1/128", "vrf forwarding blue"], "192.0.2."),
    "ipv6 of a moved interface": ([*TWO, "ipv6 address 2001:db8::1/128", "vrf forwarding blue"], "2001:DB8::1/"),
    "addresses of an interface that left": ([*BLUE, LO[1], "no vrf forwarding"], "192.0.2.1"),
    "what is in a removed vrf": ([*BLUE, LO[1], "no vrf definition blue"], "blue"),
    "description by its word": ([*LO, "description a b", "no description"], "description a b"),
    "description by another text": ([*LO, "description a b", "no description c"], "description a b"),
    "cost by its word": ([*LO, "ip ospf cost 5", "no ip ospf cost"], "ip ospf cost"),
    "metric by its value": ([*LO, "isis metric 5", "no isis metric 5"], "isis metric"),
    "ospfv3 cost": ([*LO, "ospfv3 1 ipv6 cost 5", "no ospfv3 1 ipv6 cost"], "ipv6 cost"),
    "network": (
        ["router bgp 65001", "address-family ipv4", "network 192.0.2.7", "no network 192.0.2.7"],
        "192.0.2.7",
    ),
    "neighbour": (["router bgp 65001", "no neighbor 198.18.0.1"], "neighbor 198.18.0.1"),
    "process": (["no router bgp 65001"], "router bgp"),
}
REFUSED = {
    "overlap": ([*LO, "interface Lo1", " ip address 192.0.2.1 255.255.255.255"], "% 192.0.2.1 overlaps with Loopback0"),
    "overlap with a link": (
        ["interface Lo1", " ip address 198.18.0.1 255.255.255.255"],
        "% 198.18.0.1 overlaps with GigabitEthernet1",
    ),
    "overlap of a secondary": (
        [*TWO, "interface Lo1", " ip address 192.0.2.2 255.255.255.255"],
        "% 192.0.2.2 overlaps with Loopback0",
    ),
    "ipv6 overlap": (
        ["interface Lo0", "ipv6 address 2001:db8::1/128", "interface Lo1", " ipv6 address 2001:db8::1/128"],
        "%Loopback1: Error: 2001:DB8::1/128 is overlapping with 2001:DB8::1/128 on Loopback0",
    ),
    "primary before secondary": (
        [*TWO, "no ip address 192.0.2.1 255.255.255.255"],
        "Must delete secondary before deleting primary",
    ),
    "no such address": ([*LO, "no ip address 192.0.2.9 255.255.255.255"], "Invalid address"),
    "network number": (["interface Lo0", "ip address 192.0.2.0 255.255.255.0"], "Bad mask /24 for address 192.0.2.0"),
    "no such vrf": (["interface Lo0", "vrf forwarding red"], "% VRF red does not exist"),
    "second as": (["router bgp 65002"], "BGP is already running; AS is 65001"),
    "hardware": (["no interface GigabitEthernet1"], "% Removal of physical interfaces is not permitted"),
    "unknown": (["interface Lo0", "ip adress 192.0.2.1"], "% Invalid input detected at '^' marker."),
    "number out of range": (["interface Loopback2147483648"], "% Invalid input detected"),
    "incomplete": (["interface Lo0", "ip ospf cost"], "% Incomplete command."),
}


@pytest.mark.parametrize("case", SHOWN)
def test_ios_shows(case: str) -> None:
    lines, expected = SHOWN[case]
    assert expected in store(*lines).text()


@pytest.mark.parametrize("case", NOT_SHOWN)
def test_ios_no_longer_shows(case: str) -> None:
    lines, gone = NOT_SHOWN[case]
    assert gone not in store(*lines).text()


@pytest.mark.parametrize("case", REFUSED)
def test_ios_refuses(case: str) -> None:
    lines, answer = REFUSED[case]
    made = store(*lines[:-1])
    before = made.text()
    with pytest.raises(Refusal) as refusal:
        store(*lines)
    assert refusal.value.answer.startswith(answer)
    assert made.text() == before


@pytest.mark.parametrize("case", SHOWN)
def test_what_ios_shows_it_takes_again(case: str) -> None:
    text = store(*SHOWN[case][0]).text()
    assert IosStore(text).text() == text


def test_the_same_address_is_taken_in_another_vrf() -> None:
    made = store(*LO, "interface Loopback1", "vrf forwarding blue", LO[1])
    assert made.text().count("192.0.2.1 255.255.255.255") == 2


def test_what_a_vrf_drops_is_said() -> None:
    assert store(*TWO, "ipv6 address 2001:db8::1/128", "vrf forwarding blue").messages() == [
        "% Interface Loopback0 IPv4 disabled and address(es) removed due to enabling VRF blue",
        "% Interface Loopback0 IPv6 disabled and address(es) removed due to enabling VRF blue",
    ]


ON = {
    "line": (["ip ospf 1 area 0"], ("ospf", "0.0.0.0", None, False)),
    "line with cost": (["ip ospf 1 area 1", "ip ospf cost 7"], ("ospf", "0.0.0.1", 7, False)),
    "statement": (["router ospf 1", "network 192.0.2.0 0.0.0.255 area 2"], ("ospf", "0.0.0.2", None, False)),
    "narrowest statement": (
        ["router ospf 1", "network 192.0.2.0 0.0.0.255 area 2", "network 192.0.2.1 0.0.0.0 area 3"],
        ("ospf", "0.0.0.3", None, False),
    ),
    "passive": (["ip ospf 1 area 0", "router ospf 1", "passive-interface lo0"], ("ospf", "0.0.0.0", None, True)),
    "passive by default": (
        ["ip ospf 1 area 0", "router ospf 1", "passive-interface default"],
        ("ospf", "0.0.0.0", None, True),
    ),
    "v3": (["ospfv3 1 ipv6 area 0", "ospfv3 1 ipv6 cost 9"], ("ospf3", "0.0.0.0", 9, False)),
    "v3 classic": (["ipv6 ospf 1 area 0", "ipv6 ospf cost 9"], ("ospf3", "0.0.0.0", 9, False)),
    "isis": (["ip router isis CORE", "isis metric 4"], ("isis", "", 4, False)),
    "isis passive alone": (["router isis CORE", "passive-interface lo0"], ("isis", "", None, True)),
}


@pytest.mark.parametrize("case", ON)
def test_a_protocol_is_on_an_interface(case: str) -> None:
    lines, expected = ON[case]
    port = store(*LO, *lines).facts("r1").ports[0]
    found = [(one.protocol, one.area, one.cost, one.passive) for one in port.protocols]
    assert found == [expected]


def test_a_process_of_another_vrf_does_not_take_an_interface_in() -> None:
    made = store(*BLUE, LO[1], "router ospf 1", "network 192.0.2.1 0.0.0.0 area 0")
    assert made.facts("r1").ports[0].protocols == ()


def test_levels_are_those_that_instance_and_interface_share() -> None:
    made = store(*LO, "ip router isis CORE", "isis circuit-type level-2-only", "router isis CORE", "is-type level-1-2")
    assert made.facts("r1").ports[0].protocols == (Enabled("isis", "ipv4", "CORE", level="2"),)


def test_facts_name_ports_addresses_and_what_is_announced() -> None:
    made = store(
        *TWO,
        "description core",
        "shutdown",
        "router bgp 65001",
        "address-family ipv4",
        "network 192.0.2.1 mask 255.255.255.255",
        "address-family ipv6 vrf blue",
        "network 2001:DB8::1/128",
    )
    facts = made.facts("r1")
    loopback, link = facts.ports
    assert (loopback.name, loopback.link, loopback.enabled, loopback.description) == ("Loopback0", 0, False, "core")
    assert loopback.addresses == ("192.0.2.1/32", "192.0.2.2/32")
    assert (link.name, link.link, link.addresses) == ("GigabitEthernet1", 1, ("198.18.0.0/31", "2001:db8:1800::/127"))
    assert (facts.router_id, facts.asn) == ("10.255.0.1", "65001")
    assert facts.announced == (Originates("192.0.2.1/32"), Originates("2001:db8::1/128", "blue"))
