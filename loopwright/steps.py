"""How a device is written to, as data: a commit strategy turns a plan into steps."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from loopwright.plan import DevicePlan


class Action(StrEnum):
    """What a step does. How a device is asked whether it happened is told beside each."""

    COMPARE = "compare"  # reads: may be repeated
    LOAD = "load"  # ask: does the device have the lines
    READ_BACK = "read back"  # reads, and compares with the plan: may be repeated
    OBSERVE = "observe"  # reads: may be repeated
    UNDO = "undo"  # ask: does the device lack the lines
    SAVE = "save"  # may be repeated


@dataclass(frozen=True, slots=True)
class Step:
    """One step on one device; `number` counts the steps of a run of that device, from 1."""

    device: str
    number: int
    action: Action
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.device} step {self.number}: {self.action}"


@dataclass(frozen=True, slots=True)
class Course:
    """The steps of one device: towards the change, to keep it, and back."""

    forward: tuple[Step, ...]
    keep: tuple[Step, ...]
    back: tuple[Step, ...]


def _numbered(device: str, *parts: tuple[tuple[Action, tuple[str, ...]], ...]) -> tuple[tuple[Step, ...], ...]:
    number = 0
    courses = []
    for part in parts:
        steps = []
        for action, lines in part:
            number += 1
            steps.append(Step(device, number, action, lines))
        courses.append(tuple(steps))
    return tuple(courses)


def lines(plan: DevicePlan) -> Course:
    """The strategy of a device that takes each line into effect at once: the inverse undoes, saving keeps."""
    forward, keep, back = _numbered(
        plan.device,
        ((Action.COMPARE, ()), *((Action.LOAD, c.lines) for c in plan.commits), (Action.READ_BACK, ())),
        ((Action.SAVE, ()),),
        (*((Action.UNDO, c.lines) for c in plan.undo), (Action.OBSERVE, ())),
    )
    return Course(forward, keep, back)


STRATEGIES: dict[str, Callable[[DevicePlan], Course]] = {"lines": lines}
