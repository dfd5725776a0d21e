"""The operations of the XML API of the emulated Junos, one function each; raises NetconfError for what is refused."""

import re
import zlib
from collections.abc import Callable, Mapping
from typing import Protocol
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from lab.emulated import junos_show_bgp as bgp
from lab.emulated import junos_show_routes as rib
from lab.emulated.device import Device
from lab.emulated.junos_checks import FAILED, CheckOut
from lab.emulated.junos_commit import Database, Holder, NetconfError
from lab.emulated.junos_show import hostname, moment, show, software, uptime
from lab.emulated.junos_show_interfaces import full, terse
from lab.emulated.junos_xml import configuration as configuration_xml
from lab.emulated.netconf_element import Element, el, to_json, to_xml
from lab.emulated.system import Refusal

_OK = "<ok/>"


class Session(Protocol):
    """What an operation knows of the session that asks."""

    device: Device
    holder: Holder
    closed: bool

    @property
    def database(self) -> Database:
        """The configuration database of the device."""
        ...


Operation = Callable[[Session, ET.Element], str]


def local(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]


def _child(request: ET.Element, name: str) -> ET.Element | None:
    return next((child for child in request if local(child.tag) == name), None)


def _text(request: ET.Element, name: str, default: str = "") -> str:
    found = _child(request, name)
    return default if found is None else (found.text or "").strip()


def _information(text: str) -> str:
    output = f"<configuration-output>{text}</configuration-output>"
    return f"<configuration-information>{output}</configuration-information>"


def end(talk: Session, request: ET.Element) -> str:
    """Close the session."""
    talk.closed = True
    return _OK


def lock(talk: Session, request: ET.Element) -> str:
    """Take the exclusive lock."""
    talk.database.lock(talk.holder)
    return _OK


def unlock(talk: Session, request: ET.Element) -> str:
    """Give the lock back."""
    talk.database.unlock(talk.holder)
    return _OK


def load(talk: Session, request: ET.Element) -> str:
    """Load lines, braces or an earlier configuration into the candidate."""
    results = "<load-configuration-results>\n{}\n</load-configuration-results>"
    if "rollback" in request.attrib:
        talk.database.rollback(talk.holder, int(request.get("rollback", "0")))
        return results.format(_OK)
    given = next((child for child in request if local(child.tag).startswith("configuration-")), None)
    if given is None:
        raise NetconfError("only the formats text and set are emulated", "operation-not-supported")
    as_set = local(given.tag) == "configuration-set"
    try:
        warnings = talk.database.load(talk.holder, request.get("action", "merge"), given.text or "", as_set=as_set)
    except NetconfError as error:
        return results.format(error_xml(error.message, error.tag, error.path, error.bad))
    return results.format("\n".join([*(error_xml(said, severity="warning") for said in warnings), _OK]))


def commit(talk: Session, request: ET.Element) -> str:
    """Commit, check, or confirm."""
    minutes = int(_text(request, "confirm-timeout", "10")) if _child(request, "confirmed") is not None else 0
    try:
        if _child(request, "check") is not None:
            talk.database.candidate.check()
        else:
            talk.database.commit(talk.holder, minutes=minutes, comment=_text(request, "log"))
    except CheckOut as refusal:
        said = [error_xml(message, "invalid-value", path, bad) for path, bad, message in refusal.errors]
        return "<commit-results>\n" + "\n".join((*said, error_xml(FAILED))) + "\n</commit-results>"
    except Refusal as refusal:
        raise NetconfError(refusal.answer, bad=refusal.line) from refusal
    return _OK


def configuration(talk: Session, request: ET.Element) -> str:
    """Print the candidate or the committed configuration, or what differs."""
    if request.get("compare") == "rollback":
        said = talk.database.difference(int(request.get("rollback", "0"))) or "\n"
        lines = escape(said if said == "\n" else f"\n{said}")
        return _information(lines)
    committed = request.get("database", "candidate") == "committed"
    store = talk.database.running if committed else talk.database.candidate
    match request.get("format", "xml"):
        case "set":
            return f"<configuration-set>\n{escape(store.text())}</configuration-set>"
        case "text":
            return f"<configuration-text>\n{escape(store.curly())}</configuration-text>"
    return to_xml(configuration_xml(store.root, _child(request, "configuration")))


