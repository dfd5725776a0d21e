"""Emulated devices of every system behind their transports, and the hosts by which bare drivers and ours reach them."""

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from napalm import get_network_driver
from netmiko import ConnectHandler
from nornir.core.inventory import ConnectionOptions, Defaults, Host

from lab.emulated.device import PASSWORD, Device, Login
from lab.emulated.model import Model
from lab.emulated.nodes import sized
from lab.emulated.server import Emulation
from lab.emulated.systems import system
from loopwright.device import Reader
from loopwright.platform import load_platforms
from tasks.connect import Access, open_reader
from tasks.writers import transaction, writer

PLATFORMS = load_platforms()
LOCAL = "127.0.0.1"
USER = Login().username
NETMIKO = {"ios": "cisco_ios", "nxos": "cisco_nxos", "iosxr": "cisco_xr"}


@dataclass
class Ground:
    """Devices that listen; a host is made anew each time that it is asked for, and closed with the ground."""

    emulation: Emulation
    known_hosts: Path
    certificate: Path
    hosts: list[Host] = field(default_factory=list)
    drivers: list[Any] = field(default_factory=list)

    def device(self, name: str) -> Device:
        """A device itself."""
        return self.emulation.device(name)

    def host(self, name: str, transport: str = "", **given: Any) -> Host:
        """A host as an inventory makes it; `netmiko` and `napalm` are extras, `password` and `port` replace."""
        extras = {
            "allow_agent": False, "use_keys": False, "alt_host_keys": True,
            "alt_key_file": str(self.known_hosts), "system_host_keys": False, **given.get("netmiko", {}),
        }  # fmt: skip
        options = {
            "netmiko": ConnectionOptions(extras=extras),
            "napalm": ConnectionOptions(extras={"tls_ca": str(self.certificate), **given.get("napalm", {})}),
        }
        host = Host(
            name,
            hostname=LOCAL,
            port=given.get("port", self.emulation.ports[name]),
            username=USER,
            password=given.get("password", PASSWORD),
            platform=self.device(name).system.name,
            data={"transport": transport} if transport else {},
            connection_options=options,
            defaults=Defaults(),
        )
        self.hosts.append(host)
        return host

    def reader(self, name: str, transport: str = "", access: Access | None = None, **given: Any) -> Reader:
        """What asks a device, over our own way."""
        host = self.host(name, transport, **given)
        return open_reader(host, PLATFORMS[host.platform or ""], access or Access())

    def writer(self, name: str, transport: str = "", **given: Any) -> Any:
        """What changes a device, over our own way."""
        return writer(self.reader(name, transport, **given))

    def transaction(self, name: str, transport: str = "", **given: Any) -> Any:
        """What changes a device with a candidate, over our own way."""
        return transaction(self.reader(name, transport, **given))

    def driver(self, name: str, driver: str, **options: Any) -> Any:
        """A bare NAPALM driver, open."""
        options = {"port": self.emulation.ports[name], **options}
        made = get_network_driver(driver)(LOCAL, USER, PASSWORD, optional_args=options)
        made.open()
        self.drivers.append(made)
        return made

    def netmiko(self, name: str, **options: Any) -> Any:
        """A bare netmiko connection."""
        made = ConnectHandler(
            device_type=NETMIKO[self.device(name).system.name], host=LOCAL, port=self.emulation.ports[name],
            username=USER, password=PASSWORD, **options,
        )  # fmt: skip
        self.drivers.append(made)
        return made

    def close(self) -> None:
        """Close what was opened."""
        for host in self.hosts:
            with suppress(Exception):
                host.close_connections()
        for driver in self.drivers:
            with suppress(Exception):
                driver.close() if hasattr(driver, "open") else driver.disconnect()
        self.hosts.clear()
        self.drivers.clear()


PAUSE = 0.005  # seconds: what is left of each pause of the clients


@contextmanager
def hurried(pause: float = PAUSE) -> Iterator[None]:
    """Shorten the pauses of the clients, which are made for devices far away; how they look at answers stays."""
    with pytest.MonkeyPatch.context() as patch:
        brief = SimpleNamespace(**vars(time))
        brief.sleep = lambda seconds: time.sleep(min(seconds, pause))
        patch.setattr("netmiko.base_connection.time", brief)
        patch.setattr("ncclient.transport.session.TICK", pause)
        yield


@contextmanager
def ground(folder: Path, systems: Iterable[str], **device: Any) -> Iterator[Ground]:
    """Start a chain of devices, each of the next of the systems: r1, r2 and so on, protocols up, no loopbacks."""
    systems = tuple(systems)
    nodes = sized(len(systems), "chain").nodes
    nodes = tuple(replace(node, vrfs=("blue",)) for node in nodes)
    model = Model(nodes)
    devices = [Device(node, system(name), model, **device) for node, name in zip(nodes, systems, strict=True)]
    known_hosts, certificate = folder / "known_hosts", folder / "certificate.pem"
    with hurried(), Emulation(devices, known_hosts=known_hosts) as emulation:
        https = next((d.name for d in devices if d.system.name == "eos"), None)
        certificate.write_text(ssl.get_server_certificate((LOCAL, emulation.ports[https])) if https else "")
        made = Ground(emulation, known_hosts, certificate)
        try:
            yield made
        finally:
            made.close()


def addresses(device: Device, name: str) -> tuple[str, ...]:
    """The addresses that an interface of a device has by its running configuration, () where it has none."""
    ports = device.running.facts(device.name).ports
    return next((port.addresses for port in ports if port.name == name), ())
