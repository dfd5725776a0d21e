"""OSPF, OSPFv3 and IS-IS of the emulated Junos, as its show commands print them.

In JSON and XML the LSAs of all areas stand in one list and their area headers in another, so that where a device is in
two areas only the text tells which LSA is in which.
"""

from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from itertools import groupby

from lab.emulated.device import Device
from lab.emulated.netconf_element import Element, el
from lab.emulated.views import LsaView

_HEAD = " Type       ID               Adv Rtr           Seq      Age  Opt  Cksum  Len "
_HEAD3 = " Type       ID               Adv Rtr           Seq         Age  Cksum  Len "
_ORDER = {"intra": 0, "inter": 1, "external": 2}


def _areas(device: Device, protocol: str) -> Iterator[tuple[str, list[LsaView]]]:
    """The LSAs by area, those of the whole AS last under ""."""
    found = sorted(
        device.routing.lsas(device.name, protocol),
        key=lambda lsa: (lsa.kind == "external", lsa.scope, _ORDER[lsa.kind], lsa.originator, lsa.prefix),
    )
    for scope, lsas in groupby(found, lambda lsa: "" if lsa.kind == "external" else lsa.scope):
        yield scope, list(lsas)


def _by_router(lsas: Sequence[LsaView]) -> Iterator[list[LsaView]]:
    """Prefixes that stand in one LSA: the intra-area ones of a router together, the others each by itself."""
    for (kind, _), found in groupby(lsas, lambda lsa: (lsa.kind, lsa.originator)):
        if kind == "intra":
            yield list(found)
        else:
            yield from ([lsa] for lsa in found)


def ospf_text(device: Device) -> Iterator[str]:
    """Print `show ospf database detail`."""
    for area, lsas in _areas(device, "ospf"):
        yield f"\n    OSPF database, Area {area}" if area else "    OSPF AS SCOPE link state database"
        yield _HEAD
        for group in _by_router(lsas):
            yield from _ospf_lsa(group)


def _ospf_lsa(group: list[LsaView]) -> Iterator[str]:
    first = group[0]
    kind, name = {
        "intra": ("Router", first.originator),
        "inter": ("Summary", first.prefix.partition("/")[0]),
        "external": ("Extern", first.prefix.partition("/")[0]),
    }[first.kind]
    mark = "*" if first.own else " "
    yield f"{kind:<8}{mark}{name:<16} {first.originator:<16} 0x80000001   100  0x22 0x1234  36"
    if first.kind == "intra":
        yield f"  bits 0x0, link count {len(group)}"
        for lsa in group:
            prefix = ip_network(lsa.prefix)
            yield f"  id {prefix.network_address}, data {prefix.netmask}, Type Stub (3)"
            yield f"    Topology count: 0, Default metric: {lsa.metric}"
        return
    yield f"  mask {ip_network(first.prefix).netmask}"
    if first.kind == "inter":
        yield f"  Topology default (ID 0) -> Metric: {first.metric}"
    else:
        yield "  Topology default (ID 0)"
        yield f"    Type: 2, Metric: {first.metric}, Fwd addr: 0.0.0.0, Tag: 0.0.0.0"


def ospf3_text(device: Device) -> Iterator[str]:
    """Print `show ospf3 database detail`."""
    for area, lsas in _areas(device, "ospf3"):
        yield f"\n    OSPF3 database, Area {area}" if area else "    OSPF3 AS SCOPE link state database"
        yield _HEAD3
        for number, group in enumerate(_by_router(lsas), start=1):
            yield from _ospf3_lsa(group, number)


def _ospf3_lsa(group: list[LsaView], number: int) -> Iterator[str]:
    first = group[0]
    kind = {"intra": "IntraArPfx", "inter": "InterArPfx", "external": "Extern"}[first.kind]
    mark = "*" if first.own else " "
    yield f"{kind:<11}{mark}{f'0.0.0.{number % 256}':<16} {first.originator:<16} 0x80000001   100  0x1234  44"
    if first.kind == "intra":
        yield f"  Ref-lsa-type Router, Ref-lsa-id 0.0.0.0, Ref-router-id {first.originator}"
        yield f"  Prefix-count {len(group)}"
        for lsa in group:
            yield f"  Prefix {lsa.prefix}"
            yield f"    Prefix-options 0x0, Metric {lsa.metric}"
        return
    yield f"  Prefix {first.prefix}"
    yield f"  Prefix-options 0x0, Metric {first.metric}{', Type 2,' if first.kind == 'external' else ''}"


def database(device: Device, protocol: str) -> Element:
    """Answer `show ospf database` and `show ospf3 database` as elements: area headers and LSAs, each in one list."""
    plain = "ospf" if protocol == "ospf" else "ospf3"
    headers, found = [], []
    for area, lsas in _areas(device, protocol):
        if area:
            headers.append(el(f"{plain}-area-header", el("ospf-area", area)))
        found += [_lsa(plain, group) for group in _by_router(lsas)]
    return el(f"{plain}-database-information", *headers, *found)


