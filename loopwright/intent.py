"""From an inventory to intents: what each device's loopbacks should be."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from loopwright.attributes import PROCESS_WORD, PROTOCOLS, SEEN_BY_WORDS
from loopwright.inventory import Element, Inventory
from loopwright.merge import POOL_OF, Attributes, Inheritance
from loopwright.models import (
    DEFAULT_VRF,
    FAMILIES,
    Expect,
    Intent,
    Link,
    Mark,
    Peer,
    Process,
    Prove,
    Routing,
    Wanted,
    WantedAdvertisement,
)
from loopwright.prefixes import read_prefix
from loopwright.select import Subject
from loopwright.sweeping import unswept

T = TypeVar("T")


def intents(inventory: Inventory) -> tuple[Intent, ...]:
    """Return one intent for each host, in the order of the file."""
    inheritance = Inheritance(inventory)
    routings = _Shared(_routing)
    advertised = _Shared(_advertise)
    with unswept():
        return tuple(_intent(host, inheritance, routings, advertised) for host in inventory.hosts.values())


def subjects(inventory: Inventory) -> tuple[Subject, ...]:
    """Return what filters can select from: each host with its groups and its attributes."""
    inheritance = Inheritance(inventory)
    return tuple(
        Subject(host.name, inheritance.groups(host), inheritance.attributes(host)) for host in inventory.hosts.values()
    )


class _Shared(Generic[T]):
    """Makes a value of each inherited mapping once; hosts of a group then share it."""

    def __init__(self, make: Callable[[Mapping[str, Any]], T]) -> None:
        self._make = make
        self._made: dict[int, tuple[Mapping[str, Any], T]] = {}

    def of(self, source: Mapping[str, Any]) -> T:
        """The value made of a mapping; the mapping is kept, so that its identity stays its own."""
        made = self._made.get(id(source))
        if made is None:
            made = self._made[id(source)] = (source, self._make(source))
        return made[1]


def _intent(
    host: Element,
    inheritance: Inheritance,
    routings: _Shared[Routing],
    advertised: _Shared[tuple[WantedAdvertisement, ...]],
) -> Intent:
    loopbacks, marks = inheritance.loopbacks(host)
    routing = inheritance.said(host, "routing")
    return Intent(
        device=host.name,
        platform=inheritance.field(host, "platform") or "",
        loopbacks=tuple(_wanted(n, loopbacks[n], marks.get(n), advertised) for n in sorted(loopbacks)),
        owns=inheritance.said(host, "owns") or (),
        routing=routings.of(routing) if routing is not None else None,
        groups=inheritance.groups(host),
        redundancy_group=inheritance.said(host, "redundancy_group"),
        management_address=_address(inheritance.field(host, "hostname")),
        mark=host.mark,
    )


def _address(hostname: str | None) -> str | None:
    """The management address, where the inventory gives an address and not a name."""
    if hostname is None:
        return None
    try:
        return str(read_prefix(hostname)).partition("/")[0] if "/" not in hostname else None
    except ValueError:
        return None


_NOTHING: Mapping[str, Any] = {}


def _wanted(
    number: int, said: Attributes, mark: Mark | None, advertised: _Shared[tuple[WantedAdvertisement, ...]]
) -> Wanted:
    expect, prove = said.get("expect"), said.get("prove")
    return Wanted(
        number=number,
        ipv4=said.get("ipv4", ()),
        ipv6=said.get("ipv6", ()),
        vrf=said.get("vrf", DEFAULT_VRF),
        description=said.get("description"),
        enabled=said.get("enabled", True),
        interface=said.get("interface"),
        role=said.get("role"),
        absent=said.get("state") == "absent",
        advertise=advertised.of(said.get("advertise", _NOTHING)),
        advertise_said="advertise" in said,
        anycast=said.get("anycast"),
        expect=_expect(expect) if expect else _DEFAULT_EXPECT,
        prove=Prove(prove.get("icmp", True), prove.get("tcp")) if prove else _DEFAULT_PROVE,
        pools=tuple((family, said[POOL_OF[family]]) for family in FAMILIES if POOL_OF[family] in said),
        mark=mark,
    )


_DEFAULT_EXPECT, _DEFAULT_PROVE = Expect(), Prove()


def _expect(said: Mapping[str, Any]) -> Expect:
    seen_by = said.get("seen_by", ("domain",))
    is_word = len(seen_by) == 1 and seen_by[0] in SEEN_BY_WORDS
    return Expect(seen_by[0] if is_word else seen_by, said.get("not_seen_by", ()), said.get("summarised_as", ()))


def _advertise(said: Mapping[str, Any]) -> tuple[WantedAdvertisement, ...]:
    return tuple(
        WantedAdvertisement(
            protocol=protocol,
            process=said[protocol].get(PROCESS_WORD[protocol]),
            area=said[protocol].get("area"),
            level=said[protocol].get("level"),
            cost=said[protocol].get("metric" if protocol == "isis" else "cost"),
            passive=said[protocol].get("passive"),
            via=said[protocol].get("via"),
        )
        for protocol in PROTOCOLS
        if protocol in said
    )


def _routing(said: Mapping[str, Any]) -> Routing:
    processes = tuple(_processes(said))
    links = tuple(_links(said.get("links") or {}))
    named = (said.get("vrfs") or (), (process.vrf for process in processes), (link.vrf for link in links))
    return Routing(
        processes=processes,
        links=links,
        peers=tuple(_peers(said.get("bgp") or ())),
        vrfs=frozenset((DEFAULT_VRF, *(vrf for part in named for vrf in part))),
        router_id=said.get("router_id"),
    )


def _processes(said: Mapping[str, Any]) -> Iterator[Process]:
    for protocol in PROTOCOLS:
        for one in said.get(protocol) or ():
            yield Process(
                protocol=protocol,
                name=one.get(PROCESS_WORD[protocol]) or "",
                vrf=one.get("vrf") or DEFAULT_VRF,
                router_id=one.get("system_id" if protocol == "isis" else "router_id"),
                style=one.get("style"),
            )


def _links(said: Mapping[str, Mapping[str, Any]]) -> Iterator[Link]:
    for interface, link in said.items():
        spoken = frozenset(
            (protocol, link[protocol].get("area") or link[protocol].get("instance") or "")
            for protocol in PROTOCOLS
            if link.get(protocol) is not None
        )
        for family in FAMILIES:
            for address in link.get(family) or ():
                yield Link(interface, address, link.get("vrf") or DEFAULT_VRF, spoken)


def _peers(said: Iterable[Mapping[str, Any]]) -> Iterator[Peer]:
    for instance in said:
        for address, remote in (instance.get("neighbours") or {}).items():
            yield Peer(address, remote, instance["asn"], instance.get("vrf") or DEFAULT_VRF)
