"""Fills what the inventory leaves out from what the device has, so that nothing is guessed into a template."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from loopwright.addresses import network
from loopwright.finding import Finding
from loopwright.models import (
    Advertisement,
    Loopback,
    Observed,
    Process,
    Routing,
    Wanted,
    WantedAdvertisement,
    family_of,
)
from loopwright.observe import already_advertised, ordered
from loopwright.platform import Platform

FAMILIES_OF = {"ospf": ("ipv4",), "ospf3": ("ipv6",), "isis": ("ipv4", "ipv6"), "bgp": ("ipv4", "ipv6")}
WITH_AREA = ("ospf", "ospf3")


class Unresolved(Exception):
    """The device does not tell what the inventory leaves out; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def resolve(wanted: Wanted, observed: Observed, platform: Platform) -> Loopback:
    """Return the loopback that a device should have; raises Unresolved where neither side says all of it.

    A description that is not said and an `advertise` that is not said keep what the device has. Statements of others
    that already advertise an address are kept as they are.
    """
    if wanted.exactly is not None:
        return wanted.exactly
    current = observed.loopback(wanted.number)
    words = platform.loopbacks
    said = words.canonical(wanted.interface) if wanted.interface else None
    name = said or (current.interface if current else platform.interface_name(wanted.number))
    loopback = Loopback(
        number=wanted.number,
        interface=name,
        ipv4=ordered(wanted.ipv4, platform),
        ipv6=tuple(sorted(wanted.ipv6)),
        vrf=wanted.vrf,
        description=words.text.stored(wanted.description or "") or None,
        enabled=wanted.enabled,
    )
    if wanted.description is None and current is not None:
        loopback = replace(loopback, description=current.description)
    had = _had(loopback, current, observed, platform)
    return replace(loopback, advertise=frozenset(_advertisements(wanted, loopback, observed, had, platform)))


def _had(
    loopback: Loopback, current: Loopback | None, observed: Observed, platform: Platform
) -> dict[tuple[str, str], Advertisement]:
    """How each address is advertised now, or will be by statements of others as soon as it is there."""
    new = [a for a in loopback.addresses if current is None or a not in current.addresses]
    awaiting = already_advertised(loopback, observed, platform) if new and observed.lines else frozenset()
    mine = current.advertise if current else frozenset()
    return {(a.protocol, a.prefix): a for a in (*awaiting, *mine)}


def _advertisements(
    wanted: Wanted,
    loopback: Loopback,
    observed: Observed,
    had: Mapping[tuple[str, str], Advertisement],
    platform: Platform,
) -> Iterator[Advertisement]:
    said = set()
    for request in wanted.advertise:
        for address in loopback.addresses:
            if family_of(address) not in FAMILIES_OF[request.protocol]:
                continue
            before = had.get((request.protocol, network(address)))
            said.add((request.protocol, network(address)))
            if before is not None and _counts(before, request):
                yield before
            elif request.via != "existing":
                beside = before or _beside(request.protocol, had)
                yield _advertisement(request, wanted, address, beside, observed, platform)
    kept = {network(address) for address in loopback.addresses}
    let_go = not wanted.advertise and not wanted.advertise_said
    for key, advert in had.items():
        if key not in said and advert.prefix in kept and (advert.by != "line" or let_go):
            yield advert


def _beside(protocol: str, had: Mapping[tuple[str, str], Advertisement]) -> Advertisement | None:
    """How the protocol advertises another address of the loopback: what an interface is told holds for all of them."""
    if protocol == "bgp":
        return None
    return next((a for key, a in sorted(had.items()) if key[0] == protocol and a.by == "line"), None)


def _counts(before: Advertisement, request: WantedAdvertisement) -> bool:
    """Whether a statement of others is what is asked for; what is redistributed has no area."""
    return before.by == "redistribution" or (before.by == "covering" and request.area in (None, before.area))


def _advertisement(
    request: WantedAdvertisement,
    wanted: Wanted,
    address: str,
    before: Advertisement | None,
    observed: Observed,
    platform: Platform,
) -> Advertisement:
    process = _process(request, wanted, before, observed, platform)

    def said(attribute: str, value: Any) -> Any:
        """What a line has to say, None where the platform does so without one."""
        return None if platform.configuration.is_default(request.protocol, attribute, value) else value

    return Advertisement(
        protocol=request.protocol,
        prefix=network(address),
        process=process.name or None,
        area=_area(request, wanted, before, observed) if request.protocol in WITH_AREA else None,
        level=said("level", request.level or (before.level if before else None)),
        cost=said("cost", request.cost if request.cost is not None else (before.cost if before else None)),
        passive=_passive(request, before),
    )


def _passive(request: WantedAdvertisement, before: Advertisement | None) -> bool | None:
    """True where a line says so; not passive is the absence of the line."""
    if request.passive is not None:
        return True if request.passive else None
    return before.passive if before else None


def _process(
    request: WantedAdvertisement, wanted: Wanted, before: Advertisement | None, observed: Observed, platform: Platform
) -> Process:
    running = observed.routing.running(request.protocol, wanted.vrf)
    name = request.process or (before.process if before else None)
    if name is not None and any(p.name for p in running):
        running = tuple(p for p in running if p.name == name)
    if len(running) == 1 and not _lacks_a_list(running[0], platform):
        return running[0]
    if len(running) == 1:
        raise Unresolved(
            Finding(
                rule="export-policy",
                device=observed.device,
                where=f"loopback {wanted.number}, advertise.{request.protocol}",
                expected="one export policy with a prefix list that it accepts, for the address to go into",
                actual="none, or several",
                mark=wanted.mark,
            )
        )
    there = ", ".join(p.name or "one without a name" for p in observed.routing.running(request.protocol, wanted.vrf))
    raise Unresolved(
        Finding(
            rule="protocol-runs",
            device=observed.device,
            where=f"loopback {wanted.number}, advertise.{request.protocol}",
            expected=f"{request.protocol}{f' {name}' if name else ''} running in VRF {wanted.vrf}",
            actual=f"running: {there or 'none'}" + ("; name the one that is meant" if len(running) > 1 else ""),
            mark=wanted.mark,
        )
    )


def _lacks_a_list(process: Process, platform: Platform) -> bool:
    """Whether prefixes are announced through lists on this platform, and the device has not exactly one."""
    return process.style is None and platform.exports(process.protocol)


def areas_in_use(routing: Routing, protocol: str) -> tuple[str, ...]:
    """The areas that the device's links are in, sorted."""
    return tuple(sorted({domain for link in routing.links for name, domain in link.protocols if name == protocol}))


def _area(request: WantedAdvertisement, wanted: Wanted, before: Advertisement | None, observed: Observed) -> str:
    if request.area is not None:
        return request.area
    if before is not None and before.area is not None:
        return before.area
    areas = areas_in_use(observed.routing, request.protocol)
    if len(areas) == 1:
        return areas[0]
    raise Unresolved(
        Finding(
            rule="area-known",
            device=observed.device,
            where=f"loopback {wanted.number}, advertise.{request.protocol}.area",
            expected="an area in the inventory, or exactly one in use on the device",
            actual=f"in use: {', '.join(areas) or 'none'}",
            mark=wanted.mark,
        )
    )
