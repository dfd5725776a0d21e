"""What IOS shows of its link-state databases: OSPFv2 and OSPFv3 LSA by LSA, IS-IS LSP by LSP."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from lab.emulated.device import Device
from lab.emulated.ios_show_text import checksum, decimal_area, facts_of, halves, masked, process_of, spelled
from lab.emulated.views import LsaView

AGE = 412
_HOLDTIME = 1105
V2_TITLES = {
    "intra": "Router Link States",
    "inter": "Summary Net Link States",
    "external": "Type-5 AS External Link States",
}
V3_TITLES = {
    "intra": "Intra Area Prefix Link States",
    "inter": "Inter Area Prefix Link States",
    "external": "Type-5 AS External Link States",
}
_V2_KINDS = {"router": "intra", "summary": "inter", "external": "external"}
_V3_KINDS = {"prefix": "intra", "inter-area prefix": "inter", "external": "external"}


def _head(kind: str, identifier: str, originator: str, length: int, *, options: str = "") -> list[str]:
    """The lines that every LSA begins with."""
    return [
        f"  LS age: {AGE}",
        *([f"  Options: ({options})"] if options else []),
        f"  LS Type: {kind}",
        f"  Link State ID: {identifier}",
        f"  Advertising Router: {originator}",
        "  LS Seq Number: 80000001",
        f"  Checksum: 0x{checksum(kind + identifier + originator):X}",
        f"  Length: {length}",
    ]


def _router_lsa(originator: str, lsas: list[LsaView]) -> Iterator[str]:
    """Yield the router LSA of one originator: a stub network per prefix."""
    options = "No TOS-capability, DC"
    yield from _head("Router Links", originator, originator, 24 + 12 * len(lsas), options=options)
    yield from (f"  Number of Links: {len(lsas)}", "")
    for lsa in lsas:
        number, mask = masked(lsa.prefix)
        yield "    Link connected to: a Stub Network"
        yield f"     (Link ID) Network/subnet number: {number}"
        yield f"     (Link Data) Network Mask: {mask}"
        yield "      Number of MTID metrics: 0"
        yield f"       TOS 0 Metrics: {lsa.metric}"
        yield ""


def _summary_lsa(lsa: LsaView) -> Iterator[str]:
    number, length = halves(lsa.prefix)
    options = "No TOS-capability, DC, Upward"
    identifier = f"{number} (summary Network Number)"
    yield from _head("Summary Links(Network)", identifier, lsa.originator, 28, options=options)
    yield f"  Network Mask: /{length}"
    yield f"        MTID: 0         Metric: {lsa.metric} "


def _external_lsa(lsa: LsaView) -> Iterator[str]:
    number, length = halves(lsa.prefix)
    options = "No TOS-capability, DC, Upward"
    identifier = f"{number} (External Network Number )"
    yield from _head("AS External Link", identifier, lsa.originator, 36, options=options)
    yield f"  Network Mask: /{length}"
    yield "        Metric Type: 2 (Larger than any link state path)"
    yield "        MTID: 0 "
    yield f"        Metric: {lsa.metric} "
    yield "        Forward Address: 0.0.0.0"
    yield "        External Route Tag: 0"


def _intra_prefix_lsa(originator: str, lsas: list[LsaView]) -> Iterator[str]:
    """Yield the intra-area prefix LSA of one originator."""
    yield from _head("Intra-Area-Prefix-LSA", "0", originator, 32 + 20 * len(lsas))
    yield "  Referenced LSA Type: 2001"
    yield "  Referenced Link State ID: 0"
    yield f"  Referenced Advertising Router: {originator}"
    yield f"  Number of Prefixes: {len(lsas)}"
    for lsa in lsas:
        address, length = halves(lsa.prefix)
        yield f"  Prefix Address: {address}"
        yield f"  Prefix Length: {length}, Options: None, Metric: {lsa.metric}"


def _inter_prefix_lsa(place: int, lsa: LsaView) -> Iterator[str]:
    address, length = halves(lsa.prefix)
    yield from _head("Inter Area Prefix Links", str(place), lsa.originator, 44)
    yield f"  Metric: {lsa.metric} "
    yield f"  Prefix Address: {address}"
    yield f"  Prefix Length: {length}, Options: None"


def _external_prefix_lsa(place: int, lsa: LsaView) -> Iterator[str]:
    address, length = halves(lsa.prefix)
    yield from _head("AS External Link", str(place), lsa.originator, 44)
    yield f"  Prefix Address: {address}"
    yield f"  Prefix Length: {length}, Options: None"
    yield "  Metric Type: 2 (Larger than any link state path)"
    yield f"  Metric: {lsa.metric} "


def _foreign_notes(lines: Iterable[str], version: str, *, own: bool) -> Iterator[str]:
    """Yield the lines of an LSA, before them what IOS says of one that another router originates."""
    if not own:
        yield "  Routing Bit Set on this LSA" + (" in topology Base with MTID 0" if version == "ospf" else "")
    yield from lines
    yield ""


def _lsas(protocol: str, kind: str, lsas: Iterable[LsaView]) -> Iterator[str]:
    """Yield the LSAs of one area."""
    grouped = {"ospf": _router_lsa, "ospf3": _intra_prefix_lsa}[protocol]
    if kind == "intra":
        for originator, members in groupby(lsas, key=lambda lsa: lsa.originator):
            own = list(members)
            yield from _foreign_notes(grouped(originator, own), protocol, own=own[0].own)
        return
    for place, lsa in enumerate(lsas):
        match protocol, kind:
            case "ospf", "inter":
                lines = _summary_lsa(lsa)
            case "ospf", _:
                lines = _external_lsa(lsa)
            case _, "inter":
                lines = _inter_prefix_lsa(place, lsa)
            case _:
                lines = _external_prefix_lsa(place, lsa)
        yield from _foreign_notes(lines, protocol, own=lsa.own)


def _database(device: Device, protocol: str, kind: str, header: str, title: str) -> str:
    """One type of LSA of every area, under the process' header; nothing where the protocol does not run."""
    found = device.routing.lsas(device.name, protocol)
    if not found:
        return ""
    lines = ["", header]
    wanted = sorted((v for v in found if v.kind == kind), key=lambda v: (v.scope, v.originator, v.prefix))
    for scope, members in groupby(wanted, key=lambda v: v.scope):
        within = f" (Area {decimal_area(scope)})" if scope and kind != "external" else ""
        lines += ["", f"\t\t{title}{within}", "", *_lsas(protocol, kind, members)]
    return "\n".join(lines)


