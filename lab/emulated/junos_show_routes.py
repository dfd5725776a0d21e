"""Routing tables and BGP of the emulated Junos, as its show commands print them.

What a device itself brings into BGP has no table of its own on Junos: its direct routes stay direct routes, and an
export policy lets some of them out. Two commands tell them: `show route advertising-protocol bgp NEIGHBOUR`, per
neighbour, and `show route protocol direct extensive`, whose TSI text names for each route the groups that it is
advertised to, `Page 0 idx 0, (group NAME type External) ...`; only groups with a session that is up are named.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network

from lab.emulated.device import Device
from lab.emulated.junos_facts import announcements
from lab.emulated.netconf_element import Element, el
from lab.emulated.views import DEFAULT_VRF, PathView, RouteView

PROTOCOLS = {
    "connected": ("Direct", "direct", 0),
    "local": ("Local", "local", 0),
    "static": ("Static", "static", 5),
    "ospf": ("OSPF", "ospf", 10),
    "ospf3": ("OSPF3", "ospf3", 10),
    "isis": ("IS-IS", "isis", 18),
    "bgp": ("BGP", "bgp", 170),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of a `show route` command."""

    table: str = ""
    protocol: str = ""
    destination: str = ""
    extensive: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What BGP says of a device: its paths, and by prefix the groups that its own routes go to."""

    paths: dict[tuple[str, str], list[PathView]] = field(default_factory=dict)
    groups: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)


def table_of(vrf: str, family: str) -> str:
    """The name of a routing table."""
    plain = "inet.0" if family == "ipv4" else "inet6.0"
    return plain if vrf == DEFAULT_VRF else f"{vrf}.{plain}"


def routes(device: Device, asked: Asked) -> Element:
    """Answer `show route`."""
    tables: defaultdict[str, list[RouteView]] = defaultdict(list)
    told = _told(device) if asked.extensive else Told()
    for family in ("ipv4", "ipv6"):
        for route in device.routing.routes(device.name, family):
            if _wanted(route, asked):
                tables[table_of(route.vrf, family)].append(route)
    return el(
        "route-information",
        *(_table(name, found, asked, told) for name, found in tables.items() if asked.table in {"", name}),
    )


def _wanted(route: RouteView, asked: Asked) -> bool:
    if asked.protocol and PROTOCOLS[route.protocol][1] != asked.protocol:
        return False
    if not asked.destination:
        return True
    wanted, prefix = ip_network(asked.destination, strict=False), ip_network(route.prefix)
    return wanted.version == prefix.version and prefix.prefixlen >= wanted.prefixlen and _inside(route.prefix, wanted)


def _inside(prefix: str, wanted: object) -> bool:
    return str(wanted) == prefix or ip_network(prefix).network_address in wanted  # type: ignore[operator]


def _table(name: str, found: list[RouteView], asked: Asked, told: Told) -> Element:
    count = str(len(found))
    return el(
        "route-table",
        el("table-name", name),
        el("destination-count", count),
        el("total-route-count", count),
        el("active-route-count", count),
        el("holddown-route-count", "0"),
        el("hidden-route-count", "0"),
        *(_route(route, asked, told) for route in found),
    )


def _route(route: RouteView, asked: Asked, told: Told) -> Element:
    if not asked.extensive:
        return el("rt", el("rt-destination", route.prefix), _entry(route))
    address, length = route.prefix.split("/")
    groups = told.groups.get((route.vrf, route.prefix), {}) if route.protocol == "connected" else {}
    advertised = "\n".join(
        f"Page 0 idx {index}, (group {group} type {kind}) Type 1 val 0x9a{index:05x} (adv_entry)\n"
        "   Advertised metrics:\n     Nexthop: Self\n     AS path: I"
        for index, (group, kind) in enumerate(groups.items())
    )
    path = next(iter(told.paths.get((route.vrf, route.prefix), ())), None) if route.protocol == "bgp" else None
    return el(
        "rt",
        el("rt-destination", address),
        el("rt-prefix-length", length),
        el("rt-entry-count", "1"),
        el("tsi", advertised, junos__indent="0") if advertised else None,
        _entry(route, path),
    )


def _entry(route: RouteView, path: PathView | None = None) -> Element:
    name, _, preference = PROTOCOLS[route.protocol]
    learnt = (
        (
            el("gateway", path.nexthop),
            el("peer-id", path.originator),
            el("as-path", f"AS path: {' '.join((*path.as_path, 'I'))}"),
        )
        if path
        else ()
    )
    return el(
        "rt-entry",
        el("active-tag", "*"),
        el("current-active"),
        el("last-active"),
        el("protocol-name", name),
        el("preference", str(preference)),
        el("age", "1:00:00", junos__seconds="3600"),
        el("metric", str(route.metric)) if route.metric else None,
        *learnt,
        *_nexthops(route),
    )


def _nexthops(route: RouteView) -> Iterator[Element]:
    if route.protocol == "local":
        yield el("nh-type", "Local")
        yield el("nh", el("nh-local-interface", route.nexthops[0][1] if route.nexthops else ""))
        return
    for index, (address, interface) in enumerate(route.nexthops):
        yield el(
            "nh",
            el("selected-next-hop") if index == 0 else None,
            el("to", address) if address else None,
            el("via", interface),
        )


def _told(device: Device) -> Told:
    told = Told()
    for family in ("ipv4", "ipv6"):
        for path in device.routing.paths(device.name, family):
            if path.originator and path.best:
                told.paths.setdefault((path.vrf, path.prefix), []).append(path)
    facts = device.running.facts(device.name)
    up = {peer.identity for peer in device.routing.neighbours(device.name, "bgp") if peer.up}
    up |= {peer.address for peer in device.routing.neighbours(device.name, "bgp") if peer.up}
    for vrf in dict.fromkeys((DEFAULT_VRF, *(port.vrf for port in facts.ports))):
        for group, prefix, peer in announcements(device.running.root, facts.ports, vrf):
            if peer.name in up:
                kind = (group.leaf("type") or "external").capitalize()
                told.groups.setdefault((vrf, prefix), {})[group.name] = kind
    return told


def advertised(device: Device, neighbour: str) -> Element:
    """Answer `show route advertising-protocol bgp NEIGHBOUR`: the device's own direct routes that go to it."""
    facts = device.running.facts(device.name)
    up = {
        word
        for peer in device.routing.neighbours(device.name, "bgp")
        if peer.up
        for word in (peer.identity, peer.address)
    }
    tables: defaultdict[str, list[str]] = defaultdict(list)
    for vrf in dict.fromkeys((DEFAULT_VRF, *(port.vrf for port in facts.ports))):
        for _, prefix, peer in announcements(device.running.root, facts.ports, vrf):
            if peer.name == neighbour and neighbour in up:
                tables[table_of(vrf, "ipv6" if ":" in prefix else "ipv4")].append(prefix)
    return el(
        "route-information",
        *(
            el("route-table", el("table-name", name), *(_advertised_route(prefix) for prefix in prefixes))
            for name, prefixes in tables.items()
        ),
    )


