"""What a tool is asked to do, as files and plain values: an inventory for ours, a list of devices for the peers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bench.practice import Lines
from lab import inventory
from lab.network import Network

WORKERS = 50


@dataclass(frozen=True, slots=True)
class Device:
    """One device as a plain script knows it: where it is, what to write, and what must stand there afterwards."""

    name: str
    host: str
    port: int
    lines: tuple[str, ...]
    expected: tuple[str, ...]


@dataclass(frozen=True)
class Site:
    """How a network is reached: by ports of its own, or by those of a forwarder."""

    network: Network
    ports: Mapping[str, int]
    folder: Path

    @property
    def known_hosts(self) -> Path:
        """The host keys, filed under the ports that are used."""
        return self.folder / "known_hosts"

    def ours(self, **more: Any) -> dict[str, Any]:
        """A request to loopwright."""
        return {
            "inventory": str(self.folder / "inventory"),
            "runs": str(self.folder / "runs"),
            "workers": WORKERS,
            **more,
        }

    def peer(self, lines: Lines, expected: Lines) -> dict[str, Any]:
        """A request to a peer."""
        devices = [
            asdict(Device(name, "127.0.0.1", self.ports[name], with_exits(lines[name]), tuple(expected[name])))
            for name in self.network.routers
        ]
        return {
            "devices": devices,
            "username": self.network.username,
            "key_file": str(self.network.key_file),
            "known_hosts": str(self.known_hosts),
            "workers": WORKERS,
        }


def with_exits(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Lines without indentation, with an `exit` for each context that is left before the end."""
    flat: list[str] = []
    depth = 0
    for line in lines:
        here = len(line) - len(line.lstrip(" "))
        flat += ["exit"] * (depth - here)
        flat.append(line.strip())
        depth = here
    return tuple(flat)


def contexts(lines: tuple[str, ...]) -> int:
    """How many lines open a context."""
    depths = [len(line) - len(line.lstrip(" ")) for line in lines]
    return sum(1 for here, after in pairwise(depths) if after > here)


@contextmanager
def site(network: Network, through: Mapping[int, int]) -> Iterator[Site]:
    """Write what is needed to reach a network, `through` other ports where some are given."""
    ports = {name: through.get(network.port(name), network.port(name)) for name in network.routers}
    with TemporaryDirectory(prefix="bench-site-") as name:
        found = Site(network, ports, Path(name))
        found.known_hosts.write_text(_known_hosts(network, ports))
        _write_inventory(found)
        yield found


def _known_hosts(network: Network, ports: Mapping[str, int]) -> str:
    """The network's host keys under other ports."""
    new = {f"[127.0.0.1]:{network.port(name)}": f"[127.0.0.1]:{port}" for name, port in ports.items()}
    rows = (line.split(" ", 1) for line in network.known_hosts.read_text().splitlines())
    return "".join(f"{new[place]} {key}\n" for place, key in rows)


def _write_inventory(place: Site) -> None:
    hosts = inventory.hosts(place.network)
    for name, host in hosts.items():
        host["port"] = place.ports[name]
    defaults = inventory.defaults(place.network)
    defaults["connection_options"]["netmiko"]["extras"]["alt_key_file"] = str(place.known_hosts)
    folder = place.folder / "inventory"
    folder.mkdir()
    contents = {"hosts": hosts, "groups": inventory.groups(place.network), "defaults": defaults}
    for name, content in contents.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
