"""What a Junos configuration comes to for the network around it: ports, protocols on them, announced prefixes."""

import re
from collections.abc import Iterator
from ipaddress import ip_interface

from lab.emulated.junos_checks import addresses, instances, units
from lab.emulated.junos_policy import Direct, accepts
from lab.emulated.junos_tree import Statements
from lab.emulated.views import DEFAULT_VRF, Enabled, Facts, Originates, Port

_LINK = re.compile(r"ge-0/0/(\d+)\.0")


def facts(root: Statements, device: str) -> Facts:
    """Read a configuration."""
    of = instances(root)
    ports = tuple(
        Port(
            name=name,
            link=_link(name),
            vrf=of.get(name, DEFAULT_VRF),
            enabled=not (unit.has("disable") or port.has("disable")),
            description=unit.leaf("description"),
            addresses=(*addresses(unit, "inet"), *addresses(unit, "inet6")),
            protocols=tuple(_protocols(_routing(root, of.get(name)).get("protocols"), name, unit)),
        )
        for name, port, unit in units(root)
        if port.name == "lo0" or _link(name)
    )
    routing = root.get("routing-options")
    return Facts(
        device=device,
        ports=ports,
        router_id=routing.leaf("router-id") or _own_router_id(ports),
        asn=routing.leaf("autonomous-system"),
        announced=tuple(sorted(set(_announced(root, ports)), key=lambda own: (own.vrf, own.prefix))),
    )


def _routing(root: Statements, instance: str | None) -> Statements:
    return root.get("routing-instances", instance) if instance else root


def _link(name: str) -> int:
    found = _LINK.fullmatch(name)
    return int(found[1]) + 1 if found else 0


def _own_router_id(ports: tuple[Port, ...]) -> str:
    """Without a configured one it is the primary address of lo0.0, else that of the first interface."""
    ours = [port for port in ports if port.vrf == DEFAULT_VRF]
    ours.sort(key=lambda port: port.link)
    found = [ip_interface(address).ip for port in ours for address in port.addresses if ":" not in address]
    return str(next((address for address in found if not address.is_loopback), ""))


def _protocols(protocols: Statements, name: str, unit: Statements) -> Iterator[Enabled]:
    for protocol, family in (("ospf", "ipv4"), ("ospf3", "ipv6")):
        for area in protocols.get(protocol).all("area"):
            on = area.get(f"interface {name}")
            on = on if on.words else area.get("interface all")
            if on.words and not on.has("disable"):
                yield Enabled(
                    protocol,
                    family,
                    area=area.name,
                    cost=_number(on.leaf("metric")),
                    passive=on.has("passive"),
                    point_to_point=on.leaf("interface-type") == "p2p",
                )
    yield from _isis(protocols.get("isis"), name, unit)


def _isis(isis: Statements, name: str, unit: Statements) -> Iterator[Enabled]:
    on = isis.get(f"interface {name}")
    on = on if on.words else isis.get("interface all")
    if not on.words or on.has("disable") or not unit.has("family", "iso"):
        return
    levels = [n for n in ("1", "2") if not (isis.has(f"level {n}", "disable") or on.has(f"level {n}", "disable"))]
    if not levels:
        return
    for family, off in (("ipv4", "no-ipv4-routing"), ("ipv6", "no-ipv6-routing")):
        if not isis.has(off):
            yield Enabled(
                "isis",
                family,
                level="-".join(levels),
                cost=_number(on.get(f"level {levels[-1]}").leaf("metric")),
                passive=on.has("passive"),
                point_to_point=on.has("point-to-point"),
            )


def _number(text: str) -> int | None:
    return int(text) if text else None


def _announced(root: Statements, ports: tuple[Port, ...]) -> Iterator[Originates]:
    for vrf in (DEFAULT_VRF, *(instance.name for instance in root.get("routing-instances").active())):
        for _, prefix, _ in announcements(root, ports, vrf):
            yield Originates(prefix, vrf)


def announcements(root: Statements, ports: tuple[Port, ...], vrf: str) -> Iterator[tuple[Statements, str, Statements]]:
    """The direct routes that the export policies of one instance let out: (group, prefix, neighbour) of each."""
    options = root.get("policy-options")
    direct = [
        Direct(ip_interface(address).network, port.name)
        for port in ports
        if port.vrf == vrf and port.enabled
        for address in port.addresses
    ]
    bgp = _routing(root, None if vrf == DEFAULT_VRF else vrf).get("protocols", "bgp")
    for group in bgp.all("group"):
        for peer in group.all("neighbor"):
            versions, chain = _session(bgp, group, peer)
            for route in direct:
                if route.prefix.version in versions and accepts(options, chain, route):
                    yield group, str(route.prefix), peer


def _session(bgp: Statements, group: Statements, peer: Statements) -> tuple[set[int], tuple[str, ...]]:
    """The IP versions that a neighbour is told, and the export policies, of the nearest level that names any."""
    spoken = next((where.get("family") for where in (peer, group) if where.has("family")), Statements())
    versions = {4 if family.name == "inet" else 6 for family in spoken.active()} or {4}
    return versions, next((where.values("export") for where in (peer, group, bgp) if where.values("export")), ())
