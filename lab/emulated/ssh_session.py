"""The session of a command line on an SSH channel.

Echo is per character, a session is callbacks without a coroutine, and what is typed ahead waits until the command
before it is answered.
"""

import logging
from asyncio import AbstractEventLoop, Future
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Protocol

import asyncssh

from lab.emulated.cli import Cli
from lab.emulated.device import Device, Login
from lab.emulated.scp import ScpSink

LOG = logging.getLogger(__name__)
INTERRUPT, ERASE, DELETE, END = 0x03, 0x08, 0x7F, 0x1A
RETURN, NEWLINE = 0x0D, 0x0A
UNSEEN = frozenset({0x00, 0x1B})


class Connected(Protocol):
    """What a session knows of its connection."""

    device: Device
    login: Login
    loop: AbstractEventLoop
    executor: Executor
    connection: asyncssh.SSHServerConnection

    def allowance(self, data: bytes) -> bytes | None:
        """Return what may still be sent of an answer before the connection is cut, None for all of it."""
        ...


class CliSession(asyncssh.SSHServerSession[bytes]):
    """One channel: a command line, a single command, or a file transfer."""

    def __init__(self, entrance: Connected) -> None:
        self.entrance = entrance
        self.device = entrance.device
        self._cli: Cli = getattr(self.device.system, "cli")(self.device, entrance.login)  # noqa: B009 - not every System
        self._typed = bytearray()
        self._waiting = bytearray()
        self._after_return = False
        self._busy = False
        self._cutting = False
        self._single = ""
        self._sink: ScpSink | None = None

    def connection_made(self, chan: "asyncssh.SSHServerChannel[bytes]") -> None:
        """Keep the channel."""
        self._channel = chan

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of what the session held."""
        with self.device.lock:
            self._cli.ended()

    def pty_requested(
        self, term_type: str, term_size: tuple[int, int, int, int], term_modes: Mapping[int, int]
    ) -> bool:
        """Take any terminal."""
        return True

    def shell_requested(self) -> bool:
        """Offer the command line."""
        return True

    def exec_requested(self, command: str) -> bool:
        """Take a file, or answer a single command."""
        words = command.split()
        if words[:1] == ["scp"] and "-t" in words:
            self._sink = ScpSink(self.device, words[-1])
        else:
            self._single = command
        return True

    def session_started(self) -> None:
        """Greet: with a prompt, or by doing what was asked for."""
        if self._sink:
            refused = getattr(self._cli, "scp_refusal", "")
            self._write(b"\1" + refused.encode() + b"\n" if refused else self._sink.start())
            if refused:
                self._channel.exit(1)
        elif self._single:
            self._ask(self._single)
        else:
            self._write(b"\r\n" + self._cli.prompt.encode())

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Take what is typed."""
        if self._sink:
            if self._sink.finished:
                return
            self._write(self._sink.feed(data))
            if self._sink.finished:
                # The client reads the answer before it closes its side.
                self.entrance.loop.call_soon(self._channel.exit, int(self._sink.failed))
            return
        self._waiting += data
        self._read()

    def eof_received(self) -> bool:
        """Close when the client has nothing more to say."""
        return False

    def _read(self) -> None:
        """Go through what is typed up to the end of a line, echoing it."""
        echo = bytearray()
        while self._waiting and not self._busy:
            byte = self._waiting.pop(0)
            if byte == NEWLINE and self._after_return:
                self._after_return = False
            elif byte in {RETURN, NEWLINE}:
                self._after_return = byte == RETURN
                self._write(bytes(echo) + b"\r\n")
                echo.clear()
                line = self._typed.decode(errors="replace")
                self._typed.clear()
                self._ask(line)
            else:
                self._after_return = False
                echo += self._key(byte)
        self._write(bytes(echo))

    def _key(self, byte: int) -> bytes:
        """Take a character that does not end a line and return its echo."""
        if byte in UNSEEN:
            return b""
        if byte in {ERASE, DELETE}:
            gone = bool(self._typed)
            del self._typed[-1:]
            return b"\b \b" if gone else b""
        if byte == INTERRUPT:
            self._typed.clear()
            return b"^C\r\n" + self._cli.prompt.encode()
        if byte == END:
            self._waiting[:0] = b"end\r"
            self._typed.clear()
            return b"^Z"
        self._typed.append(byte)
        return bytes((byte,)) if self._cli.echo else b""

    def _ask(self, line: str) -> None:
        """Have a line answered: at once, late, or elsewhere when the answer takes its time; or never."""
        faults = self.device.faults
        self._busy = True
        if faults.bites("stall", line):
            return
        if line.strip() and faults.bites("reload", line):
            # Elsewhere: the network around may take its time with what the device comes to after it.
            self.entrance.loop.run_in_executor(self.entrance.executor, self.device.reload)
            return
        cut = faults.bites("cut", line) if line.strip() else None
        if cut and cut.when == "before":
            self.entrance.connection.abort()
            return
        self._cutting = bool(cut)
        late = faults.bites("delay", line)
        if late:
            self.entrance.loop.call_later(late.seconds, self._answer, line)
        else:
            self._answer(line)

    def _answer(self, line: str) -> None:
        if not self.device.routing.blocking:
            self._tell(self._cli.answer(line))
            return
        asked = self.entrance.loop.run_in_executor(self.entrance.executor, self._cli.answer, line)
        asked.add_done_callback(self._answered)

    def _answered(self, asked: "Future[str]") -> None:
        """Send what was answered elsewhere; an answer that failed cuts the connection, or nobody would see it."""
        if asked.cancelled():
            return
        error = asked.exception()
        if error:
            LOG.error("%s: no answer", self.device.name, exc_info=error)
            self.entrance.connection.abort()
        else:
            self._tell(asked.result())

    def _tell(self, answer: str) -> None:
        """Send an answer and what follows it, and go on with what was typed meanwhile."""
        if self._cutting:
            self.entrance.connection.abort()
            return
        ending = bool(self._single) or self._cli.closed
        text = answer if ending else answer + self._cli.prompt
        self._write(text.replace("\r\n", "\n").replace("\n", "\r\n").encode())
        if ending:
            self._channel.exit(0)
            if self._cli.closed:
                self.entrance.connection.close()
            return
        self._busy = False
        if self._waiting:
            self.entrance.loop.call_soon(self._read)

    def _write(self, data: bytes) -> None:
        if not data or self._channel.is_closing():
            return
        rest = self.entrance.allowance(data)
        self._channel.write(data if rest is None else rest)
        if rest is not None:
            self.entrance.loop.call_soon(self.entrance.connection.abort)
