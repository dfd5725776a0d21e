"""A plan or a run out of its document, as pages for a terminal."""

from collections.abc import Iterator, Mapping

from rich.console import RenderableType
from rich.text import Text

from loopwright.report import STYLES, Marks, labelled, plain_table
from loopwright.report_before_after import harm
from loopwright.report_facts import facts, title
from loopwright.report_plan import signed
from loopwright.report_proof import proof_pages
from loopwright.report_run import ends_pages
from loopwright.report_saved import Saved
from loopwright.report_words import loopback_words, summary

_SIGNS: Mapping[str, str] = {"+": "green", "-": "red", " ": "dim"}


def text_pages(document: Saved, marks: Marks) -> Iterator[RenderableType]:
    """What a document says: the facts, what changes and why, the proof, what became of each device."""
    yield labelled(Text(title(document), "bold"), facts(document))
    yield Text("")
    yield from _changes(document)
    if not document.is_plan:
        yield from _run(document, marks)
    for silent in document.unanswered:
        rows = [("why", silent["message"]), *([("do", silent["hint"])] if silent["hint"] else [])]
        yield labelled(Text.assemble(("NO ANSWER ", STYLES["error"]), (silent["device"], "bold")), rows)
    yield Text(summary(document), "bold")


def _changes(document: Saved) -> Iterator[RenderableType]:
    for device in document.devices:
        wave = f"  wave {device['wave']}" if device["wave"] else ""
        yield Text.assemble((device["device"], "bold"), wave)
        for change in device["changes"]:
            sides = f"{loopback_words(change['before'])} -> {loopback_words(change['after'])}"
            yield Text(f"  # loopback {change['number']}: {sides}", "cyan")
            yield from (Text(f"  # {reason}", "cyan") for reason in change["reasons"])
        for commit in device["commits"]:
            yield from (Text(f"  {sign} {line}", _SIGNS[sign]) for sign, line in signed(commit, device["negation"]))
        for finding in device["findings"]:
            headline = Text(f"  {finding['severity']}: {finding['where']}: {finding['rule']}")
            yield labelled(headline, (("expected", finding["expected"]), ("actual", finding["actual"])))
        yield from (Text(f"  refers to it: {words}") for words in device["references"])
        if device["protection"]:
            yield Text(f"  protection: {device['protection']['words']}")
        yield Text("")


def _run(document: Saved, marks: Marks) -> Iterator[RenderableType]:
    found = document.document
    if document.verdicts:
        broken = document.listed("broken_vantage_points")
        yield from proof_pages(document.verdicts, broken, found["readings"], found["seconds"], marks)
        yield Text("")
    losses = tuple(harm(found))
    if losses:
        table = plain_table("before and after", "device", "before", "after", "so")
        for each in losses:
            words = (each["what"], each["device"], each["expected"], each["actual"])
            table.add_row(*(Text(word) for word in words), Text(each["so"], STYLES[each["state"]]))
        yield from (table, Text(""))
    yield from ends_pages(document.ends)
