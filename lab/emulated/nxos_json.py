"""How NX-OS writes structured answers: tables of rows, in the two forms that it has.

`| json` gives a table of one row as an object and numbers as text; `| json native` (9.3 on) gives lists and numbers.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Document = dict[str, Any]
SHORT = (("Ethernet", "Eth"), ("loopback", "Lo"), ("port-channel", "Po"))
FORMS = re.compile(r"\s*\|\s*(?P<form>json-pretty|json native|json)\s*$")


def table(name: str, rows: Sequence[Mapping[str, Any]]) -> Document:
    """A table with its rows; without any it is left out."""
    return {f"TABLE_{name}": {f"ROW_{name}": list(rows)}} if rows else {}


def written(document: Document, form: str) -> str:
    """Write a document in one of the forms; raises ValueError for another."""
    if form == "json native":
        return json.dumps(document, separators=(",", ":"))
    if form not in ("json", "json-pretty"):
        raise ValueError(form)
    classic = _classic(document)
    return json.dumps(classic, indent=4) if form == "json-pretty" else json.dumps(classic)


def _classic(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _row(_classic(item)) if key.startswith("ROW_") else _classic(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_classic(item) for item in value]
    return str(value) if isinstance(value, int) else value


def _row(rows: Any) -> Any:
    return rows[0] if isinstance(rows, list) and len(rows) == 1 else rows


def short(interface: str) -> str:
    """An interface as routing tables name it: `Lo0`, `Eth1/1`."""
    for long, brief in SHORT:
        if interface.startswith(long):
            return brief + interface.removeprefix(long)
    return interface
