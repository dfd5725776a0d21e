"""A topology laid out for a drawing: the same document gives the same drawing, and no box lies on another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loopwright.report_ladder import Row, worst
from loopwright.report_layout import GAP, Box, Label, laid_out

MANY = 60
"""Devices beyond which only those that change or break are drawn, with their neighbours."""
SHARED = 12
"""Members beyond which a network that they share is not drawn: it joins everything with everything."""
ADDRESSES = 4
"""Addresses of a device that are drawn; further ones are counted."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes, the lines between them by their names and with their words, and what was left out."""

    boxes: tuple[Box, ...]
    lines: tuple[tuple[Box, Box, str], ...]
    width: float
    height: float
    devices: int
    drawn: int
    networks_left_out: int


def drawing(topology: Mapping[str, Any], rows: Sequence[Row], changed: frozenset[str]) -> Drawing:
    """Lay a topology out, with the rungs that break marked."""
    proved: dict[str, list[Row]] = {}
    for row in rows:
        proved.setdefault(row.device, []).append(row)
    wrong = {row.device for row in rows if row.broken}
    networks = [network for network in topology.get("networks", ()) if len(network["members"]) <= SHARED]
    words = _words(topology, networks)
    names = _drawn([device["name"] for device in topology["devices"]], words, wrong, changed)
    boxes = {d["name"]: _box(d, proved.get(d["name"], ()), changed) for d in topology["devices"] if d["name"] in names}
    shared = {_network_name(n): Box(n["subnet"], (), shared=True) for n in networks}
    words = {pair: text for pair, text in words.items() if all(end in boxes or end in shared for end in pair)}
    boxes |= {name: box for name, box in shared.items() if sum(name in pair for pair in words) > 1}
    words = {pair: text for pair, text in words.items() if all(end in boxes for end in pair)}
    placed = laid_out(boxes, tuple(words))
    return Drawing(
        tuple(placed.values()),
        tuple((placed[a], placed[b], "; ".join(text)) for (a, b), text in words.items()),
        round(max((box.left + box.width for box in placed.values()), default=0) + GAP, 1),
        round(max((box.top + box.height for box in placed.values()), default=0) + GAP, 1),
        len(topology["devices"]),
        len(names),
        len(topology.get("networks", ())) - len(networks),
    )


def _network_name(network: Mapping[str, Any]) -> str:
    return f"{network['vrf']} {network['subnet']}"


def _words(topology: Mapping[str, Any], networks: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[str]]:
    """What joins two boxes, in words; IPv4 and IPv6 of the same two devices are one line."""
    words: dict[tuple[str, str], list[str]] = {}
    for link in topology["links"]:
        (a, one), (b, other) = sorted(((link["a"], link["a_interface"]), (link["b"], link["b_interface"])))
        vrf = "" if link["vrf"] == "default" else f" in VRF {link['vrf']}"
        words.setdefault((a, b), []).append(f"{a} {one} – {b} {other}: {link['subnet']}{vrf}")  # noqa: RUF001 - a dash
    for network in networks:
        for member in network["members"]:
            key = (member["device"], _network_name(network))
            words.setdefault(key, []).append(f"{member['device']} {member['interface']}: {network['subnet']}")
    return words


def _drawn(
    names: Sequence[str], words: Iterable[tuple[str, str]], wrong: set[str], changed: frozenset[str]
) -> frozenset[str]:
    """The devices to draw: all, or of many those that break, those that change, and the neighbours of both."""
    if len(names) <= MANY:
        return frozenset(names)
    place = {name: number for number, name in enumerate(names)}
    beside = {end for pair in words for end in pair if set(pair) & (wrong | changed)}
    by_weight = sorted(
        (name for name in names if name in beside | wrong | changed),
        key=lambda name: (name not in wrong, name not in changed, place[name]),
    )
    return frozenset(by_weight[:MANY])


def _box(device: Mapping[str, Any], rows: Sequence[Row], changed: frozenset[str]) -> Box:
    """A device with its addresses, those that break first."""
    proved = {row.address: row for row in rows}
    labels = [_label(a, proved.get(a)) for a in dict.fromkeys((*device["loopbacks"], *proved))]
    labels.sort(key=lambda label: label.state in (None, "pass"))
    if len(labels) > ADDRESSES:
        labels = [*labels[:ADDRESSES], Label(f"and {len(labels) - ADDRESSES} more")]
    if not device["answered"]:
        labels.append(Label("no answer", "error"))
    state = worst(row.state for row in rows) if rows else None
    return Box(device["name"], tuple(labels), state, device["name"] in changed, device["answered"])


def _label(address: str, row: Row | None) -> Label:
    if row is None:
        return Label(_short(address))
    broken = f"  rung {int(row.broken.rung)}" if row.broken else ""
    return Label(f"{_short(address)}{broken}", row.state)


def _short(address: str) -> str:
    """An address without the length that every host route has."""
    return address.removesuffix("/128" if ":" in address else "/32")
