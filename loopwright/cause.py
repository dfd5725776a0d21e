"""Finds why a rung breaks: pure reasoning over the evidence, from the nearest explanation to the farthest."""

from collections.abc import Iterable
from ipaddress import ip_interface

from loopwright.addresses import bare
from loopwright.expect import Carried, Expectation
from loopwright.models import Link, family_of
from loopwright.observe import as_written
from loopwright.picture import Picture
from loopwright.render import between, render
from loopwright.verdict import Cause


def of_configuration(expectation: Expectation, picture: Picture, text: str) -> Cause:
    """The configuration differs from the intent: name the lines that mend it."""
    device = expectation.device
    platform = picture.platforms[device]
    found = picture.answered(device)
    lines: tuple[str, ...] = ()
    if found is not None:
        routing = found.observed.routing
        have = render(found.observed.loopback(expectation.number), routing, platform)
        want = render(expectation.loopback, routing, platform)
        lines = between(have, want, platform, as_written(have, found.observed.lines, platform))
    return Cause("configuration", device, text, picture.command(device, "configuration"), lines)


def of_silence(expectation: Expectation, picture: Picture) -> Cause:
    """The device could not be asked."""
    found = picture.evidence.get(expectation.device)
    return Cause("silent", expectation.device, found.error if found else "it was not asked")


def of_origination(expectation: Expectation, carried: Carried, picture: Picture) -> Cause:
    """A protocol does not originate the prefix: not told to, told otherwise, or told and not doing it."""
    device, protocol = expectation.device, carried.protocol
    found = picture.answered(device)
    have = found.observed.loopback(expectation.number) if found else None
    advert = next((a for a in (have.advertise if have else ()) if a.protocol == protocol
                   and family_of(a.prefix) == family_of(expectation.address)), None)  # fmt: skip
    if advert is None:
        return of_configuration(expectation, picture, f"{protocol} is not told to advertise {carried.prefix}")
    if advert.area is not None and advert.area != carried.scope:
        return of_configuration(expectation, picture, f"{protocol} has it in area {advert.area}, not {carried.scope}")
    family = family_of(expectation.address)
    command = picture.command(device, f"table-{protocol}", prefix=carried.prefix) or picture.command(
        device, f"table-{protocol}-{family}", prefix=carried.prefix
    )
    return Cause("origination", device, f"{protocol} is told to advertise {carried.prefix} and does not", command)


def peer_of(link: Link, device: str, picture: Picture) -> str | None:
    """The device at the other end of a link."""
    subnet = ip_interface(link.address).network
    for name in picture.evidence:
        if name != device and any(
            other.vrf == link.vrf and ip_interface(other.address).network == subnet for other in picture.links(name)
        ):
            return name
    return None


def of_adjacency(carried: Carried, without: Iterable[str], holders: frozenset[str], picture: Picture) -> Cause | None:
    """A neighbour is down between a device that knows the prefix and one that does not."""
    protocol = carried.protocol
    for device in without:
        for link in picture.links(device):
            if not any(name == protocol for name, _ in link.protocols):
                continue
            peer = peer_of(link, device, picture)
            states = [n for n in picture.neighbours(device, protocol) if _on(n.interface, link.interface)]
            if peer in holders and not any(n.up for n in states):
                state = states[0].state if states else "missing"
                text = f"its {protocol} neighbour {peer} on {link.interface} is {state}"
                return Cause("adjacency", device, text, picture.command(device, f"neighbours-{protocol}"))
        if protocol == "bgp":
            down = [n for n in picture.neighbours(device, "bgp") if not n.up and _family(n.neighbour, carried.prefix)]
            for neighbour in down:
                text = f"its bgp session with {neighbour.neighbour} is {neighbour.state}"
                return Cause("adjacency", device, text, picture.command(device, "neighbours-bgp"))
    return None


def _family(one: str, other: str) -> bool:
    return family_of(one) == family_of(other)


def _on(shown: str, interface: str) -> bool:
    """Some systems show a neighbour's interface with its address behind a colon."""
    return shown == interface or shown.startswith(f"{interface}:")


def of_missing(
    expectation: Expectation, carried: Carried, without: tuple[str, ...], holders: frozenset[str], picture: Picture
) -> Cause:
    """Devices of the same domain do not have the prefix in their table."""
    adjacency = of_adjacency(carried, without, holders | {expectation.device}, picture)
    if adjacency is not None:
        return adjacency
    family = family_of(expectation.address)
    viewer = without[0]
    command = picture.command(viewer, f"table-{carried.protocol}", prefix=carried.prefix) or picture.command(
        viewer, f"table-{carried.protocol}-{family}", prefix=carried.prefix
    )
    if not holders:
        text = f"{carried.protocol} of {expectation.device} originates {carried.prefix} and nobody has it"
        return Cause("origination", expectation.device, text, command)
    text = f"{carried.prefix} is not in its {carried.protocol} table, though {', '.join(sorted(holders))} has it"
    return Cause("filter", viewer, text, command)


def of_hidden_route(expectation: Expectation, prefix: str, viewer: str, picture: Picture) -> Cause:
    """A device has no route of exactly the prefix: nothing at all, or something wider in its place."""
    vrf = expectation.loopback.vrf
    family = family_of(expectation.address)
    command = picture.command(viewer, f"route-{family}", prefix=prefix)
    wider = picture.covering(viewer, prefix, vrf)
    inside = [p for p, members in expectation.inside.items() if viewer in members and picture.table(viewer, p, prefix)]
    if inside:
        text = f"{prefix} is in its {inside[0]} table and not in its routing table: filtered or refused there"
        return Cause("filter", viewer, text, command)
    if wider is not None:
        text = f"it has only {wider.prefix} ({wider.protocol}), which hides that {prefix} is missing"
        return Cause("summary", viewer, text, command)
    return Cause("filter", viewer, f"it has no route to {prefix}", command)


def of_no_reply(expectation: Expectation, vantage: str, source: str, all_failed: bool, picture: Picture) -> Cause:
    """A ping is not answered: there is no way back, or something on the way drops it."""
    vrf = expectation.loopback.vrf
    family = family_of(expectation.address)
    if not picture.reaches(expectation.device, source, vrf):
        text = f"it has no route back to {source} ({vantage})"
        command = picture.command(expectation.device, f"route-{family}", prefix=source)
        return Cause("path", expectation.device, text, command)
    command = picture.command(vantage, "ping", source=source, address=bare(expectation.address))
    if all_failed:
        text = "routes exist both ways and nobody gets an answer: echo requests or replies are dropped"
        return Cause("icmp", "", text, command)
    return Cause("path", vantage, f"routes exist both ways, and {vantage} alone gets no answer from {source}", command)
