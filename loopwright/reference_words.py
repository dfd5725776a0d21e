"""How a platform's lines refer to a loopback, and how it chooses a router-id that nobody has configured."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loopwright.errors import PlatformError
from loopwright.models import PathLine
from loopwright.patterns import LinePattern
from loopwright.section import refuse_unknown

NAMED = "@loopback"
"""Stands in a line for the name of a loopback, or for one of its addresses."""
KINDS = ("aaa", "management", "bgp", "tunnel", "routing", "router-id", "filter", "other")
NEEDS = ("address", "interface")
TAKES = ("first", "highest", "lowest")
OF = ("loopbacks", "interfaces")
KEYS = ("lines", "texts")
ROW_KEYS = ("line", "for", "kind", "needs", "of")


@dataclass(frozen=True)
class ReferenceRow:
    """A line that refers to a loopback: what for, of which kind, and whether it needs its address or only itself.

    `of` is the loopback that a line counts on without naming it.
    """

    pattern: LinePattern
    purpose: str
    kind: str
    needs: str = "address"
    of: str = ""


@dataclass(frozen=True)
class ReferenceWords:
    """The lines that are known to refer to a loopback, and those in which a name or an address is only text."""

    lines: tuple[ReferenceRow, ...] = ()
    texts: tuple[LinePattern, ...] = ()

    def row_of(self, line: PathLine) -> ReferenceRow | None:
        """The row of a line in which NAMED stands for the loopback, None where no row fits."""
        return next((row for row in self.lines if not row.of and match_end(row.pattern, line) is not None), None)

    def is_text(self, line: PathLine) -> bool:
        """Whether what a line names has no effect: a description, a remark, a number that looks like an address."""
        return any(match_end(pattern, line) is not None for pattern in self.texts)


def match_end(pattern: LinePattern, line: PathLine) -> dict[str, str] | None:
    """The captured words of a pattern that fits the line and the innermost contexts, however deep they stand."""
    return pattern.match(line[-len(pattern.segments) :])


@dataclass(frozen=True)
class RouterIdChoice:
    """One way of a system to choose a router-id: which address it takes, of which interfaces.

    Without `link_local` it never takes one of 169.254.0.0/16.
    """

    take: str
    of: str
    named: str = ""
    link_local: bool = True


@dataclass(frozen=True)
class RouterIdWords:
    """In which order a system looks for a router-id that is not configured: for all protocols, or for one."""

    choices: Mapping[str, tuple[RouterIdChoice, ...]] = field(default_factory=dict)

    def of(self, protocol: str) -> tuple[RouterIdChoice, ...]:
        """The choices of a protocol, in order; none where the folder does not know."""
        return self.choices.get(protocol, self.choices.get("default", ()))


def reference_words(words: Mapping[str, Any], contexts: Mapping[str, str], where: str) -> ReferenceWords:
    """Read the `references` section of a platform folder; raises PlatformError, or KeyError for a missing key."""
    refuse_unknown(words, KEYS, where)
    return ReferenceWords(
        lines=tuple(_row(row, contexts, where) for row in words.get("lines", ())),
        texts=tuple(LinePattern.compile(text, contexts) for text in words.get("texts", ())),
    )


def _row(row: Mapping[str, Any], contexts: Mapping[str, str], where: str) -> ReferenceRow:
    refuse_unknown(row, ROW_KEYS, where)
    line = row["line"]
    if ("{loopback}" in line) == ("of" in row):
        raise PlatformError(f"{where}: the row {line!r} does not say where the {{loopback}} stands, or has it and `of`")
    pattern = LinePattern.compile(line.replace("{loopback}", NAMED), contexts)
    found = ReferenceRow(pattern, row["for"], row["kind"], row.get("needs", "address"), row.get("of", ""))
    _known(found.kind, KINDS, f"{where}: the row {line!r} has the kind")
    _known(found.needs, NEEDS, f"{where}: the row {line!r} needs")
    return found


def router_id_words(words: Mapping[str, Any], where: str) -> RouterIdWords:
    """Read the `router_id` section of a platform folder; raises PlatformError for a choice that nobody knows."""
    return RouterIdWords(
        {protocol: tuple(_choice(row, where) for row in rows or ()) for protocol, rows in words.items()}
    )


def _choice(row: Mapping[str, Any], where: str) -> RouterIdChoice:
    try:
        choice = RouterIdChoice(**row)
    except TypeError as error:
        raise PlatformError(f"{where}: {error}") from error
    if not isinstance(choice.link_local, bool):
        raise PlatformError(f"{where}: link_local {choice.link_local!r} is neither true nor false")
    _known(choice.take, TAKES, f"{where}: take")
    _known(choice.of, OF, f"{where}: of")
    return choice


def _known(word: str, words: Iterable[str], what: str) -> None:
    if word not in words:
        raise PlatformError(f"{what} {word!r}, there is {', '.join(words)}")
