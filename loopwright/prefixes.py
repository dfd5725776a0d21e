"""Addresses as numbers: fast to read, to compare and to sort; a network has hundreds of thousands of them."""

from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import NamedTuple

BITS = {"ipv4": 32, "ipv6": 128}


class Prefix(NamedTuple):
    """An address with its prefix length, host bits kept."""

    version: int
    number: int
    length: int

    @property
    def bits(self) -> int:
        """The bits of an address of this version."""
        return 32 if self.version == 4 else 128

    @property
    def first(self) -> int:
        """The lowest address of the prefix, the network address."""
        shift = self.bits - self.length
        return self.number >> shift << shift

    @property
    def last(self) -> int:
        """The highest address of the prefix."""
        return self.number | (1 << self.bits - self.length) - 1

    def holds(self, other: "Prefix") -> bool:
        """Whether another prefix of the same version lies inside."""
        return self.version == other.version and self.first <= other.first and other.last <= self.last

    def __str__(self) -> str:
        return f"{spell(self.version, self.number)}/{self.length}"


def spell(version: int, number: int) -> str:
    """Spell an address canonically."""
    if version == 4:
        return inet_ntop(AF_INET, number.to_bytes(4, "big"))
    text = inet_ntop(AF_INET6, number.to_bytes(16, "big"))
    # The C library shows the last 32 bits of some addresses as a dotted quad.
    return text if "." not in text else f"{text[: text.rindex(':') + 1]}{number >> 16 & 0xFFFF:x}:{number & 0xFFFF:x}"


def read_prefix(text: str) -> Prefix:
    """Read an address, with or without a prefix length, in any spelling; raises ValueError."""
    address, slash, length = text.partition("/")
    version, bits = (6, 128) if ":" in address else (4, 32)
    try:
        number = int.from_bytes(inet_pton(AF_INET6 if version == 6 else AF_INET, address), "big")
    except (OSError, UnicodeEncodeError, ValueError) as error:
        raise ValueError from error
    if not slash:
        return Prefix(version, number, bits)
    if not (length.isascii() and length.isdigit()) or int(length) > bits:
        raise ValueError(f"{length!r} is no prefix length between 0 and {bits}")
    return Prefix(version, number, int(length))
