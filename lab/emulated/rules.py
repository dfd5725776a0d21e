"""Which lines a configuration takes, context by context: tables of templates that any indented syntax is written in.

A template is words, values and optional parts: `router ospf <process:num> [vrf <vrf:word>]`. A value names a kind,
which says what it may look like and how the system spells it; `<family:ipv4|ipv6>` is a choice of words. Filling a
template with the values of another gives the canonical form and the key of what a line replaces.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.emulated.store import Edit

Hook = Callable[[Any, "Edit"], None]
TOKEN = re.compile(r"\[|\]|<[^>]+>|[^\s<>\[\]]+")
SPACES = re.compile(r"\s*")
WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value may look like, and its spelling in the system; `canonical` raises ValueError for what it is not."""

    pattern: re.Pattern[str]
    canonical: Callable[[str], str] = str


def _prefix4(text: str) -> str:
    address, _, length = text.partition("/")
    IPv4Network(f"0.0.0.0/{int(length)}")
    return f"{IPv4Address(address)}/{int(length)}"


def _prefix6(text: str) -> str:
    address, _, length = text.partition("/")
    IPv6Network(f"::/{int(length)}")
    return f"{IPv6Address(address)}/{int(length)}"


def _mask(text: str) -> str:
    return str(IPv4Network(f"0.0.0.0/{IPv4Address(text)}").netmask)


KINDS: Mapping[str, Kind] = {
    "word": Kind(WORD),
    "text": Kind(re.compile(r"\S.*")),
    "num": Kind(re.compile(r"\d+"), lambda text: str(int(text))),
    "ipv4": Kind(re.compile(r"[\d.]+"), lambda text: str(IPv4Address(text))),
    "mask": Kind(re.compile(r"[\d.]+"), _mask),
    "prefix4": Kind(re.compile(r"[\d.]+/\d+"), _prefix4),
    "ipv6": Kind(re.compile(r"[0-9A-Fa-f:.]+"), lambda text: str(IPv6Address(text))),
    "prefix6": Kind(re.compile(r"[0-9A-Fa-f:.]+/\d+"), _prefix6),
    "area": Kind(re.compile(r"\d+(?:\.\d+){3}|\d+"), lambda text: str(IPv4Address(text)) if "." in text else text),
}


@dataclass(frozen=True, slots=True)
class Value:
    """A place in a template that takes a value."""

    name: str
    kind: Kind | None


@dataclass(frozen=True, slots=True)
class Option:
    """A part of a template that may be left out."""

    parts: tuple["Part", ...]


Part = str | Value | Option


@dataclass(frozen=True, slots=True)
class Miss:
    """Where a line stops being the template; `incomplete` when the line ended there."""

    column: int
    incomplete: bool


class Template:
    """A line with places for values."""

    def __init__(self, text: str, kinds: Mapping[str, Kind] = KINDS) -> None:
        self.text = text
        self.parts = _parts(TOKEN.findall(text), kinds)
        self.first = text.split(maxsplit=1)[0].casefold()

    def match(self, line: str) -> dict[str, str] | Miss:
        """Take a line apart into values, or tell where it is not this template."""
        values: dict[str, str] = {}
        at, miss = _walk(self.parts, line, 0, values)
        if miss:
            return miss
        at = _skip(line, at)
        return values if at == len(line) else Miss(at, incomplete=False)

    def fill(self, values: Mapping[str, str]) -> str:
        """Write the template with values; a part without its values is left out."""
        return " ".join(_filled(self.parts, values))


def _parts(tokens: list[str], kinds: Mapping[str, Kind]) -> tuple[Part, ...]:
    """Parse tokens up to their end or the bracket that closes them, taking them off the list."""
    parts: list[Part] = []
    while tokens:
        piece = tokens.pop(0)
        if piece == "]":
            break
        if piece == "[":
            parts.append(Option(_parts(tokens, kinds)))
        elif piece.startswith("<"):
            name, _, kind = piece[1:-1].partition(":")
            parts.append(Value(name, _kind(kind, kinds)))
        else:
            parts.append(piece)
    return tuple(parts)


def _kind(name: str, kinds: Mapping[str, Kind]) -> Kind | None:
    if not name:
        return None
    if name in kinds:
        return kinds[name]
    words = "|".join(re.escape(word) for word in name.split("|"))
    return Kind(re.compile(rf"(?:{words})(?!\S)", re.IGNORECASE), str.lower)


def _skip(line: str, at: int) -> int:
    found = SPACES.match(line, at)
    return found.end() if found else at


def _walk(parts: Sequence[Part], line: str, at: int, values: dict[str, str]) -> tuple[int, Miss | None]:
    """Follow parts along a line from a column; return the column reached and where it failed, if it did."""
    furthest: Miss | None = None
    for part in parts:
        if isinstance(part, Option):
            inner = dict(values)
            reached, miss = _walk(part.parts, line, at, inner)
            if not miss:
                at = reached
                values.update(inner)
                if not part.parts or all(isinstance(word, str) for word in part.parts):
                    values[" ".join(str(word) for word in part.parts)] = "yes"
            continue
        at = _skip(line, at)
        end = _part_end(part, line, at, values)
        if end < 0:
            furthest = Miss(at, incomplete=at >= len(line))
            break
        at = end
    return at, furthest


