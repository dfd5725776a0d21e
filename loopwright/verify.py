"""Judges evidence against an expectation, rung by rung; pure, so that the same code judges a put-back."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from loopwright import cause
from loopwright.addresses import bare, network
from loopwright.evidence import Origination
from loopwright.expect import Absence, Carried, Expectation
from loopwright.models import family_of
from loopwright.picture import Picture
from loopwright.vantage import Vantages
from loopwright.verdict import Cause, Kind, Rung, State, Verdict

LOSS = 0.5
"""The share of a test's pings that may go unanswered."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a rung's rule says, before it is put into a verdict."""

    state: State
    expected: str
    actual: str
    cause: Cause | None = None
    coverage: str = ""


def configured(e: Expectation, picture: Picture) -> _Found:
    """Rung 1: the loopback is on the device as the inventory says."""
    found = picture.answered(e.device)
    expected = f"{e.address} on {e.loopback.interface}, VRF {e.loopback.vrf}"
    if found is None:
        why = cause.of_silence(e, picture)
        return _Found("error", expected, why.text, why)
    have = found.observed.loopback(e.number)
    if have is None:
        actual = f"no loopback {e.number}"
        return _Found("fail", expected, actual, cause.of_configuration(e, picture, "the loopback is missing"))
    family = family_of(e.address)
    here = [a for a in have.addresses if family_of(a) == family]
    differences = []
    if e.address not in here:
        differences.append(f"{', '.join(here) or f'no {family} address'} on {have.interface}")
    else:
        extra = [a for a in here if a not in e.loopback.addresses]
        differences += [f"{a} is on it too, which the inventory does not say" for a in extra]
    for name in ("interface", "vrf", "description"):
        is_, wanted = getattr(have, name), getattr(e.loopback, name)
        if is_ != wanted:
            differences.append(f"{name} is {is_!r}, not {wanted!r}")
    if differences:
        text = "; ".join(differences)
        return _Found("fail", expected, text, cause.of_configuration(e, picture, text))
    return _Found("pass", expected, expected)


def up(e: Expectation, picture: Picture) -> _Found:
    """Rung 2: the interface is up, and the system holds the address."""
    found = picture.answered(e.device)
    expected = f"{e.loopback.interface} up with {e.address}"
    have = found.observed.loopback(e.number) if found else None
    if found is None or not found.observed.interfaces:
        return _Found("unproven", expected, "the device does not tell the state of its interfaces")
    state = found.observed.interface(e.loopback.interface)
    command = picture.command(e.device, "interface", interface=e.loopback.interface)
    if state is None:
        why = Cause("interface", e.device, f"{e.loopback.interface} does not exist", command)
        return _Found("fail", expected, "no such interface", why)
    if have is not None and not have.enabled and e.loopback.enabled:
        why = cause.of_configuration(e, picture, f"{state.name} is shut by configuration")
        return _Found("fail", expected, "administratively down", why)
    if e.loopback.enabled and not (state.enabled and state.up):
        actual = "administratively down" if not state.enabled else "down"
        return _Found("fail", expected, actual, Cause("interface", e.device, f"{state.name} is {actual}", command))
    if not e.loopback.enabled:
        return _Found("unproven", f"{state.name} shut", "the inventory wants it shut; nothing above can hold")
    if e.address not in state.addresses:
        actual = f"{state.name} holds {', '.join(state.addresses) or 'no address'}"
        return _Found("fail", expected, actual, Cause("interface", e.device, actual, command))
    return _Found("pass", expected, expected)


def answers_itself(e: Expectation, picture: Picture) -> _Found:
    """Rung 3: the address answers a ping from itself."""
    address = bare(e.address)
    expected = f"{address} answers a ping from itself"
    ping = picture.ping(e.device, address, address, e.loopback.vrf)
    if ping is None:
        return _Found("unproven", expected, "not asked")
    command = picture.command(e.device, "ping", source=address, address=address)
    if ping.error:
        why = Cause("interface", e.device, f"it cannot ping from {address}: {ping.error}", command)
        return _Found("fail", expected, ping.error, why)
    if ping.received == 0:
        return _Found("fail", expected, "no answer", Cause("interface", e.device, "it does not answer itself", command))
    return _Found("pass", expected, f"{ping.received} of {ping.request.count} answered")


def routed(e: Expectation, picture: Picture) -> _Found:
    """Rung 4: the device's own routing table has it, connected."""
    found = picture.answered(e.device)
    prefix = network(e.address)
    expected = f"{prefix} connected, {e.loopback.interface}"
    if found is None or ("routes", "") not in found.asked:
        return _Found("unproven", expected, "the device does not tell its routing table")
    route = found.route(prefix, e.loopback.vrf)
    command = picture.command(e.device, f"route-{family_of(e.address)}", prefix=prefix)
    if route is None:
        why = Cause("interface", e.device, f"{prefix} is not in its own routing table", command)
        return _Found("fail", expected, "no such route", why)
    through = {interface for _, interface in route.nexthops}
    if through and e.loopback.interface not in through:
        actual = f"{prefix} by {route.protocol} through {', '.join(sorted(through))}"
        return _Found("fail", expected, actual, Cause("interface", e.device, actual, command))
    return _Found("pass", expected, expected)


