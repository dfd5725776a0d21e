"""Hazards of the drivers in whole runs: refusals that a driver does not see, hosts that are skipped, many threads."""

import ast
import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from nornir.core import Nornir
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.core.task import Result, Task
from nornir.plugins.runners import SerialRunner

from lab.emulated.device import PASSWORD
from lab.emulated.faults import Fault
from lab.emulated.junos_commit import database
from loopwright.change import Allowed
from loopwright.device import Reader
from loopwright.errors import DeviceError, LineRejected, Locked, NotTaken, UnexpectedAnswer
from loopwright.platform import Platform
from loopwright.run_folder import new_run
from playbooks.ending import Provisioned, exit_code
from playbooks.look import look, planned
from playbooks.provision import provision
from playbooks.undertaking import jobs_of
from tasks.deploy import confirm, deploy
from tasks.driver import DriverSession
from tasks.network import Network, Progress
from tasks.workspace import open_workspace
from tests.hazards.candidates import restarted
from tests.hazards.ground import LOCAL, PLATFORMS, USER, Ground, ground

LOOPBACKS = {"r1": "10.128.0.1", "r2": "10.128.0.2"}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("runs"), ("ios", "junos")) as made:
        yield made


@pytest.fixture
def on(network: Ground) -> Iterator[Ground]:
    with restarted(network) as made:
        yield made


class Desk:
    """An inventory in which every device is driven by NAPALM, open, with its plan."""

    def __init__(self, on: Ground, folder: Path, devices: Network, workspace: Any) -> None:
        self.on, self.devices, self.workspace = on, devices, workspace
        self.folder = new_run(folder / "runs", lambda: datetime.now(tz=UTC))

    def plan(self) -> tuple[Any, Any]:
        """Look, and plan."""
        seen = look(self.workspace, self.devices)
        return seen, planned(self.workspace, seen, Allowed())

    def provision(self) -> tuple[Provisioned, int]:
        """Look, plan, write, prove; keep or put back."""
        seen, plan = self.plan()
        result = provision(self.workspace, self.devices, seen, plan, self.folder, 15, 3)
        return result, exit_code(result, seen)


