"""The configuration of an emulated EOS device: what it takes, shows, refuses, drops, and comes to."""

import pytest

from lab.emulated.eos import Eos
from lab.emulated.system import Refusal
from lab.emulated.views import Link, Node

NODE = Node(
    "e1", "10.255.0.1",
    (Link(1, "198.51.100.0/31", "2001:db8:1::/127", "e2", "198.51.100.1/31", "2001:db8:1::1/127", "0.0.0.0"),),
    ospf=True, ospf3=True, isis="CORE", isis_net="49.0001.0000.0000.0001.00", asn="65001", vrfs=("blue",),
)  # fmt: skip


def applied(*lines: str) -> str:
    store = Eos().store(Eos().first(NODE))
    store.apply(lines)
    return store.text()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        pytest.param(
            ("interface lo0", "ip address 10.0.0.1 255.255.255.255"), ("   ip address 10.0.0.1/32",), id="mask",
        ),
        pytest.param(("interface loopback 7",), ("interface Loopback7",), id="name"),
        pytest.param(
            ("interface Lo0", "ipv6 address 2001:DB8:0:0::1/128"), ("   ipv6 address 2001:db8::1/128",), id="ipv6",
        ),
        pytest.param(("interface Lo0", "ip ospf area 10"), ("   ip ospf area 0.0.0.10",), id="area"),
        pytest.param(
            ("router bgp 65001", "vrf blue", "network 10.0.0.0/24"), ("   vrf blue", "      network 10.0.0.0/24"),
            id="vrf",
        ),
        pytest.param(("router ospf 1", "passive-interface lo0"), ("   passive-interface Loopback0",), id="passive"),
    ],
)  # fmt: skip
def test_a_line_is_shown_in_the_systems_own_spelling(typed: tuple[str, ...], shown: tuple[str, ...]) -> None:
    lines = applied(*typed).splitlines()
    assert set(shown) <= set(lines)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        pytest.param(
            ("interface Lo0", "ip address 10.0.0.1/32", "interface Lo1", "ip address 10.0.0.1/32"),
            "% Address 10.0.0.1/32 is already assigned to interface Loopback0", id="same-address",
        ),
        pytest.param(
            ("interface Lo0", "ip address 198.51.100.9/24"),
            "% Subnet 198.51.100.0/24 overlaps with existing subnet 198.51.100.0/31 of Ethernet1", id="overlap",
        ),
        pytest.param(("interface Lo0", "vrf red"), "% VRF red does not exist", id="no-vrf"),
        pytest.param(("router bgp 65001", "network 10.0.0.1/24"), "% Invalid input", id="host-bits"),
        pytest.param(("router bgp 65009",), "% BGP is already running with AS number 65001", id="second-as"),
        pytest.param(("router ospf 2",), "% More than 1 OSPF instance is not supported", id="second-ospf"),
        pytest.param(
            ("interface Ethernet1", "ip address 10.0.0.1/32"), "% Prefix length must be less than 32", id="length",
        ),
        pytest.param(("interface Loopback9999",), "% Invalid input", id="number"),
    ],
)  # fmt: skip
def test_what_the_system_refuses(typed: tuple[str, ...], answer: str) -> None:
    with pytest.raises(Refusal) as refused:
        applied(*typed)
    assert refused.value.answer == answer


def test_a_refused_line_takes_the_others_along() -> None:
    store = Eos().store(Eos().first(NODE))
    before = store.text()
    with pytest.raises(Refusal):
        store.apply(["interface Loopback0", " ip address 10.0.0.1/32", "frobnicate"])
    assert store.text() == before


def test_another_vrf_drops_the_addresses() -> None:
    text = applied(
        "interface Lo1", "ip address 10.0.0.1/32", "ipv6 address 2001:db8::1/128", "description x", "vrf blue"
    )
    stanza = text[text.index("interface Loopback1") :].split("!")[0]
    assert stanza.splitlines() == ["interface Loopback1", "   description x", "   vrf blue"]


def test_no_address_without_one_takes_the_secondary_ones_along() -> None:
    lines = ("interface Lo1", "ip address 10.0.0.1/32", "ip address 10.0.0.2/32 secondary", "no ip address")
    assert "10.0.0." not in applied(*lines)


def test_the_configuration_reads_back_as_itself() -> None:
    text = applied("interface Lo0", "ip address 10.0.0.1/32", "router bgp 65001", "vrf blue", "network 10.0.0.0/8")
    assert Eos().store(text).text() == text


def test_a_network_statement_takes_a_loopback_in_and_its_own_line_goes_before() -> None:
    store = Eos().store(Eos().first(NODE))
    store.apply(["interface Lo0", "ip address 10.0.0.1/32", "router ospf 1", "network 10.0.0.0/24 area 3"])
    assert [p.protocols[0].area for p in store.facts("e1").ports if p.name == "Loopback0"] == ["0.0.0.3"]
    store.apply(["interface Lo0", "ip ospf area 4"])
    assert [p.protocols[0].area for p in store.facts("e1").ports if p.name == "Loopback0"] == ["0.0.0.4"]
