"""Commands that ask no device: audit of saved configurations, allocate, schema, init."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from playbooks.cli import main
from playbooks.init import example
from tests.fabricated import BARE, HOSTS, READY, Fabricated, fabricate
from tests.goldens import assert_golden

STRANGE = READY.replace(
    "interface lo\n",
    "interface lo7\n ip address 203.0.113.7/32\nexit\ninterface lo\n ip ospf authentication-key hunter2\n",
)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fabricated]:
    monkeypatch.chdir(tmp_path)
    yield from fabricate(tmp_path, monkeypatch)


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(main, list(arguments))


def configurations(fake: Fabricated, **files: str) -> str:
    folder = fake.folder / "saved"
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return "saved"


OFFLINE: dict[str, tuple[dict[str, str], int]] = {
    "as the inventory says": ({"r1_cfg": READY.format(number=1), "r2": READY.format(number=2)}, 0),
    "differing": (
        {"r1_cfg": BARE.format(number=1), "r2_txt": READY.format(number=2).replace("100.2/32", "100.2/31")},
        4,
    ),
    "a file missing": ({"r1_cfg": READY.format(number=1)}, 3),
    "a surplus file": ({"r1_cfg": READY.format(number=1), "r2": READY.format(number=2), "r3_cfg": "x"}, 0),
    "an empty file": ({"r1_cfg": READY.format(number=1), "r2_cfg": "\n"}, 3),
    "extra and foreign": (
        {"r1_cfg": STRANGE.format(number=1), "r2": READY.format(number=2)},
        0,
    ),
    "line ends of another system": (
        {"r1_cfg": READY.format(number=1).replace("\n", "\r\n"), "r2": READY.format(number=2)},
        0,
    ),
}


@pytest.mark.parametrize("case", OFFLINE)
def test_an_offline_audit(fake: Fabricated, case: str) -> None:
    files, exit_code = OFFLINE[case]
    told = fake.run("audit", "--configs", configurations(fake, **files))
    assert told.exit_code == exit_code, told.output
    assert "hunter2" not in told.output
    assert_golden(f"cli/audit offline, {case}.txt", told.stdout)


def test_an_offline_audit_as_a_document(fake: Fabricated) -> None:
    told = fake.run("audit", "--json", "--configs", configurations(fake, r1_cfg=BARE.format(number=1), zz_cfg="x"))
    document = json.loads(told.stdout)
    assert (document["offline"], document["missing_files"], document["surplus_files"]) == (True, ["r2"], ["zz.cfg"])
    assert [d["kind"] for d in document["differences"]] == ["missing"]
    assert document["not_checked"][0]["state"] == "not checked offline"


def test_two_files_of_one_device(fake: Fabricated) -> None:
    told = fake.run("audit", "--configs", configurations(fake, r1_cfg="x", r1_txt="x"))
    assert told.exit_code == 2
    assert "two files of r1" in told.stderr


POOLED = "# kept\n" + HOSTS.replace("{ipv4: 198.51.100.2/32}", "{ipv4: {pool: core}}")


def pooled(fake: Fabricated) -> Path:
    hosts = fake.folder / "inventory" / "hosts.yaml"
    hosts.write_text(POOLED)
    (fake.folder / "inventory" / "defaults.yaml").write_text("data: {pools: {core: {prefixes: [198.51.100.0/28]}}}\n")
    return hosts


@pytest.mark.parametrize(
    ("options", "code", "written"),
    [(("--yes",), 0, True), (("--dry-run",), 0, False), ((), 2, False), (("--yes", "--limit", "r1"), 0, False)],
    ids=["yes", "dry run", "nobody to ask", "limited to others"],
)
def test_allocate(fake: Fabricated, *, options: tuple[str, ...], code: int, written: bool) -> None:
    hosts = pooled(fake)
    told = fake.run("allocate", *options)
    assert told.exit_code == code, told.output
    text = hosts.read_text()
    assert (text != POOLED) == written
    assert text == (POOLED.replace("{pool: core}", "198.51.100.2/32") if written else POOLED)


def test_allocate_twice_has_nothing_to_do(fake: Fabricated) -> None:
    pooled(fake)
    fake.run("allocate", "--yes")
    told = fake.run("allocate", "--yes", "--json")
    assert json.loads(told.stdout)["assignments"] == []


@pytest.mark.parametrize("file", ["hosts", "groups", "defaults"])
def test_schema(file: str) -> None:
    told = run("schema", file)
    assert told.exit_code == 0
    assert json.loads(told.stdout)["title"] == f"loopwright: {file}.yaml"


def test_init_lays_out_a_network_that_is_valid(tmp_path: Path) -> None:
    folder = tmp_path / "net"
    assert run("init", str(folder)).exit_code == 0
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == dict(example()).keys()
    assert "runs/" in (folder / ".gitignore").read_text()
    told = run("validate", "--inventory", str(folder / "inventory"))
    assert told.exit_code == 0, told.output


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    mine = tmp_path / "inventory" / "hosts.yaml"
    mine.parent.mkdir()
    mine.write_text("mine: {}\n")
    told = run("init", str(tmp_path))
    assert told.exit_code == 2
    assert "inventory/hosts.yaml already; nothing was written" in told.stderr
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["hosts.yaml"]


def test_init_leaves_a_gitignore_alone(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    assert run("init", str(tmp_path)).exit_code == 0
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
