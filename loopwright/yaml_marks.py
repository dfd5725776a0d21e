"""YAML text to plain values that remember where they were written.

Values follow YAML 1.2, as Nornir's own reader takes them: `no` is text, `010` is ten. Where YAML 1.1 says otherwise
the text is kept as `Ambiguous`, so that a reader of it can ask for quotes instead of guessing.
"""

import re
from collections.abc import Iterable
from typing import Any

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.nodes import Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from loopwright.models import Mark
from loopwright.sweeping import unswept

Place = tuple[str, int, int, int, int]
"""A file, line and column of a key, line and column of its value; from 0."""


class Block(dict[Any, Any]):
    """A mapping of a YAML file that knows the place of each of its keys."""

    __slots__ = ("places",)

    def __init__(self, values: dict[Any, Any] | None = None, places: dict[Any, Place] | None = None) -> None:
        super().__init__(values or {})
        self.places: dict[Any, Place] = places or {}

    def key_mark(self, key: object) -> Mark | None:
        """The place where a key is written, None for a key that no file holds."""
        place = self.places.get(key)
        return Mark(place[0], place[1] + 1, place[2] + 1) if place else None

    def value_mark(self, key: object) -> Mark | None:
        """The place where the value of a key is written, None for a key that no file holds."""
        place = self.places.get(key)
        return Mark(place[0], place[3] + 1, place[4] + 1) if place else None


class Row(list[Any]):
    """A list of a YAML file that knows the place of each of its items."""

    __slots__ = ("places",)

    def __init__(self, values: Iterable[Any] = (), places: Iterable[tuple[str, int, int]] = ()) -> None:
        super().__init__(values)
        self.places = tuple(places)

    def value_mark(self, index: int) -> Mark | None:
        """The place of an item, None for one that no file holds."""
        if index >= len(self.places):
            return None
        file, line, column = self.places[index]
        return Mark(file, line + 1, column + 1)


class Ambiguous(str):
    """Unquoted text that YAML 1.1 readers take for something else: `no`, `on`, `1:30`, `010`."""

    __slots__ = ()


Fault = tuple[Mark | None, str]

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_BOOLEAN_1_1 = frozenset(["yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF"])
_NUMERIC_START = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_PREFIXED = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_TRAP = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[-+]?0[0-9_]+|[-+]?[0-9]+_[0-9_]*|0b[01_]+")
_IMPLICIT = "implicit"
_TAGS = frozenset((_IMPLICIT, "!", *(f"tag:yaml.org,2002:{word}" for word in ("str", "int", "map", "seq"))))
_STRING_TAGS = frozenset(("!", "tag:yaml.org,2002:str"))


