"""Routing tables of the emulated Junos, as its show commands print them."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network

from lab.emulated.device import Device
from lab.emulated.junos_show_bgp import Groups, groups_of, table_of
from lab.emulated.netconf_element import Element, el
from lab.emulated.views import PathView, RouteView

# How wide prefixes are; a longer one has a line of its own.
COLUMN = 18
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
    active: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A route as it stands in a table; `path` is what BGP says of it."""

    route: RouteView
    active: bool = True
    path: PathView | None = None


def routes(device: Device, asked: Asked) -> Element:
    """Answer `show route`."""
    tables: dict[str, dict[str, list[Entry]]] = {"inet.0": {}, "inet6.0": {}}
    groups = groups_of(device) if asked.extensive else {}
    for family in ("ipv4", "ipv6"):
        for entry in _entries(device, family):
            if _wanted(entry.route, asked) and (entry.active or not asked.active):
                table = tables.setdefault(table_of(entry.route.vrf, family), {})
                table.setdefault(entry.route.prefix, []).append(entry)
    named = [(name, found) for name, found in tables.items() if found and asked.table in {"", name}]
    return el("route-information", *(_table(name, found, asked, groups) for name, found in named))


def _entries(device: Device, family: str) -> Iterator[Entry]:
    """The routes in use, and the paths of BGP that are not."""
    paths: dict[tuple[str, str], list[PathView]] = {}
    for path in device.routing.paths(device.name, family):
        if path.originator:
            paths.setdefault((path.vrf, path.prefix), []).append(path)
    for found in paths.values():
        found.sort(key=lambda path: not path.best)
    for route in device.routing.routes(device.name, family):
        known = paths.get((route.vrf, route.prefix), []) if route.protocol == "bgp" else []
        yield Entry(route, path=known.pop(0) if known else None)
    for left in paths.values():
        for path in left:
            yield Entry(RouteView(path.vrf, path.prefix, "bgp", ((path.nexthop, ""),)), active=False, path=path)


def _wanted(route: RouteView, asked: Asked) -> bool:
    if asked.protocol and PROTOCOLS[route.protocol][1] != asked.protocol:
        return False
    if not asked.destination:
        return True
    wanted, prefix = ip_network(asked.destination, strict=False), ip_network(route.prefix)
    return wanted.version == prefix.version and prefix.prefixlen >= wanted.prefixlen and _inside(route.prefix, wanted)


def _inside(prefix: str, wanted: object) -> bool:
    return str(wanted) == prefix or ip_network(prefix).network_address in wanted  # type: ignore[operator]


def _table(name: str, found: dict[str, list[Entry]], asked: Asked, groups: Groups) -> Element:
    count = str(len(found))
    active = str(sum(any(entry.active for entry in entries) for entries in found.values()))
    return el(
        "route-table",
        el("table-name", name),
        el("destination-count", count),
        el("total-route-count", str(sum(map(len, found.values())))),
        el("active-route-count", active),
        el("holddown-route-count", "0"),
        el("hidden-route-count", "0"),
        *(_route(entries, asked, groups) for entries in found.values()),
    )


def _route(entries: list[Entry], asked: Asked, groups: Groups) -> Element:
    shown = [_entry(entry, asked) for entry in entries]
    prefix, vrf = entries[0].route.prefix, entries[0].route.vrf
    if not asked.extensive:
        return el("rt", el("rt-destination", prefix), *shown)
    address, length = prefix.split("/")
    direct = any(entry.route.protocol == "connected" for entry in entries)
    advertised = "\n".join(
        f"Page 0 idx {index}, (group {group} type {kind}) Type 1 val 0x9a{index:05x} (adv_entry)\n"
        "   Advertised metrics:\n     Nexthop: Self\n     AS path: I"
        for index, (group, kind) in enumerate(groups.get((vrf, prefix), {}).items() if direct else ())
    )
    return el(
        "rt",
        el("rt-destination", address),
        el("rt-prefix-length", length),
        el("rt-entry-count", str(len(entries))),
        el("tsi", advertised, junos__indent="0") if advertised else None,
        *shown,
    )


def _entry(entry: Entry, asked: Asked) -> Element:
    route, path = entry.route, entry.path if asked.extensive else None
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
        el("active-tag", "*" if entry.active else " "),
        el("current-active") if entry.active else None,
        el("last-active") if entry.active else None,
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


def summary(device: Device) -> Element:
    """Answer `show route summary`: the AS and the router-id."""
    facts = device.facts
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
    for number, entry in enumerate(child for child in rt.children if child.tag == "rt-entry"):
        yield from _entry_lines(entry, prefix if number == 0 else "")


def _entry_lines(entry: Element, prefix: str) -> Iterator[str]:
    words = {child.tag: child.text for child in entry.children}
    metric = f", metric {words['metric']}" if "metric" in words else ""
    if len(prefix) > COLUMN:
        yield prefix
        prefix = ""
    known = f"{words['active-tag']}[{words['protocol-name']}/{words.get('preference', '0')}]"
    yield f"{prefix:<{COLUMN}} {known} 01:00:00{metric}"
    for hop in (child for child in entry.children if child.tag == "nh"):
        to = {child.tag: child.text for child in hop.children}
        sign = ">" if "selected-next-hop" in to else " "
        if "nh-local-interface" in to:
            yield f"{'':21}Local via {to['nh-local-interface']}"
        else:
            yield f"{'':19}{sign} {'to ' + to['to'] + ' ' if 'to' in to else ''}via {to.get('via', '')}".rstrip()
