"""Renders a loopback into path lines by its platform's template."""

from functools import lru_cache

from jinja2 import Environment, StrictUndefined, Template, TemplateError

from loopwright.addresses import bare, hostmask, netmask
from loopwright.errors import PlatformError
from loopwright.models import Advertisement, Family, Loopback, PathLine, Routing, family_of
from loopwright.pathlines import indented
from loopwright.platform import Platform


@lru_cache
def _template(source: str) -> Template:
    environment = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=False)  # noqa: S701 - no HTML
    environment.filters |= {"family": family_of, "bare": bare, "mask": netmask, "wildcard": hostmask}
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
    return tuple(line for line in lines if _says_something(line, platform, opens=line in contexts))


def _says_something(line: PathLine, platform: Platform, *, opens: bool) -> bool:
    """Whether a line is configuration by itself; the line of an interface that is there anyway is none."""
    found = platform.reads(line)
    if found is not None and found[0].whole:
        return True
    return not opens and (found is None or found[0].fact != "interface")
