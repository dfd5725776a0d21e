"""The mixed network: eight devices over six systems, on real routing where that can be had.

with closing(up(folder)) as network:
print(network.title)
network.inventory(folder / "inventory")
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import mixed_inventory
from lab.emulated.control import ask
from lab.emulated.description import KNOWN_HOSTS, Described, read, write
from lab.emulated.device import Login
from lab.errors import LabError, LabUnavailable, NotRunning
from lab.lifecycle import Progress
from lab.lifecycle import down as take_down
from lab.mixed_inventory import MixedDevice
from lab.mixed_login import KEY, SPEAKS_HTTPS, certificate, keep_certificates, login
from lab.mixed_process import start, stop
from lab.mixed_topology import PARTS, REAL, Part, nodes
from lab.network import Network, attach
from lab.programs import require
from lab.ssh import LOCALHOST

STATE = "mixed.json"
NETWORK = "mixed"
ON_ROUTERS = "runs on real FRR routing"
ON_MODEL = "runs on the topology model: no network namespaces here, because {reason}"
AS_ASKED = "runs on the topology model, as was asked for"


@dataclass(frozen=True)
class MixedNetwork:
    """A mixed network that runs; `real` tells whether routers do, `devices` are by name."""

    folder: Path
    name: str
    title: str
    real: bool
    devices: Mapping[str, MixedDevice]

    @property
    def routers(self) -> Network:
        """The real routers: all eight, the two with a login among them. Raises NotRunning where there are none."""
        if not self.real:
            raise NotRunning(f"the mixed network in {self.folder} {self.title}")
        return attach(self.name)

    @property
    def emulated(self) -> tuple[str, ...]:
        """The names of the devices that are emulated."""
        return tuple(device.name for device in self.devices.values() if device.system != REAL)

    def inventory(self, directory: Path) -> tuple[Path, ...]:
        """Write hosts.yaml, groups.yaml and defaults.yaml; return their paths."""
        return mixed_inventory.write(self.devices.values(), certificate(self.folder), directory)

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send an order to the emulated devices, as `lab.emulated.control` tells. Raises LabError."""
        return ask(self.folder, request)

    def fault(self, device: str, kind: str, **how: Any) -> None:
        """Set a fault of an emulated device: a kind and the fields of `lab.emulated.faults.Fault`. Raises LabError."""
        self.ask({"do": "fault", "device": device, "fault": {"kind": kind, **how}})

    def clear(self, device: str, kind: str = "") -> None:
        """Take faults of an emulated device away, those of one kind or all. Raises LabError."""
        self.ask({"do": "clear", "device": device, "kind": kind})

    def advance(self, seconds: float, device: str = "") -> None:
        """Let time pass on the clock of one emulated device, or of all. Raises LabError."""
        self.ask({"do": "advance", "seconds": seconds, "device": device})

    def reload(self, device: str) -> None:
        """Restart an emulated device from its startup configuration. Raises LabError."""
        self.ask({"do": "reload", "device": device})

    def configuration(self, device: str) -> tuple[str, str]:
        """Return the running and the startup configuration of an emulated device. Raises LabError."""
        answer = self.ask({"do": "configuration", "device": device})
        return answer["running"], answer["startup"]

    def down(self) -> None:
        """End everything that `up` started; `close` is the same."""
        down(self.folder)

    close = down


def why_not() -> str:
    """Return why no real routers can run here, "" where they can."""
    try:
        require()
    except LabUnavailable as reason:
        return str(reason)
    return ""


def up(
    folder: Path,
    real: bool | None = None,  # noqa: FBT001 - three answers: yes, no, where it can be had
    *,
    name: str = NETWORK,
    detached: bool = False,
    progress: Progress | None = None,
) -> MixedNetwork:
    """Start the mixed network in a folder of its own and return it once its neighbours are up.

    Without `real` it runs on real routers where these can be had, else on the topology model. Unless `detached` it
    ends with this process. Raises LabUnavailable where real routers are demanded in vain, LabError.
    """
    reason = why_not()
    if real and reason:
        raise LabUnavailable(reason)
    on_routers = not reason if real is None else real
    if is_up(folder):
        raise LabError(f"a mixed network is up in {folder}: take it down first")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    title = ON_ROUTERS if on_routers else AS_ASKED if real is False else ON_MODEL.format(reason=reason)
    opens = login(folder)
    write(folder, [_described(part, system, opens) for part, system in _parts(real=on_routers)])
    if progress:
        progress(f"the mixed network {title}")
    start(folder, name, "frr" if on_routers else "model", detached=detached)
    try:
        _keep_certificate(folder)
        (folder / STATE).write_text(json.dumps({"name": name, "title": title, "real": on_routers}))
        return attached(folder)
    except BaseException:
        down(folder)
        raise


def attached(folder: Path) -> MixedNetwork:
    """Return the mixed network that is up in a folder. Raises NotRunning."""
    try:
        state = json.loads((folder / STATE).read_text())
        listening = ask(folder, {"do": "stats"})["devices"]
        routers = attach(state["name"]) if state["real"] else None
    except (OSError, ValueError, LabError) as error:
        raise NotRunning(f"no mixed network is up in {folder}") from error
    parts = {part.name: part for part in PARTS}
    devices = {}
    for name, part in parts.items():
        if name in listening:
            devices[name] = MixedDevice(
                name, part.system if routers else part.stand_in, listening[name]["host"], listening[name]["port"],
                Login().username, folder / KEY, folder / KNOWN_HOSTS, Login().password,
            )  # fmt: skip
        elif routers:
            devices[name] = MixedDevice(
                name, REAL, LOCALHOST, routers.port(name), routers.username, routers.key_file, routers.known_hosts
            )
    return MixedNetwork(folder, state["name"], state["title"], bool(routers), devices)


def is_up(folder: Path) -> bool:
    """Tell whether a mixed network answers in a folder."""
    try:
        ask(folder, {"do": "usage"}, seconds=5)
    except LabError:
        return False
    return True


def down(folder: Path) -> bool:
    """End the mixed network of a folder, or what an earlier one left; tell whether one was up. Raises LabError."""
    was_up = is_up(folder)
    stop(folder)
    try:
        state = json.loads((folder / STATE).read_text())
    except (OSError, ValueError):
        return was_up
    if state["real"] and not why_not():
        take_down(state["name"])
    (folder / STATE).unlink()
    return was_up


def _parts(*, real: bool) -> list[tuple[Part, str]]:
    """Return the devices that are emulated, with their systems."""
    return [(part, part.system if real else part.stand_in) for part in PARTS if not real or part.system != REAL]


def _described(part: Part, system: str, opens: Login) -> Described:
    """Return an emulated device as its process is told of it."""
    return Described(system, next(node for node in nodes() if node.name == part.name), logins=(opens,))


def _keep_certificate(folder: Path) -> None:
    """Write the certificates of the devices that are spoken to over HTTPS."""
    listening = ask(folder, {"do": "stats"})["devices"]
    speaks = {one.node.name for one in read(folder) if one.system in SPEAKS_HTTPS}
    keep_certificates(folder, [entry["port"] for name, entry in listening.items() if name in speaks])
