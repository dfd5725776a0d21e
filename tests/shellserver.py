"""A small router made of asyncssh, for tests: a stateful command line whose faults a test can choose."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

OPENERS = {"interface": "config-if", "router": "config-router", "address-family": "config-router-af"}


@dataclass
class Script:
    """What the server does; a test changes it before or between connections."""

    host: str = "r1.example-1"
    banner: str = ""
    unix_shell: bool = False
    shell_prompt: str = "root@box:~# "
    password: str = "right"
    max_sessions: int = 10
    answers: dict[str, str] = field(default_factory=dict)
    # Faults, by command: what to do in place of answering.
    stall: set[str] = field(default_factory=set)
    drop: set[str] = field(default_factory=set)
    # Pieces written one after another, with a pause between them.
    pieces: dict[str, list[str]] = field(default_factory=dict)
    echo_ahead: bool = False
    before_prompt: str = ""
    late: float = 0.0  # seconds until the device so much as echoes
    # What was seen.
    lines: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    connections: int = 0
    ping_delay: float = 0.0
    running_pings: int = 0
    most_pings: int = 0


@dataclass
class Server:
    """Where the server listens and which key it shows."""

    script: Script
    port: int
    host_key: asyncssh.SSHKey
    client_key: Path

    def known_hosts_line(self) -> str:
        """Return the server's line for a known_hosts file."""
        return f"[127.0.0.1]:{self.port} {self.host_key.export_public_key().decode().strip()}\n"


class _Ssh(asyncssh.SSHServer):
    def __init__(
        self,
        script: Script,
        authorized: asyncssh.SSHKey,
        *,
        forwards: bool,
        connections: list[asyncssh.SSHServerConnection],
    ) -> None:
        self._script = script
        self._authorized = authorized
        self._forwards = forwards
        self._open = connections
        self.sessions = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._script.connections += 1
        self._open.append(conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        self._script.logins.append(f"key {username}")
        return key == self._authorized

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._script.logins.append(f"password {username}")
        return password == self._script.password

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        return self._forwards

    def session_requested(self) -> "_Shell":
        if self.sessions >= self._script.max_sessions:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_RESOURCE_SHORTAGE, "no more sessions")
        self.sessions += 1
        return _Shell(self._script, self)


class _Shell(asyncssh.SSHServerSession[str]):
    """One session: the command line, or one exec request."""

    def __init__(self, script: Script, ssh: _Ssh) -> None:
        self._script = script
        self._ssh = ssh
        self._contexts: list[str] = []
        self._unix = script.unix_shell
        self._pending = ""
        self._busy = False
        self._queue: list[str] = []
        self._exec = ""

    def connection_made(self, chan: "asyncssh.SSHServerChannel[str]") -> None:
        self._chan = chan

    def connection_lost(self, exc: Exception | None) -> None:
        self._ssh.sessions -= 1

    def pty_requested(self, term_type: str, term_size: object, term_modes: object) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:
        self._exec = command
        return True

    def session_started(self) -> None:
        if self._exec:
            asyncio.get_running_loop().create_task(self._run())
            return
        self._chan.set_line_mode(False)
        self._chan.set_echo(False)
        self._write(self._script.banner)
        self._prompt()

    def data_received(self, data: str, datatype: object) -> None:
        if self._script.late:
            asyncio.get_running_loop().call_later(self._script.late, self._take, data)
        else:
            self._take(data)

    def _take(self, data: str) -> None:
        self._pending += data
        while "\n" in self._pending:
            line, _, self._pending = self._pending.partition("\n")
            self._queue.append(line)
        if not self._busy:
            self._next()

    def _next(self) -> None:
        ahead = False
        while self._queue and not self._busy:
            line = self._queue.pop(0)
            self._write(f"{line}\n")
            self._script.lines.append(line)
            if self._script.echo_ahead and not ahead:  # as a terminal does while a program is running
                ahead = True
                self._write("".join(f"{waiting}\n" for waiting in self._queue))
            self._answer(line)

    def _answer(self, line: str) -> None:
        script = self._script
        if line in script.stall:
            self._busy = True
        elif line in script.drop:
            self._chan.get_connection().abort()
            self._busy = True
        elif line in script.pieces:
            self._busy = True
            asyncio.get_running_loop().create_task(self._in_pieces(script.pieces[line]))
        else:
            self._write(self._said(line))
            self._prompt()

    async def _in_pieces(self, pieces: list[str]) -> None:
        for piece in pieces:
            self._write(piece)
            await asyncio.sleep(0.05)
        self._busy = False
        self._prompt()
        self._next()

    def _said(self, line: str) -> str:
        if self._unix:
            return self._unix_said(line)
        if line in self._script.answers:
            return self._script.answers[line]
        word = line.partition(" ")[0]
        if line == "configure terminal":
            self._contexts = ["config"]
        elif line == "end":
            self._contexts = []
        elif line == "exit" and self._contexts:
            self._contexts.pop()
        elif self._contexts and word in OPENERS:
            self._contexts.append(OPENERS[word])
        elif not self._contexts and word not in ("terminal", "show"):
            return f"% Unknown command: {line}\n"
        return ""

    def _unix_said(self, line: str) -> str:
        if line == "enter-cli":
            self._unix = False
            return ""
        return f"sh: 1: {line.partition(' ')[0]}: not found\n"

    def _prompt(self) -> None:
        if self._unix:
            self._write(self._script.shell_prompt)
            return
        context = f"({self._contexts[-1]})" if self._contexts else ""
        self._write(f"{self._script.before_prompt}{self._script.host}{context}# ")

    def _write(self, text: str) -> None:
        self._chan.write(text.replace("\n", "\r\n"))

    async def _run(self) -> None:
        """Answer an exec request; the only program is ping."""
        script = self._script
        script.running_pings += 1
        script.most_pings = max(script.most_pings, script.running_pings)
        try:
            await asyncio.sleep(3600 if self._exec in script.stall else script.ping_delay)
            self._chan.write(script.answers.get(self._exec, "3 packets transmitted, 3 received, 0% packet loss\n"))
            self._chan.exit(0)
        finally:
            script.running_pings -= 1


@contextmanager
def serving(script: Script, folder: Path, *, forwards: bool = False) -> Iterator[Server]:
    """Run a server on a free port of 127.0.0.1 in a thread of its own."""
    shown = asyncssh.generate_private_key("ssh-ed25519")
    client = asyncssh.generate_private_key("ssh-ed25519")
    file = folder / f"client-key-{id(script)}"
    client.write_private_key(file)
    loop = asyncio.new_event_loop()
    connections: list[asyncssh.SSHServerConnection] = []

    def factory() -> _Ssh:
        return _Ssh(script, client.convert_to_public(), forwards=forwards, connections=connections)

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    listener = _on(loop, lambda: asyncssh.create_server(factory, "127.0.0.1", 0, server_host_keys=[shown]))
    try:
        yield Server(script, listener.get_port(), shown, file)
    finally:
        loop.call_soon_threadsafe(listener.close)
        _on(loop, lambda: _end(connections))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(connections: list[asyncssh.SSHServerConnection]) -> None:
    """End what still runs, so that nothing outlives the test."""
    for connection in connections:
        connection.abort()
    for connection in connections:
        await connection.wait_closed()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _on(loop: asyncio.AbstractEventLoop, make: Callable[[], object]) -> object:
    async def call() -> object:
        return await make()  # type: ignore[misc]

    return asyncio.run_coroutine_threadsafe(call(), loop).result(10)
