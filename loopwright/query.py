"""jmespath with the functions that the answers of routers need: `entries`, `spread`, `prefix`, `after` and the like."""

import ipaddress
import json
from functools import lru_cache
from typing import Any

import jmespath
from jmespath import functions

from loopwright.expression import Evaluate, compiled

Row = dict[str, Any]


@lru_cache(maxsize=200_000)
def _prefix(text: str) -> str:
    return str(ipaddress.ip_network(text, strict=False))


class _RouterFunctions(functions.Functions):
    """Functions are found by jmespath through their `_func_` prefix, as its documentation asks."""

    @functions.signature({"types": ["object", "null"]})
    def _func_entries(self, mapping: dict[str, Any] | None) -> list[Row]:
        """Turn an object into rows of `key` and `value`."""
        return [{"key": key, "value": value} for key, value in (mapping or {}).items()]

    @functions.signature({"types": ["array", "null"]}, {"types": ["string"]})
    def _func_spread(self, rows: list[Row] | None, key: str) -> list[Row]:
        """Turn each row into one row per child under `key`, which keeps what the parent says and the child does not."""
        spread: list[Row] = []
        for row in rows or []:
            children = row.get(key) or []
            parent = {name: value for name, value in row.items() if name != key}
            each = children.values() if isinstance(children, dict) else children
            spread.extend({**parent, **child} for child in each)
        return spread

    @functions.signature({"types": ["array"]}, {"types": ["array"]})
    def _func_zip_addresses(self, addresses: list[str], lengths: list[str]) -> list[str]:
        """Join addresses to the prefix lengths that stand at the same places."""
        return [f"{address}/{length}" for address, length in zip(addresses, lengths, strict=True) if address]

    @functions.signature({"types": ["string"]}, {"types": ["string", "number"]})
    def _func_prefix(self, address: str, mask: str | int) -> str:
        """Join an address and a mask or a prefix length into a canonical prefix."""
        return _prefix(f"{address}/{mask}")

    @functions.signature({"types": ["string"]}, {"types": ["string"]})
    def _func_after(self, text: str, separator: str) -> str:
        """Return what stands behind a separator, "" where it is not there."""
        return text.partition(separator)[2]


OPTIONS = jmespath.Options(custom_functions=_RouterFunctions())


@lru_cache
def _compiled(expression: str) -> Evaluate:
    return compiled(expression, OPTIONS)


def json_documents(text: str) -> list[Any]:
    """Decode the JSON documents that stand one after the other in an answer; raises ValueError where one is broken."""
    decoder = json.JSONDecoder()
    documents, position, text = [], 0, text.strip()
    while position < len(text):
        document, position = decoder.raw_decode(text, position)
        documents.append(document)
        while position < len(text) and text[position].isspace():
            position += 1
    return documents


def rows(expression: str, document: Any) -> list[Row]:
    """Apply an expression to a document and return the rows that it finds."""
    found = _compiled(expression)(document)
    return found if isinstance(found, list) else []
