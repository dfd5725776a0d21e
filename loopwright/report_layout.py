"""Places boxes in a plane: what is joined stands near each other, no box lies on another, and always the same way."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from loopwright.verdict import State

GAP = 24
_CHARACTER, _LINE, _PADDING = 6.7, 16, 8
_SEED = 11
_FLAT = 0.62
_WIDE = 1100
_Point = tuple[float, float]


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
    graph = nx.Graph(list(lines))
    placed: dict[str, Box] = {}
    for part in sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part))):
        names = [name for name in boxes if name in part]
        positions = _apart([boxes[name] for name in names], _sprung(graph, [boxes[name] for name in names], names))
        placed |= _below(placed, {name: _at(boxes[name], p) for name, p in zip(names, positions, strict=True)})
    alone = [name for name in boxes if name not in graph]
    return placed | _below(placed, dict(zip(alone, _rows([boxes[name] for name in alone]), strict=True)))


def _sprung(graph: "nx.Graph[str]", boxes: Sequence[Box], names: Sequence[str]) -> list[_Point]:
    """A first guess, wide enough for the boxes; made of nodes in their order, since a set has none."""
    ordered: nx.Graph[str] = nx.Graph()
    ordered.add_nodes_from(names)
    ordered.add_edges_from(sorted(graph.subgraph(names).edges))
    found = nx.spring_layout(ordered, seed=_SEED, iterations=200, k=2.2 / math.sqrt(len(names)))
    side = math.sqrt(sum((box.width + GAP) * (box.height + GAP) for box in boxes))
    return [(float(found[name][0]) * side, float(found[name][1]) * side * _FLAT) for name in names]


def _apart(boxes: Sequence[Box], positions: Sequence[_Point]) -> list[_Point]:
    """Push boxes that touch away from each other; where that does not settle, start from farther apart."""
    scale = 1.0
    while True:
        points = [(x * scale, y * scale) for x, y in positions]
        if any(not _push(boxes, points) for _ in range(100)):
            return points
        scale *= 1.2


def _push(boxes: Sequence[Box], points: list[_Point]) -> bool:
    """Push every two boxes that touch apart, along the shorter way; whether any did."""
    touched = False
    for i, one in enumerate(boxes):
        for j in range(i + 1, len(boxes)):
            (x1, y1), (x2, y2), other = points[i], points[j], boxes[j]
            across = (one.width + other.width) / 2 + GAP - abs(x1 - x2)
            along = (one.height + other.height) / 2 + GAP - abs(y1 - y2)
            if across <= 0.1 or along <= 0.1:
                continue
            touched = True
            dx = math.copysign(across / 2, x1 - x2) if across < along else 0
            dy = math.copysign(along / 2, y1 - y2) if across >= along else 0
            points[i], points[j] = (x1 + dx, y1 + dy), (x2 - dx, y2 - dy)
    return touched


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
