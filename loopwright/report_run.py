"""What became of each device of a provisioning run, as a document and as a table."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import RenderableType
from rich.text import Text

from loopwright.harm import Harm
from loopwright.masking import shown
from loopwright.report import plain_table
from loopwright.report_before_after import SO

Ended = Literal[
    "kept",
    "put back",
    "not put back",
    "unknown",
    "undecided",
    "armed",
    "not saved",
    "refused",
    "failed",
    "no answer",
    "not begun",
]
WORDS: dict[Ended, tuple[str, str]] = {
    "kept": ("kept and saved", "green"),
    "put back": ("put back", "bold red"),
    "not put back": ("NOT PUT BACK", "bold white on red"),
    "unknown": ("NOT KNOWN, it could not be asked", "bold white on red"),
    "undecided": ("left in place, not saved", "yellow"),
    "armed": ("left to its own timer", "yellow"),
    "not saved": ("kept, NOT SAVED", "bold red"),
    "refused": ("not touched", "yellow"),
    "failed": ("failed", "bold red"),
    "not begun": ("not begun", "yellow"),
    "no answer": ("no answer, not touched", "bold magenta"),
}


@dataclass(frozen=True, slots=True)
class DeviceEnd:
    """How a run ended for one device, why, and the lines that a person has to play where that is needed."""

    device: str
    ended: Ended
    why: str = ""
    lines: tuple[str, ...] = ()


def ends_document(ends: Sequence[DeviceEnd]) -> list[dict[str, Any]]:
    """The ends as plain values."""
    return [{"device": e.device, "ended": e.ended, "why": e.why, "lines": [shown(li) for li in e.lines]} for e in ends]


def ends_pages(ends: Sequence[DeviceEnd]) -> Iterator[RenderableType]:
    """A row for each device; then the lines of those that need hands."""
    table = plain_table("device", "what became of it", "why")
    for end in ends:
        words, style = WORDS[end.ended]
        table.add_row(Text(end.device), Text(words, style), Text(end.why))
    if ends:
        yield table
    for end in ends:
        if end.lines:
            heading = f"\n{end.device} needs hands; these lines undo what was written to it:"
            yield Text("\n".join((heading, *(f"    {shown(line)}" for line in end.lines))), "bold")
    yield Text("\n" + ends_summary(ends))


def harm_lines(harms: Sequence[Harm]) -> Iterator[RenderableType]:
    """What was lost meanwhile, and what that stops."""
    if not harms:
        return
    table = plain_table("lost meanwhile", "device", "expected", "actual", "so")
    for harm in harms:
        table.add_row(Text(harm.what), Text(harm.device), Text(harm.expected), Text(harm.actual), SO[harm.blocks][0])
    yield from (table, Text(""))


def ends_summary(ends: Sequence[DeviceEnd]) -> str:
    """How many devices ended in which way."""
    numbers = Counter(end.ended for end in ends)
    return "; ".join(f"{numbers[ended]} {WORDS[ended][0]}" for ended in WORDS if numbers[ended])
