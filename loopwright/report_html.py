"""A plan or a run as one HTML page that needs nothing else: no script, no network, no device."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from loopwright.report import UNICODE, counted
from loopwright.report_context import compared, head, ladder_of, of_plan, of_run
from loopwright.report_drawing import drawing
from loopwright.report_plan import signed
from loopwright.report_reach import reach
from loopwright.report_saved import Saved
from loopwright.report_verdicts import HEADINGS, STATE_WORDS
from loopwright.report_words import clock_words, duration, durations, ended_words, loopback_words

_STATES = {"pass": "passes", "fail": "fails", "unproven": "unproven", "error": "could not be asked"}


def html(document: Saved) -> str:
    """The page of a saved document."""
    filled = {**head(document), **of_plan(document), "sections": tuple(_sections(document))}
    if document.is_plan:
        return _environment().get_template("plan.html.j2").render(**filled)
    ladder, topology = ladder_of(document), _topology(document)
    filled |= {
        **of_run(document, ladder),
        "drawing": drawing(topology, ladder, document.changing) if topology else None,
        "reach": reach(document.document.get("reach") or ()),
    }
    return _environment().get_template("run.html.j2").render(**filled)


def _topology(document: Saved) -> Mapping[str, Any] | None:
    """The topology, None where nothing of it was read."""
    found: Mapping[str, Any] | None = document.document.get("topology")
    return found if found and found["devices"] else None


@cache
def _environment() -> Environment:
    loader = PackageLoader("loopwright", "pages")
    environment = Environment(
        autoescape=True, loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "counted": counted, "duration": duration, "durations": durations, "ended": ended_words,
        "loopback": loopback_words, "signed": signed, "clock": clock_words,
    }  # fmt: skip
    environment.globals |= {
        "sign": UNICODE.state, "none": None, "heads": HEADINGS, "states": _STATES, "words_of": STATE_WORDS,
    }  # fmt: skip
    return environment


def _sections(document: Saved) -> Iterator[tuple[str, str]]:
    """The sections that a page has, by their anchors."""
    found = document.document
    guarded = document.is_plan and any(device["protection"] for device in document.devices)
    yield from (
        (anchor, words)
        for anchor, words, there in (
            ("hands", "needs hands", document.needing_hands),
            ("outcomes", "devices", document.outcomes),
            ("waves", "waves", found.get("waves")),
            ("protection", "protection", guarded),
            ("changes", "changes", True),
            ("ladder", "ladder", document.verdicts),
            ("topology", "topology", _topology(document)),
            ("reach", "who reaches whom", found.get("reach")),
            ("harm", "before and after", compared(document)),
            ("silent", "no answer", document.listed("unanswered")),
            ("times", "times", found.get("stages")),
        )
        if there
    )
