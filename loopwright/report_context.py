"""What the pages of a report are filled with, the same for every format."""

from collections.abc import Mapping, Sequence
from typing import Any

from loopwright.exit_codes import Exit
from loopwright.report import counted
from loopwright.report_before_after import differences, harm
from loopwright.report_facts import facts, title
from loopwright.report_ladder import Row, absent, climbed, rows
from loopwright.report_run import ends_summary
from loopwright.report_saved import Saved
from loopwright.report_verdicts import MANY, verdicts_summary
from loopwright.report_words import summary
from loopwright.verdict import State, Verdict

MANY_DEVICES = 12
"""Devices beyond which the diff of each is folded."""
PAPER = 60
"""Devices up to which what is folded is printed."""
MANY_ENDS = 40
"""Devices beyond which those that were kept are only named."""
_ENDED: Mapping[str, State] = {
    "kept": "pass", "undecided": "unproven", "armed": "unproven", "refused": "unproven", "not begun": "unproven",
    "no answer": "error", "unknown": "error",
}  # fmt: skip
_EXITS: Mapping[int, State] = {Exit.DONE: "pass", Exit.UNTOLD: "unproven", Exit.INTERRUPTED: "unproven"}


_BACKWARDS = ("revert", "rollback")


def ended_state(ended: str, command: str) -> State:
    """How an end of a device is to be seen: as well, as failed, or as not known; some commands are to put back."""
    wanted = "put back" if command in _BACKWARDS else "kept"
    return "pass" if ended == wanted else _ENDED.get(ended, "fail")


def _state(document: Saved) -> State:
    """How a whole document is to be seen: never well where one of its devices is not."""
    told = _EXITS.get(document.document["exit_code"], "fail")
    ends = [ended_state(end["ended"], document.command) for end in document.outcomes]
    doubtful = told == "pass" and any(state in ("fail", "error") for state in ends)
    return "unproven" if doubtful else told


def head(document: Saved) -> dict[str, Any]:
    """What every page begins with."""
    return {
        "title": title(document),
        "ran": not document.is_plan,
        "state": _state(document),
        "summary": summary(document),
        "ends": ends_summary(document.ends),
        "facts": tuple(facts(document)),
        "many": MANY_DEVICES,
        "whole": len(document.devices) <= PAPER,
    }


def of_plan(document: Saved) -> dict[str, Any]:
    """What a plan has; a run has one too."""
    protections: dict[str, list[str]] = {}
    for device in document.devices:
        if device["protection"]:
            protections.setdefault(device["protection"]["words"], []).append(device["device"])
    return {
        "devices": document.devices,
        **_grouped(document),
        "waves": document.listed("waves"),
        "protections": tuple(protections.items()),
        "unanswered": document.unanswered,
        "journal": document.document.get("journal"),
    }


def _grouped(document: Saved) -> dict[str, Any]:
    """The devices of a plan: of many those first that a run did not keep, and the others wave by wave."""
    if len(document.devices) <= MANY_DEVICES:
        return {"foremost": document.devices, "grouped": ()}
    wrong = {end["device"] for end in document.outcomes if end["ended"] != "kept"}
    waves: dict[int | None, list[Mapping[str, Any]]] = {}
    for device in sorted(document.devices, key=lambda device: device["wave"] or 0):
        if device["device"] not in wrong:
            waves.setdefault(device["wave"], []).append(device)
    words = {wave: f"wave {wave}" if wave else "not in a wave" for wave in waves}
    return {
        "foremost": [device for device in document.devices if device["device"] in wrong],
        "grouped": [(f"{words[wave]}: {counted(len(group), 'device')}", group) for wave, group in waves.items()],
    }


def of_run(document: Saved, ladder: Sequence[Row]) -> dict[str, Any]:
    """What a run has beside its plan."""
    return {
        "hands": document.needing_hands,
        "waves": document.document.get("waves") or (),
        **_outcomes(document),
        **_proof(document, ladder),
        **_compared(document),
        "stages": _stages(document.document.get("stages") or ()),
    }


def ladder_of(document: Saved) -> tuple[Row, ...]:
    """The ladder of every address of a run."""
    return rows(document.verdicts)


def _outcomes(document: Saved) -> dict[str, Any]:
    every = [{**end, "state": ended_state(end["ended"], document.command)} for end in document.outcomes]
    many = len(every) > MANY_ENDS
    kept = tuple(end["device"] for end in every if many and end["ended"] == "kept")
    taken_back = any(end["ended"] == "put back" for end in every)
    return {
        "outcomes": [end for end in every if not many or end["ended"] != "kept"],
        "kept": kept,
        "taken_back": taken_back,
    }


def _proof(document: Saved, ladder: Sequence[Row]) -> dict[str, Any]:
    """The rows to show, and those to fold since they are many and nothing is wrong with them."""
    found, many = document.document, len(ladder) > MANY
    again, taken = found.get("put_back_proof"), absent(document.verdicts)
    return {
        "rows": ladder,
        "broken": [row for row in ladder if row.broken],
        "shown": [row for row in ladder if row.broken or not many],
        "folded": [row for row in ladder if many and not row.broken],
        "rungs": climbed(ladder),
        "absent": taken,
        "still": [verdict for verdict in taken if verdict.state != "pass" or len(taken) <= MANY],
        "gone": [verdict for verdict in taken if verdict.state == "pass" and len(taken) > MANY],
        "vantages": document.listed("broken_vantage_points"),
        "proof": _proved(document.verdicts, found),
        "back": _proved(document.proof_of(again), again) if again else "",
    }


def _proved(verdicts: Sequence[Verdict], proof: Mapping[str, Any]) -> str:
    return verdicts_summary(verdicts, proof.get("readings", 0), proof.get("seconds", 0.0)).plain


def _compared(document: Saved) -> dict[str, Any]:
    snapshot = document.document.get("snapshot")
    found, alike = differences(snapshot) if snapshot and snapshot.get("after") else ({}, 0)
    losses = tuple(harm(document.document))
    return {"harm": losses, "differences": found, "alike": alike, "compared": compared(document)}


def compared(document: Saved) -> bool:
    """Whether the network was compared with what it was: read before, and again while proving."""
    found = document.document
    return bool(found.get("harm") or (found.get("snapshot") and document.verdicts))


def _stages(stages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How long each stage took in all, how often it was gone through, and its share of the longest in percent."""
    took: dict[str, list[float]] = {}
    for each in stages:
        took.setdefault(each["stage"], []).append(each["seconds"])
    longest = max(map(sum, took.values()), default=0) or 1
    return [
        {"stage": stage, "seconds": sum(times), "times": len(times), "share": round(100 * sum(times) / longest, 1)}
        for stage, times in took.items()
    ]
