"""Rules over addresses that meet: the same one twice, and prefixes that overlap; by sorting, never pair by pair."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from loopwright.facts import Facts, Held
from loopwright.finding import Finding, Severity
from loopwright.prefixes import Prefix


def duplicates(facts: Facts) -> Iterator[Finding]:
    """No address is on two loopbacks, or on a loopback and a link, of one VRF; anycast groups share theirs."""
    same: dict[tuple[str, int, int], list[Held]] = defaultdict(list)
    for held in facts.held:
        same[held.vrf, held.prefix.version, held.prefix.number].append(held)
    for holders in same.values():
        if len(holders) > 1:
            yield from _clashes(holders)


def _clashes(holders: list[Held]) -> Iterator[Finding]:
    """Compare each loopback with those before it: on its own device, and in groups other than its own."""
    on_device: dict[str, Held] = {}
    in_group: dict[str | None, Held] = {}
    # Loopbacks that the inventory lists come last, so that the finding is about something that can be edited.
    for held in sorted(holders, key=lambda h: h.wanted is not None):
        other = on_device.get(held.device)
        if other is not None and _is_unnumbered(held, other):
            other = None
        if other is None:
            other = next(
                (
                    first
                    for group, first in in_group.items()
                    if (group is None or group != held.anycast) and first.device != held.device
                ),
                None,
            )
        if other is not None and held.wanted is not None:
            expected = "an address that nothing else has"
            if held.anycast or other.anycast:
                expected += f", outside of the anycast group {held.anycast or other.anycast}"
            yield _finding("duplicate-address", held, expected, f"also on {other}")
        on_device.setdefault(held.device, held)
        in_group.setdefault(held.anycast, held)


def _is_unnumbered(one: Held, other: Held) -> bool:
    """An unnumbered link borrows the loopback's own address, as a host route."""
    return one.is_link != other.is_link and all(h.prefix.length == h.prefix.bits for h in (one, other) if h.is_link)


def overlaps(facts: Facts) -> Iterator[Finding]:
    """No loopback's prefix overlaps with another's or with a link's.

    On one device that is refused or breaks the other; between devices it can be meant, so it is a warning there.
    """
    by_device: dict[tuple[str, str, int], list[Held]] = defaultdict(list)
    by_network: dict[tuple[str, int], list[Held]] = defaultdict(list)
    for held in facts.held:
        by_device[held.device, held.vrf, held.prefix.version].append(held)
        by_network[held.vrf, held.prefix.version].append(held)
    for mine in by_device.values():
        if len(mine) > 1:
            yield from _overlap_findings(mine, "error")
    for everybody in by_network.values():
        yield from _overlap_findings(everybody, "warning")


def _overlap_findings(holders: list[Held], severity: Severity) -> Iterator[Finding]:
    same_device = severity == "error"
    for inner, outer in _nested(holders, same_device=same_device):
        mine, other = (inner, outer) if inner.wanted is not None else (outer, inner)
        if mine.wanted is not None:
            yield _finding("overlap", mine, "a prefix that overlaps with nothing", f"overlaps with {other}", severity)


class _Open:
    """A prefix that the sweep is inside of, with a few of those who hold it: enough to find one that clashes."""

    def __init__(self, prefix: Prefix) -> None:
        self.prefix = prefix
        self.holders: dict[tuple[bool, str | None], list[Held]] = {}

    def add(self, held: Held) -> None:
        kept = self.holders.setdefault((held.is_link, held.anycast), [])
        if len(kept) < 2 and all(other.device != held.device for other in kept):
            kept.append(held)

    def clash(self, held: Held, *, same_device: bool) -> Held | None:
        for (is_link, anycast), kept in self.holders.items():
            if (is_link and held.is_link) or (anycast is not None and anycast == held.anycast):
                continue
            for other in kept:
                if (other.device == held.device) == same_device and not _is_same(held, other):
                    return other
        return None


def _is_same(one: Held, other: Held) -> bool:
    """The same interface, or the same address, which is a duplicate and told as one."""
    mine = (one.device, one.interface) == (other.device, other.interface)
    return mine or one.prefix.number == other.prefix.number


def _nested(holders: Iterable[Held], *, same_device: bool) -> Iterator[tuple[Held, Held]]:
    """Yield each prefix with the innermost of those around it that it clashes with."""
    around: list[_Open] = []
    for held in sorted(holders, key=lambda h: (h.prefix.first, h.prefix.length)):
        prefix = held.prefix
        while around and around[-1].prefix.last < prefix.first:
            around.pop()
        for outer in reversed(around):
            other = outer.clash(held, same_device=same_device)
            if other is not None:
                yield held, other
                break
        if prefix.length == prefix.bits:
            continue
        if not around or around[-1].prefix.length != prefix.length:
            around.append(_Open(prefix))
        around[-1].add(held)


def _finding(rule: str, held: Held, expected: str, actual: str, severity: Severity = "error") -> Finding:
    return Finding(rule, held.device, f"{held.interface}, {held.prefix}", expected, actual, severity, held.mark)
