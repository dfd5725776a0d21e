"""What a change has harmed: what stood in the readings before it, and stands no more."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from loopwright.addresses import bare, host, network
from loopwright.change import Change
from loopwright.models import Advertisement, family_of
from loopwright.picture import Picture
from loopwright.snapshot import Known, Snapshot, UpNeighbour, in_words, snapshot_of

Blocks = Literal["wave", "next wave", ""]
Leaving = Known | str
"""What a plan takes away: an address in a VRF, or in whatever VRF; with or without its prefix length."""


@dataclass(frozen=True, slots=True, order=True)
class Harm:
    """Something that stood before a change and does not now, as a device tells it.

    `kind` is neighbour, loopback, router-id or routes. `blocks` is what it stops: "wave", which is put back, "next
    wave", which is not begun, or "" where it is only told.
    """

    kind: str
    device: str
    what: str
    expected: str
    actual: str
    blocks: Blocks


def harm(
    before: Sequence[Snapshot],
    now: Snapshot,
    changed: Collection[str],
    leaving: Iterable[Leaving] = (),
    route_loss: float | None = None,
    planned_ids: Mapping[str, Collection[str]] | None = None,
) -> tuple[Harm, ...]:
    """Compare the readings before a change with one after it.

    `changed` are the devices of the wave, `leaving` the addresses that the plan takes away or may lose, `route_loss`
    the share in percent of a protocol's routes whose loss is too much, `planned_ids` the router-ids that the plan gives
    to a device. What a device did not tell, before or now, is no harm.
    """
    compared = _Comparison(
        tuple(before), now, frozenset(changed), _Gone.of(leaving), route_loss, dict(planned_ids or {})
    )
    return tuple(sorted(compared.harm()))


@dataclass(frozen=True)
class Watch:
    """Watches over what stood in the readings `before`: called with a picture, it tells what is harmed in it."""

    before: tuple[Snapshot, ...]
    known: frozenset[Known]
    changed: frozenset[str]
    leaving: frozenset[Leaving] = frozenset()
    route_loss: float | None = None
    planned_ids: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def prefixes(self) -> frozenset[str]:
        """The prefixes whose routes a picture must have kept."""
        return frozenset(prefix for _, prefix in self.known)

    def __call__(self, picture: Picture) -> tuple[Harm, ...]:
        """What is harmed in a picture, read with neighbours."""
        now = snapshot_of(picture, self.known)
        return harm(self.before, now, self.changed, self.leaving, self.route_loss, self.planned_ids)


def leaving_of(changes: Iterable[Change]) -> frozenset[Known]:
    """The addresses that changes take away, shut or cease to advertise by some protocol, area or level."""
    return frozenset(known for change in changes for known in _taken(change))


def _taken(change: Change) -> Iterator[Known]:
    before, after = change.before, change.after
    if before is None:
        return
    stays = after.addresses if after is not None and after.enabled and after.vrf == before.vrf else ()
    unsaid = _ways(before.advertise) - _ways(after.advertise if after is not None else ())
    for address in before.addresses:
        if address not in stays or any(prefix == network(address) for prefix, *_ in unsaid):
            yield before.vrf, host(address)


def _ways(adverts: Iterable[Advertisement]) -> set[tuple[str, ...]]:
    """Where each prefix is advertised, whatever its cost."""
    return {(a.prefix, a.protocol, a.process or "", a.area or "", a.level or "") for a in adverts}


@dataclass(frozen=True, slots=True)
class _Gone:
    """The addresses that are meant to be gone: in their VRF, or anywhere."""

    known: frozenset[Known]
    anywhere: frozenset[str]
    addresses: frozenset[str]

    @classmethod
    def of(cls, leaving: Iterable[Leaving]) -> "_Gone":
        leaving = tuple(leaving)
        known = frozenset((each[0], host(each[1])) for each in leaving if not isinstance(each, str))
        anywhere = frozenset(bare(each) for each in leaving if isinstance(each, str))
        return cls(known, anywhere, anywhere | {bare(prefix) for _, prefix in known})

    def holds(self, known: Known) -> bool:
        return known in self.known or bare(known[1]) in self.anywhere


@dataclass(frozen=True, slots=True)
class _Comparison:
    before: tuple[Snapshot, ...]
    now: Snapshot
    changed: frozenset[str]
    gone: _Gone
    route_loss: float | None
    planned_ids: Mapping[str, Collection[str]]

    def harm(self) -> Iterator[Harm]:
        owners: dict[Known, set[str]] = {}
        for snapshot in self.before:
            for device, told in snapshot.devices.items():
                for known in told.own:
                    owners.setdefault(known, set()).add(device)
        for device in self.before[0].devices if self.before else ():
            yield from self._neighbours(device)
            yield from self._loopbacks(device, owners)
            yield from self._router_ids(device)
            yield from self._routes(device)

    def _blocks(self, *concerned: str) -> Blocks:
        return "next wave" if self.changed.isdisjoint(concerned) else "wave"

    def _neighbours(self, device: str) -> Iterator[Harm]:
        names: dict[str, str] = {}
        for snapshot in (self.now, *reversed(self.before)):
            names.update(snapshot.of(device).names)
        steady, *more = ({_end(n, names): n for n in s.of(device).neighbours} for s in self.before)
        alive = {_end(n, names) for n in self.now.of(device).neighbours}
        for end, neighbour in steady.items():
            protocol, name, interface = neighbour
            told = self.now.of(device).tells_neighbours(protocol)
            if told and end not in alive and all(end in other for other in more):
                if self._given_up(device, neighbour, names):
                    continue
                who = names.get(name, "")
                what = f"{protocol} neighbour {name}{f' ({who})' if who not in ('', name) else ''}"
                where = f" on {interface}" if interface else ""
                yield Harm("neighbour", device, what + where, "up", "not up", self._blocks(device, who))

    def _given_up(self, device: str, neighbour: UpNeighbour, names: Mapping[str, str]) -> bool:
        """Whether a session ends at an address that leaves, at this end or at the other.

        A neighbour on an interface is no such session, even if it takes its name from the address.
        """
        protocol, name, interface = neighbour
        if interface:
            return False
        other = self.before[0].of(names.get(name, ""))
        back = (
            theirs
            for p, theirs, _ in other.neighbours
            if p == protocol and family_of(theirs) == family_of(name) and other.names.get(theirs) == device
        )
        return name in self.gone.addresses or any(theirs in self.gone.addresses for theirs in back)

    def _loopbacks(self, device: str, owners: Mapping[Known, set[str]]) -> Iterator[Harm]:
        before, now = [s.of(device) for s in self.before], self.now.of(device)
        if not all(each.tells_routes for each in (*before, now)):
            return
        missing = before[0].reached - now.reached
        for known in missing:
            if all(known in each.reached for each in before) and not self.gone.holds(known):
                whose = sorted(owners.get(known, ()))
                what = " of ".join((in_words(known), *([", ".join(whose)] if whose else [])))
                yield Harm("loopback", device, what, "a route", "no route", self._blocks(device, *whose))

    def _router_ids(self, device: str) -> Iterator[Harm]:
        for protocol, now in self.now.of(device).router_ids.items():
            told = {s.of(device).router_ids[protocol] for s in self.before if protocol in s.of(device).router_ids}
            # One that changes by itself is none that the change has changed.
            was = told.pop() if len(told) == 1 else now
            if now != was and now not in self.planned_ids.get(device, ()):
                yield Harm("router-id", device, f"{protocol} router-id", was, now, self._blocks(device))

    def _routes(self, device: str) -> Iterator[Harm]:
        before, now = [s.of(device) for s in self.before], self.now.of(device)
        if not all(each.tells_routes for each in (*before, now)):
            return
        for protocol in before[0].routes:
            # What the plan takes away is missing from the table of whoever knew it.
            expected = min(each.routes.get(protocol, 0) for each in before) - len(self.gone.addresses)
            found = now.routes.get(protocol, 0)
            if found < expected:
                share = 100 * (expected - found) / expected
                too_much = self.route_loss is not None and share > self.route_loss
                actual = f"{found}, {share:.0f} % fewer"
                blocks = self._blocks(device) if too_much else ""
                yield Harm("routes", device, f"{protocol} routes", f"{expected} or more", actual, blocks)


def _end(neighbour: UpNeighbour, names: Mapping[str, str]) -> UpNeighbour:
    """Who is at the other end: on an interface the device, which may change its name; else the address of a session."""
    protocol, name, interface = neighbour
    return protocol, names.get(name, name) if interface else name, interface
