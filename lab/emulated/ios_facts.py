"""What a configuration of IOS comes to, for the network around it."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface

from lab.emulated.ios_checks import addresses4, addresses6, covers, interface_vrf
from lab.emulated.ios_values import network_prefix
from lab.emulated.store import ConfigStore, Entry
from lab.emulated.views import DEFAULT_VRF, Enabled, Facts, Originates, Port

LINK = re.compile(r"GigabitEthernet(\d+)")
LEVELS = {"level-1": {"1"}, "level-1-2": {"1", "2"}, "level-2-only": {"2"}}
POINT = "network point-to-point"


def facts(store: ConfigStore, device: str) -> Facts:
    """Return the facts of a configuration."""
    root = store.root
    bgp = root.one("bgp")
    ports = tuple(_port(root, entry) for entry in root.shown() if entry.rule.what == "interface")
    return Facts(
        device=device,
        ports=ports,
        router_id=_router_id(root, ports),
        asn=bgp.values["asn"] if bgp else "",
        announced=tuple(_announced(bgp)) if bgp else (),
    )


def _router_id(root: Entry, ports: tuple[Port, ...]) -> str:
    """Return the router-id that is configured, else the highest address, of the loopbacks first."""
    for what in ("ospf-process", "ospf3-process", "bgp"):
        for process in root.each(what):
            if not process.values.get("vrf") and process.one("router-id"):
                return process.value("router-id", "id")
    for loopbacks in (True, False):
        own = [
            IPv4Interface(address).ip
            for port in ports
            if (port.link == 0) == loopbacks and port.enabled and port.vrf == DEFAULT_VRF
            for address in port.addresses
            if ":" not in address
        ]
        if own:
            return str(max(own))
    return ""


def _port(root: Entry, entry: Entry) -> Port:
    name = entry.values["name"]
    link = LINK.fullmatch(name)
    four = [str(address) for address in addresses4(entry)]
    six = [str(address) for address in addresses6(entry)]
    protocols = (*_ospf(root, entry), *_ospf3(root, entry), *_isis(root, entry, four, six))
    return Port(
        name=name,
        link=int(link[1]) if link else 0,
        vrf=interface_vrf(entry) or DEFAULT_VRF,
        enabled=not entry.one("shutdown"),
        description=entry.value("description", "text"),
        addresses=(*four, *six),
        protocols=protocols,
    )


def _cost(entry: Entry, what: str) -> int | None:
    found = entry.value(what, "cost")
    return int(found) if found else None


def area(text: str) -> str:
    """Return an area as a dotted quad."""
    return text if "." in text else str(IPv4Address(int(text)))


def passive(process: Entry, name: str) -> bool:
    """Whether a process, or an address family of it, makes an interface passive."""
    for context in (process, *process.children.values()):
        if any(entry.values["name"] == name for entry in context.each("passive")):
            return True
        if context.one("passive-default"):
            return not any(entry.values["name"] == name for entry in context.each("active"))
    return False


def _point_to_point(entry: Entry, starts: tuple[str, ...]) -> bool:
    return any(child.line.endswith(POINT) and child.line.startswith(starts) for child in entry.children.values())


def _ospf(root: Entry, entry: Entry) -> Iterator[Enabled]:
    """Yield OSPF of IPv4: by the line of the interface, else by the first statement that takes in its address."""
    on = entry.one("ospf")
    own = list(addresses4(entry))
    for process in root.each("ospf-process"):
        number = process.values["process"]
        if process.values.get("vrf", "") != interface_vrf(entry) or not own:
            continue
        if on and on.values["process"] != number:
            continue
        found = on.values["area"] if on else _stated(process, own[0])
        if found:
            yield Enabled(
                protocol="ospf",
                family="ipv4",
                process=number,
                area=area(found),
                cost=_cost(entry, "ospf-cost"),
                passive=passive(process, entry.values["name"]),
                point_to_point=_point_to_point(entry, ("ip ospf",)),
            )
            return


def _stated(process: Entry, address: IPv4Interface) -> str:
    """Return the area of the narrowest network statement that takes in an address, "" for none."""
    found = [statement for statement in process.each("network") if covers(statement, address)]
    narrow = min(found, key=lambda statement: int(IPv4Address(statement.values["wildcard"])), default=None)
    return narrow.values["area"] if narrow else ""


def _ospf3(root: Entry, entry: Entry) -> Iterator[Enabled]:
    on = entry.one("ospf3")
    if not on:
        return
    processes = [one for one in root.each("ospf3-process") if one.values["process"] == on.values["process"]]
    yield Enabled(
        protocol="ospf3",
        family="ipv6",
        process=on.values["process"],
        area=area(on.values["area"]),
        cost=_cost(entry, "ospf3-cost"),
        passive=any(passive(process, entry.values["name"]) for process in processes),
        point_to_point=_point_to_point(entry, ("ospfv3", "ipv6 ospf")),
    )


def _isis(root: Entry, entry: Entry, four: list[str], six: list[str]) -> Iterator[Enabled]:
    """Yield IS-IS of each family: by the lines of the interface, or because the instance makes it passive."""
    for process in root.each("isis-process"):
        tag, quiet = process.values.get("tag", ""), passive(process, entry.values["name"])
        levels = _levels(root, process, entry)
        for family, what, own in (("ipv4", "isis4", four), ("ipv6", "isis6", six)):
            on = entry.one(what)
            if own and levels and ((on and on.values.get("tag", "") == tag) or (not on and quiet)):
                yield Enabled(
                    protocol="isis",
                    family=family,
                    process=tag,
                    level=levels,
                    cost=_cost(entry, "isis-cost"),
                    passive=quiet,
                    point_to_point=_point_to_point(entry, ("isis",)),
                )


def _levels(root: Entry, process: Entry, entry: Entry) -> str:
    """Return the levels that the instance and the interface have in common."""
    lines = [child.line for child in process.children.values()]
    kinds = [line.removeprefix("is-type ") for line in lines if line.startswith("is-type ")]
    both = LEVELS[kinds[-1] if kinds else "level-1-2"] & LEVELS[entry.value("circuit", "type", "level-1-2")]
    return "-".join(sorted(both))


def _announced(bgp: Entry) -> Iterator[Originates]:
    for context in (bgp, *bgp.each("bgp4"), *bgp.each("bgp6")):
        vrf = context.values.get("vrf", DEFAULT_VRF) or DEFAULT_VRF
        for network in context.each("network"):
            prefix = network.values["prefix"]
            yield Originates(prefix.lower() if ":" in prefix else network_prefix(prefix), vrf)
