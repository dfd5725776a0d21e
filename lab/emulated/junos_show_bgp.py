"""BGP of the emulated Junos, as its show commands print it.

What a device itself brings into BGP has no table of its own on Junos: its direct routes stay direct routes, and an
export policy lets some of them out. Two commands tell them: `show route advertising-protocol bgp NEIGHBOUR`, per
neighbour, and `show route protocol direct extensive`, whose TSI text names for each route the groups that it is
advertised to, `Page 0 idx 0, (group NAME type External) ...`; only groups with a session that is up are named.
"""

from collections.abc import Iterator

from lab.emulated.device import Device
from lab.emulated.junos_facts import announcements
from lab.emulated.junos_tree import Statements
from lab.emulated.netconf_element import Element, el
from lab.emulated.views import DEFAULT_VRF

Groups = dict[tuple[str, str], dict[str, str]]
"""By VRF and prefix of a direct route the BGP groups that it is advertised to, and their types."""


def table_of(vrf: str, family: str) -> str:
    """The name of a routing table."""
    plain = "inet.0" if family == "ipv4" else "inet6.0"
    return plain if vrf == DEFAULT_VRF else f"{vrf}.{plain}"


def _up(device: Device) -> frozenset[str]:
    """The neighbours whose session is up, by whatever they are called."""
    found = device.routing.neighbours(device.name, "bgp")
    return frozenset(name for peer in found if peer.up for name in (peer.identity, peer.address))


def _own(device: Device) -> Iterator[tuple[str, Statements, str, Statements]]:
    """The direct routes that go out to neighbours whose session is up: (VRF, group, prefix, neighbour)."""
    facts, up = device.facts, _up(device)
    for vrf in dict.fromkeys((DEFAULT_VRF, *(port.vrf for port in facts.ports))):
        for group, prefix, peer in announcements(device.running.root, facts.ports, vrf):
            if peer.name in up:
                yield vrf, group, prefix, peer


def groups_of(device: Device) -> Groups:
    """The BGP groups that the device's own routes are advertised to."""
    groups: Groups = {}
    for vrf, group, prefix, _ in _own(device):
        groups.setdefault((vrf, prefix), {})[group.name] = (group.leaf("type") or "external").capitalize()
    return groups


def advertised(device: Device, neighbour: str) -> Element:
    """Answer `show route advertising-protocol bgp NEIGHBOUR`: the device's own direct routes that go to it."""
    tables: dict[str, list[str]] = {}
    for vrf, _, prefix, peer in _own(device):
        if peer.name == neighbour:
            tables.setdefault(table_of(vrf, "ipv6" if ":" in prefix else "ipv4"), []).append(prefix)
    return el(
        "route-information",
        *(
            el(
                "route-table",
                el("table-name", name),
                el("destination-count", str(len(prefixes))),
                *(_advertised_route(prefix) for prefix in prefixes),
            )
            for name, prefixes in tables.items()
        ),
    )


def _advertised_route(prefix: str) -> Element:
    entry = el(
        "rt-entry",
        el("active-tag", "*"),
        el("protocol-name", "Direct"),
        el("nh", el("to", "Self")),
        el("as-path", "I"),
    )
    return el("rt", el("rt-destination", prefix), entry)


def peers(device: Device) -> Element:
    """Answer `show bgp summary`."""
    found = device.routing.neighbours(device.name, "bgp")
    return el(
        "bgp-information",
        el("group-count", str(len(found))),
        el("peer-count", str(len(found))),
        el("down-peer-count", str(sum(not peer.up for peer in found))),
        *(
            el(
                "bgp-peer",
                el("peer-address", peer.address or peer.identity),
                el("peer-as", peer.remote_as),
                el("input-messages", "0"),
                el("output-messages", "0"),
                el("elapsed-time", "1:00:00", junos__seconds="3600"),
                el("peer-state", peer.state),
            )
            for peer in found
        ),
    )
