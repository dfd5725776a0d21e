"""A run that puts a device back by itself is killed while it does: the device is as before in the end, all the same."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.emulated.faults import Fault
from loopwright.journal import read_journal
from loopwright.run_folder import JOURNAL
from tests.killed import forkserver
from tests.killed_sites import CHANGED, SYSTEMS, Site, Sites, told

pytestmark = pytest.mark.runs

DATA: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "data" / "killed_putting_back.yaml").read_text(encoding="utf-8")
)
TERMS = ("--deadline", "0.1", "--vantage-points", "1")  # what fails its proof fails it at once
PROVISION = ("provision", "--yes", "--limit", CHANGED, *TERMS)
ENDS = {"resume": 5, "revert": 0}
"""What somebody goes on with, and its exit code where the device goes back."""


@dataclass(frozen=True)
class Kill:
    """Where a run that fails is killed, and how somebody goes on: `entry` counts from the failure, from 1."""

    system: str
    failure: str
    entry: int
    after: bool
    does: str

    @property
    def said(self) -> Mapping[str, Any]:
        """What an uninterrupted run writes down."""
        found: Mapping[str, Any] = DATA["failures"][self.failure]["runs"][self.system]
        return found

    @property
    def number(self) -> int:
        """The entry among all."""
        return int(self.said["before"]) + self.entry

    def has(self, entry: str) -> bool:
        """Whether an entry is on the disk."""
        return entry in self.said["entries"][: self.entry if self.after else self.entry - 1]

    def __str__(self) -> str:
        when = "after" if self.after else "before"
        return f"{self.system}-{self.failure}-{self.entry:02}-{when} {self.said['entries'][self.entry - 1]}-{self.does}"


def _kills(system: str) -> Iterator[Kill]:
    """What has begun and is not done, what is done and not written down; where all is done, only resume has more."""
    turn = 0
    for failure, said in DATA["failures"].items():
        run = said["runs"].get(system, {"kills": ()})
        for entry in run["kills"]:
            turn += 1
            known = entry == 1 or run["entries"][entry - 1].startswith("begin")
            kill = Kill(system, failure, entry, known, ("resume", "revert")[turn % 2])
            yield replace(kill, does="resume") if kill.has("as before") else kill


SAID = [(s, failure) for s in SYSTEMS for failure, said in DATA["failures"].items() if s in said["runs"]]
KILLS = [kill for system in SYSTEMS for kill in _kills(system)][::2]  # every second: the others end in the same states
each_failure = pytest.mark.parametrize(("at", "failure"), SAID, ids=[f"{s}-{f}" for s, f in SAID], indirect=True)
each_kill = pytest.mark.parametrize(
    ("at", "failure", "kill"),
    [(k.system, k.failure, k) for k in KILLS],
    ids=map(str, KILLS),
    indirect=["at", "failure"],
)


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
    at = sites.of(request.param)
    at.anew()
    return at


@pytest.fixture(name="failure")
def _failure(request: pytest.FixtureRequest, at: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What goes wrong with the device once it is written to."""
    said = DATA["failures"][request.param]
    if "fault" in said:
        at.device.faults.add(Fault(**said["fault"]))
    else:
        silence(at, said["silent"], monkeypatch)
    yield request.param
    at.device.faults.clear()


def silence(at: Site, address: str, patch: pytest.MonkeyPatch) -> None:
    """Let an address answer nobody."""
    network = at.device.routing
    ping = network.ping

    def answered(device: str, vrf: str, source: str, destination: str, count: int) -> int:
        return 0 if destination == address else ping(device, vrf, source, destination, count)

    patch.setattr(network, "ping", answered)


@each_failure
def test_a_run_that_fails_has_the_entries_that_it_is_killed_at(at: Site, failure: str) -> None:
    assert at.ask(*PROVISION).exit_code == 5
    system = next(name for name, system in SYSTEMS.items() if system is at.system)
    said = DATA["failures"][failure]["runs"][system]
    assert told(at.run)[said["before"] :] == said["entries"]
    for command in ENDS:
        result = at.ask(command, at.run.name, "--yes", *TERMS)
        assert (result.exit_code, "nothing of" in result.stderr) == (2, True), result.output
    at.stays(at.old)
    nothing_is_open(at)


@each_kill
def test_a_run_that_is_killed_while_it_puts_back_ends_as_before(
    at: Site, failure: str, kill: Kill, forks: ForkServerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.kill(forks, kill.number, *PROVISION, after=kill.after)
    monkeypatch.undo()  # what is known to have failed is not tried again, though it might work now
    at.device.faults.clear()
    result = at.ask(kill.does, at.run.name, "--yes", *TERMS)
    assert result.exit_code == ENDS[kill.does], result.output
    nobody_else_is_blamed(at)
    at.stays(at.old)
    nothing_is_open(at)


def nobody_else_is_blamed(at: Site) -> None:
    """See that the report tells of the device that failed alone, and that it is as before."""
    report = json.loads((at.run / "report.json").read_text(encoding="utf-8"))
    assert [(each["device"], each["ended"]) for each in report["outcomes"]] == [(CHANGED, "put back")]
    assert report["broken_vantage_points"] == []


def nothing_is_open(at: Site) -> None:
    """See that the journal is whole, and that its run is told to be over."""
    read_journal(at.run / JOURNAL)
    status = at.ask("status", at.run.name, "--json")
    found = json.loads(status.stdout)["runs"][0]
    assert (status.exit_code, found["open"]) == (0, [])
    assert [each["phase"] for each in found["devices"]] == ["put back"]
