"""The lines that the emulated IOS-XR takes, context by context, and how it spells them."""

import re
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from lab.emulated.rules import KINDS, Grammar, Kind, Rule

_INTERFACE = re.compile(
    r"(loopback|lo|gigabitethernet|gi|tengige|te|mgmteth|mg|bundle-ether|be|bvi|null)\s*(\d+(?:/\w+)*(?:\.\d+)?)$",
    re.IGNORECASE,
)
_NAMES = {
    "lo": "Loopback", "loopback": "Loopback", "gi": "GigabitEthernet", "gigabitethernet": "GigabitEthernet",
    "te": "TenGigE", "tengige": "TenGigE", "mg": "MgmtEth", "mgmteth": "MgmtEth", "be": "Bundle-Ether",
    "bundle-ether": "Bundle-Ether", "bvi": "BVI", "null": "Null",
}  # fmt: skip
_HIGHEST_LOOPBACK = 2147483647


def interface_name(text: str) -> str:
    """The full name of an interface however it is abbreviated; raises ValueError for what is none."""
    found = _INTERFACE.match(text.strip())
    if found is None or (found[1].lower().startswith("lo") and int(found[2]) > _HIGHEST_LOOPBACK):
        raise ValueError(text)
    return f"{_NAMES[found[1].lower()]}{found[2]}"


def with_mask(text: str) -> str:
    """An address with its mask, from either way to write it; raises ValueError for a mask with holes."""
    address, length = text.replace("/", " ").split()
    network = IPv4Network(f"0.0.0.0/{length}")
    return f"{IPv4Address(address)} {network.netmask}"


def with_length(text: str) -> str:
    """An address with its prefix length, from one with its mask."""
    address, mask = text.split()
    return IPv4Interface(f"{address}/{mask}").with_prefixlen


def _prefix4(text: str) -> str:
    """A network as BGP lists it: its host bits are cleared."""
    address, length = text.replace("/", " ").split()
    return str(IPv4Network(f"{address}/{length}", strict=False))


KINDS_XR = {
    **KINDS,
    "interface": Kind(re.compile(r"[A-Za-z-]+\s*\d\S*"), interface_name),
    "address4": Kind(re.compile(r"[\d.]+(?:/\d+|\s+[\d.]+)"), with_mask),
    "network4": Kind(re.compile(r"[\d.]+(?:/\d+|\s+[\d.]+)"), _prefix4),
    "level": Kind(re.compile(r"level-1-2|level-2-only|level-1|level-2", re.IGNORECASE), str.lower),
    "vrf": Kind(re.compile(r"\S{1,32}")),
    "distance": Kind(re.compile(r"\d+"), lambda text: str(int(text))),
}

_TOP = (
    Rule("", "hostname <name>", what="hostname", slot="hostname"),
    Rule("", "logging <rest:text>", what="logging"),
    Rule("", "line <rest:text>", what="line", opens="line", closes="!"),
    Rule("line", "<rest:text>"),
    Rule("", "ssh <rest:text>", what="ssh"),
    Rule("", "vrf <name:vrf>", what="vrf", opens="vrf", closes="!", sorts=True),
    Rule("vrf", "description <text:text>", slot="description"),
    Rule("vrf", "address-family <family:ipv4|ipv6> unicast", what="family", opens="vrf-af", closes="!", sorts=True),
    Rule("vrf-af", "import route-target", opens="target", closes="!"),
    Rule("vrf-af", "export route-target", opens="target", closes="!"),
    Rule("target", "<target:word>"),
    Rule("", "router-id <id:ipv4>", what="router-id", slot="router-id"),
    Rule(
        "", "ipv4 conflict-policy <policy:highest-ip|longest-prefix|static>", what="policy", slot="ipv4 conflict-policy"
    ),
)

_INTERFACE_RULES = (
    Rule("", "interface <name:interface>", what="interface", opens="if", closes="!", sorts=True),
    Rule("if", "description <text:text>", what="description", slot="description"),
    Rule("if", "mtu <mtu:num>", what="mtu", slot="mtu"),
    Rule("if", "vrf <name:vrf>", what="vrf", slot="vrf"),
    Rule("if", "ipv4 address <address:address4>", what="primary", slot="ipv4 address", exact=True),
    Rule("if", "ipv4 address <address:address4> secondary", what="secondary", sorts=True),
    Rule("if", "ipv4 unreachables disable"),
    Rule("if", "ipv6 address <address:prefix6>", what="address6", no=("ipv6 address",), sorts=True),
    Rule("if", "ipv6 enable", what="enable6"),
    Rule("if", "load-interval <seconds:num>", slot="load-interval"),
    Rule("if", "shutdown", what="shutdown"),
)

_POLICY = (
    Rule("", "route-policy <name>", what="route-policy", opens="rpl", closes="end-policy"),
    Rule("rpl", "pass"),
    Rule("rpl", "drop"),
)


