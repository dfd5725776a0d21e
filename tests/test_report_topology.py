"""The topology and the pings of a report: what is a link, who reached whom, and a drawing that can be read."""

import random
from itertools import combinations, pairwise

import pytest

from loopwright.device import Ping, PingRequest
from loopwright.evidence import DeviceEvidence
from loopwright.models import Link, Loopback, Observed, Routing
from loopwright.picture import Picture
from loopwright.report_layout import GAP, Box, Label, laid_out, unclear
from loopwright.report_topology import reach_document, topology_document

V4, V6 = "198.51.100.{}/{}", "2001:db8:1::{}/64"


def device(name: str, *links: Link, error: str = "", anycast: bool = False) -> DeviceEvidence:
    number = int(name[1:])
    addresses = (f"192.0.2.{number}/32", *(("192.0.2.99/32",) if anycast else ()))
    observed = Observed(name, "frr", frozenset({Loopback(0, "lo", addresses)}), Routing(links=links))
    return DeviceEvidence(name, observed, error=error)


def picture(*devices: DeviceEvidence, pings: dict[str, tuple[Ping, ...]] | None = None) -> Picture:
    return Picture({each.device: each for each in devices}, {}, pings or {})


def ends(found: Picture) -> list[tuple[str, str, str]]:
    return [(link["a"], link["b"], link["subnet"]) for link in topology_document(found, {})["links"]]


LINKED: dict[str, tuple[list[list[Link]], list[tuple[str, str, str]]]] = {
    "a subnet of two": (
        [[Link("eth1", V4.format(0, 31))], [Link("eth1", V4.format(1, 31))]],
        [("r1", "r2", "198.51.100.0/31")],
    ),
    "both families": (
        [[Link("e", V4.format(n, 30)), Link("e", V6.format(n))] for n in (1, 2)],
        [("r1", "r2", "198.51.100.0/30"), ("r1", "r2", "2001:db8:1::/64")],
    ),
    "the same subnet in two VRFs": ([[Link("eth1", V4.format(0, 31), "red")], [Link("eth1", V4.format(1, 31))]], []),
    "another subnet": ([[Link("eth1", V4.format(0, 31))], [Link("eth1", V4.format(2, 31))]], []),
    "link-local addresses": ([[Link("eth1", "fe80::1/64")], [Link("eth1", "fe80::2/64")]], []),
    "host routes": ([[Link("eth1", V4.format(7, 32))], [Link("eth1", V4.format(7, 32))]], []),
    "one device twice": ([[Link("eth1", V4.format(1, 24)), Link("eth2", V4.format(2, 24))], []], []),
}  # fmt: skip


@pytest.mark.parametrize("name", LINKED)
def test_is_a_link(name: str) -> None:
    links, expected = LINKED[name]
    assert ends(picture(*(device(f"r{number}", *own) for number, own in enumerate(links, 1)))) == expected


def test_a_subnet_of_three_is_a_network_and_no_link() -> None:
    found = topology_document(
        picture(*(device(f"r{number}", Link("eth0", V4.format(number, 24))) for number in (1, 2, 3))), {}
    )
    assert found["links"] == []
    (network,) = found["networks"]
    assert [member["device"] for member in network["members"]] == ["r1", "r2", "r3"]


def test_a_device_has_the_addresses_that_are_given_or_else_its_own_and_says_whether_it_answered() -> None:
    found = topology_document(picture(device("r1"), device("r2", error="silent")), {"r2": ["192.0.2.7/32"]})
    assert [(d["name"], d["loopbacks"], d["answered"]) for d in found["devices"]] == [
        ("r1", ["192.0.2.1/32"], True),
        ("r2", ["192.0.2.7/32"], False),
    ]


def ping(destination: str, received: int) -> Ping:
    return Ping(PingRequest("192.0.2.1", destination), received)


def test_a_ping_names_who_has_the_address() -> None:
    pings = {"r1": (ping("192.0.2.2", 3), ping("192.0.2.99", 1), ping("192.0.2.200", 0), ping("192.0.2.1", 3))}
    found = reach_document(picture(device("r1"), device("r2", anycast=True), device("r3", anycast=True), pings=pings))
    assert [(row["from"], row["to"], row["received"], row["sent"]) for row in found] == [
        ("r1", "r2", 3, 3),
        ("r1", "r2, r3", 1, 3),
        ("r1", "", 0, 3),
    ]


# Layout.


def network(count: int, seed: int) -> tuple[dict[str, Box], list[tuple[str, str]]]:
    """A random connected network whose boxes have different sizes, and two devices that nothing joins."""
    chance = random.Random(seed)
    names = [f"r{number}" for number in range(count)]
    boxes = {
        n: Box(n, tuple(Label("2001:db8:255::1" * chance.randint(0, 2)) for _ in range(chance.randint(0, 4))))
        for n in names
    }
    joined = names[:-2]
    lines = list(pairwise(joined)) + [(a, b) for a, b in combinations(joined, 2) if chance.random() < 1.5 / count]
    return boxes, list(dict.fromkeys(lines))


def overlaps(boxes: dict[str, Box]) -> list[tuple[str, str]]:
    return [
        (a.name, b.name)
        for a, b in combinations(boxes.values(), 2)
        if abs(a.x - b.x) < (a.width + b.width) / 2 and abs(a.y - b.y) < (a.height + b.height) / 2
    ]


@pytest.mark.parametrize("count", [3, 8, 30, 60])
def test_no_box_lies_on_another(count: int) -> None:
    placed = laid_out(*network(count, seed=count))
    assert len(placed) == count
    assert overlaps(placed) == []
    assert min(box.left for box in placed.values()) >= GAP - 0.2
    assert min(box.top for box in placed.values()) >= GAP - 0.2


def test_the_same_network_is_always_drawn_the_same() -> None:
    boxes, lines = network(20, seed=5)
    backwards = [(b, a) for a, b in reversed(lines)]
    assert laid_out(boxes, lines) == laid_out(boxes, backwards)


def test_nothing_has_no_drawing() -> None:
    assert laid_out({}, ()) == {}


def test_boxes_at_the_same_place_are_pushed_apart() -> None:
    pair = {"a": Box("a"), "b": Box("b")}
    assert overlaps(laid_out(pair, [("a", "b")])) == []


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ({"a": (0, 0), "b": (400, 0), "c": (200, 5), "d": (200, 300)}, 3),
        ({"a": (0, 0), "b": (400, 0), "c": (200, 150), "d": (200, 300)}, 0),
        ({"a": (0, 0), "b": (400, 0), "c": (200, -150), "d": (200, 150)}, 1),
        ({"a": (0, 0), "b": (0, 400), "c": (5, 200), "d": (200, 200)}, 3),
    ],
    ids=["behind a box", "clear", "crossing", "behind one below"],
)
def test_what_makes_a_drawing_hard_to_read(layout: dict[str, tuple[int, int]], expected: int) -> None:
    boxes = {name: Box(name, x=x, y=y) for name, (x, y) in layout.items()}
    assert unclear(boxes, [("a", "b"), ("c", "d")]) == expected
