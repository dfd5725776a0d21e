"""What can be wrong with an emulated device, as data; the transports and the state ask whether it is."""

import re
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

FaultKind = Literal[
    "delay",  # each matching command is answered `seconds` late
    "banner",  # the connection is accepted `seconds` late
    "drop",  # a connection is cut after `count` bytes of answers
    "stall",  # a matching command is never answered
    "authentication",  # nobody is let in
    "sessions",  # no more than `count` sessions
    "reject",  # a matching configuration line is refused with `text`
    "ignore",  # a matching configuration line is taken without a word, and not kept
    "full-flash",  # no file can be written
    "md5",  # a written file is not what was sent
    "no-archive",  # there is no archive, whatever the configuration says
    "locked",  # another one holds the lock of the configuration; `text` names them
    "reload",  # a matching command restarts the device instead of being answered
    "cut",  # the connection ends with a matching command: `when` says whether it was carried out before that
]
When = Literal["before", "after"]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `match` is a regular expression over a command or line, `times` how often it bites, 0 for always."""

    kind: FaultKind
    match: str = ""
    text: str = ""
    seconds: float = 0.0
    count: int = 0
    times: int = 0
    when: When = "after"

    def __post_init__(self) -> None:
        """Raise ValueError for a kind or a time that does not exist."""
        if self.when not in get_args(When):
            raise ValueError(f"no such time: {self.when}")
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}")


class Faults:
    """The faults of one device."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._set: list[tuple[Fault, int]] = [(fault, fault.times) for fault in faults]
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Set a fault."""
        with self._lock:
            self._set.append((fault, fault.times))

    def clear(self, kind: str = "") -> None:
        """Take away the faults of one kind, or all."""
        with self._lock:
            self._set = [pair for pair in self._set if kind and pair[0].kind != kind]

    def known(self, kind: FaultKind, text: str = "") -> Fault | None:
        """Return the fault of a kind that would apply to a command or line."""
        found = (fault for fault, _ in tuple(self._set) if fault.kind == kind and re.search(fault.match, text))
        return next(found, None)

    def bites(self, kind: FaultKind, text: str = "") -> Fault | None:
        """Return the fault of a kind that applies to a command or line, and count that it did."""
        if not self._set:
            return None
        with self._lock:
            for index, (fault, left) in enumerate(self._set):
                if fault.kind == kind and re.search(fault.match, text):
                    if left == 1:
                        del self._set[index]
                    elif left:
                        self._set[index] = (fault, left - 1)
                    return fault
        return None

    def listed(self) -> list[dict[str, Any]]:
        """Return the faults as plain data."""
        return [asdict(fault) for fault, _ in self._set]
