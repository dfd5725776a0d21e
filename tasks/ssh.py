"""An authenticated SSH connection to a device, or an error that says what is in the way."""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
from paramiko.auth_strategy import AuthFailure, AuthSource, AuthStrategy, InMemoryPrivateKey, Password
from paramiko.pkey import UnknownKeyType

from loopwright.errors import CredentialsRefused, DeviceError, Unreachable, UsageError
from tasks.gate import CredentialGate
from tasks.host_keys import HostPlace, KnownHosts, changed, name_of
from tasks.proxy import ProxySocket, through
from tasks.ssh_options import SshOptions

_IDLE = 5.0  # seconds

# Paramiko logs what it raises as well; without a handler Python would print that to the terminal.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


def connect(options: SshOptions, gate: CredentialGate, hosts: KnownHosts, keys: "KeyRing") -> paramiko.SSHClient:
    """Connect and log in, through the gate that keeps refused credentials from being tried again."""
    sources = _Sources(options, keys)
    client = paramiko.SSHClient()
    name = name_of(options.address, options.port)
    if options.strict:
        place = HostPlace(options.device, options.alias or name, options.known_hosts)
        hosts.guard(client, name, place)
    else:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507 - the inventory says ssh_strict: false
    with gate.trying(options.device, *options.credentials):
        try:
            _log_in(client, options, sources)
        except BaseException:
            client.close()
            raise
    transport = client.get_transport()
    if transport is not None:
        if options.keepalive:
            transport.set_keepalive(options.keepalive)
        _let_sleep(transport, options.keepalive)
    return client


def _let_sleep(transport: paramiko.Transport, keepalive: int) -> None:
    """Let an idle connection's thread sleep: it would look up ten times a second, ten thousand times for a thousand.

    What arrives wakes it at once; whoever closes shuts the socket down, which wakes it too.
    """
    if isinstance(transport.sock, socket.socket):
        transport.sock.settimeout(min(_IDLE, keepalive or _IDLE))


def greet(options: SshOptions, hosts: KnownHosts) -> None:
    """See that a device is the one that known_hosts knows, and offer it nothing; for drivers that look at no host key.

    Raises HostKeyError or Unreachable.
    """
    if not options.strict:
        return
    client = paramiko.SSHClient()
    name = name_of(options.address, options.port)
    hosts.guard(client, name, HostPlace(options.device, options.alias or name, options.known_hosts))
    try:
        _log_in(client, options, _Nobody(ssh_config=paramiko.SSHConfig()))
    except CredentialsRefused:
        return
    finally:
        client.close()


class _Nobody(AuthStrategy):
    """Offers nothing: the host key is all that is wanted."""

    def get_sources(self) -> Iterator[AuthSource]:
        yield from ()


def _log_in(client: paramiko.SSHClient, options: SshOptions, sources: AuthStrategy) -> None:
    """Open the connection and log in, with every failure told in our words; the library's may hold anything."""
    device = options.device
    place = f"{options.address}:{options.port}"
    sock = _socket(options)
    try:
        client.connect(
            options.address,
            port=options.port,
            username=options.username,
            sock=sock,
            timeout=options.conn_timeout,
            banner_timeout=options.banner_timeout,
            auth_timeout=options.auth_timeout,
            disabled_algorithms=dict(options.disabled_algorithms) if options.disabled_algorithms else None,
            auth_strategy=sources,
        )
    except paramiko.BadHostKeyException as error:
        raise changed(device, error.key) from error
    except AuthFailure as error:
        raise _refusal(options, error) from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        sock.close()
        reason = (isinstance(sock, ProxySocket) and sock.complaint) or error or type(error).__name__
        raise Unreachable(device, f"no SSH connection to {place}: {reason}") from error


def _socket(options: SshOptions) -> socket.socket:
    place = f"{options.address}:{options.port}"
    try:
        if options.proxy:
            return through(options.proxy)
        sock = socket.create_connection((options.address, options.port), timeout=options.conn_timeout)
    except OSError as error:
        raise Unreachable(options.device, f"cannot be reached at {place}: {error.strerror or error}") from error
    # Without it each small packet of the handshake waits for the acknowledgement of the one before.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _refusal(options: SshOptions, failure: AuthFailure) -> DeviceError:
    """Tell a refusal from a login that was not decided: only a refusal stops the other devices."""
    results = [attempt.result for attempt in failure.result]
    undecided = [
        result
        for result in results
        if not isinstance(result, paramiko.AuthenticationException) or "timeout" in str(result).lower()
    ]
    if undecided:
        return Unreachable(options.device, f"the login was not decided: {type(undecided[0]).__name__}")
    tried = ", ".join(dict.fromkeys(_kind(attempt.source) for attempt in failure.result))
    return CredentialsRefused(
        options.device,
        f"refused the login of {options.username!r} by {tried or 'nothing: there are no credentials'}",
        hint="No other device was tried with these credentials after that.",
    )


def _kind(source: AuthSource) -> str:
    return "password" if isinstance(source, Password) else "key"


class _Sources(AuthStrategy):
    """What is offered to a device, in order: the key files, the agent's keys, the password."""

    def __init__(self, options: SshOptions, keys: "KeyRing") -> None:
        super().__init__(ssh_config=paramiko.SSHConfig())
        self._options = options
        passphrase = options.passphrase or options.password
        self._keys = [keys.load(options.device, file, passphrase) for file in options.key_files]

    def get_sources(self) -> Iterator[AuthSource]:
        user = self._options.username
        for key in self._keys:
            yield InMemoryPrivateKey(user, key)
        if self._options.allow_agent:
            with contextlib.closing(paramiko.Agent()) as agent:
                for agent_key in agent.get_keys():
                    yield InMemoryPrivateKey(user, agent_key)
        password = self._options.password
        if password:
            yield Password(user, lambda: password)


class KeyRing:
    """The key files of a run, each read and decrypted once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[tuple[Path, str | None], paramiko.PKey] = {}

    def load(self, device: str, file: Path, passphrase: str | None) -> paramiko.PKey:
        """Return the key in a file; errors name the file and never what is in it."""
        with self._lock:
            if (file, passphrase) not in self._keys:
                self._keys[file, passphrase] = _load(device, file, passphrase)
            return self._keys[file, passphrase]


def _load(device: str, file: Path, passphrase: str | None) -> paramiko.PKey:
    secret: Any = passphrase.encode() if passphrase else None  # bytes, whatever the annotation says
    try:
        return paramiko.PKey.from_path(file, secret)
    except FileNotFoundError:
        reason = "does not exist"
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    except TypeError:
        reason = "is encrypted, and no passphrase is given"
    except (paramiko.SSHException, UnknownKeyType, ValueError):
        reason = "is no private key, or the passphrase is not the right one"
    raise UsageError(f"{device}: the key file {file} {reason}")
