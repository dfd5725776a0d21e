"""Emulated networks of any size on the topology model, with their inventories.

with closing(up(folder, 1000, ("ios", "junos"))) as network:
network.inventory(folder / "inventory")
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.emulated import process
from lab.emulated.control import ask
from lab.emulated.description import KNOWN_HOSTS, Described, write
from lab.emulated.nodes import Shape, Sized, sized
from lab.errors import LabError
from lab.mixed_inventory import MixedDevice, entered, reached, write_files
from lab.mixed_login import KEY, SPEAKS_HTTPS, certificate, keep_certificates, login

GROUP = "emulated"


@dataclass(frozen=True)
class SizedNetwork:
    """A network that runs: its plan, and its devices in the order of the plan."""

    folder: Path
    plan: Sized
    devices: tuple[MixedDevice, ...]
    _process: "subprocess.Popen[bytes]"

    def inventory(self, directory: Path) -> tuple[Path, ...]:
        """Write hosts.yaml, groups.yaml and defaults.yaml; return their paths."""
        known = certificate(self.folder)
        hosts = {device.name: _host(self.plan, device, known) for device in self.devices}
        return write_files(directory, hosts, _groups(self.plan, self.devices[0]))

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send an order to the devices, as `lab.emulated.control` tells. Raises LabError."""
        return ask(self.folder, request)

    def down(self) -> None:
        """End the devices; `close` is the same."""
        process.end(self.folder, self._process)

    close = down


def up(folder: Path, count: int, systems: tuple[str, ...], shape: Shape = "tree") -> SizedNetwork:
    """Start so many devices, each of the next of the systems; they end with this process. Raises LabError."""
    if not systems:
        raise LabError("an emulated network needs a system")
    plan = sized(count, shape)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    opens = login(folder)
    chosen = {node.name: systems[number % len(systems)] for number, node in enumerate(plan.nodes)}
    write(folder, [Described(chosen[node.name], node, logins=(opens,)) for node in plan.nodes])
    running = process.start(folder)
    try:
        listening = ask(folder, {"do": "stats"})["devices"]
        # All devices of a process show the same certificate.
        https = [listening[name]["port"] for name, system in chosen.items() if system in SPEAKS_HTTPS]
        keep_certificates(folder, https[:1])
    except BaseException:
        process.end(folder, running)
        raise
    devices = tuple(
        MixedDevice(
            name, system, listening[name]["host"], listening[name]["port"], opens.username,
            folder / KEY, folder / KNOWN_HOSTS, opens.password,
        )
        for name, system in chosen.items()
    )  # fmt: skip
    return SizedNetwork(folder, plan, devices, running)


def _host(plan: Sized, device: MixedDevice, known: Path | None) -> dict[str, Any]:
    """Return one device as a host."""
    ipv4, ipv6 = plan.loopback(device.name)
    groups = [_area_group(plan.area(device.name)), GROUP]
    loopbacks = {0: {"ipv4": ipv4, "ipv6": ipv6}}
    return {**reached(device, known), "groups": groups, "data": {"loopbacks": loopbacks}}


def _area_group(area: str) -> str:
    """Return the group of the devices that are at home in an area."""
    return f"area-{area.replace('.', '-')}"


def _groups(plan: Sized, device: MixedDevice) -> dict[str, Any]:
    """Return groups.yaml: one group per area, and one for how to log in."""
    found: dict[str, Any] = {GROUP: entered(device)}
    for node in plan.nodes:
        area = plan.area(node.name)
        found.setdefault(_area_group(area), {"data": {"loopbacks": {0: _loopback(area, plan.summaries(node.name))}}})
    return found


def _loopback(area: str, summaries: tuple[str, str]) -> dict[str, Any]:
    """Return what the loopbacks of an area have in common; beyond it a summary stands for them."""
    return {
        "role": "router-id",
        "description": "loopback of an emulated network",
        "advertise": {"ospf": {"area": area}, "ospf3": {"area": area}},
        "expect": {"summarised_as": list(summaries)},
    }
