"""Judges evidence against an expectation, rung by rung; pure, so that the same code judges a put-back."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from loopwright import cause
from loopwright.absence import judge_absence
from loopwright.addresses import bare
from loopwright.advertising import advertised
from loopwright.device import Ping
from loopwright.expect import Absence, Expectation
from loopwright.found import Found
from loopwright.models import family_of
from loopwright.picture import Picture
from loopwright.rungs import answers_itself, configured, originated, routed, up
from loopwright.vantage import Vantage, Vantages
from loopwright.verdict import Cause, Rung, Verdict

LOSS = 0.5
"""The share of a test's pings that may go unanswered."""


def reachable(e: Expectation, picture: Picture, vantages: Vantages) -> Found:
    """Rung 7: it answers pings from those who must see it, from their loopbacks."""
    address = bare(e.address)
    expected = f"{address} answers {', '.join(v.device for v in vantages.of(e)) or 'somebody'}"
    if not e.wanted.prove.icmp:
        return Found(
            "unproven", expected, "the inventory says that it does not answer pings; the TCP port is not asked"
        )
    if not e.viewers and e.wanted.expect.seen_by == "none":
        return Found("pass", "nobody is to reach it", "nobody was asked")
    asked, refused = _answers(e, picture, vantages)
    if not asked:
        return Found("unproven", expected, f"no vantage point{f' could ping: {refused[0]}' if refused else ''}")
    failed = [(v, p) for v, p in asked if p.received < p.request.count * LOSS]
    coverage = f"from {', '.join(f'{v.device} ({v.words})' for v, _ in asked)}; {len(asked)} of {len(e.viewers)}"
    if not failed:
        return Found("pass", expected, expected, coverage=coverage)
    vantage, ping = failed[0]
    why = cause.of_no_reply(e, vantage.device, vantage.source, len(failed) == len(asked), picture)
    actual = f"{ping.received} of {ping.request.count} answered to {', '.join(v.device for v, _ in failed)}"
    return Found("fail", expected, actual, why, coverage)


def _answers(
    e: Expectation, picture: Picture, vantages: Vantages
) -> tuple[list[tuple[Vantage, Ping]], tuple[str, ...]]:
    """The pings of an address by vantage points that are no fault themselves, and why others could run none."""
    failing = vantages.failing(picture)
    pings = [(v, picture.ping(v.device, v.source, bare(e.address), e.loopback.vrf)) for v in vantages.of(e)]
    good = [(v, p) for v, p in pings if p and (v.device, v.vrf, family_of(e.address)) not in failing]
    return [(v, p) for v, p in good if not p.error], tuple(f"{v.device}: {p.error}" for v, p in good if p.error)


def answers_station(e: Expectation, picture: Picture) -> Found:
    """Rung 8: a new connection from here to the address that the device is managed through is taken."""
    address = bare(e.address)
    expected = f"{address} answers from here"
    if address not in picture.station:
        return Found("unproven", expected, "not asked")
    if refused := picture.station[address]:
        return Found("fail", expected, refused, Cause("path", "", f"no connection from here to {address}: {refused}"))
    return Found("pass", expected, expected)


CONTROL: Mapping[Rung, Callable[[Expectation, Picture], Found]] = {
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
    station = (Rung.STATION,) if e.managed else ()
    if e.carried or e.problem:
        return (*local, *END_TO_END, *station)
    return (*local, Rung.ADVERTISED, Rung.REACHABLE, *station) if e.viewers else (*local, *station)


def _verdict(e: Expectation, rung: Rung, found: Found) -> Verdict:
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
        elif rung is Rung.STATION:
            found = answers_station(e, picture)
        else:
            found = CONTROL[rung](e, picture)
        yield _verdict(e, rung, found)
        if found.state != "pass":
            return


def judge(
    expectations: Iterable[Expectation], absences: Iterable[Absence], picture: Picture, vantages: Vantages
) -> tuple[Verdict, ...]:
    """Judge everything that is expected against one reading of the network."""
    verdicts = [v for e in expectations for v in climb(e, picture, vantages)]
    return (*verdicts, *(judge_absence(absence, picture) for absence in absences))
