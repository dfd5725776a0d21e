"""A Junos configuration as a tree of statements: set, delete, activate, and how it is printed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from lab.emulated.junos_language import LANGUAGE
from lab.emulated.junos_schema import Statement
from lab.emulated.junos_values import quoted
from lab.emulated.system import Refusal

NOT_FOUND = "statement not found"
Words = tuple[str, ...]


def _natural(words: Words) -> list[tuple[int, str]]:
    return [
        (int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", " ".join(words)) if part != ""
    ]


@dataclass(slots=True)
class Statements:
    """One statement with its words as stored, and those below it under what tells them apart."""

    statement: Statement = field(default_factory=lambda: LANGUAGE)
    words: Words = ()
    inactive: bool = False
    below: dict[Words, "Statements"] = field(default_factory=dict)

    def copy(self) -> Self:
        """An independent copy."""
        below = {key: child.copy() for key, child in self.below.items()}
        return type(self)(self.statement, self.words, self.inactive, below)

    def ordered(self) -> list["Statements"]:
        """What stands below, in the order in which it is printed."""
        children = sorted(self.below.values(), key=lambda child: child.statement.order)
        if any(child.statement.sorted for child in children):
            children.sort(key=lambda child: (child.statement.order, *(_sorting(child))))
        return children

    def active(self) -> Iterator["Statements"]:
        """What stands below and is not deactivated."""
        return (child for child in self.ordered() if not child.inactive)

    def get(self, *path: str) -> "Statements":
        """The active statement at a path of words, an empty one where there is none."""
        here = self
        for key in path:
            found = here.below.get(tuple(key.split(" ")))
            if found is None or found.inactive:
                return Statements()
            here = found
        return here

    def has(self, *path: str) -> bool:
        """Whether a path is there and active."""
        return bool(self.get(*path).words)

    def all(self, word: str) -> Iterator["Statements"]:
        """The active entries of a list by its word, "" for one that is named by keys alone."""
        return (child for child in self.active() if child.statement.word == word)

    def leaf(self, word: str) -> str:
        """The value of a leaf, "" where it is not set."""
        return self.get(word).name

    def values(self, word: str) -> tuple[str, ...]:
        """The values of a leaf that takes many, in their order."""
        return tuple(child.name for child in self.all(word))

    @property
    def name(self) -> str:
        """What an entry of a list is named by, or the value of a leaf."""
        return self.words[-1] if self.words else ""


def _sorting(child: Statements) -> list[tuple[int, str]]:
    return _natural(child.words) if child.statement.sorted else []


def _key(statement: Statement, words: Words) -> Words:
    return words[:1] if statement.kind == "leaf" else words


def put(root: Statements, line: Sequence[str]) -> None:
    """Carry out `set`; raises Refusal for what the language does not know."""
    here, rest = root, list(line)
    if not rest:
        raise Refusal("syntax error")
    while rest:
        statement = here.statement.child(rest[0])
        taken: Words = ()
        child = here
        for taken in statement.take(rest):
            key = _key(statement, taken)
            child = here.below.setdefault(key, Statements(statement, taken))
            child.words = taken
        rest = rest[rest.index("]") + 1 :] if "[" in rest[:2] and "]" in rest else rest[len(taken) :]
        here = child if statement.opens else here


def _find(root: Statements, line: Sequence[str]) -> list[tuple[Statements, Words]]:
    """What a path names, as pairs of what holds it and its key: all of a list where its entry is not named."""
    here, rest = root, list(line)
    while True:
        statement = here.statement.child(rest[0])
        if len(rest) == 1 and statement.word:
            return [(here, key) for key in here.below if key[0] == rest[0]]
        if statement.kind == "free":
            return [(here, key) for key in here.below if key[: len(rest)] == tuple(rest)]
        taken = next(iter(statement.take(rest)))
        key = _key(statement, taken)
        child = here.below.get(key)
        if child is None or child.words != taken:
            return []
        if len(rest) == len(taken):
            return [(here, key)]
        here, rest = child, rest[len(taken) :]


def remove(root: Statements, line: Sequence[str]) -> bool:
    """Carry out `delete`, and say whether there was anything."""
    if not line:
        root.below.clear()
        return True
    doomed = _find(root, line)
    for holder, key in doomed:
        del holder.below[key]
    return bool(doomed)


def prune(here: Statements) -> None:
    """Take away containers that hold nothing; those that mean something by themselves stay."""
    for key, child in list(here.below.items()):
        prune(child)
        if child.statement.kind == "container" and child.statement.opens and not child.below:
            del here.below[key]


def mark(root: Statements, line: Sequence[str], *, inactive: bool) -> bool:
    """Carry out `deactivate` or `activate`, and say whether the statement is there."""
    found = _find(root, line)
    for holder, key in found:
        holder.below[key].inactive = inactive
    return bool(found)


def set_lines(here: Statements, path: Words = ()) -> Iterator[str]:
    """The lines that build what stands below."""
    for child in here.ordered():
        whole = (*path, *map(quoted, child.words))
        if child.below:
            yield from set_lines(child, whole)
        else:
            yield " ".join(("set", *whole))
        if child.inactive:
            yield " ".join(("deactivate", *whole))


def _heads(line: str, indent: str) -> bool:
    return not line.startswith((f"{indent} ", f"{indent}}}"))


def curly_lines(here: Statements, depth: int = 0) -> Iterator[str]:
    """The lines in braces of what stands below."""
    indent = "    " * depth
    many: dict[str, list[str]] = {}
    for child in here.ordered():
        if child.statement.kind == "leaf-list":
            many.setdefault(child.words[0], []).append(quoted(child.words[1]))
    for child in here.ordered():
        off = "inactive: " if child.inactive else ""
        text = " ".join(map(quoted, child.words))
        if child.statement.kind == "leaf-list" and len(many.get(child.words[0], ())) > 1:
            values = many.pop(child.words[0])
            yield f"{indent}{off}{child.words[0]} [ {' '.join(values)} ];"
        elif child.statement.kind == "leaf-list" and child.words[0] not in many:
            continue
        elif child.words == ("family",):
            # The system writes `family inet` in one line although they are two statements.
            inner = [line.removeprefix("    ") for line in curly_lines(child, depth + 1)]
            yield from (f"{indent}family {line[len(indent) :]}" if _heads(line, indent) else line for line in inner)
        elif child.below:
            yield f"{indent}{off}{text} {{"
            yield from curly_lines(child, depth + 1)
            yield f"{indent}}}"
        else:
            yield f"{indent}{off}{text};"
