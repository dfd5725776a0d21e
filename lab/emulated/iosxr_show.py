"""IOS-XR's words for interfaces, routes, its version and pings, told from the views of the network around.

The forms are those of public captures of IOS-XR 6 and 7; the timestamp before each answer is the device's.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from ipaddress import ip_address, ip_interface

from lab.emulated.views import DEFAULT_VRF, Port, PortState, RouteView

VERSION = "7.8.2"
_CODES = {"connected": "C", "local": "L", "static": "S", "ospf": "O", "ospf3": "O", "isis": "i L2", "bgp": "B"}
_LEGEND = """\
Codes: C - connected, S - static, R - RIP, B - BGP, (>) - Diversion path
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2, E - EGP
       i - ISIS, L1 - IS-IS level-1, L2 - IS-IS level-2
       ia - IS-IS inter area, su - IS-IS summary null, * - candidate default
       U - per-user static route, o - ODR, L - local, G  - DAGR, l - LISP
       A - access/subscriber, a - Application route
       M - mobile route, r - RPL, t - Traffic Engineering, (!) - FRR Backup path

Gateway of last resort is not set
"""


def stamp(moment: datetime) -> str:
    """The line before an answer: weekday, month, day, time and zone."""
    return f"{moment:%a %b} {moment.day:2d} {moment:%H:%M:%S}.{moment.microsecond // 1000:03d} UTC"


def family(address: str) -> str:
    """The family of an address, with or without a prefix length: ipv4 or ipv6."""
    return "ipv6" if ":" in address else "ipv4"


def _word(port: Port, state: PortState | None) -> str:
    """The state of the line: Shutdown, Up or Down."""
    if not port.enabled:
        return "Shutdown"
    return "Up" if state is not None and state.up else "Down"


def _vrf_ids(ports: Iterable[Port]) -> dict[str, int]:
    names = sorted({port.vrf for port in ports} - {DEFAULT_VRF})
    return {DEFAULT_VRF: 0x60000000, **{name: 0x60000001 + place for place, name in enumerate(names)}}


def _states(states: Iterable[PortState]) -> dict[str, PortState]:
    return {state.name: state for state in states}


def interfaces_ipv4(ports: Sequence[Port], states: Iterable[PortState], conflicts: frozenset[str]) -> str:
    """The answer to `show ipv4 vrf all interface`; the addresses of `conflicts` are held by another interface."""
    ids, known = _vrf_ids(ports), _states(states)
    return "\n".join(line for port in ports for line in _ipv4(port, known.get(port.name), ids, conflicts))


def _ipv4(port: Port, state: PortState | None, ids: dict[str, int], conflicts: frozenset[str]) -> Iterator[str]:
    addresses = [a for a in port.addresses if family(a) == "ipv4"]
    word = _word(port, state)
    told = "Up" if word == "Up" and addresses and addresses[0] not in conflicts else "Down"
    yield f"{port.name} is {word}, ipv4 protocol is {told}"
    yield f"  Vrf is {port.vrf} (vrfid 0x{ids[port.vrf]:x})"
    if not addresses:
        yield "  Internet protocol processing disabled"
        return
    yield f"  Internet address is {addresses[0]}"
    yield from (f"  Secondary address {address}" for address in addresses[1:])
    yield f"  MTU is {1514 if port.link else 1500} (1500 is available to IP)"
    yield "  Helper address is not set"
    yield "  Directed broadcast forwarding is disabled"
    yield "  Outgoing access list is not set"
    yield "  Inbound  common access list is not set, access list is not set"
    yield "  Proxy ARP is disabled"
    yield "  ICMP redirects are never sent"
    yield "  ICMP unreachables are always sent"
    yield "  ICMP mask replies are never sent"
    yield f"  Table Id is 0x{ids[port.vrf] + 0x80000000:x}"


def interfaces_ipv6(ports: Sequence[Port], states: Iterable[PortState]) -> str:
    """The answer to `show ipv6 vrf all interface`."""
    ids, known = _vrf_ids(ports), _states(states)
    return "\n".join(line for place, port in enumerate(ports) for line in _ipv6(place, port, known.get(port.name), ids))


def _ipv6(place: int, port: Port, state: PortState | None, ids: dict[str, int]) -> Iterator[str]:
    addresses = [a for a in port.addresses if family(a) == "ipv6"]
    word = _word(port, state)
    told = "Up" if word == "Up" and addresses else "Down"
    yield f"{port.name} is {word}, ipv6 protocol is {told}, Vrfid is {port.vrf} (0x{ids[port.vrf]:x})"
    if not addresses:
        yield "  IPv6 is disabled, link-local address unassigned"
        yield "  No global unicast address is configured"
        return
    yield f"  IPv6 is enabled, link-local address is fe80::5054:ff:fe00:{place + 1:x} "
    yield "  Global unicast address(es):"
    yield from (f"    {ip_interface(a).ip}, subnet is {ip_interface(a).network} " for a in addresses)
    yield "  Joined group address(es): ff02::2 ff02::1"
    yield f"  MTU is {1514 if port.link else 1500} (1500 is available to IPv6)"
    yield "  ICMP redirects are disabled"
    yield "  ICMP unreachables are enabled"
    yield "  ND DAD is enabled, number of DAD attempts 1"
    yield "  ND reachable time is 0 milliseconds"
    yield "  Hosts use stateless autoconfig for addresses."
    yield "  Outgoing access list is not set"
    yield f"  Table Id is 0x{ids[port.vrf] + 0x80800000:x}"


def interfaces_brief(ports: Sequence[Port], states: Iterable[PortState]) -> str:
    """The answer to `show ipv4 vrf all interface brief`."""
    known = _states(states)
    lines = [f"{'Interface':<30} {'IP-Address':<15} {'Status':<15} {'Protocol':<8} Vrf-Name"]
    for port in ports:
        first = next((a for a in port.addresses if family(a) == "ipv4"), "")
        word = _word(port, known.get(port.name))
        told = "Up" if word == "Up" and first else "Down"
        address = first.partition("/")[0] or "unassigned"
        lines.append(f"{port.name:<30} {address:<15} {word:<15} {told:<8} {port.vrf}")
    return "\n".join(lines)


def routes(found: Iterable[RouteView], vrfs: Sequence[str]) -> str:
    """The answer to `show route [vrf all] ipv4|ipv6 unicast`: the default table, or those of the VRFs named."""
    told = tuple(found)
    if list(vrfs) == [DEFAULT_VRF]:
        return _table(r for r in told if r.vrf == DEFAULT_VRF)
    return "\n".join(f"\nVRF: {vrf}\n{_table(r for r in told if r.vrf == vrf)}" for vrf in vrfs)


def _table(found: Iterable[RouteView]) -> str:
    lines = [line for route in _as_kept(found) for line in _route(route)]
    return "\n".join(["", _LEGEND, *lines]) if lines else "% No matching routes found"


def _as_kept(found: Iterable[RouteView]) -> Iterator[RouteView]:
    """Routes in order; a connected host route is the system's local one, and stands there once."""
    seen = set()
    for route in sorted(found, key=lambda r: (ip_interface(r.prefix).network, r.protocol)):
        host = ip_interface(route.prefix).network.prefixlen == ip_interface(route.prefix).max_prefixlen
        protocol = "local" if route.protocol == "connected" and host else route.protocol
        if (route.prefix, protocol) not in seen:
            seen.add((route.prefix, protocol))
            yield RouteView(route.vrf, route.prefix, protocol, route.nexthops, route.distance, route.metric)


