"""What a report says at its head: what it is of, who, when, and how it ended."""

from collections.abc import Iterator
from datetime import datetime

from loopwright.report_saved import Saved
from loopwright.report_words import duration, exit_words, time_words


def title(document: Saved) -> str:
    """What a report is of."""
    if document.is_plan:
        return f"Plan {document.text('ticket')}".rstrip()
    run = document.document.get("run") or "without a folder"
    return f"{document.command.capitalize()}: run {run}"


def facts(document: Saved) -> Iterator[tuple[str, str]]:
    """The facts with their labels, those that there are."""
    found = document.document
    code = found["exit_code"]
    times = (("started", "Started"), ("ended", "Ended")) if not document.is_plan else (("made", "Made"),)
    labelled = (
        ("Ticket", document.text("ticket")),
        ("Author", document.text("author")),
        *((label, time_words(found.get(name))) for name, label in times),
        ("Took", _took(document)),
        ("Inventory", document.text("inventory")),
        ("Exit code", f"{code}: {exit_words(code)}"),
        ("Plan's hash", str(document.plan.get("hash", ""))),
    )
    yield from ((label, words) for label, words in labelled if words)


def _took(document: Saved) -> str:
    started, ended = (document.document.get(name) for name in ("started", "ended"))
    if not started or not ended:
        return ""
    return duration((datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds())
