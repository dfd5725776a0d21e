"""The values in EOS's lines, and how it spells them: interface names, addresses by mask or length, areas."""

import re
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Interface, ip_address, ip_network

from lab.emulated.rules import KINDS, Kind

_NAMES = {"lo": "Loopback", "et": "Ethernet", "ma": "Management", "vl": "Vlan", "po": "Port-Channel"}
_INTERFACE = re.compile(r"([A-Za-z-]+)\s*(\d+(?:/\d+)*)(?=\s|$)")
_LOOPBACKS = 8191


def interface_name(text: str) -> str:
    """Return the canonical name of an interface however it is written; raises ValueError where there is none."""
    found = _INTERFACE.fullmatch(text)
    full = _NAMES.get(found[1][:2].casefold(), "") if found else ""
    if not found or not full.casefold().startswith(found[1].casefold()):
        raise ValueError(text)
    if full == "Loopback" and ("/" in found[2] or int(found[2]) > _LOOPBACKS):
        raise ValueError(text)
    return full + found[2]


def _address4(text: str) -> str:
    address, _, length = text.replace("/", " ").partition(" ")
    return str(IPv4Interface(f"{address}/{length.strip()}"))


def _network4(text: str) -> str:
    address, _, length = text.replace("/", " ").partition(" ")
    return str(IPv4Network(f"{address}/{length.strip()}"))


def _peer(text: str) -> str:
    """Spell a neighbour's address as the system does; a peer group is a word."""
    return str(ip_address(text)) if re.fullmatch(r"[\d.]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*", text) else text


def dotted(area: str) -> str:
    """Return an area as a dotted quad; raises ValueError for what is none."""
    return str(IPv4Address(area if "." in area else int(area)))


KINDS_EOS = {
    **KINDS,
    "interface": Kind(_INTERFACE, interface_name),
    "address4": Kind(re.compile(r"[\d.]+(?:/\d+|\s+\d+\.[\d.]+)"), _address4),
    "address6": Kind(re.compile(r"[0-9A-Fa-f:.]+/\d+"), lambda text: str(IPv6Interface(text))),
    "network4": Kind(re.compile(r"[\d.]+(?:/\d+|\s+\d+\.[\d.]+)"), _network4),
    "network6": Kind(re.compile(r"[0-9A-Fa-f:.]+/\d+"), lambda text: str(ip_network(text))),
    "area": Kind(re.compile(r"[\d.]+"), dotted),
    "peer": Kind(re.compile(r"\S+"), _peer),
    # A choice of one word: plain `ipv4` is the kind of an address.
    "only4": Kind(re.compile("ipv4"), str.lower),
    "only6": Kind(re.compile("ipv6"), str.lower),
}
