"""Finds why devices that must see a prefix do not: what is down, discarded, filtered or hidden between them and it."""

from collections.abc import Iterator

from loopwright.adjacency import Adjacency, adjacencies, neighbours_told
from loopwright.expect import Carried, Expectation
from loopwright.models import family_of
from loopwright.picture import Picture, discards
from loopwright.verdict import Cause


def of_unseen(
    e: Expectation, carried: Carried | None, lacking: tuple[str, ...], holders: frozenset[str], picture: Picture
) -> Cause:
    """Name the cause nearest to the prefix; `carried` is set where a table lacks it, else a routing table does."""
    alone = not holders - {e.device}
    found = _isolated(e, picture) if alone else None
    found = found or next(_discarded(e, lacking, picture), None)
    found = found or next(_adjacencies(e, lacking, holders | {e.device}, picture), None)
    if found is not None:
        return found
    if carried is not None:
        return _not_in_table(e, carried, lacking[0], holders, picture)
    for explanations in (_refused, _summaries, _boundaries):
        found = next(explanations(e, lacking, holders, picture), None)
        if found is not None:
            return found
    return Cause("filter", lacking[0], f"it has no route to {e.prefix}", _route_command(e, lacking[0], picture))


def _route_command(e: Expectation, device: str, picture: Picture) -> str:
    return picture.command(device, f"route-{family_of(e.address)}", prefix=e.prefix)


def _isolated(e: Expectation, picture: Picture) -> Cause | None:
    """The device itself has nobody to tell: every neighbour of a protocol that carries the prefix is down."""
    for carried in e.carried:
        protocol = carried.protocol
        if not neighbours_told(e.device, protocol, picture):
            continue
        found = list(ways(e.device, None, e.address, picture, protocol))
        if found and not any(way.up for way in found):
            command = picture.command(e.device, f"neighbours-{protocol}")
            return Cause("adjacency", e.device, "; ".join(way.words for way in found), command)
        if not found and protocol != "bgp" and not any(n.up for n in picture.neighbours(e.device, protocol)):
            text = f"no link of it to another device takes part in {protocol}"
            return Cause("adjacency", e.device, text, picture.command(e.device, "configuration"))
    return None


def ways(
    device: str, holders: frozenset[str] | None, address: str, picture: Picture, only: str = ""
) -> Iterator[Adjacency]:
    """Yield the configured adjacencies of a device in an address's family, towards the holders where they are given."""
    for way in adjacencies(device, family_of(address), picture):
        if only in ("", way.protocol) and (holders is None or not holders.isdisjoint(way.peers)):
            yield way


def _discarded(e: Expectation, lacking: tuple[str, ...], picture: Picture) -> Iterator[Cause]:
    """Yield the devices whose route to exactly the prefix leads nowhere."""
    for viewer in lacking:
        found = picture.answered(viewer)
        for prefix in sorted(e.prefixes):
            route = found.route(prefix, e.loopback.vrf) if found else None
            if route is not None and discards(route):
                text = f"its route to {prefix} ({route.protocol}) discards everything"
                yield Cause("filter", viewer, text, _route_command(e, viewer, picture))


def _adjacencies(
    e: Expectation, lacking: tuple[str, ...], holders: frozenset[str], picture: Picture
) -> Iterator[Cause]:
    """Yield the devices that border on a holder, every adjacency with which is down."""
    for viewer in lacking:
        found = list(ways(viewer, holders, e.address, picture))
        if found and not any(way.up for way in found):
            protocol = found[0].protocol
            command = picture.command(viewer, f"neighbours-{protocol}")
            yield Cause("adjacency", viewer, "; ".join(way.words for way in found), command)


def _not_in_table(e: Expectation, carried: Carried, viewer: str, holders: frozenset[str], picture: Picture) -> Cause:
    """A table lacks the prefix, although the adjacencies are up."""
    command = picture.table_command(viewer, carried.protocol, carried.prefix)
    others = sorted(holders - {e.device})
    if others:
        text = f"{carried.prefix} is not in its {carried.protocol} table, though {', '.join(others)} has it"
        return Cause("filter", viewer, text, command)
    text = f"{carried.protocol} of {e.device} originates {carried.prefix} and nobody else has it"
    if carried.protocol == "bgp":
        return Cause("filter", "", f"{text}: filtered on its way out or at its neighbours", command)
    return Cause("origination", e.device, text, command)


def _refused(e: Expectation, lacking: tuple[str, ...], _: frozenset[str], picture: Picture) -> Iterator[Cause]:
    """Yield the devices that have it in a protocol's table and not in their routing table."""
    for viewer in lacking:
        for carried in e.carried:
            if viewer in e.inside[carried.protocol] and picture.table(viewer, carried.protocol, carried.prefix):
                table = f"{carried.prefix} is in its {carried.protocol} table and not in its routing table"
                yield Cause("filter", viewer, f"{table}: filtered or refused there", _route_command(e, viewer, picture))


def _summaries(e: Expectation, lacking: tuple[str, ...], _: frozenset[str], picture: Picture) -> Iterator[Cause]:
    """Yield the devices that have something wider in its place."""
    for viewer in lacking:
        wider = picture.covering(viewer, e.prefix, e.loopback.vrf)
        if wider is not None:
            text = f"it has only {wider.prefix} ({wider.protocol}), which hides that {e.prefix} is missing"
            yield Cause("summary", viewer, text, _route_command(e, viewer, picture))


def _boundaries(e: Expectation, lacking: tuple[str, ...], holders: frozenset[str], picture: Picture) -> Iterator[Cause]:
    """Yield the devices next to one that has a route."""
    for viewer in lacking:
        for link in picture.links(viewer):
            peer = next((p for p in picture.peers(link, viewer) if p in holders), None)
            if peer is not None:
                yield _stops(e, viewer, peer, link.interface, picture)


def _stops(e: Expectation, viewer: str, peer: str, interface: str, picture: Picture) -> Cause:
    """Between two neighbours a prefix stops: where its summary was to be made, or where it was not taken."""
    inside = any(viewer in e.inside[carried.protocol] for carried in e.carried)
    declared = [s for s in e.wanted.expect.summarised_as if family_of(s) == family_of(e.address)]
    if declared and not inside:
        text = f"it has {e.prefix}, and {viewer} beside it has neither that nor {' or '.join(declared)}, its summary"
        return Cause("summary", peer, text, _route_command(e, viewer, picture))
    text = f"it has no route to {e.prefix}, though {peer} beside it ({interface}) has"
    return Cause("filter", viewer, text, _route_command(e, viewer, picture))
