"""The only path that writes to a device: one interpreter carries out steps and journals around each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from loopwright.before import before_document
from loopwright.device import Reader
from loopwright.errors import DeviceError, LineRejected, Locked, LoopwrightError, NothingWaits, NotTaken, Refused
from loopwright.masking import shown
from loopwright.models import Intent, Observed
from loopwright.observe import observe
from loopwright.outcome import Outcome
from loopwright.plan import DevicePlan, basis, rests_on
from loopwright.plan_file import what_changed
from loopwright.platform import Platform
from loopwright.reasons import reasons
from loopwright.run_folder import RunRecord
from loopwright.steps import Action, Course, Step
from loopwright.undo import strangers
from tasks.gather import read_observed
from tasks.network import Network
from tasks.writers import transaction, writer


@dataclass(frozen=True, slots=True)
class Job:
    """One device's part of a run: its plan, its steps, what it was before; `name` is that of its checkpoint.

    `held` is what a writer of another process needs to go on with an armed change of this one. `masked` says that
    `before` was read from a run folder, which keeps no secrets of others. `asked` says that a confirmation was sent
    whose answer was lost. `during` is what the device was while its change was proved.
    """

    plan: DevicePlan
    course: Course
    intent: Intent
    before: Observed
    name: str = "loopwright"
    held: str = ""
    masked: bool = False
    asked: bool = False
    during: Observed | None = None

    @property
    def by_candidate(self) -> bool:
        """Whether lines go into a candidate first."""
        return any(step.action is Action.COMMIT for step in self.course.forward)

    @property
    def by_name(self) -> "Job":
        """The job of a connection that broke: what its writer held goes by the name that the run gave it."""
        return replace(self, held=self.held or self.name) if self.by_candidate else self

    def with_what_is_known(self, written: "Written") -> "Job":
        """The job with what the device was just before it was written to, and what its writer holds."""
        fresh = written.before is not None
        return replace(
            self,
            before=written.before or self.before,
            masked=self.masked and not fresh,
            held=written.held or self.held,
        )

    def missing(self, now: Observed) -> tuple[str, ...]:
        """What a device lacks of the plan, () where it is as it is to be."""
        return tuple(
            reason
            for change in self.plan.changes
            for reason in reasons(now.loopback(change.number), change.after)
            if now.loopback(change.number) != change.after
        )


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a device: what it was just before, and is after; and what is to be told of it."""

    after: Observed | None = None
    before: Observed | None = None
    held: str = ""
    told: tuple[str, ...] = ()

    def then(self, later: "Written") -> "Written":
        """What is known after one more step."""
        return Written(
            later.after or self.after,
            later.before or self.before,
            later.held or self.held,
            (*self.told, *later.told),
        )


@dataclass(frozen=True, slots=True)
class Hand:
    """What a step is carried out with."""

    job: Job
    session: Reader
    platform: Platform
    step: Step
    folder: RunRecord

    def record(self, event: str, **details: Any) -> None:
        """Journal something about the step in hand."""
        step = self.step
        self.folder.record(event, device=step.device, step=step.number, action=step.action, **details)

    def heard(self, line: str) -> None:
        """Journal a line that the device has accepted."""
        self.record("accepted", line=shown(line))


def before_file(device: str) -> str:
    """The name of the file that holds what a device was before."""
    return f"{device}.before.json"


def _compare(hand: Hand) -> Written:
    """Refuse to write where the device is no longer what the plan rests on; keep what it is just before."""
    job, device = hand.job, hand.step.device
    now = read_observed(hand.session, hand.platform)
    if basis(job.intent, now, hand.platform) != job.plan.basis:
        since = what_changed(job.plan, rests_on(job.intent, now, hand.platform))
        raise Refused(
            f"{device}: changed since it was planned; nothing was written{': ' if since else ''}{'; '.join(since)}",
            hint=f"plan again: loopwright plan --limit {device}",
        )
    if job.course.armed and writer(hand.session).armed():
        raise Locked(
            device,
            "a change of somebody else waits for its confirmation there; nothing was written",
            hint="wait until it is confirmed or gone: a change of ours would confirm it, or go with it",
        )
    hand.folder.write_document(before_file(device), before_document(now, job.plan.changes, hand.platform))
    return Written(after=now, before=now)


def _load(hand: Hand) -> Written:
    if not hand.job.by_candidate:
        writer(hand.session).write(hand.step.lines, hand.step.seconds, hand.heard)
        return Written()
    loading = transaction(hand.session)
    loading.take_up(hand.job.held or hand.job.name)  # the name by which another process would find it
    if held := loading.held():
        hand.record("held", held=held)
    loading.load(hand.step.lines)
    return Written(held=loading.held())


def _undo(hand: Hand) -> Written:
    writer(hand.session).write(hand.step.lines, 0, hand.heard)
    return Written()


def _check(hand: Hand) -> Written:
    """Refuse to commit a candidate that is not what was meant, or that holds what somebody else has left in it."""
    job, session = hand.job, hand.session
    text = transaction(session).candidate()
    if text is None:
        return Written()
    meant = observe(hand.step.device, text, hand.platform)
    left = [r for c in job.plan.changes for r in reasons(meant.loopback(c.number), c.after)]
    if not left:
        left = [f"{line[-1]!r} is not of this plan" for line in strangers(job.before, meant, job.plan, hand.platform)]
    if left:
        transaction(session).discard()
        raise NotTaken(hand.step.device, f"the candidate was dropped, it is not what was planned: {'; '.join(left)}")
    return Written()


