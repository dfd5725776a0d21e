"""The order in which groups are inherited from: Nornir's own, depth first, each group once."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from loopwright.kinds import Fault, Faults, nearest
from loopwright.models import Mark


class Member(Protocol):
    """What can belong to groups."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that it names, nearest first."""
        ...

    @property
    def mark(self) -> Mark | None:
        """Where it is written."""
        ...


def inherited_groups(named: tuple[str, ...], groups: Mapping[str, Member]) -> tuple[str, ...]:
    """Return the groups inherited from, nearest first: each named group followed by what it inherits from."""
    order: dict[str, None] = {}
    waiting = list(reversed(named))
    while waiting:
        name = waiting.pop()
        if name not in order:
            order[name] = None
            waiting.extend(reversed(groups[name].groups))
    return tuple(order)


def check_groups(hosts: Mapping[str, Member], groups: Mapping[str, Member], faults: Faults) -> None:
    """Report groups that do not exist, and groups that inherit from themselves."""
    known = tuple(groups)
    for member in (*groups.values(), *hosts.values()):
        for name in member.groups:
            if name not in groups:
                hint = nearest(name, known) or (
                    f"; there is {', '.join(known[:8])}" if known else "; there is no group"
                )
                faults.append(Fault(member.mark, member.name, f"the group {name!r} does not exist{hint}"))
    for cycle in _cycles(groups):
        chain = " -> ".join(cycle)
        faults.append(Fault(groups[cycle[0]].mark, f"group {cycle[0]}", f"the group inherits from itself: {chain}"))


def _cycles(groups: Mapping[str, Member]) -> Iterator[tuple[str, ...]]:
    """Find each cycle once, at the group of it that is met first."""
    finished: set[str] = set()
    for start in groups:
        path: list[str] = []
        waiting = [(start, 0)]
        while waiting:
            name, depth = waiting.pop()
            del path[depth:]
            if name in path:
                yield (*path[path.index(name) :], name)
            elif name in groups and name not in finished:
                path.append(name)
                waiting.extend((parent, depth + 1) for parent in reversed(groups[name].groups))
        finished.update(_reached(start, groups))


def _reached(start: str, groups: Mapping[str, Member]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in groups and name not in reached:
            reached.add(name)
            waiting.extend(groups[name].groups)
    return reached