@contextmanager
def desk(on: Ground, tmp_path: Path, **said: Any) -> Iterator[Desk]:
    """Write an inventory and open it; `said` is what loopbacks of a device are beside the usual."""
    folder = tmp_path / "inventory"
    folder.mkdir()
    hosts = {
        name: {
            "hostname": LOCAL,
            "port": on.emulation.ports[name],
            "platform": on.device(name).system.name,
            "username": USER,
            "password": PASSWORD,
            "data": {
                "transport": "napalm",
                "loopbacks": {
                    0: {"ipv4": f"{ipv4}/32", "description": "ours", "advertise": {"ospf": {"area": 0}}},
                    **said.get(name, {}),
                },
            },
        }
        for name, ipv4 in LOOPBACKS.items()
    }
    extras = {
        "use_keys": False, "allow_agent": False, "alt_host_keys": True, "alt_key_file": str(on.known_hosts),
        "system_host_keys": False,
    }  # fmt: skip
    defaults = {"connection_options": {"netmiko": {"extras": extras}}}
    for name, content in (("hosts", hosts), ("groups", {}), ("defaults", defaults)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    workspace = open_workspace(folder)
    with workspace.network(4, Progress()) as devices:
        yield Desk(on, tmp_path, devices, workspace)


def states(on: Ground) -> dict[str, tuple[str, str]]:
    """The running and the startup configuration of every device."""
    return {name: (device.running.text(), device.startup) for name, device in on.emulation.devices.items()}


def test_a_run_over_drivers_is_proved_kept_and_then_silent(on: Ground, tmp_path: Path) -> None:
    with desk(on, tmp_path) as at:
        result, code = at.provision()
        assert (code, result.kept) == (0, ("r1", "r2"))
        on.emulation.advance(3600)
        after, sent = states(on), {n: d.counters.configuration_lines for n, d in on.emulation.devices.items()}
        assert "Loopback0" in after["r1"][1]
        assert not at.plan()[1].changing
        assert states(on) == after
        assert {n: d.counters.configuration_lines for n, d in on.emulation.devices.items()} == sent


def test_a_refusal_that_the_driver_does_not_see_is_put_back(on: Ground, tmp_path: Path) -> None:
    before = states(on)
    on.device("r1").faults.add(Fault("reject", match="ip address", text="% 10.128.0.1 overlaps with Loopback9"))
    with desk(on, tmp_path) as at:
        result, code = at.provision()
    assert code == 5
    assert isinstance(result.failed["r1"], NotTaken)
    assert result.put_back["r1"].restored
    assert states(on)["r1"] == before["r1"]
    on.emulation.advance(3600)
    assert states(on)["r1"] == before["r1"]


def test_a_device_that_has_gone_back_by_itself_is_as_before(
    on: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = states(on)

    def late(*given: Any) -> Any:
        on.emulation.advance(7200)
        return confirm(*given)

    monkeypatch.setattr("playbooks.waves.confirm", late)
    with desk(on, tmp_path) as at:
        result, code = at.provision()
    assert (code, result.kept) == (5, ())
    assert [put.restored for put in result.put_back.values()] == [True, True]
    assert {name: state[0] for name, state in states(on).items()} == {name: state[0] for name, state in before.items()}
    assert "Loopback0" not in on.device("r1").startup


def test_a_candidate_that_lacks_a_line_is_dropped(on: Ground, tmp_path: Path) -> None:
    before = states(on)
    on.device("r2").faults.add(Fault("ignore", match="description"))
    with desk(on, tmp_path) as at:
        seen, plan = at.plan()
        jobs = {"r2": jobs_of(at.workspace, seen, plan)["r2"]}
        outcome = deploy(at.devices, jobs, at.folder)["r2"]
        assert isinstance(outcome.error, NotTaken)
        assert database(on.device("r2")).holder is None
    assert states(on)["r2"] == before["r2"]


def test_a_timer_of_somebody_else_is_a_lock(on: Ground, tmp_path: Path) -> None:
    other = on.writer("r1", "netmiko")
    other.write(["interface Loopback99", " description theirs"], 120)
    before = states(on)["r1"]
    with desk(on, tmp_path) as at:
        seen, plan = at.plan()
        job = jobs_of(at.workspace, seen, plan, {"r1": 30})["r1"]
        outcome = deploy(at.devices, {"r1": job}, at.folder)["r1"]
        assert isinstance(outcome.error, Locked)
    assert states(on)["r1"] == before


FILES = {"no room": ("full-flash", "space"), "spoiled on the way": ("md5", "transfer")}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_does_not_arrive_is_told(on: Ground, case: str) -> None:
    kind, said = FILES[case]
    on.device("r1").faults.add(Fault(kind))  # type: ignore[arg-type]
    before = states(on)["r1"]
    with pytest.raises(DeviceError, match=f"(?i){said}"):
        on.transaction("r1", "napalm").load(["interface Loopback7"])
    assert states(on)["r1"] == before


# --- Nornir


def bare_nornir() -> Nornir:
    hosts = Hosts({name: Host(name, defaults=Defaults()) for name in LOOPBACKS})
    return Nornir(inventory=Inventory(hosts, Groups(), Defaults()), runner=SerialRunner())


def failing(task: Task) -> Result:
    if task.host.name == "r1":
        raise LineRejected("r1", "a line", "% refused", ())
    return Result(task.host)


def named(task: Task) -> Result:
    return Result(task.host, result=task.host.name)


def test_a_host_that_failed_is_skipped_by_what_comes_after_without_the_cure() -> None:
    nornir = bare_nornir()
    nornir.run(failing)
    assert set(nornir.run(named)) == {"r2"}


def test_a_host_that_failed_is_asked_by_every_phase_and_closed(on: Ground, tmp_path: Path) -> None:
    def refuse(reader: Reader, platform: Platform) -> str:
        if reader.name == "r1":
            raise LineRejected("r1", "a line", "% refused", ())
        return reader.name

    with desk(on, tmp_path) as at:
        first = at.devices.on("first", LOOPBACKS, refuse)
        second = at.devices.on("second", LOOPBACKS, lambda reader, _: reader.name)
        assert isinstance(first["r1"].error, LineRejected)
        assert [second[name].value for name in LOOPBACKS] == list(LOOPBACKS)
        hosts = at.devices.nornir.inventory.hosts
        assert [list(hosts[name].connections) for name in LOOPBACKS] == [["napalm"], ["napalm"]]
    assert [list(hosts[name].connections) for name in LOOPBACKS] == [[], []]


# --- answers that a driver hands over as Python writes them

NESTED = str([{"a": [{"b": [{"c": [{"d": [number]}]}]}]} for number in range(60)])


def at_once(work: Callable[[], Any]) -> list[BaseException]:
    """Run the same in four threads until one raises; return what was raised.

    The interpreter changes threads in the middle of parsing only where Python code runs there: that of a collection.
    """
    raised: list[BaseException] = []

    def run() -> None:
        try:
            for _ in range(20):
                if not raised:
                    work()
        except BaseException as error:  # noqa: BLE001 - whatever it is
            raised.append(error)

    def change(phase: str, info: dict[str, int]) -> None:
        time.sleep(0)

    threads = [threading.Thread(target=run) for _ in range(4)]
    gc.callbacks.append(change)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        gc.callbacks.remove(change)
    return raised


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the fault is one of Python 3.11")
def test_reading_what_python_writes_fails_in_threads_without_the_cure() -> None:
    assert {type(error) for error in at_once(lambda: ast.literal_eval(NESTED))} == {SystemError}


def test_what_python_writes_is_read_in_threads() -> None:
    session = DriverSession("r2", None, PLATFORMS["junos"].driver, {})  # type: ignore[arg-type]
    assert at_once(lambda: session._literal("show", NESTED)) == []


def test_an_answer_that_is_not_what_python_writes_is_told() -> None:
    session = DriverSession("r2", None, PLATFORMS["junos"].driver, {})  # type: ignore[arg-type]
    with pytest.raises(UnexpectedAnswer, match="cannot be read"):
        session._literal("show", "{broken")
