"""What each command says of a network that is fabricated, and its exit code: a golden per situation."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loopwright.errors import Unreachable
from loopwright.verdict import Cause
from tasks.identify import Identity
from tests.fabricated import BARE, READY, Fabricated, fabricate
from tests.goldens import assert_golden

SILENT = Unreachable("r2", "cannot be reached at 192.0.2.2:22: Connection refused")


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fabricated]:
    monkeypatch.chdir(tmp_path)
    yield from fabricate(tmp_path, monkeypatch)


CAUSE = Cause("path", "r1", "it has no route back to 192.0.2.2 (r2)", "show ip route 192.0.2.2")
ROUTER_ID = " ospf router-id 198.51.100.{number}\n"
NO_ID, NO_ID_READY = BARE.replace(ROUTER_ID, ""), READY.replace(ROUTER_ID, "")
NO_OSPF = BARE.replace("router ospf", "router rip").replace(" ip ospf area 0\n", "")
STRANGE = READY.replace(
    "interface lo\n",
    "interface lo7\n ip address 203.0.113.7/32\nexit\ninterface lo\n ip ospf authentication-key hunter2\n",
)
NOTHING_WRONG: dict[str, Any] = {}
SAYS: dict[str, tuple[str, dict[str, Any], int]] = {
    "plan changes": ("plan", {"configuration": BARE}, 0),
    "plan nothing": ("plan", NOTHING_WRONG, 0),
    "plan, a dead device": ("plan", {"configuration": BARE, "errors": {"r2": SILENT}}, 3),
    "verify": ("verify", NOTHING_WRONG, 0),
    "verify the loopback test": ("verify --rungs loopback", {"state": "fail", "cause": CAUSE}, 0),
    "verify the end-to-end test": ("verify --rungs end-to-end", NOTHING_WRONG, 0),
    "verify, failing": ("verify", {"state": "fail", "cause": CAUSE}, 4),
    "verify, unproven": ("verify", {"state": "unproven"}, 3),
    "verify, a dead device beside": ("verify --limit r1", {"errors": {"r2": SILENT}}, 3),
    "audit": ("audit", NOTHING_WRONG, 0),
    "audit, differing": ("audit", {"configuration": BARE}, 4),
    "audit, failing": ("audit", {"state": "fail", "cause": CAUSE}, 4),
    "audit, unproven": ("audit", {"state": "unproven"}, 3),
    "explain": ("explain r1 0", NOTHING_WRONG, 0),
    "explain, failing": ("explain r1 0", {"state": "fail", "cause": CAUSE}, 4),
    "validate": ("validate", NOTHING_WRONG, 0),
    "validate, live": ("validate --live", NOTHING_WRONG, 0),
    "validate, a dead device": ("validate --live", {"errors": {"r2": SILENT}}, 3),
    "validate, no router-id": ("validate --live", {"configuration": NO_ID_READY}, 0),
    "validate, no router-id and no loopback": (
        "validate --live",
        {"configuration": NO_ID},
        0,
    ),
    "validate, not running": ("validate --live", {"configuration": NO_OSPF}, 4),
    "validate, an address known": (
        "validate --live",
        {"configuration": BARE, "known": {"r1": "198.51.100.1 is already on r2"}},
        4,
    ),
    "provision nothing": ("provision", NOTHING_WRONG, 0),
}


@pytest.mark.parametrize("case", SAYS)
def test_what_a_command_says(fake: Fabricated, case: str) -> None:
    command, situation, exit_code = SAYS[case]
    fake.arrange(**situation)
    told = fake.run(*command.split())
    assert told.exit_code == exit_code, told.output
    assert_golden(f"cli/{case}.txt", told.stdout)


@pytest.mark.parametrize("case", SAYS)
def test_a_document_has_the_exit_code(fake: Fabricated, case: str) -> None:
    command, situation, exit_code = SAYS[case]
    fake.arrange(**situation)
    told = fake.run(*command.split(), "--json")
    assert (told.exit_code, json.loads(told.stdout)["exit_code"]) == (exit_code, exit_code)


@pytest.mark.parametrize(
    ("identity", "rule"),
    [(Identity(None, True, "Another system 1.0"), "platform-is"), (None, "may-configure")],
    ids=["another platform", "may only look"],
)
def test_a_device_that_is_not_as_the_inventory_says(fake: Fabricated, identity: Identity | None, rule: str) -> None:
    seen = fake.observed()["r1"]
    fake.identities["r1"] = identity or Identity("8.4.4", False, "a router", seen)
    told = fake.run("validate", "--live")
    assert told.exit_code == 4
    assert rule in told.stdout


def test_a_plan_is_saved(fake: Fabricated) -> None:
    fake.configure(BARE)
    assert fake.run("plan", "--out", "plan.json").exit_code == 0
    saved = json.loads((fake.folder / "plan.json").read_text())
    assert [device["device"] for device in saved["devices"]] == ["r1", "r2"]
    assert {"changes", "commits", "undo", "basis", "findings"} <= saved["devices"][0].keys()
    assert saved["devices"][0]["changes"][0]["before"] is None


def test_a_plan_that_cannot_be_saved(fake: Fabricated) -> None:
    told = fake.run("plan", "--out", "nowhere/plan.json")
    assert told.exit_code == 2
    assert told.stderr.endswith("nowhere/plan.json cannot be written: No such file or directory\n")
