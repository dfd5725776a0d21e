"""Puts devices back to what they were, after asking each what it is now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from loopwright.before import without_secrets
from loopwright.device import Reader
from loopwright.errors import UnexpectedAnswer
from loopwright.masking import shown
from loopwright.models import Observed
from loopwright.platform import Platform
from loopwright.run_folder import RunRecord
from loopwright.steps import Action, Step
from loopwright.undo import Back, strangers, way_back
from tasks.deploy import Job, carry_out, disarm, taken_up, waits
from tasks.gather import read_observed
from tasks.network import Network

FOREIGN = "somebody else changed the same lines meanwhile, so it was not touched"


@dataclass(frozen=True, slots=True)
class PutBack:
    """How putting back ended: `restored` when the device is as before; else the lines that a person has to play.

    `asked` is False where the device could not be asked: what it has is not known.
    """

    restored: bool
    words: str
    lines: tuple[str, ...] = ()
    asked: bool = True


def put_back(
    network: Network, jobs: Mapping[str, Job], folder: RunRecord, *, saved: frozenset[str] = frozenset()
) -> dict[str, PutBack]:
    """Put devices back to what they were; those that were `saved` after the change are saved again as they are then."""
    results = network.each("put back", {n: _putter(job, folder, again=n in saved) for n, job in jobs.items()})
    ended = {}
    for name, outcome in results.items():
        if outcome.value is not None:
            ended[name] = outcome.value
        else:
            told = str(outcome.error).removeprefix(f"{name}: ")
            ended[name] = PutBack(False, told, jobs[name].plan.undo_lines, asked=False)
            folder.record("not put back", device=name, error=told)
    return ended


def as_now(job: Job, now: Observed, platform: Platform) -> Observed:
    """A device as it is, told in the same way as what the job knows of it before."""
    return without_secrets(now, job.plan.changes, platform) if job.masked else now


def _putter(job: Job, folder: RunRecord, *, again: bool) -> Callable[[Reader, Platform], PutBack]:
    """Observe first: as before, nothing to do; as after or a part of it, undone; anything else, not touched."""

    def work(session: Reader, platform: Platform) -> PutBack:
        changes, device = job.plan.changes, job.plan.device
        taken_up(session, job)
        now = as_now(job, read_observed(session, platform), platform)
        back = way_back(job.before, now, changes, platform)
        if back is None:
            undo = [shown(line) for line in job.plan.undo_lines]
            folder.record("not touched", device=device, why=FOREIGN, undo=undo)
            return PutBack(False, FOREIGN, job.plan.undo_lines)
        if not back:
            if job.course.armed:
                disarm(session)
            carry_out(job, _last(job, again=again), folder)(session, platform)
            folder.record("as before", device=device)
            return PutBack(True, f"it is as it was before; nothing had to be undone{_taken_along(job, now, platform)}")
        after = _gone_back(job, now, back, session, platform, folder)
        left = way_back(job.before, as_now(job, after, platform), changes, platform) if after is not None else None
        if left == ():
            if again:
                carry_out(job, _saving(job), folder)(session, platform)
            folder.record("as before", device=device)
            return PutBack(True, "it is as it was before")
        lines = tuple(line for commit in left for line in commit) if left else job.plan.undo_lines
        words = "its inverse was played and it is not as before"
        folder.record("not touched", device=device, why=words, undo=[shown(line) for line in lines])
        return PutBack(False, words, lines)

    return work


def _gone_back(
    job: Job, now: Observed, back: Back, session: Reader, platform: Platform, folder: RunRecord
) -> Observed | None:
    """Go back, and tell what the device is then; where it has lost its checkpoint, by the inverse."""
    steps = _steps_back(job, now, back, platform, waiting=waits(session, job))
    try:
        return carry_out(job, steps, folder)(session, platform).after
    except UnexpectedAnswer:
        if steps is not job.course.own or job.course.armed:
            raise
    now = as_now(job, read_observed(session, platform), platform)
    left = way_back(job.before, now, job.plan.changes, platform)
    return carry_out(job, _inverse(job, left, waiting=False), folder)(session, platform).after if left else now


def _saving(job: Job) -> tuple[Step, ...]:
    return tuple(step for step in job.course.save if step.action is Action.SAVE)


def _last(job: Job, *, again: bool) -> tuple[Step, ...]:
    """What is still to be done on a device that is as before: a checkpoint to drop, a startup configuration to save."""
    dropping = tuple(step for step in job.course.own if step.action is Action.UNMARK)
    return (*dropping, *(_saving(job) if again else ()))


def _steps_back(job: Job, now: Observed, back: Back, platform: Platform, *, waiting: bool) -> tuple[Step, ...]:
    """The device's own way where nobody has changed anything else meanwhile, else the inverse of what is there now.

    Where nothing waits any more, somebody else's commit, or ours, has confirmed the change: the device's own way is
    gone. Where secrets are not known, an edit of one could not be seen.
    """
    has_own = bool(job.course.own) and (waiting or not job.course.armed)
    if has_own and not _edited(job, now, platform):
        return job.course.own
    return _inverse(job, back, waiting=waiting)


def _inverse(job: Job, back: Back, *, waiting: bool) -> tuple[Step, ...]:
    first = next(step for step in job.course.back if step.action is Action.UNDO)
    undo = tuple(replace(first, lines=lines) for lines in back)
    others = [s for s in job.course.back if s.action is not Action.UNDO and (waiting or s.action is not Action.CONFIRM)]
    before = tuple(step for step in others if step.number < first.number)
    after = tuple(step for step in others if step.number > first.number)
    return (*before, *undo, *after)


def came_meanwhile(job: Job, platform: Platform) -> str:
    """Tell the lines of others that came or went while a change was proved: what saves it saves them along."""
    if job.during is None:
        return ""
    edits = strangers(job.before, as_now(job, job.during, platform), job.plan, platform)
    lines = [shown(" / ".join(line)) for line in edits]
    return f"somebody else changed it meanwhile, which is saved along: {'; '.join(lines)}" if lines else ""


def _taken_along(job: Job, now: Observed, platform: Platform) -> str:
    """Tell the lines of others that were there while the change was armed and that went with it."""
    if job.during is None:
        return ""
    had, has = set(job.before.lines), set(now.lines)
    edits = strangers(job.before, as_now(job, job.during, platform), job.plan, platform)
    lost = [shown(" / ".join(line)) for line in edits if line not in had and line not in has]
    return f"; lines of somebody else went with it: {'; '.join(lost)}" if lost else ""


def _edited(job: Job, now: Observed, platform: Platform) -> bool:
    hidden = job.masked and any("(not shown)" in part for line in job.before.lines for part in line)
    return hidden or bool(strangers(job.before, now, job.plan, platform))