def originated(e: Expectation, picture: Picture) -> _Found:
    """Rung 5: each protocol that is to carry it has it in its own table, from this device."""
    expected = "; ".join(_carried_words(c) for c in e.carried)
    found = picture.answered(e.device)
    if e.problem:
        return _Found("fail", expected, e.problem, Cause("configuration", e.device, e.problem))
    for carried in e.carried:
        if found is None or ("originations", carried.protocol) not in found.asked:
            return _Found("unproven", expected, f"the device does not tell its {carried.protocol} table")
        mine = [o for o in picture.table(e.device, carried.protocol, carried.prefix) if o.own]
        if not any(_in_scope(o, carried) for o in mine):
            why = cause.of_origination(e, carried, picture)
            elsewhere = ", ".join(sorted({o.scope for o in mine}))
            actual = f"in area {elsewhere}" if elsewhere else f"{carried.prefix} is not in its {carried.protocol} table"
            return _Found("fail", expected, actual, why)
    return _Found("pass", expected, expected)


def _carried_words(carried: Carried) -> str:
    where = f" area {carried.scope}" if carried.protocol in ("ospf", "ospf3") else ""
    return f"{carried.prefix} in {carried.protocol}{where}"


def _in_scope(seen: Origination, carried: Carried) -> bool:
    """An external origination has no area; anything else must be in the area that was asked for."""
    return carried.protocol not in ("ospf", "ospf3") or seen.scope in ("", carried.scope)


def advertised(e: Expectation, picture: Picture) -> _Found:
    """Rung 6: those who must see it do, as exactly the prefix; those who must not, do not; nobody else originates it."""
    expected = f"{e.prefix} seen by {', '.join(e.viewers) or 'nobody'}"
    duplicate = _duplicate(e, picture)
    if duplicate is not None:
        return _Found("fail", f"{e.prefix} from {', '.join(sorted(e.members))} alone", duplicate.text, duplicate)
    asked = [v for v in e.viewers if picture.answered(v)]
    for carried in e.carried:
        found = _in_tables(e, carried, [v for v in asked if v in e.inside[carried.protocol]], picture)
        if found is not None:
            return found
    for viewer in asked:
        why = _route_missing(e, viewer, picture)
        if why is not None:
            return _Found("fail", expected, f"{viewer}: {why.text}", why)
    for device in e.hidden_from:
        seen = picture.answered(device)
        if seen is not None and any(seen.route(p, e.loopback.vrf) for p in e.prefixes):
            command = picture.command(device, f"route-{family_of(e.address)}", prefix=e.prefix)
            why = Cause("filter", device, f"it has a route to {e.prefix}, which it must not see", command)
            return _Found("fail", f"{e.prefix} not seen by {device}", why.text, why)
    if e.viewers and not asked:
        return _Found("unproven", expected, "none of them answered")
    if not e.viewers and e.wanted.expect.seen_by != "none":
        return _Found("unproven", expected, "nobody in the inventory shares its domain")
    return _Found("pass", expected, expected, coverage=_coverage(len(asked), len(e.viewers)))


def _coverage(asked: int, of: int) -> str:
    return f"{asked} of {of} asked"


