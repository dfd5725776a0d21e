"""The practice network that figures are taken on: clean before every run, looked at after every run."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import unified_diff
from typing import TypeVar

import lab
from bench.measure import BenchError
from lab.network import Network
from lab.topology import Topology
from lab.waiting import wait_until

T = TypeVar("T")
_EMPTY = re.compile(r"^interface \S+\nexit\n!\n", re.MULTILINE)
QUIET_S = 60.0
Lines = Mapping[str, tuple[str, ...]]


def topology(routers: int) -> Topology:
    """The practice network of that size, where every login lands in vtysh: the peers use stock session classes."""
    plain = lab.sized(routers)
    return Topology(tuple(replace(router, login="vtysh") for router in plain.routers), plain.links)


@dataclass(frozen=True)
class Practice:
    """A network that is up, and every router's configuration without loopbacks."""

    network: Network
    baseline: Mapping[str, str]

    def reset(self, undo: Lines) -> None:
        """Take every loopback away again, and see that nothing is left of them, neither configured nor routed."""
        _on_each(undo, lambda router: self._take_away(router, undo[router]))
        for router, text in self.configurations().items():
            before, now = stated(self.baseline[router]), stated(text)
            if before != now:
                changed = "\n".join(unified_diff(before, now, "before", "now", lineterm=""))
                raise BenchError(f"{router} is not as it was before the run:\n{changed}")
        if not wait_until(self._forgotten, QUIET_S, step_s=0.5):
            raise BenchError("a route to a loopback is left over")

    def configurations(self) -> dict[str, str]:
        """Every router's running configuration, asked inside its namespace."""
        return _on_each(self.network.routers, self.network.running_config)

    def wrong(self, expected: Lines) -> tuple[str, ...]:
        """The routers that lack a line which they should have, running or saved."""
        running = self.configurations()
        return tuple(router for router, lines in expected.items() if self._lacks(router, lines, running[router]))

    def gained(self, undo: Lines) -> Lines:
        """The lines that every router has now and had not at first, as it shows them."""
        running = self.configurations()
        return {router: tuple(gained(self.baseline[router], running[router])) for router in undo}

    def _lacks(self, router: str, lines: Iterable[str], running: str) -> bool:
        saved = (self.network.folder.router(router) / "frr.conf").read_text()
        return any(lacks(text, lines) for text in (running, saved))

    def _take_away(self, router: str, lines: Iterable[str]) -> None:
        commands = [line.strip() for line in lines]
        if commands:
            self.network.ask(router, "configure terminal", *commands)
        self.network.vtysh(router, "write memory")

    def _forgotten(self) -> bool:
        """Whether the first and the last router have no route to a loopback any more."""
        ends = (self.network.routers[0], self.network.routers[-1])
        return not any("10.255." in self.network.vtysh(router, "show ip route") for router in ends)


def stated(configuration: str) -> list[str]:
    """The lines of a configuration without stanzas that say nothing: isisd keeps an emptied interface."""
    return _EMPTY.sub("", configuration).splitlines()


def gained(before: str, after: str) -> Iterator[str]:
    """The lines of a configuration that an earlier one had not, contexts aside."""
    had = {line.strip() for line in before.splitlines()}
    for line in after.splitlines():
        if line.startswith(" ") and line.strip() not in had:
            yield line.strip()


def lacks(configuration: str, lines: Iterable[str]) -> bool:
    """Whether a configuration lacks one of some lines."""
    return not set(lines) <= {line.strip() for line in configuration.splitlines()}


def _on_each(routers: Iterable[str], ask: Callable[[str], T]) -> dict[str, T]:
    names = tuple(routers)
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(names, pool.map(ask, names), strict=True))


@contextmanager
def practice(routers: int, name: str, owner: int, say: Callable[[str], None]) -> Iterator[Practice]:
    """Have a network up for as long as the `with` lasts; it also goes when its owner does."""
    network = lab.up(topology(routers), name, owner=owner, progress=say)
    try:
        yield Practice(network, _on_each(network.routers, network.running_config))
    finally:
        lab.down(name)
