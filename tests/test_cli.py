"""The command line without a device: options, errors, exit codes, documents; what devices would tell is fabricated."""

import importlib.metadata
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from loopwright.errors import DeviceTimeout, LineRejected, LoopwrightError, Refused, Unreachable
from loopwright.verdict import Cause
from playbooks.cli import COMMANDS, main
from playbooks.ending import LeftHalfway, written_and_left
from playbooks.init import example
from tasks.deploy import PutBack
from tasks.identify import Identity
from tests.fabricated import BARE, HOSTS, READY, Fabricated, fabricate
from tests.goldens import assert_golden

DEVICE_COMMANDS = ("plan", "provision", "verify", "audit", "explain r1 0", "validate --live")
SILENT = Unreachable("r2", "cannot be reached at 192.0.2.2:22: Connection refused")


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fabricated]:
    monkeypatch.chdir(tmp_path)
    yield from fabricate(tmp_path, monkeypatch)


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(main, list(arguments))


# What every command has.


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in {"schema", "lab"}])
def test_help_tells_the_exit_codes(name: str) -> None:
    told = run(name, "--help")
    assert told.exit_code == 0
    assert "6  failed and not put back: needs hands" in told.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_each_playbook_is_a_command_of_its_own(name: str) -> None:
    command = import_module(f"playbooks.{name}").command
    assert isinstance(command, click.Command)
    assert CliRunner().invoke(command, ["--help"]).exit_code == 0


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in {"schema", "init", "lab"}])
def test_shared_options(name: str) -> None:
    options = {option for param in import_module(f"playbooks.{name}").command.params for option in param.opts}
    assert {"--inventory", "--limit", "--workers", "--json"} <= options
    assert ("--accept-new-host-keys" in options) == (name != "allocate")


def test_a_playbook_runs_as_a_module() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "playbooks.provision", "--help"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert "--allow-removals" in told.stdout


def test_the_version() -> None:
    installed = any(True for _ in importlib.metadata.distributions(name="loopwright"))
    assert run("--version").exit_code == (0 if installed else 1)


USAGE = {
    "no such command": ("provsion",),
    "no such option": ("plan", "--colour"),
    "missing argument": ("explain", "r1"),
    "no such inventory": ("plan", "--inventory", "nowhere"),
    "no vantage points": ("verify", "--vantage-points", "0"),
    "vantage points in words": ("verify", "--vantage-points", "few"),
    "no workers": ("verify", "--workers", "0"),
    "no such rungs": ("verify", "--rungs", "9"),
    "no such schema": ("schema", "routers"),
    "negative removals": ("plan", "--allow-removals", "-1"),
}


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE)
def test_wrong_usage_is_2_and_no_traceback(arguments: tuple[str, ...]) -> None:
    told = run(*arguments)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert "Traceback" not in told.stderr
    assert "rror" in told.stderr


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE)
def test_wrong_usage_as_a_document(arguments: tuple[str, ...]) -> None:
    told = run(*arguments, "--json")
    assert json.loads(told.stdout)["error"]["exit_code"] == told.exit_code == 2


@pytest.mark.parametrize(
    ("limit", "hint"),
    [
        ("r11", "near: r1"),
        ("nobody", "it is no name of a device or a group"),
    ],
)
def test_a_limit_that_names_nobody(fake: Fabricated, limit: str, hint: str) -> None:
    told = fake.run("verify", "--limit", limit)
    assert told.exit_code == 2
    assert told.stderr.startswith("error: no device matches")
    assert hint in told.stderr


@pytest.mark.parametrize("command", [*DEVICE_COMMANDS, "validate"])
def test_an_inventory_that_breaks_rules_ends_the_command_before_a_device_is_asked(
    fake: Fabricated, command: str
) -> None:
    hosts = fake.folder / "inventory" / "hosts.yaml"
    hosts.write_text(
        HOSTS.replace("198.51.100.2/32", "198.51.100.1/32").replace("core]\n", "core]\n  password: hunter2\n", 1)
    )
    told = fake.run(*command.split())
    assert told.exit_code == 2
    assert "duplicate" in told.stdout + told.stderr
    assert "inventory/hosts.yaml:" in told.stdout + told.stderr
    assert "hunter2" not in told.stdout + told.stderr


@pytest.mark.parametrize("command", [*DEVICE_COMMANDS, "validate", "allocate"])
def test_every_fault_of_an_inventory_is_told_with_its_place(fake: Fabricated, command: str) -> None:
    hosts = fake.folder / "inventory" / "hosts.yaml"
    hosts.write_text(HOSTS.replace("198.51.100.1/32", "198.51.100.300/32").replace("[core]", "[cores]"))
    told = fake.run(*command.split())
    assert told.exit_code == 2
    assert [line for line in told.stderr.splitlines() if line.startswith("error: inventory/hosts.yaml:4:")]
    assert "errors in the inventory; no device was asked" in told.stderr
    faults = json.loads(fake.run(*command.split(), "--json").stdout)["error"]["faults"]
    assert len(faults) == 3


