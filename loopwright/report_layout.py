"""Places boxes in a plane: what is joined stands near each other, no box lies on another, and always the same way."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from loopwright.verdict import State

GAP = 24
_CHARACTER, _LINE, _PADDING = 6.7, 16, 8
_SEEDS = range(8)
_FEW = 14
"""Boxes up to which a drawing is wider than tall; more of them fill a page."""
_WIDE = 1100
_ROUNDS = 120
_PAGE = (1.0, 0.62)
_Point = tuple[float, float]
_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Label:
    """One line in a box; `state` is None where nothing was proved of it."""

    text: str
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A device, or a network that several devices share; `x` and `y` are its middle, in the drawing's units."""

    name: str
    labels: tuple[Label, ...] = ()
    state: State | None = None
    changed: bool = False
    answered: bool = True
    shared: bool = False
    x: float = 0
    y: float = 0

    @property
    def width(self) -> float:
        """Its width: that of its longest line; each may have a sign before it."""
        longest = max(len(text) for text in (self.name, *(label.text for label in self.labels)))
        return round((longest + 2) * _CHARACTER + 2 * _PADDING, 1)

    @property
    def height(self) -> int:
        """Its height: the name and a line for each label."""
        return _LINE * (1 + len(self.labels)) + _PADDING

    @property
    def left(self) -> float:
        """Its left edge."""
        return round(self.x - self.width / 2, 1)

    @property
    def top(self) -> float:
        """Its upper edge."""
        return round(self.y - self.height / 2, 1)

    @property
    def baselines(self) -> tuple[float, ...]:
        """Where the name and each label are written."""
        return tuple(round(self.top + _LINE * (number + 1) - 1, 1) for number in range(1 + len(self.labels)))


def laid_out(boxes: Mapping[str, Box], lines: Iterable[tuple[str, str]]) -> dict[str, Box]:
    """Place the boxes: each connected part below the one before it, then in rows what is joined to nothing."""
    graph: nx.Graph[str] = nx.Graph(list(lines))
    placed: dict[str, Box] = {}
    for part in sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part))):
        names = [name for name in boxes if name in part]
        placed |= _below(placed, _clearest(graph, {name: boxes[name] for name in names}))
    alone = [name for name in boxes if name not in graph]
    return placed | _below(placed, dict(zip(alone, _rows([boxes[name] for name in alone]), strict=True)))


def _clearest(graph: "nx.Graph[str]", boxes: Mapping[str, Box]) -> dict[str, Box]:
    """The layout of a connected part in which the fewest lines run behind boxes of others, and cross each other."""
    ordered: nx.Graph[str] = nx.Graph()  # a set of names has no order, and the layout depends on it
    ordered.add_nodes_from(boxes)
    ordered.add_edges_from(sorted((min(edge), max(edge)) for edge in graph.subgraph(boxes).edges))
    layouts = (_sprung(ordered, boxes, seed) for seed in _SEEDS)
    return min(layouts, key=lambda layout: unclear(layout, ordered.edges))


def _sprung(graph: "nx.Graph[str]", boxes: Mapping[str, Box], seed: int) -> dict[str, Box]:
    """A spring layout along the page, wide enough for the boxes and with as little empty space as may be."""
    found = nx.spring_layout(graph, seed=seed, iterations=120, k=2.2 / math.sqrt(len(boxes)))
    few = len(boxes) <= _FEW
    page = _PAGE if few else _PAGE[::-1]
    points = _evened(_turned(np.array([found[name] for name in boxes]), few=few), 0.2 if few else 0.75)
    side = math.sqrt(sum((box.width + GAP) * (box.height + GAP) for box in boxes.values()))
    apart = _apart(list(boxes.values()), points * side * np.array(page))
    return {name: _at(box, point) for (name, box), point in zip(boxes.items(), apart, strict=True)}


def _turned(points: _Array, *, few: bool) -> _Array:
    """The points turned so that they reach farthest along the page: across it when they are few, else down it."""
    centred = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    turned: _Array = centred @ axes
    return turned[:, ::-1] if few else turned


