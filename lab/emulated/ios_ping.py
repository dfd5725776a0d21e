"""Pings as IOS prints them, asked of the network around."""

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from lab.emulated.ios_facts import facts
from lab.emulated.ios_values import port_name
from lab.emulated.views import DEFAULT_VRF, Facts

if TYPE_CHECKING:
    from lab.emulated.ios_cli import IosCli

NO_SOURCE = "% Invalid source address- IP address not on any of our up interfaces"
NO_HOST = "% Unrecognized host or address, or protocol not running."


def ping(cli: "IosCli", found: re.Match[str]) -> str:
    """Answer a ping: how many of the echo requests come back."""
    words = found["more"].split()
    options = dict(zip(words[::2], words[1::2], strict=False))
    if len(words) % 2 or not options.keys() <= {"source", "repeat", "timeout", "size"}:
        return "% Invalid input detected at '^' marker."
    try:
        destination = ip_address(found["to"])
    except ValueError:
        return NO_HOST
    vrf, known = found["vrf"] or DEFAULT_VRF, facts(cli.store, cli.device.name)
    if vrf != DEFAULT_VRF and not any(entry.values["vrf"] == vrf for entry in cli.store.root.each("vrf")):
        return f"% VRF {vrf} does not exist"
    source = ""
    if "source" in options:
        source = own_address(known, vrf, options["source"], destination.version)
        if not source:
            return NO_SOURCE
    count, size = int(options.get("repeat", 5)), options.get("size", "100")
    back = cli.device.routing.ping(cli.device.name, vrf, source, str(destination), count)
    late = f"timeout is {options.get('timeout', '2')} seconds:"
    said = [
        "Type escape sequence to abort.",
        f"Sending {count}, {size}-byte ICMP Echos to {str(destination).upper()}, {late}",
    ]
    if source:
        said.append(f"Packet sent with a source address of {source.upper()}")
    times = ", round-trip min/avg/max = 1/1/2 ms" if back else ""
    rate = 100 * back // count if count else 0
    said += ["." * (count - back) + "!" * back, f"Success rate is {rate} percent ({back}/{count}){times}"]
    return "\n".join(said)


def own_address(known: Facts, vrf: str, text: str, version: int) -> str:
    """Return the address of an interface that is up, named by itself or by the interface; "" where there is none."""
    try:
        name = port_name(text)
    except ValueError:
        name = ""
    for port in known.ports:
        if port.vrf != vrf or not port.enabled:
            continue
        for address in port.addresses:
            bare = ip_address(address.partition("/")[0])
            if bare.version == version and (port.name == name or str(bare) == _canonical(text)):
                return str(bare)
    return ""


def _canonical(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
