"""A description of emulated devices, as JSON in a folder: what the process that serves them starts from.

{"routing": "model",
"devices": [{"system": "ios", "node": {...}, "host": "127.0.0.1", "port": 0, "enable_password": "",
"logins": [{"username": ..., "password": ..., "keys": [...], "privilege": 15}]}]}
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.emulated.device import Device, Login
from lab.emulated.model import Model
from lab.emulated.systems import system
from lab.emulated.views import Link, Node, Routing
from lab.errors import LabError

FILE, HOST_KEY, KNOWN_HOSTS = "devices.json", "host_key", "known_hosts"


@dataclass(frozen=True)
class Described:
    """A device to be, and where it listens; port 0 is any."""

    system: str
    node: Node
    host: str = "127.0.0.1"
    port: int = 0
    logins: tuple[Login, ...] = (Login(),)
    enable_password: str = ""


def write(folder: Path, devices: Iterable[Described], routing: str = "model") -> None:
    """Write a description into a folder."""
    text = json.dumps({"routing": routing, "devices": [asdict(device) for device in devices]})
    (folder / FILE).touch(mode=0o600)
    (folder / FILE).write_text(text)


def read(folder: Path) -> tuple[Described, ...]:
    """Read a description. Raises LabError for one that is missing or makes no sense."""
    try:
        content = json.loads((folder / FILE).read_text())
        if content.get("routing", "model") != "model":
            raise LabError(f"{folder / FILE}: no routing of the kind {content['routing']}")
        return tuple(_described(device) for device in content["devices"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LabError(f"{folder / FILE}: {error}") from error


def _described(content: Mapping[str, Any]) -> Described:
    logins = (
        Login(**{**login, "keys": tuple(login.get("keys", ()))}) for login in content.get("logins", [asdict(Login())])
    )
    return Described(
        system=content["system"],
        node=node(content["node"]),
        host=content.get("host", "127.0.0.1"),
        port=int(content.get("port", 0)),
        logins=tuple(logins),
        enable_password=content.get("enable_password", ""),
    )


def node(content: Mapping[str, Any]) -> Node:
    """Return a node from plain data, as `dataclasses.asdict` makes it."""
    return Node(
        **{
            **content,
            "links": tuple(Link(**link) for link in content.get("links", ())),
            "vrfs": tuple(content.get("vrfs", ())),
            "ospf_ranges": tuple((area, prefix) for area, prefix in content.get("ospf_ranges", ())),
        }
    )


def devices(described: Iterable[Described], routing: Routing | None = None) -> list[Device]:
    """Make the devices; their network is the topology model, unless another is given."""
    described = tuple(described)
    around = routing or Model(one.node for one in described)
    systems = {name: system(name) for name in {one.system for one in described}}
    return [
        Device(one.node, systems[one.system], around, logins=one.logins, enable_password=one.enable_password)
        for one in described
    ]
