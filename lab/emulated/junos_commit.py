"""The configuration database of an emulated Junos device: candidate, exclusive lock, commits, the rollback timer.

The candidate is shared, as it is by default. What a session with the lock leaves behind is discarded when it goes.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from lab.emulated.clock import Timer
from lab.emulated.device import Device
from lab.emulated.junos_braces import set_lines_of
from lab.emulated.junos_diff import compare
from lab.emulated.junos_store import JunosStore
from lab.emulated.system import Refusal

KEPT = 50
STATE = "junos"
SECONDS = 60


class NetconfError(Exception):
    """What is answered instead of a result: message, tag, path and the element that is wrong."""

    def __init__(self, message: str, tag: str = "operation-failed", path: str = "", bad: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.tag = tag
        self.path = path
        self.bad = bad


@dataclass(frozen=True, slots=True)
class Holder:
    """A session as others see it."""

    user: str
    pid: int
    since: float


@dataclass(frozen=True, slots=True)
class Commit:
    """A configuration that was committed."""

    store: JunosStore
    user: str
    at: float
    number: int
    comment: str = ""


@dataclass(slots=True)
class Pending:
    """A commit that waits to be confirmed: what is put back, by when."""

    before: JunosStore
    minutes: int
    timer: Timer


@dataclass(slots=True)
class Database:
    """Candidate, lock, history; one per device, kept in its state."""

    device: Device
    candidate: JunosStore = field(init=False)
    holder: Holder | None = None
    modified_by: Holder | None = None
    history: list[Commit] = field(default_factory=list)
    pending: Pending | None = None

    def __post_init__(self) -> None:
        """Start with the running configuration, as committed at the device's start."""
        self.candidate = self.device.running.copy()
        self.history = [Commit(self.device.running.copy(), "root", self.device.started, 0)]

    @property
    def running(self) -> JunosStore:
        """The active configuration."""
        running: JunosStore = self.device.running
        return running

    def lock(self, session: Holder) -> None:
        """Take the exclusive lock; raises NetconfError where it is held, or somebody else has changed the candidate."""
        self._free_for(session)
        if self.holder == session:
            raise NetconfError(self._locked_by(session), "lock-denied")
        if self.candidate.text() != self.running.text() and self.modified_by != session:
            raise NetconfError("configuration database modified", "lock-denied")
        self.holder = session

    def unlock(self, session: Holder) -> None:
        """Give the lock back, and with it what was not committed; raises NetconfError for one that is not held."""
        if self.holder != session:
            raise NetconfError("configuration database is not locked" if not self.holder else "not lock owner")
        self.holder = None

    def close(self, session: Holder) -> None:
        """End a session: its lock goes, and what it had not committed under the lock."""
        if self.holder == session:
            self.holder = None
            self._discard()

    def load(self, session: Holder, action: str, text: str, *, as_set: bool) -> tuple[str, ...]:
        """Load lines or braces into the candidate and return the warnings; raises NetconfError."""
        self._free_for(session)
        lines = text.splitlines() if as_set else None
        try:
            wanted = self._obeyed(lines if lines is not None else list(set_lines_of(text)))
            target = JunosStore() if action in {"override", "update"} else self.candidate
            target.load(wanted)
        except Refusal as refusal:
            raise NetconfError(refusal.answer, bad=refusal.line) from refusal
        self.candidate = target
        self.modified_by = session
        return target.ignored

    def _obeyed(self, lines: list[str]) -> list[str]:
        """The lines as the device takes them, faults included; raises Refusal."""
        faults = self.device.faults
        for line in lines:
            self.device.counters.configuration_lines += 1
            refused = faults.bites("reject", line.strip())
            if refused:
                raise Refusal(refused.text or "syntax error", line.strip())
        return [line for line in lines if not faults.bites("ignore", line.strip())]

    def rollback(self, session: Holder, number: int) -> None:
        """Make the candidate what was committed `number` commits ago; raises NetconfError."""
        self._free_for(session)
        self.candidate = self._committed(number).copy()
        self.modified_by = session if number else None

    def difference(self, number: int) -> str:
        """What the candidate changes against a commit."""
        return compare(self._committed(number).root, self.candidate.root)

    def commit(self, session: Holder, *, minutes: int = 0, comment: str = "") -> None:
        """Make the candidate the running configuration, for `minutes` unless it is confirmed; raises Refusal.

        A commit without minutes confirms one that waits, whoever made it.
        """
        self._free_for(session)
        self.candidate.check()
        before = self.running
        if self.pending:
            self.pending.timer.cancel()
            before, self.pending = self.pending.before, None
        if minutes:
            timer = self.device.clock.call_later(minutes * SECONDS, self._expired)
            self.pending = Pending(before, minutes, timer)
            comment = f"commit confirmed, rollback in {minutes}mins"
        self._activate(session.user, comment)

    def _activate(self, user: str, comment: str) -> None:
        number = self.history[0].number + 1
        self.history.insert(0, Commit(self.candidate.copy(), user, self.device.clock.now(), number, comment))
        del self.history[KEPT:]
        self.device.replace(self.candidate.copy())
        if not self.pending:
            # A restart before the confirmation brings back what was there before.
            self.device.saved()
        self.modified_by = None

    def _expired(self) -> None:
        """Put back what was there before a commit that nobody confirmed."""
        if self.pending and self.device.state.get(STATE) is self:
            self.candidate = self.pending.before.copy()
            self.pending = None
            self._activate("root", "Rolled back since commit confirmed was not confirmed")

    def _discard(self) -> None:
        self.candidate = self.running.copy()
        self.modified_by = None

    def _committed(self, number: int) -> JunosStore:
        if number >= len(self.history):
            raise NetconfError(f"rollback {number} does not exist")
        return self.history[number].store

    def _free_for(self, session: Holder) -> None:
        """Raise NetconfError where somebody else holds the lock."""
        fault = self.device.faults.bites("locked")
        if fault:
            raise NetconfError(
                self._locked_by(Holder(fault.text or "admin", 4681, self.device.clock.now())), "lock-denied"
            )
        if self.holder is not None and self.holder != session:
            raise NetconfError(self._locked_by(self.holder), "lock-denied")

    def _locked_by(self, holder: Holder) -> str:
        since = datetime.fromtimestamp(holder.since, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return (
            f"configuration database locked by:\n  {holder.user} terminal  (pid {holder.pid}) on since {since}, "
            "idle 00:00:01\n      exclusive "
        )


def database(device: Device) -> Database:
    """The database of a device, made when it is first asked for and anew after a restart."""
    found = device.state.get(STATE)
    if not isinstance(found, Database):
        found = device.state[STATE] = Database(device)
    return found
