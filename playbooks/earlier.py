"""An earlier run as its folder tells it: what was to change, how far each device has come, and the jobs to go on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loopwright.before import observed_before
from loopwright.division import Threshold
from loopwright.errors import UsageError
from loopwright.journal import Entry, read_journal
from loopwright.models import Observed
from loopwright.plan_file import SavedPlan, read_plan
from loopwright.protection import checkpoint_name
from loopwright.replay import Phase, Replayed, replay
from loopwright.run_folder import JOURNAL, RunFolder, find_run, open_run, order_of, read_document, runs_of
from loopwright.snapshot import Snapshot, from_document
from loopwright.steps import STRATEGIES, Action
from playbooks.terms import Terms
from tasks.deploy import Job, before_file
from tasks.workspace import Workspace

CHANGE = "change.json"
SNAPSHOT = "snapshot.json"


@dataclass(frozen=True)
class Earlier:
    """A run: its folder, its plan, what was said when it began, its journal, and where each device stands by that."""

    path: Path
    saved: SavedPlan
    said: Mapping[str, Any]
    journal: tuple[Entry, ...]
    replayed: Mapping[str, Replayed]

    @property
    def id(self) -> str:
        """The run's name."""
        return self.path.name

    @property
    def of(self) -> str:
        """The run that this one takes back, "" where it takes none back."""
        return str(self.said.get("of", ""))

    @property
    def ended(self) -> int | None:
        """The exit code with which the run ended last, None where it was cut short."""
        last = next((e for e in reversed(self.journal) if e["event"] in ("ended", "resumed")), None)
        return last["exit_code"] if last and last["event"] == "ended" else None

    @property
    def can_go_on(self) -> bool:
        """Whether there is anything to resume: it was cut short, a device is open, or it stopped between two waves.

        Where something failed, or a later run has taken devices over, a new plan is wanted.
        """
        phases = {found.phase for found in self.replayed.values()}
        if Phase.SUPERSEDED in phases:
            return False
        between = Phase.NOT_BEGUN in phases and phases <= {Phase.NOT_BEGUN, Phase.KEPT}
        return self.ended is None or bool(self.open) or between

    @property
    def open(self) -> tuple[str, ...]:
        """The devices that are neither as they were nor as they are to stay, as far as the journal knows."""
        return tuple(name for name, found in self.replayed.items() if found.is_open)

    @property
    def begun(self) -> tuple[str, ...]:
        """The devices that something was begun on and that did not come to an end."""
        return tuple(n for n, found in self.replayed.items() if found.is_open or found.phase is Phase.UNTOUCHED)

    @property
    def maybe_saved(self) -> frozenset[str]:
        """The devices whose startup configuration may hold the change."""
        return frozenset(name for name, found in self.replayed.items() if found.saved)

    def in_phase(self, *phases: Phase) -> tuple[str, ...]:
        """The devices in some phases."""
        return tuple(name for name, found in self.replayed.items() if found.phase in phases)

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """What the network was before the run, () where the run did not come as far as to write it down."""
        if not (self.path / SNAPSHOT).exists():
            return ()
        return tuple(from_document(each) for each in read_document(self.path / SNAPSHOT)["before"])

    @property
    def waves(self) -> tuple[tuple[str, ...], ...]:
        """The devices of each wave."""
        return self.saved.waves

    @property
    def in_hand(self) -> tuple[str, ...]:
        """The devices of the wave that was begun and has not ended."""
        begun: tuple[str, ...] = ()
        for entry in self.journal:
            if entry["event"] == "wave":
                begun = tuple(entry["devices"])
            if entry["event"] == "wave ended":
                begun = ()
        return begun

    @property
    def failing(self) -> str:
        """Why the run is to go back, as was found before it was cut short; "" where nothing was.

        A wave in hand failed, or one went back and was a reason to stop: what failed is not tried again.
        """
        devices = set(self.in_hand)
        for entry in self.journal:
            if entry["event"] == "wave ended" and entry["ended"] == "put back" and not entry.get("goes_on", True):
                return f"wave {entry['wave']}: {entry['why']}"
            if entry["event"] == "proved" and entry["back"] and devices & set(entry["back"]):
                return f"{', '.join(entry['back'])} failed its proof"
            sent = entry.get("action") in (Action.LOAD, Action.CHECK, Action.COMMIT, Action.READ_BACK)
            if entry["event"] in ("rejected", "failed") and entry.get("device") in devices and sent:
                return f"{entry['device']} failed"
        return ""

    def terms(self) -> Terms:
        """The terms under which the run was begun."""
        said = self.said
        return Terms(
            said["deadline"],
            said["vantage_points"],
            self.waves,
            threshold=Threshold.parse(said["threshold"]),
            timer=said["timer"],
            outside=said["outside"],
            windows=tuple(said["windows"]),
        )

    def job(self, workspace: Workspace, device: str, now: Observed | None) -> Job:
        """The job of a device: what it was before is read from the run's folder, or is what it is `now`."""
        plan = next(p for p in self.saved.plan.devices if p.device == device)
        guard = (self.saved.guards or {})[device]
        course = STRATEGIES[guard.strategy](plan, guard.timer)
        before = self.before(workspace, device) or now or Observed(device, plan.platform)
        found = self.replayed[device]
        asked = found.action == Action.CONFIRM or found.phase in (Phase.CONFIRMED, Phase.KEPT)
        job = Job(plan, course, workspace.intent_of[device], before, checkpoint_name(self.id), found.held, asked=asked)
        return replace(job, masked=True)

    def before(self, workspace: Workspace, device: str) -> Observed | None:
        """What a device was just before it was written to, None where the run did not come as far."""
        path = self.path / before_file(device)
        return observed_before(read_document(path), workspace.of_devices[device]) if path.exists() else None


