"""What goes wrong in a change window, on every way to change a device: what is left, what is said, who is blamed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from napalm.base.exceptions import CommandErrorException

from lab.emulated import somebody
from loopwright.errors import UnexpectedAnswer
from tasks.driver import translated
from tests.hazards.ground import Ground
from tests.window_faults import FAULTS, NUMBER, SECONDS, noticing
from tests.window_ground import HEALTHY, NAMES, Told, desk, left_behind, loopback, restart, started

# A library warns of a connection that it finds closed.
pytestmark = [pytest.mark.runs, pytest.mark.filterwarnings("ignore:An unknown exception occurred")]

TABLE: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "window_faults.yaml").read_text()
)
USUAL = {"running": "before", "startup": "before", "left": "", "later": ""}
State = tuple[str, str]


def row(fault: str, way: str) -> dict[str, Any]:
    """What is to be so on one device."""
    return {**USUAL, **TABLE[fault], **TABLE[fault].get("but", {}).get(way, {})}


@dataclass(frozen=True)
class After:
    """A run with a fault: how it ended, the devices before and after, what was left, and what they were later."""

    told: Told
    before: Mapping[str, State]
    after: Mapping[str, State]
    left: Mapping[str, list[str]]
    later: Mapping[str, State]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Every way to change a device, and a healthy one; all have one loopback."""
    folder = tmp_path_factory.mktemp("window")
    with started(folder) as on, noticing():
        alone = on.device(NAMES["ios alone"])
        somebody.types(alone, ["no archive"])
        alone.saved()
        provisioned(on, folder)
        yield on


def provisioned(on: Ground, folder: Path) -> None:
    """Give every device its first loopback, for good."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with desk(on, folder) as at:
            assert at.provision("--waves", "100%").code == 0
            kept = {name: device.startup for name, device in on.emulation.devices.items()}
        restart(on, kept)


def more(ways: list[str]) -> dict[str, Any]:
    """One more loopback of some devices; of one where a VRF has one loopback, one more address."""
    found: dict[str, Any] = {}
    for name in (*(NAMES[way] for way in ways), HEALTHY):
        one = {0: {"ipv4": ["10.128.0.4/32", "10.128.7.4/32"]}} if name == NAMES["junos"] else {}
        found[name] = {"data": {"loopbacks": one or {NUMBER: loopback(NUMBER, name)}}}
    return found


@pytest.fixture
def after(request: pytest.FixtureRequest, network: Ground, tmp_path: Path) -> After:
    """What became of the run with the fault that the test names."""
    return _ran(network, tmp_path, request.param)


def _ran(on: Ground, folder: Path, fault: str) -> After:
    ways = list(TABLE[fault].get("ways", NAMES))
    with pytest.MonkeyPatch.context() as patch, desk(on, folder) as at:
        patch.chdir(folder)
        at.want(more(ways))
        before = at.states()
        FAULTS[fault](at, ways, patch)
        told = at.provision("--waves", "100%", "--max-failures", "100%")
        found = at.states()
        left = {name: left_behind(device) for name, device in on.emulation.devices.items()}
        on.emulation.advance(SECONDS)
        return After(told, before, found, left, at.states())


def test_every_fault_has_its_rows() -> None:
    assert set(TABLE) == set(FAULTS)


@pytest.mark.parametrize("after", TABLE, indirect=True)
def test_a_fault_leaves_every_device_as_it_is_told(after: After, request: pytest.FixtureRequest) -> None:
    """Those that it was set on, the healthy one, and those that the run does not change."""
    fault = request.node.callspec.params["after"]
    ways = TABLE[fault].get("ways", NAMES)
    assert after.told.code == TABLE[fault]["code"], after.told.err
    assert {way: found(after, way) for way in ways} == {way: meant(fault, way) for way in ways}
    wrong = {way: after.told.ended(NAMES[way])["why"] for way in ways if not is_told(after, fault, way)}
    assert wrong == {}
    later = [NAMES[way] for way in ways if row(fault, way)["later"]]
    assert {name: after.later[name] for name in later} == {name: after.before[name] for name in later}
    healthy(after, TABLE[fault])
    others = [name for way, name in NAMES.items() if way not in ways]
    assert {name: after.after[name] for name in others} == {name: after.before[name] for name in others}
    assert not any(after.left[name] for name in others)
    assert after.told.journal[-1]["event"] == "ended"
    assert after.told.document["journal"]["hash"] in {entry["seal"] for entry in after.told.journal}


def found(after: After, way: str) -> dict[str, Any]:
    """How a device ended, its configurations in the words of the table, what was left, whether lines were named."""
    name = NAMES[way]
    told, before = after.told.ended(name), after.before[name]
    running, startup = (_is(text, was) for text, was in zip(after.after[name], before, strict=True))
    return {
        "ended": told["ended"], "running": running, "startup": startup,
        "left": sorted({what.split(" ", 2)[0] for what in after.left[name]}), "lines": bool(told["lines"]),
    }  # fmt: skip


def meant(fault: str, way: str) -> dict[str, Any]:
    """The same as the table says it."""
    said = row(fault, way)
    return {
        "ended": said["ended"], "running": said["running"], "startup": said["startup"],
        "left": [said["left"]] if said["left"] else [], "lines": said["ended"] == "unknown",
    }  # fmt: skip


def is_told(after: After, fault: str, way: str) -> bool:
    """Whether the report says of a device what it is to say."""
    return re.search(row(fault, way)["why"], after.told.ended(NAMES[way])["why"]) is not None


def healthy(after: After, said: Mapping[str, Any]) -> None:
    """See that nothing is blamed on the device without a fault."""
    told = after.told.ended(HEALTHY)
    assert (told["ended"], told["lines"]) == (said.get("healthy", "kept"), [])
    assert re.search(said.get("healthy why", "^$"), told["why"]), told
    words = [_is(text, was) for text, was in zip(after.after[HEALTHY], after.before[HEALTHY], strict=True)]
    assert words == (["planned"] * 2 if told["ended"] == "kept" else ["before"] * 2)
    assert after.left[HEALTHY] == []


def _is(text: str, before: str) -> str:
    """What a configuration is, in the words of the table."""
    words = [
        "planned" if f"10.128.{NUMBER}." in text else "",
        "edited" if "typed meanwhile" in text else "",
        "theirs" if "theirs" in text else "",
    ]
    known = " and ".join(filter(None, words)) or "before"
    return known if (known == "before") == (text == before) else f"{known}, and something else"


def test_a_number_in_the_name_of_a_run_is_no_refused_login() -> None:
    """A session of the 401st second of an hour is named so."""
    with pytest.raises(UnexpectedAnswer, match="already completed"), translated("r5", "aborting"):
        raise CommandErrorException("Session loopwright-20261123-050401 is already completed")