def command(talk: Session, request: ET.Element) -> str:
    """Answer a command, as text, JSON or XML."""
    command, how = (request.text or "").strip(), request.get("format", "xml")
    words, _, pipe = (part.strip() for part in command.partition("|"))
    if re.fullmatch("show configuration", words):
        store = talk.database.running
        text = store.text() if "display set" in pipe else store.curly()
        if how == "json":
            return escape(to_json(configuration_xml(store.root, None)))
        return _information(f"\n{escape(text)}")
    shown = show(talk.device, words) if not pipe or pipe == "no-more" else None
    if shown is None:
        raise NetconfError("syntax error, expecting <command>", bad=command.split()[-1] if command else "")
    if how == "json":
        return escape(to_json(shown.element))
    return f"<output>\n{escape(shown.text)}</output>" if how == "text" else to_xml(shown.element)


def interfaces(talk: Session, request: ET.Element) -> str:
    """Print interfaces."""
    if _child(request, "routing-instance") is not None:
        raise NetconfError("instance not found", bad=_text(request, "routing-instance"))
    brief = _child(request, "terse") is not None
    return to_xml(terse(talk.device, _text(request, "interface-name")) if brief else full(talk.device))


def revisions(talk: Session, request: ET.Element) -> str:
    """Tell of the last commit."""
    last = talk.database.history[0]
    return to_xml(
        el(
            "commit-revision-information",
            el("revision", f"re0-{int(last.at)}-{last.number}"),
            el("user", last.user),
            el("client", "netconf"),
            moment(last.at),
            el("comment", last.comment) if last.comment else None,
        )
    )


def routes(talk: Session, request: ET.Element) -> str:
    """Print routing tables."""
    asked = rib.Asked(
        _text(request, "table"), _text(request, "protocol"), _text(request, "destination"), extensive=True
    )
    return to_xml(rib.routes(talk.device, asked))


def told(make: Callable[[Device], Element]) -> Operation:
    """Print what is made from the device alone."""
    return lambda talk, _: to_xml(make(talk.device))


def error_xml(
    message: str, tag: str = "operation-failed", path: str = "", bad: str = "", severity: str = "error"
) -> str:
    """Print an error, or a warning."""
    return to_xml(
        el(
            "rpc-error",
            el("error-type", "protocol" if tag in {"operation-failed", "lock-denied"} else "application"),
            el("error-tag", tag),
            el("error-severity", severity),
            el("error-path", path) if path else None,
            el("error-message", message),
            el("error-info", el("bad-element", bad)) if bad else None,
        )
    )


def _chassis(device: Device) -> Element:
    serial = f"VM{zlib.crc32(hostname(device).encode()):010d}"
    return el(
        "chassis-inventory",
        el("chassis", el("name", "Chassis"), el("serial-number", serial), el("description", "MX204")),
    )


def _instances(device: Device) -> Element:
    names = ["master", *(instance.name for instance in device.running.root.get("routing-instances").active())]
    return el("instance-information", *(el("instance-core", el("instance-name", name)) for name in names))


CHANGES: frozenset[Operation] = frozenset({lock, load, commit, unlock})
OPERATIONS: Mapping[str, Operation] = {
    "close-session": end,
    "lock-configuration": lock,
    "unlock-configuration": unlock,
    "load-configuration": load,
    "commit-configuration": commit,
    "get-configuration": configuration,
    "command": command,
    "get-interface-information": interfaces,
    "get-commit-revision-information": revisions,
    "get-route-information": routes,
    "get-system-uptime-information": told(uptime),
    "get-software-information": told(software),
    "get-chassis-inventory": told(_chassis),
    "get-instance-information": told(_instances),
    "get-bgp-summary-information": told(bgp.peers),
}
