"""A device of one system: its configurations, files, logins, clock, faults, and the network that it stands in."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from lab.emulated.clock import Clock, Timer
from lab.emulated.faults import Faults
from lab.emulated.store import ConfigStore, Position
from lab.emulated.system import Refusal, System
from lab.emulated.views import Facts, Node, Routing

PASSWORD = "practice"  # noqa: S105 - emulated devices listen on this machine only


@dataclass(frozen=True, slots=True)
class Login:
    """Who may log in, and how far: `authorized` False is refused every command that changes or saves something."""

    username: str = "practice"
    password: str = PASSWORD
    keys: tuple[str, ...] = ()
    privilege: int = 15
    authorized: bool = True


@dataclass(slots=True)
class Counters:
    """What a device was asked so far."""

    connections: int = 0
    commands: int = 0
    configuration_lines: int = 0


class Session(Protocol):
    """A connection of somebody to a device."""

    def cut(self) -> None:
        """End it at once, from any thread."""
        ...


@dataclass
class Files:
    """The files on flash, by name without the name of the file system."""

    size: int = 8_000_000_000
    content: dict[str, bytes] = field(default_factory=dict)

    @property
    def free(self) -> int:
        """The bytes left."""
        return max(0, self.size - sum(map(len, self.content.values())))


class Device:
    """One emulated device. What changes its running configuration tells the network around it.

    `running` is a `Store`; for the command lines here it is a `ConfigStore`.
    """

    def __init__(
        self,
        node: Node,
        system: System,
        routing: Routing,
        *,
        logins: Iterable[Login] = (Login(),),
        enable_password: str = "",
        clock: Clock | None = None,
    ) -> None:
        self.name = node.name
        self.node = node
        self.system = system
        self.routing = routing
        self.logins = {login.username: login for login in logins}
        self.enable_password = enable_password
        self.clock = clock or Clock()
        self.started = self.clock.now()
        self.faults = Faults()
        self.counters = Counters()
        self.files = Files()
        self.sessions: set[Session] = set()
        self.lock = threading.RLock()
        # What a system keeps beside its configuration: a pending timer, checkpoints, who holds a lock.
        # Timers in it are cancelled by a reload.
        self.state: dict[str, Any] = {}
        # What the running configuration comes to: told to the network when it changes, shown many times.
        self.facts = Facts(node.name)
        self._told = False
        first = system.first(node)
        self.running: Any = system.store(first)
        self.startup = first
        self.changed()

    @property
    def hostname(self) -> str:
        """The name in the prompt."""
        configured = self.running.hostname() if isinstance(self.running, ConfigStore) else ""
        return configured or self.name

    def changed(self) -> None:
        """Tell the network what the running configuration comes to, if that is anything new."""
        facts = self.running.facts(self.name)
        if not self._told or facts != self.facts:
            self.facts, self._told = facts, True
            self.routing.update(facts)

    def replace(self, store: Any) -> None:
        """Put another configuration in the place of the running one."""
        self.running = store
        self.changed()

    def enter(self, store: ConfigStore, position: Position, line: str) -> Position:
        """Take a typed line into a configuration of this device, the running one or a candidate. Raises Refusal."""
        self.counters.configuration_lines += 1
        refused = self.faults.bites("reject", line.strip())
        if refused:
            raise Refusal(refused.text or "% Command rejected", line)
        if self.faults.bites("ignore", line.strip()):
            return position
        after = store.enter(position, line)
        if store is self.running:
            self.changed()
        return after

    def write(self, name: str, content: bytes) -> bool:
        """Write a file to flash; return False when there is no room for it."""
        if self.faults.bites("full-flash", name) or len(content) > self.files.free:
            return False
        spoiled = self.faults.bites("md5", name)
        self.files.content[name] = content[:-1] + b"?" if spoiled else content
        return True

    def saved(self) -> None:
        """Make the running configuration the one that it starts with."""
        self.startup = self.running.text()

    def due(self) -> None:
        """Do what is due by the device's clock."""
        with self.lock:
            self.clock.due()

    def cut(self) -> None:
        """End every session."""
        for session in tuple(self.sessions):
            session.cut()

    def reload(self) -> None:
        """Start again from the startup configuration: sessions end, timers and candidates are forgotten."""
        with self.lock:
            for kept in self.state.values():
                if isinstance(kept, Timer):
                    kept.cancel()
            self.state.clear()
            self.started = self.clock.now()
            self.replace(self.system.store(self.startup))
        self.cut()