def _link_state(context: str, word: str) -> tuple[Rule, ...]:
    """The lines of OSPF of one version: the process, its VRFs, their areas, and the interfaces in them."""
    process, area, interface = context, f"{context}-ar", f"{context}-ar-if"
    everywhere = f"{process}|{process}-vrf|{area}|{interface}"
    passive = "passive enable" if word == "ospf" else "passive"
    return (
        Rule("", f"router {word} <process>", what=word, opens=process, closes="!", sorts=True),
        Rule(f"{process}|{process}-vrf", "router-id <id:ipv4>", what="router-id", slot="router-id"),
        Rule(f"{process}|{process}-vrf", "redistribute connected", what="redistribute"),
        Rule(everywhere, "cost <cost:num>", what="cost", slot="cost"),
        Rule(everywhere, "network <type:broadcast|non-broadcast|point-to-point|point-to-multipoint>",
             what="network", slot="network"),
        Rule(everywhere, "hello-interval <seconds:num>", slot="hello-interval"),
        Rule(everywhere, "passive disable", what="active", slot="passive"),
        Rule(everywhere, "passive enable", what="passive", form=passive, slot="passive"),
        Rule(everywhere, "passive", what="passive", form=passive, slot="passive"),
        Rule(f"{process}|{process}-vrf", "area <area:area>", what="area", opens=area, closes="!", sorts=True),
        Rule(area, "stub [no-summary]", slot="stub"),
        Rule(area, "range <prefix:word>", what="range"),
        Rule(area, "interface <name:interface>", what="interface", opens=interface, closes="!", sorts=True),
        Rule(interface, "loopback stub-network <said:enable|disable>", what="stub-network",
             slot="loopback stub-network"),
        Rule(process, "vrf <name:vrf>", what="vrf", opens=f"{process}-vrf", closes="!", sorts=True),
    )  # fmt: skip


_ISIS = (
    Rule("", "router isis <tag>", what="isis", opens="isis", closes="!", sorts=True),
    Rule("isis", "is-type <level:level>", what="is-type", slot="is-type"),
    Rule("isis", "net <net>", what="net"),
    Rule("isis", "log adjacency changes"),
    Rule("isis", "address-family <family:ipv4|ipv6> unicast", what="family", opens="isis-af", closes="!", sorts=True),
    Rule("isis-af", "metric-style wide"),
    Rule("isis-af", "single-topology"),
    Rule("isis-af", "redistribute connected", what="redistribute"),
    Rule("isis", "interface <name:interface>", what="interface", opens="isis-if", closes="!", sorts=True),
    Rule("isis-if", "circuit-type <level:level>", what="circuit-type", slot="circuit-type"),
    Rule("isis-if", "passive", what="passive"),
    Rule("isis-if", "point-to-point", what="point-to-point"),
    Rule(
        "isis-if",
        "address-family <family:ipv4|ipv6> unicast",
        what="family",
        opens="isis-if-af",
        closes="!",
        sorts=True,
    ),
    Rule("isis-if-af", "metric <metric:num> [level <level:1|2>]", what="metric", slot="metric [level <level>]"),
)

_BGP_AF = "bgp-af4|bgp-af6|bgp-vrf-af4|bgp-vrf-af6"
_BGP = (
    Rule("", "router bgp <asn>", what="bgp", opens="bgp", closes="!", sorts=True),
    Rule("bgp", "bgp router-id <id:ipv4>", what="router-id", slot="bgp router-id"),
    Rule("bgp", "bgp log neighbor changes detail"),
    Rule("bgp", "address-family ipv4 unicast", what="family4", opens="bgp-af4", closes="!"),
    Rule("bgp", "address-family ipv6 unicast", what="family6", opens="bgp-af6", closes="!"),
    Rule("bgp", "address-family <family:vpnv4|vpnv6> unicast", what="vpn", opens="bgp-vpn", closes="!"),
    Rule("bgp-af4|bgp-vrf-af4", "network <prefix:network4> [route-policy <policy>]", what="network",
         slot="network <prefix>", sorts=True),
    Rule("bgp-af6|bgp-vrf-af6", "network <prefix:prefix6> [route-policy <policy>]", what="network",
         slot="network <prefix>", sorts=True),
    Rule(_BGP_AF, "redistribute connected [route-policy <policy>]", what="redistribute", slot="redistribute connected"),
    Rule(_BGP_AF, "maximum-paths <rest:text>", slot="maximum-paths"),
    Rule("bgp|bgp-vrf", "neighbor <peer:word>", what="neighbor", opens="bgp-nbr", closes="!", sorts=True),
    Rule("bgp-nbr", "remote-as <asn>", what="remote-as", slot="remote-as"),
    Rule("bgp-nbr", "description <text:text>", slot="description"),
    Rule("bgp-nbr", "update-source <name:interface>", slot="update-source"),
    Rule("bgp-nbr", "address-family <family:ipv4|ipv6> unicast", opens="bgp-nbr-af", closes="!", sorts=True),
    Rule("bgp-nbr-af", "route-policy <name> <way:in|out>", slot="route-policy <way>"),
    Rule("bgp-nbr-af", "next-hop-self"),
    Rule("bgp", "vrf <name:vrf>", what="vrf", opens="bgp-vrf", closes="!", sorts=True),
    Rule("bgp-vrf", "rd <rd:word>", what="rd", slot="rd"),
    Rule("bgp-vrf", "address-family ipv4 unicast", what="family4", opens="bgp-vrf-af4", closes="!"),
    Rule("bgp-vrf", "address-family ipv6 unicast", what="family6", opens="bgp-vrf-af6", closes="!"),
)  # fmt: skip

RULES = (
    *_TOP,
    *_INTERFACE_RULES,
    *_POLICY,
    *_link_state("ospf", "ospf"),
    *_link_state("ospfv3", "ospfv3"),
    *_ISIS,
    *_BGP,
)

GRAMMAR = Grammar(
    rules=RULES,
    kinds=KINDS_XR,
    exits=frozenset({"exit", "end-policy", "end-set"}),
    ends=frozenset({"root"}),
)
