"""Just before writing: refuse an address that is already known, or answers, somewhere else."""

from collections.abc import Iterable

from loopwright.addresses import bare
from loopwright.addresses import network as prefix_of
from loopwright.device import PingRequest
from loopwright.evidence import Interest
from loopwright.models import family_of
from loopwright.picture import Picture
from loopwright.plan import Plan
from playbooks.look import Seen
from tasks.gather import ROUTES, gather, run_pings
from tasks.network import Network
from tasks.workspace import Workspace

ASKED = 3
"""How many devices ping a new address before it is given."""


def new_addresses(plan: Plan, names: Iterable[str] | None = None) -> dict[str, tuple[str, str, str | None]]:
    """The addresses that a plan gives: the device, the VRF, and the device that gives it up in the same plan.

    `names` are the devices to look at, all of the plan where there are none.
    """
    here = None if names is None else set(names)
    given: dict[str, tuple[str, str, str | None]] = {}
    leaving = {
        address: device.device
        for device in plan.changing
        for change in device.changes
        if change.before is not None
        for address in change.before.addresses
    }
    for device in (p for p in plan.changing if here is None or p.device in here):
        for change in device.changes:
            before = change.before.addresses if change.before is not None else ()
            for address in change.after.addresses if change.after is not None else ():
                if address not in before:
                    vrf = change.after.vrf if change.after is not None else ""
                    given[address] = (device.device, vrf, leaving.get(address))
    return given


def known_elsewhere(
    workspace: Workspace,
    network: Network,
    seen: Seen,
    plan: Plan,
    names: Iterable[str] | None = None,
    settled: Iterable[str] = (),
    picture: Picture | None = None,
) -> dict[str, str]:
    """Return, per device, why its new address is refused: somebody has it, routes to exactly it, or answers for it.

    `names` are the devices to be written to now, all of the plan where there are none; what another device gives up
    in the plan is free where that is one of them, or one of the `settled`. A `picture` that holds the routes to what
    is asked about saves reading them.
    """
    names = [p.device for p in plan.changing] if names is None else list(names)
    givers = {None, *names, *settled}
    every = new_addresses(plan, names)
    given = {a: g for a, g in every.items() if g[2] is None or g[2] not in givers}
    anycast = {a for i in workspace.intents for w in i.loopbacks if w.anycast for a in w.addresses}
    if not given:
        return {}
    interest = Interest({prefix_of(a) for a in given} | {bare(a) for a in given})
    if picture is None:
        picture = Picture(gather(network, seen.observed, interest, ROUTES, "look up new addresses"), network.platforms)
    found: dict[str, str] = {}
    for address, (device, vrf, _) in given.items():
        if address in anycast:
            continue
        others = [o for o in picture.owners.get((vrf, bare(address)), ()) if o != device]
        routed = [name for name in seen.observed if name != device and _routes(picture, name, address, vrf)]
        if others:
            found[device] = f"{bare(address)} is already on {', '.join(others)}"
        elif routed:
            found[device] = f"{prefix_of(address)} is already known: {', '.join(routed)} has a route to it"
    found.update(
        _answering(network, picture, {a: g for a, g in given.items() if a not in anycast and g[0] not in found})
    )
    return found


def _routes(picture: Picture, device: str, address: str, vrf: str) -> bool:
    found = picture.answered(device)
    return found is not None and found.route(prefix_of(address), vrf) is not None


def _answering(network: Network, picture: Picture, given: dict[str, tuple[str, str, str | None]]) -> dict[str, str]:
    """Ping the new addresses that some wider route leads to; anything that answers has the address."""
    asked: dict[str, dict[PingRequest, str]] = {}
    for address, (device, vrf, _) in given.items():
        askers = [n for n in picture.evidence if n != device and picture.covering(n, prefix_of(address), vrf)]
        for name in askers[:ASKED]:
            source = next(
                (
                    bare(li.address)
                    for li in picture.links(name)
                    if li.vrf == vrf and family_of(li.address) == family_of(address)
                ),
                None,
            )
            if source is not None:
                asked.setdefault(name, {})[PingRequest(source, bare(address), vrf, count=2)] = device
    results = run_pings(network, {name: tuple(requests) for name, requests in asked.items()}, "ping new addresses")
    return {
        asked[name][ping.request]: f"{ping.request.destination} already answers a ping from {name}"
        for name, pings in results.items()
        for ping in pings
        if ping.received
    }
