"""A run of two waves is killed anywhere: resume ends each wave as planned or as before, and writes no device twice."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext

import pytest

from lab.emulated.faults import Fault
from tests.killed import forkserver
from tests.killed_sites import told
from tests.killed_waves import FIRST, LAST, NUMBER, PROVISION, Waves, waves

pytestmark = pytest.mark.runs

ENTRIES = {("ios", False): 47, ("ios", True): 43, ("nxos", False): 53, ("nxos", True): 51}
"""How many entries the journal of an uninterrupted run has, by system and by whether the second wave fails."""
EVERY = {False: 8, True: 11}  # a run is killed at every so many entries, other ones on each system
FAULT = Fault("reject", match=rf"10\.128\.{NUMBER}\.{LAST[1:]}", text="% refused by a test")


@dataclass(frozen=True)
class Kill:
    """Where a run of two waves is killed, the second of which may be one that fails."""

    system: str
    fails: bool
    entry: int
    after: bool

    def __str__(self) -> str:
        ends = "fails" if self.fails else "goes well"
        return f"{self.system}-{ends}-{'after' if self.after else 'before'} {self.entry:02}"


def _kills(system: str, *, fails: bool) -> Iterator[Kill]:
    first = 2 + list(ENTRIES).index((system, fails)) // 2
    for turn, entry in enumerate(range(first, ENTRIES[system, fails], EVERY[fails])):
        yield Kill(system, fails, entry, bool(turn % 2))


KILLS = [kill for system, fails in ENTRIES for kill in _kills(system, fails=fails)]


@pytest.fixture(scope="module", name="forks")
def _forks() -> ForkServerContext:
    return forkserver()


@pytest.fixture(scope="module", name="sites")
def _sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Waves]]:
    made: dict[str, Waves] = {}
    with ExitStack() as opened:

        def of(system: str) -> Waves:
            if system not in made:
                made[system] = opened.enter_context(waves(system, tmp_path_factory.mktemp(system)))
            return made[system]

        yield of


@pytest.fixture(name="at")
def _at(request: pytest.FixtureRequest, sites: Callable[[str], Waves]) -> Waves:
    """The devices of a system, as before; with a fault that lets the second wave fail where it is to."""
    system, fails = request.param
    at = sites(system)
    at.anew()
    if fails:
        at.devices[LAST].faults.add(FAULT)
    return at


@pytest.mark.parametrize(
    ("at", "fails"), [(each, each[1]) for each in ENTRIES], ids=[f"{s}-{f}" for s, f in ENTRIES], indirect=["at"]
)
def test_an_uninterrupted_run_of_two_waves_has_as_many_entries(at: Waves, fails: bool) -> None:  # noqa: FBT001 - a case
    result = at.ask(*PROVISION)
    assert result.exit_code == (5 if fails else 0), result.output
    assert len(told(at.run)) == next(n for (s, f), n in ENTRIES.items() if s == at.system.name and f is fails)
    begun = [entry["devices"] for entry in at.entries() if entry["event"] == "wave"]
    assert begun == [list(FIRST), [LAST]]


@pytest.mark.parametrize(
    ("at", "kill"), [((k.system, k.fails), k) for k in KILLS], ids=map(str, KILLS), indirect=["at"]
)
def test_a_killed_run_of_two_waves_is_finished(at: Waves, kill: Kill, forks: ForkServerContext) -> None:
    at.kill(forks, kill.entry, *PROVISION, after=kill.after)
    written, sent = whole(at), at.lines()
    if any(entry["event"] == "rejected" for entry in at.entries()):
        at.devices[LAST].faults.clear()  # what is known to have failed is not tried again, though it might work now
    result = at.go_on("resume")
    assert result.exit_code == (5 if kill.fails else 0), result.output
    twice = {name for name, count in at.lines().items() if name in written and count != sent[name]}
    assert not twice
    at.stay({**at.after, LAST: at.before[LAST]} if kill.fails else at.after)
    ends = dict.fromkeys(FIRST, "kept") | {LAST: "put back" if kill.fails else "kept"}
    report = json.loads((at.run / "report.json").read_text(encoding="utf-8"))
    assert {each["device"]: each["ended"] for each in report["outcomes"]} == ends
    assert report["broken_vantage_points"] == []
    is_over(at, ends)


def whole(at: Waves) -> set[str]:
    """The devices that are known to have taken all of their lines."""
    return {e["device"] for e in at.entries() if (e["event"], e.get("action")) == ("done", "read back")}


def is_over(at: Waves, ends: dict[str, str]) -> None:
    """See that the run is told to be over, and that nobody can go on with it."""
    status = at.ask("status", at.run.name, "--json")
    found = json.loads(status.stdout)["runs"][0]
    assert (status.exit_code, found["open"]) == (0, [])
    assert {each["device"]: each["phase"] for each in found["devices"]} == ends
    result = at.go_on("resume")
    assert (result.exit_code, "nothing of it is open" in result.stderr) == (2, True), result.output