def test_warnings_are_told_and_end_nothing(fake: Fabricated) -> None:
    path = fake.folder / "inventory" / "defaults.yaml"
    path.write_text("password: hunter2\n")
    told = fake.run("verify")
    assert told.exit_code == 0
    assert "clear-text-secret" in told.stderr
    assert "hunter2" not in told.stdout + told.stderr


@pytest.mark.parametrize("command", [*DEVICE_COMMANDS, "validate", "allocate --dry-run"])
def test_json_is_exactly_one_document(fake: Fabricated, command: str) -> None:
    told = fake.run(*command.split(), "--json")
    document = json.loads(told.stdout)
    assert document["schema"] == 1
    assert document["command"] == command.split(maxsplit=1)[0]
    assert document["exit_code"] == told.exit_code
    assert document["learnt_host_keys"] == []


# What each command says, and its exit code.

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


def arrange(
    fake: Fabricated, configuration: str = READY, state: Any = "pass", cause: Cause | None = None, **more: Any
) -> None:
    fake.configure(configuration)
    fake.judge(state, cause=cause) if state != "pass" else fake.judge()
    for name, value in more.items():
        setattr(fake, name, value)


@pytest.mark.parametrize("case", SAYS)
def test_what_a_command_says(fake: Fabricated, case: str) -> None:
    command, situation, exit_code = SAYS[case]
    arrange(fake, **situation)
    told = fake.run(*command.split())
    assert told.exit_code == exit_code, told.output
    assert_golden(f"cli/{case}.txt", told.stdout)


@pytest.mark.parametrize("case", SAYS)
def test_a_document_has_the_exit_code(fake: Fabricated, case: str) -> None:
    command, situation, exit_code = SAYS[case]
    arrange(fake, **situation)
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


