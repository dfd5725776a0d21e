"""The configuration of an emulated NX-OS: how it is shown, and what it comes to."""

from collections.abc import Iterator
from ipaddress import IPv4Interface

from lab.emulated.nxos_checks import vrf_of
from lab.emulated.nxos_rules import GRAMMAR
from lab.emulated.store import ConfigStore, Entry
from lab.emulated.views import DEFAULT_VRF, Enabled, Facts, Originates, Port

LEVELS = {"level-1": "1", "level-2": "2", "level-1-2": "1-2"}
STANDS_ALONE = frozenset({"interface", "router-ospf", "router-ospf3", "router-isis", "router-bgp", "vrf-context"})


class NxosStore(ConfigStore):
    """A configuration of NX-OS: each line takes effect at once."""

    grammar = GRAMMAR

    def lines(self) -> Iterator[str]:
        """Yield the configuration as shown, an empty line before each interface and before what follows them."""
        before = ""
        for entry in self.root.shown():
            what = entry.rule.what
            if what == "interface" or (what != before and (what in STANDS_ALONE or before in STANDS_ALONE)):
                yield ""
            yield from self.block(entry, 0)
            before = what

    def with_defaults(self) -> str:
        """Return the configuration with the lines that are only shown with `all`."""
        shown: list[str] = []
        for entry in self.root.shown():
            block = [*self.block(entry, 0)]
            loopback = entry.rule.what == "interface" and entry.values["name"].startswith("loopback")
            shown += [*block, *(["  no shutdown"] if loopback and not entry.each("shutdown") else []), ""]
        return "\n".join(shown)

    def facts(self, device: str) -> Facts:
        """Return what the configuration comes to."""
        ports = tuple(_port(self.root, entry) for entry in self.root.each("interface"))
        bgp = self.root.one("router-bgp")
        return Facts(
            device=device,
            ports=ports,
            router_id=router_id(self.root, ports),
            asn=bgp.values["asn"] if bgp else "",
            announced=tuple(sorted(_announced(bgp), key=lambda told: (told.vrf, told.prefix))) if bgp else (),
        )


def _port(root: Entry, interface: Entry) -> Port:
    name = interface.values["name"]
    held = [entry.values["ip"] for what in ("address", "secondary", "address6") for entry in interface.each(what)]
    loopback = name.startswith("loopback")
    place = name.removeprefix("Ethernet1/")
    return Port(
        name=name,
        link=int(place) if place.isdigit() else 0,
        vrf=vrf_of(interface),
        enabled=not interface.each("shutdown") if loopback else bool(interface.each("up")),
        description=interface.value("description", "text"),
        addresses=tuple(held),
        protocols=(*_ospf(root, interface, 4), *_ospf(root, interface, 6), *_isis(root, interface)),
    )


def _process(root: Entry, what: str, name: str) -> Entry | None:
    return next((process for process in root.each(what) if process.values["process"] == name), None)


def _cost(interface: Entry, what: str) -> int | None:
    cost = interface.value(what, "cost")
    return int(cost) if cost else None


def _ospf(root: Entry, interface: Entry, version: int) -> Iterator[Enabled]:
    protocol, family = ("ospf", "ipv4") if version == 4 else ("ospf3", "ipv6")
    line = interface.one(f"{protocol} enabled")
    process = _process(root, f"router-{protocol}", line.values["process"]) if line else None
    if not line or not process:
        return
    by_default = bool(process.each("passive-default")) and not interface.each(f"{protocol} active")
    wide = interface.value(f"{protocol} network", "kind") == "point-to-point"
    yield Enabled(
        protocol, family, line.values["process"], line.values["area"], "", _cost(interface, f"{protocol} cost"),
        passive=by_default or bool(interface.each(f"{protocol} passive")),
        point_to_point=wide or bool(interface.each("ospf advertise-subnet")),
    )  # fmt: skip


def _isis(root: Entry, interface: Entry) -> Iterator[Enabled]:
    for what, family in (("isis enabled", "ipv4"), ("isis enabled6", "ipv6")):
        line = interface.one(what)
        process = _process(root, "router-isis", line.values["process"]) if line else None
        if line and process and process.each("net"):
            level = interface.value("isis circuit", "level") or process.value("is-type", "level", "level-1-2")
            yield Enabled(
                "isis", family, line.values["process"], "", LEVELS[level], _cost(interface, "isis metric"),
                passive=bool(interface.each("isis passive")),
            )  # fmt: skip


def router_id(root: Entry, ports: tuple[Port, ...]) -> str:
    """Return the router-id that is set, or the one that is chosen: of a loopback before another interface."""
    for what in ("router-ospf", "router-ospf3", "router-bgp"):
        for process in root.each(what):
            if process.each("router-id"):
                return process.value("router-id", "id")
    own = [
        (port.link == 0, IPv4Interface(address).ip)
        for port in ports
        for address in port.addresses
        if port.vrf == DEFAULT_VRF and ":" not in address
    ]
    return str(max(own)[1]) if own else ""


def _announced(bgp: Entry) -> Iterator[Originates]:
    for vrf, context in ((DEFAULT_VRF, bgp), *((inner.values["vrf"], inner) for inner in bgp.each("vrf"))):
        for family in context.each("family"):
            yield from (Originates(entry.values["prefix"], vrf) for entry in family.each("network"))
