"""What a device answers, as a tree that is printed as XML or as JSON, the way Junos turns one into the other."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr


@dataclass(frozen=True, slots=True)
class Element:
    """An XML element: text, or children."""

    tag: str
    children: tuple["Element", ...] = ()
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


def el(tag: str, *content: "Element | str | None", **attributes: str) -> Element:
    """Make an element of children and text; None is left out, `__` in an attribute's name is a colon."""
    children = tuple(item for item in content if isinstance(item, Element))
    text = "".join(item for item in content if isinstance(item, str))
    named = {name.replace("__", ":"): value for name, value in attributes.items()}
    return Element(tag, children, text, named)


def to_xml(element: Element) -> str:
    """Print an element as XML."""
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in element.attributes.items())
    if element.children:
        inner = "\n".join(map(to_xml, element.children))
        return f"<{element.tag}{attributes}>\n{inner}\n</{element.tag}>"
    if element.text:
        return f"<{element.tag}{attributes}>{escape(element.text)}</{element.tag}>"
    return f"<{element.tag}{attributes}/>"


def to_json(element: Element) -> str:
    """Print an element as JSON: every tag holds a list, every text is called `data`."""
    return json.dumps({element.tag: [_value(element)]}, indent=4)


def _value(element: Element) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if element.attributes:
        value["attributes"] = dict(element.attributes)
    if element.text or not (element.children or element.attributes):
        value["data"] = element.text or None
    if value.get("data", "") is None:
        value["data"] = [None]
    for child in element.children:
        value.setdefault(child.tag, []).append(_value(child))
    return value


def lines(element: Element, depth: int = 0) -> Iterable[str]:
    """Print an element for a person where nothing better is at hand: a name and its text per line."""
    yield f"{'  ' * depth}{element.tag}{': ' + element.text if element.text else ''}"
    for child in element.children:
        yield from lines(child, depth + 1)
