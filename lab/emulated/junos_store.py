"""The configuration of the emulated Junos as a pure store, in set format and in braces.

No device was at hand: syntax, order and messages follow Juniper's documentation, captures and bug reports of users.
The order of the top level is that of releases since 19. What a store takes is taken whole or not at all, and passes
the commit check; `load` alone, as into a candidate, does not check. `ignored` holds the warnings of the last load.
"""

from collections.abc import Iterable, Sequence
from typing import Self

from lab.emulated import junos_facts
from lab.emulated.junos_braces import set_lines_of
from lab.emulated.junos_checks import check
from lab.emulated.junos_tree import NOT_FOUND, Statements, curly_lines, mark, prune, put, remove, set_lines
from lab.emulated.junos_values import words
from lab.emulated.system import Refusal
from lab.emulated.views import Facts

_IGNORED = ("annotate", "protect", "unprotect", "top", "edit", "#", "exit")


class JunosStore:
    """A configuration; see `lab.emulated.system.Store`."""

    def __init__(self, text: str = "") -> None:
        self.root = Statements()
        self.ignored: tuple[str, ...] = ()
        if text:
            self.load(text.splitlines() if text.lstrip().startswith(("set ", "#")) else set_lines_of(text))

    def apply(self, lines: Sequence[str]) -> None:
        """Take `set`, `delete`, `activate` and `deactivate` lines, all or none, and pass the commit check."""
        before = self.root
        try:
            self.load(lines)
            self.check()
        except Refusal:
            self.root = before
            raise

    def load(self, lines: Iterable[str]) -> None:
        """Take lines without the commit check; what is deleted and not there is a warning. Raises Refusal."""
        root = self.root.copy()
        found = [_carry_out(root, line) for line in lines if line.strip()]
        prune(root)
        self.root, self.ignored = root, (NOT_FOUND,) * found.count(False)

    def check(self) -> None:
        """Raise Refusal for what a commit check would refuse."""
        check(self.root)

    def text(self) -> str:
        """What `show configuration | display set` prints."""
        return "".join(f"{line}\n" for line in set_lines(self.root))

    def curly(self) -> str:
        """What `show configuration` prints."""
        return "".join(f"{line}\n" for line in curly_lines(self.root))

    def facts(self, device: str) -> Facts:
        """What the configuration comes to."""
        return junos_facts.facts(self.root, device)

    def copy(self) -> Self:
        """An independent copy; the tree is shared until either one loads, as a load never edits it in place."""
        twin = type(self)()
        twin.root = self.root
        return twin


def _carry_out(root: Statements, line: str) -> bool:
    verb, *path = words(line.strip())
    if verb == "set":
        put(root, path)
        return True
    if verb == "delete":
        return remove(root, path)
    if verb in {"activate", "deactivate"}:
        return mark(root, path, inactive=verb == "deactivate")
    if verb.startswith(_IGNORED):
        return True
    raise Refusal("unknown command", verb)
