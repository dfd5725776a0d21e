"""Configuration sessions of an EOS device: named candidates, commit timers, and how they are shown.

A session holds a copy of the whole running configuration, and a commit puts that copy in its place: what others changed
meanwhile is lost. A commit with a timer that is not confirmed, or that is aborted, puts back what ran before it.
"""

import difflib
from dataclasses import dataclass
from typing import Any

from lab.emulated.clock import Timer
from lab.emulated.device import Device
from lab.emulated.eos_store import EosStore
from lab.emulated.system import Refusal

MAX_PENDING = 5
MAX_COMPLETED = 1
COMMITTED_AT_ONCE = (4, 32)
"""From this version on a session with a timer is shown as committed, and the timer beside the sessions."""


@dataclass
class ConfigSession:
    """One session; `state` is pending, pendingCommitTimer or completed."""

    name: str
    store: EosStore
    user: str
    state: str = "pending"
    completed: float = 0.0
    before: EosStore | None = None
    timer: Timer | None = None


class ConfigSessions:
    """The sessions of one device; they live until it starts again."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._sessions: dict[str, ConfigSession] = {}
        self._autonomous = 0

    @classmethod
    def of(cls, device: Device) -> "ConfigSessions":
        """Return the sessions of a device."""
        sessions: ConfigSessions = device.state.setdefault("sessions", cls(device))
        return sessions

    def open(self, name: str, user: str) -> ConfigSession:
        """Enter a session, a new one where the name is new. Raises Refusal."""
        if not name:
            self._autonomous += 1
            name = f"sess-{self._autonomous}"
        found = self._sessions.get(name)
        if found and found.state == "pending":
            return found
        if found and found.state == "pendingCommitTimer":
            raise Refusal(f"% Session {name} is waiting for its commit timer")
        if sum(session.state == "pending" for session in self._sessions.values()) >= MAX_PENDING:
            raise Refusal(
                "% Maximum number of pending sessions has been reached. "
                "Please commit or abort previous sessions before creating a new one."
            )
        self._sessions[name] = ConfigSession(name, self._device.running.copy(), user)
        return self._sessions[name]

    def named(self, name: str) -> ConfigSession:
        """Return a session. Raises Refusal where there is none."""
        found = self._sessions.get(name)
        if not found:
            raise Refusal(f"% Session {name} not found")
        return found

    def armed(self) -> ConfigSession | None:
        """Return the session whose commit waits to be confirmed."""
        return next((s for s in self._sessions.values() if s.state == "pendingCommitTimer"), None)

    def commit(self, name: str) -> None:
        """Put a session in the place of the running configuration, or confirm it. Raises Refusal."""
        session = self._committable(name)
        if session.state == "pendingCommitTimer":
            self._disarm(session)
        else:
            self._device.replace(session.store.copy())
        self._complete(session)

    def commit_timer(self, name: str, seconds: int) -> None:
        """Put a session in the place of the running configuration until the time is over. Raises Refusal."""
        session = self._committable(name)
        clock = self._device.clock
        if session.timer:
            session.timer.cancel()
        else:
            session.before = self._device.running.copy()
            self._device.replace(session.store.copy())
        session.state, session.completed = "pendingCommitTimer", clock.now()
        session.timer = clock.call_later(seconds, lambda: self._expired(session))

    def abort(self, name: str) -> None:
        """Forget a session; one that waits for its timer is rolled back. Raises Refusal."""
        session = self.named(name)
        if session.state == "completed":
            raise Refusal(f"% Session {name} is already completed")
        if session.state == "pendingCommitTimer":
            self._roll_back(session)
        del self._sessions[name]

    def diffs(self, name: str) -> str:
        """Return how a session differs from the running configuration, as a unified diff."""
        session = self.named(name)
        lines = difflib.unified_diff(
            self._device.running.text().splitlines(),
            session.store.text().splitlines(),
            "system:/running-config",
            f"session:/{name}-session-config",
            lineterm="",
        )
        return "".join(f"{line}\n" for line in lines)

    def shown(self, version: tuple[int, ...], *, detail: bool) -> dict[str, Any]:
        """Return the sessions as the system tells them; another's where a fault says that one has the lock."""
        told: dict[str, Any] = {session.name: self._told(session, version) for session in self._sessions.values()}
        locked = self._device.faults.bites("locked")
        if locked:
            told[locked.text or "another"] = {"state": "pending", "description": "", "instances": {}}
        answer: dict[str, Any] = {
            "sessions": told,
            "maxSavedSessions": MAX_COMPLETED,
            "maxOpenSessions": MAX_PENDING,
            "mergeOnCommit": False,
            "saveToStartupConfigOnCommit": False,
        }
        armed = self.armed()
        if armed and armed.timer and detail and version >= COMMITTED_AT_ONCE:
            answer |= {"commitTimerSessionName": armed.name, "commitTimerExpireTime": armed.timer.when}
        return answer

    def _told(self, session: ConfigSession, version: tuple[int, ...]) -> dict[str, Any]:
        told: dict[str, Any] = {"state": session.state, "description": "", "instances": {}}
        if session.state == "pending":
            return told
        if version >= COMMITTED_AT_ONCE:
            told["state"] = "committed"
        elif session.timer and session.state == "pendingCommitTimer":
            told["commitBy"] = session.timer.when
        return {**told, "completedTime": session.completed, "commitUser": session.user}

    def _committable(self, name: str) -> ConfigSession:
        session = self.named(name)
        armed = self.armed()
        if session.state == "completed":
            raise Refusal(f"% Session {name} is already completed")
        if armed and armed is not session:
            raise Refusal(f"% Cannot commit session {name} while the commit timer of session {armed.name} runs")
        return session

    def _complete(self, session: ConfigSession) -> None:
        session.state, session.completed = "completed", self._device.clock.now()
        done = [s.name for s in self._sessions.values() if s.state == "completed" and s is not session]
        for name in done[: len(done) + 1 - MAX_COMPLETED]:
            del self._sessions[name]

    def _disarm(self, session: ConfigSession) -> None:
        if session.timer:
            session.timer.cancel()
        session.timer = session.before = None

    def _roll_back(self, session: ConfigSession) -> None:
        before = session.before
        self._disarm(session)
        if before is not None:
            self._device.replace(before)

    def _expired(self, session: ConfigSession) -> None:
        with self._device.lock:
            # A restart has forgotten all sessions: it runs what it started with.
            known = self._device.state.get("sessions") is self and self._sessions.get(session.name) is session
            if known and session.state == "pendingCommitTimer":
                self._roll_back(session)
                self._complete(session)
