"""What IOS shows of its interfaces, in each of its four commands."""

import re
from collections.abc import Iterator
from ipaddress import ip_interface

from lab.emulated.device import Device
from lab.emulated.ios_show_text import bare, checksum, facts_of, family_of, spelled, state_line, ups
from lab.emulated.views import DEFAULT_VRF, Port

_IP_TAIL = """\
  Security level is default
  Split horizon is enabled
  ICMP redirects are always sent
  ICMP unreachables are always sent
  ICMP mask replies are never sent
  IP fast switching is enabled
  IP Flow switching is disabled
  IP CEF switching is enabled
  IP CEF switching turbo vector
  IP Null turbo vector
  Associated unicast routing topologies:
        Topology "base", operation state is {state}
  IP multicast fast switching is enabled
  IP multicast distributed fast switching is disabled
  IP route-cache flags are Fast, CEF
  Router Discovery is disabled
  IP output packet accounting is disabled
  IP access violation accounting is disabled
  TCP/IP header compression is disabled
  RTP/IP header compression is disabled
  Probe proxy name replies are disabled
  Policy routing is disabled
  Network address translation is disabled
  BGP Policy Mapping is disabled
  Input features: MCI Check
  IPv4 WCCP Redirect outbound is disabled
  IPv4 WCCP Redirect inbound is disabled
  IPv4 WCCP Redirect exclude is disabled"""
_IPV6_TAIL = """\
  ICMP error messages limited to one every 100 milliseconds
  ICMP redirects are enabled
  ICMP unreachables are sent
  ND DAD is enabled, number of DAD attempts: 1
  ND reachable time is 30000 milliseconds (using 30000)
  ND NS retransmit interval is 1000 milliseconds"""
_COUNTERS = """\
     reliability 255/255, txload 1/255, rxload 1/255
  Encapsulation {encapsulation}, loopback not set
  Keepalive set (10 sec)
  Last input never, output never, output hang never
  Last clearing of "show interface" counters never
  Input queue: 0/75/0/0 (size/max/drops/flushes); Total output drops: 0
  Queueing strategy: fifo
  Output queue: 0/40 (size/max)
  5 minute input rate 0 bits/sec, 0 packets/sec
  5 minute output rate 0 bits/sec, 0 packets/sec
     0 packets input, 0 bytes, 0 no buffer
     Received 0 broadcasts (0 IP multicasts)
     0 runts, 0 giants, 0 throttles
     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored
     0 packets output, 0 bytes, 0 underruns
     0 output errors, 0 collisions, 0 interface resets
     0 unknown protocol drops
     0 output buffer failures, 0 output buffers swapped out"""


def _of(port: Port, family: str) -> tuple[str, ...]:
    return tuple(address for address in port.addresses if family_of(address) == family)


def _mtu(port: Port) -> int:
    return 1500 if port.link else 1514


def _asked(device: Device, words: re.Match[str]) -> Iterator[tuple[Port, bool]]:
    """Yield the interfaces that are asked for, all where none is named, with their line state."""
    wanted, known = (words.groupdict().get("interface") or "").lower(), ups(device)
    for port in facts_of(device).ports:
        if not wanted or port.name.lower() == wanted:
            yield port, known.get(port.name, False)


def _vrf_line(port: Port) -> list[str]:
    return [f'  VPN Routing/Forwarding "{port.vrf}"'] if port.vrf != DEFAULT_VRF else []


def ip_interface_of(port: Port, *, up: bool) -> str:
    """What `show ip interface` says of one interface."""
    addresses = _of(port, "ipv4")
    if not addresses:
        return f"{state_line(port, up=up)}\n  Internet protocol processing disabled"
    return "\n".join(
        [
            state_line(port, up=up),
            f"  Internet address is {addresses[0]}",
            "  Broadcast address is 255.255.255.255",
            "  Address determined by setup command",
            f"  MTU is {_mtu(port)} bytes",
            "  Helper address is not set",
            "  Directed broadcast forwarding is disabled",
            *(f"  Secondary address {address}" for address in addresses[1:]),
            "  Outgoing Common access list is not set ",
            "  Outgoing access list is not set",
            "  Inbound Common access list is not set ",
            "  Inbound  access list is not set",
            "  Proxy ARP is enabled",
            "  Local Proxy ARP is disabled",
            *_vrf_line(port),
            _IP_TAIL.format(state="UP" if up and port.enabled else "DOWN"),
        ]
    )


def ipv6_interface_of(port: Port, *, up: bool) -> str:
    """What `show ipv6 interface` says of one interface; it is silent about those without IPv6."""
    state, mark = ("enabled", " ") if up and port.enabled else ("tentative", " [TEN]")
    link_local = f"FE80::A8BB:CCFF:FE00:{checksum(port.name):X}"
    subnets = [(bare(a), spelled(str(ip_interface(a).network))) for a in _of(port, "ipv6")]
    return "\n".join(
        [
            state_line(port, up=up),
            f"  IPv6 is {state}, link-local address is {link_local}{mark}",
            "  No Virtual link-local address(es):",
            *([f"  Description: {port.description}"] if port.description else []),
            "  Global unicast address(es):",
            *(f"    {address}, subnet is {subnet}{mark}" for address, subnet in subnets),
            "  Joined group address(es):",
            "    FF02::1",
            "    FF02::2",
            f"  MTU is {_mtu(port)} bytes",
            *_vrf_line(port),
            _IPV6_TAIL,
        ]
    )


def _hardware(port: Port) -> str:
    if not port.link:
        return "Loopback"
    address = f"5254.00{port.link:02x}.{checksum(port.name):04x}"
    return f"CSR vNIC, address is {address} (bia {address})"


def _interface_of(port: Port, *, up: bool) -> str:
    addresses = _of(port, "ipv4")
    speed = "BW 1000000 Kbit/sec, DLY 10 usec" if port.link else "BW 8000000 Kbit/sec, DLY 5000 usec"
    return "\n".join(
        [
            f"{state_line(port, up=up)} ",
            f"  Hardware is {_hardware(port)}",
            *([f"  Description: {port.description}"] if port.description else []),
            *(f"  Internet address is {address}" for address in addresses[:1]),
            f"  MTU {_mtu(port)} bytes, {speed}, ",
            _COUNTERS.format(encapsulation="ARPA" if port.link else "LOOPBACK"),
        ]
    )


def show_ip_interface(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ip interface`."""
    return "\n".join(ip_interface_of(port, up=up) for port, up in _asked(device, words))


def show_ipv6_interface(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ipv6 interface`."""
    return "\n".join(ipv6_interface_of(port, up=up) for port, up in _asked(device, words) if _of(port, "ipv6"))


def show_interfaces(device: Device, words: re.Match[str]) -> str:
    """The answer to `show interfaces`."""
    return "\n".join(_interface_of(port, up=up) for port, up in _asked(device, words))


def show_ip_interface_brief(device: Device, words: re.Match[str]) -> str:
    """The answer to `show ip interface brief`."""
    lines = ["Interface              IP-Address      OK? Method Status                Protocol"]
    for port, up in _asked(device, words):
        addresses = _of(port, "ipv4")
        address, method = (bare(addresses[0]), "manual") if addresses else ("unassigned", "unset")
        status = ("up" if up else "down") if port.enabled else "administratively down"
        line = f"{port.name:<22} {address:<15} YES {method:<6} {status:<21} "
        lines.append(f"{line}{'up' if up and port.enabled else 'down'}      ")
    return "\n".join(lines)
