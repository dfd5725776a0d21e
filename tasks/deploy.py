"""The only path that writes to a device: one interpreter carries out steps and journals around each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from loopwright.device import Reader
from loopwright.errors import DeviceError, LineRejected, Locked, LoopwrightError, NotTaken, Refused
from loopwright.journal import RunFolder
from loopwright.masking import shown
from loopwright.models import Intent, Observed
from loopwright.observe import observe
from loopwright.outcome import Outcome
from loopwright.plan import DevicePlan, basis
from loopwright.platform import Platform
from loopwright.reasons import reasons
from loopwright.steps import Action, Course, Step
from loopwright.undo import Back, strangers, touched, way_back
from tasks.gather import read_observed
from tasks.network import Network
from tasks.writers import transaction, writer


@dataclass(frozen=True, slots=True)
class Job:
    """One device's part of a run: its plan, its steps, what it was before; `name` is that of its checkpoint."""

    plan: DevicePlan
    course: Course
    intent: Intent
    before: Observed
    name: str = "loopwright"

    @property
    def by_candidate(self) -> bool:
        """Whether lines go into a candidate first."""
        return any(step.action is Action.COMMIT for step in self.course.forward)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a device: which lines it accepted, and what it is now."""

    accepted: tuple[str, ...] = ()
    after: Observed | None = None


def _compare(job: Job, session: Reader, platform: Platform, step: Step) -> Written:
    """Refuse to write where the device is no longer what the plan rests on."""
    now = read_observed(session, platform)
    if basis(job.intent, now, platform) != job.plan.basis:
        raise Refused(
            f"{step.device}: changed since it was planned; nothing was written",
            hint=f"plan again: loopwright plan --limit {step.device}",
        )
    if job.course.armed and writer(session).armed():
        raise Locked(
            step.device,
            "a change of somebody else waits for its confirmation there; nothing was written",
            hint="wait until it is confirmed or gone: a change of ours would confirm it, or go with it",
        )
    return Written(after=now)


def _load(job: Job, session: Reader, platform: Platform, step: Step) -> Written:
    if job.by_candidate:
        return Written(accepted=transaction(session).load(step.lines))
    return Written(accepted=writer(session).write(step.lines, step.seconds))


def _undo(job: Job, session: Reader, platform: Platform, step: Step) -> Written:
    return Written(accepted=writer(session).write(step.lines))


def _check(job: Job, session: Reader, platform: Platform, step: Step) -> Written:
    """Refuse to commit a candidate that is not what was meant, or that holds what somebody else has left in it."""
    text = transaction(session).candidate()
    if text is None:
        return Written()
    meant = observe(step.device, text, platform)
    left = [r for c in job.plan.changes for r in reasons(meant.loopback(c.number), c.after)]
    if not left:
        left = [f"{line[-1]!r} is not of this plan" for line in strangers(job.before, meant, job.plan, platform)]
    if left:
        transaction(session).discard()
        raise NotTaken(step.device, f"the candidate was dropped, it is not what was planned: {'; '.join(left)}")
    return Written()


def _commit(job: Job, session: Reader, platform: Platform, step: Step) -> Written:
    transaction(session).commit(step.seconds)
    return Written()


def _mark(job: Job, session: Reader, platform: Platform, step: Step) -> Written:
    writer(session).mark(job.name)
    return Written()


def _unmark(job: Job, session: Reader, platform: Platform, step: Step) -> Written:
    writer(session).unmark(job.name)
    return Written()


class Unconfirmed(DeviceError):
    """A change that was proved could not be confirmed: the device has undone it, or is about to."""

    exit_code = 5


def _confirm(job: Job, session: Reader, platform: Platform, step: Step) -> Written:
    try:
        writer(session).confirm()
    except DeviceError as error:
        raise Unconfirmed(step.device, f"the change could not be confirmed: {error}") from error
    return Written()


def _revert(job: Job, session: Reader, platform: Platform, step: Step) -> Written:
    writer(session).revert(job.name)
    return Written()


def _read_back(job: Job, session: Reader, platform: Platform, step: Step) -> Written:
    """Accepted is decided here: a device may take a line and do something else with it, or nothing."""
    now = read_observed(session, platform)
    left = [
        reason
        for change in job.plan.changes
        for reason in reasons(now.loopback(change.number), change.after)
        if now.loopback(change.number) != change.after
    ]
    if left:
        raise NotTaken(step.device, f"took every line, and yet {'; '.join(left)}")
    return Written(after=now)


def _observe(job: Job, session: Reader, platform: Platform, step: Step) -> Written:
    return Written(after=read_observed(session, platform))


def _save(job: Job, session: Reader, platform: Platform, step: Step) -> Written:
    writer(session).save()
    return Written()


INTERPRETER: Mapping[Action, Callable[[Job, Reader, Platform, Step], Written]] = {
    Action.COMPARE: _compare,
    Action.MARK: _mark,
    Action.LOAD: _load,
    Action.CHECK: _check,
    Action.COMMIT: _commit,
    Action.READ_BACK: _read_back,
    Action.OBSERVE: _observe,
    Action.CONFIRM: _confirm,
    Action.SAVE: _save,
    Action.UNMARK: _unmark,
    Action.REVERT: _revert,
    Action.UNDO: _undo,
}


def carry_out(job: Job, steps: tuple[Step, ...], folder: RunFolder) -> Callable[[Reader, Platform], Written]:
    """Return the work that carries out a device's steps in order; the first error ends it."""

    def work(session: Reader, platform: Platform) -> Written:
        accepted: list[str] = []
        after = None
        for step in steps:
            details: dict[str, Any] = {"device": step.device, "step": step.number, "action": step.action}
            folder.record("begin", **details, lines=[shown(line) for line in step.lines])
            try:
                written = INTERPRETER[step.action](job, session, platform, step)
            except LineRejected as rejected:
                answer, accepted_lines = rejected.answer, rejected.accepted
                folder.record("rejected", **details, line=rejected.line, answer=answer, accepted=accepted_lines)
                raise
            except LoopwrightError as error:
                folder.record("failed", **details, error=str(error))
                raise
            folder.record("done", **details)
            accepted += written.accepted
            after = written.after or after
        return Written(tuple(accepted), after)

    return work


