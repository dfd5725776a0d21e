"""A device whose candidate configuration is edited at its command line, in a shell beside the one that asks."""

from collections.abc import Sequence

from loopwright.change_words import CandidateWords
from loopwright.device import Heard, unheard
from loopwright.errors import (
    DeviceError,
    LineRejected,
    Locked,
    NothingWaits,
    PlatformError,
    Unconfirmable,
    UnexpectedAnswer,
)
from loopwright.session_words import SessionWords
from tasks.line_writer import NOT_WAITING, LineWriter
from tasks.session import permitted
from tasks.terminal import Terminal

_SLOW = 120.0  # seconds: a commit


class CandidateWriter(LineWriter):
    """A device with a candidate (a `loopwright.device.Transaction`).

    The candidate lives in a shell of its own on the same connection: it stays there, armed, while the device is asked.
    """

    leaves = False
    confirms_elsewhere = False

    def __init__(self, name: str, asking: Terminal, words: SessionWords) -> None:
        super().__init__(name, asking.companion(), words)
        self._asking = asking
        self._open = False

    @property
    def _words(self) -> CandidateWords:
        if self.words.candidate is None:
            raise PlatformError(f"{self.name}: its platform folder describes no candidate")
        return self.words.candidate

    def write(self, lines: Sequence[str], seconds: int = 0, heard: Heard = unheard) -> tuple[str, ...]:
        """Load and commit in one go."""
        accepted = self.load(lines)
        self.commit(seconds)
        return accepted

    def load(self, lines: Sequence[str]) -> tuple[str, ...]:
        """Load lines into the candidate; a refused one drops it."""
        try:
            return self._send_all(lines, 0)
        except (DeviceError, ValueError):
            self.discard()
            raise

    def candidate(self) -> str | None:
        """The whole candidate, as the device would show it."""
        return self.terminal.exchange([self._words.show], _SLOW)[0].text

    def commit(self, seconds: int = 0) -> None:
        """Commit; a refusal is told in the device's words, and nothing of the candidate is left."""
        words, timer = self._words, self.words.timer
        command = timer.fill(words.commit_armed, seconds) if seconds and timer else words.commit
        answer = self.terminal.exchange([command], _SLOW)[0]
        if words.refused.search(answer.text):
            why = self.terminal.exchange([words.why], _SLOW)[0].text if words.why else ""
            self.discard()
            raise LineRejected(self.name, command, f"{answer.text.strip()} {why.strip()}", ())
        if not seconds:
            self._leave()

    def confirm(self) -> None:
        """Confirm in the shell that committed: others are refused."""
        self._waiting_here()
        answer = self.terminal.exchange([self._words.commit], _SLOW)[0]
        if self._words.refused.search(answer.text):
            raise UnexpectedAnswer(self.name, f"did not confirm its commit: {answer.text.strip()}")
        self._leave()
        if self.armed():
            raise UnexpectedAnswer(self.name, "the commit still waits after it was confirmed")

    def armed(self) -> bool:
        """Ask whether a commit waits, of this session or of another."""
        timer = self.words.timer
        if timer is None or timer.waiting is None:
            return False
        answer = permitted(self.name, self._asking.exchange([timer.ask])[0], self.words)
        return timer.waiting.search(answer.text) is not None

    def _waiting_here(self) -> None:
        """Raise NothingWaits where no commit waits any more, Unconfirmable where it is not of this session."""
        if not self.armed():
            self.discard()
            raise NothingWaits(self.name, NOT_WAITING)
        if not self._open:
            raise Unconfirmable(
                self.name,
                "a commit waits for its confirmation, and it can be confirmed in the session that made it only",
                hint="It goes back by itself when its time is over.",
            )

    def held(self) -> str:
        """Nothing: no other session can do anything with a trial of this one."""
        return ""

    def take_up(self, held: str) -> None:
        """Nothing can be taken up: a trial is its session's, and it goes back when that leaves or its time is over."""

    def abandon(self, held: str) -> None:
        """Nothing: a candidate ends with its session."""

    def disarm(self) -> None:
        """Nothing: what is armed here is a change."""

    def revert(self, name: str) -> None:
        """Leave the session whose commit waits: the device goes back at once."""
        self._waiting_here()
        self.discard()
        if self.armed():
            raise UnexpectedAnswer(self.name, "still waits for a confirmation after it was told to go back")

    def save(self) -> None:
        """Keep what is committed over a reboot, where the commit has not done that by itself."""
        if not self._words.save:
            return
        self._enter_configuration(0)
        try:
            self._said(self._words.save, self.words.saved, "did not save its configuration", _SLOW)
        except DeviceError:
            self.discard()
            raise
        self._leave()

    def discard(self) -> None:
        """Drop the candidate and its lock."""
        if self._open:
            self._open = False
            self.terminal.exchange([self._words.abort], _SLOW)

    def _enter_configuration(self, seconds: int) -> None:
        words = self._words
        if self._open:
            return
        answer = permitted(self.name, self.terminal.exchange([words.configure])[0], self.words)
        if words.locked is not None and words.locked.search(answer.text):
            raise Locked(self.name, f"its configuration is held by somebody else: {answer.text.strip()}")
        if answer.context != self.words.configure_context:
            raise LineRejected(self.name, words.configure, answer.text, ())
        self._open = True

    def _leave(self) -> None:
        self._open = False
        self.terminal.exchange([self.words.leave])
