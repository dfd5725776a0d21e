"""How tests handle the practice network: what state it is in, and our own playbooks run upon it."""

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path
from typing import Any, TypeVar

import yaml

import lab
from lab import inventory
from lab.waiting import wait_until
from loopwright.change import Allowed
from loopwright.division import Threshold
from loopwright.plan import Plan
from loopwright.run_folder import RunFolder, new_run
from loopwright.verdict import Verdict
from playbooks.ending import Provisioned, exit_code
from playbooks.look import Seen, look, planned
from playbooks.provision import provision
from playbooks.terms import Terms
from playbooks.verify import Verified, verify
from tasks.network import Network, Progress
from tasks.workspace import Workspace, open_workspace

DEADLINE = 12.0
WORKERS = 8
KERNEL = "ip -o addr; ip -o link | sed 's/ state .*//'; nft list ruleset; ip route show type blackhole"
EMPTIED = re.compile(r"^interface \S+\nexit\n!\n", re.MULTILINE)
"""What stays in the configuration when the last line of an interface is taken away; it says nothing."""
# An interface that was configured once keeps a stanza without lines.
EMPTY = re.compile(r"^interface \S+\nexit\n!\n", re.MULTILINE)
Value = TypeVar("Value")


def _at_once(network: lab.Network, ask: Callable[[str], str]) -> dict[str, str]:
    with ThreadPoolExecutor(8) as pool:
        return dict(zip(network.routers, pool.map(ask, network.routers), strict=True))


@dataclass
class Practice:
    """The network; from where it was provisioned, if it was, and what that inventory says beside the usual."""

    network: lab.Network
    provisioned: Path | None = None
    hosts: Mapping[str, Any] = field(default_factory=dict)

    def state(self) -> dict[str, str]:
        """The running configuration of every router, and what its kernel holds."""
        network = self.network

        def of(router: str) -> str:
            kernel = network.run(router, ["sh", "-c", KERNEL]).stdout
            kept = [line for line in kernel.splitlines() if not line.startswith(("#", ":", "*", "COMMIT"))]
            return "\n".join([EMPTIED.sub("", network.running_config(router)), *sorted(kept)])

        return _at_once(network, of)

    @staticmethod
    def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
        """What differs between two states, router by router."""
        return [
            line
            for router in before
            for line in unified_diff(
                before[router].splitlines(), after[router].splitlines(), f"{router} before", f"{router} after", n=1
            )
        ]

    def rebuild(self) -> None:
        """Start the network anew; whoever holds it goes on with the new ports."""
        name, owner = self.network.name, self.network.state.owner
        lab.down(name)
        self.network.state.ports.update(lab.up(lab.default(), name, owner=owner).state.ports)
        if self.provisioned is not None:
            provision_everything(self.network, self.provisioned, self.hosts)


def write_inventory(network: lab.Network, folder: Path, hosts: Mapping[str, Any] | None = None) -> Path:
    """Write the inventory of a network, with more said about some hosts."""
    inventory.write(network, folder)
    if hosts:
        path = folder / "hosts.yaml"
        path.write_text(yaml.safe_dump(merged(yaml.safe_load(path.read_text()), hosts), sort_keys=False))
    return folder


def merged(base: Any, more: Any) -> Any:
    """Merge mappings key by key; anything else is replaced."""
    if isinstance(base, dict) and isinstance(more, Mapping):
        return {**base, **{key: merged(base.get(key), value) for key, value in more.items()}}
    return more


@dataclass
class Desk:
    """An inventory that is open, with its devices connected."""

    workspace: Workspace
    network: Network
    runs: Path
    lab: lab.Network
    deadline: float = DEADLINE

    def verify(self, vantage_points: int | None = 3) -> Verified:
        """Climb the ladder for every loopback."""
        return verify(self.workspace, self.network, self.deadline, vantage_points)

    def plan(self, allowed: Allowed = Allowed()) -> tuple[Seen, Plan]:
        """Look, and plan."""
        seen = look(self.workspace, self.network)
        return seen, planned(self.workspace, seen, allowed)

    def carry_out(self, seen: Seen, plan: Plan, threshold: str = "0") -> "Run":
        """Carry out a plan; `threshold` failures are allowed, "100%" judges each device by itself."""
        folder = new_run(self.runs, lambda: datetime.now(tz=UTC))
        terms = Terms(self.deadline, 3, threshold=Threshold.parse(threshold))
        result = provision(self.workspace, self.network, seen, plan, folder, self.deadline, 3, terms)
        return Run(seen, plan, result, exit_code(result, seen), folder)

    def provision(self, allowed: Allowed = Allowed(), threshold: str = "0") -> "Run":
        """Look, plan and carry out."""
        return self.carry_out(*self.plan(allowed), threshold)


@dataclass(frozen=True)
class Run:
    """A provisioning run."""

    seen: Seen
    plan: Plan
    result: Provisioned
    code: int
    folder: RunFolder

    @property
    def failing(self) -> tuple[Verdict, ...]:
        """The verdicts that are no pass."""
        return tuple(v for v in self.result.proof.verdicts if v.state != "pass") if self.result.proof else ()


@contextmanager
def desk(
    network: lab.Network, folder: Path, *, limit: tuple[str, ...] = (), deadline: float = DEADLINE
) -> Iterator[Desk]:
    """Open an inventory folder and the connections to its devices."""
    workspace = open_workspace(folder, limit)
    with workspace.network(WORKERS, Progress()) as devices:
        yield Desk(workspace, devices, folder.parent / "runs", network, deadline)


def provision_everything(network: lab.Network, folder: Path, hosts: Mapping[str, Any] | None = None) -> None:
    """Give every router its loopbacks, and see that they are proven."""
    write_inventory(network, folder, hosts)
    with desk(network, folder, deadline=30) as at:
        run = at.provision()
    assert run.code == 0, (run.result, run.failing)


def until(read: Callable[[], Value], good: Callable[[Value], bool], seconds: float = 20.0) -> Value:
    """Read until what is read is good, or the time is over; return what was read last."""
    last: list[Value] = []

    def once() -> bool:
        last[:] = [read()]
        return good(last[0])

    wait_until(once, seconds, step_s=0.1)
    return last[0]
