"""How a device is written to, as data: a commit strategy turns a plan into steps."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from loopwright.plan import DevicePlan


class Action(StrEnum):
    """What a step does. How a device is asked whether it happened is told beside each."""

    COMPARE = "compare"  # reads: may be repeated
    MARK = "checkpoint"  # ask: does the device have the checkpoint; may be repeated
    LOAD = "load"  # line by line: does the device have the lines. Into a candidate: nothing happened until a commit
    CHECK = "check the candidate"  # reads, and compares with the plan
    COMMIT = "commit"  # ask: does the device have the lines
    READ_BACK = "read back"  # reads, and compares with the plan: may be repeated
    OBSERVE = "observe"  # reads: may be repeated
    CONFIRM = "confirm"  # ask: is a commit waiting for it
    SAVE = "save"  # may be repeated
    UNMARK = "drop the checkpoint"  # ask: does the device have the checkpoint; may be repeated
    REVERT = "revert"  # the device's own way back. ask: does the device lack the lines
    UNDO = "undo"  # the inverse. ask: does the device lack the lines


@dataclass(frozen=True, slots=True)
class Step:
    """One step on one device; `number` counts the steps of a run of that device, from 1.

    `seconds` is the time after which the device undoes the step by itself, 0 where it does not.
    """

    device: str
    number: int
    action: Action
    lines: tuple[str, ...] = ()
    seconds: int = 0

    def __str__(self) -> str:
        return f"{self.device} step {self.number}: {self.action}"


@dataclass(frozen=True, slots=True)
class Course:
    """The steps of one device: to the change, to confirm and save it, and back by the inverse or the device's own way.

    `own` is empty where the device has no way back of its own, or one that covers the last of several commits only.
    """

    forward: tuple[Step, ...]
    confirm: tuple[Step, ...]
    save: tuple[Step, ...]
    back: tuple[Step, ...]
    own: tuple[Step, ...] = ()

    @property
    def armed(self) -> int:
        """The seconds after which the device goes back by itself, 0 where it does not."""
        return max((step.seconds for step in self.forward), default=0)


Part = tuple[tuple[Action, tuple[str, ...], int], ...]


def _numbered(device: str, *parts: Part) -> tuple[tuple[Step, ...], ...]:
    number = 0
    courses = []
    for part in parts:
        steps = []
        for action, lines, seconds in part:
            number += 1
            steps.append(Step(device, number, action, lines, seconds))
        courses.append(tuple(steps))
    return tuple(courses)


def _plain(*actions: Action) -> Part:
    return tuple((action, (), 0) for action in actions)


def _undo(plan: DevicePlan) -> Part:
    return tuple((Action.UNDO, commit.lines, 0) for commit in plan.undo)


def lines(plan: DevicePlan, seconds: int = 0) -> Course:
    """The strategy of a device that takes each line into effect at once: the inverse undoes, saving keeps.

    Where it has a timer, that is armed before the first line, and a confirm ends it.
    """
    confirm = _plain(Action.CONFIRM) if seconds else ()
    return Course(
        *_numbered(
            plan.device,
            (
                *_plain(Action.COMPARE),
                *((Action.LOAD, commit.lines, seconds) for commit in plan.commits),
                *_plain(Action.READ_BACK),
            ),
            confirm,
            _plain(Action.SAVE),
            (*_undo(plan), *confirm, *_plain(Action.OBSERVE)),
            _plain(Action.REVERT, Action.OBSERVE) if seconds else (),
        )
    )


def checkpoint(plan: DevicePlan, seconds: int = 0) -> Course:
    """The strategy of a device that keeps named copies of its configuration: one is made before the first line."""
    return Course(
        *_numbered(
            plan.device,
            (
                *_plain(Action.COMPARE, Action.MARK),
                *((Action.LOAD, commit.lines, 0) for commit in plan.commits),
                *_plain(Action.READ_BACK),
            ),
            (),
            _plain(Action.UNMARK, Action.SAVE),  # saved last: what is kept has left nothing on the device
            (*_undo(plan), *_plain(Action.UNMARK, Action.OBSERVE)),
            _plain(Action.REVERT, Action.UNMARK, Action.OBSERVE),
        )
    )


def candidate(plan: DevicePlan, seconds: int = 0) -> Course:
    """The strategy of a device with a candidate configuration: loaded, compared with what was meant, committed whole.

    Where it has a timer, the last commit is armed with it; the commits before it, where a plan needs two, are not
    covered, and the inverse undoes them.
    """
    last = len(plan.commits)
    commits = [
        part
        for number, commit in enumerate(plan.commits, start=1)
        for part in (
            (Action.LOAD, commit.lines, 0),
            *(_plain(Action.CHECK) if number == last else ()),
            (Action.COMMIT, (), seconds if number == last else 0),
        )
    ]
    confirm = _plain(Action.CONFIRM) if seconds else ()
    return Course(
        *_numbered(
            plan.device,
            (*_plain(Action.COMPARE), *commits, *_plain(Action.READ_BACK)),
            confirm,
            _plain(Action.SAVE),
            (*confirm, *_undo(plan), *_plain(Action.OBSERVE)),
            _plain(Action.REVERT, Action.OBSERVE) if seconds and last == 1 else (),
        )
    )


STRATEGIES: dict[str, Callable[[DevicePlan, int], Course]] = {
    "lines": lines,
    "checkpoint": checkpoint,
    "candidate": candidate,
}
