"""A device's command line over SSH, as a netmiko session class that is driven by the words of a platform folder.

Several commands travel in one write, and every echo and every prompt is read back and checked. Netmiko's own read loops
poll every 10 ms; here reading waits on paramiko's channel, which wakes when something arrives.
"""

import codecs
import contextlib
import re
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any, ClassVar

import paramiko
from netmiko.base_connection import BaseConnection
from netmiko.channel import SSHChannel
from netmiko.no_enable import NoEnable
from netmiko.ssh_dispatcher import CLASS_MAPPER, CLASS_MAPPER_BASE, platforms

from loopwright.configuration_path import holds_controls
from loopwright.device import Counts
from loopwright.errors import CredentialsRefused, DeviceTimeout, SessionLost, UnexpectedAnswer
from loopwright.session_words import SessionWords
from loopwright.transcript import Ambiguous, Answer, Cut, Prompt, batches, clean, split

READ_TIMEOUT = 30.0
LOGIN_TIMEOUT = 20.0
_NAMED = 2  # how many commands an error names
SETTLE = 1.0  # a prompt, then silence: nothing more is coming
_CHUNK = 65536
_TAIL = 512
_SECRET = re.compile(r"[Pp]assword: ?$")
_registering = threading.Lock()


class Terminal(NoEnable, BaseConnection):
    """The command line of one device; `register` makes a subclass for each platform's words."""

    words: ClassVar[SessionWords]

    def __init__(
        self,
        *,
        client: paramiko.SSHClient | None = None,
        name: str = "",
        owner: bool = True,
        auto_connect: bool = True,
        **options: Any,
    ) -> None:
        # Netmiko's own opening sequence sleeps and asks twice; ours is open().
        super().__init__(**options, auto_connect=False)
        self.name = name or self.host
        self.counts = Counts()
        self.lost = False
        self.writer: object = None  # what changes the device keeps its state here, for as long as the connection lives
        self._owner = owner
        self.privileged = False
        self.context = ""  # of the prompt that stands there now
        self._client = client
        self._prompt = Prompt(self.words.prompt, self.words.noise)
        self._decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        self._standing = ""  # the prompt that waits for the next command, and whatever has come since
        self._unprepared: tuple[str, ...] = self.words.prepare
        if auto_connect:
            self.open()

    def open(self) -> None:
        """Open the shell and wait for the first prompt."""
        try:
            self.establish_connection(width=self.words.width)
            self.session_preparation()
        except BaseException:
            self.disconnect()
            raise

    def establish_connection(self, width: int = 511, height: int = 1000) -> None:
        """Open a shell on the SSH connection that was handed in, or let netmiko make the connection."""
        if self._client is None:
            super().establish_connection(width=width, height=height)
            return
        self.remote_conn_pre = self._client
        try:
            self.remote_conn = self._client.invoke_shell(term=self.words.terminal, width=width, height=height)
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise SessionLost(self.name, f"no shell could be opened: {error}") from error
        self.channel = SSHChannel(conn=self.remote_conn, encoding=self.encoding)

    def session_preparation(self) -> None:
        """Read up to the first prompt; the preparing commands travel with the first exchange."""
        deadline = time.monotonic() + LOGIN_TIMEOUT
        text = self._first_prompt(deadline)
        shell = self.words.shell
        if shell is not None and not self._prompt.ends(text):
            text = self._enter(shell.enter, deadline)
        self._stand_at(text)
        if self.words.enable and not self.privileged and self.secret:
            self._raise_privileges(deadline)

    def _raise_privileges(self, deadline: float) -> None:
        """Give the enable secret; raises CredentialsRefused where it is not taken."""
        self._write(f"{self.words.enable}\n", 1)
        text = ""
        while not self._prompt.ends(text):
            if _SECRET.search(text):
                self._write(f"{self.secret}\n", 1)
                text = ""
            chunk = self._receive(deadline)
            if chunk is None:
                raise DeviceTimeout(self.name, f"showed no prompt after {self.words.enable!r}")
            text = clean(text + chunk)
        self._stand_at(text)
        if not self.privileged:
            raise CredentialsRefused(self.name, "refused the enable secret")

    def exchange(self, commands: Sequence[str], read_timeout: float | None = None) -> tuple[Answer, ...]:
        """Send commands ahead of their answers and return one answer per command, in order."""
        for command in commands:
            self._refuse_control_characters(command)
        answers: list[Answer] = []
        for batch in batches(commands):
            answers += self._prepared(batch, read_timeout or self.read_timeout_override or READ_TIMEOUT)
        return tuple(answers)

    def companion(self) -> "Terminal":
        """Open a second shell on the same connection."""
        return type(self)(
            client=self.remote_conn_pre,
            name=self.name,
            owner=False,
            host=self.host,
            username=self.username,
            device_type=self.words.device_type,
        )

    def disconnect(self) -> None:
        """Close the shell, and the connection under it where that is this terminal's own."""
        self.lost = True
        if not self._owner:
            if self.remote_conn is not None:
                self.remote_conn.close()
            return
        transport = None if self.remote_conn_pre is None else self.remote_conn_pre.get_transport()
        if transport is not None and isinstance(transport.sock, socket.socket):
            with contextlib.suppress(OSError):  # closed by the other side already
                transport.sock.shutdown(socket.SHUT_RDWR)  # wakes paramiko's thread, which would look up in 0.1 s only
        super().disconnect()

    @property
    def lives(self) -> bool:
        """Whether it can be asked: a shell beside it may have noticed first that the connection is gone."""
        return not self.lost and isinstance(self.remote_conn, paramiko.Channel) and not self.remote_conn.closed

    @property
    def transport(self) -> paramiko.Transport:
        """The SSH connection, for requests on channels of their own."""
        transport = None if self.remote_conn_pre is None else self.remote_conn_pre.get_transport()
        if transport is None or not transport.is_active():
            raise SessionLost(self.name, "the connection is closed")
        return transport

    def _prepared(self, commands: Sequence[str], seconds: float) -> tuple[Answer, ...]:
        """Exchange one batch, with the preparing commands before the first."""
        deadline = time.monotonic() + seconds
        prepare = self._unprepared
        if not prepare:
            return self._converse(commands, deadline)
        try:
            answers = self._converse([*prepare, *commands], deadline)
        except UnexpectedAnswer:
            for command in prepare:  # what is asked again one at a time finds the session prepared
                self._converse([command], deadline)
            self._unprepared = ()
            raise
        shell = self.words.shell
        if shell is not None and shell.refusal.search(answers[0].text):
            # A Unix shell whose prompt looks like a router's; it has understood nothing so far.
            self._prompt.host = ""
            self._stand_at(self._enter(shell.enter, deadline))
            answers = self._converse([*prepare, *commands], deadline)
        self._unprepared = ()
        return answers[len(prepare) :]

    def _converse(self, commands: Sequence[str], deadline: float) -> tuple[Answer, ...]:
        """Write the commands at the standing prompt and read until all are answered."""
        self._write("".join(f"{command}\n" for command in commands), len(commands))
        received: list[str] = [self._standing]
        tail = self._standing
        cut: Cut | None = None
        while True:
            at_prompt = self._prompt.ends(clean(tail)) is not None
            cut = None
            if at_prompt:
                text = clean("".join(received))
                cut = self._cut(text, commands)
                if cut is not None and cut.certain:
                    return self._taken(cut, text)
            # Only silence tells whether an uncertain end is the end; what has not begun may take its time.
            chunk = self._receive(min(deadline, time.monotonic() + SETTLE) if cut is not None else deadline)
            if chunk is None and at_prompt and cut is not None:
                return self._taken(cut, text)
            if chunk is None:
                told = len(received) > 1
                self._give_up(clean("".join(received)), commands, at_prompt=at_prompt and told)
            else:
                received.append(chunk)
                tail = (tail + chunk)[-_TAIL:]

    def _taken(self, cut: Cut, text: str) -> tuple[Answer, ...]:
        self._stand_at(text)
        return cut.answers

    def _cut(self, text: str, commands: Sequence[str]) -> Cut | None:
        try:
            return split(text, commands, self._prompt)
        except Ambiguous as error:
            self._stand_at(text + self._rest())
            raise UnexpectedAnswer(
                self.name, f"the answers to {', '.join(commands)} cannot be told apart: {error}"
            ) from error

    def _rest(self) -> str:
        """Read until silence, so that what is asked next is not answered by what is still arriving."""
        pieces: list[str] = []
        while (piece := self._receive(time.monotonic() + SETTLE)) is not None:
            pieces.append(piece)
        return clean("".join(pieces))

    def _give_up(self, text: str, commands: Sequence[str], *, at_prompt: bool) -> None:
        """Say why the answers are not complete; a session that stopped in the middle is of no more use."""
        if at_prompt:
            self._stand_at(text)
            raise UnexpectedAnswer(
                self.name, f"the answers to {', '.join(commands)} cannot be told apart: an echo is missing"
            )
        self.disconnect()
        more = f" and {len(commands) - _NAMED} more" if len(commands) > _NAMED else ""
        raise DeviceTimeout(self.name, f"stopped answering in the middle of {', '.join(commands[:_NAMED])}{more}")

    def _first_prompt(self, deadline: float) -> str:
        text = ""
        shell = self.words.shell
        while True:
            if self._prompt.ends(text) or (shell is not None and shell.prompt.search(text.rpartition("\n")[2])):
                return text
            chunk = self._receive(deadline)
            if chunk is None:
                raise DeviceTimeout(self.name, "showed no prompt that its platform folder knows")
            text = clean(text + chunk)

    def _enter(self, command: str, deadline: float) -> str:
        """Leave the Unix shell for the device's command line."""
        self._write(f"{command}\n", 1)
        text = ""
        while True:
            _, entered, after = text.partition(command)
            if entered and self._prompt.ends(after):
                return after
            chunk = self._receive(deadline)
            if chunk is None:
                raise DeviceTimeout(self.name, f"showed no prompt after {command!r}")
            text = clean(text + chunk)

    def _stand_at(self, text: str) -> None:
        """Keep the prompt that the text ends with: the next answer begins with it."""
        found = self._prompt.ends(text)
        if found is None:
            raise UnexpectedAnswer(self.name, "the device shows no prompt")
        self._standing = found["prompt"]
        self.privileged = self._standing.rstrip().endswith(self.words.privileged)
        self.context = found.groupdict().get("context") or ""
        self._prompt.host = self._prompt.host or found.groupdict().get("host") or ""

    def _write(self, text: str, commands: int) -> None:
        if self.lost or self.remote_conn is None:
            raise SessionLost(self.name, "the connection is closed")
        self.counts.exchanges += 1
        self.counts.commands += commands
        self.counts.bytes_sent += len(text)
        try:
            self.write_channel(text)
        except (OSError, EOFError, paramiko.SSHException) as error:
            self.disconnect()
            raise SessionLost(self.name, f"the connection broke: {error}") from error

    def _receive(self, deadline: float) -> str | None:
        """Wait for something to arrive; None when the deadline passes first."""
        channel = self.remote_conn
        if not isinstance(channel, paramiko.Channel):
            raise SessionLost(self.name, "the connection is closed")
        channel.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            data = channel.recv(_CHUNK)
        except TimeoutError:
            return None
        if not data:
            self.disconnect()
            raise SessionLost(self.name, "the device closed the connection")
        self.counts.bytes_received += len(data)
        return self._decoder.decode(data)

    def _refuse_control_characters(self, command: str) -> None:
        if not command.strip() or holds_controls(command):
            raise ValueError(f"not a command of one line: {command!r}")
        if len(command) > self.words.width - 100:  # beside the prompt, or the line editor scrolls its echo
            raise ValueError(f"longer than the terminal is wide: {command[:60]!r}...")


def register(words: SessionWords) -> type[Terminal]:
    """Register a session class for these words with netmiko, under their device type, and return it."""
    with _registering:
        known = CLASS_MAPPER.get(words.device_type)
        if known is not None and getattr(known, "words", None) == words:
            found: type[Terminal] = known
            return found
        made = type("Terminal", (Terminal,), {"words": words, "__module__": __name__, "__doc__": Terminal.__doc__})
        CLASS_MAPPER[words.device_type] = CLASS_MAPPER_BASE[words.device_type] = made
        if words.device_type not in platforms:  # ConnectHandler looks into this list
            platforms.append(words.device_type)
        return made
