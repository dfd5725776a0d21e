"""Judges evidence against an expectation, rung by rung; pure, so that the same code judges a put-back."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from loopwright import cause
from loopwright.absence import judge_absence
from loopwright.addresses import bare
from loopwright.advertising import advertised
from loopwright.expect import Absence, Expectation
from loopwright.found import Found
from loopwright.models import family_of
from loopwright.picture import Picture
from loopwright.rungs import answers_itself, configured, originated, routed, up
from loopwright.vantage import Vantages
from loopwright.verdict import Rung, Verdict

LOSS = 0.5
"""The share of a test's pings that may go unanswered."""


def reachable(e: Expectation, picture: Picture, vantages: Vantages) -> Found:
    """Rung 7: it answers pings from those who must see it, from their loopbacks."""
    address = bare(e.address)
    expected = f"{address} answers {', '.join(v.device for v in vantages.of(e)) or 'somebody'}"
    if not e.wanted.prove.icmp:
        return Found("unproven", expected, "the inventory says that it does not answer pings; the TCP port is not asked")
    if not e.viewers and e.wanted.expect.seen_by == "none":
        return Found("pass", "nobody is to reach it", "nobody was asked")
    asked, failing = [], vantages.failing(picture)
    for vantage in vantages.of(e):
        ping = picture.ping(vantage.device, vantage.source, address, e.loopback.vrf)
        if ping is not None and (vantage.device, vantage.vrf, family_of(address)) not in failing:
            asked.append((vantage, ping))
    if not asked:
        return Found("unproven", expected, "no vantage point")
    failed = [(v, p) for v, p in asked if p.error or p.received < p.request.count * LOSS]
    coverage = f"from {', '.join(f'{v.device} ({v.words})' for v, _ in asked)}; {len(asked)} of {len(e.viewers)}"
    if not failed:
        return Found("pass", expected, expected, coverage=coverage)
    vantage, ping = failed[0]
    why = cause.of_no_reply(e, vantage.device, vantage.source, len(failed) == len(asked), picture)
    actual = f"{ping.received} of {ping.request.count} answered to {', '.join(v.device for v, _ in failed)}"
    return Found("fail", expected, ping.error or actual, why, coverage)


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
    if e.carried or e.problem:
        return (*local, *END_TO_END)
    return (*local, Rung.ADVERTISED, Rung.REACHABLE) if e.viewers else local


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
