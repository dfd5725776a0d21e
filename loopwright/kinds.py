"""The kinds of values that attributes take: how each is read from YAML and how JSON Schema describes it.

A kind turns a written value into its canonical form, or reports what is wrong with it and where.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Protocol

from loopwright.models import Mark
from loopwright.yaml_marks import Ambiguous, Block, Row

JsonSchema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class At:
    """A place in an inventory: the mapping and the key in it, or the list and the index, and the place of that."""

    block: Mapping[Any, Any] | Sequence[Any]
    key: Any
    above: "At | None" = None
    is_key: bool = False

    def mark(self, *, of_key: bool = False) -> Mark | None:
        """Where this is written in a file, as closely as is known."""
        if isinstance(self.block, Block):
            wants_key = of_key or self.is_key
            return self.block.key_mark(self.key) if wants_key else self.block.value_mark(self.key)
        mark = self.block.value_mark(self.key) if isinstance(self.block, Row) else None
        return mark or (self.above.mark() if self.above else None)

    def __str__(self) -> str:
        if not isinstance(self.block, Mapping):
            return str(self.above)
        return f"{self.above}: {self.key}" if self.above else str(self.key)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the inventory that cannot be used, with its place."""

    mark: Mark | None
    where: str
    text: str

    def __str__(self) -> str:
        return ": ".join(str(part) for part in (self.mark, self.where, self.text) if part)


class Faults(list[Fault]):
    """The faults found so far."""

    def at(self, at: At, text: str, *, of_key: bool = False) -> None:
        """Report a fault at a place."""
        self.append(Fault(at.mark(of_key=of_key), str(at), text))


class Kind(Protocol):
    """A kind of value; `read` returns the canonical value, None where a fault was reported."""

    def read(self, value: Any, at: At, faults: Faults) -> Any:
        """The canonical value of what is written."""
        ...

    def schema(self) -> JsonSchema:
        """How JSON Schema describes it."""
        ...


def shown(value: object) -> str:
    """Show a written value in a fault."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "nothing"}[value]
    text = repr(str(value)) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def nearest(word: object, words: Sequence[str]) -> str:
    """Return `, did you mean ...?` where a known word is near, else an empty text."""
    near = get_close_matches(str(word), words, n=1)
    return f", did you mean {near[0]!r}?" if near else ""


def _ambiguous(value: Ambiguous, expected: str) -> str:
    return f"{str(value)!r} without quotes is read differently by YAML 1.1 and 1.2: expected {expected}"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value; `convert` returns its canonical form and raises ValueError for what it cannot take."""

    expected: str
    convert: Callable[[Any], Any]
    json: JsonSchema
    secret: bool = False

    def read(self, value: Any, at: At, faults: Faults) -> Any:
        """Return the canonical value."""
        if isinstance(value, Ambiguous):
            faults.at(at, _ambiguous(value, self.expected) if not self.secret else "has to be put into quotes")
            return None
        try:
            return self.convert(value)
        except ValueError as error:
            got = "" if self.secret else f", got {shown(value)}"
            reason = "" if self.secret or not error.args else f": {error}"
            faults.at(at, f"expected {self.expected}{got}{reason}")
            return None

    def schema(self) -> JsonSchema:
        """Describe the value."""
        return dict(self.json)


