"""Hazards of the drivers in whole runs: refusals that a driver does not see, hosts that are skipped, many threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.emulated.faults import Fault
from loopwright.change import Allowed
from loopwright.errors import NotTaken
from loopwright.journal import RunFolder
from playbooks.look import look, planned
from playbooks.provision import Provisioned, exit_code, provision
from tasks.network import Network, Progress
from tasks.workspace import open_workspace
from tests.hazards.ground import USER, Ground, ground

LOOPBACKS = {"r1": "10.128.0.1", "r2": "10.128.0.2"}
LO0 = {"ios": "Loopback0", "junos": "lo0.0"}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("runs"), ("ios", "junos")) as made:
        yield made


@pytest.fixture
def on(network: Ground) -> Iterator[Ground]:
    started = {name: device.startup for name, device in network.emulation.devices.items()}
    yield network
    network.close()
    for name, text in started.items():
        network.device(name).startup = text
        network.device(name).faults.clear()
        network.device(name).reload()


class Desk:
    """An inventory in which every device is driven by NAPALM, open, with its plan."""

    def __init__(self, on: Ground, folder: Path, devices: Network, workspace: Any) -> None:
        self.on, self.devices, self.workspace = on, devices, workspace
        self.folder = RunFolder(folder / "runs", lambda: datetime.now(tz=UTC))

    def plan(self) -> tuple[Any, Any]:
        """Look, and plan."""
        seen = look(self.workspace, self.devices)
        return seen, planned(self.workspace, seen, Allowed())

    def provision(self) -> tuple[Provisioned, int]:
        """Look, plan, write, prove; keep or put back."""
        seen, plan = self.plan()
        result = provision(self.workspace, self.devices, seen, plan, self.folder, 15, 3)
        return result, exit_code(result, seen)


@contextmanager
def desk(on: Ground, tmp_path: Path, **said: Any) -> Iterator[Desk]:
    """Write an inventory and open it; `said` is what loopbacks of a device are beside the usual."""
    folder = tmp_path / "inventory"
    folder.mkdir()
    hosts = {
        name: {
            "hostname": "127.0.0.1",
            "port": on.emulation.ports[name],
            "platform": on.device(name).system.name,
            "username": USER,
            "password": "practice",
            "data": {
                "transport": "napalm",
                "loopbacks": {
                    0: {"ipv4": f"{ipv4}/32", "description": "ours", "advertise": {"ospf": {"area": 0}}},
                    **said.get(name, {}),
                },
            },
        }
        for name, ipv4 in LOOPBACKS.items()
    }
    extras = {
        "use_keys": False, "allow_agent": False, "alt_host_keys": True, "alt_key_file": str(on.known_hosts),
        "system_host_keys": False,
    }  # fmt: skip
    defaults = {"connection_options": {"netmiko": {"extras": extras}}}
    for name, content in (("hosts", hosts), ("groups", {}), ("defaults", defaults)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    workspace = open_workspace(folder)
    with workspace.network(4, Progress()) as devices:
        yield Desk(on, tmp_path, devices, workspace)


def states(on: Ground) -> dict[str, tuple[str, str]]:
    """The running and the startup configuration of every device."""
    return {name: (device.running.text(), device.startup) for name, device in on.emulation.devices.items()}


def test_a_run_over_drivers_is_proved_kept_and_then_silent(on: Ground, tmp_path: Path) -> None:
    with desk(on, tmp_path) as at:
        result, code = at.provision()
        assert (code, result.kept) == (0, ("r1", "r2"))
        on.emulation.advance(3600)
        after, sent = states(on), {n: d.counters.configuration_lines for n, d in on.emulation.devices.items()}
        assert "Loopback0" in after["r1"][1]
        assert not at.plan()[1].changing
        assert states(on) == after
        assert {n: d.counters.configuration_lines for n, d in on.emulation.devices.items()} == sent


def test_a_refusal_that_the_driver_does_not_see_is_put_back(on: Ground, tmp_path: Path) -> None:
    before = states(on)
    on.device("r1").faults.add(Fault("reject", match="ip address", text="% 10.128.0.1 overlaps with Loopback9"))
    with desk(on, tmp_path) as at:
        result, code = at.provision()
    assert code == 5
    assert isinstance(result.failed["r1"], NotTaken)
    assert result.put_back["r1"].restored
    assert states(on)["r1"] == before["r1"]
    on.emulation.advance(3600)
    assert states(on)["r1"] == before["r1"]
