"""What devices answered, read into routes, originations, neighbours and pings; only what is of interest is kept."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from ipaddress import ip_address, ip_network
from operator import attrgetter
from sys import intern
from typing import Any

import textfsm

from loopwright.addresses import area, bare, network
from loopwright.errors import PlatformError, UnexpectedAnswer
from loopwright.line_machine import line_machine
from loopwright.models import DEFAULT_VRF, Observed, Routing
from loopwright.observe import observe
from loopwright.platform import Evidence, Platform
from loopwright.prefix_index import PrefixIndex
from loopwright.query import json_documents, rows
from loopwright.sweeping import unswept


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """A route in a device's routing table; `nexthops` are (address, interface) pairs, the address "" when connected."""

    vrf: str
    prefix: str
    protocol: str
    selected: bool
    installed: bool
    nexthops: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Origination:
    """A prefix in a protocol's own table (LSDB, BGP), as one device sees it.

    `scope` is the area or the level, `originator` the router-id, system-id, host name or BGP peer; `own` when the
    device itself originates it; `kind` is intra, inter, external, internal or bgp.
    """

    protocol: str
    scope: str
    prefix: str
    originator: str
    kind: str
    own: bool


# The order of the values themselves, without asking each pair.
_ORDER = attrgetter("protocol", "scope", "prefix", "originator", "kind", "own")


@dataclass(frozen=True, slots=True, order=True)
class Neighbour:
    """An adjacency or session as one end sees it."""

    protocol: str
    neighbour: str
    interface: str
    state: str
    up: bool


@dataclass(frozen=True)
class DeviceEvidence:
    """All that one device answered; `error` when it could not be asked, then the rest is empty.

    `route_counts` is of all selected routes per protocol, those that nobody is interested in too.
    """

    device: str
    observed: Observed
    routes: frozenset[Route] = frozenset()
    originations: frozenset[Origination] = frozenset()
    identities: Mapping[str, str] = field(default_factory=dict)
    neighbours: tuple[Neighbour, ...] = ()
    asked: frozenset[tuple[str, str]] = frozenset()
    error: str = ""
    route_counts: Mapping[str, int] = field(default_factory=dict)

    def route(self, prefix: str, vrf: str = DEFAULT_VRF) -> Route | None:
        """The selected and installed route of exactly a prefix."""
        return self._routes.get((vrf, prefix))

    def routes_to(self, prefix: str, vrf: str = DEFAULT_VRF) -> Iterator[Route]:
        """The selected and installed routes that contain a prefix or address, the most specific first."""
        return self._index.containing(vrf, prefix)

    @cached_property
    def _routes(self) -> Mapping[tuple[str, str], Route]:
        return {(r.vrf, r.prefix): r for r in self.routes if r.selected and r.installed}

    @cached_property
    def _index(self) -> PrefixIndex[Route]:
        return PrefixIndex((vrf, prefix, route) for (vrf, prefix), route in self._routes.items())

    @cached_property
    def _tables(self) -> Mapping[tuple[str, str], tuple[Origination, ...]]:
        tables: dict[tuple[str, str], list[Origination]] = {}
        for origination in sorted(self.originations, key=_ORDER):
            tables.setdefault((origination.protocol, origination.prefix), []).append(origination)
        return {key: _once(tuple(found)) for key, found in tables.items()}

    def table(self, protocol: str, prefix: str) -> tuple[Origination, ...]:
        """What a protocol's own table holds for exactly a prefix."""
        return self._tables.get((protocol, prefix), ())


class Interest:
    """The prefixes that a verification is about; everything else that a device tells is dropped at once."""

    def __init__(self, prefixes: Iterable[str]) -> None:
        self._prefixes = frozenset(prefixes)
        self._addresses = [ip_address(bare(prefix)) for prefix in self._prefixes]
        self._truncated: dict[tuple[int, int], set[int]] = {}
        # All devices of a network tell of the same prefixes.
        self._told: dict[str, bool] = {}

    def exact(self, prefix: str) -> bool:
        """Whether a prefix is one of those of interest."""
        return prefix in self._prefixes

    def covers(self, prefix: str) -> bool:
        """Whether a prefix is of interest, or contains one that is."""
        told = self._told.get(prefix)
        if told is None:
            told = self._told[prefix] = prefix in self._prefixes or self._contains_one(prefix)
        return told

    def _contains_one(self, prefix: str) -> bool:
        outer = ip_network(prefix, strict=False)
        key = (outer.version, outer.prefixlen)
        if key not in self._truncated:
            shift = outer.max_prefixlen - outer.prefixlen
            self._truncated[key] = {int(a) >> shift for a in self._addresses if a.version == outer.version}
        return int(outer.network_address) >> (outer.max_prefixlen - outer.prefixlen) in self._truncated[key]


def asked_of(platform: Platform, routing: Routing, kinds: Iterable[str]) -> tuple[Evidence, ...]:
    """The evidence worth asking of a device: of these kinds, and of protocols that it runs."""
    wanted = frozenset(kinds)
    running = {process.protocol for process in routing.processes}
    asked = (e for e in platform.evidence if e.kind in wanted and (not e.protocol or e.protocol in running))
    return tuple(each for e in asked for each in e.of(routing.vrfs))


