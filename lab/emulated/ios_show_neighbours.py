"""What IOS shows of adjacencies and of the processes behind them."""

import re
from collections.abc import Iterator

from lab.emulated.device import Device
from lab.emulated.ios_show_text import decimal_area, enabled_on, facts_of, process_of, short
from lab.emulated.views import Enabled, NeighbourView

_LEVELS = {"1": "L1", "2": "L2", "1-2": "L1L2"}


def _ospf_state(neighbour: NeighbourView) -> str:
    """The state and the role, which a point-to-point link does not have."""
    word, _, role = neighbour.state.upper().partition("/")
    return f"{'FULL' if neighbour.up else word}/{role if role.strip(' -') else '  -'}"


def show_ip_ospf_neighbor(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ip ospf neighbor`: nothing where there is none."""
    found = device.routing.neighbours(device.name, "ospf")
    lines = ["", "Neighbor ID     Pri   State           Dead Time   Address         Interface"]
    lines += [f"{n.identity:<15}{0:>4}   {_ospf_state(n):<16}00:00:33    {n.address:<16}{n.interface}" for n in found]
    return "\n".join(lines) if found else ""


def show_ospfv3_neighbor(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ospfv3 neighbor`: nothing where there is none."""
    found, facts = device.routing.neighbours(device.name, "ospf3"), facts_of(device)
    lines = [
        "",
        f"          OSPFv3 {process_of(facts, 'ospf3')} address-family ipv6 (router-id {facts.router_id})",
        "",
        "Neighbor ID     Pri   State           Dead Time   Interface ID    Interface",
    ]
    lines += [f"{n.identity:<15}{0:>4}   {_ospf_state(n):<16}00:00:33    {7:<16}{n.interface}" for n in found]
    return "\n".join(lines) if found else ""


def _level(device: Device, interface: str) -> str:
    ports = (port for port in facts_of(device).ports if port.name == interface)
    levels = [_LEVELS[e.level] for port in ports for e in port.protocols if e.protocol == "isis" and e.level in _LEVELS]
    return levels[0] if levels else "L2"


def _isis_lines(device: Device, n: NeighbourView, *, detail: bool) -> Iterator[str]:
    """Yield the lines of an adjacency: a long name ends its line."""
    state = "UP" if n.up else n.state.upper()
    address = n.address if ":" not in n.address else ""
    rest = f"{_level(device, n.interface):<4} {short(n.interface):<13} {address:<15} {state:<5} {27:<8} 01"
    if len(n.identity) > 15:
        yield f"{n.identity} \\"
        yield f"{'':<16}{rest}"
    else:
        yield f"{n.identity:<16}{rest}"
    if detail:
        yield "  Area Address(es): 49.0001"
        yield "  SNPA: 5254.0012.3456"
        yield "  State Changed: 00:10:00"
        yield "  Format: Phase V"
        yield "  Remote TID: 0"
        yield "  Local TID:  0"
        yield f"  Interface name: {n.interface}"


def show_isis_neighbors(device: Device, words: re.Match[str]) -> str:
    """The answer to `show isis neighbors [detail]`; only the detail has an interface's whole name."""
    found = device.routing.neighbours(device.name, "isis")
    tag = process_of(facts_of(device), "isis")
    lines = ["", *([f"Tag {tag}:"] if tag else [])]
    lines.append("System Id       Type Interface     IP Address      State Holdtime Circuit Id")
    for n in found:
        lines += _isis_lines(device, n, detail=bool(words["detail"]))
    return "\n".join(lines) if found else ""


def _areas(enabled: tuple[Enabled, ...]) -> Iterator[str]:
    for area in sorted({e.area for e in enabled}):
        count = sum(1 for e in enabled if e.area == area)
        yield f"    Area {'BACKBONE(0)' if decimal_area(area) == '0' else decimal_area(area)}"
        yield f"        Number of interfaces in this area is {count}"
        yield "        Area has no authentication"


def show_ip_ospf(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ip ospf`: nothing where no process runs on an interface."""
    facts = facts_of(device)
    enabled = enabled_on(facts, "ospf")
    lines = [
        f' Routing Process "ospf {process_of(facts, "ospf")}" with ID {facts.router_id}',
        " Start time: 00:00:42.000, Time elapsed: 00:10:00.000",
        " Supports only single TOS(TOS0) routes",
        " Supports opaque LSA",
        " Reference bandwidth unit is 100 mbps",
        *_areas(enabled),
    ]
    return "\n".join(lines) if enabled else ""


def show_ospfv3(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ospfv3`: nothing where no process runs on an interface."""
    facts = facts_of(device)
    enabled = enabled_on(facts, "ospf3")
    lines = [
        f" OSPFv3 {process_of(facts, 'ospf3')} address-family ipv6",
        f" Router ID {facts.router_id}",
        " Supports NSSA (compatible with RFC 3101)",
        " Reference bandwidth unit is 100 mbps",
        *_areas(enabled),
    ]
    return "\n".join(lines) if enabled else ""


def show_ip_protocols(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ip protocols`: the processes that run, each with its router-id."""
    facts = facts_of(device)
    lines = ["*** IP Routing is NSF aware ***"]
    if enabled_on(facts, "ospf"):
        process = process_of(facts, "ospf")
        lines += ["", f'Routing Protocol is "ospf {process}"', f"  Router ID {facts.router_id}"]
    if enabled_on(facts, "isis"):
        lines += ["", f'Routing Protocol is "{" ".join(["isis", process_of(facts, "isis")]).strip()}"']
    if facts.asn:
        lines += ["", f'Routing Protocol is "bgp {facts.asn}"', "  IGP synchronization is disabled"]
    return "\n".join(lines)
