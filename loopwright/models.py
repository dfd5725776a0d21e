"""The values that everything else passes around: what a loopback is, is wanted to be, and was seen to be.

All are frozen, hashable and picklable. Addresses are text in canonical form (`10.0.0.1/32`, `2001:db8::1/128`),
because 80,000 of them are held at once; areas are dotted quads; the VRF without a name is `default`.
"""

from dataclasses import dataclass, field
from typing import Literal

Family = Literal["ipv4", "ipv6"]
FAMILIES: tuple[Family, ...] = ("ipv4", "ipv6")
PathLine = tuple[str, ...]
"""One line of a configuration with the lines that open its contexts: `("interface lo", "ip address 10.0.0.1/32")`."""

DEFAULT_VRF = "default"


def family_of(address: str) -> Family:
    """Tell the address family of an address or prefix in text."""
    return "ipv6" if ":" in address else "ipv4"


@dataclass(frozen=True, slots=True, order=True)
class Advertisement:
    """One prefix of a loopback, carried by one protocol.

    `process` is the OSPF process, the IS-IS instance or the AS number. `by` says what carries it: "line" is a line
    of our own; "covering" and "redistribution" are statements of others that we neither write nor remove. It takes
    no part in comparisons: advertised is advertised.
    """

    protocol: str
    prefix: str
    process: str | None = None
    area: str | None = None
    level: str | None = None
    cost: int | None = None
    passive: bool | None = None
    by: str = field(default="line", compare=False)


@dataclass(frozen=True, slots=True)
class Loopback:
    """A loopback interface as a device can have it: nothing left out, nothing to be guessed."""

    number: int
    interface: str
    ipv4: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    vrf: str = DEFAULT_VRF
    description: str | None = None
    enabled: bool = True
    advertise: frozenset[Advertisement] = frozenset()

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses with their prefix lengths, IPv4 first."""
        return self.ipv4 + self.ipv6

    def adverts(self, protocol: str, family: Family | None = None, by: str | None = None) -> tuple[Advertisement, ...]:
        """The advertisements of one protocol, in order, of one family or of one kind where asked."""
        return tuple(
            sorted(
                (
                    advert
                    for advert in self.advertise
                    if advert.protocol == protocol
                    and (family is None or family_of(advert.prefix) == family)
                    and (by is None or advert.by == by)
                ),
                key=lambda advert: (advert.prefix, advert.area or "", advert.process or ""),
            )
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file of the inventory; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class WantedAdvertisement:
    """How the inventory wants a loopback advertised by one protocol; None is "as the device has it"."""

    protocol: str
    process: str | None = None
    area: str | None = None
    level: str | None = None
    cost: int | None = None
    passive: bool | None = None
    via: str | None = None


@dataclass(frozen=True, slots=True)
class Expect:
    """Who must and who must not see a loopback, and the summary that may stand for it."""

    seen_by: str | tuple[str, ...] = "domain"
    not_seen_by: tuple[str, ...] = ()
    summarised_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prove:
    """How reachability is proved where pings are not answered; `tcp` is a port that must accept a connection."""

    icmp: bool = True
    tcp: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A loopback as the inventory wants it; None is "not said"; `pools` are where its addresses come from.

    `exactly` is what it was, where just that is wanted: then what is not said is not, whatever the device has now.
    """

    number: int
    ipv4: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    vrf: str = DEFAULT_VRF
    description: str | None = None
    enabled: bool = True
    interface: str | None = None
    role: str | None = None
    absent: bool = False
    advertise: tuple[WantedAdvertisement, ...] = ()
    advertise_said: bool = False
    anycast: str | None = None
    expect: Expect = Expect()
    prove: Prove = Prove()
    pools: tuple[tuple[Family, str], ...] = ()
    exactly: Loopback | None = None
    mark: Mark | None = field(default=None, compare=False)

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses with their prefix lengths, IPv4 first."""
        return self.ipv4 + self.ipv6

    @property
    def unresolved(self) -> tuple[tuple[Family, str], ...]:
        """The families whose address a pool has yet to give, with the pool."""
        held = {"ipv4": self.ipv4, "ipv6": self.ipv6}
        return tuple((family, pool) for family, pool in self.pools if not held[family])


@dataclass(frozen=True, slots=True)
class Process:
    """One routing process of a device: an OSPF process, an IS-IS instance, a BGP instance of a VRF.

    `name` is the process number, the instance tag or the AS number, "" where the device needs none.
    `router_id` is the configured one (or the IS-IS system-id), None where it is derived by the device.
    """

    protocol: str
    name: str = ""
    vrf: str = DEFAULT_VRF
    router_id: str | None = None
    style: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """An address of an interface that is no loopback of ours, and the protocols configured on it.

    `protocols` holds (protocol, domain) pairs: the area of OSPF, the instance of IS-IS.
    """

    interface: str
    address: str
    vrf: str = DEFAULT_VRF
    protocols: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True, order=True)
class Peer:
    """A configured BGP neighbour."""

    address: str
    remote_as: str
    local_as: str
    vrf: str = DEFAULT_VRF


@dataclass(frozen=True, slots=True)
class Routing:
    """What a device runs that a loopback can be advertised by, and what it is connected to."""

    processes: tuple[Process, ...] = ()
    links: tuple[Link, ...] = ()
    peers: tuple[Peer, ...] = ()
    vrfs: frozenset[str] = frozenset({DEFAULT_VRF})
    router_id: str | None = None

    def running(self, protocol: str, vrf: str = DEFAULT_VRF) -> tuple[Process, ...]:
        """The processes of a protocol in a VRF."""
        return tuple(p for p in self.processes if p.protocol == protocol and p.vrf == vrf)

    def style(self, protocol: str) -> str | None:
        """Which of its ways the device enables a protocol's interfaces by, None where the platform has one way."""
        return next((p.style for p in self.processes if p.protocol == protocol), None)


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface as the device's own state tells it, not its configuration."""

    name: str
    enabled: bool
    up: bool
    vrf: str = DEFAULT_VRF
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """What the inventory says that one device's loopbacks should be."""

    device: str
    platform: str
    loopbacks: tuple[Wanted, ...] = ()
    owns: tuple[tuple[int, int], ...] = ()
    routing: Routing | None = None
    groups: tuple[str, ...] = ()
    redundancy_group: str | None = None
    management_address: str | None = None
    mark: Mark | None = field(default=None, compare=False)

    def wanted(self, number: int) -> Wanted | None:
        """The wanted loopback of a number, None where the inventory is silent about it."""
        return next((w for w in self.loopbacks if w.number == number), None)

    def owns_number(self, number: int) -> bool:
        """Whether a number is ours although it may not be listed."""
        return any(low <= number <= high for low, high in self.owns)


@dataclass(frozen=True, slots=True)
class Observed:
    """What a device has: its loopbacks, its routing, and every line that no fact was read from."""

    device: str
    platform: str
    loopbacks: frozenset[Loopback] = frozenset()
    routing: Routing = Routing()
    interfaces: tuple[Interface, ...] = ()
    lines: tuple[PathLine, ...] = ()
    foreign: tuple[PathLine, ...] = ()

    def loopback(self, number: int) -> Loopback | None:
        """The loopback of a number, None where the device has none."""
        return next((lo for lo in self.loopbacks if lo.number == number), None)

    def interface(self, name: str) -> Interface | None:
        """The state of an interface, None where the device has none of that name."""
        return next((i for i in self.interfaces if i.name == name), None)
