"""Patterns of path lines: `<interface> / ip ospf[ {process:number}] area {area}`.

Segments are divided by ` / `, one per context and one for the line. `{name}` takes one word, `{name:number}` digits,
`{name*}` the rest of the line; `[...]` may be missing; `<context>` stands for a named pattern of the platform.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from loopwright.errors import PlatformError
from loopwright.models import PathLine

_PIECE = re.compile(r"\{(?P<name>\w+)(?P<kind>\*|:number)?\}|(?P<open>\[)|(?P<close>\])|(?P<text>[^{}\[\]]+)")
_CONTEXT = re.compile(r"<([\w-]+)>")
_KINDS = {None: r"\S+", ":number": r"\d+", "*": r".+"}
Meaning = TypeVar("Meaning")


def expand(pattern: str, contexts: Mapping[str, str]) -> str:
    """Replace `<context>` by its pattern, contexts within contexts too; raises PlatformError for an unknown one."""
    for _ in range(8):
        found = _CONTEXT.search(pattern)
        if found is None:
            return pattern
        if found[1] not in contexts:
            raise PlatformError(f"the pattern {pattern!r} names the context <{found[1]}>, which is not defined")
        pattern = pattern.replace(found[0], contexts[found[1]])
    raise PlatformError(f"the contexts of the pattern {pattern!r} refer to each other in a circle")


def _regex(segment: str) -> re.Pattern[str]:
    parts: list[str] = []
    position = 0
    for piece in _PIECE.finditer(segment):
        if piece.start() != position:
            break
        position = piece.end()
        if piece["name"]:
            parts.append(f"(?P<{piece['name']}>{_KINDS[piece['kind']]})")
        else:
            parts.append("(?:" if piece["open"] else ")?" if piece["close"] else re.escape(piece["text"]))
    if position != len(segment):
        raise PlatformError(f"the pattern {segment!r} cannot be read at character {position + 1}")
    try:
        return re.compile("".join(parts))
    except re.error as error:
        raise PlatformError(f"the pattern {segment!r} cannot be read: {error}") from error


@dataclass(frozen=True)
class LinePattern:
    """A compiled pattern of a path line."""

    source: str
    segments: tuple[re.Pattern[str], ...]
    first_word: str

    @classmethod
    def compile(cls, source: str, contexts: Mapping[str, str]) -> "LinePattern":
        """Compile a pattern; raises PlatformError where it cannot be read."""
        segments = expand(source, contexts).split(" / ")
        return cls(source, tuple(_regex(segment) for segment in segments), re.split(r"[ \[{]", segments[-1])[0])

    def match(self, line: PathLine) -> dict[str, str] | None:
        """Return the captured words of a line, None where it does not match."""
        if len(line) != len(self.segments):
            return None
        words: dict[str, str] = {}
        for regex, segment in zip(self.segments, line, strict=True):
            found = regex.fullmatch(segment)
            if found is None:
                return None
            words.update({name: value for name, value in found.groupdict().items() if value is not None})
        return words


@dataclass(frozen=True)
class PatternIndex(Generic[Meaning]):
    """Patterns with what they stand for, looked up by depth and first word, so that long configurations stay cheap."""

    rows: Sequence[tuple[LinePattern, Meaning]]
    _index: dict[tuple[int, str], list[tuple[LinePattern, Meaning]]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for pattern, meaning in self.rows:
            self._index.setdefault((len(pattern.segments), pattern.first_word), []).append((pattern, meaning))

    def find(self, line: PathLine) -> tuple[Meaning, dict[str, str]] | None:
        """Return the first meaning whose pattern matches the line, with the captured words."""
        key = (len(line), line[-1].partition(" ")[0])
        for pattern, meaning in self._index.get(key, ()):
            words = pattern.match(line)
            if words is not None:
                return meaning, words
        return None
