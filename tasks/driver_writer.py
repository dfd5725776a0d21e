"""A device that is changed through a NAPALM driver: a candidate, a comparison, a commit, a timer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from operator import attrgetter
from weakref import WeakSet

from napalm.base.base import NetworkDriver

from loopwright.change_words import TimerWords
from loopwright.device import Heard, unheard
from loopwright.errors import (
    DeviceError,
    DeviceTimeout,
    LineRejected,
    NothingWaits,
    PlatformError,
    SessionLost,
    Unconfirmable,
    UnexpectedAnswer,
)
from loopwright.query import rows
from tasks.driver import DriverSession

# A writer is made anew each time that one is asked for; a lock lasts as long as its connection.
_LOCKING: WeakSet[NetworkDriver] = WeakSet()


class DriverWriter(DriverSession):
    """A device with a candidate behind a driver (a `loopwright.device.Transaction`)."""

    confirms_elsewhere = True

    def write(self, lines: Sequence[str], seconds: int = 0, heard: Heard = unheard) -> tuple[str, ...]:
        """Load and commit in one go."""
        accepted = self.load(lines)
        self.commit(seconds)
        return accepted

    def load(self, lines: Sequence[str]) -> tuple[str, ...]:
        """Load lines into the candidate; where that fails, no candidate and no lock is left behind."""
        text = "\n".join([*lines, *([self.words.end] if self.words.end else [])])
        self._lock()
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
        """Commit, to be confirmed within `seconds`; a refused candidate is dropped, an armed one keeps the lock.

        Where the answer is lost, the candidate is dropped only if the device can say that it was not committed.
        Where a commit that is not armed would be saved by the driver before any proof, it is armed all the same and
        confirmed at once.
        """
        timer = self.words.timer
        early = not seconds and timer is not None and bool(timer.confirm)
        armed = timer.shortest if early and timer is not None else seconds
        try:
            self.calling("the commit", self.driver.commit_config, revert_in=armed or None)
        except (SessionLost, DeviceTimeout):
            with suppress(DeviceError):  # the loss is told
                self.abandon(self.held())
            raise
        except DeviceError:
            self._discard_quietly()
            raise
        if early:
            self.confirm()
        elif not seconds:
            self._unlock()

    def held(self) -> str:
        """The name of the configuration session, which the driver forgets with itself."""
        return str(getattr(self.driver, self.words.session) or "") if self.words.session else ""

    def take_up(self, held: str) -> None:
        """Work on the configuration session of that name from now on."""
        if self.words.session:
            setattr(self.driver, self.words.session, held or None)

    def abandon(self, held: str) -> None:
        """Drop the configuration session of that name, if it is there and not armed."""
        if not self.words.session or not held:
            return
        self.take_up(held)
        if self.armed():
            return
        with suppress(UnexpectedAnswer):  # there is none
            self.discard()
        self.take_up("")

    def armed(self) -> bool:
        """Ask whether a commit waits: that of the session that was opened or taken up here, else any."""
        timer = self.words.timer
        if timer is None:
            return False
        if not timer.waits:
            return bool(self.calling("asking for a pending commit", self.driver.has_pending_commit))
        waiting = self._waiting(timer)
        return self.held() in waiting if self.held() else bool(waiting)

    def _waiting(self, timer: TimerWords) -> set[str]:
        """The names of the configuration sessions whose commit waits."""
        options = {"encoding": "json"}
        answer = self.calling(f"{timer.ask!r}", self.driver.cli, [timer.ask], **options)[timer.ask]
        return {str(row["name"]) for row in rows(timer.waits, answer)}

    def confirm(self) -> None:
        """Confirm an armed commit, and ask whether it still waits: some drivers confirm what is no more."""
        with self._alone():
            timer = self._waits("confirmed")
            if timer.confirm:
                self.show([timer.confirm.format(session=self.held())])
            else:
                try:
                    self.calling("the confirmation", self.driver.confirm_commit)
                except LineRejected as error:
                    raise UnexpectedAnswer(self.name, f"did not confirm its commit: {error.answer}") from error
            if self.armed():
                raise UnexpectedAnswer(self.name, "the commit still waits after it was confirmed")
            self.take_up("")

    def disarm(self) -> None:
        """Stop a timer that runs by itself, beside what it would undo: a commit that was cut short has left it."""
        timer = self.words.timer
        if timer is not None and timer.confirm and not timer.waits and self.armed():
            self.confirm()

    def revert(self, name: str) -> None:
        """Let the device take back the commit that waits: without one, a driver would take back something else."""
        with self._alone():
            timer = self._waits("taken back")
            if timer.revert:
                self.show([timer.revert.format(session=self.held())])
            else:
                self.calling("the rollback", self.driver.rollback)
            if self.armed():
                raise UnexpectedAnswer(self.name, "still waits for a confirmation after it was told to go back")
            self.take_up("")

    def _waits(self, what: str) -> TimerWords:
        """Return the words of the timer; raises NothingWaits, or Unconfirmable where its session is not known."""
        timer = self.words.timer
        if timer is None:
            raise PlatformError(f"{self.name}: its platform folder describes no timer")
        if not self.armed():
            raise NothingWaits(
                self.name,
                "no commit waits for its confirmation: it was confirmed, or the device has undone it by itself",
            )
        if timer.waits and not self.held():
            raise Unconfirmable(
                self.name,
                f"a commit waits, and it cannot be {what} here: the name of its session is not known",
                hint="It goes back by itself when its time is over.",
            )
        return timer

    def mark(self, name: str) -> None:
        """Nothing: the device keeps what it committed before."""

    def unmark(self, name: str) -> None:
        """Nothing."""

    def save(self) -> None:
        """Save, and see that the device says so; nothing where a commit outlives a restart by itself."""
        if not self.words.save:
            return
        said = self.show([self.words.save])[0]
        if self.words.saved is not None and not self.words.saved.search(said):
            raise UnexpectedAnswer(self.name, f"did not save its configuration: {said.strip()}")

    def discard(self) -> None:
        """Drop the candidate and its lock."""
        try:
            self.calling("dropping the candidate", self.driver.discard_config)
        finally:
            self._unlock()

    def _discard_quietly(self) -> None:
        """After an error, which is told instead of what this may raise."""
        with suppress(DeviceError):
            self.discard()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock: nobody's candidate goes along with a confirmation, and nobody confirms in between."""
        self._lock()
        try:
            yield
        finally:
            self._unlock()

    def _lock(self) -> None:
        """Take the configuration lock, where the driver names one and it is not held; raises Locked."""
        if self.words.lock and self.driver not in _LOCKING:
            self.calling("taking the configuration lock", attrgetter(self.words.lock)(self.driver))
            _LOCKING.add(self.driver)

    def _unlock(self) -> None:
        """Give the lock back; one that is not taken back is gone already, or goes with the connection."""
        if self.driver in _LOCKING:
            _LOCKING.discard(self.driver)
            with suppress(DeviceError):
                self.calling("giving back the configuration lock", attrgetter(self.words.unlock)(self.driver))
