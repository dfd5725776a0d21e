"""What a check finds: one thing that is not as it should be, where, and what was expected instead."""

from dataclasses import dataclass, field
from typing import Literal

from loopwright.models import Mark

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found; `device` is empty where it concerns the network as a whole."""

    rule: str
    device: str
    where: str
    expected: str
    actual: str
    severity: Severity = "error"
    mark: Mark | None = field(default=None, compare=False)

    def __str__(self) -> str:
        place = f"{self.mark}: " if self.mark else ""
        subject = " ".join(part for part in (self.device, self.where) if part)
        return f"{place}{self.severity}: {subject}: {self.rule}: expected {self.expected}; actual {self.actual}"
