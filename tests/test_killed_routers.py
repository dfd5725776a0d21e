"""A run that is killed at any entry of its journal, on a real router: finished or as before, in the kernel too."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import lab
from playbooks.cli import main
from tests.killed import SAID, forkserver, run_and_kill
from tests.killed_sites import DATA, told
from tests.practice import until, write_inventory
from tests.test_put_back import NEW, as_before, kernel, put_right, startup

pytestmark = [pytest.mark.lab, pytest.mark.timeout(60)]

ROUTER = "p2"
TERMS = ("--deadline", "8", "--vantage-points", "1")
PROVISION = ("provision", "--yes", "--limit", ROUTER, *TERMS)
ENTRIES: list[str] = DATA["runs"]["frr"]
ADDRESSES = ("10.254.0.2", "2001:db8:254::2")


@dataclass(frozen=True)
class Kill:
    """Where a run is killed, `after` the entry is written or before, and how somebody goes on."""

    entry: int

    @property
    def after(self) -> bool:
        """Before and after take turns, in pairs of entries."""
        return self.entry % 4 in (2, 3)

    @property
    def does(self) -> str:
        """Finishing and going back take turns."""
        return "resume" if self.entry % 2 else "revert"

    def has(self, entry: str) -> bool:
        """Whether an entry is on the disk."""
        return entry in ENTRIES[: self.entry if self.after else self.entry - 1]

    def __str__(self) -> str:
        return f"{self.entry:02}-{'after' if self.after else 'before'} {ENTRIES[self.entry - 1]}-{self.does}"


@dataclass(frozen=True)
class Desk:
    """A folder with the inventory and the runs."""

    network: lab.Network
    folder: Path

    @property
    def run(self) -> Path:
        """The only run."""
        return next((self.folder / "runs").iterdir())

    def ask(self, *words: str) -> Result:
        """Run a command to its end."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            result = CliRunner().invoke(main, words)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def accepted(self) -> list[str]:
        """The lines that the router is known to have taken."""
        found = json.loads(self.ask("status", self.run.name, "--json").stdout)["runs"][0]["devices"]
        lines: list[str] = next(d["accepted"] for d in found if d["device"] == ROUTER)
        return lines


@pytest.fixture(scope="module", name="forks")
def _forks() -> ForkServerContext:
    return forkserver()


@pytest.fixture(name="at")
def _at(provisioned: lab.Network, practice: lab.Network, tmp_path: Path) -> Iterator[Desk]:
    """The router is to get one more loopback; nobody knows its addresses yet, and nobody does afterwards."""
    unknown(provisioned)
    write_inventory(provisioned, tmp_path / "inventory", {ROUTER: {"data": {"loopbacks": NEW[ROUTER]}}})
    yield Desk(provisioned, tmp_path)
    if ADDRESSES[0] in provisioned.running_config(ROUTER):
        put_right(provisioned, ROUTER)
    unknown(provisioned)


def unknown(network: lab.Network) -> None:
    """Wait until no router knows the addresses any more."""

    def known() -> list[str]:
        return [r for r in network.routers if any(a in kernel(network, r) for a in ADDRESSES)]

    assert not until(known, lambda left: not left)


def test_an_uninterrupted_run_has_the_entries_that_runs_are_killed_at(at: Desk) -> None:
    result = at.ask(*PROVISION)
    assert result.exit_code == 0, result.output
    assert told(at.run) == ENTRIES


@pytest.mark.parametrize("kill", [Kill(number) for number in range(1, len(ENTRIES) + 1)], ids=str)
def test_a_killed_run_ends_whole_on_a_real_router(at: Desk, kill: Kill, forks: ForkServerContext) -> None:
    with as_before(at.network, ROUTER) if not kept(kill) else planned(at.network):
        killed = run_and_kill(forks, at.folder, PROVISION, kill.entry, after=kill.after, hurry=True)
        assert killed, (at.folder / SAID).read_text(encoding="utf-8")
        if kill.has("run"):
            halfway(at, kill)
        result = at.ask(kill.does, at.run.name, "--yes", *TERMS)
        assert result.exit_code == (2 if refused(kill) else 0), result.output


@contextmanager
def planned(network: lab.Network) -> Iterator[None]:
    """See that the router ends with its loopback: configuration, kernel, startup."""
    yield
    stanza = f"interface lo1\n ip address {ADDRESSES[0]}/32\n ip ospf area 0.0.0.0\n ipv6 address {ADDRESSES[1]}/128\n"
    assert stanza in network.running_config(ROUTER)
    assert stanza in startup(network, ROUTER)
    assert all(address in kernel(network, ROUTER) for address in ADDRESSES)


def kept(kill: Kill) -> bool:
    """Whether the router has the loopback in the end."""
    return kill.has("done save") or (kill.does == "resume" and kill.has("run"))


def refused(kill: Kill) -> bool:
    """Whether there is nothing to go on with."""
    if kill.does == "resume":
        return kill.has("ended") or not kill.has("run")
    return kill.has("done save") or not kill.has("begin compare")


def halfway(at: Desk, kill: Kill) -> None:
    """The router has what the journal tells, and at most one line more."""
    count = sum(entry == "accepted load" for entry in ENTRIES[: kill.entry])
    accepted, running = at.accepted(), at.network.running_config(ROUTER)
    assert len(accepted) in (count, count - (not kill.after))
    addresses = [line.split()[-1] for line in accepted if "address" in line]
    assert all(f"address {address}" in running for address in addresses)
