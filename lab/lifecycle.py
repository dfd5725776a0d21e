"""Starting a network and taking it down."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from lab import control, daemons, namespaces, ssh
from lab.configuration import Timers
from lab.errors import LabError, NotRunning
from lab.folder import Folder, State
from lab.network import Network, attach
from lab.programs import require
from lab.teardown import clear, refuse_strangers
from lab.topology import Router, Topology

Progress = Callable[[str], None]
# How long neighbours may take: real timers need most of a minute, and a large network longer.
CONVERGENCE_S = 60.0
CONVERGENCE_PER_ROUTER_S = 0.5


def up(
    topology: Topology,
    name: str = "lab",
    timers: Timers = "fast",
    owner: int | None = None,
    progress: Progress | None = None,
) -> Network:
    """Start a network, or find it running, and return it once all neighbours and routes are there."""
    say = progress or _silently
    require()
    folder = Folder.of(name)
    with folder.locked():
        network = _running(folder, topology, timers)
        if network:
            say(f"the practice network {name} is up already")
        else:
            network = _start(folder, topology, timers, owner, say)
    say("waiting for neighbours and routes")
    network.wait_converged(CONVERGENCE_S + CONVERGENCE_PER_ROUTER_S * len(topology.routers))
    return network


def _silently(text: str) -> None:
    """Say nothing."""


def down(name: str = "lab") -> bool:
    """Take a network down; tell whether there was one."""
    folder = Folder.of(name)
    with folder.locked():
        return clear(folder)


def _running(folder: Folder, topology: Topology, timers: Timers) -> Network | None:
    """Return the network if all of it runs; raise when it is another one than asked for."""
    try:
        network = attach(folder.name)
    except NotRunning:
        return None
    if not control.answers(folder) or any(network.dead_daemons(router) for router in network.routers):
        return None
    if (network.topology, network.state.timers) != (topology, timers):
        raise LabError(
            f"the practice network {folder.name} is up with {len(network.routers)} routers and "
            f"{network.state.timers} timers: take it down first, or use another name"
        )
    return network


def _start(folder: Folder, topology: Topology, timers: Timers, owner: int | None, say: Progress) -> Network:
    """Start a network from nothing, and leave nothing behind when that fails."""
    if clear(folder):
        say("cleared the remains of an earlier start")
    refuse_strangers(folder)
    folder.create()
    with ExitStack() as on_failure:
        on_failure.callback(clear, folder)
        folder.write(State(topology, timers, owner, {}))
        for router in topology.names:
            folder.router(router).mkdir()
        ssh.make_client_key(folder)
        # First, because it watches the owner: from here on a killed start leaves nothing behind either.
        ports = control.start(folder)
        say(f"making {len(topology.routers)} namespaces and {len(topology.links)} links")
        namespaces.create(folder, topology)
        say(f"starting {sum(len(daemons.of(router)) for router in topology.routers)} daemons")
        _in_parallel(lambda router: _start_router(folder, topology, router, timers), topology.routers)
        say("loading their configuration")
        # Only now: the routers that run would spend the time of those that start on computing routes again and again.
        _in_parallel(lambda router: daemons.load(folder, router), topology.routers)
        _in_parallel(lambda router: daemons.refuse_dead(folder, router), topology.routers)
        ssh.write_known_hosts(folder, ports)
        state = State(topology, timers, owner, ports)
        folder.write(state)
        on_failure.pop_all()
    return Network(folder, state)


def _start_router(folder: Folder, topology: Topology, router: Router, timers: Timers) -> None:
    """Start what belongs to one router."""
    ssh.prepare(folder, router)
    daemons.configure(folder, topology, router, timers)
    daemons.start(folder, router)


def _in_parallel(work: Callable[[Router], None], routers: Iterable[Router]) -> None:
    """Do the same for all routers, as many at once as there are processors, and raise the first fault."""
    with ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        futures = [pool.submit(work, router) for router in routers]
        try:
            for future in futures:
                future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
