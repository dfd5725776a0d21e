"""What the tasks need of a device: a Reader that asks, a Writer that also changes; and the values of a ping.

A Reader cannot write. Only `tasks/deploy.py` makes a Writer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class PingRequest:
    """One echo test to run on a device: `count` requests from `source` to `destination`.

    `source` and `destination` are addresses without prefix length and of one family.
    `timeout` is the wait for one reply, in seconds.
    """

    source: str
    destination: str
    vrf: str = "default"
    count: int = 3
    timeout: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Ping:
    """What came of a PingRequest; `error` is set when the device could not run it at all."""

    request: PingRequest
    received: int
    error: str = ""


class Reader(Protocol):
    """A device that can be asked; every call has a time limit and raises a DeviceError."""

    name: str

    def show(self, commands: Sequence[str]) -> tuple[str, ...]:
        """Run show commands and return their outputs, one per command, in order."""
        ...

    def ping(self, requests: Sequence[PingRequest]) -> tuple[Ping, ...]:
        """Run pings on the device, several at once where it can, and return them in order."""
        ...


class Writer(Reader, Protocol):
    """A device that can be changed line by line."""

    def configure(self, lines: Sequence[str]) -> tuple[str, ...]:
        """Enter configuration mode, send the lines, leave; return the accepted lines.

        A line's indentation is its depth. Raises LineRejected at the first refusal, with nothing sent after it
        and configuration mode left.
        """
        ...

    def save(self) -> None:
        """Save the running configuration as the startup configuration."""
        ...