def _part_end(part: str | Value, line: str, at: int, values: dict[str, str]) -> int:
    """Return the column after a word or a value that stands at a column, -1 when it does not."""
    pattern = WORD if isinstance(part, str) or part.kind is None else part.kind.pattern
    found = pattern.match(line, at)
    if not found or (found.end() < len(line) and not line[found.end()].isspace()):
        return -1
    if isinstance(part, str):
        return found.end() if found.group().casefold() == part.casefold() else -1
    try:
        values[part.name] = part.kind.canonical(found.group()) if part.kind else found.group()
    except ValueError:
        return -1
    return found.end()


def _filled(parts: Sequence[Part], values: Mapping[str, str]) -> list[str]:
    words: list[str] = []
    for part in parts:
        if isinstance(part, str):
            words.append(part)
        elif isinstance(part, Value):
            words += [values[part.name]] if values.get(part.name) else []
        elif _given(part, values):
            words += _filled(part.parts, values)
    return words


def _given(option: Option, values: Mapping[str, str]) -> bool:
    """Whether an optional part was typed: its values are there, or, without any, its words were."""
    names = [part.name for part in option.parts if isinstance(part, Value)]
    if names:
        return all(values.get(name) for name in names)
    return " ".join(str(part) for part in option.parts) in values


@dataclass(frozen=True, slots=True)
class Rule:
    """A line that a context takes ("" is the top).

    `form` is the line as shown, where it is not the template; lines of one `slot` replace each other, without one a
    line stands for itself. `no` lists shorter or other ways to take it away, besides the template and the slot. A line
    with `shown` False takes away what is in its slot. `opens` names the context that it opens, `closes` the line
    that ends it when shown. `what` is what hooks and facts look it up by. `sorts` puts lines of the rule in natural
    order of their names. `exact` keeps what `no` names with another value. `check` may refuse, before; `after` does
    what else comes of it. Several `contexts` are written with a bar.
    """

    context: str
    line: str
    what: str = ""
    form: str = ""
    slot: str = ""
    opens: str = ""
    closes: str = ""
    no: tuple[str, ...] = ()
    shown: bool = True
    sorts: bool = False
    exact: bool = False
    check: Hook | None = None
    after: Hook | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A line recognised: its rule, its place in the table, its values, its canonical form and its key."""

    rule: Rule
    rank: int
    values: Mapping[str, str]
    line: str
    key: str
    removing: bool = False
    whole: bool = True


class Row:
    """A rule made ready."""

    def __init__(self, rule: Rule, rank: int, kinds: Mapping[str, Kind]) -> None:
        self.rule = rule
        self.rank = rank
        self.template = Template(rule.line, kinds)
        self.form = Template(rule.form or rule.line, kinds)
        self.slot = Template(rule.slot, kinds) if rule.slot else None
        shorter = [*rule.no, *([rule.slot] if rule.slot else [])]
        self.negations = [Template(text, kinds) for text in shorter]

    def found(self, values: Mapping[str, str], *, removing: bool = False, whole: bool = True) -> Found:
        """Return what a line with these values comes to."""
        line = self.form.fill(values)
        key = self.slot.fill(values) if self.slot else line
        return Found(self.rule, self.rank, values, line, key, removing, whole)


@dataclass
class Grammar:
    """The table of a system and its words: what it says to lines that it does not know, how it leaves contexts."""

    rules: Sequence[Rule]
    kinds: Mapping[str, Kind] = field(default_factory=lambda: KINDS)
    unknown: str = "% Invalid input detected at '^' marker."
    incomplete: str = "% Incomplete command."
    exits: frozenset[str] = frozenset({"exit", "exit-address-family"})
    ends: frozenset[str] = frozenset({"end"})
    negation: str = "no"
    indent: str = " "
    bang_exits: bool = False

    def __post_init__(self) -> None:
        """Index the rules by context and first word."""
        self.index: dict[tuple[str, str], list[Row]] = {}
        self.shorter: dict[tuple[str, str], list[tuple[Template, Row]]] = {}
        for rank, rule in enumerate(self.rules):
            row = Row(rule, rank, self.kinds)
            for context in rule.context.split("|"):
                self.index.setdefault((context, row.template.first), []).append(row)
                for template in row.negations:
                    self.shorter.setdefault((context, template.first), []).append((template, row))

    def find(self, context: str, line: str) -> Found | Miss:
        """Recognise a line in a context, as it stands or after the word that takes lines away."""
        first, _, rest = line.partition(" ")
        found = self._stated(context, line)
        if isinstance(found, Found) or first.casefold() != self.negation:
            return found
        offset = len(line) - len(rest.lstrip())
        negated = self._negated(context, rest.lstrip())
        if isinstance(negated, Found):
            return negated
        return max(found, Miss(negated.column + offset, negated.incomplete), key=lambda miss: miss.column)

    def _stated(self, context: str, line: str) -> Found | Miss:
        furthest = Miss(0, incomplete=False)
        for row in self.index.get((context, line.split(maxsplit=1)[0].casefold()), ()):
            values = row.template.match(line)
            if not isinstance(values, Miss):
                return row.found(values)
            furthest = max(furthest, values, key=lambda miss: miss.column)
        return furthest

    def _negated(self, context: str, rest: str) -> Found | Miss:
        if not rest:
            return Miss(0, incomplete=True)
        first = rest.split(maxsplit=1)[0].casefold()
        furthest = Miss(0, incomplete=False)
        ways = [(row.template, row, True) for row in self.index.get((context, first), ())]
        ways += [(template, row, False) for template, row in self.shorter.get((context, first), ())]
        for template, row, whole in ways:
            values = template.match(rest)
            if not isinstance(values, Miss):
                return row.found(values, removing=True, whole=whole)
            furthest = max(furthest, values, key=lambda miss: miss.column)
        return furthest
