"""IOS-XR's words for link-state databases and their neighbours, told from the views of the network around.

The forms are those of public captures.
"""

from collections.abc import Iterable
from ipaddress import ip_network
from itertools import groupby

from lab.emulated.views import LsaView, NeighbourView

_HEADS = {
    "router": "Router Link States",
    "summary": "Summary Net Link States",
    "external": "Type-5 AS External Link States",
    "prefix": "Intra Area Prefix Link States",
    "inter-area prefix": "Inter Area Prefix Link States",
}
_KINDS = {
    "router": "intra",
    "prefix": "intra",
    "summary": "inter",
    "inter-area prefix": "inter",
    "external": "external",
}


def ospf_database(what: str, lsas: Iterable[LsaView], router_id: str, process: str, *, six: bool) -> str:
    """The answer to `show ospf database router|summary|external` or `show ospfv3 database prefix|...`."""
    chosen = sorted(
        (lsa for lsa in lsas if lsa.kind == _KINDS[what]), key=lambda lsa: (lsa.scope, lsa.originator, lsa.prefix)
    )
    version = "OSPFv3" if six else "OSPF"
    lines = ["", f"            {version} Router with ID ({router_id}) (Process ID {process})", ""]
    if what == "external":
        return "\n".join(
            [*lines, f"                {_HEADS[what]}", "", *(x for lsa in chosen for x in _external(lsa))]
        )
    for area, held in groupby(chosen, key=lambda lsa: lsa.scope):
        lines += [f"                {_HEADS[what]} (Area {_area(area)})", ""]
        for _, same in groupby(held, key=lambda lsa: lsa.originator):
            together = tuple(same)
            if what in ("router", "prefix"):
                lines += _LISTS[what](together)
            else:
                lines += [line for lsa in together for line in _LISTS[what]((lsa,))]
    return "\n".join(lines)


def _area(dotted: str) -> str:
    """Small areas are written as numbers."""
    return dotted.removeprefix("0.0.0.") if dotted.startswith("0.0.0.") else dotted


def _lsa(kind: str, lsa: LsaView, ident: str, length: int) -> list[str]:
    routing = [] if lsa.own else ["  Routing Bit Set on this LSA"]
    return [
        *routing,
        "  LS age: 217",
        *(["  Options: (No TOS-capability, DC)"] if "LSA" not in kind else []),
        f"  LS Type: {kind}",
        f"  Link State ID: {ident}",
        f"  Advertising Router: {lsa.originator}",
        "  LS Seq Number: 80000003",
        "  Checksum: 0x5646",
        f"  Length: {length}",
    ]


def _router(lsas: tuple[LsaView, ...]) -> list[str]:
    lines = _lsa("Router Links", lsas[0], lsas[0].originator, 24 + 12 * len(lsas))
    lines += [f"   Number of Links: {len(lsas)}", ""]
    for lsa in lsas:
        network = ip_network(lsa.prefix)
        lines += [
            "    Link connected to: a Stub Network",
            f"     (Link ID) Network/subnet number: {network.network_address}",
            f"     (Link Data) Network Mask: {network.netmask}",
            "      Number of TOS metrics: 0",
            f"       TOS 0 Metrics: {lsa.metric}",
            "",
        ]
    return [*lines, ""]


def _summary(lsas: tuple[LsaView, ...]) -> list[str]:
    network = ip_network(lsas[0].prefix)
    head = _lsa("Summary Links (Network)", lsas[0], f"{network.network_address} (Summary Network Number)", 28)
    return [*head, f"  Network Mask: /{network.prefixlen}", f"\tTOS: 0  Metric: {lsas[0].metric}", ""]


def _prefixes(lsas: tuple[LsaView, ...]) -> list[str]:
    lines = _lsa("Intra-Area-Prefix-LSA", lsas[0], "0", 32 + 20 * len(lsas))
    lines += ["  Referenced LSA Type: 2001", "  Referenced Link State ID: 0"]
    lines += [f"  Referenced Advertising Router: {lsas[0].originator}", f"  Number of Prefixes: {len(lsas)}"]
    for lsa in lsas:
        network = ip_network(lsa.prefix)
        options = "LA " if network.prefixlen == 128 else "None"
        lines += [f"  Prefix Address: {network.network_address}"]
        lines += [f"  Prefix Length: {network.prefixlen}, Options: {options}, Metric: {lsa.metric}, Priority: Low"]
    return [*lines, ""]


def _between(lsas: tuple[LsaView, ...]) -> list[str]:
    network = ip_network(lsas[0].prefix)
    head = _lsa("Inter Area Prefix Links", lsas[0], "1", 44)
    head.remove("  Options: (No TOS-capability, DC)")
    tail = [f"  Metric: {lsas[0].metric}", f"  Prefix Address: {network.network_address}"]
    return [*head, *tail, f"  Prefix Length: {network.prefixlen}, Options: None, Priority: Low", ""]


