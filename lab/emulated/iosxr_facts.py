"""What an IOS-XR configuration comes to: ports, what runs on them, what BGP announces."""

from collections.abc import Iterator
from ipaddress import ip_interface

from lab.emulated.iosxr_rules import with_length
from lab.emulated.store import Entry
from lab.emulated.views import DEFAULT_VRF, Enabled, Facts, Originates, Port

_PORT = "GigabitEthernet0/0/0/"
_LEVELS = {"level-1": "1", "level-1-2": "1-2", "level-2-only": "2"}


def port_name(index: int) -> str:
    """The interface of a node's link: links count from 1, ports from 0."""
    return f"{_PORT}{index - 1}"


def link_of(interface: str) -> int:
    """The link behind an interface, 0 for a loopback."""
    place = interface.removeprefix(_PORT)
    return int(place) + 1 if place != interface and place.isdigit() else 0


def addresses_of(interface: Entry) -> tuple[str, ...]:
    """The addresses of an interface with their lengths, the primary first."""
    four = [*interface.each("primary"), *interface.each("secondary")]
    return (
        *(with_length(entry.values["address"]) for entry in four),
        *(entry.values["address"] for entry in interface.each("address6")),
    )


def vrf_of(interface: Entry) -> str:
    """The VRF of an interface."""
    return interface.value("vrf", "name", DEFAULT_VRF)


def conflicts(root: Entry) -> frozenset[tuple[str, str]]:
    """The (interface, address) pairs that stay without effect, because an interface before it holds the subnet.

    A commit takes them; the system then keeps the one that was there, which here is the first in its own order.
    """
    held: list[tuple[str, str]] = []
    lost: set[tuple[str, str]] = set()
    for entry in (e for e in root.shown() if e.rule.what == "interface"):
        name = entry.values["name"]
        mine = addresses_of(entry)
        lost.update((name, a) for a in mine if any(v == vrf_of(entry) and _overlap(a, b) for v, b in held))
        held += [(vrf_of(entry), a) for a in mine]
    return frozenset(lost)


def _overlap(one: str, other: str) -> bool:
    here, there = ip_interface(one).network, ip_interface(other).network
    return here.version == there.version and here.overlaps(there)


def facts_of(root: Entry, device: str) -> Facts:
    """Read a configuration."""
    ports = ports_of(root, conflicts(root))
    bgp = root.one("bgp")
    return Facts(
        device=device,
        ports=ports,
        router_id=_router_id(root, ports),
        asn=bgp.values["asn"] if bgp else "",
        announced=tuple(dict.fromkeys(_announced(bgp, ports))) if bgp else (),
    )


def ports_of(root: Entry, lost: frozenset[tuple[str, str]] = frozenset()) -> tuple[Port, ...]:
    """The interfaces in the system's order, without the addresses that are lost to a conflict."""
    return tuple(_port(entry, root, lost) for entry in root.shown() if entry.rule.what == "interface")


def _port(entry: Entry, root: Entry, lost: frozenset[tuple[str, str]]) -> Port:
    name, vrf = entry.values["name"], vrf_of(entry)
    return Port(
        name=name,
        link=link_of(name),
        vrf=vrf,
        enabled=entry.one("shutdown") is None,
        description=entry.value("description", "text"),
        addresses=tuple(a for a in addresses_of(entry) if (name, a) not in lost),
        protocols=(*_ospf(root, name, vrf, "ospf"), *_ospf(root, name, vrf, "ospfv3"), *_isis(root, name)),
    )


def _in_vrf(process: Entry, vrf: str) -> Entry | None:
    """The part of a process that speaks for a VRF."""
    if vrf == DEFAULT_VRF:
        return process
    return next((entry for entry in process.each("vrf") if entry.values["name"] == vrf), None)


def _ospf(root: Entry, name: str, vrf: str, word: str) -> Iterator[Enabled]:
    """OSPF of one version on an interface; what it does not say itself is said by its area, or by the process."""
    for process in root.each(word):
        here = _in_vrf(process, vrf)
        for area in here.each("area") if here else ():
            for interface in area.each("interface"):
                if interface.values["name"] != name or here is None:
                    continue
                levels = (interface, area, here)
                cost = next((entry.value("cost", "cost") for entry in levels if entry.one("cost")), "")
                shape = next((entry.value("network", "type") for entry in levels if entry.one("network")), "")
                yield Enabled(
                    protocol="ospf" if word == "ospf" else "ospf3",
                    family="ipv4" if word == "ospf" else "ipv6",
                    process=process.values["process"],
                    area=_dotted(area.values["area"]),
                    cost=int(cost) if cost else None,
                    passive=_passive(levels),
                    point_to_point=shape == "point-to-point" or interface.value("stub-network", "said") == "enable",
                )


def _passive(levels: tuple[Entry, ...]) -> bool:
    for entry in levels:
        if entry.one("passive") or entry.one("active"):
            return entry.one("passive") is not None
    return False


def _dotted(area: str) -> str:
    if "." in area:
        return area
    number = int(area)
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def _isis(root: Entry, name: str) -> Iterator[Enabled]:
    for process in root.each("isis"):
        kind = process.value("is-type", "level", "level-1-2")
        for interface in (entry for entry in process.each("interface") if entry.values["name"] == name):
            level = _LEVELS[interface.value("circuit-type", "level", kind)]
            for family in interface.each("family"):
                metric = family.value("metric", "metric")
                yield Enabled(
                    protocol="isis",
                    family=family.values["family"],
                    process=process.values["tag"],
                    level=level,
                    cost=int(metric) if metric else None,
                    passive=interface.one("passive") is not None,
                    point_to_point=interface.one("point-to-point") is not None,
                )


def _router_id(root: Entry, ports: tuple[Port, ...]) -> str:
    """The first router-id said, else the address of the lowest loopback."""
    for word in ("ospf", "ospfv3", "bgp"):
        process = root.one(word)
        if process is not None and process.one("router-id"):
            return process.value("router-id", "id")
    said = root.value("router-id", "id")
    loopbacks = (a for p in ports if not p.link and p.vrf == DEFAULT_VRF for a in p.addresses if ":" not in a)
    return said or next(loopbacks, "").partition("/")[0]


def _announced(bgp: Entry, ports: tuple[Port, ...]) -> Iterator[Originates]:
    for vrf, part in ((DEFAULT_VRF, bgp), *((entry.values["name"], entry) for entry in bgp.each("vrf"))):
        for what, version in (("family4", 4), ("family6", 6)):
            family = part.one(what)
            if family is None:
                continue
            yield from (Originates(entry.values["prefix"], vrf) for entry in family.each("network"))
            if family.one("redistribute"):
                connected = (ip_interface(a).network for p in ports if p.vrf == vrf and p.enabled for a in p.addresses)
                yield from (Originates(str(network), vrf) for network in connected if network.version == version)
