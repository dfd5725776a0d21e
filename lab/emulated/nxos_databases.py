"""NX-OS's link-state databases and BGP table in words, told from views.

OSPFv2 and IS-IS as in captures of 9.3 (https://github.com/CiscoTestAutomation/genieparser, nxos); BGP as in one of
https://github.com/networktocode/ntc-templates. No capture of OSPFv3's was to be had: it is modelled on OSPFv2's.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import IPv4Address, ip_network
from itertools import groupby

from lab.emulated.nxos_tables import vrf_order
from lab.emulated.views import DEFAULT_VRF, Facts, LsaView, PathView

Lines = Iterator[str]
UNSPECIFIED = {"ipv4": str(IPv4Address(0)), "ipv6": "0::"}
Body = Callable[[Sequence[LsaView]], Lines]


def ospf_routers(views: Sequence[LsaView], router_id: str, process: str) -> str:
    """The answer to `show ip ospf database router detail vrf all`."""
    areas = _by_area(_of(views, "intra"), "Router", _routers)
    return _text(f"OSPF Router with ID ({router_id}) (Process ID {process} VRF default)", areas)


def ospf_summaries(views: Sequence[LsaView], router_id: str, process: str) -> str:
    """The answer to `show ip ospf database summary detail vrf all`."""
    areas = _by_area(_of(views, "inter"), "Summary Network", _summaries)
    return _text(f"OSPF Router with ID ({router_id}) (Process ID {process} VRF default)", areas)


def ospf_externals(views: Sequence[LsaView], router_id: str, process: str) -> str:
    """The answer to `show ip ospf database external detail vrf all`."""
    return _text(
        f"OSPF Router with ID ({router_id}) (Process ID {process} VRF default)", _externals(_of(views, "external"))
    )


def ospf3_database(views: Sequence[LsaView], router_id: str, process: str) -> str:
    """The answer to `show ipv6 ospfv3 database detail vrf all`: the kinds of LSA that carry prefixes."""
    parts = [
        *_by_area(_of(views, "intra"), "Intra-Area Prefix", _intra_prefixes),
        *_by_area(_of(views, "inter"), "Inter-Area Prefix", _inter_prefixes),
        *_external_prefixes(_of(views, "external")),
    ]
    return _text(f"OSPFv3 Router with ID ({router_id}) (Process ID {process} VRF default)", parts)


def isis_database(views: Sequence[LsaView], tag: str) -> str:
    """The answer to `show isis database detail vrf all`."""
    lines = [f"IS-IS Process: {tag} LSP database VRF: default"]
    for level in ("1", "2"):
        lines += [f"IS-IS Level-{level} Link State Database"]
        lines += ["LSPID                 Seq Number   Checksum  Lifetime   A/P/O/T"]
        within = sorted((view for view in views if view.scope == level), key=lambda view: view.originator)
        for originator, prefixes in groupby(within, key=lambda view: view.originator):
            lines += _lsp(originator, list(prefixes))
        lines += [""]
    return "\n".join(lines)


def bgp_paths(views: Iterable[PathView], facts: Facts, family: str) -> str:
    """The answer to `show bgp vrf all ipv4 unicast detail` or its like of IPv6."""
    title = {"ipv4": "IPv4 Unicast", "ipv6": "IPv6 Unicast"}[family]
    lines: list[str] = []
    ordered = sorted(views, key=lambda view: (vrf_order(view.vrf), view.prefix, not view.best))
    for vrf, within in groupby(ordered, key=lambda view: view.vrf):
        lines += [f"BGP routing table information for VRF {vrf}, address family {title}"]
        for prefix, paths in groupby(within, key=lambda view: view.prefix):
            lines += _entry(prefix, list(paths), facts, own=UNSPECIFIED[family])
        lines += [""]
    if not lines:
        lines = [f"BGP routing table information for VRF {DEFAULT_VRF}, address family {title}", ""]
    return "\n".join(lines)


def _of(views: Iterable[LsaView], kind: str) -> list[LsaView]:
    return sorted((view for view in views if view.kind == kind), key=lambda v: (v.scope, v.originator, v.prefix))


def _text(head: str, parts: Iterable[str]) -> str:
    return "\n".join([head, "", *parts, ""])


def _by_area(views: Iterable[LsaView], name: str, body: Body) -> Lines:
    for area, within in groupby(views, key=lambda view: view.scope):
        yield f"\t{name} Link States (Area {area})"
        yield ""
        yield from body(list(within))


def _lsa(kind: str, identity: str, originator: str, size: int) -> Lines:
    yield "LS age: 723"
    yield "Options: 0x2 (No TOS-capability, No DC)"
    yield f"LS Type: {kind}"
    yield f"Link State ID: {identity}"
    yield f"Advertising Router: {originator}"
    yield "LS Seq Number: 0x80000014"
    yield "Checksum: 0x652b"
    yield f"Length: {size}"


def _routers(views: Sequence[LsaView]) -> Lines:
    """One LSA per router, its prefixes as stub networks."""
    for originator, within in groupby(views, key=lambda view: view.originator):
        links = list(within)
        yield from _lsa("Router Links", originator, originator, 24 + 12 * len(links))
        yield f"Number of links: {len(links)}"
        yield ""
        for view in links:
            network = ip_network(view.prefix)
            yield " Link connected to: a Stub Network"
            yield f"  (Link ID) Network/Subnet Number: {network.network_address}"
            yield f"  (Link Data) Network Mask: {network.netmask}"
            yield "   Number of TOS metrics: 0"
            yield f"     TOS   0 Metric: {view.metric}"
            yield ""


def _summaries(views: Sequence[LsaView]) -> Lines:
    for view in views:
        network = ip_network(view.prefix)
        yield from _lsa("Network Summary", f"{network.network_address} (Network address)", view.originator, 28)
        yield f"Network Mask: /{network.prefixlen}"
        yield f"  TOS:   0 Metric: {view.metric}"
        yield ""


def _externals(views: Sequence[LsaView]) -> Lines:
    yield "\tType-5 AS External Link States"
    yield ""
    for view in views:
        network = ip_network(view.prefix)
        yield from _lsa("Type-5 AS-External", f"{network.network_address} (Network address)", view.originator, 36)
        yield f"Network Mask: /{network.prefixlen}"
        yield "     Metric Type: 2 (Larger than any link state path)"
        yield "     TOS: 0"
        yield f"     Metric: {view.metric}"
        yield "     Forward Address: 0.0.0.0"
        yield "     External Route Tag: 0"
        yield ""


def _intra_prefixes(views: Sequence[LsaView]) -> Lines:
    for originator, within in groupby(views, key=lambda view: view.originator):
        prefixes = list(within)
        yield from _lsa("Intra-Area-Prefix", UNSPECIFIED["ipv4"], originator, 32 + 20 * len(prefixes))
        yield "Referenced LS Type: Router Links"
        yield f"Number of prefixes: {len(prefixes)}"
        for view in prefixes:
            yield f"  Prefix: {view.prefix}  Metric: {view.metric}"
        yield ""


def _inter_prefixes(views: Sequence[LsaView]) -> Lines:
    for view in views:
        yield from _lsa("Inter-Area-Prefix", "0.0.0.1", view.originator, 44)
        yield f"  Prefix: {view.prefix}  Metric: {view.metric}"
        yield ""


def _external_prefixes(views: Sequence[LsaView]) -> Lines:
    if views:
        yield "\tType-5 AS External Link States"
        yield ""
    for view in views:
        yield from _lsa("Type-5 AS-External", "0.0.0.1", view.originator, 44)
        yield f"  Prefix: {view.prefix}  Metric: {view.metric}"
        yield ""


def _lsp(originator: str, views: Sequence[LsaView]) -> Lines:
    mark = "*" if views[0].own else " "
    yield f"{originator + '.00-00':<20}{mark:^3}0x00000B05   0x7FA7    1040       0/0/0/3"
    yield "    Instance      :  0x00000B05"
    yield "    Area Address  :  49.0001"
    yield "    NLPID         :  0xCC 0x8E"
    yield f"    Hostname      :  {originator:<18} Length : {len(originator)}"
    for view in views:
        if ":" in view.prefix:
            yield "    MT-IPv6 Prefx :  TopoId : 2"
            yield f"\t\t    {view.prefix}  Metric : {view.metric:<11} (U/I)"
        else:
            yield f"    Extended IP   : {view.prefix:>22}  Metric : {view.metric:<11} (U)"
    yield "    Digest Offset :  0"


def _entry(prefix: str, paths: Sequence[PathView], facts: Facts, own: str) -> Lines:
    best = next((number for number, path in enumerate(paths, start=1) if path.best), 0)
    yield f"BGP routing table entry for {prefix}, version 5"
    yield f"Paths: ({len(paths)} available, best #{best})"
    yield "Flags: (0x8008001a) (high32 00000000) on xmit-list, is in urib, is best urib route, is in HW"
    yield ""
    for path in paths:
        kind = ("internal" if path.internal else "external") if path.originator else "local"
        choice = "is best path" if path.best else "not best reason: AS Path"
        yield f"  Path type: {kind}, path is valid, {choice}, no labeled nexthop{', in rib' * path.best}"
        way = f"{' '.join(path.as_path)} , path sourced external to AS" if path.as_path else ""
        inside = "path sourced internal to AS" if path.originator else "path locally originated"
        yield f"  AS-Path: {way or f'NONE, {inside}'}"
        nexthop = path.nexthop if path.originator else own
        yield f"    {nexthop} (metric 0) from {nexthop} ({path.originator or facts.router_id})"
        yield f"      Origin IGP, MED not set, localpref 100, weight {0 if path.originator else 32768}"
        yield ""
    yield "  Path-id 1 not advertised to any peer"
