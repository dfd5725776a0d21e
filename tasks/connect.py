"""Sessions for Nornir hosts: one SSH connection per device for a whole run, kept among the host's connections."""

import threading
from dataclasses import dataclass, field

from nornir.core.configuration import Config
from nornir.core.inventory import Host
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir_netmiko.connections import Netmiko

from loopwright.device import Reader
from loopwright.errors import PlatformError
from loopwright.platform import Platform
from loopwright.session_words import SessionWords
from tasks.driver import DriverSession
from tasks.driver_connection import CONNECTION as DRIVER
from tasks.driver_connection import Driver, open_driver
from tasks.gate import CredentialGate
from tasks.host_keys import KnownHosts, LearntKey
from tasks.session import Session
from tasks.ssh import KeyRing, connect
from tasks.ssh_options import CONNECTION, options_of
from tasks.terminal import Terminal, register

__all__ = ["Access", "CredentialGate", "KnownHosts", "LearntKey", "Session", "access_of", "open_reader", "open_session"]

_plugins = threading.Lock()


@dataclass(frozen=True)
class Access:
    """What all devices of a run share in connecting: the credential gate, the known hosts, the keys read so far."""

    gate: CredentialGate = field(default_factory=CredentialGate)
    hosts: KnownHosts = field(default_factory=KnownHosts)
    keys: KeyRing = field(default_factory=KeyRing)

    @property
    def learnt(self) -> tuple[LearntKey, ...]:
        """The host keys that this run has added to a known_hosts file."""
        return tuple(sorted(self.hosts.learnt))


def access_of(*, accept_new: bool = False) -> Access:
    """Return the access of a new run; unknown host keys are learnt only where that was asked for."""
    return Access(hosts=KnownHosts(accept_new=accept_new))


def open_reader(host: Host, platform: Platform, access: Access) -> Reader:
    """Return what asks a host: by the transport that the inventory names for it, else by its platform folder's.

    Raises PlatformError where the platform has no such transport.
    """
    transport = host.get("transport") or platform.transport
    if transport == "netmiko" and platform.session is not None:
        return open_session(host, platform.session, access)
    if transport == "napalm" and platform.driver is not None:
        with _plugins:
            ConnectionPluginRegister.register(DRIVER, Driver)
        driver = open_driver(host, platform.driver, access.gate, access.hosts)
        return DriverSession(host.name, driver, platform.driver, platform.encodings)
    raise PlatformError(f"{host.name}: platform {platform.name} cannot be driven over {transport!r}")


def open_session(host: Host, words: SessionWords, access: Access) -> Session:
    """Return the session of a host, connecting where it has none that still lives.

    The connection is kept through nornir-netmiko's plugin, under its name, so that `nornir.close_connections` and other
    people's netmiko tasks find it. It is handed a finished SSH connection and options of its own, because the plugin
    gives every host of a group the same dictionary.
    """
    terminal = _living(host)
    if terminal is None:
        terminal = _open(host, words, access)
    return Session(host.name, terminal, words)


def _living(host: Host) -> Terminal | None:
    """Return the host's terminal if it is usable, and forget one that is not."""
    if CONNECTION not in host.connections:
        return None
    terminal = host.connections[CONNECTION].connection
    if isinstance(terminal, Terminal) and terminal.lives:
        return terminal
    host.close_connection(CONNECTION)
    return None


def _open(host: Host, words: SessionWords, access: Access) -> Terminal:
    options = options_of(host)
    register(words)
    with _plugins:
        ConnectionPluginRegister.register(CONNECTION, Netmiko)
    client = connect(options, access.gate, access.hosts, access.keys)
    try:
        plugin = host.open_connection(
            CONNECTION,
            Config(),
            hostname=options.address,
            port=options.port,
            username=options.username,
            platform=words.device_type,
            extras={**options.session, "client": client, "name": host.name},
            default_to_host_attributes=False,
        )
    except BaseException:
        client.close()
        raise
    terminal: Terminal = plugin.connection
    return terminal
