"""What goes on with a killed run is killed too, at any entry; two runs at once; a journal that was edited."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest

from loopwright.run_folder import JOURNAL
from tests.killed import forkserver, run_and_stop
from tests.killed_sites import DATA, PROVISION, TERMS, Site, Sites, told

pytestmark = pytest.mark.runs

OTHER = {"resume": "revert", "revert": "resume"}
EVERY = 2  # what goes on is killed at every so many entries
SWAPPED = 4  # every so many entries the other command goes on


@dataclass(frozen=True)
class Again:
    """A run that is killed after an entry, what goes on with it and is killed as well, and what goes on then."""

    system: str
    killed: int
    first: str
    entries: tuple[str, ...]
    entry: int
    after: bool
    then: str

    @property
    def on_disk(self) -> tuple[str, ...]:
        """The entries of what was killed last that are on the disk."""
        return self.entries[: self.entry if self.after else self.entry - 1]

    def has(self, entry: str) -> bool:
        """Whether an entry of what was killed last is on the disk."""
        return entry in self.on_disk

    @property
    def whole(self) -> str:
        """What the device is to be in the end: old or new."""
        return "new" if self.then == "resume" or self.has("done save") else "old"

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        if self.then == "resume":
            return self.has("ended")
        begun = [entry for entry in self.on_disk if entry in ("as before", "begin compare")]
        return begun[-1:] == ["as before"] or self.has("done save")

    def __str__(self) -> str:
        when = "after" if self.after else "before"
        return f"{self.system}-{self.first}-{self.entry:02}-{when} {self.entries[self.entry - 1]}-{self.then}"


def _again(said: dict[str, Any]) -> Iterator[Again]:
    for turn, number in enumerate(range(1, len(said["entries"]) + 1, EVERY), start=1):
        then = OTHER[said["does"]] if turn % SWAPPED == 0 else said["does"]
        yield Again(said["system"], said["killed"], said["does"], tuple(said["entries"]), number, bool(turn % 2), then)


AGAIN = [again for said in DATA["again"] for again in _again(said)]


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


@pytest.mark.parametrize(
    ("at", "said"),
    [(said["system"], said) for said in DATA["again"]],
    ids=[f"{said['system']}-{said['does']}" for said in DATA["again"]],
    indirect=["at"],
)
def test_going_on_has_the_entries_that_it_is_killed_at(
    at: Site, said: dict[str, Any], forks: ForkServerContext
) -> None:
    at.kill(forks, said["killed"], *PROVISION, after=True)
    assert at.ask(said["does"], at.run.name, "--yes", *TERMS).exit_code == 0
    assert told(at.run)[said["killed"] :] == said["entries"]


@pytest.mark.parametrize(("at", "again"), [(a, a) for a in AGAIN], ids=map(str, AGAIN), indirect=["at"])
def test_what_goes_on_is_killed_too_and_the_run_ends_whole(at: Site, again: Again, forks: ForkServerContext) -> None:
    at.kill(forks, again.killed, *PROVISION, after=True)
    at.kill(forks, again.killed + again.entry, again.first, at.run.name, "--yes", *TERMS, after=again.after)
    if at.system.candidate:
        assert at.device.running.text() in (at.old, at.new)
    result = at.ask(again.then, at.run.name, "--yes", *TERMS)
    assert result.exit_code == (2 if again.done else 0), result.output
    at.stays(at.old if again.whole == "old" else at.new)
    assert at.ask("status", at.run.name).exit_code == 0


@pytest.mark.parametrize("at", ["ios", "eos"], indirect=True)
def test_a_device_is_of_one_run_at_a_time_until_that_run_dies(at: Site, forks: ForkServerContext) -> None:
    entry = DATA["runs"][at.system.name].index("begin load") + 1
    with run_and_stop(forks, at.folder, PROVISION, entry):
        first = at.run.name
        for command in (PROVISION, ("resume", first, "--yes", *TERMS), ("revert", first, "--yes", *TERMS)):
            result = at.answer(*command)
            assert (result.exit_code, f"r2 is being changed by run {first}" in result.stderr) == (4, True)
        assert at.device.running.text() == at.old
    at.gone()
    result = at.ask("resume", first, "--yes", *TERMS)
    assert result.exit_code == 0, result.output
    at.stays(at.new)


COMMANDS = [("status",), ("resume", "--yes"), ("revert", "--yes"), ("confirm", "--yes"), ("rollback", "--yes")]


@pytest.fixture(name="cut", params=["ios"])
def _cut(request: pytest.FixtureRequest, sites: Sites, forks: ForkServerContext) -> Site:
    """A run that was killed in the middle of its lines."""
    at = sites.of(request.param)
    at.anew()
    at.kill(forks, 9, *PROVISION, after=True)
    return at


def edited(path: Path) -> Iterator[bytes]:
    """A journal with one byte changed in each of its entries, and with two entries exchanged."""
    lines = path.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines):
        middle = len(line) // 2
        byte = b"1" if line[middle : middle + 1] != b"1" else b"2"
        yield b"".join((*lines[:number], line[:middle] + byte + line[middle + 1 :], *lines[number + 1 :]))
    for one, other in pairwise(range(len(lines))):
        yield b"".join((*lines[:one], lines[other], lines[one], *lines[other + 1 :]))
    yield b"".join(lines[1:])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_an_edited_journal_is_not_acted_upon(cut: Site, command: tuple[str, ...]) -> None:
    journal = cut.run / JOURNAL
    running = cut.device.running.text()
    for content in edited(journal):
        journal.write_bytes(content)
        result = cut.ask(command[0], cut.run.name, *command[1:])
        assert (result.exit_code, "was changed after it was written" in result.stderr) == (2, True), result.output
        assert journal.read_bytes() == content
        assert cut.device.running.text() == running


def test_an_entry_that_was_cut_short_is_as_if_it_had_not_been_written(cut: Site) -> None:
    journal = cut.run / JOURNAL
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-7])
    assert len(cut.status()["accepted"]) == sum(entry == "accepted load" for entry in DATA["runs"]["ios"][:8])
    result = cut.ask("revert", cut.run.name, "--yes", *TERMS)
    assert result.exit_code == 0, result.output
    cut.stays(cut.old)
