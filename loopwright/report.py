"""What all reports share: the version of their documents, the signs of their tables, how errors and lines are shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from loopwright.errors import DeviceError, InventoryError, LoopwrightError
from loopwright.verdict import State

SCHEMA = 1
"""The version of every JSON document: a field that goes or changes its meaning raises it."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The signs of a report, in what the output's encoding has."""

    passed: str
    failed: str
    unproven: str
    error: str
    none: str

    @classmethod
    def of(cls, console: Console) -> "Marks":
        """The signs that a console can show."""
        return ASCII if console.options.ascii_only else UNICODE

    def state(self, state: State | None) -> str:
        """The sign of a verdict, or of there being none."""
        return {"pass": self.passed, "fail": self.failed, "unproven": self.unproven, "error": self.error}.get(
            state or "", self.none
        )


UNICODE = Marks("✓", "✗", "?", "!", "–")  # noqa: RUF001 - a dash is meant
ASCII = Marks("+", "X", "?", "!", "-")
STYLES: Mapping[str, str] = {"pass": "green", "fail": "bold red", "unproven": "yellow", "error": "bold magenta"}


def document(command: str, exit_code: int, **fields: Any) -> dict[str, Any]:
    """The document of a command."""
    return {"schema": SCHEMA, "command": command, "exit_code": exit_code, **fields}


def error_fields(error: LoopwrightError) -> dict[str, Any]:
    """An error as plain values."""
    fields: dict[str, Any] = {"kind": type(error).__name__, "message": error.message, "hint": error.hint}
    if isinstance(error, DeviceError):
        fields["device"] = error.device
    if isinstance(error, InventoryError):
        fields["faults"] = list(error.faults)
    return fields


def reason(device: str, error: LoopwrightError) -> str:
    """An error of a device in one line, without the device's name, which stands beside it, and with what to do."""
    why = error.message.removeprefix(f"{device}: ")
    return f"{why}; {error.hint}" if error.hint else why


def error_document(error: LoopwrightError) -> dict[str, Any]:
    """The document of a command that an error ended."""
    return {"schema": SCHEMA, "error": {**error_fields(error), "exit_code": error.exit_code}}


def unanswered_document(errors: Mapping[str, LoopwrightError]) -> list[dict[str, Any]]:
    """The devices that did not answer, with the reason."""
    return [{"device": name, **error_fields(error)} for name, error in errors.items()]


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def plain_table(*headings: str) -> Table:
    """A table without lines around it, whose cells are folded and never clipped."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def labelled(headline: Text, rows: Iterable[tuple[str, str | Text]]) -> RenderableType:
    """A headline, and below it values beside their labels; a long value goes on below itself."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(min_width=11, no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in rows:
        grid.add_row(f"    {label}", value if isinstance(value, Text) else Text(value))
    return Group(headline, grid)
