"""BGP of the topology model: sessions over links, prefixes announced by statement, shortest AS path."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from lab.emulated.model_fabric import Crossing, Device, Fabric, bare, family
from lab.emulated.model_table import Memo, Path
from lab.emulated.views import DEFAULT_VRF, NeighbourView, PathView

FAMILIES = ("ipv4", "ipv6")
ZERO = {"ipv4": "0.0.0.0", "ipv6": "::"}  # noqa: S104  # the next hop of what is one's own


@dataclass(frozen=True, slots=True)
class Known:
    """A path as a device has it: who sent it, by which interface."""

    view: PathView
    sender: str = ""
    interface: str = ""


Paths = dict[str, dict[str, tuple[Known, ...]]]
"""Prefix -> device -> its paths, the best first."""


def _rank(known: Known) -> tuple[bool, int, bool, str]:
    """Order paths as a decision does: one's own, the shortest AS path, from outside, the lowest router-id."""
    return bool(known.sender), len(known.view.as_path), known.view.internal, known.view.originator


class Bgp:
    """BGP on all devices; `has_route` tells whether a device has another route to exactly a prefix."""

    protocol = "bgp"

    def __init__(self, fabric: Fabric, has_route: Callable[[str, str, str], bool]) -> None:
        """Watch a fabric."""
        self._fabric = fabric
        self._has_route = has_route
        self._speakers: dict[str, None] = {}
        self._stamp: object = object()
        self._paths: Memo[Paths] = Memo()

    def update(self, now: Device) -> None:
        """Forget what no longer holds: anything may carry a prefix that is announced."""
        self._stamp = object()
        if now.facts.asn:
            self._speakers[now.name] = None
        else:
            self._speakers.pop(now.name, None)

    def _sessions(self, name: str) -> Iterator[tuple[Crossing, str, bool]]:
        """Yield the lines that a session of a device is meant for: the peer's AS as said, and whether it is up."""
        device = self._fabric.devices[name]
        crossings = {crossing.index: crossing for crossing in self._fabric.crossings(name)}
        for link in device.node.links:
            if link.peer_as and device.facts.asn and (crossing := crossings.get(link.index)):
                back = next((far for far in crossing.peer.node.links if far.index == crossing.far.link), None)
                agreed = bool(back) and back is not None and back.peer_as == device.facts.asn
                yield crossing, link.peer_as, agreed and crossing.peer.facts.asn == link.peer_as

    def _all(self) -> Paths:
        """Return the paths of all devices."""
        return self._paths.get("", (self._stamp,), self._compute)

    def _compute(self) -> Paths:
        """Spread every announced prefix until nothing changes."""
        sessions = {name: [crossing for crossing, _, up in self._sessions(name) if up] for name in self._speakers}
        announced: dict[str, dict[str, Known]] = {}
        for name in self._speakers:
            for entry in self._fabric.devices[name].facts.announced:
                if entry.vrf == DEFAULT_VRF and self._has_route(name, DEFAULT_VRF, entry.prefix):
                    view = PathView(DEFAULT_VRF, entry.prefix, ZERO[family(entry.prefix)])
                    announced.setdefault(entry.prefix, {})[name] = Known(view)
        return {prefix: self._spread(prefix, own, sessions) for prefix, own in announced.items()}

    def _spread(
        self, prefix: str, own: dict[str, Known], sessions: dict[str, list[Crossing]]
    ) -> dict[str, tuple[Known, ...]]:
        """Return the paths to one prefix, by device."""
        paths: dict[str, tuple[Known, ...]] = {name: (known,) for name, known in own.items()}
        # As many rounds as the longest path has devices are enough.
        for _ in self._speakers:
            heard = {name: self._heard(name, prefix, own.get(name), paths, sessions[name]) for name in self._speakers}
            heard = {name: found for name, found in heard.items() if found}
            if heard == paths:
                break
            paths = heard
        return paths

    def _heard(
        self,
        name: str,
        prefix: str,
        own: Known | None,
        paths: dict[str, tuple[Known, ...]],
        sessions: list[Crossing],
    ) -> tuple[Known, ...]:
        """Return what a device has after its neighbours have told it their best."""
        asn = self._fabric.devices[name].facts.asn
        found = [own] if own else []
        for crossing in sessions:
            address = crossing.address(family(prefix))
            told = paths.get(crossing.peer.name)
            if not told or not address or told[0].sender == name:
                continue
            internal = crossing.peer.facts.asn == asn
            # What came from inside is not told inside again.
            if internal and told[0].view.internal:
                continue
            as_path = told[0].view.as_path if internal else (crossing.peer.facts.asn, *told[0].view.as_path)
            if asn in as_path:
                continue
            view = PathView(
                DEFAULT_VRF, prefix, address, crossing.peer.router_id, as_path, best=False, internal=internal
            )
            found.append(Known(view, crossing.peer.name, crossing.port.name))
        found.sort(key=_rank)
        if found:
            found[0] = replace(found[0], view=replace(found[0].view, best=True))
        return tuple(found)

    def paths(self, name: str, which: str) -> tuple[PathView, ...]:
        """Return the table of a device, the prefixes that it announces in other VRFs included."""
        if name not in self._speakers:
            return ()
        found = [
            known.view for prefix, by in self._all().items() if family(prefix) == which for known in by.get(name, ())
        ]
        for entry in self._fabric.devices[name].facts.announced:
            elsewhere = entry.vrf != DEFAULT_VRF and family(entry.prefix) == which
            if elsewhere and self._has_route(name, entry.vrf, entry.prefix):
                found.append(PathView(entry.vrf, entry.prefix, ZERO[which]))
        return tuple(sorted(found))

    def prefixes(self, name: str, which: str) -> Iterator[str]:
        """Yield the prefixes of a family that a device has paths to."""
        if name in self._speakers:
            yield from (prefix for prefix, by in self._all().items() if family(prefix) == which and name in by)

    def route(self, name: str, prefix: str) -> tuple[Path, int] | None:
        """Return the way to a prefix that others announce, and its distance."""
        if name not in self._speakers:
            return None
        known = self._all().get(prefix, {}).get(name, ())
        if not known or not known[0].sender:
            return None
        path = Path(0, ((known[0].view.nexthop, known[0].interface),))
        return path, 200 if known[0].view.internal else 20

    def neighbours(self, name: str) -> Iterator[NeighbourView]:
        """Yield the sessions of a device, one per family."""
        device = self._fabric.devices[name]
        up = {crossing.index: (crossing, peer_as) for crossing, peer_as, agreed in self._sessions(name) if agreed}
        for link in device.node.links if device.facts.asn else ():
            for which, peer in (("ipv4", link.peer_ipv4), ("ipv6", link.peer_ipv6)):
                if link.peer_as and peer:
                    port = device.wired.get(link.index)
                    established = link.index in up and bool(up[link.index][0].address(which))
                    yield NeighbourView(
                        self.protocol, bare(peer), bare(peer), port.name if port else "",
                        "Established" if established else "Idle", established, link.peer_as,
                    )  # fmt: skip
