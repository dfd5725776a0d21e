"""Vendors are data: no Python of the tool names one, in an identifier, a string or a comment."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WAYS = (("session", "device_type"), ("driver", "name"))
SHORT = 5
SOURCES = sorted(p for folder in ("loopwright", "tasks", "playbooks") for p in (ROOT / folder).rglob("*.py"))


def _forbidden() -> list[str]:
    words = {
        line.strip()
        for line in (ROOT / "tests/vendors.txt").read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    }
    for file in (ROOT / "templates").glob("*/platform.yaml"):
        platform = yaml.safe_load(file.read_text(encoding="utf-8"))
        words |= {file.parent.name, platform["title"]}
        words |= {platform[way][name] for way, name in WAYS if way in platform}
    return sorted(word.lower() for word in words)


def _pattern(word: str) -> re.Pattern[str]:
    """A short name is a part of many a word: it counts between letters that are not of one."""
    return re.compile(rf"(?<![a-z]){re.escape(word)}(?![a-z])" if len(word) < SHORT else re.escape(word))


FORBIDDEN = _forbidden()
PATTERNS = {word: _pattern(word) for word in FORBIDDEN}


def test_the_words_of_the_platform_folders_are_forbidden() -> None:
    assert {"frr", "frr_vtysh", "frrouting"} <= set(FORBIDDEN)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_file_names_no_vendor(source: Path) -> None:
    lines = source.read_text(encoding="utf-8").lower().splitlines()
    named = [
        f"line {n}: {word}"
        for n, line in enumerate(lines, 1)
        for word, pattern in PATTERNS.items()
        if pattern.search(line)
    ]
    assert named == []
