"""The ladder of every address as rows of a report: its states rung by rung, and the first rung that breaks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loopwright.report_verdicts import ladders, of_absence
from loopwright.verdict import Rung, State, Verdict

_WORST: tuple[State, ...] = ("fail", "error", "unproven", "pass")


@dataclass(frozen=True, slots=True)
class Row:
    """An address with the state of each rung that was climbed; `broken` is the first that does not pass."""

    device: str
    number: int
    address: str
    states: tuple[tuple[Rung, State], ...]
    state: State
    broken: Verdict | None

    def at(self, rung: Rung) -> State | None:
        """The state of a rung, None where it was not climbed."""
        return next((state for climbed, state in self.states if climbed == rung), None)


def rows(verdicts: Sequence[Verdict]) -> tuple[Row, ...]:
    """A row for each address that is to be there, in the order in which the addresses come."""
    first: dict[tuple[str, int, str], Verdict] = {}
    for v in sorted(verdicts, key=lambda v: v.rung):
        if v.state != "pass" and not of_absence(v):
            first.setdefault((v.device, v.number, v.address), v)
    return tuple(
        Row(la.device, la.number, la.address, la.states, la.state, first.get((la.device, la.number, la.address)))
        for la in ladders(verdicts)
    )


def climbed(found: Iterable[Row]) -> tuple[Rung, ...]:
    """Every rung up to the highest that any address was asked for."""
    top = max((rung for row in found for rung, _ in row.states), default=Rung.REACHABLE)
    return tuple(rung for rung in Rung if rung <= top)


def worst(states: Iterable[State]) -> State:
    """The worst of some states; pass where there are none."""
    return min(states, key=_WORST.index, default="pass")


def absent(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts about addresses that are to be gone, those that are not first."""
    return tuple(sorted((v for v in verdicts if of_absence(v)), key=lambda v: _WORST.index(v.state)))
