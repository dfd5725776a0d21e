"""Reports of fabricated results: a golden per page, at 100 columns, and the documents beside them."""

import io
import json
from collections.abc import Iterable
from typing import Any

import pytest
from rich.console import Console, RenderableType

from loopwright.audit import Difference
from loopwright.errors import CredentialsNotTried, InventoryError, Refused, Unreachable
from loopwright.finding import Finding
from loopwright.models import Advertisement, Loopback, Mark
from loopwright.plan import Change, Commit, DevicePlan, Plan
from loopwright.report import ASCII, UNICODE, Marks, error_document, shown, unanswered_document
from loopwright.report_audit import audit_summary, difference_document, difference_lines, not_checked_line
from loopwright.report_explain import explanation
from loopwright.report_findings import finding_document, finding_lines, findings_summary
from loopwright.report_live import LiveDevice, live_document, live_table
from loopwright.report_plan import plan_document, plan_lines, plan_summary
from loopwright.report_proof import proof_document, proof_pages, unanswered_lines
from loopwright.report_run import DeviceEnd, ends_document, ends_pages
from loopwright.report_verdicts import counts
from loopwright.rules_live import RouterId
from loopwright.verdict import Cause, Rung, State, Verdict
from tests.goldens import assert_golden

MARK = Mark("inventory/hosts.yaml", 12, 7)
LONG = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128"


def page(parts: Iterable[RenderableType], width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False)
    for part in parts:
        console.print(part)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


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


LOOPBACK = Loopback(
    0,
    "lo",
    ("198.51.100.1/32",),
    ("2001:db8:255::1/128",),
    description="router-id",
    advertise=frozenset({Advertisement("ospf", "198.51.100.1/32", area="0.0.0.0")}),
)
ADDED = DevicePlan(
    "ams-p1",
    "frr",
    (Change(None, LOOPBACK, ("loopback 0 is missing on lo",)),),
    (Commit(("interface lo", " ip address 198.51.100.1/32", " ip ospf area 0.0.0.0")),),
    (Commit(("interface lo", " no ip ospf area 0.0.0.0", " no ip address 198.51.100.1/32")),),
    "ab" * 32,
)
CHANGED = DevicePlan(
    "fra-b1",
    "frr",
    (Change(LOOPBACK, None, ("loopback 0 is to go from lo",)),),
    (
        Commit(
            (
                "interface lo",
                " no ip address 198.51.100.1/32",
                "router bgp 64500",
                " address-family ipv4 unicast",
                "  no network 198.51.100.1/32",
            )
        ),
    ),
    (Commit(("interface lo", " ip address 198.51.100.1/32", " ip ospf authentication-key hunter2")),),
    "cd" * 32,
    (
        Finding(
            "foreign-lines",
            "fra-b1",
            "loopback 0 (lo)",
            "no lines of others",
            "there are: ip ospf authentication-key hunter2",
            mark=MARK,
        ),
    ),
)
PLANS = {
    "changes": (Plan((ADDED, DevicePlan("ams-p2", "frr"))), None),
    "nothing": (Plan((DevicePlan("ams-p1", "frr"), DevicePlan("ams-p2", "frr"))), None),
    "refused": (Plan((ADDED, CHANGED)), None),
    "removals": (Plan((ADDED,)), "the plan removes 4 loopbacks from 2 devices; say --allow-removals 4"),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_for_people(name: str) -> None:
    plan, refusal = PLANS[name]
    negations = {device.device: "no" for device in plan.devices}
    assert_golden(f"report/plan {name}.txt", page([*plan_lines(plan, negations), plan_summary(plan, refusal)]))


def test_a_plan_as_a_document() -> None:
    assert_golden("report/plan refused.json", json.dumps(plan_document(PLANS["refused"][0]), indent=2, default=str))


def test_no_report_of_a_plan_shows_a_secret() -> None:
    plan = PLANS["refused"][0]
    told = page(plan_lines(plan, {"ams-p1": "no", "fra-b1": "no"})) + json.dumps(plan_document(plan), default=str)
    assert "hunter2" not in told


ENDS = (
    DeviceEnd("ams-p1", "kept"),
    DeviceEnd(
        "ams-p2",
        "put back",
        "198.51.100.2/32: rung 6 advertised: not in the bgp table of fra-b1; it is as it was before",
    ),
    DeviceEnd(
        "fra-p1",
        "not put back",
        "its inverse was played and it is not as before",
        ("interface lo", " no ip address 198.51.100.3/32"),
    ),
    DeviceEnd("fra-p2", "undecided", "198.51.100.4/32: rung 7 reachable: no vantage point"),
    DeviceEnd("ams-b1", "not saved", "stopped answering"),
    DeviceEnd("fra-b1", "no answer", "cannot be reached at 192.0.2.6:22: Connection refused"),
    DeviceEnd("fra-b2", "refused", "198.51.100.7 is already on ams-p1"),
)


def test_the_ends_of_a_run() -> None:
    assert_golden("report/run.txt", page(ends_pages(ENDS)))
    assert_golden("report/run.json", json.dumps(ends_document(ENDS), indent=2))


FINDINGS = (
    Finding(
        "duplicate",
        "ams-p1",
        "loopback 0, 198.51.100.1/32",
        "an address of its own",
        "ams-p2 loopback 0 has it too",
        "error",
        MARK,
    ),
    Finding(
        "clear-text-secret",
        "defaults",
        "password",
        "secrets outside of the inventory",
        "one in clear text (not shown)",
        "warning",
        MARK,
    ),
    Finding(
        "protocol-runs",
        "",
        "ams-p1, ams-p2",
        "`routing:` in the inventory, or the device itself",
        "not checked offline",
        "note",
    ),
)


def test_findings() -> None:
    assert_golden("report/findings.txt", page([*finding_lines(FINDINGS), findings_summary(FINDINGS)]))
    assert_golden("report/findings.json", json.dumps([finding_document(f) for f in FINDINGS], indent=2))


DIFFERENCES = (
    Difference("missing", "ams-p1", 0, "lo", ("loopback 0 is missing on lo",)),
    Difference("different", "ams-p2", 0, "lo", ("198.51.100.2/32 in ospf: area is 0.0.0.1, not 0.0.0.0",)),
    Difference("extra", "ams-p2", 100, "lo100", ("loopback 100 is to go from lo100",)),
    Difference("extra", "fra-p1", 7, "lo7", ("203.0.113.7/32; the inventory does not list it",), ours=False),
    Difference(
        "foreign",
        "fra-p2",
        0,
        "lo",
        ("ip ospf authentication-key hunter2", "ip ospf network point-to-point"),
        ours=False,
    ),
)


def test_an_audit() -> None:
    text = page([*difference_lines(DIFFERENCES), audit_summary(DIFFERENCES, 6), not_checked_line()])
    assert_golden("report/audit.txt", text)
    assert "hunter2" not in text + json.dumps([difference_document(d) for d in DIFFERENCES])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((), "6 devices configured as the inventory says"),
        (DIFFERENCES[3:4], "6 devices configured as the inventory says (1 extra)"),
        (DIFFERENCES[:1], "1 of 6 devices differ (1 missing)"),
    ],
    ids=["agrees", "only what is not ours", "differs"],
)
def test_the_summary_of_an_audit(found: tuple[Difference, ...], expected: str) -> None:
    assert audit_summary(found, 6).plain == expected


