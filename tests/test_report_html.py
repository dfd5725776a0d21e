"""The HTML page of a saved document: what is on it, what is folded, and that nothing in a document can break it."""

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from loopwright.report_html import html
from loopwright.report_saved import Saved, saved
from tests.report_samples import FAILED, NEGATIONS, PLAN, grown, taken

HOSTILE = "<script>alert(1)</script>\"'&{{ 7 * 7 }}"


def page(document: dict[str, Any]) -> str:
    return html(taken(document))


def words(text: str) -> str:
    """A page as a person reads it."""
    return " ".join(re.sub(r"<[^>]*>", " ", text.split("<body")[1]).split())


def changed(document: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    copied = copy.deepcopy(document)
    change(copied)
    return copied


def everywhere(value: Any, key: str = "") -> Any:
    """The document with a hostile text wherever a person or a device may have put one."""
    free = ("ticket", "author", "why", "words", "expected", "actual", "text", "what", "hint", "message", "reasons")
    if isinstance(value, dict):
        return {name: everywhere(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [everywhere(item, key) for item in value]
    named = key in (*free, "lines", "commits", "undo", "references", "coverage", "refused", "stage")
    return HOSTILE if isinstance(value, str) and named else value


SAYS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a plan": (PLAN, ("Plan CHG-2041", "41 lines on 7 devices", "m.jansen", "2026-03-14 21:40:07+01:00")),
    "the waves of a plan": (PLAN, ("ams-p2, ams-p3, ams-pe1",)),
    "what protects a device": (PLAN, ("the device undoes it by itself after 7 minutes",)),
    "what refers to a loopback": (PLAN, ("refers to it ams-rr1: neighbor 192.0.2.2 peers to it",)),
    "a finding with its place": (PLAN, ("warning router-id after a restart", "inventory/hosts.yaml:14:7")),
    "both sides of a change": (PLAN, ("none → 192.0.2.1/32, 2001:db8:255::1/128; advertised by ospf, ospf3",)),
    "who did not answer": (PLAN, ("ams-ce1 cannot be reached at 203.0.113.8:22: Connection refused",)),
    "how a run ended": (FAILED, ("failed and not put back: needs hands", "1 kept and saved; 2 put back; 1 NOT PUT")),
    "how long it took": (FAILED, ("Took 1 min 51 s",)),
    "the wave of each device": (FAILED, ("ams-rr1 3 ? not begun wave 2 failed",)),
    "the first rung that breaks": (FAILED, ("FAIL rung 6 advertised: not in the ospf table of ams-p1",)),
    "its cause": (FAILED, ("cause: ams-pe1 : lo is in area 0.0.0.1", "see: ams-pe1# show running-config")),
    "that the ladder is older": (FAILED, ("as it was before devices were put back",)),
    "what is gone": (FAILED, ("192.0.2.99/32 in no configuration, table or route of the 4 asked",)),
    "a broken vantage point": (FAILED, ("ams-rr1 reaches none of the addresses that it was to ping",)),
    "the second proof": (FAILED, ("Proof that devices are as before 1 of 1 addresses",)),
    "who lost pings": (FAILED, ("5 of 7 addresses answered every ping", "? 2/3", "✗ 0/3")),
    "what was lost": (FAILED, ("ospf neighbour ams-pe1 on eth3", "its wave is put back", "only told")),
    "what differs": (FAILED, ("ospf router-id 192.0.2.2", "ospf router-id 198.51.100.9", "ospf: 23 routes")),
    "the stages": (FAILED, ("wave 2: prove 1 1 min 2 s", "connect 1 2.1 s")),
    "a stage that was gone through twice": (
        changed(FAILED, lambda d: d.update(stages=[{"stage": "read", "seconds": s} for s in (0.25, 0.5)])),
        ("read 2 750 ms",),
    ),
    "how long a wave took": (FAILED, ("write 3.6 s, prove 1 min 2 s, put back 7.7 s",)),
    "the journal": (FAILED, ("Journal: 143 entries",)),
    "a refused plan": (changed(PLAN, lambda d: d.update(refused="two devices of a pair")), ("refused: two devices",)),
    "a plan with an error": (
        changed(PLAN, lambda d: d["devices"][1]["findings"][0].update(severity="error")),
        ("refused: 1 finding must be settled first",),
    ),
    "a plan of nothing": (changed(PLAN, lambda d: d.update(devices=[])), ("nothing to change: 0 devices", "Nothing.")),
    "no harm": (changed(FAILED, lambda d: d.update(harm=[])), ("no harm No neighbour, router-id or route",)),
    "a run that wrote nothing": (
        {"schema": 1, "command": "provision", "exit_code": 4, "run": None, "plan": {"devices": [], "removals": 0}},
        ("Provision: run without a folder", "differs, a check failed, or a rule refused the change"),
    ),
}


@pytest.mark.parametrize("name", SAYS)
def test_says(name: str) -> None:
    document, expected = SAYS[name]
    text = words(page(document))
    assert [word for word in expected if word not in text] == []


def test_what_a_document_says_cannot_become_markup() -> None:
    for document in (PLAN, FAILED):
        text = page(everywhere(document))
        assert "<script" not in text
        assert "alert(1)" in text
        assert "{{ 7 * 7 }}" in text


def test_nothing_is_fetched_and_nothing_is_run() -> None:
    for document in (PLAN, FAILED):
        assert re.findall(r"<script|<link|<img|<iframe|@import|url\(|https?:", page(document)) == []


def test_added_and_taken_lines_are_told_apart_without_colours() -> None:
    text = page(PLAN)
    assert '<span class="line taken">-  no ip ospf cost</span>' in text
    assert '<span class="line added">+  ip address 192.0.2.1/32</span>' in text
    assert '<span class="line">  interface lo</span>' in text


def test_where_the_word_for_taking_away_is_not_known_no_line_has_a_sign() -> None:
    document = changed(PLAN, lambda d: [device.pop("negation") for device in d["devices"]])
    assert 'class="line added"' not in html(Saved(document))
    assert 'class="line taken"' in html(saved(document, "a sample", NEGATIONS))


def test_each_break_is_marked_in_the_drawing() -> None:
    text = page(FAILED)
    assert re.search(r'<g class="of-fail changed">\s*<rect[^>]*>\s*<text class="name"[^>]*>ams-pe1<', text)
    assert re.search(r'<text class="is-fail"[^>]*>✗ 192\.0\.2\.5  rung 6<', text)
    assert re.search(r'<g class="of-error silent">\s*<rect[^>]*>\s*<text class="name"[^>]*>ams-ce1<', text)


@pytest.mark.parametrize("field", ["topology", "snapshot", "harm", "reach", "stages", "journal", "waves", "verdicts"])
def test_a_run_that_came_less_far_has_a_page_too(field: str) -> None:
    assert "needs hands" in page(changed(FAILED, lambda d: d.pop(field)))


def banner(document: dict[str, Any]) -> str:
    found = re.search(r'class="banner (\w+)"', page(document))
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("command", "ended", "exit_code", "state"),
    [
        ("provision", "kept", 0, "pass"),
        ("provision", "put back", 5, "fail"),
        ("provision", "undecided", 3, "unproven"),
        ("provision", "unknown", 0, "unproven"),
        ("revert", "put back", 0, "pass"),
        ("revert", "kept", 0, "pass"),
        ("rollback", "not put back", 6, "fail"),
    ],
)
def test_a_banner_is_never_better_than_the_devices(command: str, ended: str, exit_code: int, state: str) -> None:
    outcome = {"device": "ams-p1", "ended": ended, "why": "", "lines": []}
    assert banner({**FAILED, "command": command, "exit_code": exit_code, "outcomes": [outcome]}) == state


def test_a_topology_of_nothing_is_not_drawn() -> None:
    topology: dict[str, Any] = {"devices": [], "links": [], "networks": []}
    assert "<svg" not in page({**FAILED, "topology": topology})


@pytest.fixture(scope="module")
def large() -> str:
    """The page of a thousand devices of which eight are in trouble."""
    return page(grown(FAILED, 1000, well=True))


def test_of_many_devices_those_that_were_kept_are_folded(large: str) -> None:
    assert "869 further devices: kept and saved" in large


def test_of_many_addresses_those_that_pass_every_rung_are_folded(large: str) -> None:
    assert re.search(r"<summary>\d+ further addresses: every rung", large)
    assert large.index("FAIL</strong>") < large.index("further addresses: every rung")


def test_of_many_devices_only_a_part_is_drawn_and_the_page_says_so(large: str) -> None:
    assert "Of 1000 devices only 60 are drawn" in " ".join(large.split())
    assert large.count('<text class="name"') <= 80
    assert ">ams-pe1</text>" in large


def test_of_many_devices_the_diffs_are_folded_wave_by_wave(large: str) -> None:
    assert "<summary>wave 2: 372 devices</summary>" in large
    assert '<details id="device-ams-pe1" open>' in large


def test_the_page_of_many_devices_is_small_enough_to_be_sent(large: str) -> None:
    assert len(large.encode()) < 4_000_000


def test_few_targets_and_sources_are_a_matrix_and_many_are_a_list() -> None:
    assert '<th class="from">from<br>ams-p1</th>' in page(FAILED)
    assert '<th class="from">' not in page(grown(FAILED, 40))
