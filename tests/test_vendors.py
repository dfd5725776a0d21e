"""Vendors are data: no Python of the tool names one, in an identifier, a string or a comment."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
SOURCES = sorted(p for folder in ("loopwright", "tasks", "playbooks") for p in (ROOT / folder).rglob("*.py"))


def _forbidden() -> list[str]:
    words = {
        line.strip()
        for line in (ROOT / "tests/vendors.txt").read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    }
    for folder in (ROOT / "templates").iterdir():
        platform = yaml.safe_load((folder / "platform.yaml").read_text(encoding="utf-8"))
        words |= {folder.name, platform["session"]["device_type"], platform["title"]}
    return sorted(word.lower() for word in words)


FORBIDDEN = _forbidden()


def test_the_words_of_the_platform_folders_are_forbidden() -> None:
    assert {"frr", "frr_vtysh", "frrouting"} <= set(FORBIDDEN)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_file_names_no_vendor(source: Path) -> None:
    lines = source.read_text(encoding="utf-8").lower().splitlines()
    named = [f"line {n}: {word}" for n, line in enumerate(lines, 1) for word in FORBIDDEN if word in line]
    assert named == []
