"""The configuration lines that the emulated NX-OS takes, context by context, in the order in which it shows them."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_interface

from lab.emulated.nxos_checks import (
    UNKNOWN,
    interface_name,
    moved,
    needs,
    not_passive,
    one_as,
    overlaps,
    primary,
    text_fits,
    unshut,
    with_as,
    without_feature,
)
from lab.emulated.rules import KINDS, Grammar, Kind, Rule


def _address(text: str) -> str:
    """An address with its length, typed with a length or with a mask."""
    interface = ip_interface("/".join(text.split()))
    return f"{interface.ip}/{interface.network.prefixlen}"


def _prefix4(text: str) -> str:
    return str(IPv4Network("/".join(text.replace(" mask ", " ").split()), strict=False))


def _area(text: str) -> str:
    return str(IPv4Address(int(text) if text.isdigit() else text))


QUAD = r"\d+(?:\.\d+){3}"
NXOS_KINDS = {
    **KINDS,
    "ifname": Kind(re.compile(r"(?:l|e|m|v|p)[a-z-]*\s*\d[\d/.]*", re.IGNORECASE), interface_name),
    "address": Kind(re.compile(rf"{QUAD}/\d+|{QUAD}\s+{QUAD}"), _address),
    "address6": Kind(re.compile(r"[0-9A-Fa-f:.]+/\d+"), _address),
    "network": Kind(re.compile(rf"{QUAD}/\d+|{QUAD}\s+mask\s+{QUAD}"), _prefix4),
    "network6": Kind(re.compile(r"[0-9A-Fa-f:.]+/\d+"), lambda text: str(IPv6Network(text, strict=False))),
    "area": Kind(re.compile(rf"{QUAD}|\d+"), _area),
}
ospf, ospf3, isis, bgp, pim = (needs(feature) for feature in ("ospf", "ospf3", "isis", "bgp", "pim"))
LEVEL = "level-1-2|level-1|level-2"
FEATURES = "ospfv3|ospf|isis|bgp|pim|eigrp|rip|bfd|lacp|lldp|vpc|interface-vlan|scp-server|nxapi|netconf|udld|hsrp"
NETWORK_TYPE = "point-to-point|broadcast"

TOP = (
    Rule("", "version <rest:text>", slot="version"),
    Rule("", "hostname <name:word>", what="hostname", slot="hostname"),
    Rule("", "vdc <name:word> id <n:num>", slot="vdc", opens="vdc"),
    Rule("vdc", "limit-resource <resource:word> <rest:text>", slot="limit-resource <resource>"),
    Rule("", f"feature <feature:{FEATURES}>", what="feature", after=without_feature),
    Rule("", "ip domain-lookup", slot="ip domain-lookup"),
    Rule("", "vrf context <vrf:word>", what="vrf-context", opens="vrf"),
    Rule("vrf", "description <text:text>", slot="description"),
    Rule("vrf", "rd <rd:word>", slot="rd"),
    Rule("vrf|", "ip route <prefix:prefix4> <rest:text>"),
    Rule("vrf", "address-family <family:ipv4|ipv6> unicast", opens="vrf-af"),
    Rule("vrf-af", "route-target <way:import|export|both> <rest:text>"),
    Rule("", "interface <name:ifname>", what="interface", opens="if", sorts=True),
)
INTERFACE = (
    Rule("if", "shutdown", what="shutdown", slot="shutdown"),
    Rule("if", "description <text:text>", what="description", slot="description", no=("description",), check=text_fits),
    Rule("if", "switchport", slot="switchport", shown=False),
    Rule("if", "no switchport", slot="switchport"),
    Rule("if", "mtu <n:num>", slot="mtu"),
    Rule("if", "medium p2p", slot="medium"),
    Rule("if", "load-interval counter <n:num> <seconds:num>", slot="load-interval counter <n>"),
    Rule("if", "vrf member <vrf:word>", what="vrf", slot="vrf member", after=moved),
    Rule("if", "no ip redirects", slot="ip redirects"),
    Rule("if", "ip address <ip:address>", what="address", slot="ip address", exact=True, check=primary),
    Rule("if", "ip address <ip:address> secondary", what="secondary", check=overlaps),
    Rule("if", "ipv6 address <ip:address6>", what="address6", check=overlaps),
    Rule("if", "no ipv6 redirects", slot="ipv6 redirects"),
    Rule("if", "ip policy route-map <map:word>", what="layer-3", slot="ip policy route-map"),
    Rule("if", "ip ospf cost <cost:num>", what="ospf cost", slot="ip ospf cost", check=ospf),
    Rule("if", f"ip ospf network <kind:{NETWORK_TYPE}>", what="ospf network", slot="ip ospf network", check=ospf),
    Rule("if", "ip ospf advertise-subnet", what="ospf advertise-subnet", check=ospf),
    Rule("if", "ip ospf passive-interface", what="ospf passive", slot="ip ospf passive-interface", check=ospf),
    Rule("if", "no ip ospf passive-interface", what="ospf active", slot="ip ospf passive-interface", check=ospf,
         after=not_passive),
    Rule("if", "ip ospf bfd", what="ospf bfd", check=ospf),
    Rule("if", "ip router ospf <process:word> area <area:area> [secondaries none]", what="ospf enabled",
         slot="ip router ospf <process>", check=ospf),
    Rule("if", "ospfv3 cost <cost:num>", what="ospf3 cost", slot="ospfv3 cost", check=ospf3),
    Rule("if", f"ospfv3 network <kind:{NETWORK_TYPE}>", what="ospf3 network", slot="ospfv3 network", check=ospf3),
    Rule("if", "ospfv3 passive-interface", what="ospf3 passive", check=ospf3),
    Rule("if", "ipv6 router ospfv3 <process:word> area <area:area> [secondaries none]", what="ospf3 enabled",
         slot="ipv6 router ospfv3 <process>", check=ospf3),
    Rule("if", f"isis circuit-type <level:{LEVEL}>", what="isis circuit", slot="isis circuit-type", check=isis),
    Rule("if", "isis network point-to-point", what="isis network", check=isis),
    Rule("if", "isis metric <cost:num> level-1", what="isis metric", slot="isis metric level-1", check=isis),
    Rule("if", "isis metric <cost:num> level-2", what="isis metric", slot="isis metric level-2", check=isis),
    Rule("if", f"isis passive-interface <level:{LEVEL}>", what="isis passive", slot="isis passive-interface",
         check=isis),
    Rule("if", "ip router isis <process:word>", what="isis enabled", slot="ip router isis", check=isis),
    Rule("if", "ipv6 router isis <process:word>", what="isis enabled6", slot="ipv6 router isis", check=isis),
    Rule("if", "ip pim sparse-mode", what="pim mode", check=pim),
    Rule("if", "no shutdown", what="up", slot="shutdown", after=unshut),
)  # fmt: skip
IGP = (
    Rule("", "router ospf <process:word>", what="router-ospf", opens="ospf", check=ospf),
    Rule("", "router ospfv3 <process:word>", what="router-ospf3", opens="ospf3", check=ospf3),
    Rule("", "router isis <process:word>", what="router-isis", opens="isis", check=isis),
    Rule("isis", "net <net:word>", what="net", slot="net"),
    Rule("isis", f"is-type <level:{LEVEL}>", what="is-type", slot="is-type"),
    Rule("isis", "passive-interface default <level:word>", slot="passive-interface default"),
    Rule("ospf|ospf-vrf|ospf3|ospf3-vrf", "router-id <id:ipv4>", what="router-id", slot="router-id"),
    Rule("ospf|ospf3|isis|bgp|bgp-vrf", "log-adjacency-changes"),
    Rule("ospf|ospf-vrf", "area <area:area> range <prefix:prefix4>", what="range"),
    Rule("ospf|ospf-vrf|ospf3|ospf3-vrf", "passive-interface default", what="passive-default"),
    Rule("ospf|ospf-vrf|isis|ospf3-af|bgp-af", "redistribute direct route-map <map:word>", slot="redistribute direct"),
    Rule("ospf3", "address-family ipv6 unicast", opens="ospf3-af"),
    Rule("ospf3|ospf3-af", "area <area:area> range <prefix:network6>", what="range"),
    Rule("isis", "address-family <family:ipv4|ipv6> unicast", what="family", opens="isis-af"),
    Rule("isis-af", "multi-topology"),
    Rule("ospf", "vrf <vrf:word>", what="vrf", opens="ospf-vrf"),
    Rule("ospf3", "vrf <vrf:word>", what="vrf", opens="ospf3-vrf"),
)
BGP = (
    Rule("", "router bgp <asn:word>", what="router-bgp", opens="bgp", check=one_as),
    Rule("bgp|bgp-vrf", "router-id <id:ipv4>", what="router-id", slot="router-id"),
    Rule("bgp|bgp-vrf", "log-neighbor-changes"),
    Rule("bgp|bgp-vrf", "address-family <family:ipv4|ipv6> unicast", what="family", opens="bgp-af"),
    Rule("bgp-af", "network <prefix:network> [route-map <map:word>]", what="network", slot="network <prefix>"),
    Rule("bgp-af", "network <prefix:network6> [route-map <map:word>]", what="network", slot="network <prefix>"),
    Rule("bgp-af", "maximum-paths <rest:text>"),
    Rule("bgp|bgp-vrf", "neighbor <peer:word>", what="neighbour", opens="neighbour"),
    Rule("bgp|bgp-vrf", "neighbor <peer:word> remote-as <asn:word>", what="neighbour", form="neighbor <peer>",
         opens="neighbour", after=with_as),
    Rule("neighbour", "remote-as <asn:word>", what="remote-as", slot="remote-as"),
    Rule("neighbour", "description <text:text>", slot="description"),
    Rule("neighbour", "update-source <name:ifname>", slot="update-source"),
    Rule("neighbour", "address-family <family:ipv4|ipv6> unicast", opens="neighbour-af"),
    Rule("neighbour-af", "next-hop-self"),
    Rule("neighbour-af", "route-reflector-client"),
    Rule("bgp", "vrf <vrf:word>", what="vrf", opens="bgp-vrf"),
)  # fmt: skip

GRAMMAR = Grammar(
    (*TOP, *INTERFACE, *IGP, *BGP),
    kinds=NXOS_KINDS,
    unknown=UNKNOWN,
    incomplete="% Incomplete command at '^' marker.",
    exits=frozenset({"exit"}),
    indent="  ",
)
MODES = {
    "": "config", "if": "config-if", "vrf": "config-vrf", "vrf-af": "config-vrf-af-ipv4", "vdc": "config-vdc",
    "ospf": "config-router", "ospf3": "config-router", "isis": "config-router", "bgp": "config-router",
    "ospf-vrf": "config-router-vrf", "ospf3-vrf": "config-router-vrf", "bgp-vrf": "config-router-vrf",
    "ospf3-af": "config-router-af", "isis-af": "config-router-af", "bgp-af": "config-router-af",
    "neighbour": "config-router-neighbor", "neighbour-af": "config-router-neighbor-af",
}  # fmt: skip
