"""A fact: what one line of a configuration states."""

from collections.abc import Mapping
from dataclasses import dataclass

from loopwright.configuration_words import FactRow
from loopwright.models import PathLine


@dataclass(frozen=True)
class Fact:
    """What one line states, with the words captured from it."""

    row: FactRow
    words: Mapping[str, str]
    line: PathLine
