"""What a change of loopbacks can harm, as the devices told it at one time: neighbours, router-ids, routes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loopwright.addresses import bare, host
from loopwright.errors import UsageError
from loopwright.evidence import DeviceEvidence, Neighbour
from loopwright.models import DEFAULT_VRF, Intent, Observed
from loopwright.picture import Picture, discards

Known = tuple[str, str]
"""The VRF and the host route of a loopback's address."""
UpNeighbour = tuple[str, str, str]
"""The protocol, the name that it gives its neighbour, and the interface, "" where it tells none."""

_TOLD = ("routes", "neighbours")
_APART = " in "


@dataclass(frozen=True, slots=True)
class DeviceSnapshot:
    """How one device stands: neighbours that are up, router-ids, known loopbacks that it has and reaches, routes.

    `told` holds the tables (kind, protocol) that it answered: nothing where it did not answer, and what is missing of a
    table that was not told is not lost. `names` are the devices behind the names of neighbours, where they are known.
    """

    neighbours: frozenset[UpNeighbour] = frozenset()
    router_ids: Mapping[str, str] = field(default_factory=dict)
    reached: frozenset[Known] = frozenset()
    own: frozenset[Known] = frozenset()
    routes: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    told: frozenset[tuple[str, str]] = frozenset()

    @property
    def tells_routes(self) -> bool:
        """Whether the device told its routing table."""
        return ("routes", "") in self.told

    def tells_neighbours(self, protocol: str) -> bool:
        """Whether the device told its neighbours of a protocol."""
        return ("neighbours", protocol) in self.told


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How every device that was asked stood at one time."""

    devices: Mapping[str, DeviceSnapshot] = field(default_factory=dict)

    def of(self, device: str) -> DeviceSnapshot:
        """How a device stood; it told nothing where it was not asked."""
        return self.devices.get(device, DeviceSnapshot())

    @property
    def silent(self) -> tuple[str, ...]:
        """The devices of which nothing can be said."""
        return tuple(sorted(name for name, each in self.devices.items() if not each.told))


def known_loopbacks(observed: Mapping[str, Observed], intents: Iterable[Intent]) -> frozenset[Known]:
    """The loopbacks that the devices of the inventory have; not those that nobody is to have or to see any more."""
    hidden = {
        (wanted.vrf, host(address))
        for intent in intents
        for wanted in intent.loopbacks
        if wanted.absent or wanted.expect.seen_by == "none"
        for address in wanted.addresses
    }
    has = (lo for seen in observed.values() for lo in seen.loopbacks if lo.enabled)
    return frozenset((lo.vrf, host(address)) for lo in has for address in lo.addresses) - hidden


def snapshot_of(picture: Picture, loopbacks: Iterable[Known]) -> Snapshot:
    """How the devices of a picture stand towards each other and towards these loopbacks."""
    known = frozenset(loopbacks)
    own: dict[str, set[Known]] = {}
    for vrf, prefix in known:
        for device in picture.owners.get((vrf, bare(prefix)), ()):
            own.setdefault(device, set()).add((vrf, prefix))
    # Most devices of a network reach the same loopbacks: one value for all of them.
    shared: dict[frozenset[Known], frozenset[Known]] = {}
    devices = {}
    for name, found in picture.evidence.items():
        reached = frozenset((vrf, prefix) for vrf, prefix in known if _leads(found, vrf, prefix))
        devices[name] = _of_device(found, picture, shared.setdefault(reached, reached), frozenset(own.get(name, ())))
    return Snapshot(devices)


def _of_device(
    found: DeviceEvidence, picture: Picture, reached: frozenset[Known], own: frozenset[Known]
) -> DeviceSnapshot:
    if found.error:
        return DeviceSnapshot()
    up = [n for n in found.neighbours if n.up]
    names = {n.neighbour: device for n in up if (device := _behind(n, picture))}
    return DeviceSnapshot(
        neighbours=frozenset((n.protocol, n.neighbour, n.interface or "") for n in up),
        router_ids=dict(found.identities),
        reached=reached,
        own=own,
        routes=dict(found.route_counts),
        names=names,
        told=frozenset(asked for asked in found.asked if asked[0] in _TOLD),
    )


def _behind(neighbour: Neighbour, picture: Picture) -> str | None:
    """The device of the inventory that a protocol calls by this name: a router-id, a system's name, an address."""
    device = picture.identities.get((neighbour.protocol, neighbour.neighbour))
    if device is None:
        holders = picture.holders(neighbour.neighbour)
        device = holders[0] if len(holders) == 1 else None
    return device


def _leads(found: DeviceEvidence, vrf: str, prefix: str) -> bool:
    """Whether a route in use leads to a loopback: its own, or that of a summary.

    A default route leads everywhere, to what is there as well as to what is gone: it says nothing of a loopback.
    """
    route = found.route(prefix, vrf) or next(found.routes_to(prefix, vrf), None)
    return route is not None and not route.prefix.endswith("/0") and not discards(route)


def as_document(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as JSON holds it: the devices, and the lists of reached loopbacks that many of them share."""
    reached = list(dict.fromkeys(each.reached for each in snapshot.devices.values()))
    place = {known: number for number, known in enumerate(reached)}
    return {
        "reached": [_in_words(known) for known in reached],
        "devices": {name: _device_document(each, place[each.reached]) for name, each in snapshot.devices.items()},
    }


def _device_document(told: DeviceSnapshot, reached: int) -> dict[str, Any]:
    return {
        "neighbours": sorted(list(neighbour) for neighbour in told.neighbours),
        "router_ids": dict(told.router_ids),
        "routes": dict(told.routes),
        "reached": reached,
        "own": _in_words(told.own),
        "names": dict(told.names),
        "told": sorted(list(table) for table in told.told),
    }


def report_fields(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot for a report, by device: neighbours, router-ids, and how many routes and known loopbacks."""
    return {
        name: {
            "neighbours": sorted(list(neighbour) for neighbour in each.neighbours),
            "router_ids": dict(each.router_ids),
            "routes": dict(each.routes),
            "loopbacks": len(each.reached),
        }
        for name, each in snapshot.devices.items()
    }


def from_document(document: Mapping[str, Any]) -> Snapshot:
    """Read a snapshot as `as_document` wrote it; raises UsageError where it did not."""
    try:
        reached = [frozenset(map(_known, words)) for words in document["reached"]]
        return Snapshot({name: _read(told, reached) for name, told in document["devices"].items()})
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"this is no snapshot of a network: {error!r}", hint="the run's folder is damaged") from error


def _read(told: Mapping[str, Any], reached: Sequence[frozenset[Known]]) -> DeviceSnapshot:
    return DeviceSnapshot(
        neighbours=frozenset((protocol, name, interface) for protocol, name, interface in told["neighbours"]),
        router_ids=dict(told["router_ids"]),
        reached=reached[told["reached"]],
        own=frozenset(map(_known, told["own"])),
        routes=dict(told["routes"]),
        names=dict(told["names"]),
        told=frozenset((kind, protocol) for kind, protocol in told["told"]),
    )


def in_words(known: Known) -> str:
    """A loopback as people and documents name it: its prefix, and its VRF where that has a name."""
    vrf, prefix = known
    return prefix if vrf == DEFAULT_VRF else f"{prefix}{_APART}{vrf}"


def _in_words(known: Iterable[Known]) -> list[str]:
    return sorted(map(in_words, known))


def _known(words: str) -> Known:
    prefix, _, vrf = words.partition(_APART)
    return vrf or DEFAULT_VRF, prefix
