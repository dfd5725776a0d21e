"""Reads a device's loopbacks, routing facts and foreign lines out of its configuration and interface state."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from loopwright.addresses import area, interface_address
from loopwright.export import export_lists, in_effect
from loopwright.fact import Fact
from loopwright.models import (
    DEFAULT_VRF,
    Advertisement,
    Interface,
    Link,
    Loopback,
    Observed,
    PathLine,
    Peer,
    Process,
    Routing,
    family_of,
)
from loopwright.named_process import with_their_process
from loopwright.pathlines import TOKENISERS
from loopwright.platform import FactRow, Platform
from loopwright.relations import advertisements


@dataclass
class _Stanza:
    """What the lines of one interface add up to."""

    addresses: list[str] = field(default_factory=list)
    description: str | None = None
    enabled: bool = True
    vrf: str = DEFAULT_VRF
    enabled_by: list[Fact] = field(default_factory=list)
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    configured: bool = False


def path_lines(text: str, platform: Platform) -> tuple[PathLine, ...]:
    """Cut a configuration into path lines as its platform asks."""
    words = platform.configuration
    lines = TOKENISERS[words.tokeniser](text, words.skip)
    if not words.holders:
        return lines
    return tuple(dict.fromkeys(each for line in lines for each in (*_holding(line, words.holders), line)))


def _holding(line: PathLine, holders: Iterable[re.Pattern[str]]) -> Iterator[PathLine]:
    """The statements that a path goes through."""
    found = (holder.match(line[0]) for holder in holders)
    yield from sorted((one[0],) for one in found if one is not None)


def facts_of(lines: Iterable[PathLine], platform: Platform) -> tuple[tuple[Fact, ...], tuple[PathLine, ...]]:
    """Divide path lines into facts and those that no row of the platform matches."""
    facts, foreign = [], []
    for line in lines:
        found = platform.reads(line)
        if found is None or found[0].foreign:
            foreign.append(line)
        if found is not None:
            facts.append(Fact(found[0], found[1], line))
    contexts = {line[:depth] for line in lines for depth in range(1, len(line))}
    return with_their_process(in_effect(facts)), tuple(line for line in foreign if line not in contexts)


_NO_ATTRIBUTES = frozenset({"interface", "vrf", "area", "process"})


def _attributes(fact: Fact, platform: Platform) -> dict[str, Any]:
    said = {**fact.words, **fact.row.set}
    attributes: dict[str, Any] = {name: value for name, value in said.items() if name not in _NO_ATTRIBUTES}
    if "cost" in attributes:
        attributes["cost"] = int(attributes["cost"])
    is_default = platform.configuration.is_default
    return {name: value for name, value in attributes.items() if not is_default(fact.row.protocol, name, value)}


def _stanzas(facts: Iterable[Fact], platform: Platform) -> dict[str, _Stanza]:
    stanzas: dict[str, _Stanza] = {}
    for fact in facts:
        if "interface" not in fact.words:
            continue
        stanza = stanzas.setdefault(fact.words["interface"], _Stanza())
        stanza.vrf = fact.words.get("vrf", stanza.vrf)
        match fact.row.fact:
            case "address":
                place = len(stanza.addresses) if fact.row.set.get("secondary") else 0
                stanza.addresses.insert(place, interface_address(fact.words["address"]))
            case "description":
                stanza.description = fact.words["text"]
            case "shutdown":
                stanza.enabled = False
            case "advertised":
                stanza.enabled_by.append(fact)
            case "attribute" if not fact.row.foreign:
                stanza.attributes.setdefault(fact.row.protocol, {}).update(_attributes(fact, platform))
        if not stanza.configured and _makes_it_be(fact.row):
            stanza.configured = platform.configuration.stands_in_interface(fact.line)
    return stanzas


def _makes_it_be(row: FactRow) -> bool:
    """Whether a loopback is there because of a line in its stanza, not just a place where one could be."""
    return row.whole == "must" or (row.fact not in ("interface", "container") and not row.foreign)


def ordered(addresses: Sequence[str], platform: Platform) -> tuple[str, ...]:
    """The first is primary where the platform tells one; the order of the others means nothing."""
    if platform.loopbacks.ordered_addresses:
        return (*addresses[:1], *sorted(addresses[1:]))
    return tuple(sorted(addresses))


def loopback_of(
    number: int, interface: str, addresses: Sequence[str], platform: Platform, **attributes: Any
) -> Loopback:
    """Build a loopback with its addresses divided by family and in the order that the platform keeps."""
    ipv4 = [a for a in addresses if family_of(a) == "ipv4"]
    ipv6 = [a for a in addresses if family_of(a) == "ipv6"]
    return Loopback(number, interface, ordered(ipv4, platform), tuple(sorted(ipv6)), **attributes)


def _processes(facts: Sequence[Fact], lines: Iterable[PathLine], platform: Platform) -> tuple[Process, ...]:
    found: dict[tuple[str, str, str], str | None] = {}
    styles = {**_styles(facts, platform), **export_lists(facts)}
    for line in lines if platform.configuration.runs else ():
        told = platform.configuration.running.find(line)
        if told is not None:
            found.setdefault((told[0], "", told[1].get("vrf", DEFAULT_VRF)), None)
    for fact in facts:
        if fact.row.fact in ("process", "router-id") and fact.row.protocol:
            key = (fact.row.protocol, fact.words.get("process", ""), fact.words.get("vrf", DEFAULT_VRF))
            found[key] = fact.words.get("router_id") or found.get(key)
    return tuple(
        Process(protocol, name, vrf, router_id, styles.get(protocol))
        for (protocol, name, vrf), router_id in found.items()
    )


def _styles(facts: Sequence[Fact], platform: Platform) -> dict[str, str]:
    styles = {}
    for protocol, words in platform.configuration.styles.items():
        seen = {f.row.relation for f in facts if f.row.fact == "advertised" and f.row.protocol == protocol}
        styles[protocol] = next((words[relation] for relation in words if relation in seen), words["default"])
    return styles


def _link_protocols(interface: str, stanza: _Stanza, address: str, facts: Sequence[Fact]) -> frozenset[tuple[str, str]]:
    """Name the protocols, with area or instance, that an address of a link takes part in by configuration."""
    joined = set()
    family = family_of(address)
    for fact in stanza.enabled_by:
        if fact.row.family in ("", family):
            joined.add((fact.row.protocol, _domain(fact)))
    probe = Loopback(0, interface, ipv4=(address,) if family == "ipv4" else ())
    covering = [f for f in facts if f.row.relation == "covered"]
    joined.update((a.protocol, a.area or "") for a in advertisements(probe, covering, {}) if probe.ipv4)
    return frozenset(joined)


def _domain(fact: Fact) -> str:
    return area(fact.words["area"]) if "area" in fact.words else fact.words.get("process", "")


def _links(stanzas: Mapping[str, _Stanza], facts: Sequence[Fact], loopbacks: set[str]) -> tuple[Link, ...]:
    return tuple(
        Link(name, address, stanza.vrf, _link_protocols(name, stanza, address, facts))
        for name, stanza in stanzas.items()
        if name not in loopbacks
        for address in stanza.addresses
    )


def _instances(facts: Iterable[Fact]) -> Iterator[str]:
    """The VRFs that are there without any interface in them."""
    return (f.words["vrf"] for f in facts if f.row.fact == "instance")


def _in_its_vrf(interface: Interface, stanzas: Mapping[str, _Stanza]) -> Interface:
    """An interface whose state does not tell its VRF is in the one that it is configured in."""
    if interface.vrf:
        return interface
    return replace(interface, vrf=stanzas[interface.name].vrf if interface.name in stanzas else DEFAULT_VRF)


def _peers(facts: Sequence[Fact]) -> tuple[Peer, ...]:
    """The neighbours, with the AS of their group and of the process where their own line says none."""
    groups = {f.words["group"]: f for f in facts if f.row.fact == "group"}
    local = next((f.words["process"] for f in facts if f.row.fact == "process" and f.row.protocol == "bgp"), "")
    found = {}
    for fact in facts:
        if fact.row.fact == "peer":
            own = fact.words.get("process", local)
            group = groups.get(fact.words.get("group", ""))
            inherited = {**group.words, **group.row.set}.get("remote_as", "") if group else ""
            remote = fact.words.get("remote_as") or (own if inherited == "internal" else inherited)
            vrf = fact.words.get("vrf", DEFAULT_VRF)
            found[fact.words["peer"], vrf] = Peer(fact.words["peer"], remote, own, vrf)
    return tuple(found.values())


def _interfaces(rows: Iterable[Mapping[str, Any]], platform: Platform) -> tuple[Interface, ...]:
    """One value per interface, out of one row or of several that each tell a part."""
    told: dict[str, dict[str, Any]] = {}
    for row in rows:
        name = platform.loopbacks.canonical(row["name"])
        known = told.setdefault(name, {"addresses": []})
        known["addresses"] += row.get("addresses") or ()
        known.update({key: row[key] for key in ("enabled", "up", "vrf") if row.get(key) not in (None, "")})
    return tuple(
        Interface(
            name=name,
            enabled=bool(row.get("enabled")),
            up=bool(row.get("up")),
            vrf=row.get("vrf") or "",
            addresses=tuple(dict.fromkeys(interface_address(address) for address in row["addresses"])),
        )
        for name, row in told.items()
    )


def observe(
    device: str, configuration: str, platform: Platform, interface_rows: Iterable[Mapping[str, Any]] = ()
) -> Observed:
    """Read a device's configuration, and its interface rows where they are at hand, into one value."""
    lines = path_lines(configuration, platform)
    return observe_lines(device, lines, platform, _interfaces(interface_rows, platform))


