"""SSH servers of emulated devices: one process, one connection class, thousands of listening ports.

A system may bring sessions of its own (`subsystem`), for example for NETCONF.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Executor

import asyncssh

from lab.emulated.device import Device, Login
from lab.emulated.ssh_session import CliSession

Address = tuple[str, int]
Subsystem = Callable[[Device, Login], "asyncssh.SSHServerSession[bytes]"]
KEX = ("curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256")


class Entrance(asyncssh.SSHServer):
    """One connection to a device."""

    def __init__(self, find: Callable[[Address], Device], executor: Executor) -> None:
        self._find = find
        self.executor = executor
        self.device: Device
        self.connection: asyncssh.SSHServerConnection
        self.login = Login()
        self.written = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Find the device that was called."""
        self.connection = conn
        self.loop = asyncio.get_running_loop()
        self.device = self._find(conn.get_extra_info("sockname")[:2])
        self.device.sessions.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.device.sessions.discard(self)

    def cut(self) -> None:
        """End the connection at once."""
        self.loop.call_soon_threadsafe(self.connection.abort)

    def begin_auth(self, username: str) -> bool:
        """Ask everybody for a password or a key."""
        self.login = self.device.logins.get(username, Login(username, password=""))
        return True

    def password_auth_supported(self) -> bool:
        """Take passwords."""
        return True

    def public_key_auth_supported(self) -> bool:
        """Take keys."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Tell whether a password is right."""
        return self._let_in() and bool(password) and password == self.login.password

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Tell whether a key is one of the user's."""
        offered = key.export_public_key().split()[1]
        return self._let_in() and any(offered == known.encode().split()[1] for known in self.login.keys)

    def _let_in(self) -> bool:
        return not self.device.faults.bites("authentication", self.login.username)

    def auth_completed(self) -> None:
        """Count who came in."""
        self.device.counters.connections += 1

    def session_requested(self) -> "asyncssh.SSHServerSession[bytes]":
        """Open a session, of the system's own kind where it has one."""
        own: Subsystem | None = getattr(self.device.system, "subsystem", None)
        return own(self.device, self.login) if own else CliSession(self)

    def allowance(self, data: bytes) -> bytes | None:
        """Return what may still be sent of an answer before the connection is cut, None for all of it."""
        fault = self.device.faults.known("drop")
        if fault and self.written + len(data) >= fault.count:
            self.device.faults.bites("drop")
            return data[: fault.count - self.written]
        self.written += len(data)
        return None


class Late(asyncio.Protocol):
    """A connection that hears nothing from the server for a while."""

    def __init__(self, seconds: float, start: Callable[[], asyncio.Protocol]) -> None:
        self._seconds = seconds
        self._start = start

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait, then hand the connection to the server."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        transport.pause_reading()
        asyncio.get_running_loop().call_later(self._seconds, self._begin, transport)

    def _begin(self, transport: asyncio.Transport) -> None:
        if not transport.is_closing():
            server = self._start()
            transport.set_protocol(server)
            server.connection_made(transport)
            transport.resume_reading()


class Full(asyncio.Protocol):
    """A connection that finds no free line."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close it."""
        transport.close()


class SshFront:
    """Listens for devices, on a port or an address of each."""

    def __init__(self, host_key: asyncssh.SSHKey, executor: Executor) -> None:
        self.host_key = host_key
        self._devices: dict[Address, Device] = {}
        self._options = asyncssh.SSHServerConnectionOptions(
            server_factory=lambda: Entrance(self._devices.__getitem__, executor),
            server_host_keys=[host_key],
            encoding=None,
            line_editor=False,
            kex_algs=KEX,
            compression_algs=["none"],
            gss_host=None,
            login_timeout=60,
            config=None,
        )
        self._servers: list[asyncio.Server] = []

    async def listen(self, device: Device, host: str, port: int) -> Address:
        """Listen for a device and return where. Raises OSError."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: self._connection(loop, device), host, port, backlog=256)
        address = server.sockets[0].getsockname()[:2]
        self._devices[address] = device
        self._servers.append(server)
        return str(address[0]), int(address[1])

    def _connection(self, loop: asyncio.AbstractEventLoop, device: Device) -> asyncio.Protocol:
        limit = device.faults.known("sessions")
        if limit and len(device.sessions) >= limit.count:
            device.faults.bites("sessions")
            return Full()
        late = device.faults.bites("banner")
        return Late(late.seconds, lambda: self._server(loop)) if late else self._server(loop)

    def _server(self, loop: asyncio.AbstractEventLoop) -> asyncio.Protocol:
        return asyncssh.SSHServerConnection(loop, self._options)

    async def close(self) -> None:
        """Stop listening and end every connection."""
        for server in self._servers:
            server.close()
        for device in self._devices.values():
            device.cut()
        await asyncio.sleep(0)
        self._servers.clear()


def known_hosts(key: asyncssh.SSHKey, addresses: Iterable[Address]) -> str:
    """Return the lines of a known_hosts file for devices that share a host key."""
    public = key.export_public_key().decode().split()
    return "".join(f"[{host}]:{port} {public[0]} {public[1]}\n" for host, port in addresses)
