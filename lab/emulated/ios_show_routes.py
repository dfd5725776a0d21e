"""What IOS shows of its routing tables: IPv4 grouped by classful network, IPv6 in a list, one table per VRF."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, ip_network

from lab.emulated.device import Device
from lab.emulated.ios_show_text import UPTIME, bare, spelled, vrfs
from lab.emulated.views import DEFAULT_VRF, RouteView

_LEGEND = """\
Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2, m - OMP
       n - NAT, Ni - NAT inside, No - NAT outside, Nd - NAT DIA
       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2
       ia - IS-IS inter area, * - candidate default, U - per-user static route
       H - NHRP, G - NHRP registered, g - NHRP registration summary
       o - ODR, P - periodic downloaded static route, l - LISP
       a - application route
       + - replicated route, % - next hop override, p - overrides from PfR
       & - replicated local route overrides by connected

Gateway of last resort is not set
"""
_LEGEND6 = """\
Codes: C - Connected, L - Local, S - Static, U - Per-user Static route
       B - BGP, R - RIP, H - NHRP, I1 - ISIS L1
       I2 - ISIS L2, IA - ISIS interarea, IS - ISIS summary, D - EIGRP
       EX - EIGRP external, ND - ND Default, NDp - ND Prefix, DCE - Destination
       NDr - Redirect, O - OSPF Intra, OI - OSPF Inter, OE1 - OSPF ext 1
       OE2 - OSPF ext 2, ON1 - OSPF NSSA ext 1, ON2 - OSPF NSSA ext 2
       la - LISP alt, lr - LISP site-registrations, ld - LISP dyn-eid
       lA - LISP away, le - LISP extranet-policy, lp - LISP publications
       ls - LISP destinations-summary, a - Application, m - OMP"""
_CODES = {"connected": "C", "local": "L", "static": "S", "ospf": "O", "ospf3": "O", "isis": "i L2", "bgp": "B"}
_CODES6 = {"connected": "C", "local": "L", "static": "S", "ospf": "O", "ospf3": "O", "isis": "I2", "bgp": "B"}


def table(device: Device, family: str, vrf: str) -> list[RouteView]:
    """The routes of one table in the order of their prefixes."""
    found = [route for route in device.routing.routes(device.name, family) if route.vrf == vrf]
    return sorted(found, key=lambda route: ip_network(route.prefix))


def _major(network: IPv4Network) -> IPv4Network:
    """The classful network that a prefix lies in; a shorter prefix is its own."""
    first = int(network.network_address) >> 24
    length = 8 if first < 128 else 16 if first < 192 else 24
    return network if network.prefixlen <= length or first >= 224 else network.supernet(new_prefix=length)


def _hops(route: RouteView) -> Iterator[str]:
    """Yield what stands behind the prefix, one text per next hop."""
    for address, interface in route.nexthops or (("", "Null0"),):
        behind = f", {interface}" if interface else ""
        if route.protocol in ("connected", "local"):
            yield f"is directly connected{behind}"
        elif route.protocol == "static":
            yield (
                f"[{route.distance}/{route.metric}] via {address}{behind}"
                if address
                else f"is directly connected{behind}"
            )
        elif address:
            yield f"[{route.distance}/{route.metric}] via {address}, {UPTIME}{behind}"
        elif interface == "Null0" and route.protocol != "bgp":
            yield f"is a summary, {UPTIME}{behind}"
        elif interface == "Null0":
            yield f"[{route.distance}/{route.metric}], {UPTIME}{behind}"
        else:
            yield f"is directly connected, {UPTIME}{behind}"


def _lines(route: RouteView, indent: int, spelling: str) -> Iterator[str]:
    """Yield the lines of a route: the further next hops stand under the first."""
    start = f"{_CODES.get(route.protocol, route.protocol[:1].upper()):<6}{'':{indent}}{spelling} "
    for place, hop in enumerate(_hops(route)):
        yield (start if not place else " " * len(start)) + hop


def _ipv4_lines(routes: Iterable[RouteView]) -> Iterator[str]:
    """Yield a table: networks that are subnetted have a heading, and their subnets stand indented under it."""
    groups: dict[IPv4Network, list[RouteView]] = {}
    for route in routes:
        groups.setdefault(_major(IPv4Network(route.prefix)), []).append(route)
    for major, members in groups.items():
        lengths = {route.prefix.partition("/")[2] for route in members}
        if len(members) == 1 and members[0].prefix == str(major):
            yield from _lines(members[0], 0, members[0].prefix)
        elif len(lengths) == 1:
            yield f"      {major.network_address}/{lengths.pop()} is subnetted, {len(members)} subnets"
            for route in members:
                yield from _lines(route, 3, bare(route.prefix))
        else:
            yield f"      {major} is variably subnetted, {len(members)} subnets, {len(lengths)} masks"
            for route in members:
                yield from _lines(route, 3, route.prefix)


def _ipv4_table(device: Device, vrf: str) -> str:
    head = "" if vrf == DEFAULT_VRF else f"\nRouting Table: {vrf}\n"
    return "\n".join([head + _LEGEND, *_ipv4_lines(table(device, "ipv4", vrf))])


def show_ip_route(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ip route`, `show ip route vrf NAME`, and `vrf *` for every table, the global one first."""
    vrf = words["vrf"] or DEFAULT_VRF
    if vrf == "*":
        return "\n\n".join(_ipv4_table(device, name) for name in (DEFAULT_VRF, *vrfs(device)))
    if vrf not in (DEFAULT_VRF, *vrfs(device)):
        return f"% IP routing table {vrf} does not exist"
    return _ipv4_table(device, vrf)


def _ipv6_hop(route: RouteView, address: str, interface: str) -> str:
    if route.protocol == "local" or (route.protocol == "connected" and route.prefix.endswith("/128")):
        return f"via {interface}, receive"
    if not address:
        return f"via {interface or 'Null0'}, directly connected"
    return f"via {spelled(address)}{f', {interface}' if interface else ''}"


def _ipv6_lines(route: RouteView) -> Iterator[str]:
    code = _CODES6.get(route.protocol, route.protocol[:1].upper())
    code = "LC" if code == "C" and route.prefix.endswith("/128") else code
    yield f"{code:<3} {spelled(route.prefix)} [{route.distance}/{route.metric}]"
    for address, interface in route.nexthops or (("", ""),):
        yield f"     {_ipv6_hop(route, address, interface)}"


def show_ipv6_route(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ipv6 route` and `show ipv6 route vrf NAME`; there is no form for every table."""
    vrf = words["vrf"] or DEFAULT_VRF
    if vrf not in (DEFAULT_VRF, *vrfs(device)):
        return f"% IPv6 routing table {vrf} does not exist"
    routes = [*table(device, "ipv6", vrf), RouteView(vrf, "ff00::/8", "local", (("", "Null0"),))]
    head = f"IPv6 Routing Table - {vrf} - {len(routes)} entries"
    return "\n".join([head, _LEGEND6, *(line for route in routes for line in _ipv6_lines(route))])
