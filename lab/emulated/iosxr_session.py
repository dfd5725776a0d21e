"""A session of an emulated IOS-XR: its target configuration, its commits and trials, and how it leaves."""

import re
import weakref
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from lab.emulated.cli import Cli, Show
from lab.emulated.device import Device, Login
from lab.emulated.iosxr_commits import (
    CONFIRMED,
    EXCLUSIVE_REFUSED,
    LOCKED,
    NOTHING,
    TRIAL_UNDERWAY,
    Commits,
    Open,
)
from lab.emulated.iosxr_show import VERSION, stamp
from lab.emulated.iosxr_shows import SHOWS
from lab.emulated.iosxr_store import CommitRefused, XrStore
from lab.emulated.store import Position
from lab.emulated.system import Refusal

UNCOMMITTED = "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:"
ARMED = (
    "\nYou are exiting after a 'commit confirm' with an active rollback session.  If you exit the configuration"
    " awaiting confirmation will not be confirmed and the router will immediately rollback to the previous"
    " configuration.\nDo you wish to exit? [no]:"
)
OTHERS = (
    "One or more commits have occurred from other configuration sessions since this session started or since the"
    " last commit was made from this session. You can use the 'show configuration commit changes' command to browse the"
    " changes.\nDo you wish to proceed with this commit anyway? [no]:"
)
NONE_SUCH = "% No such configuration item(s)"
_TIMED = re.compile(r"(?:show|ping|configure|rollback|commit|clear|traceroute)\b", re.IGNORECASE)
_WIDTH = 31
_TOP: Position = ()
Handler = Callable[["XrSession", re.Match[str]], str]


