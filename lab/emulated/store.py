"""A configuration as a tree of lines under a table of rules: what it takes, refuses, replaces, drops and shows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

from lab.emulated.rules import Found, Grammar, Miss, Rule
from lab.emulated.system import Refusal

Position = tuple[str, ...]
NUMBER = re.compile(r"(\d+)")


class UnknownLine(Refusal):
    """A line that the system does not know; `column` is where it stops making sense."""

    def __init__(self, answer: str, line: str, column: int) -> None:
        super().__init__(answer, line)
        self.column = column


@dataclass(slots=True)
class Entry:
    """A line in place, and the lines under it by their keys."""

    line: str
    rule: Rule
    rank: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    children: dict[str, "Entry"] = field(default_factory=dict)

    def each(self, what: str) -> list["Entry"]:
        """Return the lines of one kind under this one, in the order in which they came."""
        return [child for child in self.children.values() if child.rule.what == what]

    def one(self, what: str) -> "Entry | None":
        """Return the first line of one kind under this one."""
        return next((child for child in self.children.values() if child.rule.what == what), None)

    def value(self, what: str, name: str, default: str = "") -> str:
        """Return a value of the first line of one kind."""
        found = self.one(what)
        return found.values.get(name, default) if found else default

    def copy(self) -> "Entry":
        """Return an independent copy."""
        children = {key: child.copy() for key, child in self.children.items()}
        return Entry(self.line, self.rule, self.rank, self.values, children)

    def shown(self) -> list["Entry"]:
        """Return the lines under this one in the order in which the system shows them."""
        return sorted(self.children.values(), key=lambda entry: (entry.rank, natural(entry)))


def natural(entry: Entry) -> tuple[tuple[str, int], ...]:
    """Return a sort key that puts Loopback2 before Loopback10, for rules that sort."""
    if not entry.rule.sorts:
        return ()
    words = NUMBER.split(entry.line.casefold())
    return tuple((word, 0) if index % 2 == 0 else ("", int(word)) for index, word in enumerate(words))


@dataclass(frozen=True, slots=True)
class Edit:
    """A line about to be taken, or just taken: where, what it comes to, and the line that was in its place."""

    position: Position
    found: Found
    present: Entry | None

    @property
    def values(self) -> Mapping[str, str]:
        """The values of the line, or of the one that a shortened line takes away."""
        if self.removing and not self.found.whole and self.present:
            return self.present.values
        return self.found.values

    @property
    def removing(self) -> bool:
        """Whether the line takes something away."""
        return self.found.removing


class ConfigStore:
    """A configuration of an indented syntax; a system gives it its grammar, its text and `Store.facts`."""

    grammar: ClassVar[Grammar]
    atomic: ClassVar[bool] = False

    def __init__(self, text: str = "") -> None:
        self.root = Entry("", Rule("", "!"))
        self.said: list[str] = []
        position: Position = ()
        for line in text.splitlines():
            position = self.enter(position, line)
        self.said.clear()

    def apply(self, lines: Sequence[str]) -> None:
        """Take lines into effect; atomic systems take all or none. Raises Refusal."""
        target = self.copy() if self.atomic else self
        position: Position = ()
        for line in lines:
            position = target.enter(position, line)
        if target is not self:
            target.check(self)
            self.root = target.root

    def check(self, before: Self) -> None:
        """Refuse what a commit over another configuration refuses; nothing, unless a system says so. Raises Refusal."""

    def copy(self) -> Self:
        """Return an independent copy."""
        twin = type(self)()
        twin.root = self.root.copy()
        return twin

    def text(self) -> str:
        """Return the configuration as shown, without header."""
        return "\n".join(self.lines()) + "\n"

    def hostname(self) -> str:
        """Return the configured host name, "" without one."""
        return self.root.value("hostname", "name")

    def messages(self) -> list[str]:
        """Return what the system said beside taking lines, once."""
        said, self.said = self.said, []
        return said

    def at(self, position: Position) -> Entry | None:
        """Return the line at a position, if it is (still) there."""
        entry = self.root
        for key in position:
            child = entry.children.get(key)
            if child is None:
                return None
            entry = child
        return entry

    def context(self, position: Position) -> str:
        """Return the name of the context at a position."""
        entry = self.at(position)
        return entry.rule.opens if entry and position else ""

    def enter(self, position: Position, line: str) -> Position:
        """Take one typed line at a position and return the position after it. Raises Refusal.

        A line that its context does not know is tried in the contexts around it, the top last.
        """
        line = line.strip()
        if not line or line.startswith("!"):
            return position[:-1] if line and self.grammar.bang_exits else position
        if line.casefold() in self.grammar.ends:
            return ()
        if line.casefold() in self.grammar.exits:
            return position[:-1]
        nearest: Miss | None = None
        for depth in range(len(position), -1, -1):
            here = self.at(position[:depth])
            if here is None:
                continue
            found = self.grammar.find(here.rule.opens if depth else "", line)
            if isinstance(found, Found):
                return self._take(position[:depth], here, found)
            if nearest is None or found.column > nearest.column:
                nearest = found
        raise self._unknown(line, nearest or Miss(0, incomplete=False))

    def _unknown(self, line: str, miss: Miss) -> Refusal:
        if miss.incomplete:
            return Refusal(self.grammar.incomplete, line)
        return UnknownLine(self.grammar.unknown, line, miss.column)

    def _take(self, position: Position, here: Entry, found: Found) -> Position:
        edit = Edit(position, found, here.children.get(found.key))
        if found.rule.check:
            found.rule.check(self, edit)
        if found.removing or not found.rule.shown:
            self._drop(here, edit)
        elif not edit.present or edit.present.line != found.line:
            kept = edit.present.children if edit.present else {}
            here.children[found.key] = Entry(found.line, found.rule, found.rank, found.values, kept)
        elif not found.rule.opens:
            return position
        if found.rule.after:
            found.rule.after(self, edit)
        return (*position, found.key) if found.rule.opens and not found.removing else position

    def _drop(self, here: Entry, edit: Edit) -> None:
        if edit.present and edit.found.rule.exact and edit.found.whole and edit.present.line != edit.found.line:
            return
        here.children.pop(edit.found.key, None)

    def lines(self) -> Iterator[str]:
        """Yield the configuration as shown, a mark after every context at the top."""
        previous: Rule | None = None
        for entry in self.root.shown():
            if previous is not None and (entry.rule.opens or entry.rule is not previous):
                yield "!"
            yield from self.block(entry, 0)
            previous = entry.rule
        yield "!"

    def block(self, entry: Entry, depth: int) -> Iterator[str]:
        """Yield a line and what stands under it."""
        yield self.grammar.indent * depth + entry.line
        for child in entry.shown():
            yield from self.block(child, depth + 1)
        if entry.rule.closes:
            yield self.grammar.indent * depth + entry.rule.closes
