"""Shortest paths over a graph of devices, with every first hop of equal cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

Hops = tuple[tuple[str, str], ...]
"""First hops as (address, interface) pairs, in order."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one device to a neighbour: the neighbour's address on it and the own interface."""

    to: str
    cost: int
    address: str
    interface: str


Graph = Mapping[str, tuple[Edge, ...]]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a device is, and by which first hops."""

    cost: int
    hops: Hops


def shortest(graph: Graph, root: str) -> dict[str, Reach]:
    """Return how each device that can be reached is reached from one of them; the root by no hop at cost 0."""
    costs: dict[str, int] = {root: 0}
    hops: dict[str, Hops] = {root: ()}
    done: set[str] = set()
    waiting = [(0, root)]
    while waiting:
        cost, name = heappop(waiting)
        if name in done:
            continue
        done.add(name)
        for edge in graph.get(name, ()):
            total = cost + edge.cost
            known = costs.get(edge.to)
            if edge.to in done or (known is not None and total > known):
                continue
            first = ((edge.address, edge.interface),) if name == root else hops[name]
            if known is None or total < known:
                costs[edge.to], hops[edge.to] = total, first
                heappush(waiting, (total, edge.to))
            elif first != hops[edge.to]:
                hops[edge.to] = merged(hops[edge.to], first)
    return {name: Reach(costs[name], hops[name]) for name in done}


def merged(one: Hops, other: Hops) -> Hops:
    """Join first hops of equal cost."""
    return tuple(sorted({*one, *other}))


def components(graph: Graph) -> dict[str, frozenset[str]]:
    """Return for each device all those that it hears of, itself included."""
    found: dict[str, frozenset[str]] = {}
    for start in graph:
        if start in found:
            continue
        members, waiting = {start}, [start]
        while waiting:
            for edge in graph.get(waiting.pop(), ()):
                if edge.to not in members:
                    members.add(edge.to)
                    waiting.append(edge.to)
        shared = frozenset(members)
        found.update(dict.fromkeys(members, shared))
    return found
