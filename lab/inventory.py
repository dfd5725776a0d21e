"""The Nornir inventory of a practice network, as plain values and as the three YAML files."""

from pathlib import Path
from typing import Any

import yaml

from lab.configuration import ISIS_TAG
from lab.network import Network
from lab.ssh import LOCALHOST
from lab.topology import Group, Router

SITES: dict[Group, str] = {"core": "ams", "access": "utr", "edge": "rtm"}
ADVERTISED: dict[Group, dict[str, Any]] = {
    "core": {"ospf": {"area": 0}, "ospf3": {"area": 0}},
    "access": {"isis": {"instance": ISIS_TAG}},
    "edge": {"bgp": {"via": "network"}},
}


def hosts(network: Network) -> dict[str, Any]:
    """Return hosts.yaml."""
    return {router.name: _host(network, router) for router in network.topology.routers}


def _host(network: Network, router: Router) -> dict[str, Any]:
    """Return one router as a host."""
    loopback = {"ipv4": f"{router.router_id}/32", "ipv6": f"{router.loopback6}/128"}
    return {
        "hostname": LOCALHOST,
        "port": network.port(router.name),
        "platform": "frr",
        "groups": [router.group],
        "data": {"site": SITES[router.group], "loopbacks": {0: loopback}},
    }


def groups(network: Network) -> dict[str, Any]:
    """Return groups.yaml, with the groups that have routers."""
    used = {router.group for router in network.topology.routers}
    return {group: {"data": {"loopbacks": {0: _loopback(group)}}} for group in ADVERTISED if group in used}


def _loopback(group: Group) -> dict[str, Any]:
    """Return what the loopbacks of a group have in common."""
    return {
        "role": "router-id",
        "description": "loopback of the practice network",
        "advertise": ADVERTISED[group],
        "expect": {"seen_by": "all"},
    }


def defaults(network: Network) -> dict[str, Any]:
    """Return defaults.yaml: how to log in, with host keys checked."""
    extras = {
        "use_keys": True,
        "key_file": str(network.key_file),
        "allow_agent": False,
        "ssh_strict": True,
        "alt_host_keys": True,
        "alt_key_file": str(network.known_hosts),
    }
    return {"username": network.username, "connection_options": {"netmiko": {"extras": extras}}}


def write(network: Network, directory: Path) -> tuple[Path, ...]:
    """Write the three files and return their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    contents = {"hosts": hosts(network), "groups": groups(network), "defaults": defaults(network)}
    return tuple(_write(directory / f"{name}.yaml", content) for name, content in contents.items())


def _write(path: Path, content: dict[str, Any]) -> Path:
    """Write one YAML file in the order of its values."""
    path.write_text(yaml.safe_dump(content, sort_keys=False, explicit_start=True))
    return path
