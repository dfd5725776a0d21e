"""What an emulated IOS-XR keeps of its configuration sessions: who is in, who has the lock, what was committed.

The words are those of IOS-XR 24.3 where a public account tells them: only the session that committed on trial confirms
it, another one is refused meanwhile, and what ends a trial is its timer or leaving configuration mode.
"""

from dataclasses import dataclass, field
from datetime import datetime

from lab.emulated.clock import Timer
from lab.emulated.device import Device
from lab.emulated.iosxr_store import XrStore

EXCLUSIVE_REFUSED = "Cannot enter exclusive mode. The Configuration Namespace is locked by another agent."
TRIAL_UNDERWAY = "Cannot enter exclusive mode. A trial commit is underway in another configuration session."
NOTHING = "No configuration changes to commit."
CONFIRMED = "% Confirming commit for trial session."
# The words of this one are not from a capture.
LOCKED = "% Cannot commit because the configuration namespace is locked by session '{}'."
KEPT = 100


@dataclass(eq=False, slots=True)
class Open:
    """A session in configuration mode."""

    ident: str
    line: str
    user: str
    since: datetime
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: what it was called, who made it, and the configurations before and after it."""

    ident: str
    label: str
    user: str
    client: str
    when: datetime
    before: XrStore
    after: XrStore
    comment: str = ""


@dataclass(slots=True)
class Trial:
    """A commit that is undone unless the session that made it confirms it."""

    owner: Open
    ident: str
    before: XrStore
    timer: Timer


@dataclass(slots=True)
class Commits:
    """The sessions and commits of one device."""

    device: Device
    sessions: list[Open] = field(default_factory=list)
    made: list[Commit] = field(default_factory=list)
    trial: Trial | None = None
    _number: int = 0
    _ident: int = 0x3595

    @staticmethod
    def of(device: Device) -> "Commits":
        """Those of a device."""
        found: Commits = device.state.setdefault("commits", Commits(device))
        return found

    def _new_ident(self) -> str:
        self._ident += 0x1C
        return f"00001000-{self._ident:08x}-00000000"

    def enter(self, user: str) -> Open:
        """Let a session into configuration mode."""
        taken = {session.line for session in self.sessions}
        line = next(f"vty{number}" for number in range(len(taken) + 1) if f"vty{number}" not in taken)
        session = Open(self._new_ident(), line, user, self.device.clock.date())
        self.sessions.append(session)
        return session

    def leave(self, session: Open) -> None:
        """Forget a session, and its lock; a trial of it stays."""
        self.sessions = [other for other in self.sessions if other is not session]

    def holder(self, session: Open | None) -> str:
        """The id of another session that has the lock, "" for none."""
        return next((s.ident for s in self.sessions if s.exclusive and s is not session), "")

    def commit(self, after: XrStore, user: str, label: str, comment: str, client: str = "CLI") -> Commit:
        """Make a configuration the running one, and remember what was before."""
        self._number += 1
        ident = f"1{self._number:09d}"
        now = self.device.clock.date()
        commit = Commit(ident, label, user, client, now, self.device.running, after, comment)
        self.made = [*self.made, commit][-KEPT:]
        self.device.replace(after)
        if self.trial is None:
            self.device.saved()
        return commit

    def arm(self, session: Open, before: XrStore, seconds: float) -> None:
        """Begin a trial."""
        timer = self.device.clock.call_later(seconds, self.expire)
        self.trial = Trial(session, self._new_ident(), before, timer)

    def confirm(self) -> None:
        """End a trial by keeping what it made."""
        if self.trial:
            self.trial.timer.cancel()
            self.trial = None
        self.device.saved()

    def expire(self) -> None:
        """End a trial by putting back what was before."""
        with self.device.lock:
            trial, self.trial = self.trial, None
            if trial and self.device.state.get("commits") is self:
                trial.timer.cancel()
                self.commit(trial.before, trial.owner.user, "", "", client="Rollback")

    def rollback(self, count: int, user: str) -> bool:
        """Put back what was before the last commits; False where there are not so many."""
        if not 0 < count <= len(self.made):
            return False
        self.commit(self.made[-count].before, user, "", "", client="Rollback")
        return True

    def commit_list(self) -> str:
        """The answer to `show configuration commit list`."""
        lines = ["SNo. Label/ID              User      Line                Client      Time Stamp"]
        lines += ["~~~~ ~~~~~~~~              ~~~~      ~~~~                ~~~~~~      ~~~~~~~~~~"]
        for place, commit in enumerate(reversed(self.made), start=1):
            name, when = commit.label or commit.ident, f"{commit.when:%a %b %e %H:%M:%S %Y}"
            lines += [f"{place:<4} {name:<21} {commit.user:<9} {'vty0:node0_RP0_CP':<19} {commit.client:<11} {when}"]
        return "\n".join(lines)

    def session_list(self) -> str:
        """The answer to `show configuration sessions`; nothing where nobody is in."""
        if not self.sessions:
            return ""
        lines = ["Current Configuration Session  Line       User     Date                     Lock"]
        lines += [_row(s.ident, s, "*" if s.exclusive else "") for s in self.sessions]
        if self.trial:
            lines += [_row(self.trial.ident, self.trial.owner, "")]
        return "\n".join(lines)

    def session_detail(self) -> str:
        """The answer to `show configuration sessions detail`."""
        told = [(s.ident, s, "CLI", "Reserved" if s.exclusive else "None") for s in self.sessions]
        if self.trial:
            told += [(self.trial.ident, self.trial.owner, "commit-confirm", "None")]
        lines: list[str] = []
        for place, (ident, s, client, lock) in enumerate(told, start=1):
            lines += [f"  {place}) Session: {ident}  {s.since:%a %b %e %H:%M:%S %Y}"]
            lines += [f"     Line: {s.line:<31}Lock: {lock}", f"     User: {s.user:<31}Client: {client}", ""]
        return "\n".join(lines)


def _row(ident: str, session: Open, mark: str) -> str:
    return f"{ident:<30} {session.line:<10} {session.user:<8} {session.since:%a %b %e %H:%M:%S %Y} {mark}".rstrip()
