"""Serve a mixed network: `python -m lab.mixed_serve FOLDER NETWORK model|frr [--detached]`.

With `frr` it starts a real router for every device first. These end with this process, however that ends.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import mixed_routers, mixed_topology
from lab.emulated.control import Control
from lab.emulated.description import HOST_KEY, KNOWN_HOSTS, Described, devices, read
from lab.emulated.frr import FrrRouting
from lab.emulated.model import Model
from lab.emulated.server import Emulation
from lab.emulated.views import Routing
from lab.errors import LabError
from lab.lifecycle import down


@contextmanager
def network_around(described: tuple[Described, ...], network: str, kind: str) -> Iterator[Routing]:
    """Make what stands behind the emulated devices, and take it away at the end. Raises LabError."""
    if kind == "model":
        yield Model(one.node for one in described)
        return
    real = tuple(part.name for part in mixed_topology.PARTS if part.system == mixed_topology.REAL)
    nodes = mixed_topology.nodes()
    routers = mixed_routers.start(mixed_topology.topology(), nodes, real, network, os.getpid(), _say)
    try:
        routing = FrrRouting(routers, nodes)
        yield routing
        routing.close()
    finally:
        down(network)


def _say(text: str) -> None:
    """Write to the log."""
    sys.stderr.write(f"{text}\n")


def serve(folder: Path, network: str, kind: str, *, detached: bool) -> None:
    """Serve until the control socket, a signal or the end of standard input says stop. Raises LabError, OSError."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if not detached:
        threading.Thread(target=_watch, args=(stop,), daemon=True).start()
    described = read(folder)
    with network_around(described, network, kind) as routing:
        where = {one.node.name: (one.host, one.port) for one in described}
        emulation = Emulation(
            devices(described, routing),
            addresses=where,
            host_key=folder / HOST_KEY,
            known_hosts=folder / KNOWN_HOSTS,
        )
        with emulation:
            control = Control(emulation, folder, stop.set)
            emulation.run(control.open())
            stop.wait()
            emulation.run(control.close())


def _watch(stop: threading.Event) -> None:
    """Say stop when standard input ends: whoever started this is gone."""
    while os.read(0, 1):
        pass
    stop.set()


def main(arguments: list[str]) -> int:
    """Serve what the command line names; return the exit code."""
    folder, network, kind = arguments[:3]
    try:
        serve(Path(folder), network, kind, detached="--detached" in arguments)
    except (LabError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
