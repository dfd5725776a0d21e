"""Judges that what was removed is gone, from every configuration, table and routing table of those asked."""

from loopwright.addresses import bare
from loopwright.expect import Absence
from loopwright.models import family_of
from loopwright.picture import Picture
from loopwright.verdict import Cause, Rung, State, Verdict


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
            # Never a "duplicate": putting the address back would make it one.
            why = Cause(
                "configuration",
                device,
                f"{device} still has {bare(absence.prefix)}",
                picture.command(device, "configuration"),
            )
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
    stale = picture.is_cut_off(device, absence.vrf, absence.prefix)
    for seen in () if stale else sorted(found.originations):
        if seen.prefix == absence.prefix and (absence.everywhere or seen.own):
            origin = device if seen.own else picture.originator(seen)
            if origin in picture.holders(bare(absence.prefix)):
                continue  # it has the address in another VRF, and tables tell no VRF
            text = f"{origin or seen.originator} still originates {seen.prefix} in {seen.protocol}"
            return Cause("origination", origin or "", text, picture.table_command(device, seen.protocol, seen.prefix))
    route = found.route(absence.prefix, absence.vrf) if absence.everywhere else None
    if route is None:
        return None
    command = picture.command(device, f"route-{family}", prefix=absence.prefix)
    return Cause("path", device, f"it still has a route to {absence.prefix} ({route.protocol})", command)
