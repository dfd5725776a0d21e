"""What a terminal printed, cut into one answer per command.

A batch of commands is written in one go, so its answers arrive as one stream:

    prompt command1 ⏎ answer1 prompt command2 ⏎ answer2 prompt

An answer is what stands between a prompt with the exact echo of its command and the next one. Whatever does not fit is
never guessed at: `Ambiguous` says that the batch has to be asked again, one command at a time.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, bracketed paste
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC: window titles
    r"|[()][0-9A-B]|[=>78MDEHc])"
)
_BACKSPACES = re.compile(r"[^\x08\n]\x08")
_END = re.compile(r"\$$")
_SHORTENED = 16  # some systems cut a longer name inside configuration mode


BATCH_BYTES = 1000  # a pty holds 4096 bytes that nobody has read yet, and drops the rest
Quieten = Callable[[str], tuple[str, tuple[str, ...]]]


class Ambiguous(Exception):
    """The stream cannot be cut in one way only."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device said to one command; `context` is the prompt's after it, `noise` the messages in between."""

    command: str
    text: str
    context: str
    noise: tuple[str, ...] = ()


def clean(raw: str) -> str:
    """Return the text without what only moves a cursor: escape sequences, carriage returns, NULs and backspaces."""
    if "\x1b" in raw:
        raw = _ESCAPES.sub("", raw)
    text = raw.replace("\r\n", "\n")
    while "\r\n" in text:  # several returns before a line end
        text = text.replace("\r\n", "\n")
    text = text.replace("\x00", "").replace("\x07", "")
    while "\x08" in text and _BACKSPACES.search(text):
        text = _BACKSPACES.sub("", text)
    if "\r" in text:  # what is printed after a bare return overwrites the line
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return text


@dataclass(frozen=True, slots=True)
class Mark:
    """A prompt at the start of a line: where it begins and ends, its context, and what was typed at it."""

    start: int
    end: int
    context: str
    echo: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The answers to all commands; not `certain` while prompts stand in them that no command was typed at.

    What looks like the last prompt may then be a part of an answer, and only silence tells.
    """

    answers: tuple[Answer, ...]
    certain: bool


class Prompt:
    """A platform's prompt, and once it is known, this device's name in it."""

    def __init__(self, pattern: re.Pattern[str], noise: Sequence[re.Pattern[str]] = ()) -> None:
        shape = _END.sub("", pattern.pattern)
        self.host = ""
        self._tail = re.compile(rf"(?:^|\n)(?P<prompt>{shape})\Z")
        self._mark = re.compile(rf"^{shape}(?P<echo>[^\n]*)$", re.MULTILINE)
        # A message that interrupts an idle prompt is followed by the prompt once more.
        alternatives = "|".join(f"(?:{_END.sub('', one.pattern).removeprefix('^')})" for one in noise)
        self._noise = re.compile(rf"^(?:{shape})?(?P<noise>{alternatives})$\n?", re.MULTILINE) if noise else None

    def ends(self, text: str) -> re.Match[str] | None:
        """Find the prompt that the text ends with, if it does."""
        found = self._tail.search(text[-400:])
        return found if found and self._ours(found) else None

    def marks(self, text: str) -> Iterator[Mark]:
        """Find every prompt at the start of a line."""
        for found in self._mark.finditer(text):
            if self._ours(found):
                context = found.groupdict().get("context") or ""
                yield Mark(found.start(), found.end(), context, found["echo"].rstrip())

    def quieten(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Take out the lines that the device prints by itself."""
        if self._noise is None:
            return text, ()
        heard = tuple(found["noise"] for found in self._noise.finditer(text))
        return (self._noise.sub("", text), heard) if heard else (text, ())

    def _ours(self, found: re.Match[str]) -> bool:
        seen = found.groupdict().get("host") or ""
        return not self.host or seen == self.host or (len(seen) >= _SHORTENED and self.host.startswith(seen))


def split(text: str, commands: Sequence[str], prompt: Prompt) -> Cut | None:
    """Cut a stream that begins with a prompt into the commands' answers; None while something is still to come."""
    if not prompt.ends(text):
        return None
    quiet, heard = prompt.quieten(text)
    marks = list(prompt.marks(quiet))
    wanted = set(commands)
    asked = [mark for mark in marks if mark.echo in wanted]
    if len(asked) < len(commands):
        return None
    if len(commands) == 1:
        del asked[1:]  # the rest stands inside the answer
    if [mark.echo for mark in asked] != list(commands):
        raise Ambiguous("the echo of a command occurs more often than it was sent")
    if _before(quiet, marks, asked[0]).strip():
        raise Ambiguous("the device was still printing when the command was sent")
    certain = len(marks) == len(commands) + 1
    if heard:
        return Cut(_answers(text, list(prompt.marks(text)), commands, prompt.quieten), certain)
    return Cut(_answers(text, marks, commands, _silent), certain)


def _before(text: str, marks: Sequence[Mark], first: Mark) -> str:
    """Return what was printed before the first echo, idle prompts aside."""
    text = text[: first.start]
    for mark in reversed(marks):
        if mark.start < first.start and not mark.echo:
            text = text[: mark.start] + text[mark.end :]
    return text


def _silent(text: str) -> tuple[str, tuple[str, ...]]:
    """What `quieten` returns for a text that is known to hold no noise."""
    return text, ()


def _answers(text: str, marks: Sequence[Mark], commands: Sequence[str], quieten: Quieten) -> tuple[Answer, ...]:
    """Cut at the echoes, which are known to be there once each; noise is taken out of every answer on its own."""
    echoed = _echo_marks(marks, commands)
    last = marks[-1]
    found = []
    for number, (command, mark) in enumerate(zip(commands, echoed, strict=True)):
        after = echoed[number + 1] if number + 1 < len(echoed) else last
        body, noise = quieten(text[mark.end + 1 : after.start])
        body = _without_type_ahead(body, commands[number + 1 :])
        found.append(Answer(command, body, after.context, noise))
    return tuple(found)


def _echo_marks(marks: Sequence[Mark], commands: Sequence[str]) -> list[Mark]:
    echoed = []
    remaining = list(commands)
    for mark in marks:
        if remaining and mark.echo == remaining[0]:
            echoed.append(mark)
            remaining.pop(0)
    return echoed


def _without_type_ahead(body: str, pending: Sequence[str]) -> str:
    """Take out the terminal's own echo of commands that arrived while this answer was being printed."""
    if not pending or pending[-1] not in body:
        return body
    lines = body.split("\n")
    for start in range(len(lines)):
        if lines[start : start + len(pending)] == list(pending):
            del lines[start : start + len(pending)]
            body = "\n".join(lines)
            break
    if any(line.endswith(pending[-1]) for line in lines):
        raise Ambiguous("the echo of a later command stands inside an answer")
    return body


def batches(commands: Sequence[str]) -> Iterator[list[str]]:
    """Split commands so that no batch overruns the terminal's input."""
    batch: list[str] = []
    size = 0
    for command in commands:
        length = len(command.encode()) + 1
        if batch and size + length > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(command)
        size += length
    if batch:
        yield batch
