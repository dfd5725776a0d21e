"""What a person looks at on an IOS-XR: one interface, one route, the list of a link-state database."""

from collections.abc import Iterable
from itertools import groupby

from lab.emulated.iosxr_show import family
from lab.emulated.views import LsaView, Port, RouteView

_LISTS = (("intra", "Router"), ("inter", "Summary Net"))
_LISTS6 = (("intra", "Intra Area Prefix"), ("inter", "Inter Area Prefix"))


def interface(port: Port, *, up: bool) -> str:
    """The answer to `show interfaces NAME`."""
    word = "administratively down" if not port.enabled else "up" if up else "down"
    kind = "GigabitEthernet" if port.link else "Loopback interface(s)"
    first = next((address for address in port.addresses if family(address) == "ipv4"), "Unknown")
    lines = [f"{port.name} is {word}, line protocol is {word} ", "  Interface state transitions: 1"]
    lines += [f"  Hardware is {kind}", *([f"  Description: {port.description}"] if port.description else [])]
    lines += [f"  Internet address is {first}", "  MTU 1500 bytes, BW 0 Kbit"]
    return "\n".join([*lines, "     reliability Unknown, txload Unknown, rxload Unknown"])


def route(found: RouteView | None, process: str) -> str:
    """The answer to `show route ipv4|ipv6 unicast PREFIX`; `process` names the protocol's process."""
    if found is None:
        return "% Network not in table"
    known = f"{found.protocol} {process}" if process else found.protocol
    lines = ["", f"Routing entry for {found.prefix}"]
    lines += [f'  Known via "{known}", distance {found.distance}, metric {found.metric}']
    lines += ["  Installed Nov 23 00:00:00.000 for 00:05:00", "  Routing Descriptor Blocks"]
    for address, through in found.nexthops:
        lines += [f"    {address}, via {through}" if address else f"    directly connected, via {through}"]
        lines += [f"      Route metric is {found.metric}"]
    return "\n".join([*lines, "  No advertising protos. "])


def database(lsas: Iterable[LsaView], router_id: str, process: str, *, six: bool) -> str:
    """The answer to `show ospf database` or `show ospfv3 database`."""
    told = tuple(lsas)
    lines = ["", f"            OSPF{'v3' if six else ''} Router with ID ({router_id}) (Process ID {process})", ""]
    for kind, head in _LISTS6 if six else _LISTS:
        chosen = sorted((lsa for lsa in told if lsa.kind == kind), key=lambda lsa: (lsa.scope, lsa.originator))
        for area, held in groupby(chosen, key=lambda lsa: lsa.scope):
            shown = area.removeprefix("0.0.0.") if area.startswith("0.0.0.") else area
            lines += [f"                {head} Link States (Area {shown})", ""]
            lines += ["Link ID         ADV Router      Age         Seq#       Checksum"]
            lines += [_row(lsa, kind) for lsa in held]
            lines += [""]
    return "\n".join(lines)


def _row(lsa: LsaView, kind: str) -> str:
    name = lsa.originator if kind == "intra" and family(lsa.prefix) == "ipv4" else lsa.prefix.partition("/")[0]
    return f"{name:<15} {lsa.originator:<15} {217:<11} 0x80000003 0x005646"
