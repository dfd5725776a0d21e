"""A change window on the practice network: our commands in a folder, and what they leave on the routers."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import lab
from playbooks.cli import main
from playbooks.waves import Wave
from tests.practice import EMPTIED, Practice, merged, until, write_inventory
from tests.window_ground import Told

OSPF = {"ospf": {"area": 0}, "ospf3": {"area": 0}}
NEW: Mapping[str, Mapping[int, Any]] = {
    "p2": {1: {"ipv4": "10.254.0.2/32", "ipv6": "2001:db8:254::2/128", "advertise": OSPF}},
    "p3": {1: {"ipv4": "10.254.0.3/32", "ipv6": "2001:db8:254::3/128", "advertise": OSPF}},
    "p4": {1: {"ipv4": "10.254.0.4/32", "advertise": {"ospf": {"area": 0}}}},
    "a1": {1: {"ipv4": "10.254.0.5/32", "advertise": {"isis": {}}}},
    "e2": {1: {"ipv4": "10.254.0.8/32", "advertise": {"bgp": {"via": "network"}}}},
}
"""One more loopback on each of some routers."""
ASK = "ip -o addr; ip -o route; ip -o -6 route"
# The kernel renews these by itself: they say nothing of a loopback.
PASSING = re.compile(r" nhid \d+| expires \S+| pref \S+|^\d+: ", re.MULTILINE)


@dataclass
class Window:
    """An operator's folder; `hosts` is what the inventory says beside the usual."""

    network: lab.Network
    folder: Path
    hosts: dict[str, Any] = field(default_factory=dict)

    def want(self, *routers: str, **loopbacks: Mapping[int, Any]) -> None:
        """Want the new loopbacks of some routers, and of others what is said."""
        said = {**{router: NEW[router] for router in routers}, **loopbacks}
        self.say({router: {"data": {"loopbacks": wanted}} for router, wanted in said.items()})

    def say(self, hosts: Mapping[str, Any]) -> None:
        """Say more about hosts in the inventory."""
        self.hosts = merged(self.hosts, hosts)
        write_inventory(self.network, self.folder / "inventory", self.hosts)

    @property
    def runs(self) -> list[Path]:
        """The folders of the runs so far, oldest first."""
        return sorted((self.folder / "runs").glob("*"))

    def ask(self, *words: str) -> Told:
        """Run a command to its end."""
        before = self.runs
        told = CliRunner().invoke(main, words)
        error = None if isinstance(told.exception, SystemExit) else told.exception
        new = [run for run in self.runs if run not in before]
        return Told(told.exit_code, told.stdout, told.stderr, new[-1] if new else None, error)

    def write(self, command: str, *words: str, deadline: float = 8) -> Told:
        """Run a command that writes, without being asked."""
        return self.ask(command, "--yes", "--deadline", str(deadline), "--vantage-points", "2", *words)

    def waves(self, told: Told) -> list[tuple[tuple[str, ...], str]]:
        """The devices of each wave of a run, and how it ended."""
        return [(tuple(wave["devices"]), wave["ended"]) for wave in told.document["waves"]]


def state(network: lab.Network, router: str, but: str) -> str:
    """What a router runs, would start with, and holds in its kernel, there without the lines that name `but`."""
    saved = (network.folder.path / router / "frr.conf").read_text(encoding="utf-8")
    kernel = PASSING.sub("", network.run(router, ["sh", "-c", ASK]).stdout).splitlines()
    parts = (
        "running", EMPTIED.sub("", network.running_config(router)),
        "startup", EMPTIED.sub("", saved),
        "kernel", *sorted(line for line in kernel if but not in line),
    )  # fmt: skip
    return "\n".join(parts)


@contextmanager
def as_before(network: lab.Network, *routers: str, but: str = "nothing") -> Iterator[None]:
    """See that routers end as they began; `but` is what others have given their kernels meanwhile."""

    def told() -> dict[str, str]:
        return {router: state(network, router, but) for router in routers}

    before = told()
    yield
    left = until(lambda: Practice.differences(before, told()), lambda left: not left, 5)
    assert not left, "\n".join(left)


def forgotten(network: lab.Network) -> None:
    """Wait until no router knows an address that an earlier change has taken away."""
    known = until(
        lambda: [r for r in network.routers if "10.254." in network.run(r, ["ip", "route"]).stdout],
        lambda left: not left,
    )
    assert not known


@contextmanager
def link_lost(network: lab.Network, router: str, peer: str) -> Iterator[None]:
    """Take a link down as soon as a wave is written, and bring it up in the end."""
    prove, interface = Wave._prove, f"to-{peer}"
    # The kernel drops IPv6 addresses of an interface that is down, and FRR 8.4 does not give them again.
    keep = f"echo {{}} >/proc/sys/net/ipv6/conf/{interface}/keep_addr_on_down"

    def proving(*args: Any) -> Any:
        assert network.run(router, ["ip", "link", "set", interface, "down"]).returncode == 0
        return prove(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Wave, "_prove", proving)
        assert network.run(router, ["sh", "-c", keep.format(1)]).returncode == 0
        try:
            yield
        finally:
            network.run(router, ["sh", "-c", f"ip link set {interface} up; {keep.format(0)}"])
            network.wait_converged(30)
