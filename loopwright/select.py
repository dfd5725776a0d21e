"""Selecting devices: by name, by group, or by any attribute of the inventory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from loopwright.errors import UsageError


@dataclass(frozen=True, slots=True)
class Subject:
    """What a filter can ask of a device."""

    name: str
    groups: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)


def select(subjects: Sequence[Subject], expressions: str | Iterable[str]) -> tuple[str, ...]:
    """Return the names that match, in the order given; raises UsageError for a term that matches nothing.

    An expression is a list of terms with commas: any of them has to match. Of several expressions each has to.
    A term is a name or a group, both with `*` and `?`, or `key=value`, where the key may lead inside: `site.city=ams`.
    """
    chosen = set(range(len(subjects)))
    given = (expressions,) if isinstance(expressions, str) else tuple(expressions)
    for expression in given:
        terms = [term.strip() for term in expression.split(",") if term.strip()]
        if not terms:
            raise UsageError("an empty limit selects nothing", hint="leave it out to select every device")
        chosen &= {index for term in terms for index in _matches(subjects, term)}
    if not chosen and given:
        raise UsageError(f"no device matches all of {' and '.join(given)}")
    return tuple(subjects[index].name for index in sorted(chosen))


def matches(subject: Subject, term: str) -> bool:
    """Whether one term of a filter matches a device."""
    key, equals, value = term.partition("=")
    if equals:
        return any(_is(item, value.strip()) for item in _values(subject.attributes, key.strip().split(".")))
    return any(fnmatchcase(word, term) for word in (subject.name, *subject.groups))


class Selector:
    """Answers which devices a list of terms names; each term is looked for once."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._subjects = tuple(subjects)
        self._known: dict[str, frozenset[str]] = {}
        members: dict[str, set[str]] = {}
        for subject in self._subjects:
            for word in (subject.name, *subject.groups):
                members.setdefault(word, set()).add(subject.name)
        self._members = {word: frozenset(names) for word, names in members.items()}

    def matching(self, terms: Iterable[str]) -> frozenset[str]:
        """The names of the devices that any of the terms matches; none where no term does."""
        return frozenset().union(*(self._term(term) for term in terms))

    def _term(self, term: str) -> frozenset[str]:
        # A plain name or group is by far the most frequent term, and there may be one for each loopback.
        if term in self._members:
            return self._members[term]
        found = self._known.get(term)
        if found is None:
            found = frozenset(subject.name for subject in self._subjects if matches(subject, term))
            self._known[term] = found
        return found


def _matches(subjects: Sequence[Subject], term: str) -> list[int]:
    found = [index for index, subject in enumerate(subjects) if matches(subject, term)]
    if not found:
        raise UsageError(f"no device matches {term!r}", hint=near_misses(subjects, term))
    return found


def near_misses(subjects: Sequence[Subject], term: str) -> str:
    """Say what a term that matches nothing may have meant."""
    key, equals, value = term.partition("=")
    if not equals:
        words = {word: None for subject in subjects for word in (*subject.groups, subject.name)}
        near = get_close_matches(term, tuple(words), n=3, cutoff=0.5)
        return f"near: {', '.join(near)}" if near else "it is no name of a device or a group"
    path = key.strip().split(".")
    values = {_text(item): None for subject in subjects for item in _values(subject.attributes, path)}
    if values:
        near = get_close_matches(value.strip(), tuple(values), n=3, cutoff=0.4) or list(values)[:5]
        return f"{key.strip()} is {', '.join(near)}{', ...' if len(values) > len(near) else ''}"
    keys = {str(word): None for subject in subjects for word in subject.attributes}
    near = get_close_matches(path[0], tuple(keys), n=3, cutoff=0.5)
    return f"near: {', '.join(near)}" if near else f"no device has the attribute {key.strip()!r}"


def _values(attributes: Mapping[Any, Any], path: Sequence[str]) -> list[Any]:
    """The values at the end of a path of keys; a list stands for each of its items."""
    found: list[Any] = [attributes]
    for word in path:
        found = [item for value in found for item in _inside(value, word)]
    return [item for value in found for item in (value if isinstance(value, list | tuple) else (value,))]


def _inside(value: Any, word: str) -> list[Any]:
    if isinstance(value, list | tuple):
        return [item for entry in value for item in _inside(entry, word)]
    if not isinstance(value, Mapping):
        return []
    if word in value:
        return [value[word]]
    return [value[int(word)]] if word.isdecimal() and int(word) in value else []


def _text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _is(value: Any, pattern: str) -> bool:
    return value is not None and not isinstance(value, Mapping) and fnmatchcase(_text(value), pattern)
