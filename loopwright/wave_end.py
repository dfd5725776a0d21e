"""How a wave ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

WaveEnded = Literal["kept", "put back", "left", "not begun"]


@dataclass(frozen=True, slots=True)
class WaveEnd:
    """One wave: its devices, how it ended and why, when it began (ISO 8601), and how long each stage took."""

    number: int
    devices: tuple[str, ...]
    ended: WaveEnded
    why: str = ""
    began: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
