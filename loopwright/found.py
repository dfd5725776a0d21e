"""What a rung's rule says, before it is put into a verdict."""

from dataclasses import dataclass

from loopwright.verdict import Cause, State


@dataclass(frozen=True, slots=True)
class Found:
    """The state of one rung with what was expected, what was found and why."""

    state: State
    expected: str
    actual: str
    cause: Cause | None = None
    coverage: str = ""
