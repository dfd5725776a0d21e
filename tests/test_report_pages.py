"""Reports of plans, runs, findings, audits and devices: a golden per page, and the documents beside them."""

import io
import json
from typing import Any

import pytest
from rich.console import Console

from loopwright.audit import Difference
from loopwright.change import Change
from loopwright.errors import CredentialsNotTried, InventoryError, Refused, Unreachable
from loopwright.finding import Finding
from loopwright.masking import shown
from loopwright.models import Advertisement, Loopback, Mark
from loopwright.plan import Commit, DevicePlan, Plan
from loopwright.plan_file import SavedPlan
from loopwright.report import ASCII, UNICODE, Marks, error_document, unanswered_document
from loopwright.report_audit import audit_summary, difference_document, difference_lines, not_checked_line
from loopwright.report_findings import finding_document, finding_lines, findings_summary
from loopwright.report_live import LiveDevice, live_document, live_table
from loopwright.report_plan import plan_lines, plan_summary
from loopwright.report_proof import unanswered_lines
from loopwright.report_run import DeviceEnd, ends_document, ends_pages
from loopwright.rules_live import RouterId
from playbooks.look import Seen
from playbooks.plan import shown_fields
from playbooks.propose import Proposal
from playbooks.terms import Terms
from tests.goldens import assert_golden, page

MARK = Mark("inventory/hosts.yaml", 12, 7)

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


def plan_document(plan: Plan) -> dict[str, Any]:
    """A plan as `--json` tells it."""
    return shown_fields(Proposal(Seen({}, {}), SavedPlan(plan), Terms(60)))


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
