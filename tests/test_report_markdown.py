"""The Markdown of a saved document, as a ticket shows it: a golden for each kind, and nothing that breaks out."""

from typing import Any

import pytest
from markdown_it import MarkdownIt

from loopwright.report_markdown import fence, markdown, plain
from tests.goldens import assert_golden
from tests.report_samples import FAILED, PLAN, grown, taken


@pytest.mark.parametrize(("name", "document"), [("plan", PLAN), ("run", FAILED)], ids=["a plan", "a run"])
def test_page(name: str, document: dict[str, Any]) -> None:
    assert_golden(f"reports/{name}.md", markdown(taken(document)))


@pytest.mark.parametrize(
    "text",
    ["a|b", "`code`", "**bold**", "<b>tag</b>", "[link](there)", "two\nlines", "under_score_d", "~~gone~~", "back\\"],
)
def test_a_text_means_nothing_but_itself(text: str) -> None:
    shown = MarkdownIt("js-default").render(f"| a |\n|---|\n| {plain(text)} |\n")
    assert shown.count("<td>") == 1
    inside = shown.split("<td>")[1].split("</td>")[0]
    assert inside == " ".join(text.split()).replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [(["a"], "```"), (["```"], "````"), (["a", "b ````` c"], "``````"), ([], "```")],
    ids=["plain", "a fence", "a longer one", "nothing"],
)
def test_no_line_closes_its_block(lines: list[str], expected: str) -> None:
    assert fence(lines) == expected


def test_of_many_devices_those_that_went_wrong_come_first_and_the_rest_is_counted() -> None:
    text = markdown(taken(grown(FAILED, 200, well=True)))
    changes = text[text.index("## Changes") :]
    assert changes.index("### ams-p2") < changes.index("### ams-p1\n")
    assert "163 further devices: see the HTML report." in changes
    assert "169 further devices: kept and saved." in text
    assert len(text.splitlines()) < 300
