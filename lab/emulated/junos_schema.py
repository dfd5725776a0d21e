"""Statements of a configuration language: how a table of them is read, and how one takes words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lab.emulated.junos_values import value
from lab.emulated.system import Refusal

Kind = Literal["container", "presence", "list", "leaf", "leaf-list", "free"]


@dataclass(slots=True)
class Statement:
    """One statement of the language: its word ("" for a list named by its key alone) and what may stand below."""

    word: str
    kind: Kind
    type: str = ""
    sorted: bool = False
    order: int = 0
    below: dict[str, "Statement"] = field(default_factory=dict)

    @property
    def opens(self) -> bool:
        """Whether words after it are about what stands below it."""
        return bool(self.below)

    def child(self, word: str) -> "Statement":
        """The statement that a word opens; raises Refusal where there is none."""
        found = self.below.get(word) or self.below.get("")
        if found is None:
            raise Refusal("syntax error", word)
        return found

    def take(self, words: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """The words of this statement at the start of a line: one tuple, or one per value of a bracketed list."""
        rest = tuple(words) if self.word == "" else tuple(words[1:])
        head = () if self.word == "" else (words[0],)
        if self.kind == "free":
            yield tuple(words)
        elif not self.type:
            yield head
        elif not rest:
            raise Refusal("missing argument.", words[-1])
        elif rest[0] == "[" and "]" in rest:
            yield from ((*head, *value(self.type, (item,))) for item in rest[1 : rest.index("]")])
        else:
            yield (*head, *value(self.type, rest))


def _statement(row: str, order: int) -> Statement:
    words = row.split()
    in_order = "~" in words
    words = [word for word in words if word != "~"]
    if words[-1] == "...":
        return Statement(words[0], "free", order=order)
    if words[-1].startswith("<"):
        return Statement(words[0] if len(words) == 2 else "", "list", words[-1].strip("<>"), in_order, order)
    if len(words) == 3:
        return Statement(words[0], "leaf" if words[1] == "=" else "leaf-list", words[2], order=order)
    return Statement(words[0].rstrip("!"), "presence" if words[0].endswith("!") else "container", order=order)


def language(table: str, grafts: Mapping[str, str]) -> Statement:
    """Read the table; `grafts` are (path, path of what it has below too) pairs."""
    top = Statement("", "container")
    stack = [(-1, top)]
    for order, row in enumerate(line for line in table.splitlines() if line.strip()):
        depth = len(row) - len(row.lstrip())
        while stack[-1][0] >= depth:
            stack.pop()
        statement = _statement(row, order)
        stack[-1][1].below[statement.word] = statement
        stack.append((depth, statement))
    for target, source in grafts.items():
        _at(top, target).below.update(_at(top, source).below)
    return top


def _at(top: Statement, path: str) -> Statement:
    for word in path.split():
        top = top.below["" if word == "*" else word]
    return top
