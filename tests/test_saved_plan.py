"""A saved plan: exactly its lines are pushed, or it is refused as stale, with what has changed, and no line is sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.emulated import somebody
from loopwright.plan_file import sealed
from tests.hazards.ground import Ground
from tests.window_faults import just_before
from tests.window_ground import Desk, Untouched, describing, desk, planned, restart, started

pytestmark = pytest.mark.runs

WAYS = {"r1": ("ios", ""), "r2": ("nxos", ""), "r3": ("junos", ""), "r4": ("eos", "")}
ANOTHER = {"data": {"loopbacks": {0: {"ipv4": "10.128.9.1/32"}}}}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Devices that have their loopbacks."""
    folder = tmp_path_factory.mktemp("refused")
    with started(folder, WAYS) as on, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with desk(on, folder, WAYS) as at:
            assert at.provision("--waves", "100%").code == 0
            kept = {name: device.startup for name, device in on.emulation.devices.items()}
        restart(on, kept)
        yield on


@pytest.fixture
def at(network: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    with desk(network, tmp_path, WAYS) as opened:
        yield opened


# --- a plan that is not what the network, the inventory or its file is any more


def test_a_stale_plan_is_refused_with_what_has_changed(at: Desk) -> None:
    at.want(describing("r1", "r2"))
    file = planned(at)
    somebody.types(at.on.device("r2"), ["interface loopback0", "description theirs"])
    untouched = Untouched(at)
    told = at.provision(str(file))
    changed = "r2 has changed since it was planned: -interface loopback0 / description loopback 0"
    untouched.after(told, 4, "the plan is stale, nothing was written", changed, "+interface loopback0", "theirs")
    again = at.provision(str(planned(at)))
    assert (again.code, again.ends()) == (0, {"r1": "kept", "r2": "kept"})


def test_what_changes_between_the_look_and_the_push_is_refused_by_the_device_itself(
    at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.want(describing("r1"))
    file = planned(at)

    def typed(*_: object) -> None:
        somebody.types(at.on.device("r1"), ["interface Loopback0", "description theirs"])

    just_before("deploy", typed)(at, ["ios"], monkeypatch)
    told = at.provision(str(file))
    assert (told.code, told.ends()) == (4, {"r1": "refused"})
    assert "changed since it was planned; nothing was written" in told.ended("r1")["why"]
    assert "description theirs" in at.states()["r1"][0]


def edited(file: Path, *, seal: bool) -> None:
    """Edit a saved plan: another address; with `seal` by somebody who also reckons its hash anew."""
    content = file.read_text().replace("another one", "slipped in")
    assert content != file.read_text()
    document = json.loads(content)
    if seal:
        hashed = {key: value for key, value in document.items() if key not in ("hash", "schema", "command")}
        document = sealed({k: v for k, v in hashed.items() if k != "exit_code"}, hashed["exit_code"])
    file.write_text(json.dumps(document))


def test_a_plan_edited_by_hand_is_refused(at: Desk) -> None:
    at.want(describing("r1"))
    file = planned(at)
    edited(file, seal=False)
    Untouched(at).after(at.provision(str(file)), 2, "was changed after it was saved", "plan again")


def test_a_plan_edited_and_sealed_anew_is_not_what_the_inventory_asks_for(at: Desk) -> None:
    at.want(describing("r1"))
    file = planned(at)
    edited(file, seal=True)
    untouched = Untouched(at)
    words = "r1: the inventory or its templates ask for something else than when it was planned"
    untouched.after(at.provision(str(file)), 4, words)


def test_a_plan_whose_inventory_has_changed_is_refused(at: Desk) -> None:
    at.want(describing("r1"))
    file = planned(at)
    at.want(describing("r1", text="still another one"))
    untouched = Untouched(at)
    words = "r1: the inventory or its templates ask for something else than when it was planned"
    untouched.after(at.provision(str(file)), 4, words)


def test_a_plan_whose_templates_have_changed_is_refused(at: Desk) -> None:
    at.want(describing("r1"))
    file = planned(at)
    built_in = Path(__file__).parents[1] / "templates" / "ios"
    own = at.folder / "templates" / "ios"
    own.mkdir(parents=True)
    for each in built_in.iterdir():
        if each.is_file():
            text = each.read_text()
            own.joinpath(each.name).write_text(
                text.replace(" description {{", " description our {{") if each.suffix == ".j2" else text
            )
    untouched = Untouched(at)
    told = at.provision(str(file))
    untouched.after(told, 4, "the plan is stale, nothing was written", "r1")


# --- what is pushed


def test_a_saved_plan_is_what_the_devices_receive(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at.want(describing("r1", "r2", "r4"))
    at.want({"r1": ANOTHER})
    file = planned(at, "--allow-referenced", "--ticket", "CHG-42")
    saved = json.loads(file.read_text())
    received: dict[str, list[str]] = {}

    def heard(device: Any, store: Any, position: Any, line: str) -> Any:
        received.setdefault(device.name, []).append(line.strip())
        return enter(device, store, position, line)

    enter = type(at.on.device("r1")).enter
    monkeypatch.setattr(type(at.on.device("r1")), "enter", heard)
    told = at.provision(str(file))
    assert (told.code, told.ends()) == (0, {"r1": "kept", "r2": "kept", "r4": "kept"})
    for planned_device in saved["devices"]:
        lines = [line.strip() for commit in planned_device["commits"] for line in commit]
        assert [line for line in received.get(planned_device["device"], []) if line != "exit"] == lines
    assert (saved["ticket"], told.document["ticket"], told.journal[0]["ticket"]) == ("CHG-42",) * 3
    assert saved["author"] == told.document["author"] == told.journal[0]["author"]
    assert "@" in saved["author"]
    assert told.run is not None
    assert [d["commits"] for d in json.loads((told.run / "change.json").read_text())["devices"]] == [
        device["commits"] for device in saved["devices"]
    ]
