"""Which lines Arista EOS takes, in which form it shows them, and what it refuses in its own words.

OSPFv3 is configured as `ipv6 router ospf N` and `ipv6 ospf N area A`, which every release from 4.23 on takes, not as
`router ospfv3`. Hidden are the defaults `no shutdown` and `switchport`. No Arista system was at hand: the words of the
refusals are those that public automation looks for, the rest is after the user manual.
"""

from collections.abc import Iterator
from ipaddress import ip_interface

from lab.emulated.eos_kinds import KINDS_EOS
from lab.emulated.rules import Grammar, Rule
from lab.emulated.store import ConfigStore, Edit, Entry
from lab.emulated.system import Refusal
from lab.emulated.views import DEFAULT_VRF

_LIMITS = {4: 31, 6: 127}
"""The longest prefix of an interface that is no loopback, by version."""


def vrf_of(interface: Entry) -> str:
    """Return the VRF that an interface is in."""
    return interface.value("vrf", "vrf", DEFAULT_VRF)


def _addresses(store: ConfigStore) -> Iterator[tuple[Entry, Entry]]:
    for interface in store.root.each("interface"):
        for what in ("address", "secondary", "address6"):
            yield from ((interface, entry) for entry in interface.each(what))


def _stanza(store: ConfigStore, edit: Edit) -> Entry:
    found = store.at(edit.position)
    assert found is not None  # noqa: S101 - a line is only taken where its context is
    return found


def _check_address(store: ConfigStore, edit: Edit) -> None:
    """Refuse an address that is on another interface of the VRF already, or in a subnet of one."""
    here = _stanza(store, edit)
    if edit.removing:
        _check_order(here, edit)
        return
    wanted = ip_interface(edit.values["address"])
    _check_length(here, edit)
    for interface, entry in _addresses(store):
        held = ip_interface(entry.values["address"])
        if held.version != wanted.version or vrf_of(interface) != vrf_of(here) or entry is edit.present:
            continue
        if held.ip == wanted.ip and (interface is not here or entry.rule.what != edit.found.rule.what):
            raise Refusal(
                f"% Address {wanted} is already assigned to interface {interface.values['name']}", _line(edit)
            )
        if interface is not here and held.network.overlaps(wanted.network):
            over = f"{held.network} of {interface.values['name']}"
            raise Refusal(f"% Subnet {wanted.network} overlaps with existing subnet {over}", _line(edit))


def _line(edit: Edit) -> str:
    return edit.found.line


def _check_length(here: Entry, edit: Edit) -> None:
    wanted = ip_interface(edit.values["address"])
    limit = _LIMITS[wanted.version]
    if not here.values["name"].startswith("Loopback") and wanted.network.prefixlen > limit:
        raise Refusal(f"% Prefix length must be less than {limit + 1}", _line(edit))
    if edit.found.rule.what == "secondary" and not here.each("address"):
        raise Refusal("% Primary address must be assigned before a secondary one", _line(edit))


def _check_order(here: Entry, edit: Edit) -> None:
    primary = here.one("address")
    named = edit.found.rule.what == "address" and edit.found.whole and bool(primary)
    if named and primary and edit.found.line == primary.line and here.each("secondary"):
        raise Refusal("% Primary address cannot be deleted before secondary", _line(edit))


def _all_gone(store: ConfigStore, edit: Edit) -> None:
    """`no ip address` without an address takes the secondary ones along."""
    if edit.removing and not edit.found.whole:
        _drop(_stanza(store, edit), "secondary")


def _drop(interface: Entry, *whats: str) -> None:
    for key in [key for key, child in interface.children.items() if child.rule.what in whats]:
        del interface.children[key]


def _check_vrf(store: ConfigStore, edit: Edit) -> None:
    names = {entry.values["vrf"] for entry in store.root.each("vrf-instance")}
    if not edit.removing and edit.values["vrf"] not in names:
        raise Refusal(f"% VRF {edit.values['vrf']} does not exist", _line(edit))


def _moved(store: ConfigStore, edit: Edit) -> None:
    """An interface that changes its VRF loses its addresses."""
    here = _stanza(store, edit)
    before = edit.present.values["vrf"] if edit.present else DEFAULT_VRF
    if before != vrf_of(here) and any(here.each(what) for what in ("address", "address6")):
        store.said.append(f"! Interface {here.values['name']} addresses removed due to VRF change")
        _drop(here, "address", "secondary", "address6")


def _vrf_gone(store: ConfigStore, edit: Edit) -> None:
    """Interfaces of a VRF that is removed go back to the default one, without addresses."""
    for interface in store.root.each("interface") if edit.removing else ():
        if vrf_of(interface) == edit.values["vrf"]:
            _drop(interface, "vrf", "address", "secondary", "address6")


