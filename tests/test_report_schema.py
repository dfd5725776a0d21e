"""The published schemas of saved documents: they hold for what is written, and for nothing else."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from loopwright.report_schema import Document, document_schema
from loopwright.report_verdicts import verdict_document
from loopwright.verdict import Cause, Rung, Verdict
from playbooks.cli import main
from tests.report_samples import FAILED, PLAN, grown

Change = Callable[[Any], object]
SAMPLES: dict[str, tuple[Document, dict[str, Any]]] = {
    "a plan": ("plan", PLAN),
    "a run": ("run", FAILED),
    "a plan of 40": ("plan", grown(PLAN, 40)),
    "a run of 40": ("run", grown(FAILED, 40)),
    "a run that wrote nothing": (
        "run",
        {"schema": 1, "command": "provision", "exit_code": 4, "run": None, "plan": {"devices": [], "removals": 0}},
    ),
}
BROKEN: dict[str, tuple[Document, Change]] = {
    "a field of a plan that is not ours": ("plan", lambda d: d.update(extra=1)),
    "another command": ("plan", lambda d: d.update(command="audit")),
    "a later version": ("run", lambda d: d.update(schema=2)),
    "an end without its reason": ("run", lambda d: d["outcomes"][0].pop("why")),
    "an end of another kind": ("run", lambda d: d["outcomes"][0].update(ended="fine")),
    "a rung that is none": ("run", lambda d: d["verdicts"][0].update(rung=9)),
    "a proof without its counts": ("run", lambda d: d.pop("counts")),
    "a run without its journal": ("run", lambda d: d.pop("journal")),
    "a field in the plan of a run": ("run", lambda d: d["plan"]["devices"][0].update(extra=1)),
    "a line that is no text": ("plan", lambda d: d["devices"][0]["commits"][0].append(1)),
    "a neighbour without interface": (
        "run",
        lambda d: d["snapshot"]["after"]["ams-p1"]["neighbours"].append(["ospf", "ams-p2"]),
    ),
    "half a link": ("run", lambda d: d["topology"]["links"][0].pop("b")),
}


def valid(schema: Document, document: Any) -> bool:
    return Draft202012Validator(document_schema(schema)).is_valid(document)


@pytest.mark.parametrize("document", get_args(Document))
def test_is_a_schema(document: Document) -> None:
    Draft202012Validator.check_schema(document_schema(document))


@pytest.mark.parametrize("name", SAMPLES)
def test_holds_for(name: str) -> None:
    schema, document = SAMPLES[name]
    errors = Draft202012Validator(document_schema(schema)).iter_errors(document)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


@pytest.mark.parametrize("name", BROKEN)
def test_refuses(name: str) -> None:
    schema, breaking = BROKEN[name]
    document = copy.deepcopy(PLAN if schema == "plan" else FAILED)
    breaking(document)
    assert not valid(schema, document)


def test_the_verdict_that_is_written_has_the_shape_that_is_published() -> None:
    cause = Cause("path", "ams-p3", "no route", "show ip route", ("a line",))
    verdict = Verdict("ams-p1", 0, "192.0.2.1/32", Rung.REACHABLE, "fail", "answers", "does not", cause, "1 of 3")
    assert valid("run", {**FAILED, "verdicts": [verdict_document(verdict)]})


@pytest.mark.parametrize("document", get_args(Document))
def test_is_printed(document: Document) -> None:
    told = CliRunner().invoke(main, ["schema", "--document", document])
    assert told.exit_code == 0
    assert json.loads(told.stdout) == document_schema(document)


def test_a_file_and_a_document_at_once_are_refused() -> None:
    told = CliRunner().invoke(main, ["schema", "groups", "--document", "run"])
    assert told.exit_code == 2
    assert "either" in told.stderr


@pytest.mark.parametrize("document", get_args(Document))
def test_the_shipped_file_says_what_it_is(document: Document) -> None:
    shipped = Path(__file__).parent.parent / "loopwright" / "schemas" / f"{document}.schema.json"
    assert json.loads(shipped.read_text(encoding="utf-8"))["$id"] == f"urn:loopwright:{document}:1"
