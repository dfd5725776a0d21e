"""`confirm` and `rollback` are killed at any entry: said again, or gone on with, they end whole."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest
import yaml

from loopwright.journal import read_journal
from loopwright.run_folder import JOURNAL
from tests.killed import forkserver
from tests.killed_sites import CHANGED, Site, Sites, told
from tests.killed_sites import DATA as RUNS

pytestmark = pytest.mark.runs

DATA: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "killed_taking_back.yaml").read_text(encoding="utf-8")
)
TERMS = ("--yes", "--deadline", "0.1", "--vantage-points", "1")
PROVISION = ("provision", "--limit", CHANGED, *TERMS)
REMOVING = ("--allow-removals", "1")


@dataclass(frozen=True)
class Kill:
    """Where a command is killed, and how somebody goes on."""

    command: str
    system: str
    entry: int
    does: str

    @property
    def entries(self) -> Sequence[str]:
        """What the command writes down when nobody kills it."""
        found: Sequence[str] = DATA[self.command][self.system]["entries"]
        return found

    @property
    def after(self) -> bool:
        """Whether it dies after the entry is written: what has begun is not done, what is done is not written down."""
        return self.entries[self.entry - 1].startswith("begin")

    def has(self, entry: str) -> bool:
        """Whether an entry is on the disk."""
        return entry in self.entries[: self.entry if self.after else self.entry - 1]

    def __str__(self) -> str:
        when = "after" if self.after else "before"
        return f"{self.system}-{self.entry:02}-{when} {self.entries[self.entry - 1]}-{self.does}"


def _kills(command: str, *does: str) -> Iterator[Kill]:
    for system, said in DATA[command].items():
        for turn, entry in enumerate(said["kills"]):
            yield Kill(command, system, entry, does[turn % len(does)])


def each(command: str, *does: str) -> pytest.MarkDecorator:
    """One case per kill of a command."""
    kills = list(_kills(command, *does))[::2]  # every second: the others end in the same states
    return pytest.mark.parametrize(("at", "kill"), [(k.system, k) for k in kills], ids=map(str, kills), indirect=["at"])


each_system = pytest.mark.parametrize("at", DATA["rollback"], indirect=True)


@pytest.fixture(scope="module", name="forks")
def _forks() -> ForkServerContext:
    return forkserver()


@pytest.fixture(scope="module", name="sites")
def _sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    with Sites(tmp_path_factory.mktemp) as made:
        yield made


@pytest.fixture(name="at")
def _at(request: pytest.FixtureRequest, sites: Sites) -> Site:
    """The site of a system, as before."""
    at = sites.of(request.param)
    at.anew()
    return at


@pytest.fixture(name="written")
def _written(at: Site, forks: ForkServerContext) -> int:
    """A run that was killed before its proof, and how many entries it has."""
    entries = RUNS["runs"][at.system.name].index("proved")
    at.kill(forks, entries, *PROVISION, after=True)
    return int(entries)


@pytest.fixture(name="kept")
def _kept(at: Site) -> str:
    """A run that is kept; it is made once for each site."""
    copies = at.folder / "kept"
    if not copies.exists():
        assert at.ask(*PROVISION).exit_code == 0
        shutil.copytree(at.run, copies / at.run.name)
        at.anew()
    copy = next(copies.iterdir())
    shutil.copytree(copy, at.folder / "runs" / copy.name)
    at.device.startup = at.new
    at.device.reload()
    at.gone()
    return copy.name


@each_system
def test_confirm_has_the_entries_that_it_is_killed_at(at: Site, written: int) -> None:
    assert at.ask("confirm", at.run.name, *TERMS).exit_code == 0
    assert told(at.run)[written:] == DATA["confirm"][at.system.name]["entries"]
    at.stays(at.new)


@each_system
def test_rollback_has_the_entries_that_it_is_killed_at(at: Site, kept: str) -> None:
    assert at.ask("rollback", kept, *REMOVING, *TERMS).exit_code == 0
    assert told(at.run) == DATA["rollback"][at.system.name]["entries"]
    at.stays(at.old)


@each("confirm", "confirm")
def test_a_killed_confirm_is_said_again(at: Site, kill: Kill, written: int, forks: ForkServerContext) -> None:
    at.kill(forks, written + kill.entry, "confirm", at.run.name, *TERMS, after=kill.after)
    sent = at.device.counters.configuration_lines
    result = at.ask("confirm", at.run.name, *TERMS)
    if kill.has("done save"):
        assert (result.exit_code, "no device holds a change of it" in result.stderr) == (2, True), result.output
    else:
        assert result.exit_code == 0, result.output
    assert at.device.counters.configuration_lines == sent
    at.stays(at.new)
    is_told(at, "kept")


@each("rollback", "resume", "revert")
def test_a_killed_rollback_ends_whole(at: Site, kill: Kill, kept: str, forks: ForkServerContext) -> None:
    at.kill(forks, kill.entry, "rollback", kept, *REMOVING, *TERMS, after=kill.after)
    assert at.run.name != kept
    result = at.ask(kill.does, at.run.name, *TERMS)
    if kill.does == "resume":
        assert result.exit_code == 0, result.output
    elif kill.has("done save") or not kill.has("begin compare"):
        assert (result.exit_code, "nothing of run" in result.stderr) == (2, True), result.output
    else:
        assert result.exit_code == 0, result.output
    if kill.does == "resume" or kill.has("done save"):
        at.stays(at.old)
        is_told(at, "kept")
        return
    at.stays(at.new)
    is_told(at, "put back" if kill.has("begin compare") else "not begun")


@each_system
def test_a_run_can_be_taken_back_after_a_rollback_of_it_was_killed_and_reverted(
    at: Site, kept: str, forks: ForkServerContext
) -> None:
    entry = DATA["rollback"][at.system.name]["entries"].index("begin confirm") + 1
    at.kill(forks, entry, "rollback", kept, *REMOVING, *TERMS, after=True)
    assert at.ask("revert", at.run.name, *TERMS).exit_code == 0
    again = at.ask("rollback", kept, *REMOVING, *TERMS)
    assert again.exit_code == 0, again.output
    at.stays(at.old)


def is_told(at: Site, phase: str) -> None:
    """See that the journal is whole and that the run is told to be over."""
    read_journal(at.run / JOURNAL)
    status = at.ask("status", at.run.name, "--json")
    found: Mapping[str, Any] = json.loads(status.stdout)["runs"][0]
    assert (status.exit_code, found["open"]) == (0, [])
    assert [device["phase"] for device in found["devices"]] == [phase]