def earlier(runs: Path, name: str) -> Earlier:
    """Read an earlier run; raises UsageError where there is none, or where its journal was changed."""
    path = find_run(runs, name)
    found = _read(path)
    if found is None:
        raise UsageError(f"run {path.name} ended before it wrote down what was to change; nothing was written")
    return found


def _read(path: Path) -> Earlier | None:
    journal = tuple(read_journal(path / JOURNAL))
    said = next((entry for entry in journal if entry["event"] == "run"), None)
    if said is None or not (path / CHANGE).exists():
        return None
    saved = read_plan(path / CHANGE)
    return Earlier(path, saved, said, journal, replay(journal, (p.device for p in saved.plan.changing)))


def later_runs(found: Earlier, runs: Path) -> tuple[Earlier, ...]:
    """The runs after one that had anything to write, the last one first; raises UsageError for a changed journal."""
    after = (path for path in reversed(runs_of(runs)) if order_of(path) > order_of(found.path))
    return tuple(each for path in after if (each := _read(path)) is not None)


def known_devices(found: Earlier, workspace: Workspace, devices: Iterable[str]) -> None:
    """Raise UsageError where the inventory no longer has a device of the run."""
    lost = [name for name in devices if name not in workspace.intent_of]
    if lost:
        raise UsageError(
            f"run {found.id} is about {', '.join(lost)}, which the inventory does not have",
            hint=f"it was made with {found.said.get('inventory')}",
        )


def open_on(runs: Path, devices: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The runs that are not finished on some devices, each with those of them that it has left open."""
    found = {}
    for path in runs_of(runs):
        try:
            each = earlier(runs, path.name)
        except UsageError:
            continue  # it wrote nothing, or its journal was changed: `status` tells
        if left := tuple(name for name in each.open if name in devices):
            found[each.id] = left
    return found


def supersede_runs(runs: Path, devices: Sequence[str], by: RunFolder) -> None:
    """Write into the journals of unfinished runs that a later one has taken devices over from them."""
    for name, left in open_on(runs, devices).items():
        folder = open_run(runs, name, by.clock)
        try:
            for device in left:
                folder.record("superseded", device=device, by=by.id)
        finally:
            folder.close()
