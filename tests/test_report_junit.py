"""The JUnit XML of a saved document: cases, their states in JUnit's terms, and text that XML cannot hold."""

import copy
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from loopwright.report_junit import junit
from tests.report_samples import FAILED, PLAN, taken

CASES: dict[str, tuple[str, str, str, str]] = {
    "a rung that passes": ("ams-p1", "192.0.2.1/32: 1 configured", "", ""),
    "a rung that fails": ("ams-pe1", "192.0.2.5/32: 6 advertised", "failure", "not in the ospf table of ams-p1 and"),
    "an unproven rung": ("ams-pe1", "2001:db8:255::5/128: 7 reachable", "skipped", "no vantage point"),
    "a rung that was not asked": ("ams-ce1", "192.0.2.8/32: 1 configured", "error", "was not asked"),
    "a device that was kept": ("ams-p1", "the change", "", ""),
    "a device that was put back": ("ams-p2", "the change", "failure", "put back"),
    "a device that needs hands": ("ams-pe1", "the change", "failure", "NOT PUT BACK"),
    "a device that was not begun": ("ams-rr1", "the change", "skipped", "not begun"),
    "a neighbour that was lost": ("ams-p3", "ospf neighbour ams-pe1 on eth3", "failure", "its wave is put back"),
    "a count that is only told": ("ams-p2", "ospf routes", "skipped", "only told"),
    "a device that did not answer": ("ams-ce1", "answers", "error", "cannot be reached"),
    "a warning": ("ams-p2", "router-id after a restart ospf 1", "", ""),
}


def read(document: dict[str, Any]) -> ET.Element:
    return ET.fromstring(junit(taken(document)))


def case(root: ET.Element, device: str, name: str) -> ET.Element:
    (found,) = (c for suite in root if suite.get("name") == device for c in suite if c.get("name") == name)
    return found


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    device, title, state, message = CASES[name]
    found = list(case(read(FAILED), device, title))
    assert [element.tag for element in found] == [state] * bool(state)
    assert all((element.get("message") or "").find(message) >= 0 for element in found)


def test_every_number_is_that_of_the_cases() -> None:
    root = read(FAILED)
    for element, cases in [(root, list(root.iter("testcase"))), *((suite, list(suite)) for suite in root)]:
        told = {name: int(element.get(name, "")) for name in ("tests", "failures", "errors", "skipped")}
        tags = [child.tag for each in cases for child in each]
        counted = {"failures": tags.count("failure"), "errors": tags.count("error"), "skipped": tags.count("skipped")}
        assert told == {"tests": len(cases), **counted}
    assert root.get("failures") != "0"


def test_the_lines_that_need_hands_are_told() -> None:
    (failure,) = case(read(FAILED), "ams-pe1", "the change")
    assert failure.text is not None
    assert " no ip address 192.0.2.5/32" in failure.text.splitlines()


def test_a_cause_is_told_with_what_shows_and_mends_it() -> None:
    (failure,) = case(read(FAILED), "ams-pe1", "192.0.2.5/32: 6 advertised")
    assert failure.get("type") == "configuration"
    assert failure.text is not None
    told = failure.text.splitlines()
    assert "see: show running-config" in told
    assert told[-2:] == [" ip ospf area 0.0.0.0", "coverage: 3 of 3 asked"]


def test_a_refused_plan_fails_and_one_that_may_go_passes() -> None:
    assert read(PLAN).get("failures") == "0"
    assert read({**PLAN, "refused": "a pair in one wave"}).get("failures") == "1"
    document = copy.deepcopy(PLAN)
    document["devices"][1]["findings"][0]["severity"] = "error"
    assert read(document).get("failures") == "1"


@pytest.mark.parametrize("text", ["\x00\x1b[31m", "\ud800", "\ufffe", "<&\">'", "a\tb\n", "ü✗"])
def test_any_text_of_a_device_can_be_written(text: str) -> None:
    document = copy.deepcopy(FAILED)
    document["outcomes"][1]["why"] = text
    (failure,) = case(read(document), "ams-p2", "the change")
    assert failure.text is not None
    assert ("\\x" in failure.text) == (text in ("\x00\x1b[31m", "\ud800", "\ufffe"))
