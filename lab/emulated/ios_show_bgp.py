"""What IOS shows of BGP: the tables of each family and VRF, and the summary of the sessions."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from lab.emulated.device import Device
from lab.emulated.ios_show_text import UPTIME, facts_of, family_of, halves, spelled
from lab.emulated.views import DEFAULT_VRF, NeighbourView, PathView

_NETWORK, _NEXT_HOP = 16, 19
_LEGEND = """\
Status codes: s suppressed, d damped, h history, * valid, > best, i - internal,
              r RIB-failure, S Stale, m multipath, b backup-path, f RT-Filter,
              x best-external, a additional-path, c RIB-compressed,
              t secondary path, L long-lived-stale,
Origin codes: i - IGP, e - EGP, ? - incomplete
RPKI validation codes: V valid, I invalid, N Not found

     Network          Next Hop            Metric LocPrf Weight Path"""
_SUMMARY = "Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd"


def _network(prefix: str) -> str:
    """A prefix as the table prints it: a classful network without its length."""
    address, length = halves(prefix)
    if family_of(prefix) == "ipv6":
        return f"{address}/{length}"
    first = int(address.split(".")[0])
    classful = "8" if first < 128 else "16" if first < 192 else "24" if first < 224 else ""
    return address if length == classful and first else f"{address}/{length}"


def _path_lines(path: PathView, *, first: bool) -> Iterator[str]:
    """Yield the lines of a path: a network or a next hop that is too wide for its column ends its line."""
    own = not path.originator
    start = f" *{'>' if path.best else ' '}{'i' if path.internal and not own else ' '}  "
    next_hop = path.nexthop or ("::" if family_of(path.prefix) == "ipv6" else "0.0.0.0")  # noqa: S104 - no listener
    preference = "100" if path.internal and not own else ""
    as_path = "".join(f"{asn} " for asn in path.as_path)
    tail = f"{0:>6} {preference:>6} {32768 if own else 0:>6} {as_path}i"
    network = _network(path.prefix) if first else ""
    if len(network) > _NETWORK:
        yield start + network
        start, network = " " * 5, ""
    line = f"{start}{network:<{_NETWORK}} {spelled(next_hop)}"
    if len(next_hop) > _NEXT_HOP:
        yield line
        yield f"{'':<42}{tail}"
    else:
        yield f"{line:<42}{tail}"


def _paths(paths: Iterable[PathView]) -> Iterator[str]:
    """Yield the lines of a table: further paths of a network stand under the first, without its name."""
    seen = ""
    for path in sorted(paths, key=lambda p: (ip_network(p.prefix).network_address.packed, p.prefix, p.nexthop)):
        yield from _path_lines(path, first=path.prefix != seen)
        seen = path.prefix


def _table_head(router_id: str) -> str:
    return f"BGP table version is 7, local router ID is {router_id}\n{_LEGEND}"


def show_bgp(device: Device, words: re.Match[str]) -> str:
    """The answer to `show bgp ipv4|ipv6 unicast`: nothing at all where the table is empty."""
    facts = facts_of(device)
    if not facts.asn:
        return "% BGP not active"
    found = [p for p in device.routing.paths(device.name, words["family"]) if p.vrf == DEFAULT_VRF]
    return "\n".join([_table_head(facts.router_id), *_paths(found)]) if found else ""


def show_bgp_vpn(device: Device, words: re.Match[str]) -> str:
    """The answer to `show bgp vpnv4|vpnv6 unicast all` and `vrf NAME`: a heading per VRF; its number is made up."""
    facts = facts_of(device)
    if not facts.asn:
        return "% BGP not active"
    family = {"vpnv4": "ipv4", "vpnv6": "ipv6"}[words["family"]]
    found = [p for p in device.routing.paths(device.name, family) if p.vrf != DEFAULT_VRF]
    names = sorted({path.vrf for path in found})
    lines = [_table_head(facts.router_id)]
    for place, vrf in enumerate(names, start=1):
        if words["vrf"] in (None, vrf):
            lines.append(f"Route Distinguisher: {facts.asn}:{place} (default for vrf {vrf})")
            lines += _paths(path for path in found if path.vrf == vrf)
    return "\n".join(lines) if len(lines) > 1 else ""


def _session(neighbour: NeighbourView, prefixes: int) -> Iterator[str]:
    """Yield the lines of a session: a long address ends its line."""
    address, state = (
        spelled(neighbour.address or neighbour.identity),
        str(prefixes) if neighbour.up else neighbour.state,
    )
    since = UPTIME if neighbour.up else "never"
    state = f"{state:>9}" if neighbour.up else state
    rest = f"4 {neighbour.remote_as:>12} {25:>7} {25:>7} {7:>8} {0:>4} {0:>4} {since:<8} {state}"
    if len(address) > 15:
        yield address
        yield f"{'':<16}{rest}"
    else:
        yield f"{address:<16}{rest}"


def _summary(device: Device, family: str) -> str:
    """The process and its sessions over one family."""
    facts = facts_of(device)
    paths = [p for p in device.routing.paths(device.name, family) if p.vrf == DEFAULT_VRF]
    lines = [
        f"BGP router identifier {facts.router_id}, local AS number {facts.asn}",
        "BGP table version is 7, main routing table version 7",
        *([f"{len(paths)} network entries using {len(paths) * 248} bytes of memory"] if paths else []),
        "",
        _SUMMARY,
    ]
    for neighbour in device.routing.neighbours(device.name, "bgp"):
        address = neighbour.address or neighbour.identity
        if family_of(address) == family:
            lines += _session(neighbour, sum(1 for p in paths if p.nexthop == address))
    return "\n".join(lines)


def show_bgp_summary(device: Device, words: re.Match[str]) -> str:
    """The answer to `show bgp ipv4|ipv6 unicast summary`."""
    return _summary(device, words["family"]) if facts_of(device).asn else "% BGP not active"


def show_bgp_all_summary(device: Device, words: re.Match[str]) -> str:
    """The answer to `show bgp all summary`: each family under its name."""
    if not facts_of(device).asn:
        return "% BGP not active"
    names = {"ipv4": "IPv4 Unicast", "ipv6": "IPv6 Unicast"}
    return "\n\n".join(f"For address family: {name}\n{_summary(device, family)}" for family, name in names.items())
