"""Finds why a rung breaks: pure reasoning over the evidence, from the nearest explanation to the farthest."""

from loopwright.addresses import bare
from loopwright.change import Change, differences
from loopwright.expect import Carried, Expectation
from loopwright.models import family_of
from loopwright.picture import Picture, discards
from loopwright.unseen import of_unseen
from loopwright.verdict import Cause

__all__ = ["of_configuration", "of_no_reply", "of_origination", "of_silence", "of_unseen"]


def of_configuration(expectation: Expectation, picture: Picture, text: str) -> Cause:
    """The configuration differs from the intent: name the lines that mend it."""
    device = expectation.device
    platform = picture.platforms[device]
    found = picture.answered(device)
    lines: tuple[str, ...] = ()
    if found is not None:
        change = Change(found.observed.loopback(expectation.number), expectation.loopback, ())
        there, _ = differences(change, found.observed, platform)
        lines = tuple(line for commit in there.commits for line in commit)
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
    command = picture.table_command(device, protocol, carried.prefix)
    return Cause("origination", device, f"{protocol} is told to advertise {carried.prefix} and does not", command)


def of_no_reply(expectation: Expectation, vantage: str, source: str, all_failed: bool, picture: Picture) -> Cause:  # noqa: FBT001
    """A ping is not answered: there is no way back, or something on the way drops it."""
    device, vrf = expectation.device, expectation.loopback.vrf
    family = family_of(expectation.address)
    back = picture.way(device, source, vrf)
    command = picture.command(device, f"route-{family}", prefix=source)
    if back is None:
        return Cause("path", device, f"it has no route back to {source} ({vantage})", command)
    if discards(back):
        text = f"it discards what goes back to {source} ({vantage}): {back.prefix} ({back.protocol})"
        return Cause("path", device, text, command)
    if {interface for _, interface in back.nexthops} == {expectation.loopback.interface}:
        text = f"its own {expectation.address} covers {source} ({vantage}), so that no answer leaves it"
        return Cause("configuration", device, text, command)
    command = picture.command(vantage, "ping", source=source, address=bare(expectation.address))
    if all_failed:
        text = "it answers itself and has a way back, and nobody gets an answer: pings are dropped there or on the way"
        return Cause("icmp", device, text, command)
    return Cause("path", vantage, f"routes exist both ways, and {vantage} alone gets no answer from {source}", command)