def _duplicate(e: Expectation, picture: Picture) -> Cause | None:
    """Somebody else has the address, or originates its prefix as its own."""
    owners = picture.owners.get((e.loopback.vrf, bare(e.address)), ())
    for device in owners:
        if device not in e.members:
            command = picture.command(device, "configuration")
            return Cause("duplicate", device, f"{device} has the address {bare(e.address)} too", command)
    for carried in e.carried:
        for viewer in (e.device, *e.viewers):
            if viewer not in e.inside[carried.protocol] or carried.protocol == "bgp":
                continue
            for seen in picture.table(viewer, carried.protocol, carried.prefix):
                origin = picture.originator(seen)
                if seen.kind in ("intra", "internal") and origin not in e.members and not (origin is None and seen.own):
                    who = origin or f"{seen.originator}, which is not in the inventory,"
                    text = f"{who} originates {seen.prefix} in {seen.protocol} too"
                    command = picture.command(viewer, f"table-{seen.protocol}")
                    return Cause("duplicate", origin or "", text, command)
    return None


def _in_tables(e: Expectation, carried: Carried, viewers: list[str], picture: Picture) -> _Found | None:
    """Whether every viewer inside the domain has it in the protocol's own table; None when all do."""
    expected = f"{_carried_words(carried)} of {', '.join(viewers)}"
    told = [v for v in viewers if ("originations", carried.protocol) in _asked(v, picture)]
    if viewers and not told:
        return _Found("unproven", expected, f"none of them tells its {carried.protocol} table")
    holders = frozenset(v for v in told if picture.table(v, carried.protocol, carried.prefix))
    without = tuple(v for v in told if v not in holders)
    if not without:
        return None
    why = cause.of_missing(e, carried, without, holders, picture)
    return _Found("fail", expected, f"not in the {carried.protocol} table of {', '.join(without)}", why)


def _asked(device: str, picture: Picture) -> frozenset[tuple[str, str]]:
    found = picture.answered(device)
    return found.asked if found else frozenset()


def _route_missing(e: Expectation, viewer: str, picture: Picture) -> Cause | None:
    """Why a viewer's routing table does not have it, None when it does, exactly or by the declared summary."""
    found = picture.answered(viewer)
    inside = [c for c in e.carried if viewer in e.inside[c.protocol]]
    exact = {c.prefix for c in inside} or e.prefixes
    vrf = e.loopback.vrf
    if found is None or any(found.route(prefix, vrf) for prefix in exact):
        return None
    summaries = e.wanted.expect.summarised_as
    if not inside and any(found.route(s, vrf) for s in summaries if family_of(s) == family_of(e.address)):
        return None
    return cause.of_hidden_route(e, sorted(exact)[0], viewer, picture)


def reachable(e: Expectation, picture: Picture, vantages: Vantages) -> _Found:
    """Rung 7: it answers pings from those who must see it, from their loopbacks."""
    address = bare(e.address)
    expected = f"{address} answers {', '.join(v.device for v in vantages.of(e)) or 'somebody'}"
    if not e.wanted.prove.icmp:
        return _Found("unproven", expected, "the inventory says that it does not answer pings; the TCP port is not asked")
    if not e.viewers and e.wanted.expect.seen_by == "none":
        return _Found("pass", "nobody is to reach it", "nobody was asked")
    asked = []
    for vantage in vantages.of(e):
        ping = picture.ping(vantage.device, vantage.source, address, e.loopback.vrf)
        if ping is not None and vantage.device not in vantages.broken(picture):
            asked.append((vantage, ping))
    if not asked:
        return _Found("unproven", expected, "no vantage point")
    failed = [(v, p) for v, p in asked if p.error or p.received < p.request.count * LOSS]
    coverage = f"from {', '.join(f'{v.device} ({v.words})' for v, _ in asked)}; {len(asked)} of {len(e.viewers)}"
    if not failed:
        return _Found("pass", expected, expected, coverage=coverage)
    vantage, ping = failed[0]
    why = cause.of_no_reply(e, vantage.device, vantage.source, len(failed) == len(asked), picture)
    actual = f"{ping.received} of {ping.request.count} answered to {', '.join(v.device for v, _ in failed)}"
    return _Found("fail", expected, ping.error or actual, why, coverage)


