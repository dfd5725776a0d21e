"""NETCONF 1.0 on an SSH channel: framing, hello, one answer per request; what is asked goes to a conversation."""

import asyncio
from typing import Protocol, cast
from xml.etree import ElementTree as ET

import asyncssh

from lab.emulated.device import Device
from lab.emulated.ssh_session import Connected

END = b"]]>]]>"
BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"


class Dialect(Protocol):
    """What a system says over NETCONF in one session."""

    session_id: int
    capabilities: tuple[str, ...]
    closed: bool

    def name(self, request: ET.Element) -> str:
        """What a request asks for, in one line: a command, or the name of the operation and what makes it another."""
        ...

    def answer(self, request: ET.Element) -> str:
        """The answer to a request, as the XML inside the reply."""
        ...

    def close(self) -> None:
        """The session is over."""
        ...

    def reply(self, inner: str, message_id: str) -> str:
        """The reply that an answer stands in."""
        ...


class NetconfSession(asyncssh.SSHServerSession[bytes]):
    """One channel with the subsystem `netconf`."""

    def __init__(self, device: Device, dialect: Dialect) -> None:
        self.device = device
        self._dialect = dialect
        self._typed = b""
        self._busy = False
        self._cutting = False
        self._greeted = False

    def connection_made(self, chan: "asyncssh.SSHServerChannel[bytes]") -> None:
        """Keep the channel, and find what the connection offers."""
        self._channel = chan
        self._entrance = cast("Connected", chan.get_connection().get_owner())

    def subsystem_requested(self, subsystem: str) -> bool:
        """Offer NETCONF and nothing else."""
        return subsystem == "netconf"

    def session_started(self) -> None:
        """Say hello."""
        capabilities = "".join(f"<capability>{uri}</capability>\n" for uri in self._dialect.capabilities)
        self._write(
            f'<hello xmlns="{BASE}">\n<capabilities>\n{capabilities}</capabilities>\n'
            f"<session-id>{self._dialect.session_id}</session-id>\n</hello>\n"
        )

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Take a part of a message."""
        self._typed += data
        self._read()

    def eof_received(self) -> bool:
        """Close when the client has nothing more to say."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """End the conversation: what it holds is released."""
        loop = asyncio.get_running_loop()
        loop.run_in_executor(self._entrance.executor, self._over)

    def _over(self) -> None:
        with self.device.lock:
            self._dialect.close()

    def _read(self) -> None:
        """Answer the messages that are complete, one after the other."""
        while not self._busy and END in self._typed:
            message, self._typed = self._typed.split(END, 1)
            if self._greeted and message.strip():
                self._ask(ET.fromstring(message.strip()))  # noqa: S314 - clients are on this machine
            self._greeted = True

    def _ask(self, rpc: ET.Element) -> None:
        """Have a request answered: at once, late, or elsewhere when the answer takes its time; or never."""
        self._busy = True
        request = rpc[0] if len(rpc) else ET.Element("empty")
        said, faults = self._dialect.name(request), self.device.faults
        if faults.bites("stall", said):
            return
        if faults.bites("reload", said):
            self.device.reload()
            return
        cut = faults.bites("cut", said)
        if cut and cut.when == "before":
            self._entrance.connection.abort()
            return
        self._cutting = bool(cut)
        late = faults.bites("delay", said)
        message_id = rpc.get("message-id", "")
        if late:
            self._entrance.loop.call_later(late.seconds, self._answer, request, message_id)
        else:
            self._answer(request, message_id)

    def _answer(self, request: ET.Element, message_id: str) -> None:
        if not self.device.routing.blocking:
            self._tell(self._answered(request), message_id)
            return
        asked = self._entrance.loop.run_in_executor(self._entrance.executor, self._answered, request)
        asked.add_done_callback(lambda done: None if done.cancelled() else self._tell(done.result(), message_id))

    def _answered(self, request: ET.Element) -> str:
        with self.device.lock:
            self.device.clock.due()
            self.device.counters.commands += 1
            return self._dialect.answer(request)

    def _tell(self, inner: str, message_id: str) -> None:
        if self._cutting:
            self._entrance.connection.abort()
            return
        self._write(self._dialect.reply(inner, message_id))
        if self._dialect.closed:
            self._channel.exit(0)
            return
        self._busy = False
        self._entrance.loop.call_soon(self._read)

    def _write(self, text: str) -> None:
        data = text.encode() + END + b"\n"
        if self._channel.is_closing():
            return
        rest = self._entrance.allowance(data)
        self._channel.write(data if rest is None else rest)
        if rest is not None:
            self._entrance.loop.call_soon(self._entrance.connection.abort)