# Provisioning: what is asked, what is refused, how it ends.


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
ENDINGS: dict[str, tuple[dict[str, Any], str, int]] = {
    "kept": ({}, "pass", 0),
    "unproven": ({"kept": ("r2",), "undecided": ("r1",)}, "unproven", 3),
    "put back": ({"kept": ("r2",), "put_back": {"r1": BACK}}, "fail", 5),
    "a line rejected": ({"kept": ("r2",), "put_back": {"r1": BACK}, "failed": {"r1": REJECTED}}, "pass", 5),
    "not put back": ({"kept": ("r2",), "put_back": {"r1": NOT_BACK}}, "fail", 6),
    "not saved": ({"kept": ("r2",), "unsaved": {"r1": DeviceTimeout("r1", "stopped answering")}}, "pass", 6),
    "an address known": ({"kept": (), "proof": None, "refused": {"r1": "198.51.100.1 is already on r2"}}, "pass", 4),
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
    arrange(fake, BARE, state, CAUSE if state == "fail" else None)
    told = fake.run("provision", "--yes")
    assert told.exit_code == exit_code, told.output
    (folder,) = (fake.folder / "runs").iterdir()
    report = json.loads((folder / "report.json").read_text())
    assert (report["exit_code"], report["run"]) == (exit_code, folder.name)
    assert json.loads((folder / "plan.json").read_text())["devices"][0]["device"] == "r1"
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
    def stopped(*arguments: Any) -> None:
        arguments[4].record("begin", device="r1", action="load", step=2)
        raise error

    monkeypatch.setattr("playbooks.provision.provision", stopped)
    fake.configure(BARE)
    told = fake.run("provision", "--yes")
    assert told.exit_code == 6
    assert "r1 is undone by\n    interface lo\n" in told.stderr
    assert "r2 is undone by" not in told.stderr
    assert "journal.jsonl" in told.stderr


def entry(event: str, action: str = "", device: str = "r1") -> dict[str, str]:
    return {"event": event, "action": action, "device": device}


@pytest.mark.parametrize(
    ("journal", "left"),
    [
        ([], ()),
        ([entry("begin", "compare"), entry("done", "compare")], ()),
        ([entry("begin", "load")], ("r1",)),
        ([entry("begin", "load"), entry("done", "load"), entry("begin", "save")], ("r1",)),
        ([entry("begin", "load"), entry("done", "load"), entry("done", "save")], ()),
        ([entry("begin", "load"), entry("rejected", "load"), entry("done", "undo")], ()),
        ([entry("begin", "load"), entry("rejected", "load"), entry("as before")], ()),
        ([entry("begin", "load"), entry("begin", "load", "r2"), entry("done", "save")], ("r2",)),
        ([{"event": "interrupted"}], ()),
    ],
    ids=["nothing", "compared", "loading", "not saved", "saved", "undone", "as before", "one of two", "interrupted"],
)
def test_what_a_journal_says_is_left(journal: list[dict[str, str]], left: tuple[str, ...]) -> None:
    assert written_and_left(journal) == left


def test_an_error_of_a_run_left_half_way_is_picklable() -> None:
    error = LeftHalfway({"r1": ("interface lo",)}, "runs/1")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


# Offline: audit, allocate, schema, init.


def configurations(fake: Fabricated, **files: str) -> str:
    folder = fake.folder / "saved"
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return "saved"


OFFLINE: dict[str, tuple[dict[str, str], int]] = {
    "as the inventory says": ({"r1_cfg": READY.format(number=1), "r2": READY.format(number=2)}, 0),
    "differing": (
        {"r1_cfg": BARE.format(number=1), "r2_txt": READY.format(number=2).replace("100.2/32", "100.2/31")},
        4,
    ),
    "a file missing": ({"r1_cfg": READY.format(number=1)}, 3),
    "a surplus file": ({"r1_cfg": READY.format(number=1), "r2": READY.format(number=2), "r3_cfg": "x"}, 0),
    "an empty file": ({"r1_cfg": READY.format(number=1), "r2_cfg": "\n"}, 3),
    "extra and foreign": (
        {"r1_cfg": STRANGE.format(number=1), "r2": READY.format(number=2)},
        0,
    ),
    "line ends of another system": (
        {"r1_cfg": READY.format(number=1).replace("\n", "\r\n"), "r2": READY.format(number=2)},
        0,
    ),
}


@pytest.mark.parametrize("case", OFFLINE)
def test_an_offline_audit(fake: Fabricated, case: str) -> None:
    files, exit_code = OFFLINE[case]
    told = fake.run("audit", "--configs", configurations(fake, **files))
    assert told.exit_code == exit_code, told.output
    assert "hunter2" not in told.output
    assert_golden(f"cli/audit offline, {case}.txt", told.stdout)


def test_an_offline_audit_as_a_document(fake: Fabricated) -> None:
    told = fake.run("audit", "--json", "--configs", configurations(fake, r1_cfg=BARE.format(number=1), zz_cfg="x"))
    document = json.loads(told.stdout)
    assert (document["offline"], document["missing_files"], document["surplus_files"]) == (True, ["r2"], ["zz.cfg"])
    assert [d["kind"] for d in document["differences"]] == ["missing"]
    assert document["not_checked"][0]["state"] == "not checked offline"


def test_two_files_of_one_device(fake: Fabricated) -> None:
    told = fake.run("audit", "--configs", configurations(fake, r1_cfg="x", r1_txt="x"))
    assert told.exit_code == 2
    assert "two files of r1" in told.stderr


POOLED = "# kept\n" + HOSTS.replace("{ipv4: 198.51.100.2/32}", "{ipv4: {pool: core}}")


def pooled(fake: Fabricated) -> Path:
    hosts = fake.folder / "inventory" / "hosts.yaml"
    hosts.write_text(POOLED)
    (fake.folder / "inventory" / "defaults.yaml").write_text("data: {pools: {core: {prefixes: [198.51.100.0/28]}}}\n")
    return hosts


@pytest.mark.parametrize(
    ("options", "code", "written"),
    [(("--yes",), 0, True), (("--dry-run",), 0, False), ((), 2, False), (("--yes", "--limit", "r1"), 0, False)],
    ids=["yes", "dry run", "nobody to ask", "limited to others"],
)
def test_allocate(fake: Fabricated, *, options: tuple[str, ...], code: int, written: bool) -> None:
    hosts = pooled(fake)
    told = fake.run("allocate", *options)
    assert told.exit_code == code, told.output
    text = hosts.read_text()
    assert (text != POOLED) == written
    assert text == (POOLED.replace("{pool: core}", "198.51.100.2/32") if written else POOLED)


def test_allocate_twice_has_nothing_to_do(fake: Fabricated) -> None:
    pooled(fake)
    fake.run("allocate", "--yes")
    told = fake.run("allocate", "--yes", "--json")
    assert json.loads(told.stdout)["assignments"] == []


@pytest.mark.parametrize("file", ["hosts", "groups", "defaults"])
def test_schema(file: str) -> None:
    told = run("schema", file)
    assert told.exit_code == 0
    assert json.loads(told.stdout)["title"] == f"loopwright: {file}.yaml"


def test_init_lays_out_a_network_that_is_valid(tmp_path: Path) -> None:
    folder = tmp_path / "net"
    assert run("init", str(folder)).exit_code == 0
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == dict(example()).keys()
    assert "runs/" in (folder / ".gitignore").read_text()
    told = run("validate", "--inventory", str(folder / "inventory"))
    assert told.exit_code == 0, told.output


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    mine = tmp_path / "inventory" / "hosts.yaml"
    mine.parent.mkdir()
    mine.write_text("mine: {}\n")
    told = run("init", str(tmp_path))
    assert told.exit_code == 2
    assert "inventory/hosts.yaml already; nothing was written" in told.stderr
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["hosts.yaml"]


def test_init_leaves_a_gitignore_alone(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    assert run("init", str(tmp_path)).exit_code == 0
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