def test_live_devices() -> None:
    devices = (
        LiveDevice(
            "ams-p1", True, "FRRouting", "8.4.4", True, (RouterId("ospf", "", "default", True, "198.51.100.1"),)
        ),
        LiveDevice("ams-p2", True, "FRRouting", "8.4.4", False, (RouterId("bgp", "64500", "default", False, None),)),
        LiveDevice("fra-p1", True, "FRRouting", None, True),
        LiveDevice("fra-p2", False, "FRRouting"),
    )
    assert_golden("report/live.txt", page([live_table(devices)]))
    assert json.loads(json.dumps(live_document(devices)))[1]["router_ids"][0]["after_restart"] is None


def test_devices_that_did_not_answer() -> None:
    errors = {
        "fra-p2": Unreachable("fra-p2", "cannot be reached at 192.0.2.4:22: Connection refused"),
        "ams-b1": CredentialsNotTried(
            "ams-b1", "was not tried: ams-p1 refused the same credentials", hint="correct them"
        ),
    }
    assert_golden("report/unanswered.txt", page(unanswered_lines(errors)))
    assert [entry["device"] for entry in unanswered_document(errors)] == ["fra-p2", "ams-b1"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ip ospf authentication-key hunter2", "ip ospf authentication-key (not shown)"),
        ("ip ospf message-digest-key 1 md5 hunter2", "ip ospf message-digest-key 1 md5 (not shown)"),
        ("neighbor 192.0.2.1 password hunter2", "neighbor 192.0.2.1 password (not shown)"),
        ("neighbor 192.0.2.1 password 7 0822455D", "neighbor 192.0.2.1 password 7 (not shown)"),
        ("isis password clear hunter2", "isis password clear (not shown)"),
        ("isis password md5 hunter2", "isis password md5 (not shown)"),
        ("username netops secret sha512 $6$xyz", "username netops secret sha512 (not shown)"),
        ("snmp-server community hunter2 ro", "snmp-server community (not shown) ro"),
        (" key-string hunter2", " key-string (not shown)"),
        ("description key facts about password policy", "description key facts about password policy"),
        ("ip address 198.51.100.1/32", "ip address 198.51.100.1/32"),
        ("network 198.51.100.1/32 area 0", "network 198.51.100.1/32 area 0"),
    ],
)
def test_lines_are_shown_without_secrets(line: str, expected: str) -> None:
    assert shown(line) == expected


@pytest.mark.parametrize(("encoding", "marks"), [("utf-8", UNICODE), ("ascii", ASCII), ("latin-1", ASCII)])
def test_the_signs_follow_the_encoding(encoding: str, marks: Marks) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    assert Marks.of(Console(file=stream)) == marks


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Refused("no", hint="plan again"), {"kind": "Refused", "message": "no", "hint": "plan again", "exit_code": 4}),
        (
            Unreachable("r1", "gone"),
            {"kind": "Unreachable", "message": "r1: gone", "hint": "", "device": "r1", "exit_code": 3},
        ),
        (
            InventoryError(("a", "b")),
            {"kind": "InventoryError", "message": "a\nb", "hint": "", "faults": ["a", "b"], "exit_code": 2},
        ),
    ],
    ids=["Refused", "Unreachable", "InventoryError"],
)
def test_an_error_as_a_document(error: Any, expected: dict[str, Any]) -> None:
    assert error_document(error) == {"schema": 1, "error": expected}
