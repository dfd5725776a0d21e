"""The mixed network from the command line: up, what it says, status, inventory, questions, down."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from lab import mixed_home
from lab.errors import LabError
from lab.mixed_topology import PARTS
from playbooks.cli import main
from tests.mixed import on_real_routing

NAME = f"c{os.getpid()}"
NAMES = {part.name for part in PARTS}


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(main, list(arguments))


@pytest.fixture(scope="module")
def _place() -> Iterator[None]:
    """Networks of this module keep their things in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="cli-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        yield
        run("lab", "down", "--name", NAME)


@pytest.fixture(scope="module")
def started(_place: None) -> str:
    """What the start on the model prints."""
    told = run("lab", "up", "--mixed", "--model", "--name", NAME)
    assert told.exit_code == 0, told.output
    return told.stdout


def test_it_says_that_no_real_router_runs(started: str) -> None:
    assert "the mixed network runs on the topology model, as was asked for\n" in started
    assert "no real router runs" in started
    assert "8 devices are up" in started


def test_a_second_start_finds_it_running(started: str) -> None:
    told = run("lab", "up", "--mixed", "--name", NAME)
    assert told.exit_code == 0
    assert f"the mixed network {NAME} is up already and runs on the topology model" in told.stdout


def test_the_other_network_does_not_take_its_name(started: str) -> None:
    told = run("lab", "up", "--name", NAME)
    assert told.exit_code == 1
    assert f"the mixed network {NAME} is up: take it down first" in told.stderr


def test_the_model_is_for_the_mixed_network_only() -> None:
    told = run("lab", "up", "--model", "--name", NAME)
    assert told.exit_code == 2
    assert "--model is for --mixed" in told.stderr


def test_status_shows_every_device(started: str) -> None:
    told = run("lab", "status", "--name", NAME)
    assert told.exit_code == 0
    assert all(f" {name} " in told.stdout for name in NAMES)


def test_the_inventory_names_every_device(started: str, tmp_path: Path) -> None:
    told = run("lab", "inventory", str(tmp_path), "--name", NAME)
    assert told.exit_code == 0
    assert set(yaml.safe_load((tmp_path / "hosts.yaml").read_text())) == NAMES


@pytest.mark.parametrize(
    ("device", "command", "shown"),
    [
        pytest.param("b1", "show ip ospf neighbor", "10.255.0.1", id="as one types"),
        pytest.param("p4", "show ospf neighbor", "10.255.0.1", id="netconf"),
        pytest.param("e1", "show running-config", "router bgp 65010", id="https"),
    ],
)
def test_a_device_answers_a_question(started: str, device: str, command: str, shown: str) -> None:
    told = run("lab", "exec", "--name", NAME, device, *command.split())
    assert told.exit_code == 0, told.output
    assert shown in told.stdout


def test_a_device_that_is_not_there_is_told_of(started: str) -> None:
    told = run("lab", "exec", "--name", NAME, "nobody", "show", "version")
    assert told.exit_code == 1
    assert "there is no device nobody" in told.stderr


def test_down_ends_it_and_says_so_once(started: str) -> None:
    """The last test that wants it up."""
    assert run("lab", "down", "--name", NAME).stdout == f"the mixed network {NAME} is down\n"
    assert not mixed_home.home(NAME).exists()
    assert run("lab", "down", "--name", NAME).stdout == f"the practice network {NAME} is not up\n"
    assert run("lab", "status", "--name", NAME).exit_code == 3


def test_without_root_it_keeps_its_things_in_a_folder_of_ones_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    mine = tmp_path / f"loopwright-lab-{tmp_path.stat().st_uid + 1}"
    with pytest.raises(LabError, match="somebody else"):  # it is made by who runs the tests
        mixed_home.home("lab")
    assert mine.stat().st_mode & 0o777 == 0o700


@pytest.mark.lab
@pytest.mark.timeout(90)
@pytest.mark.parametrize("asked", [("p3", "53"), ("a1", "20"), ("e1", "0")], ids=" ".join)
def test_explain_tells_the_story_of_a_loopback_of_any_system(asked: tuple[str, str]) -> None:
    """The other commands over all eight: `make demo`."""
    told = run("explain", *asked, "--inventory", str(on_real_routing().inventory))
    assert told.exit_code == 0, told.output
    assert "✗" not in told.stdout
