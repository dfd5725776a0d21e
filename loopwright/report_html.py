"""A plan or a run as one HTML page that needs nothing else: no script, no network, no device."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from loopwright.exit_codes import Exit
from loopwright.report import UNICODE, counted
from loopwright.report_before_after import differences, harm
from loopwright.report_drawing import Drawing, drawing
from loopwright.report_facts import facts, title
from loopwright.report_ladder import Row, absent, climbed, rows
from loopwright.report_reach import reach
from loopwright.report_run import ends_summary
from loopwright.report_saved import Saved
from loopwright.report_verdicts import HEADINGS, MANY, STATE_WORDS, verdicts_summary
from loopwright.report_words import duration, ended_words, loopback_words, signed, summary, time_words
from loopwright.verdict import State

MANY_DEVICES = 12
"""Devices beyond which the diff of each is folded."""
MANY_ENDS = 40
"""Devices beyond which those that were kept are only named."""
_STATES = {"pass": "passes", "fail": "fails", "unproven": "unproven", "error": "could not be asked"}
_ENDED: Mapping[str, State] = {
    "kept": "pass", "undecided": "unproven", "armed": "unproven", "refused": "unproven", "not begun": "unproven",
    "no answer": "error", "unknown": "error",
}  # fmt: skip
_EXITS: Mapping[int, State] = {Exit.DONE: "pass", Exit.UNTOLD: "unproven", Exit.INTERRUPTED: "unproven"}


def html(document: Saved) -> str:
    """The page of a saved document."""
    made = _plan(document) if document.is_plan else {**_plan(document), **_run(document)}
    page = "plan.html.j2" if document.is_plan else "run.html.j2"
    return _environment().get_template(page).render(**_head(document), **made)


@cache
def _environment() -> Environment:
    loader = PackageLoader("loopwright", "pages")
    environment = Environment(
        autoescape=True, loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "counted": counted, "duration": duration, "ended": ended_words, "loopback": loopback_words,
        "signed": signed, "time": time_words,
    }  # fmt: skip
    environment.globals |= {
        "sign": UNICODE.state, "none": None, "heads": HEADINGS, "states": _STATES,
        "words_of": {**STATE_WORDS, "pass": ""}, "dict": dict,
    }  # fmt: skip
    return environment


def _head(document: Saved) -> dict[str, Any]:
    return {
        "title": title(document),
        "ran": not document.is_plan,
        "state": _EXITS.get(document.document["exit_code"], "fail"),
        "summary": summary(document),
        "ends": ends_summary(document.ends),
        "facts": tuple(facts(document)),
        "sections": tuple(_sections(document)),
        "many": MANY_DEVICES,
    }


def _sections(document: Saved) -> Iterator[tuple[str, str]]:
    """The sections that a page has, by their anchors."""
    found = document.document
    snapshot = found.get("snapshot") or found.get("harm")
    guarded = document.is_plan and any(device["protection"] for device in document.devices)
    yield from (
        (anchor, words)
        for anchor, words, there in (
            ("hands", "needs hands", document.needing_hands),
            ("outcomes", "devices", document.outcomes),
            ("waves", "waves", document.listed("waves")),
            ("protection", "protection", guarded),
            ("changes", "changes", True),
            ("ladder", "ladder", document.verdicts),
            ("topology", "topology", found.get("topology")),
            ("reach", "who reaches whom", found.get("reach")),
            ("harm", "before and after", snapshot),
            ("silent", "no answer", document.listed("unanswered")),
            ("times", "times", found.get("stages")),
        )
        if there
    )


def _plan(document: Saved) -> dict[str, Any]:
    protections: dict[str, list[str]] = {}
    for device in document.devices:
        if device["protection"]:
            protections.setdefault(device["protection"]["words"], []).append(device["device"])
    return {
        "devices": document.devices,
        "waves": document.listed("waves"),
        "protections": tuple(protections.items()),
        "unanswered": document.listed("unanswered"),
        "journal": document.document.get("journal"),
    }


def _run(document: Saved) -> dict[str, Any]:
    found = document.document
    ladder = rows(document.verdicts)
    return {
        "hands": document.needing_hands,
        **_outcomes(document),
        **_proof(document, ladder),
        "drawing": _drawing(document, ladder),
        "reach": reach(found.get("reach") or ()),
        **_compared(document),
        "stages": _stages(found.get("stages") or ()),
    }


def _outcomes(document: Saved) -> dict[str, Any]:
    every = [{**end, "state": _ENDED.get(end["ended"], "fail")} for end in document.outcomes]
    many = len(every) > MANY_ENDS
    kept = tuple(end["device"] for end in every if many and end["ended"] == "kept")
    return {"outcomes": [end for end in every if not many or end["ended"] != "kept"], "kept": kept}


def _proof(document: Saved, ladder: Sequence[Row]) -> dict[str, Any]:
    """The rows to show, and those to fold since they are many and nothing is wrong with them."""
    found, many = document.document, len(ladder) > MANY
    again = found.get("put_back_proof")
    back = document.proof_of(again) if again else ()
    return {
        "rows": ladder,
        "shown": [row for row in ladder if row.broken or not many],
        "folded": [row for row in ladder if many and not row.broken],
        "rungs": climbed(ladder),
        "absent": absent(document.verdicts),
        "vantages": document.listed("broken_vantage_points"),
        "proof": _proved(document.verdicts, found),
        "back": _proved(back, again) if again else "",
    }


def _proved(verdicts: Sequence[Any], proof: Mapping[str, Any]) -> str:
    return verdicts_summary(verdicts, proof.get("readings", 0), proof.get("seconds", 0.0)).plain


def _drawing(document: Saved, ladder: Sequence[Row]) -> Drawing | None:
    topology = document.document.get("topology")
    return drawing(topology, ladder, document.changing) if topology else None


def _compared(document: Saved) -> dict[str, Any]:
    snapshot = document.document.get("snapshot")
    found, alike = differences(snapshot) if snapshot else ((), 0)
    losses = tuple(harm(document.document))
    return {"harm": losses, "differences": found, "alike": alike, "compared": bool(snapshot or losses)}


def _stages(stages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    longest = max((stage["seconds"] for stage in stages), default=0) or 1
    return [{**stage, "share": round(100 * stage["seconds"] / longest, 1)} for stage in stages]
