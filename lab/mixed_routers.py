"""Real FRR routers for a network of nodes, some of them with an SSH login, the others behind emulated devices."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from lab import control, daemons, namespaces, neighbours, ssh
from lab.emulated.frr_configuration import frr_conf
from lab.emulated.views import Node
from lab.errors import NotConverged
from lab.folder import Folder, State
from lab.lifecycle import Progress
from lab.network import Network
from lab.programs import require
from lab.teardown import clear, refuse_strangers
from lab.topology import Router, Topology
from lab.waiting import wait_until

CONVERGENCE_S = 60.0
AT_ONCE = 4


def start(
    topology: Topology, nodes: Iterable[Node], logins: tuple[str, ...], name: str, owner: int | None, say: Progress
) -> Network:
    """Start the routers of nodes and wait for their neighbours; the network has ports for those with a login.

    What an earlier start of this name left is taken away first. With an owner, all is taken away when that process
    ends. Raises LabUnavailable where namespaces cannot be had, NotConverged, LabError.
    """
    require()
    folder = Folder.of(name)
    with folder.locked():
        network = _start(folder, topology, tuple(nodes), logins, owner, say)
    say("waiting for neighbours")
    if not wait_until(lambda: not _missing(network), CONVERGENCE_S, step_s=0.1):
        raise NotConverged(CONVERGENCE_S, _missing(network))
    return network


def _missing(network: Network) -> dict[str, tuple[str, ...]]:
    """Return the neighbours that each router still lacks."""
    found = neighbours.of_all(network.folder, network.topology)
    return {name: entry.missing for name, entry in found.items() if entry.missing}


def _start(
    folder: Folder,
    topology: Topology,
    nodes: tuple[Node, ...],
    logins: tuple[str, ...],
    owner: int | None,
    say: Progress,
) -> Network:
    """Start a network from nothing, and leave nothing behind when that fails."""
    if clear(folder):
        say("cleared the remains of an earlier start")
    refuse_strangers(folder)
    folder.create()
    with ExitStack() as on_failure:
        on_failure.callback(clear, folder)
        shown = Topology(tuple(topology.router(login) for login in logins), ())
        folder.write(State(shown, "fast", owner, {}))
        for router_name in topology.names:
            folder.router(router_name).mkdir()
        ssh.make_client_key(folder)
        # Reads who is to have a login; from here on a killed start leaves nothing behind either.
        ports = control.start(folder)
        say(f"making {len(topology.routers)} namespaces and {len(topology.links)} links")
        namespaces.create(folder, topology)
        say(f"starting {sum(len(daemons.of(router)) for router in topology.routers)} daemons of real routers")
        by_name = {node.name: node for node in nodes}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda router: _run(folder, router, by_name[router.name], logins), topology.routers))
            list(pool.map(lambda router: daemons.load(folder, router), topology.routers))
        for router in topology.routers:
            daemons.refuse_dead(folder, router)
        ssh.write_known_hosts(folder, ports)
        state = State(topology, "fast", owner, ports)
        folder.write(state)
        on_failure.pop_all()
    return Network(folder, state)


def _run(folder: Folder, router: Router, node: Node, logins: tuple[str, ...]) -> None:
    """Start what belongs to one router."""
    if router.name in logins:
        ssh.prepare(folder, router)
    home = folder.router(router.name)
    (home / "frr.conf").write_text(frr_conf(node))
    (home / "vtysh.conf").write_text("service integrated-vtysh-config\n")
    daemons.start(folder, router)
