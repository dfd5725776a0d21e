"""Networks of any size for emulated devices: OSPF areas of few devices each around a backbone.

Every border sums up what it carries between areas, so that databases stay small however many devices there are.
Loopbacks are from 10.128.0.0/9 and 2001:db8:1000::/36, links from 100.64.0.0/10 and 2001:db8:f000::/36.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from math import ceil, isqrt
from types import MappingProxyType
from typing import Literal

from lab.emulated.views import Link, Node
from lab.errors import LabError

Shape = Literal["ring", "grid", "chain", "tree"]

LARGEST = 5000
AREA = 50
FAN_OUT = 4
LOOPBACKS = 20
SMALLEST_RING = 3
POOL4, POOL6 = IPv4Address("10.128.0.0"), IPv6Address("2001:db8:1000::")
LINKS4, LINKS6 = IPv4Address("100.64.0.0"), IPv6Address("2001:db8:f000::")


def area_name(number: int) -> str:
    """Return the dotted quad of an area."""
    return str(IPv4Address(number))


@dataclass(frozen=True)
class Sized:
    """A network of nodes, and which loopback addresses each is to have."""

    nodes: tuple[Node, ...]
    places: Mapping[str, tuple[int, int]]
    """Where a device is at home: the number of its area, and its place in it from 0."""

    def area(self, name: str) -> str:
        """Return the area that a device's loopbacks are in."""
        return area_name(self.places[name][0])

    def loopback(self, name: str, number: int = 0) -> tuple[str, str]:
        """Return the addresses of a loopback, number 0 being the router-id. Raises LabError beyond the pool."""
        if not 0 <= number < LOOPBACKS:
            raise LabError(f"a device of a sized network has loopbacks 0 to {LOOPBACKS - 1}")
        return _loopback(*self.places[name], number)

    def summaries(self, name: str) -> tuple[str, str]:
        """Return the prefixes that other areas see in place of a device's loopbacks."""
        return _pools(self.places[name][0])

    @cached_property
    def areas(self) -> tuple[str, ...]:
        """Return the areas, the backbone first."""
        return tuple(area_name(number) for number in sorted({area for area, _ in self.places.values()}))


def _loopback(area: int, place: int, number: int) -> tuple[str, str]:
    """Return the addresses of one loopback."""
    ipv4 = POOL4 + (area << 10) + number * AREA + place + 1
    ipv6 = POOL6 + (area << 80) + (number << 16) + place + 1
    return f"{ipv4}/32", f"{ipv6}/128"


def _pools(area: int) -> tuple[str, str]:
    """Return the prefixes that the loopbacks of an area are in."""
    return f"{POOL4 + (area << 10)}/22", f"{POOL6 + (area << 80)}/48"


def _link_pools(area: int) -> tuple[str, str]:
    """Return the prefixes that the links of an area are in."""
    return f"{LINKS4 + (area << 8)}/24", f"{LINKS6 + (area << 80)}/48"


def pairs(shape: Shape, count: int) -> Iterator[tuple[int, int]]:
    """Yield who is joined to whom in a shape of so many devices, counted from 0."""
    width = isqrt(count)
    for number in range(1, count):
        if shape == "grid":
            if number % width:
                yield number - 1, number
            if number >= width:
                yield number - width, number
        else:
            yield ((number - 1) // FAN_OUT if shape == "tree" else number - 1), number
    if shape == "ring" and count >= SMALLEST_RING:
        yield 0, count - 1


def sized(count: int, shape: Shape = "tree", *, ospf3: bool = True) -> Sized:
    """Return a network of so many devices. Raises LabError for a size that it cannot have."""
    if not 1 <= count <= LARGEST:
        raise LabError(f"an emulated network has 1 to {LARGEST} devices")
    members = _members(count)
    places = {f"r{device}": (0, place) for place, device in enumerate(members[0])}
    for area, devices in members.items():
        # The first device of an area is its border, at home in the backbone.
        places.update({f"r{device}": (area, place) for place, device in enumerate(devices) if area and place})
    links: dict[str, list[Link]] = {name: [] for name in places}
    for area, devices in members.items():
        for number, (one, other) in enumerate(pairs(shape, len(devices))):
            _join(links, area, number, f"r{devices[one]}", f"r{devices[other]}")
    ranges = _ranges(members)
    nodes = tuple(
        Node(
            name,
            _loopback(*place, 0)[0].removesuffix("/32"),
            tuple(links[name]),
            ospf=True,
            ospf3=ospf3,
            ospf_ranges=ranges.get(name, ()),
        )
        for name, place in places.items()
    )
    return Sized(nodes, MappingProxyType(places))


def _members(count: int) -> dict[int, list[int]]:
    """Return the devices of each area by number, those of an area behind a border begin with it."""
    if count <= AREA:
        return {0: list(range(1, count + 1))}
    core = min(AREA, ceil(count / AREA))
    areas = ceil((count - core) / (AREA - 1))
    members = {0: list(range(1, core + 1))}
    members.update({area: [(area - 1) % core + 1] for area in range(1, areas + 1)})
    for device in range(core + 1, count + 1):
        members[(device - core - 1) * areas // (count - core) + 1].append(device)
    return members


def _ranges(members: Mapping[int, list[int]]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return what each border sums up."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for area, devices in members.items():
        border = f"r{devices[0]}"
        for of in (0, area) if area else ():
            new = tuple((area_name(of), prefix) for prefix in (*_pools(of), *_link_pools(of)))
            found[border] = tuple(dict.fromkeys((*found.get(border, ()), *new)))
    return found


def _join(links: dict[str, list[Link]], area: int, number: int, one: str, other: str) -> None:
    """Lay a link between two devices."""
    ipv4 = LINKS4 + (area << 8) + 2 * number
    ipv6 = LINKS6 + (area << 80) + (number << 64) + 10
    ends = [(f"{ipv4 + end}/31", f"{ipv6 + end}/127") for end in (0, 1)]
    for name, peer, near, far in ((one, other, ends[0], ends[1]), (other, one, ends[1], ends[0])):
        links[name].append(Link(len(links[name]) + 1, *near, peer, *far, area=area_name(area)))
