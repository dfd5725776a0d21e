"""What each emulated system provides: its first configuration, and a store that takes lines as the real one does."""

from collections.abc import Sequence
from typing import Protocol, Self

from lab.emulated.views import Facts, Node


class Refusal(Exception):
    """A line or a commit that a system refuses; `answer` is what it prints, `line` what it was about ("" for all)."""

    def __init__(self, answer: str, line: str = "") -> None:
        super().__init__(f"{line!r}: {answer}" if line else answer)
        self.answer = answer
        self.line = line


class Store(Protocol):
    """One configuration of a device, pure: no clock, no transport, no sessions."""

    def apply(self, lines: Sequence[str]) -> None:
        """Take lines as they are typed in configuration mode, indented by one space per context, into effect.

        A system without a candidate takes each line at once and keeps those before a refused one; one with a candidate
        takes all or none. Raises Refusal.
        """
        ...

    def text(self) -> str:
        """The configuration as the system's show command prints it, in its own spelling and order."""
        ...

    def facts(self, device: str) -> Facts:
        """What the configuration comes to, for the network around."""
        ...

    def copy(self) -> Self:
        """An independent copy: a candidate, a checkpoint, an archive."""
        ...


class System(Protocol):
    """One emulated system; `transport` is `cli`, `netconf` or `eapi`."""

    name: str
    transport: str

    def first(self, node: Node) -> str:
        """The configuration of a device before anything is provisioned: host name, links, routing, no loopback."""
        ...

    def store(self, text: str) -> Store:
        """A store that holds a configuration."""
        ...

    def port(self, index: int) -> str:
        """The system's name of the interface of a node's link."""
        ...
