"""NX-OS's answers in words that no view is behind: its version, interfaces, pings, the head of a configuration."""

from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_interface

from lab.emulated.views import Facts, Port

VERSION = "9.3(10)"
CHASSIS = "Nexus9000 C9300v Chassis"
SERIAL = "9EMULATED01"


def header(words: str, moment: datetime) -> str:
    """What stands before a configuration that is shown."""
    stamp = f"{moment:%a %b} {moment.day:2d} {moment:%H:%M:%S %Y}"
    return f"\n!Command: {words}\n!Running configuration last done at: {stamp}\n!Time: {stamp}\n\n"


def version(hostname: str, uptime: float) -> str:
    """The answer to `show version`."""
    days, rest = divmod(int(uptime), 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"""\
Cisco Nexus Operating System (NX-OS) Software
TAC support: http://www.cisco.com/tac
This is an emulated device.

Software
  BIOS: version
 NXOS: version {VERSION}
  BIOS compile time:
  NXOS image file is: bootflash:///nxos.9.3.10.bin

Hardware
  cisco {CHASSIS}
  Intel(R) Xeon(R) CPU with 8154104 kB of memory.
  Processor Board ID {SERIAL}

  Device name: {hostname}
  bootflash:   4287040 kB
Kernel uptime is {days} day(s), {hours} hour(s), {minutes} minute(s), {seconds} second(s)

plugin
  Core Plugin, Ethernet Plugin
"""


def _state(port: Port, *, up: bool) -> str:
    if not port.enabled:
        return "down (Administratively down)"
    return "up" if up else "down (Link not connected)"


def _details(port: Port, *, up: bool) -> Iterator[str]:
    address = next((a for a in port.addresses if ":" not in a), "")
    hardware = "100/1000/10000 Ethernet, address: 5254.0000.0001 (bia 5254.0000.0001)" if port.link else "Loopback"
    yield f"{port.name} is {_state(port, up=up)}"
    yield f"admin state is {'up' if port.enabled else 'down'},{' Dedicated Interface' * bool(port.link)}"
    yield f"  Hardware: {hardware}"
    if port.description:
        yield f"  Description: {port.description}"
    if address:
        yield f"  Internet Address is {ip_interface(address)}"
    yield "  MTU 1500 bytes, BW 8000000 Kbit , DLY 5000 usec"
    yield "  reliability 255/255, txload 1/255, rxload 1/255"
    yield f"  Encapsulation {'ARPA' if port.link else 'LOOPBACK'}, medium is broadcast"


def interface_details(facts: Facts, states: dict[str, bool]) -> str:
    """The answer to `show interface`."""
    return "\n".join(line for port in facts.ports for line in _details(port, up=states.get(port.name, False)))


def interface_status(facts: Facts, states: dict[str, bool]) -> str:
    """The answer to `show interface status`."""
    rule = "-" * 80
    rows = [rule, "Port          Name               Status    Vlan      Duplex  Speed   Type", rule]
    for port in facts.ports:
        status = "connected" if states.get(port.name) else "notconnec" if port.enabled else "disabled"
        name = port.name.replace("Ethernet", "Eth").replace("loopback", "Lo")
        text = (port.description or "--")[:18]
        rows += [f"{name:<13} {text:<18} {status:<9} routed    full    10G     --"]
    return "\n".join(rows)


def ping(destination: str, count: int, received: int) -> str:
    """The answer to `ping` or `ping6`: the requests that are answered come first."""
    lines = [f"PING {destination} ({destination}): 56 data bytes"]
    lines += [f"64 bytes from {destination}: icmp_seq={n} ttl=254 time=0.{600 + n} ms" for n in range(received)]
    lines += [f"Request {n} timed out" for n in range(received, count)]
    loss = 100 * (count - received) / count if count else 0
    lines += ["", f"--- {destination} ping statistics ---"]
    lines += [f"{count} packets transmitted, {received} packets received, {loss:.2f}% packet loss"]
    return "\n".join([*lines, *(["round-trip min/avg/max = 0.6/0.604/0.61 ms"] if received else [])])
