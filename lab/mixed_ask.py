"""Asks one device of the mixed network, or types on it, over the transport that its system has."""

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from ncclient import manager  # type: ignore[import-untyped]  # it comes without types
from ncclient.operations import OperationError, RPCError  # type: ignore[import-untyped]  # it comes without types
from ncclient.transport import TransportError  # type: ignore[import-untyped]  # it comes without types
from netmiko import ConnectHandler
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException, ReadException

from lab.errors import LabError
from lab.mixed import MixedNetwork
from lab.mixed_inventory import MixedDevice
from lab.mixed_login import certificate
from lab.mixed_topology import REAL

LONG = 30
TYPED = {"ios": "cisco_ios", "nxos": "cisco_nxos", "iosxr": "cisco_xr"}


def tell(network: MixedNetwork, name: str, command: str) -> str:
    """Return what a device answers to a show command. Raises LabError."""
    device = network.devices.get(name)
    if device is None:
        raise LabError(f"there is no device {name}: {', '.join(network.devices)}")
    if device.system == REAL:
        done = network.routers.ask(name, command)
        return done.stdout + done.stderr
    try:
        if device.system in TYPED:
            return _typed(device, command)
        return _by_netconf(device, command) if device.system == "junos" else _by_https(network, device, command)
    except (
        NetmikoAuthenticationException, NetmikoTimeoutException, ReadException,
        OperationError, TransportError, urllib.error.URLError, TimeoutError, ValueError,
    ) as error:  # fmt: skip
        raise LabError(f"{name} did not answer: {error}") from error


def _typed(device: MixedDevice, command: str) -> str:
    """Ask as one types it."""
    with ConnectHandler(**_login(device)) as connection:
        return f"{connection.send_command(command, read_timeout=LONG)}\n"


def _by_netconf(device: MixedDevice, command: str) -> str:
    """Ask with an operational command inside NETCONF."""
    with manager.connect(**_netconf(device)) as connection:
        return f"{connection.command(command=command, format='text').xpath('string(//output)').strip()}\n"


def _login(device: MixedDevice) -> dict[str, Any]:
    """Return how to log in as one types."""
    return {
        "device_type": TYPED[device.system],
        "host": device.host,
        "port": device.port,
        "username": device.username,
        "use_keys": True,
        "key_file": str(device.key_file),
        "allow_agent": False,
        "ssh_strict": True,
        "alt_host_keys": True,
        "alt_key_file": str(device.known_hosts),
    }


def _netconf(device: MixedDevice) -> dict[str, Any]:
    """Return how to log in for NETCONF."""
    return {
        "host": device.host,
        "port": device.port,
        "username": device.username,
        "password": device.password,
        "key_filename": str(device.key_file),
        "hostkey_verify": False,
        "allow_agent": False,
        "look_for_keys": False,
        "timeout": LONG,
        "device_params": {"name": "junos"},
    }


def _by_https(network: MixedNetwork, device: MixedDevice, command: str) -> str:
    """Ask over the command API."""
    return str(_called(network, device, ["enable", command])[-1]["output"])


def _called(network: MixedNetwork, device: MixedDevice, commands: list[str]) -> list[dict[str, Any]]:
    """Call the command API. Raises LabError for what it refuses."""
    params: dict[str, Any] = {"version": 1, "format": "text", "cmds": commands}
    words = base64.b64encode(f"{device.username}:{device.password}".encode()).decode()
    request = urllib.request.Request(
        f"https://{device.host}:{device.port}/command-api",
        json.dumps({"jsonrpc": "2.0", "method": "runCmds", "params": params, "id": 1}).encode(),
        {"Content-Type": "application/json", "Authorization": f"Basic {words}"},
    )
    trusted = ssl.create_default_context(cafile=str(certificate(network.folder)))
    with urllib.request.urlopen(request, timeout=LONG, context=trusted) as answer:  # noqa: S310 - the same
        said = json.load(answer)
    if "error" in said:
        raise LabError(f"{device.name}: {said['error']['message']}")
    found: list[dict[str, Any]] = said["result"]
    return found


def configure(network: MixedNetwork, name: str, lines: Sequence[str]) -> None:
    """Type configuration lines on a device, as somebody does who knows nothing of us. Raises LabError."""
    device = network.devices[name]
    if device.system == REAL:
        network.routers.vtysh(name, "configure terminal", *lines)
    elif device.system in TYPED:
        with ConnectHandler(**_login(device)) as connection:
            # Told of each line: what is refused is a fault of whoever calls this.
            connection.send_config_set(list(lines), error_pattern=r"^\s*%", exit_config_mode=False)
            if device.system == "iosxr":
                connection.send_command("commit", expect_string=r"#")
            connection.exit_config_mode()
    elif device.system == "junos":
        with manager.connect(**_netconf(device)) as connection:
            try:
                connection.load_configuration(action="set", config=list(lines))
                connection.commit()
            except RPCError as error:
                raise LabError(f"{name}: {error}") from error
    else:
        _called(network, device, ["enable", "configure", *lines, "end"])
