"""The words of a platform's command line: how a session is read, prepared, put into configuration mode and saved."""

import re
from dataclasses import dataclass

from loopwright.change_words import CandidateWords, CheckpointWords, TimerWords, candidate, checkpoint, timer
from loopwright.errors import PlatformError
from loopwright.section import Section


@dataclass(frozen=True, slots=True)
class ShellWords:
    """A login that lands in a Unix shell: its prompt, what enters the command line, what a shell says to a stranger."""

    prompt: re.Pattern[str]
    enter: str
    refusal: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class PingWords:
    """How a ping is run and read; `via` is `exec` (an exec request) or `terminal` (a command like any other)."""

    via: str
    command: str
    received: re.Pattern[str]
    command_in_vrf: str = ""
    command_ipv6: str = ""
    command_ipv6_in_vrf: str = ""
    interval: float = 1.0

    def template(self, *, vrf: bool, ipv6: bool) -> str:
        """The command of a ping, "" where the platform has none for it."""
        if ipv6 and self.command_ipv6:
            return self.command_ipv6_in_vrf if vrf else self.command_ipv6
        return self.command_in_vrf if vrf else self.command


@dataclass(frozen=True, slots=True)
class SessionWords:
    """Everything that a session needs to know about a platform's command line."""

    device_type: str
    prompt: re.Pattern[str]
    privileged: str
    prepare: tuple[str, ...]
    configure: str
    configure_context: str
    leave: str
    up: str
    save: str
    saved: re.Pattern[str]
    harmless: tuple[re.Pattern[str], ...] = ()
    noise: tuple[re.Pattern[str], ...] = ()
    terminal: str = "dumb"
    width: int = 511
    enable: str = ""
    fatal: re.Pattern[str] | None = None
    locked: re.Pattern[str] | None = None
    shell: ShellWords | None = None
    ping: PingWords | None = None
    timer: TimerWords | None = None
    candidate: CandidateWords | None = None
    checkpoint: CheckpointWords | None = None

    @classmethod
    def from_mapping(cls, section: object, where: str = "session") -> "SessionWords":
        """Read the `session` section of a platform folder, or say which key is wrong."""
        keys = Section(section, where)
        words = cls(
            device_type=keys.text("device_type"),
            prompt=keys.pattern("prompt"),
            privileged=keys.text("privileged", ""),
            prepare=keys.texts("prepare"),
            configure=keys.text("configure"),
            configure_context=keys.text("configure_context", ""),
            leave=keys.text("leave"),
            up=keys.text("up"),
            save=keys.text("save"),
            saved=keys.pattern("saved"),
            harmless=keys.patterns("harmless"),
            noise=keys.patterns("noise"),
            terminal=keys.text("terminal", "dumb"),
            width=int(keys.number("width", 511)),
            enable=keys.text("enable", ""),
            fatal=keys.pattern("fatal") if keys.section("fatal") else None,
            locked=keys.pattern("locked") if keys.section("locked") else None,
            shell=_shell(keys.section("shell"), f"{where}.shell"),
            ping=ping_words(keys.section("ping"), f"{where}.ping"),
            timer=timer(keys.section("timer"), f"{where}.timer"),
            candidate=candidate(keys.section("candidate"), f"{where}.candidate"),
            checkpoint=checkpoint(keys.section("checkpoint"), f"{where}.checkpoint"),
        )
        keys.refuse_the_rest()
        return words


def _shell(section: object, where: str) -> ShellWords | None:
    if section is None:
        return None
    keys = Section(section, where)
    words = ShellWords(keys.pattern("prompt"), keys.text("enter"), keys.pattern("refusal"))
    keys.refuse_the_rest()
    return words


def ping_words(section: object, where: str) -> PingWords | None:
    """Read how pings are run, None where the folder does not say; raises PlatformError."""
    if section is None:
        return None
    keys = Section(section, where)
    words = PingWords(
        via=keys.text("via"),
        command=keys.text("command"),
        received=keys.pattern("received"),
        command_in_vrf=keys.text("command_in_vrf", ""),
        command_ipv6=keys.text("command_ipv6", ""),
        command_ipv6_in_vrf=keys.text("command_ipv6_in_vrf", ""),
        interval=keys.number("interval", 1.0),
    )
    keys.refuse_the_rest()
    if words.via not in ("exec", "terminal"):
        raise PlatformError(f"{where}.via: is {words.via!r}, expected 'exec' or 'terminal'")
    if "received" not in words.received.groupindex:
        raise PlatformError(f"{where}.received: has no group named 'received'")
    return words
