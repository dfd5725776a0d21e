"""Provisioning from the command line: what is asked, what is refused, how it ends; the network is fabricated."""

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from loopwright.errors import DeviceTimeout, LineRejected, LoopwrightError, Refused
from loopwright.verdict import Cause
from playbooks.cli import main
from playbooks.ending import LeftHalfway, written_and_left
from playbooks.undertaking import Undertaking
from tasks.put_back import PutBack
from tests.fabricated import BARE, HOSTS, Fabricated, fabricate
from tests.goldens import assert_golden

NO_OSPF = BARE.replace("router ospf", "router rip").replace(" ip ospf area 0\n", "")
CAUSE = Cause("path", "r1", "it has no route back to 192.0.2.2 (r2)", "show ip route 192.0.2.2")


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fabricated]:
    monkeypatch.chdir(tmp_path)
    yield from fabricate(tmp_path, monkeypatch)


def test_provision_asks_and_without_a_terminal_wants_yes(fake: Fabricated) -> None:
    fake.configure(BARE)
    told = fake.run("provision")
    assert told.exit_code == 2
    assert "nobody can be asked here, and --yes was not said; nothing was written" in told.stderr
    assert (fake.written, list(fake.folder.glob("runs"))) == ([], [])


@pytest.mark.parametrize(("answer", "written"), [("y\n", 1), ("n\n", 0), ("\n", 0)], ids=["yes", "no", "enter"])
def test_provision_asks_on_a_terminal(
    fake: Fabricated, monkeypatch: pytest.MonkeyPatch, answer: str, written: int
) -> None:
    monkeypatch.setattr("playbooks.run.asks_somebody", lambda: True)
    fake.configure(BARE)
    told = CliRunner().invoke(main, ["provision", "--inventory", str(fake.folder / "inventory")], input=answer)
    assert len(fake.written) == written
    assert told.exit_code == (0 if written else 4)
    assert ("nothing was written to any device" in told.stderr) == (not written)


def test_provision_refuses_a_plan_with_errors(fake: Fabricated) -> None:
    fake.configure(NO_OSPF)
    told = fake.run("provision", "--yes")
    assert told.exit_code == 4
    assert "protocol-runs" in told.stdout
    assert "nothing was written to any device" in told.stderr
    assert fake.written == []


def removing(fake: Fabricated) -> None:
    """Let r1 own three loopbacks that the inventory does not list."""
    hosts = fake.folder / "inventory" / "hosts.yaml"
    hosts.write_text(HOSTS.replace("data: {loopbacks", "data: {owns: [100-199], loopbacks", 1))
    extra = "".join(f"interface lo{n}\n ip address 203.0.113.{n}/32\nexit\n" for n in (101, 102, 103))
    fake.configurations["r1"] += extra


@pytest.mark.parametrize(("allowed", "code"), [((), 4), (("--allow-removals", "2"), 4), (("--allow-removals", "3"), 0)])
def test_removals_want_the_planned_number(fake: Fabricated, allowed: tuple[str, ...], code: int) -> None:
    removing(fake)
    told = fake.run("provision", "--yes", *allowed)
    assert told.exit_code == code
    assert len(fake.written) == (1 if code == 0 else 0)
    assert ("say --allow-removals 3" in told.stdout) == (code == 4)


BACK = PutBack(True, "it is as it was before")
NOT_BACK = PutBack(
    False, "its inverse was played and it is not as before", ("interface lo", " no ip address 198.51.100.1/32")
)
REJECTED = LineRejected("r1", "ip ospf area 0", "% refused", ("interface lo",))
KNOWN = {"r1": "198.51.100.1 is already on r2", "r2": "another device of the wave was refused"}
ENDINGS: dict[str, tuple[dict[str, Any], str, int]] = {
    "kept": ({}, "pass", 0),
    "unproven": ({"kept": ("r2",), "undecided": ("r1",)}, "unproven", 3),
    "put back": ({"kept": ("r2",), "put_back": {"r1": BACK}}, "fail", 5),
    "a line rejected": ({"kept": ("r2",), "put_back": {"r1": BACK}, "failed": {"r1": REJECTED}}, "pass", 5),
    "not put back": ({"kept": ("r2",), "put_back": {"r1": NOT_BACK}}, "fail", 6),
    "not saved": ({"kept": ("r2",), "unsaved": {"r1": DeviceTimeout("r1", "stopped answering")}}, "pass", 6),
    "an address known": ({"kept": (), "proof": None, "refused": KNOWN}, "pass", 4),
    "changed meanwhile": (
        {"kept": ("r2",), "failed": {"r1": Refused("r1: changed since it was planned", hint="plan again")}},
        "pass",
        4,
    ),
    "the fault is elsewhere": ({"kept": ("r2",), "undecided": ("r1",)}, "fail", 4),
}


