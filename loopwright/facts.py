"""What the rules of `check` look at: the intents of the whole network, and what is known beside them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple, Protocol

from loopwright.finding import Finding, Severity
from loopwright.inventory import Pool
from loopwright.models import Intent, Link, Mark, Observed, Routing, Wanted
from loopwright.prefixes import Prefix, read_prefix
from loopwright.select import Subject


class PlatformWords(Protocol):
    """What the rules ask of a platform folder."""

    @property
    def protocols(self) -> frozenset[str]:
        """What a loopback can be advertised by."""
        ...

    def interface_name(self, number: int) -> str:
        """The interface of a number."""
        ...

    def number_of(self, interface: str) -> int | None:
        """The number of an interface, None for one that is no loopback."""
        ...

    def refuses_number(self, number: int) -> str | None:
        """Why it cannot have a number."""
        ...

    def refuses_text(self, text: str) -> str | None:
        """Why it cannot carry a text."""
        ...


class Held(NamedTuple):
    """An address that a device has or is to have; `wanted` is None for what the inventory does not list."""

    prefix: Prefix
    vrf: str
    device: str
    interface: str
    wanted: Wanted | None = None
    is_link: bool = False

    @property
    def anycast(self) -> str | None:
        """The anycast group that shares the address."""
        return self.wanted.anycast if self.wanted else None

    @property
    def mark(self) -> Mark | None:
        """Where the inventory asks for the address."""
        return self.wanted.mark if self.wanted else None

    def __str__(self) -> str:
        place = f" ({self.mark})" if self.mark else ""
        return f"{self.device} {self.interface} {self.prefix}{place}"


class Facts:
    """The network as the rules see it; nothing in it is asked of a device here."""

    def __init__(
        self,
        intents: Iterable[Intent],
        platforms: Mapping[str, PlatformWords],
        observed: Mapping[str, Observed] | None = None,
        pools: Mapping[str, Pool] | None = None,
        subjects: Iterable[Subject] | None = None,
    ) -> None:
        self.intents = tuple(intents)
        self.platforms = platforms
        self.observed: Mapping[str, Observed] = observed or {}
        self.pools = pools
        self.has_attributes = subjects is not None
        self.subjects = tuple(subjects or (Subject(i.device, i.groups) for i in self.intents))

    def routing(self, intent: Intent) -> Routing | None:
        """What a device runs: observed where it was, else declared, else unknown."""
        seen = self.observed.get(intent.device)
        return seen.routing if seen else intent.routing

    def wanted(self) -> Iterator[tuple[Intent, Wanted]]:
        """Every loopback that is to be there."""
        for intent in self.intents:
            for wanted in intent.loopbacks:
                if not wanted.absent:
                    yield intent, wanted

    @cached_property
    def addresses(self) -> tuple[tuple[Intent, Wanted, str, Prefix], ...]:
        """Every address of every loopback that is to be there, read once."""
        return tuple((i, w, address, read_prefix(address)) for i, w in self.wanted() for address in w.addresses)

    @cached_property
    def held(self) -> tuple[Held, ...]:
        """Every address of every device: wanted loopbacks, those that stay although not listed, and links."""
        listed = [Held(p, w.vrf, i.device, f"loopback {w.number}", w) for i, w, _, p in self.addresses]
        return (*listed, *(held for intent in self.intents for held in self._beside(intent)))

    def _beside(self, intent: Intent) -> Iterator[Held]:
        """What a device has beside the loopbacks that the inventory lists."""
        seen = self.observed.get(intent.device)
        for loopback in seen.loopbacks if seen else ():
            if intent.wanted(loopback.number) is None and not intent.owns_number(loopback.number):
                for address in loopback.addresses:
                    yield Held(read_prefix(address), loopback.vrf, intent.device, f"loopback {loopback.number}")
        for link in self._links(intent):
            yield Held(read_prefix(link.address), link.vrf, intent.device, link.interface, None, is_link=True)

    def _links(self, intent: Intent) -> tuple[Link, ...]:
        routing = self.routing(intent)
        return routing.links if routing else ()


def loopback_finding(
    rule: str,
    intent: Intent,
    wanted: Wanted,
    what: str,
    expected: str,
    actual: str,
    severity: Severity = "error",
) -> Finding:
    """Make a finding about one loopback, `what` being the attribute or the address of it that is meant."""
    where = f"loopback {wanted.number}{', ' if what else ''}{what}"
    return Finding(rule, intent.device, where, expected, actual, severity, wanted.mark)


def not_checked(rule: str, devices: list[str], lacks: str) -> Iterator[Finding]:
    """Note, once for the network, that a rule lacks a fact."""
    if devices:
        named = ", ".join(devices[:3]) + (f" and {len(devices) - 3} more" if len(devices) > 3 else "")
        yield Finding(rule, "", named, lacks, "not checked offline", "note")
