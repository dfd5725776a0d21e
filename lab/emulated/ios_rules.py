"""The lines of IOS (IOS-XE 17) that mean something to routing, in the order in which it shows them.

The order of secondary addresses before the primary one, the default lines that are hidden and the lines that `no`
takes away in a shorter form follow Cisco's command references and captures of running configurations.
"""

from lab.emulated.ios_checks import (
    active_port,
    area_on,
    bgp_family,
    bgp_network,
    bgp_only,
    isis_on,
    neighbor_goes,
    no_addresses,
    no_six,
    port_changed,
    port_goes,
    primary_checked,
    primary_taken,
    process_goes,
    secondary_checked,
    six_checked,
    vrf_changed,
    vrf_exists,
    vrf_goes,
)
from lab.emulated.ios_foreign import BGP, HEAD, ISIS, PROCESS, TOP, blocks, foreign
from lab.emulated.ios_foreign_interface import INTERFACE
from lab.emulated.ios_values import IOS_KINDS
from lab.emulated.rules import Grammar, Rule

_IF, _AF = "interface", "exit-address-family"

_TOP = (
    Rule("", "hostname <name:word>", what="hostname", slot="hostname"),
    Rule("", "vrf definition <vrf:word>", what="vrf", opens="vrf", after=vrf_goes),
    Rule("", "ip vrf <vrf:word>", what="vrf", opens="vrf", after=vrf_goes),
    Rule("vrf", "rd <rd:word>", "rd", slot="rd"),
    Rule("vrf", "description <text:text>", slot="description"),
    Rule("vrf", "address-family <family:ipv4|ipv6>", what="family", opens="vrf-family", closes=_AF),
    Rule("vrf|vrf-family", "route-target <t:text>"),
    Rule("vrf-family", "<way:import|export> <t:text>"),
    Rule("", "archive", what="archive", opens="archive"),
    Rule("archive", "path <path:word>", what="path", slot="path"),
    Rule("archive", "maximum <n:num>", slot="maximum"),
    Rule("archive", "write-memory"),
    Rule("archive", "time-period <n:num>", slot="time-period"),
    Rule("archive", "log config", opens="archive-log"),
    Rule("archive-log", "logging enable"),
    Rule("archive-log", "notify syslog [<t:text>]"),
    Rule("archive-log", "hidekeys"),
    Rule("", "file prompt quiet", what="quiet", slot="file prompt"),
    Rule("", "ip scp server enable", what="scp"),
)

_INTERFACE = (
    Rule("", "interface <name:loopback>", _IF, opens=_IF, sorts=True, check=port_goes, after=port_changed),
    Rule("", "interface <name:port>", _IF, opens=_IF, sorts=True, check=port_goes, after=port_changed),
    Rule(_IF, "description <text:text>", "description", slot="description"),
    Rule(_IF, "vrf forwarding <vrf:word>", "vrf", slot="vrf forwarding", check=vrf_exists, after=vrf_changed),
    Rule(
        _IF,
        "ip vrf forwarding <vrf:word>",
        "vrf",
        slot="vrf forwarding",
        no=("ip vrf forwarding",),
        check=vrf_exists,
        after=vrf_changed,
    ),
    Rule(
        _IF,
        "ip address <address:ipv4> <mask:mask> secondary",
        "secondary",
        check=secondary_checked,
    ),
    Rule(
        _IF,
        "ip address <address:ipv4> <mask:mask>",
        "primary",
        slot="ip address",
        check=primary_checked,
        after=primary_taken,
    ),
    Rule(_IF, "no ip address", slot="ip address", after=no_addresses),
    Rule(_IF, "ip ospf <process:num> area <area:area> [secondaries none]", "ospf", slot="ip ospf area", after=area_on),
    Rule(_IF, "ip ospf cost <cost:num>", "ospf-cost", slot="ip ospf cost"),
    Rule(_IF, "ip router isis <tag:word>", "isis4", slot="ip router isis", after=isis_on),
    Rule(_IF, "ip router isis", "isis4", slot="ip router isis", after=isis_on),
    Rule(_IF, "ipv6 address <prefix:prefix6>", "six", check=six_checked),
    Rule(_IF, "no ipv6 address", slot="ipv6 address", shown=False, after=no_six),
    Rule(_IF, "ospfv3 <process:num> ipv6 area <area:area>", "ospf3", slot="ospfv3 <process> ipv6 area", after=area_on),
    Rule(_IF, "ospfv3 <process:num> ipv6 cost <cost:num>", "ospf3-cost", slot="ospfv3 <process> ipv6 cost"),
    Rule(_IF, "ospfv3 <process:num> cost <cost:num>", "ospf3-cost", slot="ospfv3 <process> cost"),
    Rule(_IF, "ospfv3 cost <cost:num>", "ospf3-cost", slot="ospfv3 cost"),
    Rule(_IF, "ipv6 ospf <process:num> area <area:area>", "ospf3", slot="ipv6 ospf area", after=area_on),
    Rule(_IF, "ipv6 ospf cost <cost:num>", "ospf3-cost", slot="ipv6 ospf cost"),
    Rule(_IF, "ipv6 router isis <tag:word>", "isis6", slot="ipv6 router isis", after=isis_on),
    Rule(_IF, "ipv6 router isis", "isis6", slot="ipv6 router isis", after=isis_on),
    Rule(_IF, "isis circuit-type level-1-2", slot="isis circuit-type", shown=False),
    Rule(_IF, "isis circuit-type <type:level-1|level-2-only>", "circuit", slot="isis circuit-type"),
    Rule(
        _IF,
        "isis metric <cost:num> [<level:level-1|level-2>]",
        "isis-cost",
        slot="isis metric <level>",
        no=("isis metric",),
    ),
    Rule(_IF, "isis ipv6 metric <cost:num> [<level:level-1|level-2>]", slot="isis ipv6 metric <level>"),
    Rule(_IF, "no shutdown", slot="shutdown", shown=False),
    Rule(_IF, "shutdown", "shutdown"),
)