def _external(lsa: LsaView) -> list[str]:
    network = ip_network(lsa.prefix)
    if network.version == 6:
        head = [line for line in _lsa("AS External Link", lsa, "1", 44) if "Options" not in line]
        where = [f"  Prefix Address: {network.network_address}"]
        where += [f"  Prefix Length: {network.prefixlen}, Options: None, Priority: Low"]
        return [*head, *where, "  Metric Type: 2 (Larger than any link state path)", f"  Metric: {lsa.metric}", ""]
    head = _lsa("AS External Link", lsa, f"{network.network_address} (External Network Number)", 36)
    return [
        *head,
        f"  Network Mask: /{network.prefixlen}",
        "\tMetric Type: 2 (Larger than any link state path)",
        "\tTOS: 0",
        f"\tMetric: {lsa.metric}",
        "\tForward Address: 0.0.0.0",
        "\tExternal Route Tag: 0",
        "",
    ]


_LISTS = {"router": _router, "summary": _summary, "prefix": _prefixes, "inter-area prefix": _between}


def isis_database(lsas: Iterable[LsaView], tag: str, own: str) -> str:
    """The answer to `show isis database detail`."""
    lines: list[str] = []
    for level, held in groupby(sorted(lsas), key=lambda lsa: lsa.scope):
        lines += ["", f"IS-IS {tag} (Level-{level}) Link State Database"]
        lines += ["LSPID                 LSP Seq Num  LSP Checksum  LSP Holdtime/Rcvd  ATT/P/OL"]
        by_system = sorted(held, key=lambda lsa: lsa.originator)
        count = 0
        for originator, same in groupby(by_system, key=lambda lsa: lsa.originator):
            count += 1
            together = tuple(same)
            mine = any(lsa.own for lsa in together) or originator == own
            rest = "  /*   " if mine else " /1200"
            lines += [
                f"{originator + '.00-00':<20}{'*' if mine else ' '} 0x00000005   0x1309        453 {rest}         0/0/0"
            ]
            lines += ["  Area Address:   49.0001", "  NLPID:          0xcc", "  NLPID:          0x8e"]
            lines += ["  MT:             Standard (IPv4 Unicast)", "  MT:             IPv6 Unicast"]
            lines += [f"  Hostname:       {originator}", *(_reach(lsa) for lsa in together)]
        lines += ["", f" Total Level-{level} LSP count: {count}     Local Level-{level} LSP count: 1"]
    return "\n".join(lines)


def _reach(lsa: LsaView) -> str:
    kind = "MT (IPv6 Unicast) IPv6" if ":" in lsa.prefix else "IP-Extended"
    inter = "-Interarea" if lsa.kind == "inter" else ""
    return f"  Metric: {lsa.metric:<10} {kind}{inter} {lsa.prefix}"


def ospf_neighbours(neighbours: Iterable[NeighbourView], process: str, version: str) -> str:
    """The answer to `show ospf neighbor` or `show ospfv3 neighbor`."""
    three = version == "ospf3"
    found = tuple(neighbours)
    lines = [] if three else ["", "* Indicates MADJ interface"]
    lines += [*([""] if three else []), "# Indicates Neighbor awaiting BFD session up", ""]
    lines += [f"Neighbors for OSPF{'v3' if three else ''} {process}", ""]
    column = "Interface ID" if three else "Address"
    lines += [f"Neighbor ID     Pri   State           Dead Time   {column:<15} Interface"]
    for n in found:
        state = f"{n.state.partition('/')[0].upper()}/  -"
        place = "6" if three else n.address.partition("/")[0]
        lines += [f"{n.identity:<15} {1:<5} {state:<15} 00:00:39    {place:<15} {n.interface}"]
        lines += ["    Neighbor is up for 00:05:00"]
    return "\n".join([*lines, "", f"Total neighbor count: {len(found)}"])


def isis_neighbours(neighbours: Iterable[NeighbourView], tag: str) -> str:
    """The answer to `show isis neighbors`."""
    found = tuple(neighbours)
    lines = ["", f"IS-IS {tag} neighbors:"]
    lines += ["System Id      Interface        SNPA           State Holdtime Type IETF-NSF"]
    for n in found:
        name = n.interface.replace("GigabitEthernet", "Gi")
        lines += [f"{n.identity:<14} {name:<16} {'*PtoP*':<14} {'Up' if n.up else 'Down':<5} {23:<8} L1L2 Capable"]
    return "\n".join([*lines, "", f"Total neighbor count: {len(found)}"])


def ospf_process(router_id: str, process: str, version: str) -> str:
    """The first lines of the answer to `show ospf` or `show ospfv3`."""
    if version == "ospf3":
        return f' Routing Process "ospfv3 {process}" with ID {router_id}\n Supports NSF\n'
    return f' Routing Process "ospf {process}" with ID {router_id}\n Role: Primary Active\n NSR is enabled\n'
