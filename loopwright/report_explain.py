"""The ladder of one loopback in sentences."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from loopwright.masking import shown
from loopwright.report import STYLES, Marks
from loopwright.verdict import Rung, Verdict


def explanation(verdicts: Sequence[Verdict], marks: Marks) -> Iterator[RenderableType]:
    """Address by address: each rung with its evidence, then what broke and why."""
    for address in dict.fromkeys(v.address for v in verdicts):
        climbed = [v for v in verdicts if v.address == address]
        yield Text(f"{climbed[0].device} loopback {climbed[0].number}, {address}", "bold")
        yield _rungs(climbed, marks)
        yield from _above(climbed, marks)
        yield from _conclusion(climbed[-1])
        yield Text("")


def _rungs(climbed: Sequence[Verdict], marks: Marks) -> Table:
    """A line for each rung that was climbed, with its evidence."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for verdict in climbed:
        passed = verdict.state == "pass"
        told = verdict.actual if passed else f"expected {verdict.expected}; actual {verdict.actual}"
        coverage = f" ({verdict.coverage})" if verdict.coverage else ""
        sign = Text(f"  {marks.state(verdict.state)} {int(verdict.rung)}", STYLES[verdict.state])
        grid.add_row(sign, Text(f"{verdict.rung.words}: {told}{coverage}"))
    return grid


def _above(climbed: Sequence[Verdict], marks: Marks) -> Iterator[Text]:
    """The rungs that nobody reached."""
    last = climbed[-1]
    if last.state != "pass":
        above = [rung.words for rung in Rung if last.rung < rung < Rung.STATION]
        if above:
            yield Text(f"  {marks.none} not climbed: {', '.join(above)}", "dim")


def _conclusion(last: Verdict) -> Iterator[RenderableType]:
    """What broke and why, in sentences."""
    cause = last.cause
    if last.state == "pass":
        yield Text("  Every rung holds.", "green")
        return
    broke = {"fail": "It breaks", "error": "It could not be asked", "unproven": "It is unproven"}[last.state]
    yield Text(f"  {broke} at rung {int(last.rung)}, {last.rung.words}.", STYLES[last.state])
    if cause is None:
        return
    where = f"on {cause.device}" if cause.device else "between devices"
    yield Padding(Text.assemble(("The cause", "bold"), f" is {where}: {cause.text}."), (0, 0, 0, 2))
    if cause.command:
        on = f"{cause.device}# " if cause.device else ""
        yield Text(f"  This shows it:\n      {on}{cause.command}")
    if cause.lines:
        lines = "\n".join(f"      {shown(line)}" for line in cause.lines)
        yield Text.assemble(f"  These lines mend it, on {cause.device}:\n", (lines, "green"))
