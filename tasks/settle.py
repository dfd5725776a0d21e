"""Asks the devices of a run that ended in the middle what has happened on them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from loopwright.device import Reader
from loopwright.models import Observed
from loopwright.outcome import Outcome
from loopwright.platform import Platform
from loopwright.undo import way_back
from tasks.deploy import Job, abandon, only_the_device_ends_it, taken_up, waits
from tasks.gather import read_observed
from tasks.network import Network
from tasks.put_back import as_now

PAUSE = 2.0  # seconds between two looks at a timer


class Found(StrEnum):
    """What a device of an unfinished run turns out to be."""

    BEFORE = "as before"
    AFTER = "as planned"
    PART = "changed in part"
    OTHER = "changed by somebody else"


@dataclass(frozen=True, slots=True)
class Stands:
    """What a device is; `waiting` for a confirmation, which `device_only` is ended by its own timer and nobody."""

    found: Found
    observed: Observed
    waiting: bool = False
    device_only: bool = False


def ask(network: Network, jobs: Mapping[str, Job]) -> dict[str, Outcome[Stands]]:
    """Ask each device what it is, and drop what a dead process has left loaded and not committed."""
    return network.each("ask", {name: _asker(job) for name, job in jobs.items()})


def _asker(job: Job) -> Callable[[Reader, Platform], Stands]:
    def work(session: Reader, platform: Platform) -> Stands:
        if job.held:
            abandon(session, job.held)
        taken_up(session, job)
        waiting = waits(session, job)
        observed = read_observed(session, platform)
        return Stands(_found(job, observed, platform), observed, waiting, waiting and only_the_device_ends_it(session))

    return work


def _found(job: Job, observed: Observed, platform: Platform) -> Found:
    if not job.missing(observed):
        return Found.AFTER
    back = way_back(job.before, as_now(job, observed, platform), job.plan.changes, platform)
    if back is None:
        return Found.OTHER
    return Found.PART if back else Found.BEFORE


def wait_for_timers(
    network: Network, jobs: Mapping[str, Job], wait: Callable[[float], None] = time.sleep
) -> dict[str, Outcome[Stands]]:
    """Wait until the timers of devices that nobody else can end are over, as long as they were armed for at most."""
    found: dict[str, Outcome[Stands]] = {}
    left = max((job.course.armed for job in jobs.values()), default=0) + PAUSE
    waiting = dict(jobs)
    while waiting and left > 0:
        wait(PAUSE)
        left -= PAUSE
        found.update(ask(network, waiting))
        waiting = {n: j for n, j in waiting.items() if (s := found[n].value) is not None and s.waiting}
    return found
