"""How a run is divided into waves, and how many failures it goes on with, as they are written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

_SIZE = re.compile(r"(?P<count>0|[1-9]\d{0,6})|(?P<percent>\d{1,3}(\.\d{1,3})?) ?%")
_ATTRIBUTE = re.compile(r"by *= *(?P<name>[^\s,=]+)")


@dataclass(frozen=True, slots=True)
class Share:
    """A number of devices, or per cent of those that there are."""

    amount: Fraction
    percent: bool

    @classmethod
    def parse(cls, text: str) -> "Share":
        """Return what `2` or `5%` means; raises ValueError."""
        found = _SIZE.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text.strip()!r} is neither a number like 2 nor a percentage like 5%")
        if found["count"]:
            return cls(Fraction(found["count"]), percent=False)
        amount = Fraction(found["percent"])
        if amount > 100:
            raise ValueError(f"{text.strip()!r} is more than 100%")
        return cls(amount, percent=True)

    def of(self, total: int) -> Fraction:
        """How many of a total it is."""
        return self.amount * total / 100 if self.percent else self.amount

    def __str__(self) -> str:
        return f"{float(self.amount):g}%" if self.percent else str(self.amount)


@dataclass(frozen=True, slots=True)
class Division:
    """How a run is divided: upper limits of its waves, the last one repeated; or one wave per value of an attribute.

    With `by`, devices without a value come last and are divided by `sizes`.
    """

    sizes: tuple[Share, ...]
    by: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Division":
        """Return what `1,10%,100%` or `by=site` means; raises ValueError in words."""
        attribute = _ATTRIBUTE.fullmatch(text.strip())
        if attribute:
            return cls(DEFAULT_DIVISION.sizes, attribute["name"])
        return cls.of(text.split(","))

    @classmethod
    def of(cls, sizes: Sequence[str]) -> "Division":
        """Return the division by sizes, each `2` or `5%`; raises ValueError in words."""
        shares = tuple(Share.parse(size) for size in sizes)
        if not all(share.amount for share in shares):
            raise ValueError("a wave holds at least one device: 0 is no size")
        return cls(shares)

    def limits(self, total: int) -> tuple[int, ...]:
        """The most devices of each wave, rounded up; the last holds for all that follow."""
        return tuple(max(1, ceil(size.of(total))) for size in self.sizes)

    def __str__(self) -> str:
        return f"by={self.by}" if self.by else ",".join(str(size) for size in self.sizes)


DEFAULT_DIVISION = Division.of(("1", "10%", "100%"))
"""One canary, then a tenth, then the rest."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """How many failures a run goes on with."""

    share: Share

    @classmethod
    def parse(cls, text: str) -> "Threshold":
        """Return what `0`, `2` or `5%` means; raises ValueError in words."""
        return cls(Share.parse(text))

    def allows(self, failures: int, of: int) -> bool:
        """Whether a run of so many devices goes on after so many failures."""
        return failures <= self.share.of(of)

    def __str__(self) -> str:
        return str(self.share)


NO_FAILURES = Threshold.parse("0")
"""The first failure stops the run."""
