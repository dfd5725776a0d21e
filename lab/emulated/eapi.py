"""EOS's command API: JSON-RPC over HTTPS, one port per device, many devices in one process."""

import asyncio
import base64
import binascii
import datetime as dt
import json
import socket
import ssl
import tempfile
from concurrent.futures import Executor
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, NoReturn

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lab.emulated.device import Device, Login
from lab.emulated.eos_commands import CommandFailed, EosRequest
from lab.emulated.faults import Fault

Address = tuple[str, int]
PATH = "/command-api"
LIMIT = 8_000_000
FOREVER = 3650


def certificate(address: str = "127.0.0.1") -> tuple[ssl.SSLContext, bytes]:
    """Return a server context with a key of its own, and the certificate that the key signed itself, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "emulated")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=FOREVER))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = signed.public_bytes(serialization.Encoding.PEM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "certificate.pem"
        file.touch(mode=0o600)
        file.write_bytes(private + public)
        context.load_cert_chain(file)
    return context, public


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is needed of a request."""

    method: str
    path: str
    authorization: str
    body: bytes


class EapiConnection:
    """One HTTPS connection to a device."""

    def __init__(
        self, device: Device, executor: Executor, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.device = device
        self.executor = executor
        self.reader = reader
        self.writer = writer
        self._loop = asyncio.get_running_loop()

    def cut(self) -> None:
        """End it at once, from any thread."""
        self._loop.call_soon_threadsafe(self.writer.transport.abort)

    async def serve(self) -> None:
        """Answer requests until the client has no more."""
        self.device.counters.connections += 1
        self.device.sessions.add(self)
        try:
            banner = self.device.faults.bites("banner")
            if banner:
                await asyncio.sleep(banner.seconds)
            while request := await self._request():
                status, body = await self._answer(request)
                await self._send(status, body)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, ValueError):
            pass  # the client is gone, or never spoke HTTP
        finally:
            self.device.sessions.discard(self)
            self.writer.close()

    async def _request(self) -> HttpRequest | None:
        head = (await self.reader.readline()).decode("latin-1").split()
        if len(head) < 2:
            return None
        headers: dict[str, str] = {}
        while (line := (await self.reader.readline()).decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.casefold()] = value.strip()
        length = min(int(headers.get("content-length", "0")), LIMIT)
        body = await self.reader.readexactly(length) if length else b""
        return HttpRequest(head[0], head[1], headers.get("authorization", ""), body)

    async def _answer(self, request: HttpRequest) -> tuple[HTTPStatus, bytes]:
        limit = self.device.faults.bites("sessions")
        if limit and len(self.device.sessions) > limit.count:
            return HTTPStatus.SERVICE_UNAVAILABLE, b"Too many connections"
        login = self._login(request.authorization)
        if login is None:
            return HTTPStatus.UNAUTHORIZED, b"Unable to authenticate user: Bad username/password combination"
        if request.method != "POST" or request.path.partition("?")[0] != PATH:
            return HTTPStatus.NOT_FOUND, b"Not found"
        try:
            call = json.loads(request.body)
        except ValueError:
            return HTTPStatus.OK, json.dumps(_error(None, -32700, "Parse error")).encode()
        return HTTPStatus.OK, json.dumps(await self._call(login, call)).encode()

    def _login(self, authorization: str) -> Login | None:
        if self.device.faults.bites("authentication"):
            return None
        scheme, _, encoded = authorization.partition(" ")
        try:
            name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        login = self.device.logins.get(name)
        return login if scheme.casefold() == "basic" and login and login.password == password else None

    async def _call(self, login: Login, call: dict[str, Any]) -> dict[str, Any]:
        params = call.get("params") or {}
        commands = params.get("cmds") or []
        if call.get("method") != "runCmds" or not isinstance(commands, list):
            return _error(call.get("id"), -32601, "Method not found")
        for told in commands:
            await self._faults(_words(told))
        cut = next((fault for fault in map(self._cut, commands) if fault), None)
        if cut and cut.when == "before":
            self._abort()
        text = params.get("format") == "text"
        try:
            if self.device.routing.blocking:
                answers = await self._loop.run_in_executor(self.executor, self._run, login, commands, text)
            else:
                answers = self._run(login, commands, text)
        except CommandFailed as failed:
            if cut:
                self._abort()
            return _error(call.get("id"), failed.code, str(failed), failed.data)
        if cut:
            self._abort()
        return {"jsonrpc": "2.0", "id": call.get("id"), "result": answers}

    def _run(self, login: Login, commands: list[Any], text: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - by place
        with self.device.lock:
            self.device.clock.due()
            return EosRequest(self.device, login, text=text).run(commands)

    def _cut(self, told: str | dict[str, Any]) -> Fault | None:
        """Return the fault that cuts the connection with a command: with the whole request, which travels as one."""
        return self.device.faults.bites("cut", _words(told))

    def _abort(self) -> NoReturn:
        self.writer.transport.abort()
        raise ConnectionError

    async def _faults(self, line: str) -> None:
        """Do what a fault does with a command. Raises ConnectionError where the connection ends of it."""
        delay = self.device.faults.bites("delay", line)
        if delay:
            await asyncio.sleep(delay.seconds)
        if self.device.faults.bites("stall", line):
            await self.reader.read()
            raise ConnectionError
        if self.device.faults.bites("reload", line):
            await self._loop.run_in_executor(self.executor, self.device.reload)
            raise ConnectionError

    async def _send(self, status: HTTPStatus, body: bytes) -> None:
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(body)}\r\n"
        if status is HTTPStatus.UNAUTHORIZED:
            head += 'WWW-Authenticate: Basic realm="COMMAND_API_AUTH"\r\n'
        answer = head.encode() + b"\r\n" + body
        drop = self.device.faults.bites("drop")
        if drop:
            self.writer.write(answer[: drop.count])
            await self.writer.drain()
            self._abort()
        self.writer.write(answer)
        await self.writer.drain()


def _words(told: str | dict[str, Any]) -> str:
    """A command of a request, which may come with its input."""
    return told if isinstance(told, str) else str(told.get("cmd", ""))


def _error(number: Any, code: int, message: str, data: list[Any] | None = None) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    return {"jsonrpc": "2.0", "id": number, "error": error | ({"data": data} if data is not None else {})}


class EapiFront:
    """The API of many devices, each on a port or an address of its own; `certificate` (PEM) is that of all."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._context, self.certificate = certificate()
        self._devices: list[Device] = []
        self._servers: list[asyncio.Server] = []

    async def listen(self, device: Device, host: str, port: int) -> Address:
        """Listen for a device and return where. Raises OSError."""
        # asyncio only sends small answers at once where it knows that a socket is TCP's.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, port))
        except OSError:
            listening.close()
            raise

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await EapiConnection(device, self._executor, reader, writer).serve()

        server = await asyncio.start_server(connected, sock=listening, ssl=self._context, limit=LIMIT, backlog=256)
        self._servers.append(server)
        self._devices.append(device)
        address = listening.getsockname()
        return str(address[0]), int(address[1])

    async def close(self) -> None:
        """Stop listening and end every connection."""
        for server in self._servers:
            server.close()
        for device in self._devices:
            device.cut()
        await asyncio.sleep(0)
        self._servers.clear()
