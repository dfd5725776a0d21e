"""How a platform names loopbacks, and what their texts may hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Text:
    """What a description may hold, and how the device stores it; `quote` stands around it where it is shown."""

    allowed: str
    max: int
    refused: str = ""
    collapse_spaces: bool = False
    quote: str = ""

    def stored(self, text: str) -> str:
        """Return the text as the device will show it."""
        return " ".join(text.split(" ")).strip() if not self.collapse_spaces else " ".join(text.split())

    def unquoted(self, text: str) -> str:
        """Return the text without the quotes that the device shows around it."""
        quoted = self.quote and len(text) > 1 and text.startswith(self.quote) and text.endswith(self.quote)
        return text[1:-1] if quoted else text

    def refuses(self, text: str) -> str | None:
        """Say why the platform cannot carry a text, None where it can."""
        if len(text) > self.max:
            return f"has {len(text)} characters, the platform stores {self.max}"
        for position, character in enumerate(text, start=1):
            if not re.fullmatch(self.allowed, character) or (self.refused and re.fullmatch(self.refused, character)):
                return f"has the character {character!r} at position {position}, which the platform cannot carry"
        return None


@dataclass(frozen=True)
class LoopbackWords:
    """How a platform names loopbacks and what it does with them."""

    name: str
    spellings: tuple[str, ...]
    numbers: tuple[int, int]
    text: Text
    names: Mapping[int, str] = field(default_factory=dict)
    kernel_made: bool = False
    ordered_addresses: bool = True
    one_per_vrf: bool = False
    cannot_shut: tuple[str, ...] = ()
    advertises_all_addresses: tuple[str, ...] = ()
    host_routed: Mapping[str, str] = field(default_factory=dict)

    def interface_name(self, number: int) -> str:
        """The canonical interface name of a loopback number."""
        return self.names.get(number) or self.name.format(number=number)

    def number_of(self, interface: str) -> int | None:
        """The loopback number of an interface name in any of its spellings, None for another kind of interface."""
        if interface not in self._numbers:
            self._numbers[interface] = self._read(interface)
        return self._numbers[interface]

    @cached_property
    def _numbers(self) -> dict[str, int | None]:
        """The names met so far: the same few in every configuration of a network."""
        return {}

    def _read(self, interface: str) -> int | None:
        for number, name in self.names.items():
            if interface == name:
                return number
        for spelling in self.spellings:
            found = re.fullmatch(spelling, interface, re.IGNORECASE)
            if found and found.groupdict().get("number") is not None:
                return int(found["number"])
        return None

    def canonical(self, interface: str) -> str:
        """Spell the name of a loopback as the platform does; other names stay as they are."""
        number = self.number_of(interface)
        return interface if number is None else self.interface_name(number)
