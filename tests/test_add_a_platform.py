"""docs/add-a-platform.md against the code: it names every key there is and no other, and what it shows works."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from loopwright.change_words import CandidateWords, CheckpointWords, TimerWords
from loopwright.configuration_words import FACTS, RELATIONS, ConfigurationWords, FactRow, configuration_words
from loopwright.driver_words import DriverWords
from loopwright.errors import PlatformError
from loopwright.evidence import Neighbour, Route
from loopwright.models import Intent, Loopback
from loopwright.observe import observe
from loopwright.plan import plan_device
from loopwright.platform import Evidence, Identify, LoopbackWords, Platform, Text, load_platforms, read_platform
from loopwright.query import OPTIONS
from loopwright.session_words import PingWords, SessionWords, ShellWords
from loopwright.steps import STRATEGIES
from playbooks.cli import main
from tasks.workspace import open_workspace
from tests.intents import PLATFORMS, wanted

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs/add-a-platform.md").read_text(encoding="utf-8")
CODE = "\n".join(p.read_text(encoding="utf-8") for f in ("loopwright", "tasks") for p in (ROOT / f).glob("*.py"))
CLASSES: dict[str, type] = {
    "`session`": SessionWords,
    "`shell`": ShellWords,
    "`ping`": PingWords,
    "`timer`": TimerWords,
    "`candidate`": CandidateWords,
    "`checkpoint`": CheckpointWords,
    "`driver`": DriverWords,
    "`loopbacks`": LoopbackWords,
    "`text`": Text,
    "A row of `facts`": FactRow,
    "`identify`": Identify,
    "A row of `evidence`": Evidence,
}


def tables(heading: str) -> Iterator[dict[str, list[str]]]:
    """The tables under a heading, each as its rows by what stands first in them."""
    section = re.split(r"^##+ ", GUIDE, flags=re.MULTILINE)
    (found,) = (part for part in section if part.splitlines()[0] == heading)
    for table in re.findall(r"(?:^\|.*\n)+", found, flags=re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]
        yield {cells[0].strip("| `"): cells[1:] for cells in rows}


def told(heading: str, number: int = 0) -> dict[str, list[str]]:
    """One table under a heading."""
    return list(tables(heading))[number]


def blocks(language: str) -> list[str]:
    """What stands in the guide as code of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, flags=re.MULTILINE | re.DOTALL)


class Recorded(dict[str, Any]):
    """A section that remembers which keys it was asked for."""

    def __init__(self, section: Mapping[str, Any]) -> None:
        super().__init__(section)
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)


def section(name: str) -> dict[str, Any]:
    """A section of a folder on disk."""
    text = (ROOT / "templates" / "junos" / "platform.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)[name])


# The tables of the guide.


@pytest.mark.parametrize(("heading", "words"), CLASSES.items(), ids=list(CLASSES))
def test_the_guide_names_the_keys_of_a_section_and_no_others(heading: str, words: type) -> None:
    assert set(told(heading)) == {field.name for field in fields(words)}


@pytest.mark.parametrize("heading", ["`loopbacks`", "`text`", "`identify`"])
def test_the_guide_tells_what_may_be_left_out(heading: str) -> None:
    free = {f.name for f in fields(CLASSES[heading]) if f.default is not MISSING or f.default_factory is not MISSING}
    assert {key for key, cells in told(heading).items() if cells[1] != "required"} == free


def test_the_guide_names_the_top_level_and_no_other_key() -> None:
    assert set(told("Top level")) == {f.name for f in fields(Platform)} - {"name", "template", "textfsm"}


def test_the_guide_names_what_a_configuration_section_is_asked_for() -> None:
    asked = Recorded(section("configuration"))
    configuration_words(asked, "junos")
    assert set(told("`configuration`")) == asked.asked
    assert {f.name for f in fields(ConfigurationWords)} - {"rows"} <= asked.asked


def test_the_guide_names_the_capabilities_that_the_code_asks_for() -> None:
    assert set(told("`capabilities`")) == set(re.findall(r'capabilities(?:\.get\(|\[)"(\w+)"', CODE))
    assert all(f"`{strategy}`" in told("`capabilities`")["commit_strategy"][0] for strategy in STRATEGIES)


def test_the_guide_names_every_fact_and_relation() -> None:
    assert set(told("A row of `facts`", 1)) == set(FACTS)
    assert set(told("A row of `facts`", 2)) == set(RELATIONS)


def test_the_guide_names_every_kind_of_evidence_and_its_rows() -> None:
    kinds = told("A row of `evidence`", 1)
    assert set(kinds) == {e.kind for p in PLATFORMS.values() for e in p.evidence}
    assert set(re.findall(r"`(\w+)`", kinds["routes"][0])) == {f.name for f in fields(Route)}
    assert set(re.findall(r"`(\w+)`", kinds["neighbours"][0])) == {f.name for f in fields(Neighbour)} - {"protocol"}


def test_the_guide_names_the_functions_of_an_expression() -> None:
    functions = OPTIONS.custom_functions
    own = {name.removeprefix("_func_") for name in vars(type(functions)) if name.startswith("_func_")}
    assert set(told("A row of `evidence`", 2)) == own


def test_the_guide_names_what_a_folder_shows_a_person() -> None:
    shown = {re.sub(r"(table|neighbours)-\w+", r"\1-ospf", key) for p in PLATFORMS.values() for key in p.show}
    assert {key for key in shown if f"`{key}`" not in GUIDE} <= {"table-ospf-ipv4", "table-ospf-ipv6"}


def test_the_guide_names_the_words_that_folders_capture() -> None:
    captured = {w for p in PLATFORMS.values() for _, row in p.configuration.rows for w in words_of(p, row)}
    known = {re.sub(r"\W", "", word) for word in told("`configuration`", 1)} | {"mask", "wildcard"}
    meant = {"interface", "address", "prefix", "area", "process", "vrf", "text", "cost", "router_id", "remote_as"}
    assert meant <= captured & known


def words_of(platform: Platform, row: FactRow) -> list[str]:
    """The words that a row captures."""
    pattern = next(pattern for pattern, other in platform.configuration.rows if other is row)
    return [name for segment in pattern.segments for name in segment.groupindex]


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in (ROOT / "templates").glob("*/platform.yaml")))
def test_a_folder_has_no_key_that_nobody_looks_at(folder: str) -> None:
    words = yaml.safe_load((ROOT / "templates" / folder / "platform.yaml").read_text(encoding="utf-8"))
    assert set(words) <= set(told("Top level"))
    assert set(words["configuration"]) <= set(told("`configuration`"))


