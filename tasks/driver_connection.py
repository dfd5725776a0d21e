"""A NAPALM driver as a Nornir connection: options of its own, a device that is known before credentials are sent."""

import copy
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from napalm import get_network_driver
from napalm.base.base import NetworkDriver
from nornir.core.configuration import Config
from nornir.core.inventory import Host

from loopwright.driver_words import DriverWords
from loopwright.errors import UsageError
from tasks.driver import translated
from tasks.gate import CredentialGate
from tasks.host_keys import KnownHosts
from tasks.ssh import greet
from tasks.ssh_options import SshOptions, options_of

CONNECTION = "napalm"
TIMEOUT = 60  # seconds for one call
_OURS = {"optional_args", "timeout", "tls_ca", "tls_verify"}


@dataclass(frozen=True, slots=True)
class DriverOptions:
    """How a device is reached through its driver; nothing of it is shared with another host."""

    ssh: SshOptions
    timeout: int
    arguments: Mapping[str, Any]
    tls_ca: Path | None
    tls_verify: bool


def driver_options(host: Host, words: DriverWords) -> DriverOptions:
    """Read a host's options; raises UsageError for one that is unknown."""
    given = host.get_connection_parameters(CONNECTION)
    # Nornir hands out a group's dictionary itself, and drivers take keys out of it: the next host would lack them.
    extras = copy.deepcopy(dict(given.extras or {}))
    where = f"{host.name}: connection_options.{CONNECTION}.extras"
    for key in extras:
        if key not in _OURS:
            raise UsageError(f"{where}.{key}: is unknown", hint=f"Known are {', '.join(sorted(_OURS))}.")
    ssh = options_of(host)
    arguments = {**copy.deepcopy(dict(words.options)), **extras.get("optional_args", {})}
    arguments["port"] = given.port or words.port
    if words.key_option and ssh.key_files and not ssh.password:
        arguments[words.key_option] = str(ssh.key_files[0])
    ca = extras.get("tls_ca")
    return DriverOptions(
        ssh=ssh,
        timeout=int(extras.get("timeout", TIMEOUT)),
        arguments=arguments,
        tls_ca=Path(ca).expanduser() if ca else None,
        tls_verify=bool(extras.get("tls_verify", True)),
    )


class Driver:
    """The Nornir connection plugin; `close` leaves what waits for a confirmation to the device's own timer."""

    connection: NetworkDriver

    def open(  # noqa: D102 - Nornir's
        self,
        hostname: str | None,
        username: str | None,
        password: str | None,
        port: int | None,
        platform: str | None,
        extras: dict[str, Any] | None = None,
        configuration: Config | None = None,
    ) -> None:
        given = dict(extras or {})
        self._session = given.pop("session", "")
        driver = get_network_driver(platform)(hostname, username, password, **given)
        driver.open()
        self.connection = driver

    def close(self) -> None:
        """Close the driver without letting it abort a commit that waits: the device goes back by its own timer."""
        if self._session:
            setattr(self.connection, self._session, None)
        with translated("", "closing the connection"):
            self.connection.close()


def tls_context(device: str, options: DriverOptions) -> ssl.SSLContext:
    """Return a context that knows the device's certificate; raises UsageError where there is nothing to know it by."""
    if not options.tls_verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    try:
        context = ssl.create_default_context(cafile=str(options.tls_ca) if options.tls_ca else None)
    except OSError as error:
        raise UsageError(f"{device}: tls_ca {options.tls_ca} cannot be read: {error}") from error
    return context


def open_driver(host: Host, words: DriverWords, gate: CredentialGate, hosts: KnownHosts) -> NetworkDriver:
    """Return the driver of a host, connecting where it has none; credentials are tried on one device first."""
    if CONNECTION in host.connections:
        driver: NetworkDriver = host.connections[CONNECTION].connection
        return driver
    options = driver_options(host, words)
    ssh = options.ssh
    arguments: dict[str, Any] = dict(options.arguments)
    if words.over == "ssh":
        greet(replace(ssh, port=int(arguments["port"])), hosts)
    else:
        arguments["context"] = tls_context(host.name, options)
    extras = {"timeout": options.timeout, "optional_args": arguments, "session": words.session}
    credentials = (ssh.username, ssh.password, ssh.key_files)
    with gate.trying(host.name, *credentials), translated(host.name, "connecting"):
        plugin = host.open_connection(
            CONNECTION,
            Config(),
            hostname=ssh.address,
            port=int(arguments["port"]),
            username=ssh.username,
            password=ssh.password or "",
            platform=words.name,
            extras=extras,
            default_to_host_attributes=False,
        )
    opened: NetworkDriver = plugin.connection
    return opened