@dataclass(frozen=True, slots=True)
class OneOrMore:
    """A value or a list of values; read as a tuple."""

    kind: Kind
    can_be_empty: bool = False
    list_only: bool = False

    def read(self, value: Any, at: At, faults: Faults) -> tuple[Any, ...] | None:
        """Return the values in the order written."""
        if self.list_only and not isinstance(value, list | tuple):
            faults.at(at, f"expected a list, got {shown(value)}")
            return None
        if not isinstance(value, list | tuple):
            one = self.kind.read(value, at, faults)
            return None if one is None else (one,)
        if not value and not self.can_be_empty:
            faults.at(at, "the list is empty: write `null` to let go of what is inherited")
            return None
        read = tuple(self.kind.read(item, At(value, index, at), faults) for index, item in enumerate(value))
        present = tuple(item for item in read if item is not None)
        if len({str(item) for item in present}) < len(present):
            faults.at(at, "the list names something twice")
        return present

    def schema(self) -> JsonSchema:
        """Describe the value."""
        several: JsonSchema = {"type": "array", "items": self.kind.schema()}
        if not self.can_be_empty:
            several["minItems"] = 1
        return several if self.list_only else {"anyOf": [self.kind.schema(), several]}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a table: its name, its kind, and what it means in one sentence."""

    name: str
    kind: Kind
    about: str


class Table:
    """A mapping with known attributes; `null` for an attribute is kept, and unsets what would be inherited."""

    def __init__(self, what: str, *attributes: Attribute, required: Sequence[str] = (), others: bool = False) -> None:
        self.what = what
        self.attributes = {attribute.name: attribute for attribute in attributes}
        self.required = tuple(required)
        self.others = others

    def read(self, value: Any, at: At, faults: Faults) -> dict[str, Any] | None:
        """Return the canonical values by attribute name."""
        if not isinstance(value, Mapping):
            faults.at(at, f"expected {self.what}: a mapping of {', '.join(self.attributes)}; got {shown(value)}")
            return None
        read: dict[str, Any] = {}
        for key, item in value.items():
            attribute = self.attributes.get(key)
            if attribute is None:
                if not self.others:
                    self._unknown(At(value, key, at), faults)
            elif item is None:
                read[key] = None
            else:
                read[key] = attribute.kind.read(item, At(value, key, at), faults)
        for missing in self.required:
            if value.get(missing) is None:
                faults.at(at, f"lacks {missing!r}", of_key=True)
        return read

    def _unknown(self, at: At, faults: Faults) -> None:
        known = tuple(self.attributes)
        hint = nearest(at.key, known) or f"; there is {', '.join(known)}"
        faults.at(at, f"{shown(at.key)} is no attribute of {self.what}{hint}", of_key=True)

    def schema(self) -> JsonSchema:
        """Describe the mapping."""
        properties = {}
        for attribute in self.attributes.values():
            kind = attribute.kind.schema()
            kind = kind if attribute.name in self.required else or_null(kind)
            properties[attribute.name] = {**kind, "description": attribute.about}
        schema: JsonSchema = {"type": "object", "properties": properties}
        if not self.others:
            schema["additionalProperties"] = False
        if self.required:
            schema["required"] = list(self.required)
        return schema


def or_null(schema: JsonSchema) -> JsonSchema:
    """Allow `null` beside what a schema describes."""
    if set(schema) == {"$ref"}:
        return {"anyOf": [schema, {"type": "null"}]}
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {"anyOf": [schema, {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping from names of the user's choice to values of one kind."""

    what: str
    names: Scalar
    kind: Kind
    pattern: str
    nullable: bool = False

    def read(self, value: Any, at: At, faults: Faults) -> dict[Any, Any] | None:
        """Return the canonical values by canonical name."""
        if not isinstance(value, Mapping):
            faults.at(at, f"expected {self.what}, got {shown(value)}")
            return None
        read: dict[Any, Any] = {}
        for key, item in value.items():
            here = At(value, key, at)
            before = len(faults)
            name = self.names.read(key, At(value, key, at, is_key=True), faults)
            if len(faults) > before:
                continue
            if name in read:
                faults.at(here, "stands here twice, in two spellings", of_key=True)
            elif item is None and self.nullable:
                read[name] = None
            else:
                read[name] = self.kind.read(item, here, faults)
        return read

    def schema(self) -> JsonSchema:
        """Describe the mapping."""
        inner = or_null(self.kind.schema()) if self.nullable else self.kind.schema()
        return {"type": "object", "patternProperties": {self.pattern: inner}, "additionalProperties": False}


@dataclass(frozen=True, slots=True)
class Switchable:
    """A table that `true` asks for with nothing said, and `false` takes away."""

    table: Table

    def read(self, value: Any, at: At, faults: Faults) -> dict[str, Any] | bool | None:
        """Return the table's values, an empty table for `true`, or False."""
        if isinstance(value, bool):
            return {} if value else False
        return self.table.read(value, at, faults)

    def schema(self) -> JsonSchema:
        """Describe the value."""
        return {"anyOf": [self.table.schema(), {"type": "boolean"}]}


@dataclass(frozen=True, slots=True)
class Choice:
    """Either a mapping of one kind, or a value of another."""

    mapping: Kind
    otherwise: Kind

    def read(self, value: Any, at: At, faults: Faults) -> Any:
        """Return what the kind that fits makes of the value."""
        kind = self.mapping if isinstance(value, Mapping) else self.otherwise
        return kind.read(value, at, faults)

    def schema(self) -> JsonSchema:
        """Describe the value."""
        return {"anyOf": [self.mapping.schema(), self.otherwise.schema()]}