CONTROL: Mapping[Rung, Callable[[Expectation, Picture], _Found]] = {
    Rung.CONFIGURED: configured,
    Rung.UP: up,
    Rung.ROUTED: routed,
    Rung.ORIGINATED: originated,
    Rung.ADVERTISED: advertised,
}
END_TO_END = (Rung.ORIGINATED, Rung.ADVERTISED, Rung.REACHABLE)


def rungs_of(e: Expectation) -> tuple[Rung, ...]:
    """The rungs that an address has: those of advertising only where it is advertised or somebody must see it."""
    local = (Rung.CONFIGURED, Rung.UP, Rung.SELF, Rung.ROUTED)
    if e.carried or e.problem:
        return (*local, *END_TO_END)
    return (*local, Rung.ADVERTISED, Rung.REACHABLE) if e.viewers else local


def _verdict(e: Expectation, rung: Rung, found: _Found) -> Verdict:
    return Verdict(
        e.device, e.number, e.address, rung, found.state, found.expected, found.actual, found.cause, found.coverage
    )


def control_plane_holds(e: Expectation, picture: Picture) -> bool:
    """Whether everything but the pings is right: what a vantage point's own source must pass."""
    return all(CONTROL[r](e, picture).state == "pass" for r in rungs_of(e) if r in CONTROL)


def climb(e: Expectation, picture: Picture, vantages: Vantages) -> Iterator[Verdict]:
    """Yield the verdicts of one address, up to and with the first rung that does not pass."""
    for rung in rungs_of(e):
        if rung is Rung.SELF:
            found = answers_itself(e, picture)
        elif rung is Rung.REACHABLE:
            found = reachable(e, picture, vantages)
        else:
            found = CONTROL[rung](e, picture)
        yield _verdict(e, rung, found)
        if found.state != "pass":
            return


def judge_absence(absence: Absence, picture: Picture) -> Verdict:
    """Judge that a prefix is gone from every configuration, table and routing table of those asked."""
    expected = f"{absence.prefix} gone"

    def verdict(rung: Rung, state: State, actual: str, why: Cause | None = None) -> Verdict:
        return Verdict(absence.device, absence.number, absence.prefix, rung, state, expected, actual, why)

    asked = [name for name in sorted(picture.evidence) if picture.answered(name)]
    if absence.device not in asked:
        return verdict(Rung.CONFIGURED, "error", "the device did not answer")
    looked_at = asked if absence.everywhere else [absence.device]
    for device in looked_at:
        if device in picture.owners.get((absence.vrf, bare(absence.prefix)), ()):
            kind: Kind = "configuration" if device == absence.device else "duplicate"
            why = Cause(kind, device, f"{device} still has {bare(absence.prefix)}", picture.command(device, "configuration"))
            return verdict(Rung.CONFIGURED, "fail", why.text, why)
    for device in looked_at:
        left = _left_over(absence, device, picture)
        if left is not None:
            return verdict(Rung.ADVERTISED, "fail", left.text, left)
    return verdict(Rung.ADVERTISED, "pass", f"{len(looked_at)} devices do not know it")


def _left_over(absence: Absence, device: str, picture: Picture) -> Cause | None:
    """What a device still knows of a prefix that is to be gone."""
    found = picture.answered(device)
    family = family_of(absence.prefix)
    if found is None:
        return None
    for seen in sorted(found.originations):
        if seen.prefix == absence.prefix and (absence.everywhere or seen.own):
            origin = device if seen.own else picture.originator(seen)
            text = f"{origin or seen.originator} still originates {seen.prefix} in {seen.protocol}"
            command = picture.command(device, f"table-{seen.protocol}") or picture.command(
                device, f"table-{seen.protocol}-{family}", prefix=absence.prefix
            )
            return Cause("origination", origin or "", text, command)
    route = found.route(absence.prefix, absence.vrf) if absence.everywhere else None
    if route is None:
        return None
    command = picture.command(device, f"route-{family}", prefix=absence.prefix)
    return Cause("filter", device, f"it still has a route to {absence.prefix} ({route.protocol})", command)


def judge(
    expectations: Iterable[Expectation], absences: Iterable[Absence], picture: Picture, vantages: Vantages
) -> tuple[Verdict, ...]:
    """Judge everything that is expected against one reading of the network."""
    verdicts = [v for e in expectations for v in climb(e, picture, vantages)]
    return (*verdicts, *(judge_absence(absence, picture) for absence in absences))
