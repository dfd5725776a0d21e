"""Hazards of the drivers: lines that are refused and taken for success, and what is left in the session."""

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from netmiko import ConfigInvalidException, ReadTimeout

from lab.emulated.faults import Fault
from loopwright.errors import LineRejected
from tasks.gather import read_observed
from tests.hazards.ground import PLATFORMS, Ground, addresses, ground

IOS, NXOS = "r1", "r2"
LOOPBACK = {"ios": "Loopback7", "nxos": "loopback7"}
RIGHT = ["interface Loopback7", " description ours", " ip address 192.0.2.7 255.255.255.255"]


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("lines"), ("ios", "nxos")) as made:
        yield made


@pytest.fixture(autouse=True)
def _as_before(on: Ground) -> Iterator[None]:
    """Take back what a test has written, and its faults."""
    before = {name: device.running.copy() for name, device in on.emulation.devices.items()}
    yield
    on.close()
    for name, store in before.items():
        on.device(name).faults.clear()
        on.device(name).replace(store)


def taken(on: Ground, name: str) -> list[str]:
    """Lines that give a loopback the address of a link: every system here refuses that without `Invalid`."""
    system = on.device(name).system.name
    link = on.device(name).running.facts(name).ports[0].addresses[0].partition("/")[0]
    address = f"ip address {link} 255.255.255.255" if system == "ios" else f"ip address {link}/32"
    return [f"interface {LOOPBACK[system]}", f" {address}", " description ours"]


@pytest.mark.parametrize(("name", "driver"), [(IOS, "ios"), (NXOS, "nxos_ssh")], ids=["ios", "nxos_ssh"])
def test_a_refused_line_passes_for_success_without_the_cure(on: Ground, name: str, driver: str) -> None:
    bare = on.driver(name, driver, **({"dest_file_system": "flash:"} if name == IOS else {}))
    bare.load_merge_candidate(config="\n".join([*taken(on, name), "end" if name == IOS else ""]))
    bare.commit_config()
    running = on.device(name).running.text()
    assert "description ours" in running
    assert addresses(on.device(name), LOOPBACK[driver.partition("_")[0]]) == ()


@pytest.mark.parametrize("name", [IOS, NXOS], ids=["ios", "nxos"])
def test_a_refused_line_passes_for_success_at_the_terminal_without_the_cure(on: Ground, name: str) -> None:
    on.netmiko(name).send_config_set(taken(on, name))
    assert "description ours" in on.device(name).running.text()
    assert addresses(on.device(name), LOOPBACK[on.device(name).system.name]) == ()


@pytest.mark.parametrize("name", [IOS, NXOS], ids=["ios", "nxos"])
def test_a_refused_line_is_told_and_nothing_is_sent_after_it(on: Ground, name: str) -> None:
    lines = taken(on, name)
    with pytest.raises(LineRejected) as refused:
        on.writer(name).write(lines)
    assert (refused.value.line, refused.value.accepted) == (lines[1], (lines[0],))
    assert "description ours" not in on.device(name).running.text()


def test_a_refusal_leaves_the_session_in_configuration_mode_without_the_cure(on: Ground) -> None:
    bare = on.netmiko(IOS)
    with pytest.raises(ConfigInvalidException):
        bare.send_config_set(taken(on, IOS), error_pattern="overlaps")
    assert bare.check_config_mode()


@pytest.mark.parametrize("name", [IOS, NXOS], ids=["ios", "nxos"])
def test_a_refusal_leaves_configuration_mode(on: Ground, name: str) -> None:
    ours = on.writer(name)
    with pytest.raises(LineRejected):
        ours.write(taken(on, name))
    assert ours.terminal.context == ""
    assert ours.show(["show hostname" if name == NXOS else "show version"])[0]


def test_a_candidate_without_end_is_compared_to_nothing_without_the_cure(on: Ground) -> None:
    bare = on.driver(IOS, "ios", dest_file_system="flash:")
    bare.load_merge_candidate(config="\n".join(RIGHT))
    assert "error 5" in bare.compare_config()


def test_a_candidate_ends_with_what_its_system_wants(on: Ground) -> None:
    ours = on.transaction(IOS, "napalm")
    ours.load(RIGHT)
    diff = ours.driver.compare_config()
    assert [line.lstrip("+") for line in diff.splitlines()] == RIGHT


def test_loads_add_up_without_the_cure(on: Ground) -> None:
    bare = on.driver(NXOS, "nxos_ssh")
    for number in (1, 2):
        bare.load_merge_candidate(config=f"interface loopback{number}\n  description {number}\n")
    assert "interface loopback1" in bare.compare_config()


def test_a_candidate_is_the_last_load_alone(on: Ground) -> None:
    ours = on.transaction(IOS, "napalm")
    ours.load(["interface Loopback1", " description first"])
    ours.load(RIGHT)
    ours.commit(60)
    assert "description first" not in on.device(IOS).running.text()
    assert addresses(on.device(IOS), "Loopback7") == ("192.0.2.7/32",)
    ours.revert("")


def test_getters_disagree_on_names_without_the_cure(on: Ground) -> None:
    on.device(NXOS).running.apply(["interface loopback7", " ip address 192.0.2.7/32"])
    on.device(NXOS).changed()
    bare = on.driver(NXOS, "nxos_ssh")
    assert "Loopback7" in bare.get_interfaces()
    assert "loopback7" in bare.get_interfaces_ip()


def test_an_interface_has_one_name_whatever_command_tells_of_it(on: Ground) -> None:
    on.device(NXOS).running.apply(["interface loopback7", " ip address 192.0.2.7/32"])
    on.device(NXOS).changed()
    platform = PLATFORMS["nxos"]
    assert {platform.number_of(name) for name in ("Lo7", "loopback7", "Loopback7")} == {7}
    found = read_observed(on.reader(NXOS), platform).loopback(7)
    assert found is not None
    assert (found.addresses, found.interface) == (("192.0.2.7/32",), "loopback7")


COMMANDS = ("show hosts", "show clock", "show vrf", "show version")


def marked(outputs: dict[str, str]) -> dict[str, bool]:
    """Which commands were answered with what only they answer."""
    marks = ("Default domain", " UTC ", "Default RD", "Processor board")
    return {command: mark in outputs[command] for command, mark in zip(COMMANDS, marks, strict=True)}


def test_answers_slip_with_latency_without_the_cure(on: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netmiko.base_connection.time", time)  # its pauses as they are
    bare = on.netmiko(IOS, global_cmd_verify=False)
    on.device(IOS).faults.add(Fault("delay", seconds=0.1))

    def answer(command: str) -> str:
        with suppress(ReadTimeout):  # which is at least no silence
            return str(bare.send_command(command, read_timeout=1))
        return ""

    assert not all(marked({command: answer(command) for command in COMMANDS}).values())


@pytest.mark.parametrize("transport", ["netmiko", "napalm"])
@pytest.mark.parametrize("delay", [0.0, 0.03, 0.1])
def test_answers_are_right_at_every_latency(
    on: Ground, transport: str, delay: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netmiko.base_connection.time", time)
    ours = on.reader(IOS, transport)
    if delay:
        on.device(IOS).faults.add(Fault("delay", seconds=delay))
    assert all(marked(dict(zip(COMMANDS, ours.show(COMMANDS), strict=True))).values())
