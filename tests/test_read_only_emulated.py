"""What only reads changes nothing on any system: no line of configuration, no candidate, no saved configuration."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from click.testing import CliRunner

from lab.emulated.systems import SYSTEMS
from lab.mixed_sized import SizedNetwork, up
from playbooks.cli import main

READING = ("audit", "verify", "plan", "validate --live", "explain r1 0")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SizedNetwork]:
    """A device of each system."""
    folder = tmp_path_factory.mktemp("reading")
    with closing(up(folder / "net", len(SYSTEMS), tuple(SYSTEMS), "chain")) as network:
        network.inventory(folder / "inventory")
        yield network


def told(network: SizedNetwork) -> dict[str, Any]:
    """What each device has taken so far, and its configuration."""
    found = network.ask({"do": "stats"})["devices"]
    return {
        device.name: (
            found[device.name]["configuration_lines"],
            network.ask({"do": "configuration", "device": device.name}),
        )
        for device in network.devices
    }


@pytest.mark.parametrize("command", READING)
def test_a_reading_command_leaves_every_system_as_it_is(
    network: SizedNetwork, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(network.folder.parent)
    before = told(network)
    result = CliRunner().invoke(main, command.split())
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert result.exit_code in (0, 4), result.output
    assert told(network) == before