def _advertised_route(prefix: str) -> Element:
    entry = el(
        "rt-entry",
        el("active-tag", "*"),
        el("protocol-name", "Direct"),
        el("nh", el("to", "Self")),
        el("as-path", "I"),
    )
    return el("rt", el("rt-destination", prefix), entry)


def peers(device: Device) -> Element:
    """Answer `show bgp summary`."""
    found = device.routing.neighbours(device.name, "bgp")
    return el(
        "bgp-information",
        el("group-count", str(len(found))),
        el("peer-count", str(len(found))),
        el("down-peer-count", str(sum(not peer.up for peer in found))),
        *(
            el(
                "bgp-peer",
                el("peer-address", peer.address or peer.identity),
                el("peer-as", peer.remote_as),
                el("input-messages", "0"),
                el("output-messages", "0"),
                el("elapsed-time", "1:00:00", junos__seconds="3600"),
                el("peer-state", peer.state),
            )
            for peer in found
        ),
    )


def summary(device: Device) -> Element:
    """Answer `show route summary`: the AS and the router-id."""
    facts = device.running.facts(device.name)
    return el(
        "route-summary-information",
        el("as-number", facts.asn) if facts.asn else None,
        el("router-id", facts.router_id),
    )


def route_text(answer: Element) -> Iterator[str]:
    """Print tables for a person."""
    for table in answer.children:
        said = {child.tag: child.text for child in table.children}
        count = said.get("destination-count", "0")
        yield f"\n{said['table-name']}: {count} destinations, {count} routes ({count} active, 0 holddown, 0 hidden)"
        yield "+ = Active Route, - = Last Active, * = Both\n"
        for rt in (child for child in table.children if child.tag == "rt"):
            yield from _route_lines(rt)


def _route_lines(rt: Element) -> Iterator[str]:
    said = {child.tag: child.text for child in rt.children}
    prefix = said["rt-destination"] + (f"/{said['rt-prefix-length']}" if "rt-prefix-length" in said else "")
    if said.get("tsi"):
        yield f"{prefix} (1 entry, 1 announced)\nTSI:\n{said['tsi']}"
    entry = next(child for child in rt.children if child.tag == "rt-entry")
    words = {child.tag: child.text for child in entry.children}
    metric = f", metric {words['metric']}" if "metric" in words else ""
    yield f"{prefix:<18} *[{words['protocol-name']}/{words.get('preference', '')}] 01:00:00{metric}"
    for hop in (child for child in entry.children if child.tag == "nh"):
        to = {child.tag: child.text for child in hop.children}
        sign = ">" if "selected-next-hop" in to else " "
        if "nh-local-interface" in to:
            yield f"{'':21}Local via {to['nh-local-interface']}"
        else:
            yield f"{'':19}{sign} {'to ' + to['to'] + ' ' if 'to' in to else ''}via {to.get('via', '')}".rstrip()
