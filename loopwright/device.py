"""What the tasks need of a device: a Reader that asks, a Writer that also changes; and the values of a ping.

A Reader cannot write. Only `tasks/deploy.py` makes a Writer.
"""

from collections.abc import Callable, Sequence
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


@dataclass(slots=True)
class Counts:
    """What a session cost: writes that were waited for, commands in them, bytes both ways."""

    exchanges: int = 0
    commands: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0


Heard = Callable[[str], None]
"""Hears of each line that a device has accepted, before the next one is sent."""


def unheard(line: str) -> None:
    """Hear of an accepted line, and do nothing about it."""


class Reader(Protocol):
    """A device that can be asked; every call has a time limit and raises a DeviceError."""

    name: str

    @property
    def counts(self) -> Counts:
        """What asking has cost so far."""
        ...

    @property
    def privileged(self) -> bool:
        """Whether this login may configure."""
        ...

    def show(self, commands: Sequence[str]) -> tuple[str, ...]:
        """Run show commands and return their outputs, one per command, in order."""
        ...

    def ping(self, requests: Sequence[PingRequest]) -> tuple[Ping, ...]:
        """Run pings on the device, several at once where it can, and return them in order."""
        ...


class Writer(Reader, Protocol):
    """A device that can be changed, each line taking effect at once.

    `confirms_elsewhere` says whether another connection can confirm or take back what one has armed.
    """

    confirms_elsewhere: bool

    def write(self, lines: Sequence[str], seconds: int = 0, heard: Heard = unheard) -> tuple[str, ...]:
        """Take lines into effect and return the accepted ones; `seconds` arms the device's timer first.

        A line's indentation is its depth. Raises LineRejected at the first refusal, with nothing sent after it
        and configuration mode left.
        """
        ...

    def armed(self) -> bool:
        """Ask the device whether a change waits: the one that was loaded or taken up here, else anybody's."""
        ...

    def confirm(self) -> None:
        """Confirm an armed change, after asking whether it still waits: it may be repeated where an answer was lost.

        Raises NothingWaits where none waits any more, Unconfirmable where only another session can confirm it, Locked
        where somebody else holds the configuration.
        """
        ...

    def held(self) -> str:
        """What another process needs to go on with the change of this one; "" where it needs nothing.

        Known from the load on, and the same until the change is confirmed or taken back.
        """
        ...

    def take_up(self, held: str) -> None:
        """Go on where another process has stopped: `armed`, `confirm` and `revert` work on its change from now on.

        Asked before `load`, the change is made under that name where the device has names for changes in preparation
        (letters, digits and hyphens), so that it can be written down before the device knows of it.
        """
        ...

    def abandon(self, held: str) -> None:
        """Drop what a dead process has loaded and not committed; an armed change is left alone."""
        ...

    def disarm(self) -> None:
        """Stop a timer that this connection has armed where nothing was changed after all; nothing otherwise."""
        ...

    def revert(self, name: str) -> None:
        """Go back by the device's own way: the timer's configuration, the checkpoint of that name, the last commit.

        Raises as `confirm` does.
        """
        ...

    def mark(self, name: str) -> None:
        """Make a checkpoint of the running configuration."""
        ...

    def unmark(self, name: str) -> None:
        """Drop a checkpoint."""
        ...

    def save(self) -> None:
        """Save the running configuration as the startup configuration."""
        ...


class Transaction(Writer, Protocol):
    """A device with a candidate configuration."""

    def load(self, lines: Sequence[str]) -> tuple[str, ...]:
        """Load lines into a candidate that nobody else writes to; raises LineRejected or Locked, and leaves none."""
        ...

    def candidate(self) -> str | None:
        """The whole candidate as the running configuration would be shown, None where the device cannot tell."""
        ...

    def commit(self, seconds: int = 0) -> None:
        """Make the candidate the running configuration, to be confirmed within `seconds`; raises LineRejected."""
        ...

    def discard(self) -> None:
        """Drop the candidate and its lock; nothing where there is none."""
        ...
