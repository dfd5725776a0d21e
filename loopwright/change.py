"""A change: one loopback before and after, and the lines between."""

from dataclasses import dataclass

from loopwright.difference import Difference
from loopwright.meaning import as_written
from loopwright.models import Loopback, Observed, PathLine
from loopwright.platform import Platform
from loopwright.render import render


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the user said may be done beyond the rules."""

    foreign_lines: bool = False
    foreign_addresses: bool = False
    referenced: bool = False
    lockout: bool = False

    def also(self, other: "Allowed") -> "Allowed":
        """What either allows."""
        return Allowed(*(getattr(self, name) or getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Change:
    """One loopback before and after; None is "not there"."""

    before: Loopback | None
    after: Loopback | None
    reasons: tuple[str, ...]

    @property
    def number(self) -> int:
        """The loopback's number."""
        return self._side.number

    @property
    def interface(self) -> str:
        """The loopback's interface on the device."""
        return self._side.interface

    @property
    def _side(self) -> Loopback:
        side = self.after or self.before
        if side is None:
            raise ValueError("a change has a side")
        return side


def differences(change: Change, observed: Observed, platform: Platform) -> tuple[Difference, Difference]:
    """The way of one change and its inverse, in the device's own text where it has one."""
    before = render(change.before, observed.routing, platform)
    after = render(change.after, observed.routing, platform)
    written = as_written(before, observed.lines, platform)
    has, wants = ([written.get(line, line) for line in side] for side in (before, after))
    ours = {*has, *wants}
    others = [line for line in observed.lines if line not in ours]
    # A loopback that goes takes with it what others wrote on it: that was allowed, or the change is refused.
    own = platform.configuration.interface_of
    kept = [li for li in others if change.after is not None or own(li) != change.interface]
    return Difference(has, wants, platform, kept), Difference(wants, has, platform, others)


def foreign_on(interface: str, observed: Observed, platform: Platform) -> tuple[PathLine, ...]:
    """The lines of others in an interface's stanza."""
    return tuple(line for line in observed.foreign if platform.configuration.interface_of(line) == interface)


def foreign_lines(change: Change, observed: Observed, platform: Platform) -> tuple[PathLine, ...]:
    """The lines of others that go with a change: in the stanza of a loopback that goes or is rebuilt."""
    if change.before is None:
        return ()
    there, _ = differences(change, observed, platform)
    moves = change.after is not None and change.before.vrf != change.after.vrf and _drops(platform)
    words = platform.configuration
    return tuple(
        line
        for line in observed.foreign
        if any(words.under(line, whole) for whole in there.rebuilt)
        or ((change.after is None or moves) and words.interface_of(line) == change.before.interface)
    )


def _drops(platform: Platform) -> bool:
    return any(row.drops for _, row in platform.configuration.rows)
