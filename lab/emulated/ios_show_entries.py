"""What IOS shows of one prefix: in a routing table, in the forwarding table and in BGP."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from lab.emulated.device import Device
from lab.emulated.ios_show_routes import table
from lab.emulated.ios_show_text import UPTIME, facts_of, masked, process_of, spelled
from lab.emulated.views import DEFAULT_VRF, PathView, RouteView


def _known_via(device: Device, protocol: str) -> str:
    """A protocol with its process, as it stands in a routing entry."""
    if protocol in ("connected", "local", "static"):
        return protocol
    facts = facts_of(device)
    process = facts.asn if protocol == "bgp" else process_of(facts, protocol)
    return f"{protocol.replace('ospf3', 'ospf')} {process}".strip()


def show_ip_route_entry(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ip route ADDRESS MASK`: exactly that prefix, or no network."""
    wanted = str(IPv4Network(f"{words['address']}/{words['mask'] or 32}", strict=False))
    route = next((r for r in table(device, "ipv4", words["vrf"] or DEFAULT_VRF) if r.prefix == wanted), None)
    if route is None:
        return "% Subnet not in table" if words["mask"] else "% Network not in table"
    known = _known_via(device, route.protocol)
    behind = " (connected, via interface)" if route.protocol == "connected" else ""
    lines = [
        *([f"\nRouting Table: {route.vrf}"] if route.vrf != DEFAULT_VRF else []),
        f"Routing entry for {masked(route.prefix)[0]}/{route.prefix.partition('/')[2]}",
        f'  Known via "{known}", distance {route.distance}, metric {route.metric}{behind}',
        "  Routing Descriptor Blocks:",
    ]
    for address, interface in route.nexthops:
        via = f"{address}, via {interface}" if address else f"directly connected, via {interface}"
        lines += [f"  * {via}", f"      Route metric is {route.metric}, traffic share count is 1"]
    return "\n".join(lines)


def _network(text: str) -> str | None:
    """A typed prefix in canonical form, None for what is none."""
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        return None


def _exactly(device: Device, family: str, words: re.Match[str]) -> RouteView | None:
    wanted = _network(words["prefix"])
    return next((r for r in table(device, family, words["vrf"] or DEFAULT_VRF) if r.prefix == wanted), None)


def show_ipv6_route_entry(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ipv6 route PREFIX`: exactly that prefix, or no route."""
    route = _exactly(device, "ipv6", words)
    if route is None:
        return "% Route not found"
    receive = route.protocol == "local" or (route.protocol == "connected" and route.prefix.endswith("/128"))
    known = _known_via(device, route.protocol)
    kind = "receive, connected" if receive else {"connected": "connected"}.get(route.protocol, "intra area")
    lines = [
        f"Routing entry for {spelled(route.prefix)}",
        f'  Known via "{known}", distance {route.distance}, metric {route.metric}, type {kind}',
        f"  Route count is {len(route.nexthops)}/{len(route.nexthops)}, share count 0",
        "  Routing paths:",
    ]
    for address, interface in route.nexthops:
        way = f"receive via {interface}" if receive else f"{spelled(address)}, {interface}" if address else ""
        lines += [f"    {way or f'directly connected via {interface}'}", f"      Last updated {UPTIME} ago"]
    return "\n".join(lines)


def show_ip_cef_entry(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ip cef PREFIX`: where packets to it go."""
    route = _exactly(device, "ipv4", words)
    if route is None:
        return "%Prefix not found"
    lines = [route.prefix]
    for address, interface in route.nexthops:
        own = f"receive for {interface}" if route.prefix.endswith("/32") else f"attached to {interface}"
        lines.append(f"  nexthop {address} {interface}".rstrip() if address else f"  {own}")
    return "\n".join(lines)


def _path(path: PathView, router_id: str) -> Iterator[str]:
    """Yield the lines of one path."""
    source = path.nexthop if path.originator else "::" if ":" in path.prefix else "0.0.0.0"  # noqa: S104 - no listener
    kind = "sourced, local" if not path.originator else "internal" if path.internal else "external"
    weight = ", weight 32768" if not path.originator else ""
    yield "  Refresh Epoch 1"
    yield f"  {' '.join(path.as_path) or 'Local'}"
    yield f"    {spelled(path.nexthop)} from {spelled(source)} ({path.originator or router_id})"
    yield f"      Origin IGP, metric 0, localpref 100{weight}, valid, {kind}{', best' if path.best else ''}"
    yield "      rx pathid: 0, tx pathid: 0x0"


def show_bgp_entry(device: Device, words: re.Match[str]) -> str:
    """The answer to `show bgp ipv4|ipv6 unicast PREFIX`: exactly that prefix with all its paths."""
    wanted = _network(words["prefix"])
    known = device.routing.paths(device.name, words["family"])
    found = [p for p in known if p.vrf == DEFAULT_VRF and p.prefix == wanted]
    if not found:
        return "% Network not in table"
    best = next((f"best #{place}" for place, p in enumerate(found, start=1) if p.best), "no best path")
    router_id = facts_of(device).router_id
    return "\n".join(
        [
            f"BGP routing table entry for {spelled(found[0].prefix)}, version 7",
            f"Paths: ({len(found)} available, {best}, table default)",
            "  Not advertised to any peer",
            *(line for path in found for line in _path(path, router_id)),
        ]
    )
