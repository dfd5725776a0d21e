"""Rung 6: those who must see an address do, as exactly its prefix; the others do not; nobody else originates it."""

from collections.abc import Iterable

from loopwright import cause
from loopwright.addresses import bare
from loopwright.evidence import Origination
from loopwright.expect import Carried, Expectation
from loopwright.found import Found
from loopwright.models import family_of
from loopwright.picture import Picture, discards
from loopwright.rungs import carried_words
from loopwright.verdict import Cause

LEARNT = ("ospf", "isis", "bgp", "rip")
"""How the name of a routing protocol begins: a route of any other kind is the device's own."""


def advertised(e: Expectation, picture: Picture) -> Found:
    """Judge the rung; who is cut off from everything is no witness, and is named as a vantage point at fault."""
    expected = f"{e.prefix} seen by {', '.join(e.viewers) or 'nobody'}"
    duplicate = _duplicate(e, picture)
    if duplicate is not None:
        return Found("fail", f"{e.prefix} from {', '.join(sorted(e.members))} alone", duplicate.text, duplicate)
    asked = [v for v in e.viewers if picture.answered(v) and not picture.is_cut_off(v, e.loopback.vrf, e.address)]
    for carried in e.carried:
        found = _in_tables(e, carried, [v for v in asked if v in e.inside[carried.protocol]], picture)
        if found is not None:
            return found
    lacking = tuple(v for v in asked if not sees(e, v, picture))
    if lacking:
        why = cause.of_unseen(e, None, lacking, _knowing(e, picture), picture)
        return Found("fail", expected, f"not in the routing table of {', '.join(lacking)}", why)
    shown = _shown(e, picture)
    if shown is not None:
        return Found("fail", f"{e.prefix} not seen by {shown.device}", shown.text, shown)
    if e.viewers and not asked:
        return Found("unproven", expected, "none of them answered")
    if not e.viewers and e.wanted.expect.seen_by != "none":
        return Found("unproven", expected, "nobody in the inventory shares its domain")
    return Found("pass", expected, expected, coverage=f"{len(asked)} of {len(e.viewers)} asked")


def sees(e: Expectation, viewer: str, picture: Picture) -> bool:
    """Whether a viewer's routing table leads to exactly the prefix, or outside its domain to the declared summary."""
    found = picture.answered(viewer)
    if found is None:
        return True
    inside = {c.prefix for c in e.carried if viewer in e.inside[c.protocol]}
    vrf = e.loopback.vrf
    routes = [found.route(prefix, vrf) for prefix in inside or e.prefixes]
    if any(route is not None for route in routes):
        return any(route is not None and not discards(route) for route in routes)
    declared = (s for s in e.wanted.expect.summarised_as if family_of(s) == family_of(e.address))
    return not inside and any(found.route(summary, vrf) for summary in declared)


def _knowing(e: Expectation, picture: Picture) -> frozenset[str]:
    """The devices with a route to exactly the prefix, the device itself among them."""
    return frozenset(
        {
            e.device,
            *(name for name, found in picture.evidence.items() if not found.error and _exactly(e, name, picture)),
        }
    )


def _exactly(e: Expectation, device: str, picture: Picture) -> bool:
    found = picture.answered(device)
    routes = [found.route(prefix, e.loopback.vrf) for prefix in e.prefixes] if found else []
    return any(route is not None and not discards(route) for route in routes)


def _shown(e: Expectation, picture: Picture) -> Cause | None:
    """A device that must not see it has a route to it."""
    for device in e.hidden_from:
        seen = picture.answered(device)
        if seen is not None and any(seen.route(p, e.loopback.vrf) for p in e.prefixes):
            command = picture.command(device, f"route-{family_of(e.address)}", prefix=e.prefix)
            return Cause("filter", device, f"it has a route to {e.prefix}, which it must not see", command)
    return None


def _in_tables(e: Expectation, carried: Carried, viewers: list[str], picture: Picture) -> Found | None:
    """Whether every viewer inside the domain has it in the protocol's own table; None when all do."""
    expected = f"{carried_words(carried)} of {', '.join(viewers)}"
    told = [v for v in viewers if ("originations", carried.protocol) in _asked(v, picture)]
    if viewers and not told:
        return Found("unproven", expected, f"none of them tells its {carried.protocol} table")
    without = tuple(v for v in told if not _from_it(e, carried, v, picture))
    if not without:
        return None
    holders = frozenset(v for v in picture.evidence if picture.table(v, carried.protocol, carried.prefix))
    why = cause.of_unseen(e, carried, without, holders - frozenset(without), picture)
    return Found("fail", expected, f"not in the {carried.protocol} table of {', '.join(without)}", why)


def _from_it(e: Expectation, carried: Carried, viewer: str, picture: Picture) -> bool:
    """Whether a viewer's table has the prefix from the device itself; who originated it, BGP tells of a peer only."""
    entries = picture.table(viewer, carried.protocol, carried.prefix)
    if carried.protocol == "bgp" or e.device not in picture.named(carried.protocol):
        return bool(entries)
    return any(picture.originator(seen) == e.device for seen in entries)


def _asked(device: str, picture: Picture) -> frozenset[tuple[str, str]]:
    found = picture.answered(device)
    return found.asked if found else frozenset()


def _duplicate(e: Expectation, picture: Picture) -> Cause | None:
    """Somebody else has the address, or originates its prefix as its own."""
    for device in picture.owners.get((e.loopback.vrf, bare(e.address)), ()):
        if device not in e.members:
            command = picture.command(device, "configuration")
            return Cause("duplicate", device, f"{device} has the address {bare(e.address)} too", command)
    for carried in e.carried:
        for viewer in (e.device, *e.viewers):
            if viewer in e.inside[carried.protocol]:
                entries = picture.table(viewer, carried.protocol, carried.prefix)
                why = _second_origin(e, viewer, entries, picture)
                if why is not None:
                    return why
    return None


def _second_origin(e: Expectation, viewer: str, entries: Iterable[Origination], picture: Picture) -> Cause | None:
    """An entry of a viewer's table that comes from a device that is no member."""
    entries = tuple(entries)
    for seen in entries:
        origin = viewer if seen.own else picture.originator(seen)
        if origin in e.members or not _originates(e, seen, origin, entries, picture):
            continue
        if origin is None and any(picture.answered(member) is None for member in e.members):
            continue  # a member of the group that says nothing may be the one
        who = origin or f"{seen.originator}, which is not in the inventory,"
        command = picture.table_command(viewer, seen.protocol, seen.prefix)
        return Cause("duplicate", origin or "", f"{who} originates {seen.prefix} in {seen.protocol} too", command)
    return None


def _originates(
    e: Expectation, seen: Origination, origin: str | None, entries: Iterable[Origination], picture: Picture
) -> bool:
    """Whether an entry is an origin of its own, and not what a border hands on from another area, level or protocol."""
    if seen.kind == "intra":
        return True
    if origin is None:
        levels = {other.scope for other in entries if picture.originator(other) == e.device}
        return seen.kind == "internal" and seen.scope in levels
    found = picture.answered(origin)
    route = found.route(seen.prefix, e.loopback.vrf) if found else None
    return seen.kind != "inter" and route is not None and not route.protocol.lower().startswith(LEARNT)
