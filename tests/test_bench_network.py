"""The benchmark on two routers: every tool does the whole job, and the network is clean again afterwards."""

import json
import os
from pathlib import Path

import pytest

import lab
from bench.__main__ import main
from lab.errors import LabUnavailable

pytestmark = pytest.mark.lab


@pytest.fixture(autouse=True)
def _routers_can_run_here() -> None:
    try:
        lab.require()
    except LabUnavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))


def test_every_tool_configures_two_routers(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    found = tmp_path / "figures.json"
    options = [
        "--quick",
        "--routers",
        "2",
        "--pure",
        "",
        "--emulated",
        "0",
        "--recording",
        "0",
        "--skip-playbooks",
        "--json",
        str(found),
    ]
    assert main(options) == 0, capsys.readouterr().err
    figures = json.loads(found.read_text())
    assert [(run["wrong"], run["empty"]) for run in figures["runs"]["0.0"]] == [(0, 0)] * 3
    seen = figures["seen"]["0.0"]
    assert {device["connections"] for tool in seen.values() for device in tool.values()} == {1}
    assert "### Aims" in capsys.readouterr().out
