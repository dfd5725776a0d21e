"""Golden files: what was printed once, read and found right, is printed again."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, text: str) -> None:
    """Compare a text with its golden file; UPDATE_GOLDEN=1 writes the file anew, to be read before it is committed."""
    path = FOLDER / name
    tidy = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(tidy, encoding="utf-8")
    assert tidy == path.read_text(encoding="utf-8")
