"""A device that is changed line by line: each line is acknowledged before the next one is sent."""

import re
from collections.abc import Sequence

from loopwright.change_words import CheckpointWords, TimerWords
from loopwright.configuration_path import Position, depth_of, follows
from loopwright.device import Heard, unheard
from loopwright.errors import DeviceError, LineRejected, Locked, NothingWaits, PlatformError, UnexpectedAnswer
from loopwright.transcript import Answer
from tasks.session import Session, permitted

LEAVE_TIMEOUT = 10.0
_SLOW = 120.0  # seconds: a copy of a whole configuration
NOT_WAITING = "no change waits for its confirmation: it was confirmed, or the device has undone it by itself"


class LineWriter(Session):
    """A device that is changed line by line at its command line (a `loopwright.device.Writer`)."""

    leaves = True  # configuration mode after the last line
    confirms_elsewhere = True
    _armed_here: bool | None = None  # not known: a connection that was lost may have armed it

    def write(self, lines: Sequence[str], seconds: int = 0, heard: Heard = unheard) -> tuple[str, ...]:
        """Send lines one at a time, each after the one before was taken, and leave configuration mode in every case."""
        try:
            return self._send_all(lines, seconds, heard)
        except (DeviceError, ValueError):
            self._leave_quietly()
            raise

    def _send_all(self, lines: Sequence[str], seconds: int, heard: Heard = unheard) -> tuple[str, ...]:
        if not lines:
            return ()
        follows(lines)  # refuses an impossible indentation before anything is sent
        accepted: list[str] = []
        self._enter_configuration(seconds)
        self._position = Position((self.words.configure_context,))
        for number, line in enumerate(lines):
            self._send(line, lines[number + 1 :], accepted)
            accepted.append(line)
            heard(line)
        return tuple(accepted)

    def save(self) -> None:
        """Save the running configuration, and see that the device says so."""
        self._said(self.words.save, self.words.saved, "did not save its configuration")

    def armed(self) -> bool:
        """Ask whether a change waits for its confirmation; the timer is the device's, not a session's."""
        timer = self.words.timer
        if timer is None or timer.waiting is None:
            return False
        return timer.waiting.search(self.show([timer.ask])[0]) is not None

    def held(self) -> str:
        """Nothing: the timer is the device's, and whoever may configure confirms."""
        return ""

    def take_up(self, held: str) -> None:
        """Take a timer that runs for our own, so that it can be stopped."""
        self._armed_here = True

    def abandon(self, held: str) -> None:
        """Nothing: every line has taken effect at once."""

    def confirm(self) -> None:
        """Confirm an armed change, and ask whether it still waits."""
        if not self.armed():
            raise NothingWaits(self.name, NOT_WAITING)
        self.terminal.exchange([self._timer.confirm])
        if self.armed():
            raise UnexpectedAnswer(self.name, "the change still waits after it was confirmed")

    def disarm(self) -> None:
        """Stop the timer that was armed before the first line was refused."""
        if self._armed_here is not False and self.armed():
            self.confirm()

    def revert(self, name: str) -> None:
        """Go back to the checkpoint of a name, or to what the timer would go back to."""
        words = self.words.checkpoint
        if words is not None:
            self._said(words.back.format(name=name), words.restored, "did not go back to its checkpoint", _SLOW)
            return
        if not self.armed():
            raise NothingWaits(self.name, NOT_WAITING)
        self.terminal.exchange([self._timer.revert], _SLOW)
        if self.armed():
            raise UnexpectedAnswer(self.name, "still waits for a confirmation after it was told to go back")

    def mark(self, name: str) -> None:
        """Make a checkpoint, and see that the device says so."""
        words = self._checkpoint
        self._said(words.make.format(name=name), words.made, "made no checkpoint", _SLOW)

    def unmark(self, name: str) -> None:
        """Drop a checkpoint."""
        self.terminal.exchange([self._checkpoint.drop.format(name=name)], _SLOW)

    @property
    def _timer(self) -> TimerWords:
        if self.words.timer is None:
            raise PlatformError(f"{self.name}: its platform folder describes no timer")
        return self.words.timer

    @property
    def _checkpoint(self) -> CheckpointWords:
        if self.words.checkpoint is None:
            raise PlatformError(f"{self.name}: its platform folder describes no checkpoints")
        return self.words.checkpoint

    def _said(self, command: str, expected: re.Pattern[str], complaint: str, seconds: float | None = None) -> None:
        answer = permitted(self.name, self.terminal.exchange([command], seconds)[0], self.words)
        if not expected.search(answer.text):
            raise UnexpectedAnswer(self.name, f"{complaint}: {answer.text.strip()}")

    def _enter_configuration(self, seconds: int) -> None:
        timer = self._timer if seconds else None
        command = timer.fill(timer.configure, seconds) if timer else self.words.configure
        self._armed_here = False
        answer = permitted(self.name, self.terminal.exchange([command])[0], self.words)
        if self.words.locked is not None and self.words.locked.search(answer.text):
            raise Locked(self.name, f"its configuration is held by somebody else: {answer.text.strip()}")
        if answer.context != self.words.configure_context:
            raise LineRejected(self.name, command, answer.text, ())
        self._armed_here = bool(seconds)

    def _send(self, line: str, rest: Sequence[str], accepted: Sequence[str]) -> None:
        """Send one line, with what leaves its contexts when nothing more stands under them.

        `up` and `leave` may travel with the line: they change no configuration, and after a refusal they are what is
        sent anyway. The next line of configuration waits until all of that is answered.
        """
        depth = depth_of(line)
        next_depth = depth_of(rest[0]) if rest else 0
        stays = bool(rest) or not self.leaves
        leaving = [self.words.up] * (depth - next_depth) if stays else [self.words.leave]
        answer, *left = self.terminal.exchange([line.strip(), *leaving])
        self._judge(line, answer, accepted)
        position = self._position.after(answer.context, opens=next_depth > depth)
        if isinstance(position, str):
            raise LineRejected(self.name, line, f"{answer.text}{position}", tuple(accepted))
        if stays:
            self._position = self._climb(position, left, next_depth, line, accepted)
        else:
            self._judge_left(left)

    def _judge(self, line: str, answer: Answer, accepted: Sequence[str]) -> None:
        """Take any answer that the platform folder does not call harmless for a refusal."""
        permitted(self.name, answer, self.words)
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
