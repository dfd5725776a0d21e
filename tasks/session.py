"""One device for a whole run, asked at its command line."""

from collections.abc import Sequence

from loopwright.device import Counts, Ping, PingRequest
from loopwright.errors import NotAuthorised, UnexpectedAnswer
from loopwright.session_words import SessionWords
from loopwright.transcript import Answer
from tasks.pings import run_pings
from tasks.terminal import Terminal


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
        return tuple(permitted(self.name, answer, self.words).text for answer in answers)

    def ping(self, requests: Sequence[PingRequest]) -> tuple[Ping, ...]:
        """Run pings, several at once where the device allows, and return them in order."""
        return run_pings(self.terminal, self.words.ping, requests)


def permitted(device: str, answer: Answer, words: SessionWords) -> Answer:
    """Return an answer, unless it says that this login may not ask: raises NotAuthorised."""
    if words.fatal is not None and words.fatal.search(answer.text):
        raise NotAuthorised(device, f"does not let this login use {answer.command!r}: {answer.text.strip()}")
    return answer
