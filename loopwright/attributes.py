"""The attributes of the inventory, each with its kind and its meaning: what is read, checked and documented."""

from loopwright.change_kinds import CHANGE, FREEZES, WAVE, WINDOWS
from loopwright.kinds import Attribute, Choice, Kind, Named, OneOrMore, Switchable, Table
from loopwright.scalars import (
    ADDRESS,
    ADDRESS_PATTERN,
    AREA,
    ASN,
    BOOLEAN,
    IPV4_ADDRESS,
    IPV6_ADDRESS,
    LEVEL,
    LOOPBACK_NUMBER,
    LOOPBACK_NUMBER_PATTERN,
    MAPPING,
    NAME,
    NAME_PATTERN,
    NETWORK,
    NUMBER_RANGE,
    RESERVED,
    ROUTER_ID,
    SECRET,
    SYSTEM_ID,
    TEXT,
    TOKEN,
    number,
    word,
)

ROLES = ("router-id", "management", "vtep", "service")
PROTOCOLS = ("ospf", "ospf3", "isis", "bgp")
PROCESS_WORD = {"ospf": "process", "ospf3": "process", "isis": "instance", "bgp": "asn"}
"""What a protocol calls the process that carries an address."""
SEEN_BY_WORDS = ("domain", "as", "vrf", "all", "none")

_A = Attribute
_COST = number("a cost from 1 to 16777215", 1, 0xFF_FFFF)
_OSPF_COST = number("a cost from 1 to 65535", 1, 65535)

_POOL = Table("a pool reference", _A("pool", NAME, "The pool that the address is taken from."), required=("pool",))
_SEEN_BY = OneOrMore(TEXT)

_OSPF = Switchable(
    Table(
        "an OSPF advertisement",
        _A("process", TOKEN, "The OSPF process; left out where the device has exactly one."),
        _A("area", AREA, "The area, as a number or a dotted quad; left out where the device has exactly one."),
        _A("cost", _OSPF_COST, "The cost of the loopback interface."),
        _A("passive", BOOLEAN, "Whether the loopback interface is passive."),
    )
)
_ISIS = Switchable(
    Table(
        "an IS-IS advertisement",
        _A("instance", TOKEN, "The IS-IS instance or tag; left out where the device has exactly one."),
        _A("level", LEVEL, "The level: 1, 2 or 1-2."),
        _A("metric", _COST, "The metric of the loopback interface."),
        _A("passive", BOOLEAN, "Whether the loopback interface is passive."),
    )
)
_BGP = Switchable(
    Table(
        "a BGP advertisement",
        _A("asn", ASN, "The AS number of the BGP instance; left out where the device has exactly one."),
        _A(
            "via",
            word("network", "existing"),
            "`network` writes a network statement; `existing` relies on what is there.",
        ),
    )
)
ADVERTISE = Table(
    "advertise",
    _A("ospf", _OSPF, "Advertised by OSPFv2; `false` takes away what is inherited."),
    _A("ospf3", _OSPF, "Advertised by OSPFv3; `false` takes away what is inherited."),
    _A("isis", _ISIS, "Advertised by IS-IS; `false` takes away what is inherited."),
    _A("bgp", _BGP, "Advertised by BGP; `false` takes away what is inherited."),
)
EXPECT = Table(
    "expect",
    _A(
        "seen_by",
        _SEEN_BY,
        "Who must see it: domain, as, vrf, all, none, or a list of devices, groups and filters like site=ams.",
    ),
    _A("not_seen_by", _SEEN_BY, "Who must not see it: devices, groups and filters like site=ams."),
    _A("summarised_as", OneOrMore(NETWORK), "The summary that stands for it beyond a border."),
)
PROVE = Table(
    "prove",
    _A("icmp", BOOLEAN, "Whether a ping is answered."),
    _A("tcp", number("a port from 1 to 65535", 1, 65535), "A TCP port that must accept a connection."),
)
LOOPBACK = Table(
    "a loopback",
    _A("ipv4", Choice(_POOL, OneOrMore(IPV4_ADDRESS)), "IPv4 addresses, the first is primary; or {pool: NAME}."),
    _A("ipv6", Choice(_POOL, OneOrMore(IPV6_ADDRESS)), "IPv6 addresses, the first is primary; or {pool: NAME}."),
    _A("vrf", TOKEN, "The VRF that the interface is in."),
    _A("description", TEXT, "The description of the interface."),
    _A("enabled", BOOLEAN, "Whether the interface is administratively up."),
    _A("interface", TOKEN, "The interface's name, where it is not the platform's name for the number."),
    _A("role", word(*ROLES), "What it is for; picks the checks, writes nothing by itself."),
    _A("state", word("present", "absent"), "`absent` removes the loopback from the device."),
    _A("advertise", ADVERTISE, "The protocols that advertise its addresses."),
    _A("anycast", NAME, "The devices that name the same group may share the address."),
    _A("expect", EXPECT, "Who must see it and who must not."),
    _A("prove", PROVE, "How it is proved to be reachable."),
)