def _check_instances(store: ConfigStore, edit: Edit) -> None:
    """One OSPF instance per VRF."""
    if edit.removing:
        return
    vrf = edit.values.get("vrf", "")
    others = [e for e in store.root.each(edit.found.rule.what) if e.values["process"] != edit.values["process"]]
    if any(entry.values.get("vrf", "") == vrf for entry in others):
        raise Refusal("% More than 1 OSPF instance is not supported", _line(edit))


def _check_number(store: ConfigStore, edit: Edit) -> None:
    """One BGP autonomous system."""
    if not edit.removing and edit.present and edit.present.values["asn"] != edit.values["asn"]:
        raise Refusal(f"% BGP is already running with AS number {edit.present.values['asn']}", _line(edit))


def _activated(store: ConfigStore, edit: Edit) -> None:
    """Only where every interface is passive by default one that is not has a line of its own."""
    process = _stanza(store, edit)
    if not process.each("passive-default"):
        process.children.pop(edit.found.key, None)


INTERFACE = (
    Rule("interface", "description <text:text>", slot="description", what="description"),
    Rule("interface", "mtu <mtu:num>", slot="mtu"),
    Rule("interface", "shutdown", what="shutdown"),
    Rule("interface", "no switchport", slot="switchport", what="routed"),
    Rule("interface", "switchport", slot="switchport", shown=False),
    Rule("interface", "vrf <vrf:word>", slot="vrf", what="vrf", exact=True, check=_check_vrf, after=_moved),
    Rule("interface", "ip address <address:address4> secondary", what="secondary", check=_check_address),
    Rule(
        "interface", "ip address <address:address4>", slot="ip address", what="address", exact=True,
        check=_check_address, after=_all_gone,
    ),
    Rule("interface", "ipv6 enable"),
    Rule("interface", "ipv6 address <address:address6>", what="address6", check=_check_address),
    Rule("interface", "ipv6 ospf cost <cost:num>", slot="ipv6 ospf cost", what="cost6"),
    Rule("interface", "ipv6 ospf network point-to-point", slot="ipv6 ospf network", what="network6"),
    Rule("interface", "ipv6 ospf <process:num> area <area:area>", slot="ipv6 ospf area", what="area6", exact=True),
    Rule("interface", "ip ospf cost <cost:num>", slot="ip ospf cost", what="cost"),
    Rule("interface", "ip ospf network point-to-point", slot="ip ospf network", what="network"),
    Rule("interface", "ip ospf hello-interval <seconds:num>", slot="ip ospf hello-interval"),
    Rule("interface", "ip ospf dead-interval <seconds:num>", slot="ip ospf dead-interval"),
    Rule("interface", "ip ospf area <area:area>", slot="ip ospf area", what="area", exact=True),
    Rule("interface", "isis enable <process:word>", slot="isis enable", what="isis", exact=True),
    Rule("interface", "isis circuit-type <level:level-1-2|level-1|level-2>", slot="isis circuit-type", what="circuit"),
    Rule("interface", "isis metric <cost:num>", slot="isis metric", what="metric"),
    Rule("interface", "isis passive", what="passive"),
    Rule("interface", "isis network point-to-point", slot="isis network"),
    Rule("interface", "ip helper-address <address:ipv4>"),
    Rule("interface", "ip access-group <name:word> <way:in|out>", slot="ip access-group <way>"),
    Rule("interface", "ip proxy-arp"),
    Rule("interface", "node-segment ipv4 index <index:num>", slot="node-segment ipv4"),
)  # fmt: skip