_PASSIVE = "ospf|ospf3|ospf3-family|isis"
_ROUTERS = (
    Rule("", "router ospfv3 <process:num>", "ospf3-process", opens="ospf3", sorts=True, after=process_goes),
    Rule("", "ipv6 router ospf <process:num>", "ospf3-process", opens="ospf3", sorts=True, after=process_goes),
    Rule(
        "",
        "router ospf <process:num> [vrf <vrf:word>]",
        "ospf-process",
        slot="router ospf <process>",
        opens="ospf",
        sorts=True,
        after=process_goes,
    ),
    Rule("", "router isis <tag:word>", "isis-process", opens="isis", sorts=True, after=process_goes),
    Rule("", "router isis", "isis-process", opens="isis", sorts=True, after=process_goes),
    Rule("", "router bgp <asn:word>", "bgp", opens="bgp", check=bgp_only),
    Rule("ospf|ospf3|ospf3-family", "router-id <id:ipv4>", "router-id", slot="router-id"),
    Rule("isis", "net <net:word>", "net"),
    Rule(_PASSIVE, "passive-interface default", "passive-default"),
    Rule(_PASSIVE, "no passive-interface <name:port>", "active", slot="passive-interface <name>", after=active_port),
    Rule(_PASSIVE, "passive-interface <name:port>", "passive", slot="passive-interface <name>"),
    Rule("ospf", "network <address:ipv4> <wildcard:wildcard> area <area:area>", "network"),
    Rule(
        "ospf3", "address-family ipv6 [unicast]", form="address-family ipv6 unicast", opens="ospf3-family", closes=_AF
    ),
    Rule("isis", "address-family ipv6 [unicast]", form="address-family ipv6", opens="isis-family", closes=_AF),
    *foreign("ospf|ospf3|ospf3-family|isis|isis-family", PROCESS),
    *foreign("isis|isis-family", ISIS),
    Rule("bgp", "bgp router-id <id:ipv4>", "router-id", slot="bgp router-id"),
    Rule("bgp|bgp4|bgp6", "no neighbor <peer:word>", slot="neighbor <peer>", shown=False, after=neighbor_goes),
    Rule("bgp|bgp4|bgp6", "neighbor <peer:word> remote-as <asn:word>", "neighbor", slot="neighbor <peer> remote-as"),
    Rule(
        "bgp|bgp4|bgp6",
        "neighbor <peer:word> description <text:text>",
        slot="neighbor <peer> description",
    ),
    Rule("bgp|bgp4", "network <prefix:network>", "network", after=bgp_network),
    Rule("bgp6", "network <prefix:prefix6>", "network"),
    *foreign("bgp|bgp4|bgp6|bgp-other", BGP),
    Rule(
        "bgp",
        "address-family ipv4 [unicast] [vrf <vrf:word>]",
        "bgp4",
        form="address-family ipv4 [vrf <vrf>]",
        opens="bgp4",
        closes=_AF,
        after=bgp_family,
    ),
    Rule(
        "bgp",
        "address-family ipv6 [unicast] [vrf <vrf:word>]",
        "bgp6",
        form="address-family ipv6 [vrf <vrf>]",
        opens="bgp6",
        closes=_AF,
    ),
    Rule("bgp", "address-family <other:vpnv4|vpnv6|l2vpn|nsap> [<t:text>]", opens="bgp-other", closes=_AF),
)

GRAMMAR = Grammar(
    (*foreign("", HEAD), *_TOP, *_INTERFACE, *foreign(_IF, INTERFACE), *_ROUTERS, *foreign("", TOP), *blocks()),
    kinds=IOS_KINDS,
    exits=frozenset({"exit", "exit-address-family", "exit-vrf"}),
)
