"""A JSON Schema of the inventory's files, for editors; made of the attributes that the reader itself reads by."""

from typing import Literal

from loopwright.attributes import ADVERTISE, DEFAULTS, GROUP, HOST, LOOPBACK, ROUTING
from loopwright.kinds import JsonSchema, or_null
from loopwright.scalars import NAME_PATTERN

DIALECT = "https://json-schema.org/draft/2020-12/schema"
File = Literal["hosts", "groups", "defaults"]


def json_schema(file: File = "hosts") -> JsonSchema:
    """Return the schema of one of the three files.

    It says what can be said of one value at a time. That groups exist, that an address is meant once and that a range
    does not end before it begins is for `loopwright validate`.
    """
    schema: JsonSchema = {"$schema": DIALECT, "title": f"loopwright: {file}.yaml"}
    if file == "defaults":
        return {**schema, **_shared(or_null(DEFAULTS.schema()))}
    entry = or_null((HOST if file == "hosts" else GROUP).schema())
    what = "a device" if file == "hosts" else "a group"
    entries: JsonSchema = {
        "type": "object" if file == "hosts" else ["object", "null"],
        "description": f"One key for each name of {what}.",
        "patternProperties": {NAME_PATTERN: entry},
        "additionalProperties": False,
    }
    if file == "hosts":
        entries["minProperties"] = 1
    return {**schema, **_shared(entries)}


def _shared(schema: JsonSchema) -> JsonSchema:
    """Move the large tables to `$defs`, so that people can read the schema too."""
    definitions = {"loopback": LOOPBACK.schema(), "advertise": ADVERTISE.schema(), "routing": ROUTING.schema()}
    moved: JsonSchema = {}
    for name, table in definitions.items():
        others = {other: item for other, item in definitions.items() if other != name}
        moved[name] = _with_references(table, others)
    return {**_with_references(schema, definitions), "$defs": moved}


def _with_references(value: JsonSchema, definitions: dict[str, JsonSchema]) -> JsonSchema:
    """Put a reference in the place of each definition."""
    return {key: _reference(item, definitions) for key, item in value.items()}


def _reference(value: object, definitions: dict[str, JsonSchema]) -> object:
    if isinstance(value, list):
        return [_reference(item, definitions) for item in value]
    if not isinstance(value, dict):
        return value
    for name, definition in definitions.items():
        if value == definition:
            return {"$ref": f"#/$defs/{name}"}
    return _with_references(value, definitions)
