"""What the ladder says of one address on one rung, and why."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

State = Literal["pass", "fail", "unproven", "error"]
Kind = Literal[
    "configuration", "interface", "origination", "duplicate", "adjacency", "filter", "summary", "path", "icmp",
    "vantage", "silent",
]  # fmt: skip


class Rung(IntEnum):
    """The rungs of the ladder; a lower one never counts for a higher one."""

    CONFIGURED = 1
    UP = 2
    SELF = 3
    ROUTED = 4
    ORIGINATED = 5
    ADVERTISED = 6
    REACHABLE = 7
    STATION = 8

    @property
    def words(self) -> str:
        """The rung in words."""
        return _WORDS[self]


_WORDS = {
    Rung.CONFIGURED: "configured",
    Rung.UP: "up",
    Rung.SELF: "answers itself",
    Rung.ROUTED: "in its own routing table",
    Rung.ORIGINATED: "originated",
    Rung.ADVERTISED: "advertised",
    Rung.REACHABLE: "reachable",
    Rung.STATION: "reachable from here",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a rung breaks: on which device, what is wrong, the lines that would mend it, and what shows it.

    `device` is "" where the cause lies between devices. `kind` decides whether putting a change back can help.
    """

    kind: Kind
    device: str
    text: str
    command: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rung of one address; `coverage` says how much was asked for it."""

    device: str
    number: int
    address: str
    rung: Rung
    state: State
    expected: str
    actual: str
    cause: Cause | None = None
    coverage: str = ""

    def own_fault(self) -> bool:
        """Whether the failure is its own device's, so that putting back a change of that device undoes it."""
        if self.state != "fail" or self.cause is None:
            return False
        return self.cause.kind == "duplicate" or (
            self.cause.device == self.device
            and self.cause.kind not in ("adjacency", "icmp", "path", "vantage", "silent")
        )
