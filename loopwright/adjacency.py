"""The adjacencies that a device is configured to have, and whether they are up."""

from collections.abc import Iterator
from dataclasses import dataclass

from loopwright.models import Family, Link, family_of
from loopwright.picture import Picture
from loopwright.resolve import FAMILIES_OF


@dataclass(frozen=True, slots=True)
class Adjacency:
    """One way by which a device learns of prefixes: with whom, in words, and whether it is up."""

    protocol: str
    peers: tuple[str, ...]
    words: str
    up: bool


def adjacencies(device: str, family: Family, picture: Picture) -> tuple[Adjacency, ...]:
    """The adjacencies of a device in one family; none of a protocol whose neighbours it was not asked for."""
    key = (device, family)
    if key not in picture.adjacencies:
        on_links = (way for link in picture.links(device) for way in _on_link(device, link, family, picture))
        picture.adjacencies[key] = (*on_links, *_sessions(device, family, picture))
    return picture.adjacencies[key]


def neighbours_told(device: str, protocol: str, picture: Picture) -> bool:
    """Whether a device was asked for its neighbours of a protocol and told them."""
    found = picture.answered(device)
    return found is not None and ("neighbours", protocol) in found.asked


def _on_link(device: str, link: Link, family: Family, picture: Picture) -> Iterator[Adjacency]:
    """Yield what the configuration of a link to other devices makes of it."""
    peers = picture.peers(link, device) if family_of(link.address) == family else ()
    for protocol in sorted({name for name, _ in link.protocols}) if peers else ():
        if family in FAMILIES_OF[protocol] and neighbours_told(device, protocol, picture):
            states = [n for n in picture.neighbours(device, protocol) if _on(n.interface, link.interface)]
            state = states[0].state if states else "missing"
            words = f"its {protocol} neighbour {', '.join(peers)} on {link.interface} is {state}"
            yield Adjacency(protocol, peers, words, any(n.up for n in states))


def _on(shown: str, interface: str) -> bool:
    """Some systems show a neighbour's interface with its address behind a colon."""
    return shown == interface or shown.startswith(f"{interface}:")


def _sessions(device: str, family: Family, picture: Picture) -> Iterator[Adjacency]:
    """Yield the BGP sessions of one family."""
    for neighbour in picture.neighbours(device, "bgp"):
        if family_of(neighbour.neighbour) == family:
            owners = picture.holders(neighbour.neighbour)
            who = f"{neighbour.neighbour} ({', '.join(owners)})" if owners else neighbour.neighbour
            yield Adjacency("bgp", owners, f"its bgp session with {who} is {neighbour.state}", neighbour.up)
