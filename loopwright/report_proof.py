"""A whole proof as a document and as pages for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from loopwright.errors import LoopwrightError
from loopwright.report import STYLES, Marks, labelled
from loopwright.report_verdicts import (
    MANY,
    broken,
    counts,
    gone_lines,
    ladders,
    matrix,
    verdict_document,
    verdicts_summary,
)
from loopwright.verdict import Verdict


def proof_document(
    verdicts: Sequence[Verdict], broken_vantages: Sequence[str], readings: int, seconds: float
) -> dict[str, Any]:
    """The fields of a proof."""
    return {
        "counts": counts(verdicts),
        "verdicts": [verdict_document(verdict) for verdict in verdicts],
        "broken_vantage_points": list(broken_vantages),
        "readings": readings,
        "seconds": round(seconds, 3),
    }


def proof_pages(
    verdicts: Sequence[Verdict],
    broken_vantages: Sequence[str],
    readings: int,
    seconds: float,
    marks: Marks,
    *,
    full: bool = False,
) -> Iterator[RenderableType]:
    """The matrix, what is broken, the vantage points that are, the summary."""
    left_out = 0 if full else _left_out(verdicts)
    if len(ladders(verdicts)) > left_out:
        yield matrix(verdicts, marks, full=full)
        yield Text("")
    if gone := tuple(gone_lines(verdicts, marks)):
        yield from (*gone, Text(""))
    for block in broken(verdicts):
        yield block
        yield Text("")
    for name in broken_vantages:
        words = "reaches none of the addresses that it was to ping; its answers were not counted"
        yield Text.assemble(("broken vantage point ", STYLES["unproven"]), (name, "bold"), f": {words}")
    if left_out:
        yield Text(f"{left_out} addresses that pass every rung are not listed; --full lists them", "dim")
    yield verdicts_summary(verdicts, readings, seconds)


def _left_out(verdicts: Sequence[Verdict]) -> int:
    """How many addresses the matrix leaves out because they are many and nothing is wrong with them."""
    rows = ladders(verdicts)
    return sum(1 for ladder in rows if ladder.state == "pass") if len(rows) > MANY else 0


def unanswered_lines(errors: Mapping[str, LoopwrightError]) -> Iterator[RenderableType]:
    """The devices that did not answer, with the reason and what to do."""
    for name, error in errors.items():
        headline = Text.assemble(("NO ANSWER ", STYLES["error"]), (name, "bold"))
        rows = [("why", error.message.removeprefix(f"{name}: ")), *([("do", error.hint)] if error.hint else [])]
        yield labelled(headline, rows)
