"""Renders a loopback into path lines by its platform's template, and two renderings into the lines between them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from jinja2 import Environment, StrictUndefined, Template, TemplateError

from loopwright.errors import PlatformError
from loopwright.models import Advertisement, Family, Loopback, PathLine, Routing, family_of
from loopwright.pathlines import indented
from loopwright.platform import Platform


@lru_cache
def _template(source: str) -> Template:
    environment = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=False)  # noqa: S701 - no HTML
    environment.filters["family"] = family_of
    return environment.from_string(source)


def render(loopback: Loopback | None, routing: Routing, platform: Platform) -> tuple[PathLine, ...]:
    """Return every line of our own that makes a loopback what it is, in the order to write them.

    Statements of others that already advertise it (`by` other than "line") are not ours and are left out. None, a
    loopback that is not there, has no lines. Raises PlatformError where the template cannot say it.
    """
    if loopback is None:
        return ()

    def adverts(protocol: str, family: Family | None = None) -> tuple[Advertisement, ...]:
        return loopback.adverts(protocol, family, by="line")

    def on(protocol: str, family: Family) -> Advertisement | None:
        return next(iter(adverts(protocol, family)), None)

    try:
        text = _template(platform.template).render(lo=loopback, routing=routing, adverts=adverts, on=on)
    except TemplateError as error:
        raise PlatformError(f"templates/{platform.name}/loopback.j2: {error}") from error
    lines = dict.fromkeys(indented(text, ()))
    contexts = {line[:depth] for line in lines for depth in range(1, len(line))}
    return tuple(line for line in lines if line not in contexts and line != (f"interface {loopback.interface}",))


def negated(line: str, platform: Platform) -> str:
    """Return the command that takes a line away."""
    for pattern, command in platform.configuration.negations:
        found = re.fullmatch(pattern, line)
        if found:
            return found.expand(command)
    return f"{platform.configuration.negation} {line}"


def between(
    before: Sequence[PathLine], after: Sequence[PathLine], platform: Platform, written: Mapping[PathLine, PathLine]
) -> tuple[str, ...]:
    """Return the lines that lead from one rendering to another: first what goes, in reverse order, then what comes.

    `written` gives the device's own text of a rendered line, so that what goes is named, and what comes back is
    written, as the device had it. Lines are indented by one space per context; a context is opened only where it
    changes.
    """
    gone = [written.get(line, line) for line in reversed(before) if line not in set(after)]
    come = [written.get(line, line) for line in after if line not in set(before)]
    return tuple(nested([*((*line[:-1], negated(line[-1], platform)) for line in gone), *come]))


def nested(lines: Iterable[PathLine]) -> Iterator[str]:
    """Write path lines as indented text, each context once for as long as it stays open."""
    opened: PathLine = ()
    for line in lines:
        contexts = line[:-1]
        shared = 0
        while shared < min(len(opened), len(contexts)) and opened[shared] == contexts[shared]:
            shared += 1
        yield from (" " * depth + contexts[depth] for depth in range(shared, len(contexts)))
        yield " " * len(contexts) + line[-1]
        opened = contexts
