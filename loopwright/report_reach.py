"""Who reached whom, out of the pings of a report: by target, and as a matrix where that can be read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loopwright.report import counted
from loopwright.verdict import State

_WIDE = 64
"""Characters of names side by side beyond which a matrix cannot be read on paper."""
MANY = 60
"""Targets beyond which those that everybody reached are folded."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of the pings of one device to one address; `source` is the device."""

    source: str
    received: int
    sent: int

    @property
    def state(self) -> State:
        """Pass where all came back, fail where none did; what was lost in part is neither."""
        return "pass" if self.received == self.sent else "unproven" if self.received else "fail"


@dataclass(frozen=True, slots=True)
class Target:
    """An address, who has it, and what came of the pings to it."""

    name: str
    address: str
    cells: tuple[Cell, ...]

    def of(self, source: str) -> Cell | None:
        """What came of the pings of one device, None where it sent none."""
        return next((cell for cell in self.cells if cell.source == source), None)

    @property
    def reached(self) -> bool:
        """Whether every ping came back."""
        return all(cell.state == "pass" for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Reach:
    """The targets to show, and those to fold; `sources` are a matrix's columns, none where a list reads better."""

    targets: tuple[Target, ...]
    folded: tuple[Target, ...]
    sources: tuple[str, ...]
    words: str


def reach(pings: Sequence[Mapping[str, Any]]) -> Reach:
    """Sort the pings of a report by target."""
    every = tuple(_targets(pings))
    shown = every if len(every) <= MANY else tuple(target for target in every if not target.reached)
    sources = tuple(sorted({cell.source for target in shown for cell in target.cells}))
    fits = sum(len(name) + 2 for name in sources) <= _WIDE
    folded = tuple(target for target in every if target.reached) if len(every) > MANY else ()
    words = f"{sum(t.reached for t in every)} of {counted(len(every), 'address', 'addresses')} answered every ping"
    return Reach(shown, folded, sources if fits else (), words if every else "")


def _targets(pings: Iterable[Mapping[str, Any]]) -> Iterable[Target]:
    found: dict[tuple[str, str], dict[str, Cell]] = {}
    for ping in pings:
        cells = found.setdefault((ping["to"], ping["address"]), {})
        cells[ping["from"]] = Cell(ping["from"], ping["received"], ping["sent"])
    return (Target(name or "nobody known", address, tuple(of.values())) for (name, address), of in found.items())
