"""The practice network of several systems: up, down, status, inventory and questions, as for the other one."""

from collections.abc import Callable, Iterator
from shutil import rmtree

from rich.table import Table

import lab as practice
from lab import mixed
from lab.errors import LabError, NotRunning
from lab.mixed import MixedNetwork
from lab.mixed_ask import tell
from lab.mixed_home import home
from lab.mixed_topology import topology


def running(name: str) -> MixedNetwork | None:
    """The mixed network of a name, None where none is up."""
    try:
        return mixed.attached(home(name))
    except NotRunning:
        return None


def start(name: str, say: Callable[[str], None], *, on_model: bool) -> MixedNetwork:
    """Start the mixed network, or find it running. Raises LabError where another network has the name."""
    network = running(name)
    if network is not None:
        if on_model and network.real:
            raise LabError(f"the mixed network {name} is up and {network.title}: take it down first")
        say(f"the mixed network {name} is up already and {network.title}")
        return network
    refuse_another(name)
    # What an earlier one has left, whose process was ended from outside.
    mixed.down(home(name))
    return mixed.up(home(name), real=False if on_model else None, name=name, detached=True, progress=say)


def refuse_another(name: str) -> None:
    """Raise LabError where the routers of the other practice network run under this name."""
    try:
        practice.attach(name)
    except NotRunning:
        return
    if not (home(name) / mixed.STATE).exists():
        raise LabError(f"a practice network {name} is up: take it down first, or use another name")


def told(network: MixedNetwork) -> Iterator[str]:
    """Yield in words what runs."""
    behind = "each of these before a real router of its own" if network.real else "no real router runs"
    emulated = ", ".join(f"{name} ({network.devices[name].system})" for name in network.emulated)
    yield f"emulated: {emulated}; {behind}"
    yield f"{len(network.devices)} devices are up; `lab inventory` writes how to reach them"


def end(name: str) -> bool:
    """End the mixed network of a name; tell whether there was one."""
    folder = home(name)
    was_there = (folder / mixed.STATE).exists()
    was_up = mixed.down(folder)
    if was_there:
        # Its keys, too: the next one has its own.
        rmtree(folder)
    return was_up or was_there


def shown(network: MixedNetwork) -> tuple[Table, bool]:
    """Return what each device is and which neighbours it lacks, and whether all is well."""
    table = Table("device", "system", "port", "behind it", "neighbours", "missing")
    found = network.routers.all_neighbours() if network.real else {}
    complete = True
    for name, device in network.devices.items():
        if network.real:
            dead = network.routers.dead_daemons(name)
            row = (f"{len(found[name].up & found[name].expected)} of {len(found[name].expected)}",)
            missing = ", ".join((*(f"{daemon} is dead" for daemon in dead), *found[name].missing))
            behind = "a real router" if name in network.emulated else "itself"
        else:
            row, missing, behind = (str(len(topology().ends(name))),), "", "the model"
        complete = complete and not missing
        table.add_row(name, device.system, str(device.port), behind, *row, missing)
    return table, complete


def ask(network: MixedNetwork, device: str, command: str) -> str:
    """Return what a device answers to a show command. Raises LabError."""
    return tell(network, device, command)
