"""The command `report`: what it takes, what it writes, what it refuses; no device and no inventory is needed."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from loopwright.plan_file import sealed
from playbooks.cli import main
from playbooks.report import FORMATS
from tests.goldens import assert_golden
from tests.report_samples import DATA, FAILED, PLAN

PLAN_FILE = str(DATA / "plan.json")


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(main, ["report", *arguments])


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    folder = tmp_path / "runs" / "20260314-220103"
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(FAILED))
    (folder / "change.json").write_text(json.dumps(PLAN))
    (folder / "journal.jsonl").write_text("")
    return tmp_path / "runs"


@pytest.mark.parametrize("name", ["plan", "failed"])
def test_text(name: str) -> None:
    told = run(str(DATA / f"{name}.json"))
    assert told.exit_code == 0
    assert_golden(f"reports/{name}.txt", told.stdout)


def test_a_run_is_known_by_its_name(runs: Path) -> None:
    told = run("20260314-220103", "--runs", str(runs), "--format", "markdown")
    assert told.stdout.startswith("# Provision: run 20260314-220103\n")


def test_a_run_is_known_by_its_folder(runs: Path) -> None:
    assert run(str(runs / "20260314-220103"), "--json").stdout == run(str(DATA / "failed.json"), "--json").stdout


def test_a_run_that_has_not_ended_shows_its_plan(runs: Path) -> None:
    (runs / "20260314-220103" / "report.json").unlink()
    assert run("20260314-220103", "--runs", str(runs)).stdout.startswith("Plan CHG-2041\n")


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_can_be_written_to_a_file(form: str, tmp_path: Path) -> None:
    out = tmp_path / "report"
    told = run(PLAN_FILE, "--format", form, "--out", str(out))
    assert (told.exit_code, told.stdout) == (0, "")
    assert "ams-pe1" in out.read_text(encoding="utf-8")
    assert out.stat().st_mode & 0o077 == 0


def test_junit_is_xml_and_json_is_the_document() -> None:
    assert ET.fromstring(run(PLAN_FILE, "--format", "junit").stdout).tag == "testsuites"
    assert json.loads(run(PLAN_FILE, "--json").stdout) == PLAN


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_shows_a_secret(form: str, tmp_path: Path) -> None:
    fields = {k: v for k, v in PLAN.items() if k not in ("schema", "command", "exit_code", "hash")}
    secret = [["interface lo", " ip ospf authentication-key hunter2"]]
    text = json.dumps(sealed({**fields, "devices": [{**PLAN["devices"][0], "commits": secret, "undo": secret}]}))
    (tmp_path / "change.json").write_text(text)
    told = run(str(tmp_path / "change.json"), "--format", form)
    assert told.exit_code == 0
    assert "hunter2" not in told.output
    assert "shown) shown" not in told.output


def test_a_secret_that_is_masked_already_stays_as_it_is(tmp_path: Path) -> None:
    line = " ip ospf authentication-key (not shown)"
    outcome = {"device": "ams-p1", "ended": "not put back", "why": "", "lines": [line]}
    (tmp_path / "report.json").write_text(json.dumps({**FAILED, "outcomes": [outcome]}))
    assert json.loads(run(str(tmp_path), "--json").stdout)["outcomes"][0]["lines"] == [line]


def broken(**change: Any) -> str:
    return json.dumps({**FAILED, **change})


REFUSED = {
    "no such run": (None, "there is no run"),
    "no JSON": ("{", "is no JSON document"),
    "a list": ("[]", "is no document"),
    "another document": (broken(command="audit"), "is not a document that can be reported"),
    "a later version": (broken(schema=2), "has schema 2; this version reads schema 1"),
    "a plan that was changed": (json.dumps({**PLAN, "ticket": "CHG-1"}), "was changed after it was saved"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name: str, tmp_path: Path) -> None:
    text, words = REFUSED[name]
    file = tmp_path / "file.json"
    if text is not None:
        file.write_text(text)
    told = run(str(file), "--runs", str(tmp_path))
    assert told.exit_code == 2
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    told = run(PLAN_FILE, "--out", str(tmp_path / "nowhere" / "report.html"))
    assert told.exit_code == 2
    assert "cannot be written" in told.stderr
