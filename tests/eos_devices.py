"""Two emulated EOS devices that border on each other, and NAPALM drivers on them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol

from napalm import get_network_driver

from lab.emulated.device import Device, Login
from lab.emulated.eos import Eos
from lab.emulated.model import Model
from lab.emulated.server import Emulation
from lab.emulated.views import Link, Node

FAR = ("198.51.100.1/31", "2001:db8:1::1/127")
NODES = (
    Node(
        "e1", "10.255.0.1",
        (Link(1, "198.51.100.0/31", "2001:db8:1::/127", "e2", *FAR, "0.0.0.0", isis=True, peer_as="65002"),),
        ospf=True, ospf3=True, isis="CORE", isis_net="49.0001.0000.0000.0001.00", asn="65001", vrfs=("blue",),
    ),
    Node(
        "e2", "10.255.0.2",
        (Link(1, *FAR, "e1", "198.51.100.0/31", "2001:db8:1::/127", "0.0.0.0", isis=True, peer_as="65001"),),
        ospf=True, ospf3=True, isis="CORE", isis_net="49.0001.0000.0000.0002.00", asn="65002",
    ),
)  # fmt: skip
LOOPBACK = (
    "interface Loopback0",
    "   ip address 10.255.0.1/32",
    "   ipv6 address 2001:db8:255::1/128",
    "   ip ospf area 0",
    "   ipv6 ospf 1 area 0",
    "   isis enable CORE",
    "router bgp 65001",
    "   address-family ipv4",
    "      network 10.255.0.1/32",
    "   address-family ipv6",
    "      network 2001:db8:255::1/128",
)


def devices(version: str = "4.28.3M", **options: Any) -> tuple[Device, Device]:
    model = Model(NODES)
    one, other = (Device(node, Eos(version), model, **options) for node in NODES)
    return one, other


class Opened(Protocol):
    """Opens a driver on a device."""

    def __call__(self, device: Device, login: Login | None = None, **options: Any) -> Any: ...


@contextmanager
def drivers() -> Iterator[Opened]:
    """Open drivers on devices, each of which listens from its first driver on."""
    with ExitStack() as stack:
        ports: dict[int, int] = {}
        kept: list[Any] = []  # a driver that is forgotten closes itself, and drops its session

        def driver(device: Device, login: Login | None = None, **options: Any) -> Any:
            if id(device) not in ports:
                ports[id(device)] = stack.enter_context(Emulation([device])).ports[device.name]
            login, options["port"] = login or Login(), ports[id(device)]
            made = get_network_driver("eos")("127.0.0.1", login.username, login.password, 5, options)
            made.open()
            kept.append(made)
            return made

        yield driver
        for made in kept:
            made.config_session = None


def load(driver: Any, lines: Sequence[str] = LOOPBACK) -> None:
    driver.load_merge_candidate(config="\n".join(lines))


def running(device: Device) -> str:
    return str(device.running.text())