def observe_lines(
    device: str, lines: tuple[PathLine, ...], platform: Platform, interfaces: tuple[Interface, ...] = ()
) -> Observed:
    """Read path lines into one value."""
    facts, foreign = facts_of(lines, platform)
    stanzas = _stanzas(facts, platform)
    interfaces = tuple(_in_its_vrf(interface, stanzas) for interface in interfaces)
    state = {interface.name: interface for interface in interfaces}
    processes = _processes(facts, lines, platform)
    loopbacks = {}
    for name, stanza in stanzas.items():
        number = platform.number_of(name)
        if number is None or not stanza.configured:
            continue
        vrf = state[name].vrf if name in state and stanza.vrf == DEFAULT_VRF else stanza.vrf
        plain = loopback_of(
            number, name, stanza.addresses, platform,
            vrf=vrf, description=stanza.description, enabled=stanza.enabled,
        )  # fmt: skip
        told = advertisements(plain, [*stanza.enabled_by, *_unbound(facts, vrf)], stanza.attributes)
        joined = frozenset(_with_process(advert, vrf, processes) for advert in told)
        loopbacks[name] = loopback_of(
            number, name, stanza.addresses, platform,
            vrf=vrf, description=stanza.description, enabled=stanza.enabled, advertise=joined,
        )  # fmt: skip
    routing = Routing(
        processes=processes,
        links=_links(stanzas, facts, set(loopbacks)),
        peers=_peers(facts),
        vrfs=frozenset(
            {DEFAULT_VRF, *(i.vrf for i in interfaces), *(s.vrf for s in stanzas.values()), *_instances(facts)}
        ),
        router_id=next((f.words["router_id"] for f in facts if f.row.fact == "router-id" and not f.row.protocol), None),
    )
    return Observed(device, platform.name, frozenset(loopbacks.values()), routing, interfaces, lines, foreign)