BGP_CONTEXTS = "bgp|bgp-vrf"
PROCESSES = (
    Rule("vrf-instance", "description <text:text>", slot="description"),
    Rule("vrf-instance", "rd <rd:word>", slot="rd"),
    Rule("bgp", "no bgp default ipv4-unicast", slot="bgp default ipv4-unicast"),
    Rule("bgp", "bgp default ipv4-unicast", slot="bgp default ipv4-unicast", shown=False),
    Rule("bgp-vrf", "rd <rd:word>", slot="rd"),
    Rule(BGP_CONTEXTS, "router-id <id:ipv4>", slot="router-id", what="router-id"),
    Rule(BGP_CONTEXTS, "maximum-paths <paths:num> [ecmp <ecmp:num>]", slot="maximum-paths"),
    Rule(BGP_CONTEXTS, "neighbor <peer:peer> remote-as <asn:num>", slot="neighbor <peer> remote-as", what="peer"),
    Rule(BGP_CONTEXTS, "neighbor <peer:peer> description <text:text>", slot="neighbor <peer> description"),
    Rule(BGP_CONTEXTS, "neighbor <peer:peer> update-source <name:interface>", slot="neighbor <peer> update-source"),
    Rule(BGP_CONTEXTS, "neighbor <peer:peer> send-community", slot="neighbor <peer> send-community"),
    Rule(BGP_CONTEXTS, "network <prefix:network4> [route-map <map:word>]", slot="network <prefix>", what="network"),
    Rule(BGP_CONTEXTS, "network <prefix:network6> [route-map <map:word>]", slot="network <prefix>", what="network"),
    Rule(BGP_CONTEXTS, "redistribute <source:connected|static> [route-map <map:word>]", slot="redistribute <source>"),
    Rule(BGP_CONTEXTS, "address-family <family:only4>", opens="bgp-ipv4", what="family"),
    Rule(BGP_CONTEXTS, "address-family <family:only6>", opens="bgp-ipv6", what="family"),
    Rule("bgp", "vrf <vrf:word>", opens="bgp-vrf", what="bgp-vrf", check=_check_vrf),
    Rule("bgp-ipv4|bgp-ipv6", "neighbor <peer:peer> activate", what="active"),
    Rule("bgp-ipv4", "network <prefix:network4> [route-map <map:word>]", slot="network <prefix>", what="network"),
    Rule("bgp-ipv6", "network <prefix:network6> [route-map <map:word>]", slot="network <prefix>", what="network"),
    Rule(
        "bgp-ipv4|bgp-ipv6",
        "redistribute <source:connected|static> [route-map <map:word>]",
        slot="redistribute <source>",
    ),
    Rule("isis", "net <net:word>", slot="net", what="net"),
    Rule("isis", "is-type <level:level-1-2|level-1|level-2>", slot="is-type", what="is-type"),
    Rule("isis", "log-adjacency-changes"),
    Rule("isis", "redistribute <source:connected|static>"),
    Rule("isis", "address-family <family:ipv4|ipv6> unicast", opens="isis-family", what="family"),
    Rule("isis-family", "multi-topology"),
    Rule("ospf|ospf3", "router-id <id:ipv4>", slot="router-id", what="router-id"),
    Rule("ospf|ospf3", "passive-interface default", what="passive-default"),
    Rule(
        "ospf|ospf3", "no passive-interface <name:interface>", slot="passive <name>", what="active", after=_activated,
    ),
    Rule("ospf|ospf3", "passive-interface <name:interface>", slot="passive <name>", what="passive"),
    Rule("ospf|ospf3", "redistribute <source:connected|static>"),
    Rule("ospf", "network <prefix:network4> area <area:area>", slot="network <prefix>", what="network"),
    Rule("ospf", "area <area:area> range <prefix:network4>"),
    Rule("ospf3", "area <area:area> range <prefix:network6>"),
    Rule("ospf|ospf3", "max-lsa <count:num>", slot="max-lsa"),
    Rule("api", "shutdown", slot="shutdown", shown=False),
    Rule("api", "no shutdown", slot="shutdown"),
)  # fmt: skip

TOP = (
    Rule("", "hostname <name:word>", slot="hostname", what="hostname"),
    Rule("", "service routing protocols model <model:multi-agent|ribd>", slot="service routing protocols model"),
    Rule("", "ip name-server <rest:text>"),
    Rule("", "logging <rest:text>"),
    Rule("", "ntp server <rest:text>"),
    Rule("", "snmp-server <rest:text>"),
    Rule("", "spanning-tree mode <mode:word>", slot="spanning-tree mode"),
    Rule("", "username <name:word> <rest:text>", slot="username <name>"),
    Rule("", "vrf instance <vrf:word>", opens="vrf-instance", what="vrf-instance", sorts=True, after=_vrf_gone),
    Rule("", "interface <name:interface>", opens="interface", what="interface", sorts=True),
    Rule("", "router-id ipv4 <id:ipv4>", slot="router-id ipv4", what="router-id"),
    Rule("", "ip routing", what="ip-routing"),
    Rule("", "ip routing vrf <vrf:word>"),
    Rule("", "ipv6 unicast-routing"),
    Rule("", "ipv6 unicast-routing vrf <vrf:word>"),
    Rule("", "ip prefix-list <name:word> <rest:text>"),
    Rule("", "ip route <rest:text>"),
    Rule("", "ipv6 route <rest:text>"),
    Rule("", "route-map <name:word> <rest:text>"),
    Rule("", "router bgp <asn:num>", slot="router bgp", opens="bgp", what="bgp", exact=True, check=_check_number),
    Rule("", "router isis <process:word> [vrf <vrf:word>]", opens="isis", what="isis"),
    Rule(
        "", "router ospf <process:num> [vrf <vrf:word>]", slot="router ospf <process>", opens="ospf", what="ospf",
        sorts=True, check=_check_instances,
    ),
    Rule(
        "", "ipv6 router ospf <process:num> [vrf <vrf:word>]", slot="ipv6 router ospf <process>", opens="ospf3",
        what="ospf3", sorts=True, check=_check_instances,
    ),
    Rule("", "management api http-commands", opens="api"),
)  # fmt: skip

GRAMMAR = Grammar(
    rules=(*TOP, *INTERFACE, *PROCESSES),
    kinds=KINDS_EOS,
    unknown="% Invalid input",
    incomplete="% Incomplete command",
    exits=frozenset({"exit"}),
    indent="   ",
)
