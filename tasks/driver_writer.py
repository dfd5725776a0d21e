"""A device that is changed through a NAPALM driver: a candidate, a comparison, a commit, a timer."""

from collections.abc import Sequence
from contextlib import suppress

from loopwright.errors import DeviceError, UnexpectedAnswer
from tasks.driver import DriverSession


class DriverWriter(DriverSession):
    """A device with a candidate behind a driver (a `loopwright.device.Transaction`)."""

    def write(self, lines: Sequence[str], seconds: int = 0) -> tuple[str, ...]:
        """Load and commit in one go."""
        accepted = self.load(lines)
        self.commit(seconds)
        return accepted

    def load(self, lines: Sequence[str]) -> tuple[str, ...]:
        """Load lines into the candidate; where that fails, no candidate and no lock is left behind."""
        text = "\n".join([*lines, *([self.words.end] if self.words.end else [])])
        try:
            self.calling("loading the candidate", self.driver.load_merge_candidate, config=text)
        except DeviceError:
            self._discard_quietly()
            raise
        return tuple(lines)

    def candidate(self) -> str | None:
        """The whole candidate, None where the driver cannot tell it."""
        if not self.words.candidate_format:
            return None
        options = {"retrieve": "candidate", "format": self.words.candidate_format}
        return str(self.calling("reading the candidate", self.driver.get_config, **options)["candidate"])

    def commit(self, seconds: int = 0) -> None:
        """Commit, to be confirmed within `seconds`; a refused candidate is dropped."""
        try:
            self.calling("the commit", self.driver.commit_config, revert_in=seconds or None)
        except DeviceError:
            self._discard_quietly()
            raise

    def armed(self) -> bool:
        """Ask whether a commit waits for its confirmation."""
        if self.words.timer is None:
            return False
        return bool(self.calling("asking for a pending commit", self.driver.has_pending_commit))

    def confirm(self) -> None:
        """Confirm an armed commit, and ask whether it still waits: some drivers confirm what is no more."""
        if not self.armed():
            raise UnexpectedAnswer(
                self.name, "no commit waits for its confirmation: the device has undone it by itself"
            )
        self.calling("the confirmation", self.driver.confirm_commit)
        if self.armed():
            raise UnexpectedAnswer(self.name, "the commit still waits after it was confirmed")

    def revert(self, name: str) -> None:
        """Let the device take back the last commit."""
        self.calling("the rollback", self.driver.rollback)

    def mark(self, name: str) -> None:
        """Nothing: the device keeps what it committed before."""

    def unmark(self, name: str) -> None:
        """Nothing."""

    def save(self) -> None:
        """Nothing: the driver saves with the commit, or with its confirmation."""

    def discard(self) -> None:
        """Drop the candidate and its lock."""
        self.calling("dropping the candidate", self.driver.discard_config)

    def _discard_quietly(self) -> None:
        """After an error, which is told instead of what this may raise."""
        with suppress(DeviceError):
            self.discard()
