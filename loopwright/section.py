"""Typed reading of one section of a platform folder, with errors that name the key."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from loopwright.errors import PlatformError


def refuse_unknown(section: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Refuse keys that nobody reads: they are misspelt. Raises PlatformError."""
    unknown = sorted(str(key) for key in section if key not in set(known))
    if unknown:
        raise PlatformError(f"{where}: unknown keys: {', '.join(unknown)}")


class Section:
    """Typed values of one section of a platform folder; remembers which keys were asked for."""

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
        """A text; the default where there is none, PlatformError where that is None too."""
        return str(self._value(key, str, default))

    def number(self, key: str, default: float) -> float:
        """A number."""
        return float(self._value(key, (int, float), default))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        values: Sequence[object] = self._value(key, (list, tuple), ())
        if not all(isinstance(value, str) for value in values):
            raise PlatformError(f"{self._where}.{key}: every entry is a text")
        return tuple(str(value) for value in values)

    def pattern(self, key: str) -> re.Pattern[str]:
        """A regular expression."""
        return self._compiled(key, self.text(key))

    def patterns(self, key: str) -> tuple[re.Pattern[str], ...]:
        """A list of regular expressions."""
        return tuple(self._compiled(key, text) for text in self.texts(key))

    def section(self, key: str) -> object:
        """A section within, None where there is none."""
        self._asked.add(key)
        return self._section.get(key)

    def refuse_the_rest(self) -> None:
        """Refuse keys that nobody asked for: they are misspelt."""
        refuse_unknown(self._section, self._asked, self._where)

    def _compiled(self, key: str, text: str) -> re.Pattern[str]:
        try:
            return re.compile(text, re.MULTILINE)
        except re.error as error:
            raise PlatformError(f"{self._where}.{key}: is no regular expression: {error}") from error
