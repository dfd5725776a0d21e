"""Whether an address answers the control station: a connection of its own, for an open one may outlive its address."""

import socket
from collections.abc import Iterable, Mapping

from nornir.core.inventory import Host

TIMEOUT = 5.0
SSH_PORT = 22


def connects(host: Host, address: str) -> str:
    """Connect to an address at the port that the device is managed by; return "" or why it did not answer."""
    try:
        with socket.create_connection((address, host.port or SSH_PORT), timeout=TIMEOUT):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def station_answers(hosts: Mapping[str, Host], addresses: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What came of connecting to each address, given as (device, address)."""
    return {address: connects(hosts[device], address) for device, address in dict.fromkeys(addresses)}