def read_rows(device: str, evidence: Evidence, answer: str, platform: Platform) -> list[dict[str, Any]]:
    """Read one answer into rows; raises UnexpectedAnswer where it does not have the promised format."""
    if not answer.strip():
        return []
    if evidence.format in ("textfsm", "ntc"):
        source = platform.textfsm[evidence.template] if evidence.format == "textfsm" else ntc(evidence.template)
        found = _textfsm_rows(device, evidence.command, source, answer)
        return rows(evidence.rows, found) if evidence.rows else found
    try:
        documents = json_documents(answer)
    except ValueError as error:
        start = answer.strip().splitlines()[0][:60]
        raise UnexpectedAnswer(device, f"the answer to {evidence.command!r} is no JSON ({start!r})") from error
    return [row for document in documents for row in rows(evidence.rows, document)]


@lru_cache
def ntc(template: str) -> str:
    """The text of a template of the ntc-templates package; raises PlatformError where it has none of that name."""
    try:
        return files("ntc_templates").joinpath("templates", template).read_text(encoding="utf-8")
    except OSError as error:
        raise PlatformError(f"ntc-templates has no template {template!r}") from error


def _textfsm_rows(device: str, command: str, template: str, answer: str) -> list[dict[str, Any]]:
    """Parse an answer; the names of its values are written small, as ntc-templates is used everywhere."""
    machine = line_machine(template)
    try:
        parsed = machine.read(answer)
    except textfsm.TextFSMError as error:
        raise UnexpectedAnswer(
            device, f"the answer to {command!r} has a line that was not expected: {error}"
        ) from error
    header = tuple(name.lower() for name in machine.header)
    return [dict(zip(header, values, strict=True)) for values in parsed]


def _text(value: object) -> str:
    """A text of which there is one copy, however many devices tell it; "" for nothing."""
    return intern(str(value or ""))


def _route(row: Mapping[str, Any], platform: Platform) -> Route:
    name = platform.loopbacks.canonical
    return Route(
        vrf=_text(row.get("vrf") or DEFAULT_VRF),
        prefix=network(row["prefix"]),
        protocol=_text(row["protocol"]),
        selected=bool(row.get("selected")),
        installed=bool(row.get("installed")),
        nexthops=_once(tuple((_text(hop[0]).lower(), name(_text(hop[1]))) for hop in row.get("nexthops") or ())),
    )


@lru_cache(maxsize=10_000)
def _once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """One copy of equal values: most routes of a device lead the same way, a table is on every router of its area."""
    return values


def _scope(protocol: str, scope: str) -> str:
    return area(scope) if protocol in ("ospf", "ospf3") and scope else scope


def _origination(row: Mapping[str, Any], evidence: Evidence, identity: str) -> Origination:
    originator = row["originator"]
    own = bool(row.get("own")) or originator == identity or originator in ("", "(unspec)")
    return _shared(evidence.protocol, row["scope"], row["prefix"], originator, row.get("kind") or "internal", own)


@lru_cache(maxsize=200_000)
def _shared(
    protocol: str,
    scope: str,
    prefix: str,
    originator: str,
    kind: str,
    own: bool,  # noqa: FBT001 - by place, as the cache wants it
) -> Origination:
    """One value for all devices that see the same: a database is on every router of its area."""
    return Origination(protocol, _scope(protocol, scope), network(prefix), originator, kind, own)


def _identities(platform: Platform, table: Mapping[Evidence, list[dict[str, Any]]]) -> dict[str, str]:
    """The name under which a device originates, per protocol."""
    found = {}
    for evidence, read in table.items():
        if evidence.kind == "identity" and read:
            found[evidence.protocol] = str(read[0]["identity"])
        if evidence.kind == "originations":
            own = next((row["originator"] for row in read if row.get("own")), None)
            if own:
                found.setdefault(evidence.protocol, own)
    return found


@unswept()
def read_evidence(
    observed: Observed, platform: Platform, answers: Mapping[str, str], interest: Interest
) -> DeviceEvidence:
    """Read the answers of one device, command by command, into evidence; raises UnexpectedAnswer."""
    asked = tuple(
        evidence
        for each in platform.evidence
        for evidence in each.of(observed.routing.vrfs)
        if evidence.command in answers and not re.match(platform.not_told, answers[evidence.command].lstrip())
    )
    table = {e: read_rows(observed.device, e, answers[e.command], platform) for e in asked}
    identities = _identities(platform, table)
    routes: set[Route] = set()
    originations: set[Origination] = set()
    neighbours: list[Neighbour] = []
    counts: Counter[str] = Counter()
    for evidence, read in table.items():
        if evidence.kind == "routes":
            counts.update(row["protocol"] for row in read if row.get("selected"))
            routes.update(_route(row, platform) for row in read if interest.covers(row["prefix"]))
        elif evidence.kind == "originations":
            identity = identities.get(evidence.protocol, "")
            originations.update(_origination(row, evidence, identity) for row in read if interest.covers(row["prefix"]))
        elif evidence.kind == "neighbours":
            neighbours.extend(Neighbour(protocol=evidence.protocol, **row) for row in read)
    return DeviceEvidence(
        device=observed.device,
        observed=observed,
        routes=frozenset(routes),
        originations=frozenset(originations),
        identities=identities,
        neighbours=tuple(neighbours),
        asked=frozenset((e.kind, e.protocol) for e in asked),
        route_counts=dict(counts),
    )


@unswept()
def observed_from(device: str, platform: Platform, answers: Mapping[str, str]) -> Observed:
    """Read a device's configuration and interface state out of its answers."""
    told = (e for e in platform.evidence if e.kind == "interfaces")
    state = [row for e in told for row in read_rows(device, e, answers[e.command], platform)]
    return observe(device, answers[platform.configuration.command], platform, state)
