"""A Junos configuration as XML elements."""

from xml.etree import ElementTree as ET

from lab.emulated.junos_tree import Statements
from lab.emulated.netconf_element import Element, el

# What XML calls the entries of lists that are named by their key alone in text.
_ENTRIES = {"interfaces": "interface", "routing-instances": "instance", "prefix-list": "prefix-list-item"}


def configuration(root: Statements, wanted: ET.Element | None) -> Element:
    """The configuration, or the part of it that a filter asks for."""
    return el("configuration", *(_element(child, "") for child in root.ordered() if _asked(child, wanted)))


def _asked(child: Statements, wanted: ET.Element | None) -> bool:
    return wanted is None or not len(wanted) or child.words[0] in {tag.tag.rpartition("}")[2] for tag in wanted}


def _element(here: Statements, holder: str) -> Element:
    statement = here.statement
    below = [_element(child, statement.word) for child in here.ordered()]
    if statement.kind == "list":
        tag = statement.word or _ENTRIES[holder]
        key = el("address" if statement.type == "match" else "name", here.words[1 if statement.word else 0])
        match = [el(here.words[2])] if statement.type == "match" else []
        return el(tag, key, *match, *below)
    if statement.kind in {"leaf", "leaf-list", "free"}:
        return el(here.words[0], " ".join(here.words[1:]))
    return el(here.words[0], *below)
