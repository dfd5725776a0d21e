"""A device that is changed through a NAPALM driver: a candidate, a comparison, a commit, a timer."""

from collections.abc import Sequence
from contextlib import suppress

from loopwright.device import Heard, unheard
from loopwright.errors import DeviceError, LineRejected, UnexpectedAnswer
from tasks.driver import DriverSession


class DriverWriter(DriverSession):
    """A device with a candidate behind a driver (a `loopwright.device.Transaction`)."""

    def write(self, lines: Sequence[str], seconds: int = 0, heard: Heard = unheard) -> tuple[str, ...]:
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
        """Commit, to be confirmed within `seconds`; a refused candidate is dropped.

        Where a commit that is not armed would be saved by the driver before any proof, it is armed all the same and
        confirmed at once.
        """
        timer = self.words.timer
        early = not seconds and timer is not None and bool(timer.confirm)
        armed = timer.shortest if early and timer is not None else seconds
        try:
            self.calling("the commit", self.driver.commit_config, revert_in=armed or None)
        except DeviceError:
            self._discard_quietly()
            raise
        if early:
            self.confirm()

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
        if self.words.timer is not None and self.words.timer.confirm:
            self.show([self.words.timer.confirm])
        else:
            try:
                self.calling("the confirmation", self.driver.confirm_commit)
            except LineRejected as error:
                raise UnexpectedAnswer(self.name, f"did not confirm its commit: {error.answer}") from error
        if self.armed():
            raise UnexpectedAnswer(self.name, "the commit still waits after it was confirmed")

    def disarm(self) -> None:
        """Nothing: what is armed here is a change."""

    def revert(self, name: str) -> None:
        """Let the device take back the last commit; nothing is saved where the folder names a command for it."""
        if self.words.timer is None or not self.words.timer.revert:
            self.calling("the rollback", self.driver.rollback)
            return
        if not self.armed():
            raise UnexpectedAnswer(self.name, "no commit waits that could be taken back")
        self.show([self.words.timer.revert])
        if self.armed():
            raise UnexpectedAnswer(self.name, "still waits for a confirmation after it was told to go back")

    def mark(self, name: str) -> None:
        """Nothing: the device keeps what it committed before."""

    def unmark(self, name: str) -> None:
        """Nothing."""

    def save(self) -> None:
        """Save, and see that the device says so; nothing where the driver saves with the confirmation."""
        if not self.words.save:
            return
        said = self.show([self.words.save])[0]
        if self.words.saved is not None and not self.words.saved.search(said):
            raise UnexpectedAnswer(self.name, f"did not save its configuration: {said.strip()}")

    def discard(self) -> None:
        """Drop the candidate and its lock."""
        self.calling("dropping the candidate", self.driver.discard_config)

    def _discard_quietly(self) -> None:
        """After an error, which is told instead of what this may raise."""
        with suppress(DeviceError):
            self.discard()