def _evened(points: _Array, share: float) -> _Array:
    """The points spread evenly over a square from -1 to 1, by a share of the way: close groups get room."""
    ranks = points.argsort(axis=0).argsort(axis=0) * 2 / max(len(points) - 1, 1) - 1
    largest = np.abs(points).max(axis=0)
    evened: _Array = ranks * share + points / np.where(largest == 0, 1, largest) * (1 - share)
    return evened


def unclear(layout: Mapping[str, Box], lines: Iterable[tuple[str, str]]) -> int:
    """How hard a layout is to read: lines behind boxes that they do not lead to count three, crossings one."""
    segments = [(layout[a], layout[b]) for a, b in lines]
    behind = sum(
        1 for a, b in segments for box in layout.values() if box is not a and box is not b and _behind(box, a, b)
    )
    crossing = sum(1 for i, one in enumerate(segments) for other in segments[:i] if _cross(*one, *other))
    return 3 * behind + crossing


def _behind(box: Box, a: Box, b: Box) -> bool:
    """Whether the line between the middles of two boxes runs through another: Liang and Barsky's clipping."""
    enters, leaves = 0.0, 1.0
    sides = (
        (a.x - b.x, a.x - box.left),
        (b.x - a.x, box.left + box.width - a.x),
        (a.y - b.y, a.y - box.top),
        (b.y - a.y, box.top + box.height - a.y),
    )
    for towards, distance in sides:
        if towards == 0:
            if distance < 0:
                return False
        elif towards < 0:
            enters = max(enters, distance / towards)
        else:
            leaves = min(leaves, distance / towards)
    return enters < leaves


def _cross(a: Box, b: Box, c: Box, d: Box) -> bool:
    """Whether two lines between boxes cross; those that meet in a box do not."""
    if a is c or a is d or b is c or b is d:
        return False
    return _left(a, b, c) != _left(a, b, d) and _left(c, d, a) != _left(c, d, b)


def _left(a: Box, b: Box, point: Box) -> bool:
    return (b.x - a.x) * (point.y - a.y) > (b.y - a.y) * (point.x - a.x)


def _apart(boxes: Sequence[Box], positions: _Array) -> list[_Point]:
    """Push boxes that touch away from each other; where that does not settle, start from farther apart."""
    sizes = np.array([(box.width, box.height) for box in boxes])
    wanted = (sizes[:, None] + sizes[None]) / 2 + GAP
    scale = 1.0
    while True:
        points = positions * scale
        for _ in range(_ROUNDS):
            push = _push(wanted, points)
            if push is None:
                return [(float(x), float(y)) for x, y in points]
            points += push
        scale *= 1.1


def _push(wanted: _Array, points: _Array) -> _Array | None:
    """How far each box is pushed by those that it touches, along the shorter way; None where none touches another."""
    apart = points[:, None] - points[None]
    short = wanted - abs(apart)
    touching = (short > 1).all(axis=2) & ~np.eye(len(points), dtype=bool)
    if not touching.any():
        return None
    order = np.sign(np.subtract.outer(np.arange(len(points)), np.arange(len(points))))
    away = np.where(apart == 0, order[..., None], np.sign(apart))
    across = short[..., 0] < short[..., 1]
    shorter = np.stack((touching & across, touching & ~across), axis=2)
    pushes: _Array = (shorter * away * (short * 0.4 + 0.2)).sum(axis=1)
    return pushes


def _rows(boxes: Sequence[Box]) -> Iterator[Box]:
    """Boxes beside each other, in as many rows as it takes."""
    left, top, tallest = 0.0, 0.0, 0
    for box in boxes:
        if left and left + box.width > _WIDE:
            left, top, tallest = 0.0, top + tallest + GAP, 0
        yield _at(box, (left + box.width / 2, top + box.height / 2))
        left, tallest = left + box.width + GAP, max(tallest, box.height)


def _below(placed: Mapping[str, Box], boxes: Mapping[str, Box]) -> dict[str, Box]:
    """Boxes moved below those that have their places."""
    floor = max((box.top + box.height for box in placed.values()), default=0) + GAP
    left = min((box.left for box in boxes.values()), default=0) - GAP
    top = min((box.top for box in boxes.values()), default=0) - floor
    return {name: _at(box, (box.x - left, box.y - top)) for name, box in boxes.items()}


def _at(box: Box, point: _Point) -> Box:
    return replace(box, x=round(point[0], 1), y=round(point[1], 1))
