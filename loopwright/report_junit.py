"""A plan or a run as JUnit XML, for pipelines: a suite for each device, a case for each address and rung."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from loopwright.report_before_after import harm
from loopwright.report_context import ended_state
from loopwright.report_facts import title
from loopwright.report_saved import Saved
from loopwright.report_words import ended_words
from loopwright.verdict import State, Verdict

_ELEMENTS: dict[State, str] = {"fail": "failure", "error": "error", "unproven": "skipped"}
_UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(document: Saved) -> str:
    """The cases of a saved document: what is unproven or was not begun is skipped in JUnit's terms."""
    suites: dict[str, ET.Element] = {}
    for device, case in _cases(document):
        suite = suites.setdefault(device, ET.Element("testsuite", name=_clean(device)))
        suite.append(case)
    root = ET.Element("testsuites", name=_clean(title(document)))
    for suite in suites.values():
        _count(suite, list(suite))
        root.append(suite)
    _count(root, [case for suite in root for case in suite])
    if took := document.document.get("seconds"):
        root.set("time", f"{took:.3f}")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _cases(document: Saved) -> Iterator[tuple[str, ET.Element]]:
    """Every case with its device: findings of the plan, ends of devices, rungs, harm, devices without an answer."""
    if refused := document.plan.get("refused"):
        yield "plan", _case("plan", "the plan as a whole", "fail", refused, "refused")
    for device in document.devices:
        yield from ((device["device"], case) for case in _findings(device["device"], device["findings"]))
    for end in document.outcomes:
        text = "\n".join((end["why"], *end["lines"]))
        state = ended_state(end["ended"], document.command)
        yield end["device"], _case(end["device"], "the change", state, ended_words(end["ended"]), end["ended"], text)
    yield from ((verdict.device, _rung(verdict)) for verdict in document.verdicts)
    for each in harm(document.document):
        words = f"{each['so']}: expected {each['expected']}; actual {each['actual']}"
        yield each["device"], _case(each["device"], each["what"], each["state"], words, each["kind"])
    for silent in document.unanswered:
        name = silent["device"]
        yield name, _case(name, "answers", "error", silent["message"], silent["kind"], silent["hint"])


def _findings(device: str, findings: list[dict[str, str]]) -> Iterator[ET.Element]:
    """A case for the plan of a device, and one for each of its findings; what is no error forbids nothing."""
    yield _case(device, "the plan", "pass", "", "")
    for finding in findings:
        state: State = "fail" if finding["severity"] == "error" else "pass"
        name = " ".join(word for word in (finding["rule"], finding["where"]) if word)
        words = f"expected {finding['expected']}; actual {finding['actual']}"
        yield _case(device, name, state, words, finding["severity"])


def _rung(verdict: Verdict) -> ET.Element:
    name = f"{verdict.address}: {int(verdict.rung)} {verdict.rung.words}"
    cause = verdict.cause
    told = [f"expected: {verdict.expected}", f"actual: {verdict.actual}"]
    if cause:
        told += [f"cause: {cause.device or 'between devices'}: {cause.text}", f"see: {cause.command}", *cause.lines]
    if verdict.coverage:
        told.append(f"coverage: {verdict.coverage}")
    where = f"{verdict.device}.loopback {verdict.number}"
    return _case(where, name, verdict.state, verdict.actual, cause.kind if cause else verdict.state, "\n".join(told))


def _case(where: str, name: str, state: State, message: str, kind: str, text: str = "") -> ET.Element:
    case = ET.Element("testcase", classname=_clean(where), name=_clean(name))
    if state in _ELEMENTS:
        words = {"message": _clean(message)}
        if state != "unproven":
            words["type"] = _clean(kind)
        ET.SubElement(case, _ELEMENTS[state], words).text = _clean(text) or None
    return case


def _count(element: ET.Element, cases: list[ET.Element]) -> None:
    counts = {name: sum(1 for case in cases if case.find(name) is not None) for name in _ELEMENTS.values()}
    element.set("tests", str(len(cases)))
    element.set("failures", str(counts["failure"]))
    element.set("errors", str(counts["error"]))
    element.set("skipped", str(counts["skipped"]))


def _clean(text: str) -> str:
    """A text without the characters that XML cannot hold, which are shown escaped."""
    return _UNWRITABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
