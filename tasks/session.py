"""One device for a whole run: asked by a Session, changed by a WritableSession over the same terminal."""

from collections.abc import Sequence

from loopwright.configuration_path import Position, depth_of, follows
from loopwright.device import Ping, PingRequest
from loopwright.errors import DeviceError, LineRejected, UnexpectedAnswer
from loopwright.session_words import SessionWords
from loopwright.transcript import Answer
from tasks.pings import run_pings
from tasks.terminal import Counts, Terminal

LEAVE_TIMEOUT = 10.0


class Session:
    """A device that can be asked: show commands and pings (a `loopwright.device.Reader`)."""

    def __init__(self, name: str, terminal: Terminal, words: SessionWords) -> None:
        self.name = name
        self.terminal = terminal
        self.words = words

    @property
    def counts(self) -> Counts:
        """What the session has cost so far."""
        return self.terminal.counts

    @property
    def privileged(self) -> bool:
        """Whether the prompt says that this login may configure."""
        return self.terminal.privileged

    def show(self, commands: Sequence[str]) -> tuple[str, ...]:
        """Run show commands in one exchange; a batch that cannot be cut is asked again, one command at a time."""
        if not commands:
            return ()
        try:
            answers = self.terminal.exchange(commands)
        except UnexpectedAnswer:
            if len(commands) == 1:
                raise
            answers = tuple(answer for command in commands for answer in self.terminal.exchange([command]))
        return tuple(answer.text for answer in answers)

    def ping(self, requests: Sequence[PingRequest]) -> tuple[Ping, ...]:
        """Run pings, several at once where the device allows, and return them in order."""
        return run_pings(self.terminal, self.words.ping, requests)


class WritableSession(Session):
    """A device that can also be changed (a `loopwright.device.Writer`)."""

    def configure(self, lines: Sequence[str]) -> tuple[str, ...]:
        """Send lines one at a time, each after the one before was taken, and leave configuration mode in every case."""
        if not lines:
            return ()
        follows(lines)  # refuses an impossible indentation before anything is sent
        accepted: list[str] = []
        try:
            self._enter_configuration()
            for number, line in enumerate(lines):
                self._send(line, lines[number + 1 :], accepted)
                accepted.append(line)
        except (DeviceError, ValueError):
            self._leave_quietly()
            raise
        return tuple(accepted)

    def save(self) -> None:
        """Save the running configuration, and see that the device says so."""
        answer = self.terminal.exchange([self.words.save])[0]
        if not self.words.saved.search(answer.text):
            raise UnexpectedAnswer(self.name, f"did not save its configuration: {answer.text.strip()}")

    def _enter_configuration(self) -> None:
        answer = self.terminal.exchange([self.words.configure])[0]
        if answer.context != self.words.configure_context:
            raise LineRejected(self.name, self.words.configure, answer.text, ())
        self._position = Position((answer.context,))

    def _send(self, line: str, rest: Sequence[str], accepted: Sequence[str]) -> None:
        """Send one line, with what leaves its contexts when nothing more stands under them.

        `up` and `leave` may travel with the line: they change no configuration, and after a refusal they are what is
        sent anyway. The next line of configuration waits until all of that is answered.
        """
        depth = depth_of(line)
        next_depth = depth_of(rest[0]) if rest else 0
        leaving = [self.words.up] * (depth - next_depth) if rest else [self.words.leave]
        answer, *left = self.terminal.exchange([line.strip(), *leaving])
        self._judge(line, answer, accepted)
        position = self._position.after(answer.context, opens=next_depth > depth)
        if isinstance(position, str):
            raise LineRejected(self.name, line, f"{answer.text}{position}", tuple(accepted))
        if rest:
            self._position = self._climb(position, left, next_depth, line, accepted)
        else:
            self._judge_left(left)

    def _judge(self, line: str, answer: Answer, accepted: Sequence[str]) -> None:
        """Take any answer that the platform folder does not call harmless for a refusal."""
        text = answer.text
        for pattern in self.words.harmless:
            text = pattern.sub("", text)
        if text.strip():
            raise LineRejected(self.name, line, answer.text, tuple(accepted))

    def _climb(
        self, position: Position, left: Sequence[Answer], depth: int, line: str, accepted: Sequence[str]
    ) -> Position:
        """Check the contexts that were left, and leave one more that the line opened without anything under it."""
        for answer in left:
            position = self._up(position, answer)
        while position.depth > depth:
            position = self._up(position, self.terminal.exchange([self.words.up])[0])
        if position.depth != depth:
            raise LineRejected(self.name, line, f"the device is in the context {position.context!r}", tuple(accepted))
        return position

    def _up(self, position: Position, answer: Answer) -> Position:
        parent = position.parent()
        if answer.text.strip() or answer.context != parent.context:
            raise UnexpectedAnswer(
                self.name,
                f"{answer.command!r} led to the context {answer.context!r}, not {parent.context!r}: {answer.text}",
            )
        return parent

    def _judge_left(self, left: Sequence[Answer]) -> None:
        if left[-1].context in self._position.contexts:
            raise UnexpectedAnswer(
                self.name, f"is still in the context {left[-1].context!r} after {left[-1].command!r}"
            )

    def _leave_quietly(self) -> None:
        """Leave configuration mode after an error; where the session is lost, the device has left it by itself."""
        if self.words.configure_context and not self.terminal.context:
            return
        try:
            self.terminal.exchange([self.words.leave], LEAVE_TIMEOUT)
        except DeviceError:
            self.terminal.disconnect()


def writer(session: Session) -> WritableSession:
    """Return a Writer over a Reader's terminal; `tasks/deploy.py` alone calls this."""
    return WritableSession(session.name, session.terminal, session.words)