# The code of the guide.


@pytest.mark.parametrize("text", blocks("yaml"), ids=lambda text: text.splitlines()[0])
def test_the_yaml_of_the_guide_can_be_read(text: str) -> None:
    assert yaml.safe_load(text)


def test_the_folder_that_the_guide_shows_works(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "platform.yaml").write_text(blocks("yaml")[0])
    (folder / "loopback.j2").write_text(blocks("jinja")[0])
    platform = read_platform(folder)
    assert "acme" in load_platforms(tmp_path)
    told = "interface Loop0\n address 192.0.2.1/32\n ospf 1 area 0\n!\nrouter ospf 1\n!\nend"
    seen = observe("r1", told, platform)
    (loopback,) = seen.loopbacks
    assert plan_device(Intent("r1", "acme", (wanted(loopback),)), seen, platform).changes == ()
    moved = wanted(Loopback(0, "Loop0", ("192.0.2.2/32",), description="new", advertise=loopback.advertise))
    (commit,) = plan_device(Intent("r1", "acme", (moved,)), seen, platform).commits
    assert commit.lines == (
        "interface Loop0",
        " undo address 192.0.2.1/32",
        " description new",
        " address 192.0.2.2/32",
    )


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(#([\w-]+)\)", GUIDE))))
def test_a_link_of_the_guide_leads_to_a_heading(link: str) -> None:
    headings = (line.lstrip("# ") for line in GUIDE.splitlines() if line.startswith("#"))
    assert link in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:templates|tests|lab|docs)/[\w./-]+)`", GUIDE))))
def test_a_file_that_the_guide_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


# A platform without a folder.


@pytest.fixture
def device() -> Iterator[tuple[int, list[object]]]:
    """A port that counts who connects."""
    met: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        done = threading.Event()

        def accept() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    connection, peer = server.accept()
                    connection.close()
                    met.append(peer)

        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1], met
        done.set()
        thread.join()


COMMANDS = ("validate", "validate --live", "plan", "provision --yes", "verify", "audit", "explain r2 0")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_platform_without_a_folder_is_one_error_before_any_device_is_asked(
    command: str, device: tuple[int, list[object]], tmp_path: Path
) -> None:
    port, met = device
    known = {
        "hostname": "127.0.0.1",
        "port": port,
        "platform": "vyos",
        "data": {"loopbacks": {0: {"ipv4": "192.0.2.1"}}},
    }
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory/hosts.yaml").write_text(yaml.safe_dump({"r1": known, "r2": {**known, "platform": "acme"}}))
    name, *rest = command.split()
    run = CliRunner(env={"COLUMNS": "300"}).invoke(main, [name, "--inventory", str(tmp_path / "inventory"), *rest])
    assert run.exit_code in (2, 4)
    assert "templates/acme/" in run.output
    assert "docs/add-a-platform.md" in run.output
    assert "r2" in run.output
    assert met == []


def test_a_device_without_any_platform_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text("r1: {hostname: 127.0.0.1}\n")
    with pytest.raises(PlatformError, match="r1 names no platform"):
        _ = open_workspace(tmp_path).of_devices


def test_a_folder_beside_the_inventory_stands_before_the_built_in_one(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "acme"
    folder.mkdir(parents=True)
    (folder / "platform.yaml").write_text(blocks("yaml")[0])
    (folder / "loopback.j2").write_text(blocks("jinja")[0])
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory/hosts.yaml").write_text("r1: {hostname: 127.0.0.1, platform: acme}\n")
    assert open_workspace(tmp_path / "inventory").of_devices["r1"].title == "Acme OS"
