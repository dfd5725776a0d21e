"""A run that is killed at any entry of its journal, on emulated devices of every system: finished, or as before."""

from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext

import pytest

from loopwright.journal import read_journal
from loopwright.run_folder import JOURNAL
from tests.killed import forkserver
from tests.killed_sites import DATA, PROVISION, SYSTEMS, TERMS, Site, Sites, told

pytestmark = pytest.mark.runs

BOTH = ("ios", "nxos", "eos")  # one of each way of changing a device: from the proof on, both ways to go on
SWAPPED = 5  # every so many entries the two ways to go on change places


@dataclass(frozen=True)
class Kill:
    """Where a run is killed, and how somebody goes on: `after` the entry is written, or before what is done is."""

    system: str
    entry: int
    after: bool
    does: str

    @property
    def entries(self) -> list[str]:
        """What an uninterrupted run writes down."""
        found: list[str] = DATA["runs"][self.system]
        return found

    @property
    def last(self) -> int:
        """The last entry on the disk."""
        return self.entry if self.after else self.entry - 1

    def has(self, entry: str) -> bool:
        """Whether an entry is on the disk."""
        return entry in self.entries[: self.last]

    def __str__(self) -> str:
        when = "after" if self.after else "before"
        return f"{self.system}-{self.entry:02}-{when} {self.entries[self.entry - 1]}-{self.does}"


def _kills(system: str) -> Iterator[Kill]:
    entries = DATA["runs"][system]
    proved = entries.index("proved")
    for number, entry in enumerate(entries, start=1):
        for after in (False, True):
            if after and not entry.startswith("begin"):
                continue  # nothing is done between it and the next one: it is killed before that
            swapped = (number % SWAPPED == 0) != after
            usual = "revert" if swapped else "resume"
            for does in ("resume", "revert") if number > proved and not after and system in BOTH else (usual,):
                yield Kill(system, number, after, does)


KILLS = [kill for system in SYSTEMS for kill in _kills(system)]
each_system = pytest.mark.parametrize("at", SYSTEMS, indirect=True)
each_kill = pytest.mark.parametrize(("at", "kill"), [(k, k) for k in KILLS], ids=map(str, KILLS), indirect=["at"])


@pytest.fixture(scope="module", name="forks")
def _forks() -> ForkServerContext:
    return forkserver()


@pytest.fixture(scope="module", name="sites")
def _sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    with Sites(tmp_path_factory.mktemp) as made:
        yield made


@pytest.fixture(name="at")
def _at(request: pytest.FixtureRequest, sites: Sites) -> Site:
    """The site of the system that a case is about, as before."""
    at = sites.of(request.param if isinstance(request.param, str) else request.param.system)
    at.anew()
    return at


@each_system
def test_an_uninterrupted_run_has_the_entries_that_runs_are_killed_at(at: Site) -> None:
    assert at.ask(*PROVISION).exit_code == 0
    system = next(name for name, system in SYSTEMS.items() if system is at.system)
    assert told(at.run) == DATA["runs"][system]
    at.stays(at.new)


@each_kill
def test_a_killed_run_ends_whole(at: Site, kill: Kill, forks: ForkServerContext) -> None:
    at.kill(forks, kill.entry, *PROVISION, after=kill.after)
    halfway(at, kill)
    if kill.does == "resume":
        resumed(at, kill)
    else:
        reverted(at, kill)
    if kill.last:
        read_journal(at.run / JOURNAL)


def halfway(at: Site, kill: Kill) -> None:
    """All old or all new, or as the journal tells, and at most one line more."""
    running = at.device.running.text()
    if at.system.candidate:
        assert running in (at.old, at.new)
        return
    accepted = at.status()["accepted"] if kill.last else []
    lines = [line for e in at.entries() if e["event"] == "begin" for line in e["lines"]]
    assert accepted == lines[: len(accepted)]
    assert len(accepted) == sum(entry == "accepted load" for entry in kill.entries[: kill.last])
    assert running in {at.applied(lines[:count]) for count in (len(accepted), len(accepted) + 1)}


def resumed(at: Site, kill: Kill) -> None:
    """As planned and saved, or nothing was begun or left to do, and that is said."""
    result = at.ask("resume", at.run.name, "--yes", *TERMS)
    if not kill.last:
        assert (result.exit_code, "nothing was written" in result.stderr) == (2, True)
        at.stays(at.old)
        return
    if kill.has("ended"):
        assert (result.exit_code, "nothing of it is open" in result.stderr) == (2, True)
    else:
        assert result.exit_code == 0, result.output
        assert told(at.run)[-1] == "ended"
    assert at.status()["phase"] == "kept"
    at.stays(at.new)
    assert at.ask("audit").exit_code == 0


def reverted(at: Site, kill: Kill) -> None:
    """As before, or nothing was begun, or it is kept, and that is said."""
    result = at.ask("revert", at.run.name, "--yes", *TERMS)
    if kill.has("done save"):
        assert (result.exit_code, "rollback" in result.stderr) == (2, True)
        at.stays(at.new)
        return
    if kill.has("begin compare"):
        assert result.exit_code == 0, result.output
        assert at.status()["phase"] == "put back"
    else:
        assert (result.exit_code, "nothing" in result.stderr) == (2, True)
    at.stays(at.old)
