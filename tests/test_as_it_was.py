"""What is wanted of a loopback that is to be as it was: just that, whatever the device has meanwhile."""

from dataclasses import replace

import pytest

from loopwright.change import Change
from loopwright.models import Advertisement, Intent, Loopback, Observed, Process, Routing, Wanted
from loopwright.resolve import resolve
from playbooks.as_before import as_it_was
from tests.intents import PLATFORMS

ADVERT = Advertisement("ospf", "10.0.0.1/32", area="0.0.0.0")
BEFORE = Loopback(0, "lo", ("10.0.0.1/32",), advertise=frozenset({ADVERT}))
AFTER = {
    "a description": replace(BEFORE, description="of a later run"),
    "a cost": replace(BEFORE, advertise=frozenset({replace(ADVERT, cost=50)})),
    "passive": replace(BEFORE, advertise=frozenset({replace(ADVERT, passive=True)})),
    "an address more": replace(BEFORE, ipv4=("10.0.0.1/32", "10.0.0.9/32")),
}


@pytest.mark.parametrize("after", AFTER.values(), ids=list(AFTER))
@pytest.mark.parametrize("said", [(Wanted(0, description="of the inventory"),), ()], ids=["said", "not said"])
def test_what_a_change_has_given_is_not_wanted_of_what_was_before_it(after: Loopback, said: tuple[Wanted, ...]) -> None:
    device = Observed("r1", "frr", frozenset({after}), Routing((Process("ospf"),)))
    intent = as_it_was(Intent("r1", "frr", said), [Change(BEFORE, after, ())])
    (wanted,) = intent.loopbacks
    assert resolve(wanted, device, PLATFORMS["frr"]) == BEFORE
