"""The JSON Schemas of the documents that a plan and a run leave behind, as they are shipped with the program."""

import json
from importlib.resources import files
from typing import Any, Literal

Document = Literal["plan", "run"]


def document_schema(document: Document) -> dict[str, Any]:
    """The schema of a document, with the others that it refers to inside: it needs no other file."""
    schema = _read(document)
    if document == "run":
        schema["$defs"]["plan"] = _read("plan")
    return schema


def _read(document: Document) -> dict[str, Any]:
    text = files("loopwright").joinpath("schemas", f"{document}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
