"""Reports of fabricated results: a golden per page, at 100 columns, and the documents beside them."""

import json
from typing import Any

import pytest

from loopwright.report import ASCII, UNICODE
from loopwright.report_explain import explanation
from loopwright.report_proof import proof_document, proof_pages
from loopwright.report_verdicts import counts
from loopwright.verdict import Cause, Rung, State, Verdict
from tests.goldens import assert_golden, page

LONG = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128"


def verdict(
    rung: Rung, state: State = "pass", device: str = "ams-p1", address: str = "198.51.100.1/32", **more: Any
) -> Verdict:
    words: dict[str, Any] = {"expected": f"{address} {rung.words}", "actual": f"{address} {rung.words}", **more}
    return Verdict(device, 0, address, rung, state, **words)


def climbed(top: Rung = Rung.REACHABLE, **more: Any) -> list[Verdict]:
    return [verdict(rung, **more) for rung in Rung if rung <= top]


WRONG_AREA = Cause(
    "configuration",
    "fra-p1",
    "ospf has it in area 0.0.0.1, not 0.0.0.0",
    "show running-config",
    ("interface lo", " no ip ospf area 0.0.0.1", " ip ospf area 0.0.0.0"),
)
FILTERED = Cause(
    "filter",
    "ams-b1",
    "198.51.100.3/32 is in its ospf table and not in its routing table",
    "show ip route 198.51.100.3/32",
)
DROPPED = Cause("icmp", "", "routes exist both ways and nobody gets an answer: echo requests or replies are dropped")
SILENT = Cause("silent", "fra-p2", "cannot be reached at 192.0.2.4:22: Connection refused")
PROOFS: dict[str, list[Verdict]] = {
    "all well": [*climbed(), *climbed(address="2001:db8:255::1/128")],
    "failing": [
        *climbed(),
        *climbed(Rung.ROUTED, device="fra-p1", address="198.51.100.3/32"),
        verdict(Rung.ORIGINATED, "fail", "fra-p1", "198.51.100.3/32", cause=WRONG_AREA, actual="in area 0.0.0.1"),
        *climbed(Rung.ORIGINATED, device="fra-p1", address=LONG),
        verdict(Rung.ADVERTISED, "fail", "fra-p1", LONG, cause=FILTERED, coverage="5 of 5 asked"),
        *climbed(Rung.ADVERTISED, device="ams-b1", address="198.51.100.5/32"),
        verdict(Rung.REACHABLE, "unproven", "ams-b1", "198.51.100.5/32", actual="no vantage point"),
        *climbed(Rung.ADVERTISED, device="fra-b1", address="198.51.100.6/32"),
        verdict(
            Rung.REACHABLE,
            "fail",
            "fra-b1",
            "198.51.100.6/32",
            cause=DROPPED,
            coverage="from ams-p1 (loopback); 1 of 5",
        ),
    ],
    "a dead device": [
        *climbed(),
        verdict(Rung.CONFIGURED, "error", "fra-p2", "198.51.100.4/32", cause=SILENT, actual="no answer"),
        verdict(Rung.CONFIGURED, "error", "fra-p2", "2001:db8:255::4/128", cause=SILENT, actual="no answer"),
    ],
    "gone": [
        *climbed(),
        verdict(
            Rung.ADVERTISED,
            expected="198.51.100.9/32 gone",
            actual="6 devices do not know it",
            address="198.51.100.9/32",
        ),
        verdict(
            Rung.ADVERTISED,
            "fail",
            expected="198.51.100.8/32 gone",
            actual="fra-b1 still originates 198.51.100.8/32 in bgp",
            address="198.51.100.8/32",
            cause=Cause("origination", "fra-b1", "fra-b1 still originates 198.51.100.8/32 in bgp", "show bgp summary"),
        ),
    ],
    "many": [v for number in range(1, 60) for v in climbed(device=f"r{number}", address=f"198.51.100.{number}/32")],
}


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_for_people(name: str) -> None:
    broken = ("fra-b1",) if name == "failing" else ()
    assert_golden(f"report/proof {name}.txt", page(proof_pages(PROOFS[name], broken, 2, 1.25, UNICODE)))


def test_a_proof_where_the_output_is_ascii() -> None:
    text = page(proof_pages(PROOFS["failing"], (), 2, 1.25, ASCII))
    assert text.isascii()
    assert_golden("report/proof failing in ascii.txt", text)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_address_is_clipped(width: int) -> None:
    text = page(proof_pages(PROOFS["failing"], (), 2, 1.25, UNICODE), width)
    assert LONG in text
    assert "…" not in text


def test_all_rows_of_many_on_request() -> None:
    text = page(proof_pages(PROOFS["many"], (), 2, 1.25, UNICODE, full=True))
    assert "198.51.100.59/32" in text
    assert "--full" not in text


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_as_a_document(name: str) -> None:
    document = proof_document(PROOFS[name], (), 2, 1.25)
    assert json.loads(json.dumps(document)) == document
    if name != "many":
        assert_golden(f"report/proof {name}.json", json.dumps(document, indent=2))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("all well", {"addresses": 2, "pass": 2, "fail": 0, "unproven": 0, "error": 0, "to_be_gone": 0, "gone": 0}),
        ("failing", {"addresses": 5, "pass": 1, "fail": 3, "unproven": 1, "error": 0, "to_be_gone": 0, "gone": 0}),
        (
            "a dead device",
            {"addresses": 3, "pass": 1, "fail": 0, "unproven": 0, "error": 2, "to_be_gone": 0, "gone": 0},
        ),
        ("gone", {"addresses": 1, "pass": 1, "fail": 0, "unproven": 0, "error": 0, "to_be_gone": 2, "gone": 1}),
    ],
)
def test_counts(name: str, expected: dict[str, int]) -> None:
    assert counts(PROOFS[name]) == expected


@pytest.mark.parametrize("name", ["all well", "failing", "a dead device"])
def test_an_explanation(name: str) -> None:
    assert_golden(f"report/explain {name}.txt", page(explanation(PROOFS[name], UNICODE)))
