"""The router-id of every process, now and after a restart, as each system chooses it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, ip_address

from loopwright.addresses import bare
from loopwright.finding import Finding
from loopwright.losses import afterwards
from loopwright.models import DEFAULT_VRF, Intent, Loopback, Observed, Process
from loopwright.plan import DevicePlan
from loopwright.platform import Platform
from loopwright.reference_words import RouterIdChoice
from loopwright.rules_live import SYSTEM_ID, RouterId

Addresses = Sequence[str]
IPV4 = 4


def _highest(addresses: Addresses) -> str | None:
    return max(addresses, key=lambda address: int(IPv4Address(address)), default=None)


def _lowest(addresses: Addresses) -> str | None:
    return min(addresses, key=lambda address: int(IPv4Address(address)), default=None)


def _first(addresses: Addresses) -> str | None:
    return next(iter(addresses), None)


_TAKE: Mapping[str, Callable[[Addresses], str | None]] = {"highest": _highest, "lowest": _lowest, "first": _first}


def predicted(observed: Observed, platform: Platform, loopbacks: Iterable[Loopback]) -> tuple[RouterId, ...]:
    """The router-id that every process has after a restart with these loopbacks; a configured one wins."""
    there = tuple(sorted(loopbacks, key=lambda lo: lo.number))
    return tuple(
        _predicted(process, observed, platform, there)
        for process in observed.routing.processes
        if process.protocol not in SYSTEM_ID
    )


def _predicted(process: Process, observed: Observed, platform: Platform, loopbacks: Sequence[Loopback]) -> RouterId:
    own = observed.routing.router_id if process.vrf == DEFAULT_VRF else None
    explicit = process.router_id or own
    choices = () if _inherits(process, observed) else platform.router_id.of(process.protocol)
    chosen = (_chosen(choice, process.vrf, observed, loopbacks) for choice in choices)
    after = explicit or next((address for address in chosen if address is not None), None)
    return RouterId(process.protocol, process.name, process.vrf, explicit is not None, after)


def _inherits(process: Process, observed: Observed) -> bool:
    """Whether a process of a VRF may take the id that is configured for the one that it is a part of."""
    return process.vrf != DEFAULT_VRF and any(
        other.router_id is not None
        for other in observed.routing.running(process.protocol)
        if other.name == process.name
    )


def _chosen(choice: RouterIdChoice, vrf: str, observed: Observed, loopbacks: Iterable[Loopback]) -> str | None:
    up = [lo for lo in loopbacks if lo.vrf == vrf and lo.enabled]
    own = [bare(each) for lo in up if re.fullmatch(choice.named or ".*", lo.interface) for each in lo.ipv4]
    shut = {interface.name for interface in observed.interfaces if not interface.enabled}
    links = (link for link in observed.routing.links if link.vrf == vrf and link.interface not in shut)
    found = own if choice.of == "loopbacks" else [*(bare(link.address) for link in links), *own]
    return _TAKE[choice.take]([each for each in found if _may_be_taken(each, choice)])


def _may_be_taken(address: str, choice: RouterIdChoice) -> bool:
    known = ip_address(address)
    return known.version == IPV4 and not known.is_loopback and (choice.link_local or not known.is_link_local)


def router_id_findings(
    plan: DevicePlan, intent: Intent | None, observed: Observed, platform: Platform, running: Mapping[str, str]
) -> Iterator[Finding]:
    """A router-id that a restart would change, and one that runs and that the configuration no longer explains.

    `running` holds the ids that the device's protocols run with now, by protocol; empty where nobody asked.
    """
    if not plan.changes and not running:
        return
    now = predicted(observed, platform, observed.loopbacks)
    then = predicted(observed, platform, afterwards(observed, plan.changes))
    known = _known(observed, now)
    for was, will in zip(now, then, strict=True):
        live = _live(was, now, running)
        runs = live or was.after_restart
        if live is not None and live not in known:
            expected = f"a router-id that is configured, or an address of the device; {live} is neither"
            actual = f"it runs with {live}; a restart gives it {_told(will)}"
        elif runs is not None and runs != will.after_restart and (will.after_restart or not will.explicit):
            expected = f"the router-id {runs} to stay over a restart"
            actual = f"with this plan a restart gives it {_told(will)}; configure the router-id to keep it"
        else:
            continue
        where = f"{was.protocol}{f' {was.process}' if was.process else ''}, VRF {was.vrf}"
        mark = intent.mark if intent is not None else None
        yield Finding("router-id-after-restart", plan.device, where, expected, actual, "warning", mark)


def _told(router_id: RouterId) -> str:
    if router_id.after_restart is None:
        return "none that could be told"
    return f"{router_id.after_restart}{', which is configured' if router_id.explicit else ''}"


def _live(router_id: RouterId, all_ids: Iterable[RouterId], running: Mapping[str, str]) -> str | None:
    """The id that a process of the default VRF runs with, None where it may be that of another process."""
    live = running.get(router_id.protocol)
    if live in (None, "0.0.0.0") or router_id.vrf != DEFAULT_VRF:  # noqa: S104 - no address to listen on: no id yet
        return None
    alike = [each for each in all_ids if each.protocol == router_id.protocol and each.vrf == DEFAULT_VRF]
    return live if len(alike) == 1 or router_id.after_restart == live else None


def _known(observed: Observed, ids: Iterable[RouterId]) -> frozenset[str]:
    """Every address of a device, and every router-id that its configuration names."""
    addresses = (
        *(address for lo in observed.loopbacks for address in lo.ipv4),
        *(link.address for link in observed.routing.links),
        *(address for interface in observed.interfaces for address in interface.addresses),
    )
    explicit = (each.after_restart for each in ids if each.explicit and each.after_restart)
    return frozenset((*map(bare, addresses), *explicit))
