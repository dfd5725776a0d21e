"""What a person asked for when planning: what is allowed beyond the rules, and how the change is to be made."""

import getpass
import socket
from dataclasses import dataclass
from typing import Any

from loopwright.change import Allowed
from loopwright.division import DEFAULT_DIVISION, NO_FAILURES, Division, Threshold
from loopwright.errors import UsageError


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of planning as they were given; None where one was not."""

    with_foreign_lines: bool = False
    with_foreign_addresses: bool = False
    allow_removals: int | None = None
    allow_referenced: bool = False
    accept_lockout: bool = False
    waves: str | None = None
    max_failures: str | None = None
    timer: int | None = None
    ticket: str = ""

    @classmethod
    def of(cls, options: dict[str, Any]) -> "Asked":
        """Take the options of planning out of a command's options; raises UsageError for one that cannot be read."""
        asked = cls(**{name: options.pop(name) for name in cls.__dataclass_fields__ if name in options})
        asked.division(DEFAULT_DIVISION)
        asked.threshold(NO_FAILURES)
        return asked

    @property
    def allowed(self) -> Allowed:
        """What may be planned beyond the rules."""
        return Allowed(self.with_foreign_lines, self.with_foreign_addresses, self.allow_referenced, self.accept_lockout)

    def division(self, said: Division) -> Division:
        """How the run is divided, `said` being what the inventory says; raises UsageError."""
        try:
            return said if self.waves is None else Division.parse(self.waves)
        except ValueError as error:
            raise UsageError(f"--waves: {error}") from error

    def threshold(self, said: Threshold) -> Threshold:
        """How many failures the run goes on with; raises UsageError."""
        try:
            return said if self.max_failures is None else Threshold.parse(self.max_failures)
        except ValueError as error:
            raise UsageError(f"--max-failures: {error}") from error


def author() -> str:
    """Who runs this, as the station knows them."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        name = "unknown"
    return f"{name}@{socket.gethostname()}"