class XrSession(Cli):
    """One session; `configuring_commands` are tried in configuration mode before a line is taken."""

    configuring_commands: ClassVar[Iterable[tuple[re.Pattern[str], Handler]]] = ()

    shows: ClassVar[Iterable[Show]] = SHOWS
    modes: ClassVar[Mapping[str, str]] = {
        "": "config", "if": "config-if", "vrf": "config-vrf", "vrf-af": "config-vrf-af", "rpl": "config-rpl",
        "ospf": "config-ospf", "ospf-vrf": "config-ospf-vrf", "ospf-ar": "config-ospf-ar",
        "ospf-ar-if": "config-ospf-ar-if", "ospfv3": "config-ospfv3", "ospfv3-vrf": "config-ospfv3-vrf",
        "ospfv3-ar": "config-ospfv3-ar", "ospfv3-ar-if": "config-ospfv3-ar-if", "isis": "config-isis",
        "isis-af": "config-isis-af", "isis-if": "config-isis-if", "isis-if-af": "config-isis-if-af",
        "bgp": "config-bgp", "bgp-af4": "config-bgp-af", "bgp-af6": "config-bgp-af", "bgp-vpn": "config-bgp-af",
        "bgp-nbr": "config-bgp-nbr", "bgp-nbr-af": "config-bgp-nbr-af", "bgp-vrf": "config-bgp-vrf",
        "bgp-vrf-af4": "config-bgp-vrf-af", "bgp-vrf-af6": "config-bgp-vrf-af",
    }  # fmt: skip

    def __init__(self, device: Device, login: Login) -> None:
        super().__init__(device, login)
        self.timestamps = True
        self.failed = ""
        self._open: Open | None = None
        self._target = XrStore()
        self._base: XrStore = device.running
        self._typed: list[str] = []

    @property
    def commits(self) -> Commits:
        """The sessions and commits of the device."""
        return Commits.of(self.device)

    @property
    def store(self) -> XrStore:
        """The running configuration, or in configuration mode the target of this session."""
        running: XrStore = self.device.running
        return self._target if self.configuring else running

    @property
    def prompt(self) -> str:
        """What is printed when the next line is awaited; in configuration mode the name is cut."""
        if self._question:
            return self._question[0]
        name = f"RP/0/RP0/CPU0:{self.device.hostname}"
        return f"{name[:_WIDTH] if self.configuring else name}{self.mode()}#"

    def answer(self, line: str) -> str:
        """Take a line; the answers of commands begin with the time, unless that is switched off."""
        timed = self.timestamps and not self._question and _TIMED.match(line.strip().removeprefix("do "))
        told = super().answer(line)
        mine = timed and not (self.configuring and told.lstrip().startswith("^"))
        return f"{stamp(self.device.clock.date())}\n{told}" if mine else told

    def ended(self) -> None:
        """Forget what dies with the connection: the target and the lock. A trial stays until its timer ends it."""
        if self._open:
            self.commits.leave(self._open)
            self._open = None

    @property
    def changed(self) -> list[str]:
        """What the target changes of what the session began with."""
        return self._target.changes(self._base)

    @property
    def armed(self) -> bool:
        """Whether this session has a trial to confirm."""
        trial = self.commits.trial
        return trial is not None and trial.owner is self._open

    def start(self, *, exclusive: bool) -> str:
        """Enter configuration mode, with the lock where it is asked for."""
        if exclusive:
            if self.commits.trial:
                return TRIAL_UNDERWAY
            if self.device.faults.bites("locked") or self.commits.holder(None):
                return f"{self.commits.session_list()}\n{EXCLUSIVE_REFUSED}".lstrip()
        self._open = self.commits.enter(self.login.username)
        self._open.exclusive = exclusive
        # A session that is gone without a word is forgotten with this object.
        weakref.finalize(self, self.commits.leave, self._open)
        self._begin()
        return self.enter_configuration()

    def _begin(self) -> None:
        """Start over with a target that changes nothing."""
        self._base = self.device.running
        self._target = self._base.copy()
        self._typed = []

    def configure(self, line: str) -> str:
        """Answer a line of configuration mode."""
        words = line.strip()
        if words.casefold().startswith("do "):
            return self.execute(words[3:].strip())
        if words.casefold() in ("end", "exit") and (words.casefold() == "end" or not self.position):
            return self._leaving()
        for pattern, handler in self.configuring_commands:
            found = pattern.fullmatch(words)
            if found:
                return handler(self, found)
        try:
            self.position = self.device.enter(self._target, self.position, line)
        except Refusal as refusal:
            return self.refused(refusal)
        self._typed.append(line)
        return ""

    def _leaving(self) -> str:
        """Leave, or ask what is to become of what is not committed or not confirmed."""
        if self.changed:
            if self.commits.trial and not self.armed:
                self._away()
                return "No changes will be saved because there is a concurrent trial configuration session."
            return self.ask(UNCOMMITTED, self._uncommitted)
        if self.armed:
            return self.ask(ARMED, self._unconfirmed)
        return self._away()

    def _uncommitted(self, said: str) -> str:
        if said.casefold() in ("n", "no"):
            return self._away() if not self.armed else self.ask(ARMED, self._unconfirmed)
        if said.casefold() in ("y", "yes"):
            told = self.commit("", "", 0)
            return told if self.changed else f"{told}\n{self._away()}".strip()
        return ""

    def _unconfirmed(self, said: str) -> str:
        if said.casefold() not in ("y", "yes"):
            return ""
        if self.armed:
            self.commits.expire()
        return self._away()

    def _away(self) -> str:
        self.ended()
        return self.leave()

    def commit(self, label: str, comment: str, seconds: int, *, anyway: bool = False) -> str:
        """Make the target the running configuration, on trial for some seconds unless these are 0."""
        commits, trial = self.commits, self.commits.trial
        if trial and self.armed:
            commits.confirm()
            if not self.changed:
                self._begin()
                return CONFIRMED
        if not self.changed:
            return NOTHING
        if trial and commits.trial:
            return f"% Cannot commit because there is an unexpired trial/rollback\nsession '{trial.ident}'."
        locked = self.device.faults.bites("locked")
        holder = commits.holder(self._open)
        if locked or holder:
            return LOCKED.format(holder or (locked.text if locked else ""))
        if self.device.running is not self._base and not anyway:
            return self.ask(OTHERS, lambda said: self._anyway(said, label, comment, seconds))
        return self._commit(label, comment, seconds)

    def _anyway(self, said: str, label: str, comment: str, seconds: int) -> str:
        return self.commit(label, comment, seconds, anyway=True) if said.casefold() in ("y", "yes") else ""

    def _commit(self, label: str, comment: str, seconds: int) -> str:
        before: XrStore = self.device.running
        try:
            after = self._over(before)
            after.check(before)
        except CommitRefused as refused:
            self.failed = refused.report
            return f"\n{refused.answer}"
        except Refusal as refused:
            self.failed = refused.answer
            return f"\n{refused.answer}"
        self.failed = ""
        if seconds and self._open:
            self.commits.arm(self._open, before, seconds)
        self.commits.commit(after, self.login.username, label, comment)
        if self._open:
            self._open.exclusive = self._open.exclusive and not seconds
        self._begin()
        return ""

    def _over(self, running: XrStore) -> XrStore:
        """The target over a running configuration that may have changed since the session began."""
        if running is self._base:
            return self._target.copy()
        fresh, position = running.copy(), _TOP
        for line in self._typed:
            position = fresh.enter(position, line)
        return fresh

    def text(self, store: XrStore, what: str = "") -> str:
        """A configuration as shown, or the part of it under a line of the top."""
        body = store.text()
        if what:
            kept = [e for e in store.root.shown() if " ".join(e.line.split()).startswith(" ".join(what.split()))]
            return "\n".join(line for e in kept for line in store.block(e, 0)) if kept else NONE_SUCH
        made = self.commits.made
        when = (
            f"!! Last configuration change at {made[-1].when:%a %b %e %H:%M:%S %Y} by {made[-1].user}\n" if made else ""
        )
        return f"Building configuration...\n!! IOS XR Configuration {VERSION}\n{when}!\n{body}end\n"

    def clear(self) -> str:
        """Take back what is not committed, and stay."""
        self._begin()
        self.position = ()
        return ""

    def abort(self) -> str:
        """Take back what is not committed, and leave without a question: a trial of this session ends with it.

        That it asks nothing is said of changes; that it asks nothing of a trial either is not from a capture.
        """
        self._begin()
        return self._unconfirmed("yes")
