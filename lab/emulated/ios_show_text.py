"""How IOS spells names, addresses and states in what it shows."""

import re
import zlib
from ipaddress import ip_interface

from lab.emulated.device import Device
from lab.emulated.views import DEFAULT_VRF, Enabled, Facts, Port

UPTIME = "00:10:00"
_SHORT = {
    "GigabitEthernet": "Gi",
    "TenGigabitEthernet": "Te",
    "TwentyFiveGigE": "Twe",
    "HundredGigE": "Hu",
    "FastEthernet": "Fa",
    "Ethernet": "Et",
    "Loopback": "Lo",
    "Port-channel": "Po",
    "Serial": "Se",
    "Tunnel": "Tu",
    "Vlan": "Vl",
}


def facts_of(device: Device) -> Facts:
    """What the running configuration of a device comes to."""
    return device.facts


def family_of(address: str) -> str:
    """The family of an address or prefix."""
    return "ipv6" if ":" in address else "ipv4"


def spelled(address: str) -> str:
    """An address or prefix as IOS prints it: IPv6 in upper case."""
    return address.upper()


def bare(address: str) -> str:
    """An address without its prefix length, as IOS prints it."""
    return spelled(address.partition("/")[0])


def masked(prefix: str) -> tuple[str, str]:
    """The network number and the mask of an IPv4 prefix."""
    network = ip_interface(prefix).network
    return str(network.network_address), str(network.netmask)


def halves(prefix: str) -> tuple[str, str]:
    """The address and the length of a prefix, in IOS' spelling."""
    address, _, length = spelled(prefix).partition("/")
    return address, length


def short(interface: str) -> str:
    """An interface name as the narrow tables print it."""
    found = re.match(r"[A-Za-z-]+", interface)
    word = found.group() if found else ""
    return _SHORT.get(word, word[:2]) + interface[len(word) :]


def decimal_area(area: str) -> str:
    """An area as a number, the way it is mostly configured."""
    return str(int(ip_interface(area))) if "." in area else area


def checksum(text: str) -> int:
    """A checksum that stays the same as long as what it is about does."""
    return zlib.crc32(text.encode()) & 0xFFFF


def state_line(port: Port, *, up: bool) -> str:
    """The first line about an interface."""
    if not port.enabled:
        return f"{port.name} is administratively down, line protocol is down"
    word = "up" if up else "down"
    return f"{port.name} is {word}, line protocol is {word}"


def ups(device: Device) -> dict[str, bool]:
    """Whether the line of each interface is up."""
    return {state.name: state.up for state in device.routing.ports(device.name)}


def vrfs(device: Device) -> tuple[str, ...]:
    """The VRFs with a name that a device has, in the order of their names."""
    named = {port.vrf for port in facts_of(device).ports} | set(device.node.vrfs)
    return tuple(sorted(named - {DEFAULT_VRF}))


def enabled_on(facts: Facts, protocol: str) -> tuple[Enabled, ...]:
    """How a protocol is enabled on the interfaces of a device."""
    return tuple(e for port in facts.ports for e in port.protocols if e.protocol == protocol)


def process_of(facts: Facts, protocol: str) -> str:
    """The process or tag of a protocol: the first one that an interface names."""
    return next((e.process for e in enabled_on(facts, protocol) if e.process), "1" if protocol != "isis" else "")
