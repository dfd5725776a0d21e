"""Asks a device what it is and what this login may do there; reads only."""

from collections.abc import Iterable
from dataclasses import dataclass

from loopwright.device import Reader
from loopwright.models import Observed
from loopwright.outcome import Outcome
from loopwright.platform import Platform
from tasks.gather import read_observed
from tasks.network import Network


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device says of itself: its version, None where it is another platform, "" where nobody can tell.

    `observed` is None where it is another platform: its answers would be read in the wrong words.
    """

    version: str | None
    may_configure: bool
    answer: str = ""
    observed: Observed | None = None


def identify(session: Reader, platform: Platform) -> Identity:
    """Ask one device what it is, and observe it where it is what the inventory says."""
    if platform.identify is None:
        return Identity("", session.privileged, observed=read_observed(session, platform))
    (answer,) = session.show([platform.identify.command])
    version = platform.identify.version_in(answer)
    first = next((line.strip() for line in answer.splitlines() if line.strip()), "")
    observed = read_observed(session, platform) if version is not None else None
    return Identity(version, session.privileged, first, observed)


def identify_devices(network: Network, devices: Iterable[str]) -> dict[str, Outcome[Identity]]:
    """Ask a list of devices."""
    return network.on("identify", devices, identify)
