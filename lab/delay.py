"""Delaying connections to 127.0.0.1, and counting their round trips, from a process of its own.

    with delayed([2201, 2202], round_trip_s=0.05) as line:
        connect(line.ports[2201])
        line.counts()[2201].round_trips

The forwarder is another process so that its work is not counted as the client's. See `lab.forwarder` for what counts as
a round trip.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO, Any, cast

from lab.control import module_environment
from lab.errors import LabError


@dataclass(frozen=True)
class Traffic:
    """What passed through one port so far."""

    connections: int
    # Of the connection that needed most, and of all together.
    round_trips: int
    round_trips_in_all: int
    bytes_up: int
    bytes_down: int


class Delayed:
    """The delayed ports while they are open."""

    def __init__(self, process: "subprocess.Popen[str]", old: Sequence[int]) -> None:
        """Read the new ports from a forwarder that was just started."""
        # Both are pipes: see `delayed`.
        self._orders = cast("IO[str]", process.stdin)
        self._answers = cast("IO[str]", process.stdout)
        answer = self._read()
        self.ports: Mapping[int, int] = MappingProxyType({port: int(answer[str(port)]) for port in old})

    def counts(self) -> dict[int, Traffic]:
        """Return what passed so far, by the old port."""
        self._orders.write("\n")
        self._orders.flush()
        entries: list[dict[str, int]] = self._read()
        return {port: _traffic([entry for entry in entries if entry["port"] == port]) for port in self.ports}

    def _read(self) -> Any:
        """Return the next answer of the forwarder."""
        line = self._answers.readline()
        if not line:
            raise LabError("the delaying forwarder ended")
        return json.loads(line)


def _traffic(connections: list[dict[str, int]]) -> Traffic:
    """Add up the connections of one port."""
    return Traffic(
        connections=len(connections),
        round_trips=max((entry["round_trips"] for entry in connections), default=0),
        round_trips_in_all=sum(entry["round_trips"] for entry in connections),
        bytes_up=sum(entry["bytes_up"] for entry in connections),
        bytes_down=sum(entry["bytes_down"] for entry in connections),
    )


@contextmanager
def delayed(ports: Sequence[int], round_trip_s: float) -> Iterator[Delayed]:
    """Open one delayed port for each port given, for as long as the `with` lasts."""
    argv = [sys.executable, "-m", "lab.forwarder", str(round_trip_s), *map(str, ports)]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=module_environment(), cwd="/"
    ) as process:
        # Leaving this block closes the forwarder's standard input, at which it ends.
        yield Delayed(process, ports)
