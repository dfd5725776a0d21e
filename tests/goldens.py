"""Golden files: what was printed once, read and found right, is printed again."""

import io
import os
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console, RenderableType

FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, text: str) -> None:
    """Compare a text with its golden file; UPDATE_GOLDEN=1 writes the file anew, to be read before it is committed."""
    path = FOLDER / name
    tidy = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(tidy, encoding="utf-8")
    assert tidy == path.read_text(encoding="utf-8")


def page(parts: Iterable[RenderableType], width: int = 100) -> str:
    """Print parts of a report as a terminal of some width shows them, without its colours."""
    console = Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False)
    for part in parts:
        console.print(part)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()
