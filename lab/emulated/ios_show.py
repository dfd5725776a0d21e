"""The show commands of IOS (IOS-XE 17) that tell a device's state, each answered from the views of the network around.

The forms are those of public captures of IOS-XE 16 and 17; the external LSA of OSPFv3 is from memory.
"""

import re
from collections.abc import Callable

from lab.emulated.device import Device
from lab.emulated.ios_show_bgp import show_bgp, show_bgp_all_summary, show_bgp_summary, show_bgp_vpn
from lab.emulated.ios_show_entries import (
    show_bgp_entry,
    show_ip_cef_entry,
    show_ip_route_entry,
    show_ipv6_route_entry,
)
from lab.emulated.ios_show_interfaces import (
    show_interfaces,
    show_ip_interface,
    show_ip_interface_brief,
    show_ipv6_interface,
)
from lab.emulated.ios_show_lsdb import (
    show_ip_ospf_database,
    show_isis_database,
    show_isis_hostname,
    show_ospfv3_database,
)
from lab.emulated.ios_show_lsdb_short import show_ip_ospf_database_short, show_ospfv3_database_short
from lab.emulated.ios_show_neighbours import (
    show_ip_ospf,
    show_ip_ospf_neighbor,
    show_ip_protocols,
    show_isis_neighbors,
    show_ospfv3,
    show_ospfv3_neighbor,
)
from lab.emulated.ios_show_routes import show_ip_route, show_ipv6_route

Renderer = Callable[[Device, re.Match[str]], str]

_DOTTED = r"\d+\.\d+\.\d+\.\d+"
_COMMANDS: tuple[tuple[str, Renderer], ...] = (
    (r"show ip interface brief", show_ip_interface_brief),
    (r"show ip interface(?: (?P<interface>\S+))?", show_ip_interface),
    (r"show ipv6 interface(?: (?P<interface>\S+))?", show_ipv6_interface),
    (r"show interfaces?(?: (?P<interface>\S+))?", show_interfaces),
    (r"show ip route(?: vrf (?P<vrf>\S+))?", show_ip_route),
    (rf"show ip route(?: vrf (?P<vrf>\S+))? (?P<address>{_DOTTED})(?: (?P<mask>{_DOTTED}))?", show_ip_route_entry),
    (r"show ipv6 route(?: vrf (?P<vrf>\S+))?", show_ipv6_route),
    (r"show ipv6 route(?: vrf (?P<vrf>\S+))? (?P<prefix>[0-9a-f:.]+/\d+)", show_ipv6_route_entry),
    (r"show ip cef(?: vrf (?P<vrf>\S+))? (?P<prefix>[\d.]+/\d+)", show_ip_cef_entry),
    (r"show ip ospf", show_ip_ospf),
    (r"show ip ospf database", show_ip_ospf_database_short),
    (r"show ip ospf database (?P<type>router|summary|external)", show_ip_ospf_database),
    (r"show (?:ospfv3|(?P<old>ipv6 ospf)) database (?P<type>prefix|inter-area prefix|external)", show_ospfv3_database),
    (r"show ip ospf neighbor", show_ip_ospf_neighbor),
    (r"show ospfv3", show_ospfv3),
    (r"show ospfv3 database", show_ospfv3_database_short),
    (r"show ospfv3 neighbor", show_ospfv3_neighbor),
    (r"show isis database detail", show_isis_database),
    (r"show isis hostname", show_isis_hostname),
    (r"show isis neighbors(?P<detail> detail)?", show_isis_neighbors),
    (r"show bgp (?P<family>ipv4|ipv6) unicast", show_bgp),
    (r"show bgp (?P<family>vpnv4|vpnv6) unicast (?:all|vrf (?P<vrf>\S+))", show_bgp_vpn),
    (r"show bgp (?P<family>ipv4|ipv6) unicast summary", show_bgp_summary),
    (r"show bgp all summary", show_bgp_all_summary),
    (r"show bgp (?P<family>ipv4|ipv6) unicast (?P<prefix>[0-9a-f:.]+/\d+)", show_bgp_entry),
    (r"show ip protocols", show_ip_protocols),
)

SHOWS: tuple[tuple[re.Pattern[str], Renderer], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), render) for pattern, render in _COMMANDS
)
"""Each show command as a pattern that must match all of what is typed, and what answers it."""


def show(device: Device, command: str) -> str | None:
    """The answer to a show command, None for a command that is not among these."""
    for pattern, render in SHOWS:
        if words := pattern.fullmatch(command):
            return render(device, words)
    return None
