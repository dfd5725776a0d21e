"""Reads devices: their configuration and state into Observed, their tables into evidence, their pings."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from loopwright.device import Ping, PingRequest, Reader
from loopwright.errors import LoopwrightError
from loopwright.evidence import DeviceEvidence, Interest, asked_of, observed_from, read_evidence
from loopwright.models import Observed, Routing
from loopwright.outcome import Outcome
from loopwright.platform import Platform
from tasks.network import Network

# Reading answers into values holds the interpreter all the time, so that one at a time is as fast as many at once and
# needs the memory of one: the tables of a large network are a megabyte of JSON per device, and ten as values.
_reading = threading.Lock()

STATE = ("interfaces",)
ROUTES = ("interfaces", "routes")
TABLES = ("interfaces", "routes", "identity", "originations")
WITH_NEIGHBOURS = (*TABLES, "neighbours")
SNAPSHOT = ("routes", "identity", "neighbours")
SNAPSHOT_AGAIN = ("routes", "neighbours")


def _answers(reader: Reader, commands: Iterable[str]) -> dict[str, str]:
    unique = tuple(dict.fromkeys(commands))
    return dict(zip(unique, reader.show(unique), strict=True))


def read_observed(reader: Reader, platform: Platform) -> Observed:
    """Read one device's configuration and interfaces, in one exchange."""
    state = (e.command for e in platform.evidence if e.kind in STATE)
    return observed_from(reader.name, platform, _answers(reader, (platform.configuration.command, *state)))


def evidence_reader(
    known: Observed, interest: Interest, kinds: Iterable[str]
) -> Callable[[Reader, Platform], DeviceEvidence]:
    """Return the work that reads one device anew, with the tables of the protocols that it is known to run.

    Its configuration is read again where its interfaces are asked for; else it is taken to be what is known.
    """
    kinds = tuple(kinds)
    anew = not {*STATE}.isdisjoint(kinds)

    def read(reader: Reader, platform: Platform) -> DeviceEvidence:
        tables = (e.command for e in asked_of(platform, known.routing, kinds))
        answers = _answers(reader, (platform.configuration.command, *tables) if anew else tables)
        with _reading:
            observed = observed_from(reader.name, platform, answers) if anew else known
            return read_evidence(observed, platform, answers, interest)

    return read


def pinger(requests: tuple[PingRequest, ...]) -> Callable[[Reader, Platform], tuple[Ping, ...]]:
    """Return the work that runs a device's pings."""
    return lambda reader, _: reader.ping(requests)


def observe_devices(network: Network, devices: Iterable[str]) -> dict[str, Outcome[Observed]]:
    """Observe a list of devices."""
    return network.on("observe", devices, read_observed)


def gather(
    network: Network, known: Mapping[str, Observed], interest: Interest, kinds: Iterable[str], stage: str = "read"
) -> dict[str, DeviceEvidence]:
    """Read the tables of the devices that are known; one that does not answer yields evidence of its error."""
    work = {device: evidence_reader(observed, interest, kinds) for device, observed in known.items()}
    return {name: _evidence(outcome, known[name]) for name, outcome in network.each(stage, work).items()}


def _evidence(outcome: Outcome[DeviceEvidence], known: Observed) -> DeviceEvidence:
    if outcome.value is not None:
        return outcome.value
    # Under which names it originates is what others' tables are read by, and no less known for its silence now.
    named = Observed(
        known.device, known.platform, routing=Routing(known.routing.processes, router_id=known.routing.router_id)
    )
    return replace(silent(outcome.device, known.platform, outcome.error), observed=named)


def silent(device: str, platform: str, error: LoopwrightError | None) -> DeviceEvidence:
    """The evidence of a device that did not answer."""
    return DeviceEvidence(device, Observed(device, platform), error=str(error).removeprefix(f"{device}: "))


def run_pings(
    network: Network, requests: Mapping[str, tuple[PingRequest, ...]], stage: str = "ping"
) -> dict[str, tuple[Ping, ...]]:
    """Run every device's pings; a device that does not answer pings nothing."""
    outcomes = network.each(stage, {device: pinger(wanted) for device, wanted in requests.items() if wanted})
    return {
        device: outcome.value if outcome.value is not None else _unanswered(requests[device], outcome.error)
        for device, outcome in outcomes.items()
    }


def _unanswered(requests: tuple[PingRequest, ...], error: LoopwrightError | None) -> tuple[Ping, ...]:
    return tuple(Ping(request, 0, error=str(error)) for request in requests)