def show_ip_ospf_database(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ip ospf database router`, `summary` and `external`."""
    kind, facts = _V2_KINDS[words["type"]], facts_of(device)
    header = f"            OSPF Router with ID ({facts.router_id}) (Process ID {process_of(facts, 'ospf')})"
    return _database(device, "ospf", kind, header, V2_TITLES[kind])


def show_ospfv3_database(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ospfv3 database prefix`, `inter-area prefix` and `external`, and to the older command."""
    kind, facts = _V3_KINDS[words["type"]], facts_of(device)
    process = process_of(facts, "ospf3")
    header = f"          OSPFv3 {process} address-family ipv6 (router-id {facts.router_id})"
    if words["old"]:
        header = f"            OSPFv3 Router with ID ({facts.router_id}) (Process ID {process})"
    return _database(device, "ospf3", kind, header, V3_TITLES[kind])


def _lsp_line(name: str, *, own: bool) -> list[str]:
    """The first line of an LSP, broken behind a name that is too long for its column."""
    mark, held = ("*", f"{_HOLDTIME:>20}/*") if own else (" ", f"{_HOLDTIME:>20}/1200")
    rest = f"{mark} 0x00000002   0x{checksum(name):04X}{held:<31}0/0/0"
    return [f"{name:<20}{rest}"] if len(name) < 20 else [f"{name} \\", f"{'':<20}{rest}"]


def _reachability(lsa: LsaView) -> str:
    protocol = "IPv6" if ":" in lsa.prefix else "IP"
    word = {"inter": "-Interarea", "external": "-External"}.get(lsa.kind, "")
    return f"  Metric: {lsa.metric:<10} {protocol}{word} {spelled(lsa.prefix)}"


def _lsp(originator: str, lsas: list[LsaView]) -> Iterator[str]:
    yield from _lsp_line(f"{originator}.00-00", own=lsas[0].own)
    yield "  Area Address: 49.0001"
    yield "  NLPID:        0xCC 0x8E"
    if not re.fullmatch(r"[0-9a-f]{4}(\.[0-9a-f]{4}){2}", originator):
        yield f"  Hostname: {originator}"
    yield from (_reachability(lsa) for lsa in lsas)


def show_isis_database(device: Device, words: re.Match[str]) -> str:
    """The answer to `show isis database detail`: every level, every LSP with what it reaches."""
    found = device.routing.lsas(device.name, "isis")
    if not found:
        return ""
    tag = process_of(facts_of(device), "isis")
    lines = ["", f"Tag {tag}:"] if tag else [""]
    ordered = sorted(found, key=lambda v: (v.scope, v.originator, ":" in v.prefix, v.prefix))
    for level, members in groupby(ordered, key=lambda v: v.scope):
        lines += [
            f"IS-IS Level-{level} Link State Database:",
            "LSPID                 LSP Seq Num  LSP Checksum  LSP Holdtime/Rcvd      ATT/P/OL",
        ]
        for originator, lsas in groupby(members, key=lambda v: v.originator):
            lines += _lsp(originator, list(lsas))
    return "\n".join(lines)


def show_isis_hostname(device: Device, words: re.Match[str]) -> str:
    """The answer to `show isis hostname`: the names in the LSPs; system-ids are not in the views and are made up."""
    tag = process_of(facts_of(device), "isis")
    names = sorted({(v.scope, v.originator, v.own) for v in device.routing.lsas(device.name, "isis")})
    lines = [f"Level  System ID      Dynamic Hostname  ({tag or 'null'})"]
    for level, name, own in names:
        identifier = f"0000.0000.{checksum(name):04x}"
        lines.append(f"     * {identifier} {name}" if own else f" {level}     {identifier} {name}")
    return "\n".join(lines)
