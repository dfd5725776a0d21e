"""Goes on with a run that ended in the middle: asks each device what happened, then finishes, keeps or reverts."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from loopwright.change_settings import settings_of
from loopwright.errors import LoopwrightError, Refused
from loopwright.outcome import Outcome
from loopwright.replay import Phase
from loopwright.run_folder import RunFolder, open_run
from loopwright.snapshot import known_loopbacks
from loopwright.wave_end import WaveEnd
from loopwright.waves import anycast_units
from playbooks.as_before import as_planned, prove_as_before, wait_until_forgotten, with_what_is_left
from playbooks.asked import Asked
from playbooks.calendar import windows_of
from playbooks.carried_through import now
from playbooks.earlier import Earlier, earlier, known_devices
from playbooks.ending import Provisioned
from playbooks.look import Seen, look
from playbooks.propose import Proposal, members, read_before
from playbooks.run import Run
from playbooks.terms import Terms
from playbooks.undertaking import Undertaking
from playbooks.waves import carry_out
from tasks.deploy import Job
from tasks.network import Network
from tasks.put_back import FOREIGN, PutBack, put_back
from tasks.settle import Found, Stands, ask, wait_for_timers
from tasks.station_lock import locked
from tasks.workspace import Workspace


@dataclass(frozen=True)
class Reopened:
    """An earlier run, opened to go on in it: what the network is now, and what each device that was begun turns out."""

    run: Run
    workspace: Workspace
    network: Network
    folder: RunFolder
    found: Earlier
    seen: Seen
    jobs: Mapping[str, Job]
    stands: Mapping[str, Stands]
    silent: Mapping[str, LoopwrightError] = field(default_factory=dict)

    def those(self, *found: Found) -> tuple[str, ...]:
        """The devices that turned out to be something."""
        return tuple(name for name, stands in self.stands.items() if stands.found in found)

    def go_on(self, command: str) -> None:
        """Write down that the run goes on, and what the devices turned out to be."""
        found = {
            **{name: stands.found for name, stands in self.stands.items()},
            **dict.fromkeys(self.silent, "no answer"),
        }
        self.folder.record("resumed", command=command)
        self.folder.record("asked", found=found)

    @property
    def proposal(self) -> Proposal:
        """The plan of the run, with what was seen now."""
        return Proposal(self.seen, self.found.saved, self.found.terms())


@contextmanager
def reopened(run: Run, workspace: Workspace, network: Network, runs: Path, name: str) -> Iterator[Reopened]:
    """Open a run, hold its devices, and ask those that were begun; raises UsageError and Refused."""
    found = earlier(runs, name)
    known_devices(found, workspace, found.replayed)
    with locked(network, found.replayed, found.id):
        found = earlier(runs, name)  # whoever held the devices until now may have gone on with it
        if found.said["command"] == "rollback":  # what it leads to is not what the inventory asks for
            workspace = as_planned(workspace, found.saved.plan)
        folder = open_run(runs, name, now)
        try:
            seen = look(workspace, network)
            jobs = {n: found.job(workspace, n, seen.observed.get(n)) for n in found.replayed}
            results = _asked(run, network, {n: jobs[n] for n in (*found.begun, *_kept_in_hand(found))})
            stands = {n: o.value for n, o in results.items() if o.value is not None}
            silent = {n: o.error for n, o in results.items() if o.error is not None}
            yield Reopened(run, workspace, network, folder, found, seen, jobs, stands, silent)
        finally:
            folder.close()


def _kept_in_hand(found: Earlier) -> tuple[str, ...]:
    return tuple(name for name in found.in_phase(Phase.KEPT) if name in found.in_hand)


def _asked(run: Run, network: Network, jobs: Mapping[str, Job]) -> dict[str, Outcome[Stands]]:
    """Ask; a device that its own timer alone puts back is waited for."""
    results = ask(network, jobs)
    bound = {n: jobs[n] for n, o in results.items() if o.value is not None and o.value.device_only}
    if bound:
        longest = max(job.course.armed for job in bound.values())
        words = "only its own timer ends the change that waits there"
        run.err.print(f"{', '.join(bound)}: {words}; waiting, at most {longest} s")
        results.update(wait_for_timers(network, bound))
    return results


def finish(
    at: Reopened,
    *,
    only_in_hand: bool = False,
    unproved: str = "",
    outside: str = "",
    stopped: Callable[[], bool] = lambda: False,
) -> Provisioned:
    """Finish a run: what was changed in part is put back and written anew, what is written is proved and kept.

    With `only_in_hand` nothing more is written: what the devices hold is proved, or taken for good for the reason
    `unproved`, and kept. `outside` is the reason for writing outside of a window.
    """
    stuck = _stuck(at, only_in_hand=only_in_hand)
    if stuck:
        return _halted(at, stuck)
    if at.found.failing:
        return revert(at)
    partly = at.those(Found.PART, Found.BEFORE)
    undone = put_back(at.network, {name: at.jobs[name] for name in partly}, at.folder, saved=at.found.maybe_saved)
    lost = {name: put for name, put in undone.items() if not put.restored}
    if lost:
        return _halted(at, lost)
    if not only_in_hand:
        again = (*partly, *at.found.in_phase(Phase.PUT_BACK))
        wait_until_forgotten(at.workspace, at.network, at.seen, at.found.saved.plan, again, at.run.deadline)
    terms = _terms(at)
    terms = replace(terms, unproved=unproved, outside=outside or terms.outside, stopped=stopped)
    return carry_out(_undertaking(at, terms, only_in_hand=only_in_hand))


def _halted(at: Reopened, back: Mapping[str, PutBack]) -> Provisioned:
    """The run as it stands where it cannot go on: who holds the change keeps it, unconfirmed and not saved."""
    left = at.those(Found.AFTER)
    return Provisioned(
        at.found.saved.plan,
        done=tuple(name for name in at.found.in_phase(Phase.KEPT) if name not in left),
        put_back={**_earlier(at), **back},
        undecided=left,
        armed={name: at.jobs[name].course.armed for name in left if at.stands[name].waiting},
        waves=_not_begun(at),
        stopped="not all devices of the run can go on",
    )


def _stuck(at: Reopened, *, only_in_hand: bool) -> dict[str, PutBack]:
    """The devices on which nothing can be done: they do not answer, or somebody else changed the same lines."""
    undo = {name: at.jobs[name].plan.undo_lines for name in at.jobs}
    found = {n: PutBack(False, str(e).removeprefix(f"{n}: "), undo[n], asked=False) for n, e in at.silent.items()}
    found.update({name: PutBack(False, FOREIGN, undo[name]) for name in at.those(Found.OTHER)})
    if only_in_hand:
        words = "it holds a part of the change only: resume or revert the run"
        found.update({name: PutBack(False, words, undo[name]) for name in at.those(Found.PART)})
    return found


def _undertaking(at: Reopened, terms: Terms, *, only_in_hand: bool) -> Undertaking:
    written = at.those(Found.AFTER)
    kept = at.found.in_phase(Phase.KEPT)
    done = tuple(name for name in kept if name not in written)
    known = known_loopbacks({n: at.jobs[n].before for n in at.jobs} | dict(at.seen.observed), at.workspace.intents)
    waves = at.found.waves
    if only_in_hand:
        waves = tuple(tuple(name for name in wave if name in written) for wave in waves)
    reading = read_before(at.network, at.seen, at.found.saved.plan, known)
    return Undertaking(
        at.workspace, at.network, at.seen, at.found.saved.plan, at.folder,
        replace(terms, waves=waves), _anew(at), reading, at.found.snapshots, known,
        done=done, written=written, saved=tuple(name for name in written if name in at.found.maybe_saved),
    )  # fmt: skip


def _anew(at: Reopened) -> dict[str, Job]:
    """The jobs; a device that is as it was begins anew, with nothing held."""
    again = at.those(Found.PART, Found.BEFORE)
    return {name: replace(job, held="", asked=False) if name in again else job for name, job in at.jobs.items()}


def _terms(at: Reopened) -> Terms:
    terms = at.found.terms()
    together = anycast_units(members(at.workspace, at.found.saved.plan, Asked()))
    calendars = windows_of(at.workspace, terms.windows)
    return replace(
        terms,
        deadline=min(terms.deadline, at.run.deadline),  # the timers that wait were made for the first of them
        vantage_points=at.run.vantage_points,
        together=together,
        calendars=calendars,
        route_loss=settings_of(at.workspace.inventory).route_loss,
        tell=at.run.tell,
    )


def _earlier(at: Reopened) -> dict[str, PutBack]:
    """The devices that the run had put back before it was cut short."""
    names = (name for name in at.found.in_phase(Phase.PUT_BACK) if name not in at.jobs or name not in at.stands)
    return {name: PutBack(True, "it was put back before") for name in names}


def _not_begun(at: Reopened) -> tuple[WaveEnd, ...]:
    """The waves of which nothing was begun, as far as that is so."""
    names = at.found.in_phase(Phase.NOT_BEGUN)
    waves = enumerate(at.found.waves, start=1)
    left = ((number, tuple(name for name in wave if name in names)) for number, wave in waves)
    return tuple(WaveEnd(number, devices, "not begun") for number, devices in left if devices)


def revert(at: Reopened) -> Provisioned:
    """Put back whatever the run has changed and not kept, and prove that it is as before."""
    stuck = {n: put for n, put in _stuck(at, only_in_hand=False).items() if n in at.silent}
    kept = _kept_in_hand(at.found)
    jobs = {name: at.jobs[name] for name in at.stands}
    now = put_back(at.network, jobs, at.folder, saved=at.found.maybe_saved)
    back = {**_earlier(at), **stuck, **now}
    restored = [name for name, put in now.items() if put.restored]
    as_before = prove_as_before(
        at.workspace, at.network, at.seen, at.found.saved.plan, restored, at.run.deadline, at.run.vantage_points
    )
    return Provisioned(
        at.found.saved.plan,
        done=tuple(n for n in at.found.in_phase(Phase.KEPT) if n not in kept),
        put_back=with_what_is_left(back, as_before),
        put_back_proof=as_before,
        waves=_not_begun(at),
        stopped=at.found.failing or "reverted before it was begun",
    )


def refuse_changed_inventory(at: Reopened) -> None:
    """Raise Refused where the inventory asks for other loopbacks now than when the run was planned."""
    differing = [
        plan.device
        for plan in at.found.saved.plan.changing
        for change in plan.changes
        if not _still_wanted(at, plan.device, change.number, absent=change.after is None)
    ]
    if differing:
        raise Refused(
            f"the inventory asks for something else of {', '.join(sorted(set(differing)))} than when it was planned",
            hint="revert the run, then plan again",
        )


def _still_wanted(at: Reopened, device: str, number: int, *, absent: bool) -> bool:
    wanted = at.workspace.intent_of[device].wanted(number)
    if wanted is None or wanted.absent:
        return absent
    plan = next(p for p in at.found.saved.plan.devices if p.device == device)
    after = next(change.after for change in plan.changes if change.number == number)
    return after is not None and set(after.addresses) == set(wanted.addresses) and after.vrf == wanted.vrf
