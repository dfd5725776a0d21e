"""Rules over single addresses: ranges, host bits, the length that a role wants, pools."""

from collections.abc import Iterator

from loopwright.facts import Facts, loopback_finding
from loopwright.finding import Finding, Severity
from loopwright.inventory import Pool
from loopwright.models import Wanted, family_of
from loopwright.prefixes import BITS, Prefix, read_prefix

RESERVED = tuple(
    (read_prefix(prefix), what)
    for prefix, what in (
        ("0.0.0.0/8", "this network"),
        ("127.0.0.0/8", "the device's own loopback"),
        ("169.254.0.0/16", "link-local"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved, and broadcast"),
        ("::/128", "unspecified"),
        ("::1/128", "the device's own loopback"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("::/96", "IPv4-compatible"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
    )
)
HOST_ROUTE_ROLES = frozenset(("router-id", "vtep", "management"))


def reserved_ranges(facts: Facts) -> Iterator[Finding]:
    """No loopback has an address of a reserved range."""
    ranges = {4: _ranges(4), 6: _ranges(6)}
    for intent, wanted, address, prefix in facts.addresses:
        for first, last, what in ranges[prefix.version]:
            if first <= prefix.number <= last:
                yield loopback_finding("reserved-range", intent, wanted, address, "a unicast address", what)
                break


def _ranges(version: int) -> tuple[tuple[int, int, str], ...]:
    return tuple((p.first, p.last, f"it lies in {p}: {what}") for p, what in RESERVED if p.version == version)


def host_bits(facts: Facts) -> Iterator[Finding]:
    """No loopback has the address that its own prefix keeps for the network or for broadcast."""
    for intent, wanted, address, prefix in facts.addresses:
        if prefix.bits - prefix.length <= 1:
            continue
        kept = {prefix.first: "network address" if prefix.version == 4 else "subnet-router anycast address"}
        if prefix.version == 4:
            kept[prefix.last] = "broadcast address"
        if prefix.number in kept:
            expected = f"the address of a host, or /{prefix.bits}"
            actual = f"it is the {kept[prefix.number]} of its own prefix"
            yield loopback_finding("host-bits", intent, wanted, address, expected, actual)


def host_routes(facts: Facts) -> Iterator[Finding]:
    """A loopback that others name by its address is a host route."""
    for intent, wanted in facts.wanted():
        if wanted.role in HOST_ROUTE_ROLES:
            for address in wanted.addresses:
                bits = BITS[family_of(address)]
                if not address.endswith(f"/{bits}"):
                    actual = f"/{address.rpartition('/')[2]}"
                    expected = f"/{bits}, the role is {wanted.role}"
                    yield loopback_finding("host-route", intent, wanted, address, expected, actual)


def addressed(facts: Facts) -> Iterator[Finding]:
    """Every loopback has an address, and one of the family that its role and its protocols need."""
    for intent, wanted in facts.wanted():
        if wanted.unresolved:
            for family, pool in wanted.unresolved:
                actual = f"{{pool: {pool}}} is not resolved yet: run `loopwright allocate`"
                yield loopback_finding("pool-resolved", intent, wanted, family, "an address", actual)
        elif not wanted.addresses:
            severity: Severity = "error" if wanted.role or wanted.advertise else "warning"
            expected = f"an address, or `{wanted.number}: null` to let go of what is inherited"
            yield loopback_finding("has-address", intent, wanted, "", expected, "none", severity)
        else:
            for what, missing in _missing(wanted):
                severity = "error" if what.startswith("role") else "warning"
                yield loopback_finding("has-family", intent, wanted, what, f"an {missing} address", "none", severity)


def _missing(wanted: Wanted) -> Iterator[tuple[str, str]]:
    protocols = {advert.protocol for advert in wanted.advertise}
    if not wanted.ipv4:
        if wanted.role == "router-id":
            yield "role router-id", "IPv4"
        if "ospf" in protocols:
            yield "advertise.ospf", "IPv4"
    if not wanted.ipv6 and "ospf3" in protocols:
        yield "advertise.ospf3", "IPv6"


def pools(facts: Facts) -> Iterator[Finding]:
    """An address lies in the pool that the inventory names for it."""
    without_facts = facts.pools is None
    spans = {name: _spans(pool) for name, pool in (facts.pools or {}).items()}
    for intent, wanted in facts.wanted():
        for family, name in () if without_facts else wanted.pools:
            if name not in spans:
                known = ", ".join(spans) or "there is none"
                yield loopback_finding(
                    "pool-exists", intent, wanted, family, f"a pool of `pools:`: {known}", repr(name)
                )
                continue
            inside, reserved = spans[name]
            for address in wanted.ipv4 if family == "ipv4" else wanted.ipv6:
                prefix = read_prefix(address)
                if not any(p.holds(Prefix(prefix.version, prefix.number, prefix.bits)) for p in inside):
                    expected = f"an address of the pool {name}: {', '.join(map(str, inside))}"
                    yield loopback_finding("in-pool", intent, wanted, address, expected, "it lies outside")
                elif any(v == prefix.version and low <= prefix.number <= high for v, low, high in reserved):
                    expected = f"an address that the pool {name} does not reserve"
                    yield loopback_finding("in-pool", intent, wanted, address, expected, "it is reserved", "warning")


def _spans(pool: Pool) -> tuple[tuple[Prefix, ...], tuple[tuple[int, int, int], ...]]:
    reserved = [(read_prefix(low), read_prefix(high)) for low, high in pool.reserved]
    return (
        tuple(read_prefix(prefix) for prefix in pool.prefixes),
        tuple((low.version, low.number, high.number) for low, high in reserved),
    )
