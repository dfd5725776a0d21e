"""Rules that need the devices: what each is, what may be done there, and what a change would do to itself."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from loopwright.addresses import bare
from loopwright.change import Change
from loopwright.errors import LoopwrightError
from loopwright.finding import Finding
from loopwright.models import DEFAULT_VRF, Intent, Loopback, Observed, Process, Wanted
from loopwright.plan import DevicePlan
from loopwright.report import reason

SYSTEM_ID = ("isis",)
"""Protocols whose id is part of what starts them; it never comes from an address."""


@dataclass(frozen=True, slots=True)
class RouterId:
    """The router-id of one process: set by configuration, or what the device would choose when it starts."""

    protocol: str
    process: str
    vrf: str
    explicit: bool
    after_restart: str | None


def unanswered(intent: Intent, error: LoopwrightError) -> Finding:
    """A device that did not answer."""
    return Finding("answers", intent.device, "session", "an answer", reason(intent.device, error), "error", intent.mark)


def identified(intent: Intent, title: str, version: str | None, answer: str) -> Iterator[Finding]:
    """The device is the platform that the inventory says."""
    if version is None:
        actual = f"it answers {answer!r}"
        yield Finding(
            "platform-is", intent.device, "platform", f"{title} ({intent.platform})", actual, "error", intent.mark
        )


def may_configure(intent: Intent, *, privileged: bool) -> Iterator[Finding]:
    """The login may configure."""
    if not privileged:
        expected, actual = "a login that may configure", "the prompt says that it may only look"
        yield Finding("may-configure", intent.device, "session", expected, actual, "error", intent.mark)


def address_known(intent: Intent, why: str) -> Finding:
    """A wanted address that somebody else has already."""
    return Finding("address-free", intent.device, "a new address", "one that nobody has yet", why, "error", intent.mark)


def management_stays(intent: Intent, plan: DevicePlan) -> Iterator[Finding]:
    """The address that the session goes to is not one that the plan changes."""
    address = intent.management_address
    for change in plan.changes:
        before = change.before
        if address is None or before is None or address not in map(bare, before.addresses):
            continue
        where = f"loopback {change.number} ({change.interface})"
        if _keeps(change, address):
            actual = f"{address} stays, and its loopback changes: {'; '.join(change.reasons)}"
            expected = "a session over an address that no change touches"
            yield Finding("management-session", intent.device, where, expected, actual, "warning", intent.mark)
        else:
            expected = f"{address}, which carries the session, to stay as it is"
            yield Finding(
                "management-session", intent.device, where, expected, "the plan takes it away", "error", intent.mark
            )


def _keeps(change: Change, address: str) -> bool:
    before, after = change.before, change.after
    return (
        before is not None
        and after is not None
        and address in map(bare, after.addresses)
        and (before.vrf, before.interface) == (after.vrf, after.interface)
        and after.enabled
    )


def router_ids(observed: Observed, plan: DevicePlan | None) -> tuple[RouterId, ...]:
    """The router-id of every process, and what it would be after a restart with the plan in place."""
    return tuple(
        _router_id(process, observed, plan)
        for process in observed.routing.processes
        if process.protocol not in SYSTEM_ID
    )


def _router_id(process: Process, observed: Observed, plan: DevicePlan | None) -> RouterId:
    own = observed.routing.router_id if process.vrf == DEFAULT_VRF else None
    explicit = process.router_id or own
    after = explicit or _chosen(process.vrf, observed, plan)
    return RouterId(process.protocol, process.name, process.vrf, explicit is not None, after)


def _chosen(vrf: str, observed: Observed, plan: DevicePlan | None) -> str | None:
    """What a device chooses by itself: its highest loopback address, else its highest interface address."""
    loopbacks = {loopback.number: loopback for loopback in observed.loopbacks}
    for change in plan.changes if plan else ():
        loopbacks.pop(change.number, None)
        if change.after is not None:
            loopbacks[change.number] = change.after
    return _highest(_usable(loopbacks.values(), vrf)) or _highest(
        link.address for link in observed.routing.links if link.vrf == vrf
    )


def _usable(loopbacks: Iterable[Loopback], vrf: str) -> Iterator[str]:
    for loopback in loopbacks:
        if loopback.vrf == vrf and loopback.enabled:
            yield from loopback.ipv4


def _highest(addresses: Iterable[str]) -> str | None:
    found = [ip_address(bare(address)) for address in addresses if ":" not in address]
    usable = [address for address in found if not address.is_loopback]
    return str(max(usable, key=int)) if usable else None


def router_ids_stay(intent: Intent, ids: Iterable[RouterId]) -> Iterator[Finding]:
    """Every process keeps its router-id over a restart, and it is the address of the loopback of that role."""
    wanted: Mapping[str, Wanted] = {w.vrf: w for w in intent.loopbacks if w.role == "router-id" and not w.absent}
    for each in ids:
        if each.explicit:
            continue  # `router-id` of the offline rules compares it with the role
        role = wanted.get(each.vrf)
        address = bare(role.ipv4[0]) if role is not None and role.ipv4 else None
        where = f"{each.protocol}{f' {each.process}' if each.process else ''}, VRF {each.vrf}"
        told = each.after_restart or "none, for want of an IPv4 address"
        actual = f"none is configured; after a restart it would be {told}"
        differs = address is not None and each.after_restart != address
        expected = f"the router-id {address}" if address else "an explicit router-id"
        mark = role.mark if role else intent.mark
        yield Finding("router-id-stays", intent.device, where, expected, actual, "error" if differs else "note", mark)
