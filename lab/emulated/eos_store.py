"""A configuration of Arista EOS, and what it comes to."""

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv4Network

from lab.emulated.eos_rules import GRAMMAR, vrf_of
from lab.emulated.store import ConfigStore, Entry
from lab.emulated.views import DEFAULT_VRF, Enabled, Facts, Originates, Port

LEVELS = {"level-1": "1", "level-2": "2", "level-1-2": "1-2"}


class EosStore(ConfigStore):
    """A configuration of EOS."""

    grammar = GRAMMAR
    atomic = True

    def block(self, entry: Entry, depth: int) -> Iterator[str]:
        """Yield a line and what stands under it; a mark stands before a context in a context."""
        yield self.grammar.indent * depth + entry.line
        for child in entry.shown():
            if child.rule.opens:
                yield self.grammar.indent * (depth + 1) + "!"
            yield from self.block(child, depth + 1)

    def facts(self, device: str) -> Facts:
        """Return what the configuration comes to."""
        ports = tuple(_port(self.root, e) for e in self.root.shown() if e.rule.what == "interface")
        bgp = self.root.one("bgp")
        return Facts(
            device=device,
            ports=ports,
            router_id=_router_id(self.root, ports),
            asn=bgp.values["asn"] if bgp else "",
            announced=tuple(sorted(_announced(bgp), key=lambda told: (told.vrf, told.prefix))) if bgp else (),
        )


def _port(root: Entry, interface: Entry) -> Port:
    name = interface.values["name"]
    addresses = [e.values["address"] for what in ("address", "secondary") for e in interface.each(what)]
    return Port(
        name=name,
        link=int(name.removeprefix("Ethernet")) if name.removeprefix("Ethernet").isdigit() else 0,
        vrf=vrf_of(interface),
        enabled=not interface.each("shutdown"),
        description=interface.value("description", "text"),
        addresses=(*addresses, *(e.values["address"] for e in interface.each("address6"))),
        protocols=(*_ospf(root, interface), *_ospf3(root, interface), *_isis(root, interface)),
    )


def _process(root: Entry, what: str, interface: Entry) -> Entry | None:
    """Return the process of a protocol in the VRF of an interface."""
    vrf = vrf_of(interface)
    return next((p for p in root.each(what) if p.values.get("vrf", DEFAULT_VRF) == vrf), None)


def _passive(process: Entry, name: str) -> bool:
    named = {entry.values["name"] for entry in process.each("passive")}
    active = {entry.values["name"] for entry in process.each("active")}
    return name in named or (bool(process.each("passive-default")) and name not in active)


def _cost(interface: Entry, what: str) -> int | None:
    cost = interface.value(what, "cost")
    return int(cost) if cost else None


def _area(process: Entry, interface: Entry) -> str:
    """Return the area by the interface's own line, else by the closest statement that takes its address in."""
    own = interface.value("area", "area")
    address = interface.value("address", "address")
    if own or not address:
        return own
    ip = IPv4Interface(address).ip
    statements = [(IPv4Network(e.values["prefix"]), e.values["area"]) for e in process.each("network")]
    around = [(prefix.prefixlen, area) for prefix, area in statements if ip in prefix]
    return max(around)[1] if around else ""


def _ospf(root: Entry, interface: Entry) -> Iterator[Enabled]:
    process = _process(root, "ospf", interface)
    area = _area(process, interface) if process else ""
    if process and area:
        yield Enabled(
            "ospf", "ipv4", process.values["process"], area, "", _cost(interface, "cost"),
            passive=_passive(process, interface.values["name"]), point_to_point=bool(interface.each("network")),
        )  # fmt: skip


def _ospf3(root: Entry, interface: Entry) -> Iterator[Enabled]:
    process = _process(root, "ospf3", interface)
    line = interface.one("area6")
    if process and line and line.values["process"] == process.values["process"]:
        yield Enabled(
            "ospf3", "ipv6", line.values["process"], line.values["area"], "", _cost(interface, "cost6"),
            passive=_passive(process, interface.values["name"]), point_to_point=bool(interface.each("network6")),
        )  # fmt: skip


def _isis(root: Entry, interface: Entry) -> Iterator[Enabled]:
    tag = interface.value("isis", "process")
    process = _process(root, "isis", interface)
    if process and process.values["process"] != tag:
        return
    level = LEVELS[
        interface.value("circuit", "level")
        or (process.value("is-type", "level", "level-1-2") if process else "level-2")
    ]
    for family in (e.values["family"] for e in process.each("family")) if process else ():
        yield Enabled(
            "isis", family, tag, "", level, _cost(interface, "metric"), passive=bool(interface.each("passive"))
        )  # fmt: skip


def _router_id(root: Entry, ports: tuple[Port, ...]) -> str:
    """Return the router-id that is set, or the one that is chosen: of a loopback before another interface."""
    for what in ("ospf", "ospf3", "bgp"):
        for process in root.each(what):
            if process.values.get("vrf", DEFAULT_VRF) == DEFAULT_VRF and process.each("router-id"):
                return process.value("router-id", "id")
    found = root.value("router-id", "id")
    own = [
        (p.link == 0, IPv4Interface(a).ip) for p in ports for a in p.addresses if p.vrf == DEFAULT_VRF and ":" not in a
    ]
    return found or (str(max(own)[1]) if own else "")


def _announced(bgp: Entry) -> Iterator[Originates]:
    yield from _networks(bgp, DEFAULT_VRF)
    for inner in bgp.each("bgp-vrf"):
        yield from _networks(inner, inner.values["vrf"])


def _networks(context: Entry, vrf: str) -> Iterator[Originates]:
    for holder in (context, *context.each("family")):
        for entry in holder.each("network"):
            yield Originates(entry.values["prefix"], vrf)
