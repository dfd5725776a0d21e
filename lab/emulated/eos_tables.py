"""The link-state databases, BGP table and neighbours of an EOS device, as the dictionaries of its command API.

The shapes are those that public clients of the API read: `show ip ospf database detail`, `show ipv6 ospf database
detail`, `show ip bgp`, `show isis neighbors`. IS-IS's database is text, since no capture of its IPv6 part as a
dictionary was to be had. Ages, sequence numbers and checksums mean nothing here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import ip_network
from itertools import groupby
from typing import Any

from lab.emulated.eos_show import Answer, Shown, text_of
from lab.emulated.views import DEFAULT_VRF, LsaView, NeighbourView, PathView

HEADER = {"age": 100, "sequenceNumber": 0x80000001, "checksum": 0x1234}


def _views(shown: Shown, protocol: str, *kinds: str) -> list[LsaView]:
    views = shown.device.routing.lsas(shown.device.name, protocol)
    return sorted((v for v in views if v.kind in kinds), key=lambda v: (v.scope, v.originator, v.prefix))


def _by(views: Iterable[LsaView], key: Callable[[LsaView], str]) -> Iterator[tuple[str, list[LsaView]]]:
    yield from ((name, list(found)) for name, found in groupby(views, key=key))


def _process(shown: Shown, protocol: str) -> str:
    """Return the number of the process in the default VRF, "" where it does not run."""
    for entry in shown.device.running.root.each(protocol):
        if entry.values.get("vrf", DEFAULT_VRF) == DEFAULT_VRF:
            return str(entry.values["process"])
    return ""


def _instances(shown: Shown, protocol: str, content: Answer) -> Answer:
    process = _process(shown, protocol)
    return {"vrfs": {DEFAULT_VRF: {"instList": {process: content}}} if process else {}}


def ospf(shown: Shown) -> Answer:
    """`show ip ospf`."""
    return _instances(shown, "ospf", {"routerId": shown.facts.router_id, "vrf": DEFAULT_VRF, "shutDown": False})


def ospf3(shown: Shown) -> Answer:
    """`show ipv6 ospf`."""
    return _instances(shown, "ospf3", {"routerId": shown.facts.router_id, "vrf": DEFAULT_VRF, "shutDown": False})


def _lsa(kind: str, state: str, router: str, **body: Any) -> Answer:
    return {"lsaType": kind, "linkStateId": state, "advertisingRouter": router, **HEADER, **body}


def _router_lsa(router: str, views: Sequence[LsaView]) -> Answer:
    links = [
        {
            "linkType": "stubNetwork",
            "linkId": str(ip_network(view.prefix).network_address),
            "linkData": str(ip_network(view.prefix).netmask),
            "metric": view.metric,
            "numTos": 0,
        }
        for view in views
    ]
    return _lsa("routerLsa", router, router, ospfRouterLsa={"numRtrLinks": len(links), "routerLsaLinks": links})


def _summary_lsa(view: LsaView) -> Answer:
    network = ip_network(view.prefix)
    body = {"networkMask": str(network.netmask), "metric": view.metric}
    return _lsa("summaryLsa", str(network.network_address), view.originator, ospfSummaryLsa=body)


def _external_lsa(view: LsaView) -> Answer:
    network = ip_network(view.prefix)
    body = {"networkMask": str(network.netmask), "metric": view.metric, "metricType": 2, "externalRouteTag": 0}
    return _lsa("externalLsa", str(network.network_address), view.originator, ospfExternalLsa=body)


def ospf_database(shown: Shown) -> Answer:
    """`show ip ospf database detail`."""
    areas: Answer = {}
    for area, views in _by(_views(shown, "ospf", "intra", "inter"), lambda view: view.scope):
        intra = [view for view in views if view.kind == "intra"]
        routers = [_router_lsa(router, told) for router, told in _by(intra, lambda view: view.originator)]
        summaries = [_summary_lsa(view) for view in views if view.kind == "inter"]
        areas[area] = {"areaDatabase": [{"areaLsas": lsas} for lsas in (routers, summaries) if lsas]}
    externals = [_external_lsa(view) for view in _views(shown, "ospf", "external")]
    content = {"routerId": shown.facts.router_id, "areas": areas}
    return _instances(shown, "ospf", {**content, "externalLsdb": [{"externalLsas": externals}] if externals else []})


def _prefix6(view: LsaView) -> Answer:
    network = ip_network(view.prefix)
    return {"prefix": str(network.network_address), "prefixLength": network.prefixlen}


def _intra6(router: str, views: Sequence[LsaView]) -> Answer:
    body = {
        "referencedLsaType": "routerLsa",
        "referencedLinkStateId": "0.0.0.0",  # noqa: S104 - the id of a router's own LSA
        "referencedAdvertisingRouter": router,
        "numPrefixes": len(views),
        "prefixList": [{**_prefix6(view), "metric": view.metric} for view in views],
    }
    return _lsa("intraAreaPrefixLsa", "0.0.0.1", router, ospf3IntraAreaPrefixLsa=body)


def ospf3_database(shown: Shown) -> Answer:
    """`show ipv6 ospf database detail`."""
    areas: Answer = {}
    for area, views in _by(_views(shown, "ospf3", "intra", "inter"), lambda view: view.scope):
        intra = [view for view in views if view.kind == "intra"]
        lsas = [_intra6(router, told) for router, told in _by(intra, lambda view: view.originator)]
        for view in (view for view in views if view.kind == "inter"):
            body = {"prefix": _prefix6(view), "metric": view.metric}
            lsas.append(_lsa("interAreaPrefixLsa", "0.0.0.2", view.originator, ospf3InterAreaPrefixLsa=body))
        areas[area] = {"ospf3AreaLsaList": lsas}
    return _instances(shown, "ospf3", {"routerId": shown.facts.router_id, "ospf3AreaEntries": areas})


def ospf3_externals(shown: Shown) -> Answer:
    """`show ipv6 ospf database as detail`."""
    lsas = [
        _lsa(
            "asExternalLsa", "0.0.0.3", view.originator,
            ospf3ExternalLsa={"prefix": _prefix6(view), "metric": view.metric, "metricType": 2},
        )
        for view in _views(shown, "ospf3", "external")
    ]  # fmt: skip
    return _instances(shown, "ospf3", {"ospf3AsLsas": lsas})


def _family(prefix: str) -> int:
    return ip_network(prefix).version


def isis_database(shown: Shown) -> str:
    """`show isis database detail` as text."""
    tags = [entry.values["process"] for entry in shown.device.running.root.each("isis")]
    views = _views(shown, "isis", "internal", "intra", "inter", "external")
    lines: list[str] = ["Legend:", "H - hostname conflict", "U - node unreachable"] if tags else []
    for tag in tags:
        lines += ["", f"IS-IS Instance: {tag} VRF: {DEFAULT_VRF}"]
        for level, within in _by(views, lambda view: view.scope):
            lines += [f"  IS-IS Level {level} Link State Database"]
            lines += ["    LSPID                   Seq Num  Cksum  Life Length IS  Received LSPID        Flags"]
            for name, told in _by(within, lambda view: view.originator):
                lines += _lsp(name, level, told)
    return text_of(lines)


def _lsp(name: str, level: str, views: Sequence[LsaView]) -> Iterator[str]:
    yield f"    {name + '.00-00':<25}{1:>6}{4660:>7}{1100:>6}{100:>7} L{level}  0000.0000.0000.00-00  <>"
    yield "      NLPID: 0xCC(IPv4) 0x8E(IPv6)"
    yield f"      Hostname: {name}"
    for view in sorted(views, key=lambda view: (_family(view.prefix), view.prefix)):
        label = "Reachability         :" if _family(view.prefix) == 4 else "Reachability          :"
        yield f"      {label} {view.prefix} Metric: {view.metric} Type: 1 Up"


def _neighbours(shown: Shown, protocol: str) -> tuple[NeighbourView, ...]:
    return tuple(sorted(shown.device.routing.neighbours(shown.device.name, protocol)))


def ospf_neighbours(shown: Shown) -> Answer:
    """`show ip ospf neighbor`."""
    return _instances(shown, "ospf", {"ospfNeighborEntries": [_adjacency(n) for n in _neighbours(shown, "ospf")]})


def ospf3_neighbours(shown: Shown) -> Answer:
    """`show ipv6 ospf neighbor`."""
    return _instances(shown, "ospf3", {"ospf3NeighborEntries": [_adjacency(n) for n in _neighbours(shown, "ospf3")]})


def _adjacency(view: NeighbourView) -> Answer:
    return {
        "routerId": view.identity,
        "priority": 0,
        "drState": "DR",
        "interfaceName": view.interface,
        "interfaceAddress": view.address,
        "adjacencyState": "full" if view.up else view.state.partition("/")[0].casefold(),
    }


def isis_neighbours(shown: Shown) -> Answer:
    """`show isis neighbors`."""
    told: Answer = {}
    for view in _neighbours(shown, "isis"):
        adjacency = {
            "hostname": view.identity,
            "interfaceName": view.interface,
            "state": "up" if view.up else "down",
            "circuitId": "01",
            "routerIdV4": "",
        }
        told.setdefault(view.identity, {"adjacencies": []})["adjacencies"].append(adjacency)
    tags = [entry.values["process"] for entry in shown.device.running.root.each("isis")]
    return {"vrfs": {DEFAULT_VRF: {"isisInstances": {tag: {"neighbors": told} for tag in tags}}} if tags else {}}


def _bgp(shown: Shown, what: str, content: dict[str, Answer]) -> Answer:
    head = {"routerId": shown.facts.router_id, "asn": shown.facts.asn}
    told = {vrf: {"vrf": vrf, **head, what: content.get(vrf, {})} for vrf in shown.wanted()}
    return {"vrfs": told if shown.facts.asn else {}}


def bgp_paths(shown: Shown) -> Answer:
    """`show bgp ipv4 unicast [vrf V]` and its like of IPv6; the family is an argument."""
    entries: dict[str, Answer] = {}
    views = shown.device.routing.paths(shown.device.name, shown.arguments["family"])
    prefix = shown.arguments.get("prefix")
    for view in sorted(views, key=lambda view: (view.vrf, view.prefix, not view.best)):
        if prefix not in (None, view.prefix):
            continue
        network = ip_network(view.prefix)
        entry = entries.setdefault(view.vrf, {}).setdefault(
            view.prefix,
            {"address": str(network.network_address), "maskLength": network.prefixlen, "bgpRoutePaths": []},
        )
        entry["bgpRoutePaths"].append(_path(view))
        entry["totalPaths"] = len(entry["bgpRoutePaths"])
    return _bgp(shown, "bgpRouteEntries", entries)


def _path(view: PathView) -> Answer:
    own = not view.originator and not view.as_path
    kind = "Local" if own else "Internal" if view.internal else "External"
    return {
        "nextHop": "" if own else view.nexthop,
        "asPathEntry": {"asPath": " ".join(view.as_path), "asPathType": kind},
        "localPreference": 100,
        "med": 0,
        "weight": 0,
        "routeType": {"valid": True, "active": view.best, "stale": False, "suppressed": False},
        "routeDetail": {
            "origin": "Igp",
            "peerEntry": {"peerRouterId": view.originator, "peerAddr": "" if own else view.nexthop},
        },
    }


def _peers(shown: Shown) -> list[NeighbourView]:
    """The BGP neighbours of the family that is asked for."""
    sign = {"ipv4": ".", "ipv6": ":"}[shown.arguments["family"]]
    return [view for view in _neighbours(shown, "bgp") if sign in view.identity]


def bgp_summary(shown: Shown) -> Answer:
    """`show ip bgp summary [vrf V]` and its like of IPv6."""
    peers = {
        view.identity: {
            "version": 4,
            "peerState": "Established" if view.up else view.state,
            "asn": view.remote_as,
            "upDownTime": shown.device.started,
            "underMaintenance": False,
            "prefixReceived": 0,
            "prefixAccepted": 0,
        }
        for view in _peers(shown)
    }
    return _bgp(shown, "peers", {DEFAULT_VRF: peers})


def bgp_peers(shown: Shown) -> Answer:
    """`show ip bgp neighbors [vrf V]` and `show ipv6 bgp peers`; counts of prefixes are not kept."""
    counts = ("prefixesReceived", "prefixesSent", "v6PrefixesReceived", "v6PrefixesSent")
    peers = [
        {
            "peerAddress": view.identity,
            "asn": view.remote_as,
            "localAsn": shown.facts.asn,
            "routerId": "0.0.0.0",  # noqa: S104 - the router-id of a peer is not known here
            "state": "Established" if view.up else view.state,
            "idleReason": "",
            **dict.fromkeys(counts, 0),
        }
        for view in _peers(shown)
    ]
    return {"vrfs": {DEFAULT_VRF: {"peerList": peers}} if peers else {}}
