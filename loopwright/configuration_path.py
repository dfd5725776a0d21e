"""Where in the configuration a session stands, seen from indentation on one side and from prompts on the other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def depth_of(line: str) -> int:
    """Return how deep a line stands: one space for each context."""
    return len(line) - len(line.lstrip(" "))


def holds_controls(text: str) -> bool:
    """Tell whether a text holds a line break or another control character."""
    return _CONTROLS.search(text) is not None


def follows(lines: Sequence[str]) -> None:
    """Refuse lines that stand under no other line, and lines that hold nothing or more than one line."""
    before = -1
    for line in lines:
        if not line.strip() or holds_controls(line):
            raise ValueError(f"not a line of configuration: {line!r}")
        if depth_of(line) > before + 1:
            raise ValueError(f"stands under no other line: {line!r}")
        before = depth_of(line)


@dataclass(frozen=True, slots=True)
class Position:
    """The contexts that are open, outermost first; the first is configuration mode itself."""

    contexts: tuple[str, ...]

    @property
    def context(self) -> str:
        """The innermost context."""
        return self.contexts[-1]

    @property
    def depth(self) -> int:
        """How deep a line stands that is sent now."""
        return len(self.contexts) - 1

    def parent(self) -> "Position":
        """Return the position one context further out."""
        return Position(self.contexts[:-1]) if len(self.contexts) > 1 else self

    def after(self, context: str, *, opens: bool) -> "Position | str":
        """Return the position after a line that was answered in this context, or say what is wrong with it.

        Some systems try a line that they don't know in the context above, and stay there: what comes next would land
        in another place.
        """
        if context == self.context:
            return "it opened no context for the lines under it" if opens and context else self
        if context in self.contexts:
            return f"it was taken in the context {context!r}, not in {self.context!r}"
        if not context:
            return "it left configuration mode"
        return Position((*self.contexts, context))
