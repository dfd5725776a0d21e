"""Somebody else on an emulated device, and connections that end around a command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.emulated import somebody
from lab.emulated.control import Control
from lab.emulated.faults import Fault
from tests.hazards.candidates import restarted
from tests.hazards.ground import Ground, addresses, ground

DEVICES = {"ios": "r1", "junos": "r2", "eos": "r3", "iosxr": "r4", "nxos": "r5"}
INDENTED = ["interface Loopback7", " ip address 192.0.2.7/32"]
LINES = {
    "ios": ["interface Loopback7", " ip address 192.0.2.7 255.255.255.255"],
    "junos": ["set interfaces lo0 unit 7 family inet address 192.0.2.7/32"],
    "eos": INDENTED,
    "iosxr": ["interface Loopback7", " ipv4 address 192.0.2.7 255.255.255.255"],
    "nxos": INDENTED,
}
WRONG = {system: [lines[0].replace("Loopback7", "Loop:7").replace("inet", "frob")] for system, lines in LINES.items()}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("five"), DEVICES) as made:
        yield made


@pytest.fixture
def on(network: Ground) -> Iterator[Ground]:
    with restarted(network) as made:
        yield made


def there(on: Ground, system: str) -> bool:
    name = "lo0.7" if system == "junos" else "loopback7" if system == "nxos" else "Loopback7"
    return addresses(on.device(DEVICES[system]), name) == ("192.0.2.7/32",)


@pytest.mark.parametrize("system", DEVICES)
def test_somebody_else_configures(on: Ground, system: str) -> None:
    somebody.types(on.device(DEVICES[system]), LINES[system])
    assert there(on, system)


@pytest.mark.parametrize("system", ["junos", "eos", "iosxr"])
def test_somebody_else_leaves_a_candidate(on: Ground, system: str) -> None:
    somebody.types(on.device(DEVICES[system]), LINES[system], commit=False)
    assert not there(on, system)


@pytest.mark.parametrize("system", DEVICES)
def test_what_somebody_else_is_refused_is_told(on: Ground, system: str) -> None:
    before = on.device(DEVICES[system]).running.text()
    assert somebody.types(on.device(DEVICES[system]), WRONG[system])
    assert on.device(DEVICES[system]).running.text() == before


@pytest.mark.parametrize("system", ["ios", "nxos"])
def test_lines_that_take_effect_at_once_cannot_wait(on: Ground, system: str) -> None:
    with pytest.raises(ValueError, match="no candidate"):
        somebody.types(on.device(DEVICES[system]), LINES[system], commit=False)


def test_a_system_without_a_timer_has_nothing_to_confirm(on: Ground) -> None:
    with pytest.raises(ValueError, match="nxos"):
        somebody.confirms(on.device("r5"))


def test_somebody_else_is_ordered_from_another_process(on: Ground, tmp_path: Path) -> None:
    control = Control(on.emulation, tmp_path, lambda: None)
    assert control.answer(b'{"do": "type", "device": "r2", "lines": ["set system host-name other"]}') == {
        "ok": True,
        "said": "commit complete\n",
    }
    assert "No Rollback Confirmed Change pending" in control.answer(b'{"do": "confirm", "device": "r1"}')["said"]
    assert "error" in control.answer(b'{"do": "confirm", "device": "r5"}')
    fault = b'{"kind": "cut", "match": "show", "when": "before"}'
    assert control.answer(b'{"do": "fault", "device": "r1", "fault": ' + fault + b"}") == {"ok": True}
    assert on.device("r1").faults.listed()[0]["when"] == "before"


def test_a_cut_is_before_or_after() -> None:
    with pytest.raises(ValueError, match="no such time: during"):
        Fault("cut", when="during")  # type: ignore[arg-type] # from a request


def test_a_restart_forgets_a_commit_timer(on: Ground) -> None:
    device, bare = on.device("r3"), on.driver("r3", "eos")
    bare.load_merge_candidate(config="\n".join(INDENTED))
    bare.commit_config(revert_in=60)
    bare.config_session = None
    device.saved()
    device.reload()
    on.emulation.advance(61, "r3")
    assert there(on, "eos")
