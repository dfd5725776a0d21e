"""The command line without a device: options, errors, exit codes, documents; what devices would tell is fabricated."""

import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from playbooks.cli import COMMANDS, main
from tests.fabricated import HOSTS, Fabricated, fabricate

DEVICE_COMMANDS = ("plan", "provision", "verify", "audit", "explain r1 0", "validate --live")


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


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in {"schema", "init", "lab", "report"}])
def test_shared_options(name: str) -> None:
    options = {option for param in import_module(f"playbooks.{name}").command.params for option in param.opts}
    assert {"--inventory", "--limit", "--workers", "--json"} <= options
    assert ("--accept-new-host-keys" in options) == (name not in {"allocate", "status"})


def test_a_playbook_runs_as_a_module() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "playbooks.provision", "--help"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert "--allow-removals" in told.stdout


def test_what_draws_is_not_imported_before_there_is_something_to_draw() -> None:
    """It is a quarter of a run's memory."""
    program = "import sys, playbooks.provision, playbooks.audit; sys.exit('networkx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


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
