"""Addresses, prefixes and areas in the one spelling that values are compared in."""

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=200_000)
def interface_address(text: str) -> str:
    """Spell an interface address canonically, with its prefix length; raises ValueError for anything else."""
    return ipaddress.ip_interface(text.replace(" ", "/")).compressed


@lru_cache(maxsize=200_000)
def network(text: str) -> str:
    """Return the prefix that an interface address or a prefix lies in, canonically; raises ValueError."""
    return ipaddress.ip_interface(text.replace(" ", "/")).network.compressed


@lru_cache(maxsize=200_000)
def host(text: str) -> str:
    """Return the host route of an interface address: /32 or /128; raises ValueError."""
    return ipaddress.ip_network(ipaddress.ip_interface(text).ip).compressed


def bare(text: str) -> str:
    """Return an interface address without its prefix length."""
    return text.partition("/")[0]


@lru_cache(maxsize=200_000)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def contains(outer: str, inner: str) -> bool:
    """Whether a prefix contains another prefix or address of the same family."""
    one, other = _network(outer), _network(inner)
    shift = one.max_prefixlen - one.prefixlen
    return (
        one.version == other.version
        and one.prefixlen <= other.prefixlen
        and int(one.network_address) >> shift == int(other.network_address) >> shift
    )


@lru_cache(maxsize=200_000)
def bits(prefix: str) -> tuple[int, int, int]:
    """Return the IP version of a prefix or address, its length, and the bits of that length that it begins with."""
    parsed = ipaddress.ip_network(prefix, strict=False)
    return parsed.version, parsed.prefixlen, int(parsed.network_address) >> (parsed.max_prefixlen - parsed.prefixlen)


def length(prefix: str) -> int:
    """The prefix length of a prefix."""
    return int(prefix.rpartition("/")[2])


def area(text: str | int) -> str:
    """Spell an OSPF area as a dotted quad; raises ValueError for anything that is no area."""
    return str(ipaddress.IPv4Address(int(text) if str(text).isdigit() else str(text)))


@lru_cache(maxsize=1000)
def prefix_length(mask: str, *, inverted: bool = False) -> int:
    """The length that a mask says, or a wildcard (`inverted`); raises ValueError where its ones are not together."""
    value = int(ipaddress.IPv4Address(mask))
    ones = value if not inverted else value ^ 0xFFFFFFFF
    length = ones.bit_count()
    if ones != (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF:
        raise ValueError(f"{mask} is no mask of a prefix")
    return length


@lru_cache(maxsize=10_000)
def netmask(text: str) -> str:
    """The mask of an IPv4 address or prefix with its length."""
    return str(ipaddress.ip_interface(text).netmask)


@lru_cache(maxsize=10_000)
def hostmask(text: str) -> str:
    """The wildcard of an IPv4 address or prefix with its length."""
    return str(ipaddress.ip_interface(text).hostmask)
