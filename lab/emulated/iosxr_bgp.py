"""IOS-XR's words for BGP tables and sessions, told from the views of the network around.

The forms are those of public captures; the detail of a whole table is put together from captures of single prefixes.
"""

from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from itertools import groupby

from lab.emulated.views import DEFAULT_VRF, NeighbourView, PathView

_BGP_HEAD = """\
BGP router identifier {router_id}, local AS number {asn}
BGP generic scan interval 60 secs
Non-stop routing is enabled
BGP table state: Active
Table ID: 0xe0000000   RD version: 5
BGP main routing table version 5
BGP NSR Initial initsync version 2 (Reached)
BGP NSR/ISSU Sync-Group versions 0/0
BGP scan interval 60 secs
"""
_STATUS = """
Status codes: s suppressed, d damped, h history, * valid, > best
              i - internal, r RIB-failure, S stale, N Nexthop-discard
Origin codes: i - IGP, e - EGP, ? - incomplete"""


def bgp_brief(paths: Iterable[PathView], router_id: str, asn: str) -> str:
    """The answer to `show bgp ipv4|ipv6 unicast`."""
    lines = [_BGP_HEAD.format(router_id=router_id, asn=asn) + _STATUS]
    lines += ["   Network            Next Hop            Metric LocPrf Weight Path"]
    prefixes = set()
    told = sorted(paths, key=_place)
    for path in told:
        status = f"*{'>' if path.best else ' '}{'i' if path.internal else ' '}"
        network = f"{path.prefix:<18}" if path.prefix not in prefixes else " " * 18
        prefixes.add(path.prefix)
        lines += _wrapped(status + network, path)
    return "\n".join([*lines, "", f"Processed {len(prefixes)} prefixes, {len(told)} paths"])


def _wrapped(start: str, path: PathView) -> Iterator[str]:
    """A path on one line, or on more where its network or next hop is longer than its column."""
    if len(start) > 21:
        yield start.rstrip()
        start = " " * 21
    hop = f" {path.nexthop:<15}"
    if len(path.nexthop) > 15:
        yield start + hop
        start, hop = " " * 21, " " * 16
    own = path.nexthop in ("0.0.0.0", "::")  # noqa: S104 - how the system writes its own
    preference = "100" if path.internal else ""
    tail = " ".join([*path.as_path, "i"])
    yield f"{start}{hop} {0:>10} {preference:>6} {32768 if own else 0:>6} {tail}"


def _place(path: PathView) -> tuple[bytes, int, bool, str]:
    network = ip_network(path.prefix)
    return network.network_address.packed, network.prefixlen, not path.best, path.nexthop


def bgp_detail(paths: Iterable[PathView], router_id: str) -> str:
    """The answer to `show bgp ipv4|ipv6 unicast detail`."""
    lines: list[str] = []
    for prefix, held in groupby(sorted(paths, key=_place), key=lambda path: path.prefix):
        together = tuple(held)
        best = next((place for place, path in enumerate(together, start=1) if path.best), 0)
        lines += [f"BGP routing table entry for {prefix}", "Versions:", "  Process           bRIB/RIB  SendTblVer"]
        lines += ["  Speaker                   5            5", "Last Modified: Nov 23 00:00:00.000 for 00:05:00"]
        lines += [f"Paths: ({len(together)} available, {f'best #{best}' if best else 'no best path'})"]
        lines += ["  Not advertised to any peer"]
        for place, path in enumerate(together, start=1):
            lines += _path(place, path, router_id)
    return "\n".join(lines)


def _path(place: int, path: PathView, router_id: str) -> Iterator[str]:
    own = not path.originator
    sender = ("0.0.0.0" if ":" not in path.prefix else "::") if own else path.nexthop  # noqa: S104 - as it writes its own
    words = ["valid", "local" if own else "internal" if path.internal else "external"]
    words += ["best", "group-best"] if path.best else []
    weight = ", weight 32768" if own else ""
    yield f"  Path #{place}: Received by speaker 0"
    yield "  Not advertised to any peer"
    yield f"  {' '.join(path.as_path) or 'Local'}"
    metric = "" if own else " (metric 2)"
    yield f"    {path.nexthop or sender}{metric} from {sender} ({path.originator or router_id})"
    yield f"      Origin IGP, metric 0, localpref 100{weight}, {', '.join(words)}"
    yield f"      Received Path ID 0, Local Path ID {int(path.best)}, version 5"


def by_vrf(paths: Iterable[PathView], vrfs: Iterable[str], router_id: str, *, detail: bool, asn: str = "") -> str:
    """The answer to `show bgp vrf all ipv4|ipv6 unicast [detail]`: one table after the other."""
    told = tuple(paths)
    parts = []
    for vrf in vrfs:
        mine = tuple(path for path in told if path.vrf == vrf)
        table = bgp_detail(mine, router_id) if detail else bgp_brief(mine, router_id, asn)
        parts.append(f"\nVRF: {vrf}\n{'-' * (5 + len(vrf))}\n{table}")
    return "\n".join(parts)


def in_default(paths: Iterable[PathView]) -> tuple[PathView, ...]:
    """The paths outside of any VRF."""
    return tuple(path for path in paths if path.vrf == DEFAULT_VRF)


def bgp_summary(neighbours: Iterable[NeighbourView], router_id: str, asn: str, family: str) -> str:
    """The answer to `show bgp ipv4|ipv6 unicast summary`."""
    lines = [_BGP_HEAD.format(router_id=router_id, asn=asn), "BGP is operating in STANDALONE mode.", "", ""]
    lines += ["Process       RcvTblVer   bRIB/RIB   LabelVer  ImportVer  SendTblVer  StandbyVer"]
    lines += ["Speaker               5          5          5          5           5           0", ""]
    lines += ["Neighbor        Spk    AS MsgRcvd MsgSent   TblVer  InQ OutQ  Up/Down  St/PfxRcd"]
    for n in neighbours:
        if (":" in n.address) != (family == "ipv6"):
            continue
        start = f"{n.address:<15}" if len(n.address) <= 15 else f"{n.address}\n{'':15}"
        state = f"{2:>10}" if n.up else n.state
        lines += [
            f"{start} {0:>3} {n.remote_as:>5} {36:>7} {36:>7} {5 if n.up else 0:>8} {0:>4} {0:>4} 00:05:00 {state}"
        ]
    return "\n".join(lines)