def _lsa(plain: str, group: list[LsaView]) -> Element:
    first = group[0]
    kinds = {"ospf": ("Router", "Summary", "Extern"), "ospf3": ("IntraArPfx", "InterArPfx", "Extern")}[plain]
    return el(
        f"{plain}-database",
        el("lsa-type", kinds[_ORDER[first.kind]]),
        el("lsa-id", first.prefix.partition("/")[0] if plain == "ospf" else "0.0.0.1"),
        el("our-entry") if first.own else None,
        el("advertising-router", first.originator),
        el("age", "100"),
        _inside(plain, group),
    )


def _inside(plain: str, group: list[LsaView]) -> Element:
    first = group[0]
    if plain == "ospf3":
        tag = {"intra": "ospf3-intra-area-prefix-lsa", "inter": "ospf3-inter-area-prefix-lsa"}.get(first.kind)
        return el(tag or "ospf3-external-lsa", *(el("ospf3-prefix", lsa.prefix) for lsa in group))
    if first.kind != "intra":
        mask = el("address-mask", str(ip_network(first.prefix).netmask))
        return el("ospf-summary-lsa" if first.kind == "inter" else "ospf-external-lsa", mask)
    return el(
        "ospf-router-lsa",
        el("link-count", str(len(group))),
        *(
            el(
                "ospf-link",
                el("link-id", str(ip_network(lsa.prefix).network_address)),
                el("link-data", str(ip_network(lsa.prefix).netmask)),
                el("link-type-name", "Stub"),
                el("link-type-value", "3"),
                el("metric", str(lsa.metric)),
            )
            for lsa in group
        ),
    )


def isis_database(device: Device) -> Element:
    """Answer `show isis database detail`."""
    found = sorted(device.routing.lsas(device.name, "isis"), key=lambda lsa: (lsa.scope, lsa.originator, lsa.prefix))
    levels = []
    for level in ("1", "2"):
        mine = [lsa for lsa in found if lsa.scope == level]
        entries = [_lsp(name, list(lsas)) for name, lsas in groupby(mine, lambda lsa: lsa.originator)]
        levels.append(el("isis-database", el("level", level), *entries))
    return el("isis-database-information", *levels)


def _lsp(originator: str, lsas: list[LsaView]) -> Element:
    return el(
        "isis-database-entry",
        el("lsp-id", f"{originator}.00-00"),
        el("sequence-number", "0x1"),
        el("checksum", "0x1234"),
        el("remaining-lifetime", "1100"),
        *(
            el(
                "isis-prefix",
                el("protocol-name", "V6" if ":" in lsa.prefix else "IP"),
                el("address-prefix", lsa.prefix),
                el("metric", str(lsa.metric)),
                el("prefix-flag", "Internal"),
                el("prefix-status", "up"),
            )
            for lsa in lsas
        ),
    )


def isis_text(answer: Element) -> Iterator[str]:
    """Print an IS-IS database for a person."""
    for level in answer.children:
        yield f"IS-IS level {level.children[0].text} link-state database:\n"
        for entry in level.children[1:]:
            words = {child.tag: child.text for child in entry.children}
            yield (
                f"{words['lsp-id']} Sequence: {words['sequence-number']}, Checksum: {words['checksum']}, "
                f"Lifetime: {words['remaining-lifetime']} secs"
            )
            for prefix in (child for child in entry.children if child.tag == "isis-prefix"):
                of = {child.tag: child.text for child in prefix.children}
                family = "V6 prefix" if of["protocol-name"] == "V6" else "IP prefix"
                yield f"   {family}: {of['address-prefix']:<30} Metric: {of['metric']:>8} Internal Up"
        yield ""


def neighbours(device: Device, protocol: str) -> Element:
    """Answer `show ospf neighbor` and `show ospf3 neighbor`."""
    return el(
        f"{protocol}-neighbor-information",
        *(
            el(
                f"{protocol}-neighbor",
                el("neighbor-address", peer.address),
                el("interface-name", peer.interface),
                el("ospf-neighbor-state", peer.state.capitalize()),
                el("neighbor-id", peer.identity),
                el("neighbor-priority", "128"),
                el("activity-timer", "33"),
            )
            for peer in device.routing.neighbours(device.name, protocol)
        ),
    )


def adjacencies(device: Device) -> Element:
    """Answer `show isis adjacency`."""
    return el(
        "isis-adjacency-information",
        *(
            el(
                "isis-adjacency",
                el("interface-name", peer.interface),
                el("system-name", peer.identity),
                el("level", "2"),
                el("adjacency-state", peer.state.capitalize()),
                el("holdtime", "22"),
            )
            for peer in device.routing.neighbours(device.name, "isis")
        ),
    )


def overview(device: Device, protocol: str) -> Element:
    """Answer `show ospf overview` and `show ospf3 overview`: the router-id and the areas."""
    areas = sorted({on.area for port in device.facts.ports for on in port.protocols if on.protocol == protocol})
    return el(
        f"{protocol}-overview-information",
        el(
            "ospf-overview",
            el("instance-name", "master"),
            el("ospf-router-id", device.facts.router_id),
            *(el("ospf-area-overview", el("ospf-area", area)) for area in areas),
        ),
    )