class _Composer(CParser):
    """The C parser without PyYAML's resolvers, which cost more time than the parsing."""

    def resolve(self, kind: type[Node], value: object, implicit: object) -> str:
        return _IMPLICIT

    def descend_resolver(self, parent: object, index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


def plain(text: str) -> object:
    """Return the value of an unquoted scalar."""
    if text and text[0] in _NUMERIC_START:
        if _TRAP.fullmatch(text):
            return Ambiguous(text)
        if _INTEGER.fullmatch(text):
            return int(text)
        if _PREFIXED.fullmatch(text):
            return int(text, 0)
        return float(text) if _FLOAT.fullmatch(text) else text
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return Ambiguous(text) if text in _BOOLEAN_1_1 else text


class _Reading:
    """One file being turned from nodes into values."""

    def __init__(self, file: str, *, has_aliases: bool) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.has_aliases = has_aliases
        self.done: dict[int, object] = {}
        self.open: set[int] = set()

    def fault(self, node: Node, text: str) -> None:
        mark = node.start_mark
        self.faults.append((Mark(self.file, mark.line + 1, mark.column + 1), text))

    def value(self, node: Node) -> object:
        if isinstance(node, ScalarNode):
            if node.tag not in _TAGS:
                self.fault(node, "a tag (`!...`) is not read here: put text that begins with `!` into quotes")
            if not node.style and node.tag not in _STRING_TAGS:
                return plain(node.value)
            return node.value
        if not self.has_aliases:
            return self.collection(node)
        return self.shared(node)

    def shared(self, node: Node) -> object:
        """Convert a node that aliases may name again, or may name from inside itself."""
        identity = id(node)
        if identity in self.open:
            self.fault(node, "an anchor whose alias stands inside itself")
            return None
        if identity not in self.done:
            self.open.add(identity)
            self.done[identity] = self.collection(node)
            self.open.remove(identity)
        return self.done[identity]

    def collection(self, node: Node) -> object:
        if node.tag not in _TAGS:
            self.fault(node, "a tag (`!...`) is not read here")
        if isinstance(node, SequenceNode):
            marks = [item.start_mark for item in node.value]
            return Row(map(self.value, node.value), [(self.file, mark.line, mark.column) for mark in marks])
        return self.mapping(node)

    def mapping(self, node: Node) -> Block:
        block = Block()
        merged: list[Node] = []
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.fault(key_node, "a key has to be a name or a number, not a list or a mapping")
                continue
            key = self.value(key_node)
            if key == "<<" and not key_node.style:
                merged.append(value_node)
            elif key in block:
                first = block.places[key][1] + 1
                self.fault(key_node, f"the key {key!r} stands here twice, first in line {first}")
            else:
                block[key] = self.value(value_node)
                start, at = key_node.start_mark, value_node.start_mark
                block.places[key] = (self.file, start.line, start.column, at.line, at.column)
        for source in merged:
            self.merge(block, source)
        return block

    def merge(self, block: Block, source: Node) -> None:
        """Carry out a merge key `<<`: what the block says itself stands before what it merges."""
        value = self.value(source)
        for part in value if isinstance(value, list) else [value]:
            if not isinstance(part, Block):
                self.fault(source, "the merge key `<<` takes an alias of a mapping")
                continue
            for key in part.keys() - block.keys():
                block[key] = part[key]
                block.places[key] = part.places[key]


def read_yaml(file: str, content: bytes) -> tuple[object, list[Fault]]:
    """Return the value of a YAML text and the faults found in it; the value is None for a text that cannot be read."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        return None, [(Mark(file, line, column), "is no UTF-8 text from here on")]
    reading = _Reading(file, has_aliases="&" in text)
    with unswept():
        try:
            root = _Composer(text).get_single_node()
        except YAMLError as error:
            return None, [_syntax_fault(file, text, error)]
        return (reading.value(root) if root is not None else None), reading.faults


def _syntax_fault(file: str, text: str, error: YAMLError) -> Fault:
    """Say what the parser met, in words that quote nothing from the file: it may hold secrets."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        return Mark(file, line, column), "a control character, which YAML does not allow"
    mark = error.problem_mark or error.context_mark if isinstance(error, MarkedYAMLError) else None
    if mark is None:
        return Mark(file, 1, 1), "is no YAML"
    place = Mark(file, mark.line + 1, mark.column + 1)
    return place, _syntax_problem(text.split("\n"), mark.line, mark.column, str(getattr(error, "problem", "")))


def _syntax_problem(lines: list[str], line: int, column: int, problem: str) -> str:
    here = lines[line] if line < len(lines) else ""
    before = lines[line - 1] if line else ""
    if "\t" in here[: len(here) - len(here.lstrip())] or here[column : column + 1] == "\t" or before.startswith("\t"):
        return "a tab: YAML is indented with spaces only"
    if "alias" in problem:
        return "`*` begins an alias in YAML and there is no such anchor: put text that begins with `*` into quotes"
    if "anchor" in problem:
        return "`&` begins an anchor in YAML, and this one cannot be used: put text that begins with `&` into quotes"
    if "single document" in problem or "but found another document" in problem:
        return "a second document (`---`): a file holds one"
    if "mapping values are not allowed" in problem:
        return "a colon where none can stand: is the line indented as its neighbours, does text with `: ` want quotes?"
    if here[column : column + 1] in ("@", "`", "%", "!", "|", ">"):
        return f"text that begins with `{here[column]}` has to be put into quotes"
    return f"is no YAML: {problem}" if "'" not in problem or len(problem) < 60 else "is no YAML"
