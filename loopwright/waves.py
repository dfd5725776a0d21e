"""Which devices are changed together: the division of a run into waves."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, pairwise, repeat

from loopwright.division import Division
from loopwright.errors import Refused

Waves = tuple[tuple[str, ...], ...]
"""The devices of each wave, in the order in which the waves go."""


@dataclass(frozen=True, slots=True)
class Member:
    """A device to be changed: what decides on its wave.

    `group` is its redundancy_group, `wave` the number that the inventory gives it, `value` that of the attribute
    that the run is divided by, `anycast` the anycast names that its changes touch.
    """

    device: str
    group: str | None = None
    wave: int | None = None
    value: str | None = None
    anycast: frozenset[str] = frozenset()


Unit = tuple[Member, ...]
"""Devices that go back to back."""


def divide(members: Sequence[Member], division: Division) -> Waves:
    """Return the waves, each in the order of the members.

    A numbered wave holds exactly the devices that name its number; the others fill the numbers that are free. Never
    two of a redundancy group in one wave, and the members of an anycast address in one wave or in waves that follow
    each other. Raises Refused where what the inventory says does not allow that.
    """
    _check_pairs({member.device: member.wave for member in members if member.wave is not None}, members)
    waves = _laid_out(members, division, split=False)
    if not all(waves):
        # Only whole anycast units are left for a small wave: a part of one is better than no canary.
        waves = tuple(wave for wave in _laid_out(members, division, split=True) if wave)
    check_waves(waves, members)
    return waves


def anycast_units(members: Iterable[Member]) -> tuple[frozenset[str], ...]:
    """Return the devices that anycast addresses join, each device in one unit, in the order of their first members."""
    return tuple(frozenset(member.device for member in unit) for unit in _units(members))


def check_waves(waves: Sequence[Sequence[str]], members: Sequence[Member]) -> None:
    """Hold the waves of a plan against the inventory; raises Refused where they do not go together."""
    places: dict[str, int] = {}
    for number, device in ((number, device) for number, wave in enumerate(waves, 1) for device in wave):
        if device in places:
            where = f"in wave {number} twice" if places[device] == number else f"in waves {places[device]} and {number}"
            raise Refused(f"{device} is {where}", hint="name each device once")
        places[device] = number
    _check_names(places, members)
    _check_pairs(places, members)
    for unit in _units(members):
        _check_unit(places, unit)


def _check_names(places: Mapping[str, int], members: Iterable[Member]) -> None:
    names = dict.fromkeys(member.device for member in members)
    missing = [name for name in names if name not in places]
    if missing:
        raise Refused(f"the waves leave out {', '.join(missing)}", hint="every device that changes belongs to a wave")
    unknown = [name for name in places if name not in names]
    if unknown:
        raise Refused(f"the waves name {', '.join(unknown)}: nothing is to be changed there", hint="take them out")


def _check_pairs(places: Mapping[str, int], members: Iterable[Member]) -> None:
    seen: dict[tuple[str, int], str] = {}
    for member in members:
        if member.group is None or member.device not in places:
            continue
        number = places[member.device]
        other = seen.setdefault((member.group, number), member.device)
        if other != member.device:
            raise Refused(
                f"{other} and {member.device} of redundancy_group {member.group} are both in wave {number}",
                hint="what stands in for each other is not changed together: put one of them into another wave",
            )


def _check_unit(places: Mapping[str, int], unit: Unit) -> None:
    by_wave = {places[member.device]: member for member in unit}
    for before, after in pairwise(sorted(by_wave)):
        if after > before + 1:
            names = ", ".join(sorted(frozenset().union(*(member.anycast for member in unit))))
            raise Refused(
                f"the members of anycast {names} do not go back to back: {by_wave[before].device} is in wave {before},"
                f" {by_wave[after].device} in wave {after}",
                hint="put them into one wave, or into waves that follow each other",
            )


def _units(members: Iterable[Member]) -> tuple[Unit, ...]:
    """Join what shares an anycast name, also through others."""
    units: dict[int, list[Member]] = {}
    unit_of: dict[str, int] = {}
    for index, member in enumerate(members):
        joined = sorted({unit_of[name] for name in member.anycast if name in unit_of})
        first = joined[0] if joined else index
        units.setdefault(first, []).append(member)
        for other in joined[1:]:
            units[first] += units.pop(other)
            unit_of.update({name: first for name, unit in unit_of.items() if unit == other})
        unit_of.update(dict.fromkeys(member.anycast, first))
    return tuple(tuple(unit) for unit in units.values())


def _laid_out(members: Sequence[Member], division: Division, *, split: bool) -> Waves:
    claimed: dict[int, list[Member]] = defaultdict(list)
    for member in members:
        if member.wave is not None:
            claimed[member.wave].append(member)
    layout = _Layout(claimed)
    free = _units(member for member in members if member.wave is None)
    for limits, units in _batches(free, division, len(members)):
        layout.begin(limits)
        for unit in units:
            layout.place(unit, split=split)
    order = {member.device: index for index, member in enumerate(members)}
    return tuple(tuple(sorted(wave, key=order.__getitem__)) for wave in layout.waves())


def _batches(units: Sequence[Unit], division: Division, total: int) -> Iterator[tuple[tuple[int, ...], Sequence[Unit]]]:
    """What follows each other, with the most devices of each of its waves; a unit goes with its first value."""
    limits = division.limits(total)
    if division.by is None:
        yield limits, units
        return
    by_value: dict[str | None, list[Unit]] = defaultdict(list)
    for unit in units:
        by_value[next((member.value for member in unit if member.value is not None), None)].append(unit)
    without = by_value.pop(None, [])
    if without and not by_value:
        raise Refused(
            f"no device that changes has {division.by!r}, which the waves go by", hint="name another attribute"
        )
    yield from (((total,), batch) for batch in by_value.values())
    if without:
        yield limits, without


@dataclass(slots=True)
class _Wave:
    """A wave being filled; `most` devices go in, `ordinary` says that all waves after it take as many."""

    most: int
    ordinary: bool = True
    members: list[Member] = field(default_factory=list)
    groups: set[str] = field(default_factory=set)

    def room_for(self, members: Iterable[Member]) -> list[Member]:
        """Those that can come in together."""
        room, chosen, groups = self.most - len(self.members), list[Member](), set[str]()
        for member in members:
            if len(chosen) < room and member.group not in self.groups and member.group not in groups:
                chosen.append(member)
                groups |= _groups((member,))
        return chosen

    def take(self, members: Sequence[Member]) -> None:
        """Let them in."""
        self.members += members
        self.groups |= _groups(members)


def _groups(members: Iterable[Member]) -> set[str]:
    return {member.group for member in members if member.group is not None}


class _Layout:
    """Puts each unit into the first waves that take it; waves that the inventory fills take nothing else."""

    def __init__(self, claimed: Mapping[int, Sequence[Member]]) -> None:
        self._claimed = claimed
        self._waves: list[_Wave] = []
        self._first = 0
        self._most: Iterator[tuple[int, bool]] = iter(())

    def begin(self, limits: Sequence[int]) -> None:
        """Go on behind the waves so far, with these limits; the last one is repeated."""
        while self._waves and not self._waves[-1].members:
            self._waves.pop()
        self._first = len(self._waves)
        self._most = chain(((limit, False) for limit in limits[:-1]), repeat((limits[-1], True)))

    def place(self, unit: Unit, *, split: bool) -> None:
        """Put a unit into one wave, or, where it has to be or may be `split`, into waves that follow each other."""
        if not (not split and self._place_whole(unit)):
            next(start for start in count(self._start()) if self._place_run(unit, start))

    def waves(self) -> Waves:
        """The waves in their order; one that nothing went into, though later ones are filled, is empty."""
        self.begin((1,))
        numbers = sorted({*range(1, len(self._waves) + 1), *self._claimed})
        return tuple(tuple(m.device for m in (self._claimed.get(n) or self._waves[n - 1].members)) for n in numbers)

    def _start(self) -> int:
        """The first wave that is not full."""
        while self._wave(self._first).most <= len(self._wave(self._first).members):
            self._first += 1
        return self._first

    def _wave(self, index: int) -> _Wave:
        while len(self._waves) <= index:
            taken = len(self._waves) + 1 in self._claimed
            self._waves.append(_Wave(0, ordinary=False) if taken else _Wave(*next(self._most)))
        return self._waves[index]

    def _place_whole(self, unit: Unit) -> bool:
        def takes_all(wave: _Wave) -> bool:
            return len(wave.room_for(unit)) == len(unit)

        after = map(self._wave, count(self._start()))
        wave = next(wave for wave in after if takes_all(wave) or (wave.ordinary and not wave.members))
        if not takes_all(wave):
            return False
        wave.take(unit)
        return True

    def _place_run(self, unit: Unit, start: int) -> bool:
        left, run = list(unit), list[tuple[_Wave, list[Member]]]()
        for wave in map(self._wave, count(start)):
            chosen = wave.room_for(left)
            if not chosen:
                return False
            run.append((wave, chosen))
            left = [member for member in left if member not in chosen]
            if not left:
                break
        for wave, chosen in run:
            wave.take(chosen)
        return True
