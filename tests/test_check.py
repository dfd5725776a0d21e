"""The rules over the intent of the whole network: one small network per case, all findings of it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from loopwright.check import check, check_inventory
from loopwright.inventory import make_inventory, read_inventory
from loopwright.models import (
    DEFAULT_VRF,
    Advertisement,
    Intent,
    Link,
    Loopback,
    Mark,
    Observed,
    Process,
    Routing,
    Wanted,
    WantedAdvertisement,
)
from loopwright.platform import load_platforms
from loopwright.prefixes import read_prefix

ROOT = Path(__file__).parent.parent
CASES = yaml.safe_load((Path(__file__).parent / "data" / "check_cases.yaml").read_text(encoding="utf-8"))


class Plain:
    """A platform with just what the rules ask for."""

    protocols = frozenset(("ospf", "ospf3", "isis"))

    def interface_name(self, number: int) -> str:
        return f"lo{number}"

    def number_of(self, interface: str) -> int | None:
        word, number = interface[:2].lower(), interface[2:]
        return int(number) if word == "lo" and number.isdigit() else None

    def refuses_number(self, number: int) -> str | None:
        return None if number < 1000 else "the platform numbers its loopbacks 0 to 999"

    def refuses_text(self, text: str) -> str | None:
        return "has the character '?'" if "?" in text else None


PLATFORMS = {"plain": Plain()}


def told(intents: Any, observed: Mapping[str, Observed] | None = None) -> list[str]:
    return [f"{f.severity} {f.rule} {f.device} {f.where}: {f.actual}" for f in check(intents, PLATFORMS, observed)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_findings(case: Mapping[str, Any]) -> None:
    defaults = {"platform": "plain", **case.get("defaults", {})}
    inventory = make_inventory(case["hosts"], case.get("groups"), defaults)
    findings = check_inventory(inventory, PLATFORMS)
    assert [f"{f.severity} {f.rule} {f.device} {f.where}: {f.actual}" for f in findings] == case["findings"]


def test_example_network_is_correct() -> None:
    assert check_inventory(read_inventory(ROOT / "inventory"), load_platforms(None)) == ()


def test_a_finding_says_where_it_is_written() -> None:
    wanted = Wanted(0, ipv4=("127.0.0.1/32",), mark=Mark("hosts.yaml", 4, 7))
    (finding,) = check([Intent("r1", "plain", (wanted,))], PLATFORMS)
    assert str(finding) == (
        "hosts.yaml:4:7: error: r1 loopback 0, 127.0.0.1/32: reserved-range: "
        "expected a unicast address; actual it lies in 127.0.0.0/8: the device's own loopback"
    )


WANTED = Wanted(0, ipv4=("10.0.0.1/32",), advertise=(WantedAdvertisement("ospf", area="0.0.0.0"),))


@pytest.mark.parametrize(
    "wanted",
    [
        replace(WANTED, description="x\nno router ospf"),
        replace(WANTED, vrf="x\u2028y"),
        replace(WANTED, interface="lo0\r"),
        replace(WANTED, advertise=(WantedAdvertisement("ospf", process="1\n2", area="0.0.0.0"),)),
    ],
    ids=["description", "vrf", "interface", "process"],
)
def test_line_breaks_are_found_wherever_intents_come_from(wanted: Wanted) -> None:
    assert any("error text r1" in line and "line break" in line for line in told([Intent("r1", "plain", (wanted,))]))


def observed(routing: Routing, *loopbacks: Loopback) -> dict[str, Observed]:
    return {"r1": Observed("r1", "plain", frozenset(loopbacks), routing)}


OSPF = Routing(processes=(Process("ospf"),))
TWO = Routing(processes=(Process("ospf", "1"), Process("ospf", "2")))


def test_observed_routing_stands_before_the_declared() -> None:
    intent = Intent("r1", "plain", (WANTED,), routing=Routing())
    assert told([intent]) == ["error protocol-runs r1 loopback 0, advertise.ospf: running: none"]
    assert told([intent], observed(OSPF)) == []


def test_what_the_device_advertises_already_names_the_process() -> None:
    there = Loopback(0, "lo0", advertise=frozenset({Advertisement("ospf", "10.0.0.1/32", "2", "0.0.0.0")}))
    intent = Intent("r1", "plain", (WANTED,))
    assert told([intent], observed(TWO)) == ["error protocol-runs r1 loopback 0, advertise.ospf: running: 1, 2; none is named"]  # fmt: skip  # noqa: E501
    assert told([intent], observed(TWO, there)) == []


@pytest.mark.parametrize(
    ("there", "findings"),
    [
        (
            observed(replace(OSPF, links=(Link("eth0", "10.0.0.1/31"),))),
            ["error duplicate-address r1 loopback 0, 10.0.0.1/32: also on r1 eth0 10.0.0.1/31"],
        ),
        (
            observed(OSPF, Loopback(5, "lo5", ipv4=("10.0.0.1/32",))),
            ["error duplicate-address r1 loopback 0, 10.0.0.1/32: also on r1 loopback 5 10.0.0.1/32"],
        ),
        (observed(OSPF, Loopback(7, "lo7", ipv4=("10.0.0.1/32",))), []),
        (observed(OSPF, Loopback(0, "lo0", ipv4=("10.0.0.1/32",))), []),
    ],
    ids=["link", "loopback-that-stays", "loopback-that-is-removed", "itself"],
)
def test_observed_addresses(there: Mapping[str, Observed], findings: list[str]) -> None:
    assert told([Intent("r1", "plain", (WANTED,), owns=((7, 7),))], there) == findings


def test_removal_of_an_observed_management_address() -> None:
    intent = Intent("r1", "plain", (Wanted(3, absent=True),), management_address="10.0.0.3")
    there = observed(OSPF, Loopback(3, "lo3", ipv4=("10.0.0.3/32",)))
    assert [line.split(":")[0] for line in told([intent], there)] == ["error removal r1 loopback 3, state"]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 15), st.integers(27, 32)), min_size=2, max_size=9
    )
)
def test_overlaps_and_duplicates_agree_with_comparing_all_pairs(drawn: list[tuple[int, int, int, int]]) -> None:
    """A network has a finding of these two rules if and only if two of its addresses do meet."""
    wanted: dict[tuple[int, int], tuple[str, ...]] = {}
    for device, number, host, length in drawn:
        address = f"10.0.0.{host}/{length}"
        kept = wanted.get((device, number), ())
        if all(read_prefix(other).number != read_prefix(address).number for other in kept):
            wanted[device, number] = (*kept, address)
    intents = [
        Intent(f"r{device}", "plain", tuple(Wanted(n, ipv4=a) for (d, n), a in sorted(wanted.items()) if d == device))
        for device in range(4)
    ]
    pairs = [(place, read_prefix(address)) for place, addresses in wanted.items() for address in addresses]
    meet = any(
        one[0] != other[0] and (one[1].holds(other[1]) or other[1].holds(one[1])) for one in pairs for other in pairs
    )
    found = any(f.rule in ("overlap", "duplicate-address") for f in check(intents, PLATFORMS))
    assert found == meet


def test_default_vrf_needs_no_declaration() -> None:
    assert DEFAULT_VRF in Routing().vrfs
