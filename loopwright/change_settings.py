"""What the inventory says about how and when changes are made: for the whole network, and for a device."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from loopwright.division import DEFAULT_DIVISION, NO_FAILURES, Division, Threshold
from loopwright.inventory import Inventory
from loopwright.merge import Inheritance
from loopwright.models import Intent
from loopwright.waves import Member
from loopwright.window import Calendar, Freeze


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """How changes are made in the whole network.

    `timer` is in seconds, 0 where it is reckoned when planning. `route_loss` is how many per cent of the routes of a
    protocol may be lost, None where a loss is only reported.
    """

    division: Division = DEFAULT_DIVISION
    max_failures: Threshold = NO_FAILURES
    timer: int = 0
    route_loss: int | None = None


def settings_of(inventory: Inventory) -> ChangeSettings:
    """Return the settings of the whole network: what defaults.yaml says in `change`, else how it is without."""
    said = inventory.defaults.said.get("change") or {}
    names = {"waves": "division"}
    return ChangeSettings(**{names.get(key, key): value for key, value in said.items() if value is not None})


def calendar_of(inventory: Inventory, device: str) -> Calendar:
    """Return when a device may be changed: the nearest windows, and every freeze up to one that is `null`."""
    inheritance = Inheritance(inventory)
    host = inventory.hosts[device]
    return Calendar(
        inheritance.said(host, "windows") or (), tuple(dict.fromkeys(_freezes(inheritance, inventory, device)))
    )


def calendar_of_all(inventory: Inventory, devices: Iterable[str]) -> Calendar:
    """Return when all of these devices may be changed."""
    calendar = Calendar()
    for one in dict.fromkeys(calendar_of(inventory, device) for device in devices):
        calendar = calendar.both(one)
    return calendar


def wave_of(inventory: Inventory, device: str) -> int | None:
    """Return the number of the wave that a device is to be changed in, None where it is said nowhere."""
    number: int | None = Inheritance(inventory).said(inventory.hosts[device], "wave")
    return number


def anycast_touched(intent: Intent, numbers: Collection[int]) -> frozenset[str]:
    """Return the anycast names of those loopbacks of a device that have these numbers."""
    return frozenset(wanted.anycast for wanted in intent.loopbacks if wanted.anycast and wanted.number in numbers)


def members_of(inventory: Inventory, division: Division, touched: Mapping[str, frozenset[str]]) -> tuple[Member, ...]:
    """Return what decides on the waves of the devices to be changed, in the order of the inventory.

    `touched` holds them, each with the anycast names that its changes touch.
    """
    inheritance = Inheritance(inventory)
    return tuple(
        Member(
            device=host.name,
            group=inheritance.said(host, "redundancy_group"),
            wave=inheritance.said(host, "wave"),
            value=_value(inheritance.attributes(host), division.by) if division.by else None,
            anycast=touched[host.name],
        )
        for host in inventory.hosts.values()
        if host.name in touched
    )


def _freezes(inheritance: Inheritance, inventory: Inventory, device: str) -> Iterable[Freeze]:
    for element in inheritance.elements(inventory.hosts[device]):
        if "freezes" not in element.said:
            continue
        if element.said["freezes"] is None:
            return
        yield from element.said["freezes"]


def _value(attributes: Mapping[Any, Any], path: str) -> str | None:
    """The value at the end of a path of keys like `site.city`, None where there is no single one."""
    found: Any = attributes
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return str(found) if isinstance(found, str | int) else None
