"""What plan and provision write down holds to the published schemas, and every report can be made of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from loopwright.errors import Unreachable
from loopwright.report_schema import Document, document_schema
from loopwright.verdict import Cause
from playbooks.cli import main
from playbooks.report import FORMATS
from tests.fabricated import BARE, Fabricated, fabricate

CAUSE = Cause("path", "r1", "it has no route back to 192.0.2.2 (r2)", "show ip route 192.0.2.2")
SITUATIONS: dict[str, dict[str, Any]] = {
    "all well": {"configuration": BARE},
    "nothing to do": {},
    "a failure": {"configuration": BARE, "state": "fail", "cause": CAUSE},
    "a dead device": {"configuration": BARE, "errors": {"r2": Unreachable("r2", "cannot be reached at 192.0.2.2:22")}},
}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fabricated]:
    monkeypatch.chdir(tmp_path)
    yield from fabricate(tmp_path, monkeypatch)


def report(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["report", *arguments])


def faults(schema: Document, text: str) -> list[str]:
    errors = Draft202012Validator(document_schema(schema)).iter_errors(json.loads(text))
    return [f"{error.json_path}: {error.message}" for error in errors]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_plan(fake: Fabricated, situation: str) -> None:
    fake.arrange(**SITUATIONS[situation])
    printed = fake.run("plan", "--json", "--out", "change.json", "--ticket", "CHG-7")
    assert faults("plan", printed.stdout) == []
    assert faults("plan", Path("change.json").read_text()) == []
    assert "CHG-7" in report("change.json").stdout


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_run(fake: Fabricated, situation: str) -> None:
    fake.arrange(**SITUATIONS[situation])
    printed = fake.run("provision", "--yes", "--json")
    assert faults("run", printed.stdout) == []
    for report in fake.folder.glob("runs/*/report.json"):
        assert faults("run", report.read_text()) == []


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_of_a_run(fake: Fabricated, form: str) -> None:
    fake.arrange(configuration=BARE)
    fake.run("provision", "--yes")
    (folder,) = (path.parent for path in fake.folder.glob("runs/*/report.json"))
    told = report(folder.name, "--format", form)
    assert told.exit_code == 0, told.output
    assert "198.51.100.1/32" in told.stdout