def _with_process(advert: Advertisement, vrf: str, processes: Iterable[Process]) -> Advertisement:
    """A line that names no process means the only one of its protocol and VRF."""
    if advert.process is not None:
        return advert
    running = [p.name for p in processes if p.protocol == advert.protocol and p.vrf == vrf]
    return replace(advert, process=running[0]) if len(running) == 1 and running[0] else advert


def places(observed: Observed, platform: Platform) -> dict[str, str]:
    """The VRF of every loopback interface that has any line, ours or not."""
    stanzas = _stanzas(facts_of(observed.lines, platform)[0], platform)
    inside = {platform.configuration.interface_of(line) for line in observed.lines}
    names = (name for name in stanzas if platform.number_of(name) is not None and name in inside)
    return {name: stanzas[name].vrf for name in names}


def already_advertised(loopback: Loopback, observed: Observed, platform: Platform) -> frozenset[Advertisement]:
    """How statements of others would advertise addresses that a loopback does not have yet."""
    facts, _ = facts_of(observed.lines, platform)
    joined = advertisements(loopback, _unbound(facts, loopback.vrf), {})
    return frozenset(advert for advert in joined if advert.by != "line")


def _unbound(facts: Iterable[Fact], vrf: str) -> list[Fact]:
    """The advertising facts that hang on an address instead of an interface, of one VRF."""
    return [
        f
        for f in facts
        if f.row.fact == "advertised" and f.row.relation != "on-interface" and f.words.get("vrf", DEFAULT_VRF) == vrf
    ]