_ROUTING_OSPF = OneOrMore(
    Table(
        "an OSPF process",
        _A("process", TOKEN, "The process number or name, where the device needs one."),
        _A("vrf", TOKEN, "The VRF that the process runs in."),
        _A("router_id", ROUTER_ID, "The router-id that is configured in the process."),
        _A("style", word("interface", "network"), "How it is told what to advertise: per interface, or by network."),
    )
)
_ROUTING_ISIS = OneOrMore(
    Table(
        "an IS-IS instance",
        _A("instance", TOKEN, "The instance or tag."),
        _A("vrf", TOKEN, "The VRF that the instance runs in."),
        _A("system_id", SYSTEM_ID, "The system-id."),
    )
)
_ROUTING_BGP = OneOrMore(
    Table(
        "a BGP instance",
        _A("asn", ASN, "The AS number."),
        _A("vrf", TOKEN, "The VRF that the instance runs in."),
        _A("router_id", ROUTER_ID, "The router-id that is configured in the instance."),
        _A("neighbours", Named("neighbours", ADDRESS, ASN, ADDRESS_PATTERN), "AS number by neighbour address."),
        required=("asn",),
    )
)
_LINK = Table(
    "a link",
    _A("ipv4", OneOrMore(IPV4_ADDRESS), "IPv4 addresses of the interface, with their prefix length."),
    _A("ipv6", OneOrMore(IPV6_ADDRESS), "IPv6 addresses of the interface, with their prefix length."),
    _A("vrf", TOKEN, "The VRF that the interface is in."),
    _A("ospf", Table("OSPF on a link", _A("area", AREA, "The area."), required=("area",)), "OSPFv2 runs on it."),
    _A("ospf3", Table("OSPFv3 on a link", _A("area", AREA, "The area."), required=("area",)), "OSPFv3 runs on it."),
    _A("isis", Table("IS-IS on a link", _A("instance", TOKEN, "The instance or tag.")), "IS-IS runs on it."),
)
ROUTING = Table(
    "routing",
    _A("router_id", ROUTER_ID, "The router-id of the device as a whole."),
    _A("vrfs", OneOrMore(TOKEN, can_be_empty=True), "The VRFs of the device; `default` is always there."),
    _A("ospf", _ROUTING_OSPF, "The OSPFv2 process, or a list of them."),
    _A("ospf3", _ROUTING_OSPF, "The OSPFv3 process, or a list of them."),
    _A("isis", _ROUTING_ISIS, "The IS-IS instance, or a list of them."),
    _A("bgp", _ROUTING_BGP, "The BGP instance, or a list of them, one for each VRF."),
    _A("links", Named("links", TOKEN, _LINK, "^[!-~]+$"), "The interfaces that are no loopbacks, by name."),
)
POOL = Table(
    "a pool",
    _A("prefixes", OneOrMore(NETWORK), "The prefixes that addresses are taken from, in this order."),
    _A("reserved", OneOrMore(RESERVED, can_be_empty=True), "Addresses, prefixes and ranges that are never handed out."),
    required=("prefixes",),
)
POOLS = Named("pools", NAME, POOL, NAME_PATTERN, nullable=True)
LOOPBACKS = Named("loopbacks by number", LOOPBACK_NUMBER, LOOPBACK, LOOPBACK_NUMBER_PATTERN, nullable=True)

_DATA = (
    _A("loopbacks", LOOPBACKS, "The loopbacks by number; `null` for a number lets go of what is inherited."),
    _A("owns", OneOrMore(NUMBER_RANGE, can_be_empty=True), "Numbers that are ours: what is not listed is removed."),
    _A("routing", ROUTING, "What the device runs and is connected to, for checks without the device."),
    _A("transport", word("netmiko", "napalm"), "How it is driven, where its platform has both ways."),
    _A("redundancy_group", NAME, "The devices that stand in for each other name the same group."),
    _A("wave", WAVE, "The wave that it is changed in; left out, the run is divided as `change: waves` says."),
    _A("windows", WINDOWS, "When changes may be made, like Sun 02:00-04:00 Europe/Berlin; without any, at all times."),
    _A("freezes", FREEZES, "When nothing is changed; those of groups and defaults hold as well."),
)
DATA = Table("data", *_DATA, others=True)
"""What loopwright reads of `data`; everything else in it is the user's own."""

_POOLS = _A("pools", POOLS, "The pools that `{pool: NAME}` takes addresses from.")
_CHANGE = _A("change", CHANGE, "How changes are made, in the whole network.")
NETWORK_WIDE = (_POOLS, _CHANGE)
DEFAULTS_DATA = Table("data", *_DATA, *NETWORK_WIDE, others=True)
"""What is read of the defaults' `data`: also what is said once for the whole network."""

_CONNECTION = (
    _A("hostname", TEXT, "The address or name that is connected to."),
    _A("port", number("a port from 1 to 65535", 1, 65535), "The port that is connected to."),
    _A("username", TEXT, "The name to log in with."),
    _A("password", SECRET, "The password; better kept outside of the file."),
    _A("platform", TEXT, "The name of the platform."),
)
_OPTIONS = Named(
    "connection options by name",
    TOKEN,
    Table("connection options", *_CONNECTION, _A("extras", MAPPING, "Options of the driver.")),
    "^[!-~]+$",
    nullable=True,
)
_GROUPS = _A("groups", OneOrMore(NAME, can_be_empty=True, list_only=True), "The groups inherited from, nearest first.")


def _element(what: str, data: Kind, *more: Attribute) -> Table:
    options = _A("connection_options", _OPTIONS, "What a way of connecting wants differently.")
    return Table(what, *_CONNECTION, *more, options, _A("data", data, "The loopbacks, and whatever is your own."))


HOST = _element("a host", DATA, _GROUPS)
GROUP = _element("a group", DATA, _GROUPS)
DEFAULTS = _element("the defaults", DEFAULTS_DATA)
