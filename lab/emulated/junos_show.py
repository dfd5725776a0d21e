"""Operational commands of the emulated Junos: which there are, and their answers as elements and as text."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network

from lab.emulated import junos_show_bgp as bgp
from lab.emulated import junos_show_igp as igp
from lab.emulated import junos_show_routes as rib
from lab.emulated.device import Device
from lab.emulated.junos_commit import NetconfError
from lab.emulated.junos_show_interfaces import full, interfaces_text, terse
from lab.emulated.junos_show_ping import ping, ping_text
from lab.emulated.netconf_element import Element, el, lines

_PROTOCOLS = {
    "ospf": "OSPF instance",
    "ospf3": "OSPF3 instance",
    "isis": "IS-IS instance",
    "bgp": "BGP",
}
VERSION = "23.2R1.14"
MODEL = "mx204"


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer: as an element, and as a person reads it."""

    element: Element
    text: str


def hostname(device: Device) -> str:
    """The configured host name."""
    configured: str = device.running.root.get("system").leaf("host-name")
    return configured or device.name


def show(device: Device, command: str) -> Shown | None:
    """Answer a command, None for one that does not exist."""
    words = " ".join(command.split())
    for pattern, handler in _COMMANDS:
        found = re.fullmatch(pattern, words)
        if found:
            _runs(device, words)
            return handler(device, found)
    return None


def _runs(device: Device, words: str) -> None:
    """Raise NetconfError for a command about a protocol that is not configured."""
    protocol = words.split()[1] if words.startswith("show ") else ""
    if protocol in _PROTOCOLS and not device.running.root.has("protocols", protocol):
        raise NetconfError(f"{_PROTOCOLS[protocol]} is not running")


def _shown(element: Element, text: Iterable[str] | None = None) -> Shown:
    return Shown(element, "\n".join(lines(element) if text is None else text) + "\n")


def software(device: Device) -> Element:
    """Answer `show version`."""
    return el(
        "software-information",
        el("host-name", hostname(device)),
        el("product-model", MODEL),
        el("product-name", MODEL),
        el("junos-version", VERSION),
        el("package-information", el("name", "junos"), el("comment", f"JUNOS OS Kernel 64-bit [{VERSION}]")),
    )


def uptime(device: Device) -> Element:
    """Answer `show system uptime`."""
    seconds = int(device.clock.now() - device.started)
    return el(
        "system-uptime-information",
        el("current-time", moment(device.clock.now())),
        el("system-booted-time", moment(device.started), el("time-length", f"{seconds}s", junos__seconds=str(seconds))),
        el("uptime-information", el("up-time", f"{seconds // 60} mins", junos__seconds=str(seconds))),
    )


def moment(at: float) -> Element:
    """A time, in words and in seconds."""
    date = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return el("date-time", date, junos__seconds=str(int(at)))


def _version(device: Device, found: re.Match[str]) -> Shown:
    text = (f"Hostname: {hostname(device)}", f"Model: {MODEL}", f"Junos: {VERSION}")
    return _shown(software(device), text)


def _routes(device: Device, found: re.Match[str]) -> Shown:
    words = (found["words"] or "").split()
    named = {word: words[at + 1] for at, word in enumerate(words[:-1]) if word in {"table", "protocol"}}
    last = words[-1] if words and re.fullmatch(r"[\d.:a-f]+[./:][\d.:a-f/]*", words[-1]) else ""
    extensive = bool({"extensive", "detail"} & set(words))
    destination = _destination(last)
    table, protocol, active = named.get("table", ""), named.get("protocol", ""), "active-path" in words
    element = rib.routes(device, rib.Asked(table, protocol, destination, extensive, active))
    return _shown(element, rib.route_text(element))


def _destination(word: str) -> str:
    """A prefix or an address that routes are asked for; raises NetconfError."""
    try:
        return str(ip_network(word, strict=False)) if word else ""
    except ValueError as wrong:
        raise NetconfError(f"invalid ip address or hostname: {word}", bad=word) from wrong


def _advertising(device: Device, found: re.Match[str]) -> Shown:
    element = bgp.advertised(device, found["peer"])
    return _shown(element, rib.route_text(element))


def _interfaces(device: Device, found: re.Match[str]) -> Shown:
    element = terse(device, found["name"] or found["only"] or "")
    return _shown(element, interfaces_text(element))


def _isis(device: Device, found: re.Match[str]) -> Shown:
    element = igp.isis_database(device)
    return _shown(element, igp.isis_text(element))


def _ping(device: Device, found: re.Match[str]) -> Shown:
    element = ping(device, found["words"].split())
    return _shown(element, ping_text(element))


Handler = Callable[[Device, re.Match[str]], Shown]
_DATABASE = r"(?: (?:router|summary|asbrsummary|extern|external|netsummary))?(?: (?:brief|detail|extensive))?"
_COMMANDS: tuple[tuple[str, Handler], ...] = (
    (r"show version(?: invoke-on all-routing-engines| local)?", _version),
    (r"show interfaces terse(?: (?P<name>\S+))?|show interfaces (?P<only>\S+) terse", _interfaces),
    (r"show interfaces", lambda device, _: _shown(full(device))),
    (r"show route summary", lambda device, _: _shown(rib.summary(device))),
    (r"show route advertising-protocol bgp (?P<peer>\S+)", _advertising),
    (r"show route(?P<words>(?: (?!advertising|receive|summary)\S+)*)", _routes),
    (f"show ospf database{_DATABASE}", lambda d, _: _shown(igp.database(d, "ospf"), igp.ospf_text(d))),
    (f"show ospf3 database{_DATABASE}", lambda d, _: _shown(igp.database(d, "ospf3"), igp.ospf3_text(d))),
    (r"show isis database(?: (?:brief|detail|extensive))?", _isis),
    (r"show ospf neighbor", lambda device, _: _shown(igp.neighbours(device, "ospf"))),
    (r"show ospf3 neighbor", lambda device, _: _shown(igp.neighbours(device, "ospf3"))),
    (r"show isis adjacency", lambda device, _: _shown(igp.adjacencies(device))),
    (r"show ospf overview", lambda device, _: _shown(igp.overview(device, "ospf"))),
    (r"show ospf3 overview", lambda device, _: _shown(igp.overview(device, "ospf3"))),
    (r"show bgp summary", lambda device, _: _shown(bgp.peers(device))),
    (r"show system uptime", lambda device, _: _shown(uptime(device))),
    (r"ping (?P<words>.+)", _ping),
)
