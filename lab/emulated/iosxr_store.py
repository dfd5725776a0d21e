"""The configuration of an emulated IOS-XR: what a commit refuses, and how it and its changes are shown."""

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import AddressValueError, IPv4Address
from typing import ClassVar, Self

from lab.emulated.iosxr_facts import addresses_of, facts_of, vrf_of
from lab.emulated.iosxr_rules import GRAMMAR
from lab.emulated.rules import Grammar
from lab.emulated.store import ConfigStore, Entry, Position, natural
from lab.emulated.system import Refusal
from lab.emulated.views import Facts

COMMIT_FAILED = (
    "% Failed to commit one or more configuration items during a pseudo-atomic operation. All changes made have been"
    " reverted. Please issue 'show configuration failed [inheritance]' from this session to view the errors"
)
VRF_REFUSED = (
    "'RSI' detected the 'fatal' condition 'The interface's numbered and unnumbered IPv4/IPv6 addresses must be removed"
    " prior to changing or deleting the VRF'"
)
# The words of this one are not from a capture.
AREA_REFUSED = "'ospf' detected the 'warning' condition 'The interface is already configured in another area'"
_SEMANTIC = """\
!! SEMANTIC ERRORS: This configuration was rejected by 
!! the system due to semantic errors. The individual 
!! errors with each failed configuration command can be 
!! found below.

"""  # noqa: W291 - the system ends these lines with a blank
_AREA = re.compile(r"(?P<no>no +)?area +(?P<area>\d+(?:\.\d+){3}|\d+)$", re.IGNORECASE)


class CommitRefused(Refusal):
    """A commit that is refused; `report` is what `show configuration failed` tells afterwards."""

    def __init__(self, place: tuple[str, ...], why: str) -> None:
        super().__init__(COMMIT_FAILED, place[-1])
        nested = [" " * depth + line for depth, line in enumerate(place)]
        closed = [" " * depth + "!" for depth in range(len(place) - 2, -1, -1)]
        self.report = _SEMANTIC + "\n".join(["", *nested, f"!!% {why}", *closed, "end"])


def _number(area: str) -> int:
    """The number of an area however it is written, -1 for what is none."""
    try:
        return int(IPv4Address(area)) if "." in area else int(area)
    except AddressValueError:
        return -1


class XrStore(ConfigStore):
    """One configuration, running or a candidate."""

    grammar: ClassVar[Grammar] = GRAMMAR
    atomic: ClassVar[bool] = True

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.read(text.splitlines())

    def apply(self, lines: Sequence[str]) -> None:
        """Take lines into effect, all or none. Raises Refusal."""
        target = self.copy()
        target.read(lines)
        target.check(self)
        self.root = target.root

    def read(self, lines: Iterable[str]) -> None:
        """Take lines whose indentation says where they stand: `interface` is a line of an area too."""
        position: Position = ()
        for line in lines:
            position = self.enter(position[: len(line) - len(line.lstrip())], line)

    def enter(self, position: Position, line: str) -> Position:
        """Take one typed line; an area is the same in either way to write it. Raises Refusal."""
        found = _AREA.match(line.strip())
        for depth in range(len(position) if found else 0, 0, -1):
            here = self.at(position[:depth])
            for area in here.each("area") if here else ():
                if found and _number(area.values["area"]) == _number(found["area"]):
                    line = f"{found['no'] or ''}{area.line}"
        return super().enter(position, line)

    def check(self, before: Self) -> None:
        """Refuse what a commit refuses. Raises CommitRefused."""
        old = {entry.values["name"]: entry for entry in before.root.each("interface")}
        for entry in self.root.each("interface"):
            was = old.get(entry.values["name"])
            if was is not None and vrf_of(was) != vrf_of(entry) and addresses_of(was):
                said = entry.one("vrf")
                raise CommitRefused((entry.line, said.line if said else f"no vrf {vrf_of(was)}"), VRF_REFUSED)
        for word in ("ospf", "ospfv3"):
            for process in self.root.each(word):
                for part in (process, *process.each("vrf")):
                    _one_area_each(process, part)

    def facts(self, device: str) -> Facts:
        """Return what the configuration comes to."""
        return facts_of(self.root, device)

    def lines(self) -> Iterator[str]:
        """Yield the configuration as shown."""
        for entry in self.root.shown():
            yield from self.block(entry, 0)
            if entry.rule.closes and entry.rule.closes != "!":
                yield "!"

    def changes(self, before: Self) -> list[str]:
        """What leads from another configuration to this one, as the system shows a target configuration."""
        return list(self._changes(before.root, self.root, 0))

    def _changes(self, before: Entry, after: Entry, depth: int) -> Iterator[str]:
        indent = " " * depth
        yield from (f"{indent}no {entry.line}" for key, entry in _ordered(before) if key not in after.children)
        for key, entry in _ordered(after):
            was = before.children.get(key)
            if was is None:
                yield from self.block(entry, depth)
            elif not entry.rule.opens:
                yield from [indent + entry.line] * (was.line != entry.line)
            elif inner := list(self._changes(was, entry, depth + 1)):
                yield from (indent + entry.line, *inner, indent + entry.rule.closes)


def _ordered(under: Entry) -> list[tuple[str, Entry]]:
    """The lines under one with their keys, as the system orders them."""
    return sorted(under.children.items(), key=lambda item: (item[1].rank, natural(item[1])))


def _one_area_each(process: Entry, part: Entry) -> None:
    """An interface is in one area of a process."""
    found: dict[str, str] = {}
    for area in part.each("area"):
        for interface in area.each("interface"):
            if found.setdefault(interface.line, area.line) != area.line:
                raise CommitRefused((process.line, area.line, interface.line), AREA_REFUSED)