@pytest.mark.parametrize("case", ENDINGS)
def test_how_a_run_ends(fake: Fabricated, case: str) -> None:
    fake.result, state, exit_code = ENDINGS[case]
    fake.arrange(BARE, state, CAUSE if state == "fail" else None)
    told = fake.run("provision", "--yes")
    assert told.exit_code == exit_code, told.output
    (folder,) = (fake.folder / "runs").iterdir()
    report = json.loads((folder / "report.json").read_text())
    assert (report["exit_code"], report["run"]) == (exit_code, folder.name)
    assert json.loads((folder / "change.json").read_text())["devices"][0]["device"] == "r1"
    assert_golden(f"cli/provision, {case}.txt", told.stdout.replace(folder.name, "RUN"))


def test_a_run_as_a_document(fake: Fabricated) -> None:
    fake.configure(BARE)
    told = fake.run("provision", "--yes", "--json")
    document = json.loads(told.stdout)
    assert [outcome["ended"] for outcome in document["outcomes"]] == ["kept", "kept"]
    assert document["run"] is not None
    assert "+  ip address 198.51.100.1/32" in told.stderr


@pytest.mark.parametrize("error", [KeyboardInterrupt(), LoopwrightError("the disk is full")], ids=["interrupt", "disk"])
def test_what_a_run_leaves_half_way_is_told(
    fake: Fabricated, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def stopped(undertaking: Undertaking) -> None:
        undertaking.folder.record("begin", device="r1", action="load", step=2)
        raise error

    monkeypatch.setattr("playbooks.provision.carry_out", stopped)
    fake.configure(BARE)
    told = fake.run("provision", "--yes")
    assert told.exit_code == 6
    assert "r1 is undone by\n    interface lo\n" in told.stderr
    assert "r2 is undone by" not in told.stderr
    assert "journal.jsonl" in told.stderr


def entry(event: str, action: str = "", device: str = "r1") -> dict[str, str]:
    return {"event": event, "action": action, "device": device}


UNDONE = (entry("begin", "undo"), entry("done", "undo"))


@pytest.mark.parametrize(
    ("journal", "left"),
    [
        ([], ()),
        ([entry("begin", "compare"), entry("done", "compare")], ()),
        ([entry("begin", "load")], ("r1",)),
        ([entry("begin", "load"), entry("done", "load"), entry("begin", "save")], ("r1",)),
        ([entry("begin", "load"), entry("done", "load"), entry("done", "save")], ()),
        ([entry("begin", "load"), entry("rejected", "load"), *UNDONE], ("r1",)),
        ([entry("begin", "load"), entry("rejected", "load"), *UNDONE, entry("as before")], ()),
        ([entry("begin", "load"), entry("begin", "load", "r2"), entry("done", "save")], ("r2",)),
        ([{"event": "interrupted"}], ()),
    ],
    ids=[
        "nothing",
        "compared",
        "loading",
        "not saved",
        "saved",
        "undone and not looked at",
        "as before",
        "one of two",
        "interrupted",
    ],
)
def test_what_a_journal_says_is_left(journal: list[dict[str, str]], left: tuple[str, ...]) -> None:
    assert written_and_left(journal) == left


def test_an_error_of_a_run_left_half_way_is_picklable() -> None:
    error = LeftHalfway({"r1": ("interface lo",)}, "runs/1")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
