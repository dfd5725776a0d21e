"""What a change takes away from a loopback that others may count on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from loopwright.addresses import bare
from loopwright.change import Change
from loopwright.models import FAMILIES, Family, Loopback, Observed, family_of


@dataclass(frozen=True, slots=True)
class Loss:
    """What goes: the whole loopback (and why), or some addresses; `families` are those that change their source."""

    whole: str = ""
    addresses: frozenset[str] = frozenset()
    families: frozenset[Family] = frozenset()

    @property
    def words(self) -> str:
        """What goes, in words."""
        return self.whole or f"{', '.join(sorted(self.addresses)) or 'its first address'} goes"


def touches(change: Change) -> bool:
    """Whether a change does more than make a new loopback or write another description on one."""
    before, after = change.before, change.after
    if before is None:
        return False
    return after is None or replace(before, description=None) != replace(after, description=None)


def loss(change: Change, afterwards: Iterable[Loopback]) -> Loss | None:
    """What a change takes away, seen with all loopbacks that the device has afterwards; None where nothing goes."""
    before, after = change.before, change.after
    if before is None:
        return None
    whole = _whole(before, after)
    there = {bare(address) for lo in afterwards if lo.vrf == before.vrf and lo.enabled for address in lo.addresses}
    gone = frozenset(map(bare, before.addresses)) - there
    families = frozenset(FAMILIES) if whole or after is None else frozenset(_families(before, after))
    return Loss(whole, gone, families) if whole or gone or families else None


def _whole(before: Loopback, after: Loopback | None) -> str:
    if after is None:
        return f"{before.interface} goes"
    if before.interface != after.interface:
        return f"{before.interface} becomes {after.interface}"
    if before.vrf != after.vrf:
        return f"{before.interface} moves from VRF {before.vrf} to VRF {after.vrf}"
    return f"{before.interface} is shut" if before.enabled and not after.enabled else ""


def _families(before: Loopback, after: Loopback) -> Iterator[Family]:
    """The families that lose an address, or whose first one changes: what is sent from the interface has another."""
    kept = {*map(bare, after.addresses)}
    if before.ipv4 and after.ipv4 and bare(before.ipv4[0]) != bare(after.ipv4[0]):
        yield "ipv4"
    yield from (family_of(address) for address in before.addresses if bare(address) not in kept)


def afterwards(observed: Observed, changes: Iterable[Change]) -> tuple[Loopback, ...]:
    """The loopbacks of a device once its changes are made."""
    there: Mapping[int, Loopback] = {lo.number: lo for lo in observed.loopbacks}
    changed = {change.number: change.after for change in changes}
    kept = (lo for number, lo in there.items() if number not in changed)
    return (*kept, *(lo for lo in changed.values() if lo is not None))