def _route(route: RouteView) -> Iterator[str]:
    start = f"{_CODES.get(route.protocol, 'S'):<4} {route.prefix}"
    six = family(route.prefix) == "ipv6"
    cost = f"[{route.distance}/{route.metric}]"
    for place, (address, interface) in enumerate(route.nexthops):
        tail = f"00:05:00, {interface}" if interface else "00:05:00"
        if not address:
            yield f"{start} is directly connected,{f'{chr(10)}      ' if six else ' '}{tail}"
        elif six:
            yield f"{'' if place else f'{start} {chr(10)}'}      {cost} via {address}, {tail}"
        else:
            yield f"{' ' * len(start) if place else start} {cost} via {address}, {tail}"


def version() -> str:
    """The answer to `show version`."""
    return f"""\
Cisco IOS XR Software, Version {VERSION}
Copyright (c) 2013-2022 by Cisco Systems, Inc.

Build Information:
 Built By     : emulated
 Built On     : Mon Nov 21 00:00:00 UTC 2022
 Built Host   : emulated
 Workspace    : /auto/srcarchive/prod/{VERSION}/xrv9k/ws
 Version      : {VERSION}
 Location     : /opt/cisco/XR/packages/
 Label        : {VERSION}

cisco IOS-XRv 9000 () processor
System uptime is 1 day, 2 hours, 3 minutes"""


def ping(destination: str, count: int, received: int, timeout: int) -> str:
    """The answer to `ping`: a mark for each request, and how many of them were answered."""
    rate = received * 100 // count
    took = ", round-trip min/avg/max = 1/1/2 ms" if received else ""
    return (
        "Type escape sequence to abort.\n"
        f"Sending {count}, 100-byte ICMP Echos to {ip_address(destination)}, timeout is {timeout} seconds:\n"
        f"{'!' * received}{'.' * (count - received)}\n"
        f"Success rate is {rate} percent ({received}/{count}){took}"
    )