def deploy(network: Network, jobs: Mapping[str, Job], folder: RunFolder) -> dict[str, Outcome[Written]]:
    """Carry out the forward steps of every job."""
    work = {name: carry_out(job, job.course.forward, folder) for name, job in jobs.items()}
    return network.each("deploy", work)


def keep(network: Network, jobs: Mapping[str, Job], folder: RunFolder) -> dict[str, Outcome[Written]]:
    """Save what was proved as the startup configuration."""
    return network.each("save", {name: carry_out(job, job.course.keep, folder) for name, job in jobs.items()})


@dataclass(frozen=True, slots=True)
class PutBack:
    """How putting back ended: `restored` when the device is as before; else the lines that a person has to play."""

    restored: bool
    words: str
    lines: tuple[str, ...] = ()


def put_back(network: Network, jobs: Mapping[str, Job], folder: RunFolder) -> dict[str, PutBack]:
    """Put devices back to what they were, after asking each what it is now."""
    results = network.each("put back", {name: _putter(job, folder) for name, job in jobs.items()})
    return {
        name: outcome.value
        if outcome.value is not None
        else PutBack(False, str(outcome.error), jobs[name].plan.undo_lines)
        for name, outcome in results.items()
    }


def _putter(job: Job, folder: RunFolder) -> Callable[[Reader, Platform], PutBack]:
    """Observe first: as before, nothing to do; as after or a part of it, undone; anything else, not touched."""

    def work(session: Reader, platform: Platform) -> PutBack:
        changes, device = job.plan.changes, job.plan.device
        now = read_observed(session, platform)
        back = way_back(job.before, now, changes, platform)
        if back is None:
            folder.record("not touched", device=device, undo=[shown(line) for line in job.plan.undo_lines])
            words = "somebody else changed the same lines meanwhile, so it was not touched"
            return PutBack(False, words, job.plan.undo_lines)
        if not back:
            if job.course.armed:
                # It may still count down to a rollback that would take others' later lines with it.
                writer(session).disarm()
            folder.record("as before", device=device)
            return PutBack(True, "it is as it was before; nothing had to be undone")
        # Where nothing waits any more, somebody else's commit has confirmed ours: the device's own way is gone.
        waits = bool(job.course.armed) and writer(session).armed()
        steps = _steps_back(job, now, back, platform, waits=waits)
        after = carry_out(job, steps, folder)(session, platform).after
        left = way_back(job.before, after, changes, platform) if after is not None else None
        if left == ():
            return PutBack(True, "it is as it was before")
        lines = tuple(line for commit in left for line in commit) if left else job.plan.undo_lines
        return PutBack(False, "its inverse was played and it is not as before", lines)

    return work


def _steps_back(job: Job, now: Observed, back: Back, platform: Platform, *, waits: bool) -> tuple[Step, ...]:
    """The device's own way where nobody has changed anything else meanwhile, else the inverse of what is there now."""
    has_own = bool(job.course.own) and (waits or not job.course.armed)
    if has_own and not strangers(job.before, now, job.plan, platform):
        return job.course.own
    first = next(step for step in job.course.back if step.action is Action.UNDO)
    undo = tuple(replace(first, lines=lines) for lines in back)
    others = [s for s in job.course.back if s.action is not Action.UNDO and (waits or s.action is not Action.CONFIRM)]
    before = tuple(step for step in others if step.number < first.number)
    after = tuple(step for step in others if step.number > first.number)
    return (*before, *undo, *after)


def before_and_after(job: Job, now: Observed | None, platform: Platform) -> dict[str, Any]:
    """The touched stanzas of a device before and after, for the run folder."""

    def stanzas(observed: Observed | None) -> list[str]:
        lines = touched(observed, job.plan.changes, platform) if observed else ()
        return [shown(" / ".join(line)) for line in lines]

    return {"device": job.plan.device, "before": stanzas(job.before), "after": stanzas(now)}
