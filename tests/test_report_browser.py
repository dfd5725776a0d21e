"""Reports in a real browser: light, dark and on paper nothing is clipped or faint, and nothing is fetched."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loopwright.report_html import html
from tests.browser import Browser, browser
from tests.report_samples import DATA, FAILED, PLAN, grown, taken

LOOK = (DATA.parent / "looked_at.js").read_text(encoding="utf-8")
A4 = 695
"""The pixels between the margins of a sheet."""
SHOWN = {
    "light": {"scheme": "light"},
    "dark": {"scheme": "dark"},
    "on a telephone": {"scheme": "dark", "width": 390},
    "on paper": {"media": "print", "width": A4},
}
LONG = "a-device-whose-name-is-as-long-as-anybody-would-ever-make-it-in-building-4"
SAMPLES: dict[str, dict[str, Any]] = {
    "a plan": PLAN,
    "a run that failed": FAILED,
    "a run of 40 devices": grown(FAILED, 40, well=True),
}
SPOILT = {
    "clipped": "pre { white-space: pre; overflow-x: hidden }",
    "beside the page": "h1 { white-space: nowrap; font-size: 9rem }",
    "contrast": ".faint { color: #999 }",
    "contrast 1": "svg text { fill: var(--panel) !important }",
    "out of its box": "svg text { font-size: 15px !important }",
    "a box on a box": "svg rect { width: 700px }",
    "fetches http": "",
}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        words = "no Chromium here: lab/debian-packages.sh installs it"
        pytest.fail(words) if os.environ.get("CI") == "true" else pytest.skip(words)
    with browser(program, tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for number, (name, document) in enumerate(SAMPLES.items()):
        found[name] = folder / f"{number}.html"
        found[name].write_text(html(taken(document)), encoding="utf-8")
    return found


def opened(chromium: Browser, page: Path, shown: dict[str, Any]) -> None:
    chromium.open(page)
    chromium.emulate(**shown)
    chromium.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")


@pytest.mark.parametrize("shown", SHOWN)
@pytest.mark.parametrize("name", SAMPLES)
def test_all_of_it_can_be_read(chromium: Browser, pages: dict[str, Path], name: str, shown: str) -> None:
    opened(chromium, pages[name], SHOWN[shown])
    found = chromium.evaluate(LOOK)
    assert found["faults"] == []
    assert found["texts"] > 80
    assert found["resources"] == 0
    assert chromium.requested == [pages[name].as_uri()]


@pytest.mark.parametrize("fault", SPOILT)
def test_what_cannot_be_read_is_noticed(chromium: Browser, pages: dict[str, Path], fault: str) -> None:
    opened(chromium, pages["a run that failed"], SHOWN["light"])
    style = f"document.body.append(Object.assign(document.createElement('style'), {{textContent: {SPOILT[fault]!r}}}))"
    link = "document.body.append(Object.assign(document.createElement('a'), {href: 'http://192.0.2.1/'}))"
    chromium.evaluate(style if SPOILT[fault] else link)
    faults = chromium.evaluate(LOOK)["faults"]
    assert [found for found in faults if found.startswith(fault)] != []


def test_names_and_lines_of_any_length_stay_on_the_page(chromium: Browser, tmp_path: Path) -> None:
    document = taken(FAILED).document
    text = html(taken(_renamed(document)))
    page = tmp_path / "long.html"
    page.write_text(text, encoding="utf-8")
    for shown in SHOWN.values():
        opened(chromium, page, shown)
        assert chromium.evaluate(LOOK)["faults"] == []


def _renamed(document: Any) -> Any:
    if isinstance(document, dict):
        return {_renamed(key): _renamed(item) for key, item in document.items()}
    if isinstance(document, list):
        return [_renamed(item) for item in document]
    return document.replace("ams-pe1", LONG) if isinstance(document, str) else document


def test_it_says_what_happened(chromium: Browser, pages: dict[str, Path]) -> None:
    opened(chromium, pages["a run that failed"], SHOWN["light"])
    text = chromium.evaluate("document.body.innerText")
    names = [device["name"] for device in FAILED["topology"]["devices"]]
    words = ("needs hands", "NOT PUT BACK", "UNPROVEN", "NOT ASKED", "area 0.0.0.1", "CHG-2041", "1 min 51 s")
    assert [word for word in (*names, *words) if word not in text] == []


def test_it_prints_on_a4(chromium: Browser, pages: dict[str, Path]) -> None:
    chromium.open(pages["a run that failed"])
    chromium.emulate()
    printed = chromium.printed()
    assert printed.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed or b"/MediaBox [0 0 595" in printed
