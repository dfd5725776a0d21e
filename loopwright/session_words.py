"""The words of a platform's command line: how a session is read, prepared, put into configuration mode and saved."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loopwright.errors import PlatformError


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
    interval: float = 1.0


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
    shell: ShellWords | None = None
    ping: PingWords | None = None

    @classmethod
    def from_mapping(cls, section: object, where: str = "session") -> "SessionWords":
        """Read the `session` section of a platform folder, or say which key is wrong."""
        keys = _Keys(section, where)
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
            shell=_shell(keys.section("shell"), f"{where}.shell"),
            ping=_ping(keys.section("ping"), f"{where}.ping"),
        )
        keys.refuse_the_rest()
        return words


def _shell(section: object, where: str) -> ShellWords | None:
    if section is None:
        return None
    keys = _Keys(section, where)
    words = ShellWords(keys.pattern("prompt"), keys.text("enter"), keys.pattern("refusal"))
    keys.refuse_the_rest()
    return words


def _ping(section: object, where: str) -> PingWords | None:
    if section is None:
        return None
    keys = _Keys(section, where)
    words = PingWords(
        via=keys.text("via"),
        command=keys.text("command"),
        received=keys.pattern("received"),
        command_in_vrf=keys.text("command_in_vrf", ""),
        interval=keys.number("interval", 1.0),
    )
    keys.refuse_the_rest()
    if words.via not in ("exec", "terminal"):
        raise PlatformError(f"{where}.via: is {words.via!r}, expected 'exec' or 'terminal'")
    if "received" not in words.received.groupindex:
        raise PlatformError(f"{where}.received: has no group named 'received'")
    return words


class _Keys:
    """Reads typed values out of a mapping and remembers which keys were asked for."""

    def __init__(self, section: object, where: str) -> None:
        if not isinstance(section, Mapping):
            raise PlatformError(f"{where}: expected a mapping, found {type(section).__name__}")
        self._section: Mapping[Any, Any] = section
        self._where = where
        self._asked: set[str] = set()

    def _value(self, key: str, kind: type | tuple[type, ...], default: object = None) -> Any:
        self._asked.add(key)
        value = self._section.get(key, default)
        if value is None:
            raise PlatformError(f"{self._where}.{key}: is missing")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise PlatformError(f"{self._where}.{key}: has the wrong type, {type(value).__name__}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return str(self._value(key, str, default))

    def number(self, key: str, default: float) -> float:
        return float(self._value(key, (int, float), default))

    def texts(self, key: str) -> tuple[str, ...]:
        values: Sequence[object] = self._value(key, (list, tuple), ())
        if not all(isinstance(value, str) for value in values):
            raise PlatformError(f"{self._where}.{key}: every entry is a text")
        return tuple(str(value) for value in values)

    def pattern(self, key: str) -> re.Pattern[str]:
        return self._compiled(key, self.text(key))

    def patterns(self, key: str) -> tuple[re.Pattern[str], ...]:
        return tuple(self._compiled(key, text) for text in self.texts(key))

    def section(self, key: str) -> object:
        self._asked.add(key)
        return self._section.get(key)

    def refuse_the_rest(self) -> None:
        unknown = sorted(str(key) for key in self._section if key not in self._asked)
        if unknown:
            raise PlatformError(f"{self._where}: unknown keys: {', '.join(unknown)}")

    def _compiled(self, key: str, text: str) -> re.Pattern[str]:
        try:
            return re.compile(text, re.MULTILINE)
        except re.error as error:
            raise PlatformError(f"{self._where}.{key}: is no regular expression: {error}") from error
