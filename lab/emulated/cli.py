"""The command line of one session: what is common to systems with an exec and a configuration mode.

It knows no transport: `prompt` is what to print, `answer` takes a line and returns what is printed before the next
prompt. A system derives from `Cli`, lists its commands and its names of contexts, and may keep a candidate in `store`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Protocol

from lab.emulated.device import Device, Login
from lab.emulated.store import ConfigStore, Position, UnknownLine
from lab.emulated.system import Refusal, System

Show = tuple[re.Pattern[str], Callable[[Device, re.Match[str]], str]]
PIPE = re.compile(r"\s\|\s*(?P<how>\w+)(?:\s+(?P<what>.*))?$")

READING = frozenset({"show", "terminal", "exit", "quit", "logout", "enable", "disable"})


class CliSystem(System, Protocol):
    """A system with a command line."""

    def cli(self, device: Device, login: Login) -> "Cli":
        """Return the command line of a new session."""
        ...


def command(words: str) -> re.Pattern[str]:
    """Return the pattern of a command: a regular expression in which a space is any number of them."""
    return re.compile(words.replace(" ", r"\s+") + r"\s*", re.IGNORECASE)


class Cli:
    """One session. `commands` are tried in order, then `shows`, the views of the network that another file renders."""

    commands: ClassVar[Iterable[tuple[re.Pattern[str], Callable[[Any, re.Match[str]], str]]]] = ()
    shows: ClassVar[Iterable[Show]] = ()
    modes: ClassVar[Mapping[str, str]] = {}
    """The name of a context in the prompt; "" is configuration mode itself, the default of the others."""
    unknown: ClassVar[str] = "% Invalid input detected at '^' marker."
    forbidden: ClassVar[str] = "Command authorization failed."
    caret: ClassVar[bool] = True

    def __init__(self, device: Device, login: Login) -> None:
        self.device = device
        self.login = login
        self.privilege = login.privilege
        self.configuring = False
        self.position: Position = ()
        self.closed = False
        self._question: tuple[str, Callable[[str], str], bool] | None = None

    @property
    def store(self) -> ConfigStore:
        """The configuration that lines go to: the running one, or a candidate."""
        running: ConfigStore = self.device.running
        return running

    @property
    def sign(self) -> str:
        """The last character of the prompt."""
        return "#" if self.privilege > 1 else ">"

    @property
    def prompt(self) -> str:
        """What is printed when the next line is awaited."""
        if self._question:
            return self._question[0]
        return f"{self.device.hostname}{self.mode()}{self.sign}"

    @property
    def echo(self) -> bool:
        """Whether what is typed is shown; not while a password is asked for."""
        return not (self._question and self._question[2])

    def mode(self) -> str:
        """Return the part of the prompt that names the mode."""
        if not self.configuring:
            return ""
        return f"({self.modes.get(self.store.context(self.position), self.modes.get('', 'config'))})"

    def ask(self, question: str, then: Callable[[str], str], *, hidden: bool = False) -> str:
        """Ask something back; the next line goes to `then`."""
        self._question = (question, then, hidden)
        return ""

    def ended(self) -> None:
        """Forget what dies with the connection; nothing, unless a system says so."""

    def answer(self, line: str) -> str:
        """Take a line and return what is printed before the next prompt, lines ended by a newline, "" for nothing."""
        with self.device.lock:
            self.device.clock.due()
            if self._question:
                then, self._question = self._question[1], None
                return _ended(then(line.strip()))
            if not line.strip() or line.lstrip().startswith("!"):
                return "" if not self.configuring else _ended(self.configure(line))
            self.device.counters.commands += 1
            return _ended(self.configure(line) if self.configuring else self.execute(line.strip()))

    def execute(self, line: str) -> str:
        """Answer a command of exec mode, and the part of the answer that a pipe asks for."""
        piped = PIPE.search(line)
        words = line[: piped.start()] if piped else line
        if not self.login.authorized and not self.reads(words):
            return self.forbidden
        answer = self.dispatch(words.strip())
        if answer is None:
            return self.refused(UnknownLine(self.unknown, line, 0))
        return sifted(answer, piped["how"], piped["what"] or "") if piped else answer

    def dispatch(self, words: str) -> str | None:
        """Answer a command from the tables; None for one that is in neither."""
        for pattern, handler in self.commands:
            found = pattern.fullmatch(words)
            if found:
                return handler(self, found)
        for pattern, show in self.shows:
            found = pattern.fullmatch(words)
            if found:
                return show(self.device, found)
        return None

    def reads(self, words: str) -> bool:
        """Whether a command is open to a login without rights."""
        return words.split(maxsplit=1)[0].casefold() in {
            "show",
            "terminal",
            "exit",
            "quit",
            "logout",
            "enable",
            "disable",
        }

    def configure(self, line: str) -> str:
        """Answer a line of configuration mode."""
        words = line.strip().casefold()
        if words.startswith("do "):
            return self.execute(line.strip()[3:].strip())
        if words == "end" or (words == "exit" and not self.position):
            return self.leave()
        try:
            self.position = self.device.enter(self.store, self.position, line)
        except Refusal as refusal:
            return self.refused(refusal)
        return "\n".join(self.store.messages())

    def leave(self) -> str:
        """Leave configuration mode."""
        self.configuring, self.position = False, ()
        return ""

    def enter_configuration(self) -> str:
        """Enter configuration mode."""
        self.configuring, self.position = True, ()
        return ""

    def refused(self, refusal: Refusal) -> str:
        """Return a refusal as it is printed, with a mark under where a line stops making sense."""
        if self.caret and isinstance(refusal, UnknownLine):
            return " " * (len(self.prompt) + refusal.column) + "^\n" + refusal.answer
        return refusal.answer


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def sifted(text: str, how: str, what: str) -> str:
    """Return the lines of an answer that a pipe lets through."""
    lines = text.splitlines()
    what = what.strip().strip('"')
    if "include".startswith(how) or how in {"grep", "egrep"}:
        kept = [line for line in lines if re.search(what, line)]
    elif "exclude".startswith(how):
        kept = [line for line in lines if not re.search(what, line)]
    elif "begin".startswith(how):
        kept = lines[next((number for number, line in enumerate(lines) if re.search(what, line)), len(lines)) :]
    elif "count".startswith(how):
        kept = [f"Number of lines which match regexp = {sum(bool(re.search(what, line)) for line in lines)}"]
    elif "section".startswith(how):
        kept = _sections(lines, what.removeprefix("include "))
    else:
        kept = lines
    return "".join(f"{line}\n" for line in kept)


def _sections(lines: Iterable[str], what: str) -> list[str]:
    """Return the lines that match at any depth, and what is indented under them."""
    kept: list[str] = []
    depth = -1
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if depth >= 0 and indent > depth:
            kept.append(line)
        elif re.search(what, line):
            kept.append(line)
            depth = indent
        else:
            depth = -1
    return kept
