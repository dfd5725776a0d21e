"""Reads twice what a change can harm: what only one of the readings has seen does not stand."""

from collections.abc import Mapping

from loopwright.evidence import Interest
from loopwright.models import Observed
from loopwright.picture import Picture
from tasks.gather import SNAPSHOT, SNAPSHOT_AGAIN, gather
from tasks.network import Network

STAGE = "snapshot"


def read_twice(
    network: Network, known: Mapping[str, Observed], interest: Interest, first: Picture | None = None
) -> tuple[Picture, Picture]:
    """Read neighbours and routes of the devices that are known twice, and router-ids once; no configuration.

    `first` is a reading that was made for another purpose, of at least the kinds `SNAPSHOT` and of this interest.
    """
    if first is None:
        first = Picture(gather(network, known, interest, SNAPSHOT, STAGE), network.platforms)
    return first, Picture(gather(network, known, interest, SNAPSHOT_AGAIN, STAGE), network.platforms)
