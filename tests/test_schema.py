"""The JSON Schema agrees with the reader wherever a schema can tell, and accepts the example network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from jsonschema import Draft202012Validator

from loopwright.attributes import LOOPBACK
from loopwright.schema import File, json_schema
from loopwright.yaml_marks import read_yaml

DATA = Path(__file__).parent / "data"
EXAMPLE = Path(__file__).parent.parent / "inventory"
CASES = [case for case in yaml.safe_load((DATA / "inventory_faults.yaml").read_text()) if "schema" in case]


def as_json(value: Any) -> Any:
    """JSON has text for keys."""
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list) else value


def accepts(file: File, text: str) -> bool:
    value, _ = read_yaml(file, text.encode())
    return Draft202012Validator(json_schema(file)).is_valid(as_json(value))


@pytest.mark.parametrize("file", get_args(File))
def test_is_a_schema(file: File) -> None:
    Draft202012Validator.check_schema(json_schema(file))


@pytest.mark.parametrize("file", get_args(File))
def test_example_network(file: File) -> None:
    assert accepts(file, (EXAMPLE / f"{file}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_agrees_with_the_reader(case: Mapping[str, Any]) -> None:
    verdict = all(accepts(file, case[file]) for file in get_args(File) if file in case)
    assert verdict == (case["schema"] == "accepts")


@pytest.mark.parametrize("case", [case for case in CASES if not case["faults"]], ids=lambda case: str(case["id"]))
def test_accepts_what_the_reader_accepts(case: Mapping[str, Any]) -> None:
    assert case["schema"] == "accepts"


@pytest.mark.parametrize("name", LOOPBACK.attributes)
def test_every_attribute_is_explained(name: str) -> None:
    explained = json_schema("hosts")["$defs"]["loopback"]["properties"][name]["description"]
    assert explained.endswith(".")


def test_large_tables_are_shared() -> None:
    assert set(json_schema("hosts")["$defs"]) == {"loopback", "advertise", "routing"}
    assert {"$ref": "#/$defs/routing"} in json_schema("groups")["patternProperties"][
        next(iter(json_schema("groups")["patternProperties"]))
    ]["anyOf"][0]["properties"]["data"]["anyOf"][0]["properties"]["routing"]["anyOf"]
