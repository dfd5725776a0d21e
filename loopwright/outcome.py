"""What came of one task on one device: a value, or an error of ours; never an exception."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from loopwright.errors import LoopwrightError

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Value]):
    """One device's outcome of one phase; exactly one of `value` and `error` is set. `seconds` is wall time."""

    device: str
    value: Value | None = None
    error: LoopwrightError | None = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether there is a value."""
        return self.error is None
