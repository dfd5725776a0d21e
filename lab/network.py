"""A practice network that runs, as its users handle it."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab import control, daemons, neighbours, routes
from lab.errors import LabError, NotConverged, NotRunning
from lab.folder import Folder, State
from lab.namespaces import NAMED, enter, named
from lab.neighbours import Neighbours
from lab.processes import matching, namespace_id, network_of, send
from lab.programs import run
from lab.ssh import username
from lab.topology import Topology
from lab.waiting import wait_until

ANSWER_S = 30.0


@dataclass(frozen=True)
class Network:
    """One network: its routers, how to log in, how to ask them, how to break them."""

    folder: Folder
    state: State

    @property
    def name(self) -> str:
        """Return the name of the network."""
        return self.folder.name

    @property
    def topology(self) -> Topology:
        """Return the routers and links."""
        return self.state.topology

    @property
    def routers(self) -> tuple[str, ...]:
        """Return the names of the routers, in order."""
        return self.topology.names

    @property
    def key_file(self) -> Path:
        """Return the private key that opens every router."""
        return self.folder.key

    @property
    def known_hosts(self) -> Path:
        """Return the file with the host keys of all routers."""
        return self.folder.known_hosts

    @property
    def username(self) -> str:
        """Return the user to log in as."""
        return username()

    def port(self, router: str) -> int:
        """Return the SSH port of a router on 127.0.0.1."""
        return self.state.ports[self.topology.router(router).name]

    def inside(self, router: str) -> list[str]:
        """Return the words before a command that make it run inside a router."""
        return enter(self.folder, self.topology.router(router).name)

    def run(self, router: str, argv: list[str], *, timeout: float = ANSWER_S) -> subprocess.CompletedProcess[str]:
        """Run any command inside a router, whatever its exit code."""
        return run([*self.inside(router), *argv], timeout=timeout)

    def ask(self, router: str, *commands: str, timeout: float = ANSWER_S) -> subprocess.CompletedProcess[str]:
        """Give commands to vtysh, whatever its exit code."""
        argv = daemons.vtysh_argv(self.folder.router(router))
        for command in commands:
            argv += ["-c", command]
        return self.run(router, argv, timeout=timeout)

    def vtysh(self, router: str, *commands: str, timeout: float = ANSWER_S) -> str:
        """Give commands to vtysh and return its output; raise with that output when it reports a fault."""
        done = self.ask(router, *commands, timeout=timeout)
        if done.returncode:
            raise LabError(f"{router}: vtysh failed on {commands!r}\n{done.stdout}{done.stderr}")
        return done.stdout

    def running_config(self, router: str) -> str:
        """Return the running configuration of a router, without the words around it."""
        text = self.vtysh(router, "show running-config")
        return text[text.index("frr version") :]

    def neighbours(self, router: str) -> Neighbours:
        """Return the routing neighbours of a router."""
        return neighbours.of(self.folder, self.topology, self.topology.router(router).name)

    def all_neighbours(self) -> dict[str, Neighbours]:
        """Return the routing neighbours of all routers."""
        return neighbours.of_all(self.folder, self.topology)

    def missing(self) -> dict[str, tuple[str, ...]]:
        """Return what each router still lacks: neighbours first, then routes to the links of the network."""
        found = {name: entry.missing for name, entry in self.all_neighbours().items() if entry.missing}
        return found or routes.missing(self.folder, self.topology)

    def wait_converged(self, seconds: float) -> None:
        """Wait until every router has all neighbours and knows all links, or raise with what is missing."""
        # A question to every router costs processor time that the routers themselves need to converge.
        if not wait_until(lambda: not self.missing(), seconds, step_s=0.05 + 0.005 * len(self.routers)):
            raise NotConverged(seconds, self.missing())

    def dead_daemons(self, router: str) -> tuple[str, ...]:
        """Return the daemons of a router that should run and do not."""
        return daemons.dead(self.folder, self.topology.router(router))

    def restart_daemons(self, router: str) -> None:
        """End the daemons of a router and start them from its saved configuration."""
        known = self.topology.router(router)
        daemons.stop(self.folder, known)
        daemons.start(self.folder, known)
        daemons.load(self.folder, known)

    def logs(self, router: str, lines: int = 40) -> str:
        """Return the last lines of every log of a router."""
        return daemons.logs(self.folder, self.topology.router(router), lines)

    def listens(self) -> bool:
        """Tell whether the process that takes SSH connections runs."""
        return control.answers(self.folder)

    def stop_ssh(self, router: str) -> None:
        """Refuse new SSH connections to a router."""
        control.tell(self.folder, "stop", router)

    def start_ssh(self, router: str) -> None:
        """Answer SSH connections to a router again."""
        control.tell(self.folder, "start", router)

    def hang_ssh(self, router: str) -> None:
        """Accept new SSH connections to a router and never answer them."""
        control.tell(self.folder, "hang", router)

    def freeze(self, router: str) -> None:
        """Halt every process of a router, logins included, so that it hangs in the middle of whatever it does."""
        self._signal(router, signal.SIGSTOP)

    def thaw(self, router: str) -> None:
        """Let a halted router go on."""
        self._signal(router, signal.SIGCONT)

    def _signal(self, router: str, number: signal.Signals) -> None:
        """Send a signal to every process inside a router."""
        space = namespace_id(NAMED / named(self.name, self.topology.router(router).name))
        for pid in matching(lambda pid: network_of(pid) == space):
            if (process := send(pid, number, lambda pid: network_of(pid) == space)) is not None:
                os.close(process)


def attach(name: str = "lab") -> Network:
    """Return the network of this name that is up."""
    folder = Folder.of(name)
    state = folder.read()
    if not state.complete:
        raise NotRunning(f"the practice network {name} was not started to its end")
    return Network(folder, state)
