"""A NAPALM driver as a Nornir connection: options of its own, a device that is known before credentials are sent."""

import copy
import inspect
import io
import re
import ssl
import weakref
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from napalm import get_network_driver
from napalm.base.base import NetworkDriver
from netmiko.base_connection import BaseConnection
from nornir.core.configuration import Config
from nornir.core.inventory import Host

from loopwright.driver_words import DriverWords
from loopwright.errors import DeviceError, NotAuthorised, UsageError
from tasks.driver import CONNECTING, broken, translated
from tasks.gate import CredentialGate
from tasks.host_keys import KnownHosts, name_of
from tasks.ssh import greet
from tasks.ssh_options import CONNECTION as SSH
from tasks.ssh_options import SshOptions, options_of

CONNECTION = "napalm"
TIMEOUT = 60  # seconds for one call
_NETMIKO = set(inspect.signature(BaseConnection.__init__).parameters) - {"self", "port"}
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
    secure = _netmiko_arguments(ssh) if words.library == "netmiko" else {}
    for key in extras.get("optional_args", {}):
        if secure and key in _NETMIKO:
            raise UsageError(
                f"{where}.optional_args.{key}: is an option of netmiko",
                hint=f"Where it is supported, it stands in connection_options.{SSH}.extras.",
            )
    arguments = {**copy.deepcopy(dict(words.options)), **extras.get("optional_args", {}), **secure}
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


def _netmiko_arguments(ssh: SshOptions) -> dict[str, Any]:
    """What netmiko is given inside a driver: the same options as without one, host keys and secrets included."""
    return {
        **ssh.session,
        "use_keys": bool(ssh.key_files),
        "key_file": str(ssh.key_files[0]) if len(ssh.key_files) == 1 else None,
        "passphrase": ssh.passphrase,
        "allow_agent": ssh.allow_agent,
        "disabled_algorithms": dict(ssh.disabled_algorithms) if ssh.disabled_algorithms else None,
        "conn_timeout": ssh.conn_timeout,
        "banner_timeout": ssh.banner_timeout,
        "auth_timeout": ssh.auth_timeout,
        "keepalive": ssh.keepalive,
        "ssh_strict": ssh.strict,
        "system_host_keys": False,
    }


class Overheard(io.BufferedIOBase):
    """Hears all that a device says to a driver, which may swallow it; raises NotAuthorised where it is fatal.

    netmiko takes it for the file that a session is logged to.
    """

    def __init__(self, device: str, fatal: re.Pattern[str]) -> None:
        super().__init__()
        self._device = device
        self._fatal = fatal
        self._line = ""

    def write(self, data: Any) -> int:
        """Hear a piece."""
        heard = self._line + bytes(data).decode("utf-8", "replace")
        found = self._fatal.search(heard)
        self._line = heard.rpartition("\n")[2]
        if found:
            self._line = ""
            raise NotAuthorised(self._device, f"does not let this login do that: {found[0]}")
        return len(data)


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
        session = given.pop("session", "")
        driver = get_network_driver(platform)(hostname, username, password, **given)
        # A driver that is forgotten closes itself, and a program that ends forgets it.
        self._let_go = weakref.finalize(self, _let_go, driver, session)
        try:
            driver.open()
        except BaseException:
            with suppress(Exception):
                driver.close()
            raise
        self.connection = driver

    def close(self) -> None:
        """Close the driver without letting it abort a commit that waits: the device goes back by its own timer."""
        self._let_go()
        with translated("", "closing the connection"):
            self.connection.close()


def _let_go(driver: NetworkDriver, session: str) -> None:
    """Make a driver forget its configuration session, which it would abort with its end."""
    if session:
        setattr(driver, session, None)


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


def _known(ssh: SshOptions, hosts: KnownHosts) -> dict[str, Any]:
    """Where netmiko finds the host key that the greeting has found, so that it looks again with every connection."""
    name = ssh.alias or name_of(ssh.address, ssh.port)
    file = next((file for file in ssh.known_hosts if hosts.file(file).keys(name)), None)
    return {"alt_host_keys": True, "alt_key_file": str(file)} if ssh.strict and file is not None else {}


def open_driver(host: Host, words: DriverWords, gate: CredentialGate, hosts: KnownHosts) -> NetworkDriver:
    """Return the driver of a host, connecting where it has none that lives; credentials are tried on one first."""
    if CONNECTION in host.connections:
        driver: NetworkDriver = host.connections[CONNECTION].connection
        if not broken(driver):
            return driver
        session = getattr(driver, words.session) if words.session else None
        with suppress(DeviceError):  # it is gone already
            host.close_connection(CONNECTION)
        fresh = _opened(host, words, gate, hosts)
        if words.session:
            setattr(fresh, words.session, session)  # what waits on the device is of that session still
        return fresh
    return _opened(host, words, gate, hosts)


def _opened(host: Host, words: DriverWords, gate: CredentialGate, hosts: KnownHosts) -> NetworkDriver:
    options = driver_options(host, words)
    ssh = options.ssh
    arguments: dict[str, Any] = dict(options.arguments)
    if words.over == "ssh":
        ssh = replace(ssh, port=int(arguments["port"]))
        greet(ssh, hosts)
        arguments.update(_known(ssh, hosts) if words.library else {})
        if words.library and words.fatal is not None:
            arguments["session_log"] = Overheard(host.name, words.fatal)
    else:
        arguments["context"] = tls_context(host.name, options)
    extras = {"timeout": options.timeout, "optional_args": arguments, "session": words.session}
    with gate.trying(host.name, *ssh.credentials), translated(host.name, CONNECTING):
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
