"""The lines that lead from one set of configuration lines to another, as the platform takes them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from loopwright.configuration_words import FactRow
from loopwright.models import PathLine
from loopwright.platform import Platform

DROPPED = ("address", "advertised", "attribute")


def nested(lines: Iterable[PathLine]) -> Iterator[str]:
    """Write path lines as indented text, each context once for as long as it stays open."""
    opened: PathLine = ()
    for line in lines:
        contexts = line[:-1]
        shared = 0
        while shared < min(len(opened), len(contexts)) and opened[shared] == contexts[shared]:
            shared += 1
        yield from (" " * depth + contexts[depth] for depth in range(shared, len(contexts)))
        yield " " * len(contexts) + line[-1]
        opened = contexts


@dataclass(frozen=True)
class Difference:
    """What goes and what comes between two sequences of lines that are ours, in the order to write them.

    `others` are the foreign lines of the device: what holds one of them does not go as a whole unless it must.
    """

    before: Sequence[PathLine]
    after: Sequence[PathLine]
    platform: Platform
    others: Collection[PathLine] = field(default=())

    @cached_property
    def _had(self) -> frozenset[PathLine]:
        return frozenset(self.before)

    @cached_property
    def _wanted(self) -> frozenset[PathLine]:
        return frozenset(self.after)

    @cached_property
    def commits(self) -> tuple[tuple[str, ...], ...]:
        """The commands, one group per commit: two where a VRF move needs addresses gone before it."""
        gone = [line for line in reversed(self.before) if line not in self._wanted]
        held = [line for line in reversed(self.before) if self._interface(line) in self._moving]
        cleared = [line for line in held if self._fact(line) == "address"]
        if cleared and self.platform.capabilities.get("vrf_move") == "two commits":
            vrf = [line for line in gone if self._fact(line) == "vrf"]
            first = [line for line in gone if line not in vrf and line not in cleared] + cleared
            parts = (self._commands(first, ()), self._commands(vrf, self._coming))
            return tuple(part for part in parts if part)
        commands = self._commands(gone, self._coming)
        return (commands,) if commands else ()

    @cached_property
    def rebuilt(self) -> tuple[PathLine, ...]:
        """The lines under which the device keeps nothing: foreign lines under them go too."""
        gone = [line for line in self.before if line not in self._wanted]
        return tuple(line for line in gone if self._row(line).whole == "must")

    @cached_property
    def _moving(self) -> frozenset[str]:
        """The interfaces that stay and change their VRF."""
        changing = (
            self._interface(line)
            for line in (*self.before, *self.after)
            if (line in self._had) != (line in self._wanted) and self._row(line).drops
        )
        staying = {self._interface(line) for line in self.after}
        return frozenset(name for name in changing if name in staying)

    @cached_property
    def _dropped(self) -> frozenset[PathLine]:
        """The lines that stay in the configuration wanted, and that the device drops when the VRF changes."""
        both = (line for line in self.after if line in self._had)
        return frozenset(li for li in both if self._interface(li) in self._moving and self._fact(li) in DROPPED)

    @cached_property
    def _coming(self) -> tuple[PathLine, ...]:
        return tuple(line for line in self.after if line not in self._had or line in self._dropped)

    def _commands(self, gone: Sequence[PathLine], come: Sequence[PathLine]) -> tuple[str, ...]:
        words = self.platform.configuration
        slots = {self._slot(line) for line in come if self._row(line).single}
        gone = [line for line in gone if not (self._row(line).single and self._slot(line) in slots)]
        wholes = [line for line in gone if self._goes_whole(line)]
        gone = [line for line in gone if not any(words.under(line, whole) for whole in wholes)]
        gone = [line for line in gone if not self._row(line).whole or line in wholes]
        made = [line for line in come if not self._is_made_by_another(line)]
        away = [(*line[:-1], words.negated(line[-1])) for line in gone]
        return tuple(nested([*away, *((*line[:-1], words.asserted(line[-1])) for line in made)]))

    def _goes_whole(self, line: PathLine) -> bool:
        row = self._row(line)
        if row.whole == "must":
            return True
        return bool(row.whole) and not any(self.platform.configuration.under(other, line) for other in self.others)

    def _is_made_by_another(self, line: PathLine) -> bool:
        """Whether a line that holds others comes by itself, with one of those."""
        return bool(self._row(line).whole) and any(
            self.platform.configuration.under(other, line) for other in self.after
        )

    def _row(self, line: PathLine) -> FactRow:
        found = self.platform.reads(line)
        return found[0] if found is not None else FactRow("")

    def _fact(self, line: PathLine) -> str:
        return self._row(line).fact

    def _interface(self, line: PathLine) -> str:
        found = self.platform.reads(line)
        return found[1].get("interface", "") if found is not None else ""

    def _slot(self, line: PathLine) -> tuple[str, PathLine, str, str]:
        found = self.platform.reads(line)
        words = found[1] if found is not None else {}
        return self._row(line).line, line[:-1], words.get("interface", ""), words.get("area", "")
