"""A plan or a run as Markdown, short enough for a ticket."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from loopwright.report import counted
from loopwright.report_context import MANY_DEVICES, head, ladder_of, of_plan, of_run
from loopwright.report_plan import signed
from loopwright.report_saved import Saved
from loopwright.report_words import ended_words, loopback_words

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~])")


def markdown(document: Saved) -> str:
    """The text for a ticket; of many devices those that went wrong come first, and further ones are counted."""
    run = {} if document.is_plan else of_run(document, ladder_of(document))
    devices = sorted(document.devices, key=lambda device: _kept(device, run))
    filled = {
        **head(document), **of_plan(document), **run,
        "devices": devices[:MANY_DEVICES], "more": len(devices[MANY_DEVICES:]),
    }  # fmt: skip
    text = _environment().get_template("plan.md.j2" if document.is_plan else "run.md.j2").render(**filled)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _kept(device: Mapping[str, Any], run: Mapping[str, Any]) -> bool:
    return not any(end["device"] == device["device"] and end["ended"] != "kept" for end in run.get("outcomes", ()))


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=False,  # noqa: S701 - Markdown; `plain` takes the meaning out of what a document says
        loader=PackageLoader("loopwright", "pages"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "counted": counted, "diff": _diff, "ended": ended_words, "fence": fence, "loopback": loopback_words,
        "plain": plain,
    }  # fmt: skip
    return environment


def plain(text: object) -> str:
    """A text as one line of Markdown that means nothing but itself."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def fence(lines: Sequence[str]) -> str:
    """A fence that none of the lines can close."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    return "`" * max(3, longest + 1)


def _diff(lines: Sequence[str], negation: str) -> list[str]:
    return [f"{sign} {line}".rstrip() for sign, line in signed(lines, negation)]
