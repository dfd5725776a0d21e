"""How tests handle the mixed network: one per session and kind, provisioned by our own code, and as it was found."""

import atexit
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import unified_diff
from functools import cache
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
import yaml

import lab
from lab import mixed
from lab.mixed import MixedNetwork
from lab.mixed_ask import configure
from loopwright.change import Allowed
from loopwright.division import Threshold
from loopwright.run_folder import new_run
from loopwright.verdict import Verdict
from playbooks.ending import exit_code
from playbooks.look import look, planned
from playbooks.provision import provision
from playbooks.terms import Terms
from playbooks.verify import Verified, verify
from tasks.network import Network, Progress
from tasks.workspace import Workspace, open_workspace
from tests.practice import Run, merged, until

EMULATED = {"ios": "a2", "junos": "p4", "nxos": "a1", "iosxr": "p3", "eos": "e1"}
"""A device of each system, the same with real routers and without."""


@dataclass
class MixedPractice:
    """A network that runs, and its inventory."""

    network: MixedNetwork
    folder: Path
    provisioned: bool = field(default=False)

    @property
    def inventory(self) -> Path:
        """The inventory of the network."""
        return self.folder / "inventory"

    def configurations(self) -> dict[str, str]:
        """The running configuration of every device."""
        return {name: self.configuration(name) for name in self.network.devices}

    def configuration(self, name: str) -> str:
        """The running configuration of a device."""
        if name in self.network.emulated:
            return self.network.configuration(name)[0]
        text = self.network.routers.vtysh(name, "show running-config")
        # An interface that was configured once keeps a stanza without lines.
        return text.replace("interface lo1\nexit\n!\n", "")

    def lines_typed(self) -> dict[str, int]:
        """How many configuration lines each emulated device was given so far."""
        told = self.network.ask({"do": "stats"})["devices"]
        return {name: counters["configuration_lines"] for name, counters in told.items()}

    def type(self, lines: Mapping[str, list[str]]) -> None:
        """Type lines on devices, behind our back."""
        for name, typed in lines.items():
            configure(self.network, name, typed)


@cache
def shared(*, real: bool) -> MixedPractice:
    """The mixed network of this session; it ends with the process."""
    folder = Path(tempfile.mkdtemp(prefix="mixed-"))
    atexit.register(rmtree, folder)
    network = mixed.up(folder / "net", real=real, name=f"x{os.getpid()}")
    atexit.register(network.down)
    network.inventory(folder / "inventory")
    return MixedPractice(network, folder)


def on_real_routing() -> MixedPractice:
    """The network on real routers; where none can run, that is a reason to skip, and in CI a failure."""
    try:
        lab.require()
    except lab.LabUnavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no network namespaces here: {reason}")
    return provisioned(shared(real=True))


def provisioned(practice: MixedPractice) -> MixedPractice:
    """The network with all its loopbacks in place."""
    if not practice.provisioned:
        with desk(practice, deadline=30) as at:
            run = at.provision()
        assert run.code == 0, (run.result.failed, run.result.refused, run.result.put_back, run.failing)
        practice.provisioned = True
    return practice


@contextmanager
def as_found(practice: MixedPractice) -> Iterator[None]:
    """See that the devices end as they began, without a fault that was set."""
    before = practice.configurations()
    yield
    for name in practice.network.emulated:
        practice.network.clear(name)
    after = practice.configurations()
    left = [
        line
        for name in before
        for line in unified_diff(before[name].splitlines(), after[name].splitlines(), name, f"{name} after", n=1)
    ]
    assert left == []


@dataclass
class MixedDesk:
    """An inventory that is open, with its devices connected."""

    practice: MixedPractice
    workspace: Workspace
    network: Network
    runs: Path
    deadline: float

    def verify(self, vantage_points: int | None = 1) -> Verified:
        """Climb the ladder for every loopback."""
        return verify(self.workspace, self.network, self.deadline, vantage_points)

    def provision(self, allowed: Allowed = Allowed(), threshold: str = "0") -> Run:
        """Look, plan and carry out; `threshold` failures are allowed, "100%" judges each device by itself."""
        seen = look(self.workspace, self.network)
        plan = planned(self.workspace, seen, allowed)
        folder = new_run(self.runs, lambda: datetime.now(tz=UTC))
        terms = Terms(self.deadline, 1, threshold=Threshold.parse(threshold))
        result = provision(self.workspace, self.network, seen, plan, folder, self.deadline, 1, terms)
        return Run(seen, plan, result, exit_code(result, seen), folder)


@contextmanager
def desk(
    practice: MixedPractice,
    hosts: Mapping[str, Any] | None = None,
    groups: Mapping[str, Any] | None = None,
    *,
    deadline: float = 12,
) -> Iterator[MixedDesk]:
    """Open the inventory, with more said about some hosts, and the connections to its devices."""
    with tempfile.TemporaryDirectory(prefix="mixed-desk-") as folder:
        inventory = Path(folder) / "inventory"
        practice.network.inventory(inventory)
        for name, more in (("hosts", hosts), ("groups", groups)):
            path = inventory / f"{name}.yaml"
            path.write_text(yaml.safe_dump(merged(yaml.safe_load(path.read_text()), more or {}), sort_keys=False))
        workspace = open_workspace(inventory)
        with workspace.network(8, Progress()) as devices:
            yield MixedDesk(practice, workspace, devices, Path(folder) / "runs", deadline)


def at_once(work: Callable[[str], Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Do something for several devices at once."""
    with ThreadPoolExecutor(len(names)) as pool:
        return dict(zip(names, pool.map(work, names), strict=True))


def last(verified: Verified) -> dict[tuple[str, str], Verdict]:
    """The last verdict of each address."""
    return {(v.device, v.address): v for v in verified.proof.verdicts}


def all_pass(verified: Verified) -> bool:
    """Whether every rung of every address holds."""
    return not verified.seen.errors and {v.state for v in verified.proof.verdicts} == {"pass"}


def settled(at: MixedDesk) -> None:
    """Wait until everything is proven again."""
    verified = until(at.verify, all_pass)
    assert all_pass(verified), [v for v in verified.proof.verdicts if v.state != "pass"]
