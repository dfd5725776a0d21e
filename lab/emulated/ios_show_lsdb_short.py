"""What IOS shows of its OSPF databases in short: a line per LSA."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from lab.emulated.device import Device
from lab.emulated.ios_show_lsdb import AGE, V2_TITLES, V3_TITLES
from lab.emulated.ios_show_text import bare, checksum, decimal_area, facts_of, process_of, spelled
from lab.emulated.views import LsaView

_V2_HEAD = "Link ID         ADV Router      Age         Seq#       Checksum"
_V3_HEAD = "ADV Router       Age         Seq#        "
_TAILS = {"intra": " Link count", "inter": "", "external": " Tag"}


def _v2_lines(kind: str, lsas: Sequence[LsaView]) -> Iterator[str]:
    """Yield a line per LSA of OSPFv2: one per router, or one per prefix."""
    yield _V2_HEAD + _TAILS[kind]
    counts: dict[tuple[str, str], int] = {}
    for lsa in lsas:
        key = (lsa.originator if kind == "intra" else bare(lsa.prefix), lsa.originator)
        counts[key] = counts.get(key, 0) + 1
    for (identifier, originator), count in counts.items():
        tail = {"intra": f" {count}", "inter": "", "external": " 0"}[kind]
        yield f"{identifier:<15} {originator:<15} {AGE:<11} 0x80000001 0x{checksum(identifier):06X}{tail}"


def _v3_lines(kind: str, lsas: Sequence[LsaView]) -> Iterator[str]:
    """Yield a line per LSA of OSPFv3; those within an area do not name their prefixes here."""
    yield _V3_HEAD + ("Link ID    Ref-lstype  Ref-LSID" if kind == "intra" else "Prefix")
    tails = {lsa: "0          0x2001      0" if kind == "intra" else spelled(lsa.prefix) for lsa in lsas}
    yield from dict.fromkeys(f" {lsa.originator:<15} {AGE:<11} 0x80000001  {tail}" for lsa, tail in tails.items())


def _database(device: Device, protocol: str, header: str) -> str:
    found = device.routing.lsas(device.name, protocol)
    lines = ["", header]
    for kind, title in (V2_TITLES if protocol == "ospf" else V3_TITLES).items():
        wanted = sorted((v for v in found if v.kind == kind), key=lambda v: (v.scope, v.originator, v.prefix))
        for scope, members in groupby(wanted, key=lambda v: v.scope):
            within = f" (Area {decimal_area(scope)})" if scope and kind != "external" else ""
            told = (_v2_lines if protocol == "ospf" else _v3_lines)(kind, tuple(members))
            lines += ["", f"\t\t{title}{within}", "", *told]
    return "\n".join(lines) if found else ""


def show_ip_ospf_database_short(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ip ospf database`."""
    facts = facts_of(device)
    header = f"            OSPF Router with ID ({facts.router_id}) (Process ID {process_of(facts, 'ospf')})"
    return _database(device, "ospf", header)


def show_ospfv3_database_short(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ospfv3 database`."""
    facts = facts_of(device)
    header = f"          OSPFv3 {process_of(facts, 'ospf3')} address-family ipv6 (router-id {facts.router_id})"
    return _database(device, "ospf3", header)
