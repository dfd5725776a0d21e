"""What differs between two Junos configurations, as `show | compare` prints it."""

from collections.abc import Iterator

from lab.emulated.junos_tree import Statements, Words, curly_lines
from lab.emulated.junos_values import quoted

FAMILY = ("family",)


def compare(before: Statements, after: Statements) -> str:
    """The difference, "" for none."""
    return "".join(f"{line}\n" for line in _below(before, after, ()))


def _below(before: Statements, after: Statements, path: Words) -> Iterator[str]:
    changed = list(_changed(before, after))
    if changed and path[-1:] != FAMILY:
        yield " ".join(("[edit", *path)).rstrip() + "]"
        yield from changed
    for child in after.ordered():
        old = before.below.get(_key(child))
        if old is not None and (child.statement.kind != "leaf" or old.words == child.words):
            yield from _below(old, child, (*path, *map(quoted, child.words)))


def _changed(before: Statements, after: Statements) -> Iterator[str]:
    yield from _families(before, after) if FAMILY in {**before.below, **after.below} else ()
    for old in before.ordered():
        if old.words == FAMILY:
            continue
        new = after.below.get(_key(old))
        if new is None or (old.statement.kind == "leaf" and new.words != old.words):
            yield from _signed("-", old)
    for child in after.ordered():
        if child.words == FAMILY:
            continue
        was = before.below.get(_key(child))
        if was is None or (child.statement.kind == "leaf" and child.words != was.words):
            yield from _signed("+", child)
        elif was.inactive != child.inactive:
            yield f"!  {'inactive' if child.inactive else 'active'}: {' '.join(map(quoted, child.words))} {{ ... }}"


def _families(before: Statements, after: Statements) -> Iterator[str]:
    """What differs in families, told where they stand: `family inet` reads as one statement."""
    old, new = before.below.get(FAMILY, Statements()), after.below.get(FAMILY, Statements())
    for line in _changed(old, new):
        yield f"{line[:4]}family {line[4:]}" if line[4:5].strip() and line[4:] != "}" else line


def _key(here: Statements) -> Words:
    return here.words[:1] if here.statement.kind == "leaf" else here.words


def _signed(sign: str, here: Statements) -> Iterator[str]:
    holder = Statements(below={_key(here): here})
    for line in curly_lines(holder):
        yield f"{sign}   {line}"
