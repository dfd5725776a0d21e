"""What must be true of each loopback address once it is right: by which protocols, to whom, and to whom not."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from loopwright.addresses import area, bare, host, network
from loopwright.domains import Domains
from loopwright.models import Intent, Loopback, Observed, Wanted, family_of
from loopwright.platform import Platform
from loopwright.resolve import FAMILIES_OF, Unresolved, resolve

Matching = Callable[[tuple[str, ...]], frozenset[str]]
"""Which devices a filter of the inventory names."""
Speakers = Mapping[tuple[str, str], frozenset[str]]
"""The devices that have addresses of a VRF and family."""


@dataclass(frozen=True, slots=True, order=True)
class Carried:
    """One protocol that must carry an address: in which area or AS, and as exactly which prefix."""

    protocol: str
    scope: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """All that must be true of one address of one loopback."""

    device: str
    address: str
    wanted: Wanted
    loopback: Loopback
    carried: tuple[Carried, ...]
    inside: Mapping[str, frozenset[str]]
    viewers: tuple[str, ...]
    hidden_from: tuple[str, ...]
    members: frozenset[str]
    managed: bool
    problem: str = ""

    @property
    def number(self) -> int:
        """The loopback's number."""
        return self.wanted.number

    @property
    def prefixes(self) -> frozenset[str]:
        """The prefixes that this address may be known by."""
        return frozenset({network(self.address), *(c.prefix for c in self.carried)})

    @property
    def prefix(self) -> str:
        """The prefix that those beyond its own protocols must see."""
        return self.carried[0].prefix if self.carried else network(self.address)


@dataclass(frozen=True, slots=True, order=True)
class Absence:
    """A prefix that must be gone: from the device that had it, or from everybody where nobody is to have it."""

    device: str
    number: int
    prefix: str
    vrf: str
    everywhere: bool


def sent_prefix(protocol: str, address: str, interface: str, observed: Observed, platform: Platform) -> str:
    """The prefix that a protocol announces for an address.

    OSPFv2 announces an interface of loopback type as a host route whatever its mask, unless its network type is
    point-to-point (RFC 2328, section 12.4.1.1); IS-IS and BGP keep the mask.
    """
    if not platform.sends_host_route(protocol, interface):
        return network(address)
    typed = any(
        "network point-to-point" in line[-1]
        for line in observed.foreign
        if platform.configuration.interface_of(line) == interface
    )
    return network(address) if typed else host(address)


def _carried(
    wanted: Wanted, loopback: Loopback, address: str, observed: Observed, platform: Platform
) -> Iterator[Carried]:
    resolved = {(a.protocol, a.prefix): a for a in loopback.advertise}
    for request in wanted.advertise:
        if family_of(address) not in FAMILIES_OF[request.protocol]:
            continue
        advert = resolved.get((request.protocol, network(address)))
        scope = ""
        if request.protocol in ("ospf", "ospf3"):
            scope = area(request.area or (advert.area if advert and advert.area else "0"))
        if request.protocol == "bgp":
            running = observed.routing.running("bgp", wanted.vrf)
            scope = request.process or (running[0].name if running else "")
        sent = sent_prefix(request.protocol, address, loopback.interface, observed, platform)
        yield Carried(request.protocol, scope, sent)


def _speakers(intents: Iterable[Intent], observed: Mapping[str, Observed]) -> Speakers:
    """The devices that have an address, or are to have one, by VRF and family: others can see nothing of it."""
    found: dict[tuple[str, str], set[str]] = {}
    for name, seen in observed.items():
        for link in seen.routing.links:
            found.setdefault((link.vrf, family_of(link.address)), set()).add(name)
        for loopback in seen.loopbacks:
            for address in loopback.addresses:
                found.setdefault((loopback.vrf, family_of(address)), set()).add(name)
    for intent in intents:
        for wanted in intent.loopbacks:
            for address in () if wanted.absent or intent.device not in observed else wanted.addresses:
                found.setdefault((wanted.vrf, family_of(address)), set()).add(intent.device)
    return {key: frozenset(names) for key, names in found.items()}


def _named(
    seen_by: str | tuple[str, ...], inside: frozenset[str], speakers: frozenset[str], matching: Matching
) -> frozenset[str]:
    """The devices that must see an address; a filter of the inventory is taken at its word."""
    if isinstance(seen_by, tuple):
        return matching(seen_by)
    match seen_by:
        case "none":
            return frozenset()
        case "vrf" | "all":
            return speakers
    return inside & speakers


def expectations(
    intents: Iterable[Intent],
    observed: Mapping[str, Observed],
    platforms: Mapping[str, Platform],
    domains: Domains,
    matching: Matching,
) -> Iterator[Expectation]:
    """Yield what must be true of every address of every wanted loopback of the devices that answered."""
    intents = tuple(intents)
    speakers = _speakers(intents, observed)
    groups: dict[str, set[str]] = {}
    for intent in intents:
        for wanted in intent.loopbacks:
            if wanted.anycast and not wanted.absent:
                groups.setdefault(wanted.anycast, set()).add(intent.device)
    for intent in intents:
        if intent.device not in observed:
            continue
        for wanted in intent.loopbacks:
            if not wanted.absent:
                members = frozenset(groups.get(wanted.anycast or "", ())) | {intent.device}
                platform = platforms[intent.platform]
                yield from _of_loopback(intent, wanted, members, observed, platform, domains, matching, speakers)


def _of_loopback(
    intent: Intent,
    wanted: Wanted,
    members: frozenset[str],
    observed: Mapping[str, Observed],
    platform: Platform,
    domains: Domains,
    matching: Matching,
    speakers: Speakers,
) -> Iterator[Expectation]:
    mine = observed[intent.device]
    problem = ""
    try:
        loopback = resolve(wanted, mine, platform)
    except Unresolved as unresolved:
        problem = str(unresolved.finding)
        name = wanted.interface or platform.interface_name(wanted.number)
        loopback = Loopback(wanted.number, name, wanted.ipv4, wanted.ipv6, wanted.vrf, wanted.description)
    for address in wanted.addresses:
        carried = tuple(_carried(wanted, loopback, address, mine, platform))
        inside = {c.protocol: domains.members(intent.device, c.protocol, c.scope) for c in carried}
        domain = {c: inside[c] for c in inside if wanted.expect.seen_by != "as" or c == "bgp"}
        everybody = frozenset[str]().union(*domain.values()) if domain else frozenset[str]()
        able = speakers.get((wanted.vrf, family_of(address)), frozenset())
        seen = _named(wanted.expect.seen_by, everybody, able, matching)
        hidden = frozenset(observed) if wanted.expect.seen_by == "none" else matching(wanted.expect.not_seen_by)
        yield Expectation(
            device=intent.device,
            address=address,
            wanted=wanted,
            loopback=loopback,
            carried=carried,
            inside=inside,
            viewers=tuple(sorted(seen - members - hidden)),
            hidden_from=tuple(sorted(hidden - members)),
            members=members,
            managed=intent.management_address == bare(address),
            problem=problem,
        )


def absences(
    before: Mapping[str, Observed], intents: Iterable[Intent], gone: Iterable[tuple[str, int, str, str]]
) -> tuple[Absence, ...]:
    """Turn (device, number, address, VRF) of what goes into what must be gone, except where it is still wanted."""
    wanted = {(network(a), w.vrf) for i in intents for w in i.loopbacks if not w.absent for a in w.addresses}
    return tuple(
        Absence(device, number, network(address), vrf, everywhere=(network(address), vrf) not in wanted)
        for device, number, address, vrf in gone
    )