def _commit(hand: Hand) -> Written:
    transaction(hand.session).commit(hand.step.seconds)
    return Written()


def _mark(hand: Hand) -> Written:
    writer(hand.session).mark(hand.job.name)
    return Written()


def _unmark(hand: Hand) -> Written:
    writer(hand.session).unmark(hand.job.name)
    return Written()


class Undone(DeviceError):
    """A change that waited for its confirmation is gone: the device has undone it by itself."""

    exit_code = 5


BY_ANOTHER = "a commit of somebody else has confirmed it"
ANSWER_LOST = "the answer to its confirmation was lost, and it was confirmed"


def _confirm(hand: Hand) -> Written:
    """Confirm; where nothing waits any more, what the device has tells who ended it."""
    try:
        writer(hand.session).confirm()
    except NothingWaits as error:
        now = read_observed(hand.session, hand.platform)
        if hand.job.missing(now):
            words = "the device has undone the change by itself before it was confirmed"
            raise Undone(hand.step.device, words) from error
        told = ANSWER_LOST if hand.job.asked else BY_ANOTHER
        hand.record("confirmed already", told=told)
        return Written(after=now, told=(told,))
    return Written()


def _revert(hand: Hand) -> Written:
    writer(hand.session).revert(hand.job.name)
    return Written()


def _read_back(hand: Hand) -> Written:
    """Accepted is decided here: a device may take a line and do something else with it, or nothing."""
    now = read_observed(hand.session, hand.platform)
    left = hand.job.missing(now)
    if left:
        raise NotTaken(hand.step.device, f"took every line, and yet {'; '.join(left)}")
    return Written(after=now)


def _observe(hand: Hand) -> Written:
    return Written(after=read_observed(hand.session, hand.platform))


def _save(hand: Hand) -> Written:
    writer(hand.session).save()
    return Written()


NOTHING_SENT = (Action.COMPARE, Action.MARK)

INTERPRETER: Mapping[Action, Callable[[Hand], Written]] = {
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


def carry_out(job: Job, steps: tuple[Step, ...], folder: RunRecord) -> Callable[[Reader, Platform], Written]:
    """Return the work that carries out a device's steps in order; the first error ends it."""

    def work(session: Reader, platform: Platform) -> Written:
        known, so_far, touched = job, Written(), False
        taken_up(session, job)
        for step in steps:
            touched = touched or step.action not in NOTHING_SENT
            try:
                so_far = so_far.then(_carried_out(Hand(known, session, platform, step, folder)))
            except LoopwrightError as error:
                error.untouched = not touched
                raise
            known = known.with_what_is_known(so_far)
        return so_far

    return work


def _carried_out(hand: Hand) -> Written:
    """Carry out one step between its two entries in the journal."""
    timed = {"seconds": hand.step.seconds} if hand.step.seconds else {}
    hand.record("begin", **timed, lines=[shown(line) for line in hand.step.lines])
    try:
        written = INTERPRETER[hand.step.action](hand)
    except LineRejected as rejected:
        hand.record("rejected", line=shown(rejected.line), answer=rejected.answer, accepted=rejected.accepted)
        raise
    except LoopwrightError as error:
        hand.record("failed", error=str(error))
        raise
    hand.record("done")
    return written


def taken_up(session: Reader, job: Job) -> None:
    """Let the writer of a session go on with what another process, or a connection that was lost, has begun."""
    if job.held or job.masked:
        writer(session).take_up(job.held)


def only_the_device_ends_it(session: Reader) -> bool:
    """Whether a change that another connection has armed is ended by the device's own timer alone."""
    return not writer(session).confirms_elsewhere


def waits(session: Reader, job: Job) -> bool:
    """Whether a change of a job waits for its confirmation on the device."""
    return bool(job.course.armed) and writer(session).armed()


def disarm(session: Reader) -> None:
    """Stop a timer that runs although nothing was changed: it would take others' later lines with it."""
    writer(session).disarm()


def abandon(session: Reader, held: str) -> None:
    """Drop what a dead process has loaded and not committed."""
    writer(session).abandon(held)


def deploy(network: Network, jobs: Mapping[str, Job], folder: RunRecord) -> dict[str, Outcome[Written]]:
    """Carry out the forward steps of every job."""
    return network.each("deploy", {name: carry_out(job, job.course.forward, folder) for name, job in jobs.items()})


def confirm(network: Network, jobs: Mapping[str, Job], folder: RunRecord) -> dict[str, Outcome[Written]]:
    """Confirm what was proved, where a timer runs."""
    armed = {name: job for name, job in jobs.items() if job.course.confirm}
    return network.each("confirm", {n: carry_out(job, job.course.confirm, folder) for n, job in armed.items()})


def save(network: Network, jobs: Mapping[str, Job], folder: RunRecord) -> dict[str, Outcome[Written]]:
    """Save what was proved as the startup configuration."""
    return network.each("save", {name: carry_out(job, job.course.save, folder) for name, job in jobs.items()})
