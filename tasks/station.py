"""The control station: by which addresses it reaches a device, and whether an address answers it."""

import socket
from collections.abc import Iterable, Mapping
from ipaddress import ip_address

from nornir.core.inventory import Host

TIMEOUT = 5.0
SSH_PORT = 22


def connects(host: Host, address: str) -> str:
    """Connect to an address at the port that the device is managed by; return "" or why it did not answer.

    It is a connection of its own, for an open one may outlive its address.
    """
    try:
        with socket.create_connection((address, host.port or SSH_PORT), timeout=TIMEOUT):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def station_answers(hosts: Mapping[str, Host], addresses: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What came of connecting to each address, given as (device, address)."""
    return {address: connects(hosts[device], address) for device, address in dict.fromkeys(addresses)}


def managed_through(host: Host) -> frozenset[str]:
    """The addresses that the station reaches a device by; none where its name leads nowhere."""
    name = host.hostname or ""
    try:
        return frozenset({str(ip_address(name))})
    except ValueError:
        pass
    try:
        return frozenset(str(found[4][0]) for found in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM))
    except OSError:
        return frozenset()
