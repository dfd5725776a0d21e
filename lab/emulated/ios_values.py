"""How IOS writes values: interface names in full, IPv6 in upper case, networks without the mask of their class."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network

from lab.emulated.rules import KINDS, Kind

LONG = (
    "Loopback",
    "GigabitEthernet",
    "TenGigabitEthernet",
    "TwentyFiveGigE",
    "HundredGigE",
    "FastEthernet",
    "Ethernet",
    "Serial",
    "Tunnel",
    "Port-channel",
    "Vlan",
    "BDI",
)
NAME = re.compile(r"(?P<word>[A-Za-z][A-Za-z-]*)\s*(?P<number>\d[\d/.:]*)")
LARGEST_LOOPBACK = 2147483647
SHORTEST = 2


def port_name(text: str) -> str:
    """Return an interface name in full: Lo0, loopback 0 and Loopback0 are one. Raises ValueError."""
    found = NAME.fullmatch(text.strip())
    if not found or len(found["word"]) < SHORTEST:
        raise ValueError(text)
    names = [name for name in LONG if name.casefold().startswith(found["word"].casefold())]
    if not names or (names[0] == "Loopback" and not _loopback_number(found["number"])):
        raise ValueError(text)
    return names[0] + found["number"]


def _loopback_number(text: str) -> bool:
    return text.isdigit() and int(text) <= LARGEST_LOOPBACK


def _loopback(text: str) -> str:
    name = port_name(text)
    if not name.startswith("Loopback"):
        raise ValueError(text)
    return "Loopback" + str(int(name.removeprefix("Loopback")))


def _network(text: str) -> str:
    """Return a network of BGP, its mask left out where it is that of its class."""
    address, _, mask = text.partition(" ")
    number = IPv4Address(address)
    natural = _natural(number)
    if not mask:
        return str(number)
    network = IPv4Network(f"{number}/{mask.split()[1]}")
    return str(number) if network.netmask == natural else f"{number} mask {network.netmask}"


def _natural(number: IPv4Address) -> IPv4Address:
    first = int(number) >> 24
    return IPv4Address("255.0.0.0" if first < 128 else "255.255.0.0" if first < 192 else "255.255.255.0")


def network_prefix(text: str) -> str:
    """Return the prefix of a network line as IOS shows it."""
    address, _, mask = text.partition(" ")
    return str(IPv4Network(f"{address}/{mask.split()[1] if mask else _natural(IPv4Address(address))}"))


def _wildcard(text: str) -> str:
    inverse = int(IPv4Address("255.255.255.255")) - int(IPv4Address(text))
    return str(IPv4Network(f"0.0.0.0/{IPv4Address(inverse)}").hostmask)


IOS_KINDS: Mapping[str, Kind] = {
    **KINDS,
    "port": Kind(NAME, port_name),
    "loopback": Kind(NAME, _loopback),
    "prefix6": Kind(KINDS["prefix6"].pattern, lambda text: KINDS["prefix6"].canonical(text).upper()),
    "ipv6": Kind(KINDS["ipv6"].pattern, lambda text: KINDS["ipv6"].canonical(text).upper()),
    "network": Kind(re.compile(r"[\d.]+(?: +mask +[\d.]+)?", re.IGNORECASE), _network),
    "wildcard": Kind(re.compile(r"[\d.]+"), _wildcard),
}
