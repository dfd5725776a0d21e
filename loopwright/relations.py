"""How a statement joins an address: on its interface, covering it, listing its prefix, or redistributing it.

The list is closed: a platform folder names a relation, and each is one small function here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from loopwright.addresses import area, contains, length, network
from loopwright.models import Advertisement, Loopback, family_of

if TYPE_CHECKING:
    from loopwright.fact import Fact


def advertisements(
    loopback: Loopback, facts: Iterable[Fact], attributes: Mapping[str, Mapping[str, Any]]
) -> frozenset[Advertisement]:
    """Join advertising facts to the addresses of a loopback; statements of ours win over those of others.

    `attributes` are the cost, level and so on that the interface sets per protocol.
    """
    found: dict[tuple[str, str], Advertisement] = {}
    joined = [advert for fact in facts for advert in _join(loopback, fact, attributes)]
    for advert in sorted(joined, key=_precedence):
        found.setdefault((advert.protocol, advert.prefix), advert)
    return frozenset(found.values())


def _precedence(advert: Advertisement) -> int:
    """Our own line first, then what covers the address, then what redistributes it."""
    return ("line", "covering", "redistribution").index(advert.by)


def _join(loopback: Loopback, fact: Fact, attributes: Mapping[str, Mapping[str, Any]]) -> Iterator[Advertisement]:
    for address in loopback.addresses:
        if fact.row.family and family_of(address) != fact.row.family:
            continue
        by = RELATIONS[fact.row.relation](address, fact)
        if by is None:
            continue
        said = attributes.get(fact.row.protocol, {}) if fact.row.relation in ("on-interface", "covered") else {}
        yield Advertisement(
            protocol=fact.row.protocol,
            prefix=network(address),
            process=fact.words.get("process"),
            area=area(fact.words["area"]) if "area" in fact.words else None,
            level=said.get("level"),
            cost=said.get("cost"),
            passive=said.get("passive"),
            by=by,
        )


def on_interface(address: str, fact: Fact) -> str | None:
    """The statement stands on the interface and holds for every address of its family."""
    return "line"


def covered(address: str, fact: Fact) -> str | None:
    """The statement names a prefix: ours where it is exactly the address's own, another's where it is wider."""
    prefix = network(fact.words["prefix"])
    if not contains(prefix, network(address)):
        return None
    return "line" if length(prefix) == length(network(address)) else "covering"


def listed(address: str, fact: Fact) -> str | None:
    """The statement names exactly the prefix of the address."""
    return "line" if network(fact.words["prefix"]) == network(address) else None


def redistributed(address: str, fact: Fact) -> str | None:
    """The statement redistributes every connected address, without a filter."""
    return "redistribution"


RELATIONS = {
    "on-interface": on_interface,
    "covered": covered,
    "listed": listed,
    "exported": listed,  # `loopwright.export` has left out what no export policy carries
    "redistributed": redistributed,
}
