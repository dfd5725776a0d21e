"""Rules over routing: what a device runs, and the ids that routers are known by."""

from collections.abc import Iterator

from loopwright.attributes import PROCESS_WORD
from loopwright.facts import Facts, loopback_finding, not_checked
from loopwright.finding import Finding
from loopwright.models import DEFAULT_VRF, Intent, Routing, Wanted, WantedAdvertisement


def protocol_runs(facts: Facts) -> Iterator[Finding]:
    """A device runs what its loopbacks are advertised by, exactly one process of it or the one that is named."""
    unknown: dict[str, None] = {}
    for intent, wanted in facts.wanted():
        routing = facts.routing(intent)
        for advert in wanted.advertise:
            if routing is None:
                unknown[intent.device] = None
            elif advert.via != "existing":
                yield from _runs(facts, intent, wanted, advert, routing)
    yield from not_checked("protocol-runs", list(unknown), "`routing:` in the inventory, or the device itself")


def _runs(
    facts: Facts, intent: Intent, wanted: Wanted, advert: WantedAdvertisement, routing: Routing
) -> Iterator[Finding]:
    running = [process.name for process in routing.running(advert.protocol, wanted.vrf)]
    there = ", ".join(name or "one without a name" for name in running) or "none"
    what, word = f"advertise.{advert.protocol}", PROCESS_WORD[advert.protocol]
    if not running or (advert.process is not None and advert.process not in running):
        name = f" {advert.process}" if advert.process else ""
        expected = f"{advert.protocol}{name} running in VRF {wanted.vrf}"
        yield loopback_finding("protocol-runs", intent, wanted, what, expected, f"running: {there}")
    elif advert.process is None and len(running) > 1 and not _is_advertised(facts, intent, wanted, advert):
        expected = f"`{word}:`, since the device runs several"
        yield loopback_finding("protocol-runs", intent, wanted, what, expected, f"running: {there}; none is named")


def _is_advertised(facts: Facts, intent: Intent, wanted: Wanted, advert: WantedAdvertisement) -> bool:
    """Whether the device already advertises the loopback by the protocol, which tells the process."""
    seen = facts.observed.get(intent.device)
    loopback = seen.loopback(wanted.number) if seen else None
    return loopback is not None and bool(loopback.adverts(advert.protocol))


def areas(facts: Facts) -> Iterator[Finding]:
    """An area that is left out is the only one of the declared links."""
    for intent, wanted in facts.wanted():
        routing = intent.routing
        if routing is None or not routing.links or intent.device in facts.observed:
            continue
        for advert in wanted.advertise:
            if advert.protocol in ("ospf", "ospf3") and advert.area is None:
                used = sorted({d for link in routing.links for p, d in link.protocols if p == advert.protocol})
                if len(used) != 1:
                    expected = "`area:`, or exactly one area on the device's links"
                    actual = f"in use: {', '.join(used) or 'none'}"
                    what = f"advertise.{advert.protocol}.area"
                    yield loopback_finding("area-known", intent, wanted, what, expected, actual)


def vrfs(facts: Facts) -> Iterator[Finding]:
    """The VRF of a loopback exists on the device."""
    unknown: dict[str, None] = {}
    for intent, wanted in facts.wanted():
        if wanted.vrf == DEFAULT_VRF:
            continue
        routing = facts.routing(intent)
        if routing is None:
            unknown[intent.device] = None
        elif wanted.vrf not in routing.vrfs:
            expected = f"one of {', '.join(sorted(routing.vrfs))}"
            yield loopback_finding("vrf-exists", intent, wanted, "vrf", expected, repr(wanted.vrf))
    yield from not_checked("vrf-exists", list(unknown), "`routing:` in the inventory, or the device itself")


def router_ids(facts: Facts) -> Iterator[Finding]:
    """No two devices of a VRF have the same router-id, and none has two."""
    first: dict[tuple[str, str], tuple[Intent, str]] = {}
    for intent in facts.intents:
        for vrf, router_id, what in dict.fromkeys(_router_ids(facts, intent)):
            other, where = first.setdefault((vrf, router_id), (intent, what))
            if other.device != intent.device:
                mark = f" ({other.mark})" if other.mark else ""
                actual = f"{router_id} is also the one of {other.device}, {where}{mark}"
                expected = "a router-id that no other device has"
                yield Finding("router-id", intent.device, what, expected, actual, "error", intent.mark)
        yield from _own_router_id(facts, intent)


def _router_ids(facts: Facts, intent: Intent) -> Iterator[tuple[str, str, str]]:
    """The VRF, the router-id and where it is said, of a device."""
    for wanted in intent.loopbacks:
        if wanted.role == "router-id" and wanted.ipv4 and not wanted.absent:
            yield wanted.vrf, wanted.ipv4[0].partition("/")[0], f"loopback {wanted.number}"
    routing = facts.routing(intent)
    if routing is None:
        return
    if routing.router_id:
        yield DEFAULT_VRF, routing.router_id, "routing"
    for process in routing.processes:
        if process.router_id and process.protocol != "isis":
            yield process.vrf, process.router_id, f"routing.{process.protocol}"


def _own_router_id(facts: Facts, intent: Intent) -> Iterator[Finding]:
    """The loopback of the role is the only one of its VRF, and its address is the explicit router-id."""
    by_vrf: dict[str, Wanted] = {}
    explicit = [said for said in _router_ids(facts, intent) if said[2].startswith("routing")]
    for wanted in intent.loopbacks:
        if wanted.role != "router-id" or wanted.absent:
            continue
        other = by_vrf.setdefault(wanted.vrf, wanted)
        if other is not wanted:
            actual = f"loopback {other.number} has it too"
            yield loopback_finding("router-id", intent, wanted, "role router-id", "one such loopback", actual)
        address = wanted.ipv4[0].partition("/")[0] if wanted.ipv4 else None
        for vrf, router_id, where in explicit:
            if address and vrf == wanted.vrf and router_id != address:
                actual = f"{where} says {router_id}"
                yield loopback_finding("router-id", intent, wanted, "role router-id", f"the id {address}", actual)
