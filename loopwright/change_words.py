"""How a platform keeps a change from becoming final: its commit timer, its candidate, its checkpoints."""

import re
from dataclasses import dataclass
from math import ceil

from loopwright.errors import PlatformError
from loopwright.section import Section


@dataclass(frozen=True, slots=True)
class TimerWords:
    """A timer after which the device undoes a change by itself, unless it is confirmed. Times are in seconds.

    `needs` is the pattern of a path line without which the device has no timer. Commands of a command line may name
    `{minutes}` or `{seconds}`; where a driver arms and confirms, they are empty, or name its `{session}`. `ask` shows
    what waits for its confirmation: `waiting` is found in its answer when something does, or the expression `waits`
    finds the `name` of each session that does. `exclusive` says that nobody else can commit while a change is armed.
    """

    shortest: int
    longest: int
    unit: int = 1
    needs: str = ""
    configure: str = ""
    confirm: str = ""
    revert: str = ""
    ask: str = ""
    waiting: re.Pattern[str] | None = None
    waits: str = ""
    exclusive: bool = False

    def rounded(self, seconds: float) -> int:
        """The shortest time that the device can be told and that is not shorter than asked; `longest` at most."""
        units = ceil(max(seconds, self.shortest) / self.unit)
        return min(units * self.unit, self.longest)

    def fill(self, command: str, seconds: int) -> str:
        """A command with the time in it."""
        return command.format(minutes=seconds // 60, seconds=seconds)


@dataclass(frozen=True, slots=True)
class CandidateWords:
    """A candidate configuration at a command line: what opens, shows, commits and drops it.

    `refused` is found in the answer to a commit that failed; `why` is the command that tells more. `commit_armed` may
    name `{seconds}` or `{minutes}`. `save` is the command of configuration mode that keeps over a reboot what was
    committed, "" where a commit does that by itself.
    """

    configure: str
    show: str
    commit: str
    refused: re.Pattern[str]
    abort: str
    commit_armed: str = ""
    why: str = ""
    locked: re.Pattern[str] | None = None
    save: str = ""


@dataclass(frozen=True, slots=True)
class CheckpointWords:
    """A named copy of the running configuration on the device; commands name `{name}`."""

    make: str
    made: re.Pattern[str]
    back: str
    restored: re.Pattern[str]
    drop: str


def _said(value: object, where: str) -> bool:
    if value is not None and not isinstance(value, bool):
        raise PlatformError(f"{where}: is {value!r}, expected true or false")
    return bool(value)


def timer(section: object, where: str) -> TimerWords | None:
    """Read a `timer` section, None where there is none; raises PlatformError."""
    if section is None:
        return None
    keys = Section(section, where)
    words = TimerWords(
        shortest=int(keys.number("shortest", 60)),
        longest=int(keys.number("longest", 3600)),
        unit=int(keys.number("unit", 1)),
        needs=keys.text("needs", ""),
        configure=keys.text("configure", ""),
        confirm=keys.text("confirm", ""),
        revert=keys.text("revert", ""),
        ask=keys.text("ask", ""),
        waiting=keys.pattern("waiting") if keys.section("waiting") else None,
        waits=keys.text("waits", ""),
        exclusive=_said(keys.section("exclusive"), f"{where}.exclusive"),
    )
    keys.refuse_the_rest()
    return words


def candidate(section: object, where: str) -> CandidateWords | None:
    """Read a `candidate` section, None where there is none; raises PlatformError."""
    if section is None:
        return None
    keys = Section(section, where)
    words = CandidateWords(
        configure=keys.text("configure"),
        show=keys.text("show"),
        commit=keys.text("commit"),
        refused=keys.pattern("refused"),
        abort=keys.text("abort"),
        commit_armed=keys.text("commit_armed", ""),
        why=keys.text("why", ""),
        locked=keys.pattern("locked") if keys.section("locked") else None,
        save=keys.text("save", ""),
    )
    keys.refuse_the_rest()
    return words


def checkpoint(section: object, where: str) -> CheckpointWords | None:
    """Read a `checkpoint` section, None where there is none; raises PlatformError."""
    if section is None:
        return None
    keys = Section(section, where)
    words = CheckpointWords(
        make=keys.text("make"),
        made=keys.pattern("made"),
        back=keys.text("back"),
        restored=keys.pattern("restored"),
        drop=keys.text("drop"),
    )
    keys.refuse_the_rest()
    return words
