"""The Nornir inventory of the mixed network, as plain values and as the three YAML files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.mixed_login import SPEAKS_HTTPS
from lab.mixed_topology import (
    ACCESS_SUMMARY,
    ANYCAST,
    CORE_SUMMARY,
    IN_ISIS,
    IN_VRF,
    ISIS_TAG,
    PARTS,
    PEER,
    REAL,
    VRF,
    Part,
)

SITES = {"core": "ams", "border": "ams", "access": "utr", "edge": "rtm"}
ANYCAST_NUMBER, VRF_NUMBER = 53, 20
IN_AREA_0 = {"ospf": {"area": 0}, "ospf3": {"area": 0}}
IN_AREA_10 = {"ospf": {"area": 10}, "ospf3": {"area": 10}}
INSIDE = ["core", "border", "access"]
REAL_GROUP, EMULATED_GROUP = "real", "emulated"
# A tag of its own has no meaning on a system with one IS-IS: there the device's only one is taken.
UNTAGGED = ("junos",)


@dataclass(frozen=True)
class MixedDevice:
    """A device: its system and how to log in, by a password where keys are not spoken of."""

    name: str
    system: str
    host: str
    port: int
    username: str
    key_file: Path
    known_hosts: Path
    password: str = ""


def hosts(devices: Iterable[MixedDevice], certificate: Path | None) -> dict[str, Any]:
    """Return hosts.yaml."""
    parts = {part.name: part for part in PARTS}
    return {device.name: _host(device, parts[device.name], certificate) for device in devices}


def _host(device: MixedDevice, part: Part, certificate: Path | None) -> dict[str, Any]:
    """Return one device as a host."""
    return {
        **reached(device, certificate),
        "groups": [part.group, REAL_GROUP if device.system == REAL else EMULATED_GROUP],
        "data": {"site": SITES[part.group], "loopbacks": dict(_loopbacks(device, part))},
    }


def reached(device: MixedDevice, certificate: Path | None) -> dict[str, Any]:
    """Return how one device is reached, beside what its group says."""
    found: dict[str, Any] = {"hostname": device.host, "port": device.port, "platform": device.system}
    if device.system in SPEAKS_HTTPS:
        found["password"] = device.password
        if certificate:
            found["connection_options"] = {"napalm": {"extras": {"tls_ca": str(certificate)}}}
    return found


def _loopbacks(device: MixedDevice, part: Part) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the loopbacks of a device, beside what its groups say of them."""
    first: dict[str, Any] = {"ipv4": f"{part.ipv4}/32", "ipv6": f"{part.ipv6}/128"}
    if part.name in IN_ISIS:
        first["advertise"] = {"isis": {} if device.system in UNTAGGED else {"instance": ISIS_TAG}}
    if part.name == PEER:
        first |= {"advertise": {"bgp": {"via": "network"}}, "expect": {"seen_by": [*INSIDE, "edge"]}}
    yield 0, first
    if part.name in IN_VRF:
        number = IN_VRF.index(part.name) + 1
        addresses = {"ipv4": f"10.66.0.{number}/32", "ipv6": f"2001:db8:66::{number}/128"}
        yield VRF_NUMBER, {"vrf": VRF, "description": "one of three in a VRF", **addresses}
    if part.name in ANYCAST:
        yield (
            ANYCAST_NUMBER,
            {
                "role": "service",
                "description": "resolver",
                "ipv4": "10.255.53.53/32",
                "ipv6": "2001:db8:53::53/128",
                "anycast": "resolver",
                "advertise": IN_AREA_0,
                "expect": {"seen_by": INSIDE},
            },
        )


def groups(devices: Iterable[MixedDevice]) -> dict[str, Any]:
    """Return groups.yaml: what devices are for, and how to log in."""
    inside = {
        "core": _loopback(IN_AREA_0, INSIDE, CORE_SUMMARY),
        "border": _loopback(IN_AREA_0, INSIDE, CORE_SUMMARY),
        "access": _loopback(IN_AREA_10, INSIDE, ACCESS_SUMMARY),
        "edge": _loopback({"bgp": {"via": "network"}}, [PEER], ()),
    }
    found: dict[str, Any] = {name: {"data": {"loopbacks": {0: loopback}}} for name, loopback in inside.items()}
    for device in devices:
        found[REAL_GROUP if device.system == REAL else EMULATED_GROUP] = entered(device)
    return found


def _loopback(advertise: dict[str, Any], seen_by: list[str], summaries: tuple[str, ...]) -> dict[str, Any]:
    """Return what the loopbacks of a group have in common; beyond their area a summary stands for them."""
    expect: dict[str, Any] = {"seen_by": seen_by}
    if summaries:
        expect["summarised_as"] = list(summaries)
    return {
        "role": "router-id",
        "description": "loopback of the mixed network",
        "advertise": advertise,
        "expect": expect,
    }


def entered(device: MixedDevice) -> dict[str, Any]:
    """Return how to log in by SSH to a device and its like, with host keys checked."""
    extras = {
        "use_keys": True,
        "key_file": str(device.key_file),
        "allow_agent": False,
        "ssh_strict": True,
        "alt_host_keys": True,
        "alt_key_file": str(device.known_hosts),
    }
    return {"username": device.username, "connection_options": {"netmiko": {"extras": extras}}}


def write(devices: Iterable[MixedDevice], certificate: Path | None, directory: Path) -> tuple[Path, ...]:
    """Write the three files and return their paths."""
    devices = tuple(devices)
    return write_files(directory, hosts(devices, certificate), groups(devices))


def write_files(directory: Path, hosts: dict[str, Any], groups: dict[str, Any]) -> tuple[Path, ...]:
    """Write an inventory and return the paths of its files."""
    directory.mkdir(parents=True, exist_ok=True)
    contents = {"hosts": hosts, "groups": groups, "defaults": {"data": {}}}
    return tuple(_write(directory / f"{name}.yaml", content) for name, content in contents.items())


def _write(path: Path, content: dict[str, Any]) -> Path:
    """Write one YAML file in the order of its values, for its owner only: it may hold a password."""
    path.touch(mode=0o600)
    path.write_text(yaml.dump(content, Dumper=Plain, sort_keys=False, explicit_start=True))
    return path


class Plain(yaml.SafeDumper):
    """Writes a value each time that it occurs, never a reference to an earlier one."""

    def ignore_aliases(self, data: Any) -> bool:
        """Tell that there are no aliases."""
        return True
