"""A network of emulated devices, one of each way to change a device, and our commands run upon it in a folder."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner

from lab.emulated.device import PASSWORD, Device
from lab.emulated.eos_sessions import ConfigSessions
from lab.emulated.faults import Fault
from lab.emulated.ios_archive import PENDING, TIMER
from lab.emulated.iosxr_commits import Commits
from lab.emulated.junos_commit import database
from lab.emulated.nxos_checkpoints import kept as checkpoints
from lab.waiting import wait_until
from loopwright.journal import Entry, read_journal
from playbooks.cli import main
from tests.hazards.ground import LOCAL, USER, Ground, ground
from tests.practice import merged

WAYS = {
    "r1": ("ios", ""),  # line by line, with the device's own timer
    "r2": ("nxos", ""),  # line by line, with a checkpoint
    "r3": ("iosxr", ""),  # a candidate in a shell, with a timer that only that shell ends
    "r4": ("junos", ""),  # a candidate behind a driver, with a timer
    "r5": ("eos", ""),  # a session behind a driver, with a timer
    "r6": ("ios", "napalm"),  # a file that is merged under a timer
    "r7": ("ios", ""),  # line by line without a timer
    "r8": ("ios", ""),  # the healthy one
}
NAMES = {"ios": "r1", "nxos": "r2", "iosxr": "r3", "junos": "r4", "eos": "r5", "ios by file": "r6", "ios alone": "r7"}
HEALTHY = "r8"


@dataclass(frozen=True)
class Told:
    """How a command ended: its exit code, what it printed, and the folder of its run."""

    code: int
    out: str
    err: str
    run: Path | None
    error: BaseException | None = None

    @property
    def document(self) -> Mapping[str, Any]:
        """The report of the run."""
        assert self.run is not None, self.err
        found: Mapping[str, Any] = json.loads((self.run / "report.json").read_text())
        return found

    @property
    def journal(self) -> list[Entry]:
        """The journal of the run, read with its seals."""
        assert self.run is not None, self.err
        return read_journal(self.run / "journal.jsonl")

    def ended(self, device: str) -> Mapping[str, Any]:
        """What the report tells of a device."""
        found: Mapping[str, Any] = next(each for each in self.document["outcomes"] if each["device"] == device)
        return found

    def ends(self) -> dict[str, str]:
        """How each device ended."""
        return {each["device"]: each["ended"] for each in self.document["outcomes"]}


@dataclass
class Desk:
    """A network and a folder with its inventory."""

    on: Ground
    folder: Path
    hosts: dict[str, Any] = field(default_factory=dict)

    def want(self, hosts: Mapping[str, Any], groups: Mapping[str, Any] | None = None, **defaults: Any) -> None:
        """Say more about hosts, and of all of them, in the inventory."""
        self.hosts = merged(self.hosts, hosts)
        place = self.folder / "inventory"
        place.mkdir(exist_ok=True)
        extras = {
            "use_keys": False, "allow_agent": False, "alt_host_keys": True,
            "alt_key_file": str(self.on.known_hosts), "system_host_keys": False,
        }  # fmt: skip
        options = {
            "netmiko": {"extras": extras},
            "napalm": {"extras": {"tls_ca": str(self.on.certificate)}},
        }
        said = {"connection_options": options, "data": defaults}
        for name, content in (("hosts", self.hosts), ("groups", groups or {}), ("defaults", said)):
            (place / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def run(self, *words: str) -> Told:
        """Run a command in the folder."""
        before = self.runs()
        told = CliRunner(env={"COLUMNS": "200"}).invoke(main, list(words))  # no line of ours is broken in two
        error = None if isinstance(told.exception, SystemExit) else told.exception
        new = [run for run in self.runs() if run not in before]
        return Told(told.exit_code, told.stdout, told.stderr, new[-1] if new else None, error)

    def provision(self, *words: str, deadline: float = 2) -> Told:
        """Provision without being asked."""
        return self.run("provision", "--yes", "--deadline", str(deadline), "--vantage-points", "1", *words)

    def runs(self) -> list[Path]:
        """The folders of the runs so far."""
        return sorted((self.folder / "runs").glob("*")) if (self.folder / "runs").exists() else []

    def lines(self) -> dict[str, int]:
        """How many configuration lines each device was sent so far."""
        return {name: device.counters.configuration_lines for name, device in self.on.emulation.devices.items()}

    def states(self) -> dict[str, tuple[str, str]]:
        """The running and the startup configuration of every device."""
        return {name: state(device) for name, device in self.on.emulation.devices.items()}

    def fault(self, device: str, kind: Any, **said: Any) -> None:
        """Set a fault."""
        self.on.device(device).faults.add(Fault(kind, **said))


def state(device: Device) -> tuple[str, str]:
    """The running and the startup configuration of a device."""
    return device.running.text(), device.startup


def left_behind(device: Device) -> list[str]:
    """What a run should not leave on a device: connections, timers, locks, candidates, checkpoints."""
    wait_until(lambda: not device.sessions, 2)
    found = [f"{len(device.sessions)} connections"] if device.sessions else []
    with device.lock:
        return found + _LEFT[device.system.name](device)


def _left_by_timer(device: Device) -> list[str]:
    return [f"{name}" for name in (PENDING, TIMER) if name in device.state]


def _left_in_commits(device: Device) -> list[str]:
    commits = Commits.of(device)
    return ["trial"] * (commits.trial is not None) + [f"session {each.ident}" for each in commits.sessions]


def _left_in_database(device: Device) -> list[str]:
    kept = database(device)
    told = {"lock": kept.holder, "commit to be confirmed": kept.pending, "candidate": kept.modified_by}
    return [what for what, there in told.items() if there]


def _left_in_sessions(device: Device) -> list[str]:
    shown = ConfigSessions.of(device).shown((4, 30), detail=True)["sessions"]
    return [f"session {name}, {each['state']}" for name, each in shown.items() if each["state"] != "completed"]


_LEFT: Mapping[str, Callable[[Device], list[str]]] = {
    "ios": _left_by_timer,
    "nxos": lambda device: [f"checkpoint {name}" for name in checkpoints(device)],
    "iosxr": _left_in_commits,
    "junos": _left_in_database,
    "eos": _left_in_sessions,
}


def loopback(number: int, name: str) -> dict[str, Any]:
    """What the inventory wants of one loopback of a device."""
    address = f"10.128.{number}.{name.removeprefix('r')}/32"
    return {"ipv4": address, "description": f"loopback {number}", "advertise": {"ospf": {"area": 0}}}


def wanted(on: Ground, ways: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """hosts.yaml: each device with its loopback 0."""
    return {
        name: {
            "hostname": LOCAL, "port": on.emulation.ports[name], "platform": system, "username": USER,
            "password": PASSWORD,
            "data": {**({"transport": way} if way else {}), "loopbacks": {0: loopback(0, name)}},
        }
        for name, (system, way) in ways.items()
    }  # fmt: skip


@contextmanager
def started(folder: Path, ways: Mapping[str, tuple[str, str]] = WAYS) -> Iterator[Ground]:
    """Start the devices of a network, in a chain."""
    with ground(folder, [system for system, _ in ways.values()]) as made:
        yield made


@contextmanager
def desk(on: Ground, folder: Path, ways: Mapping[str, tuple[str, str]] = WAYS) -> Iterator[Desk]:
    """Open a folder with an inventory; in the end every device starts anew from what it started with."""
    kept = {name: device.startup for name, device in on.emulation.devices.items()}
    at = Desk(on, folder)
    at.want(wanted(on, ways))
    try:
        yield at
    finally:
        restart(on, kept)


def restart(on: Ground, startups: Mapping[str, str], only: Iterable[str] = ()) -> None:
    """Let devices start anew, without faults and with what they are to start with."""
    for name, text in startups.items():
        if only and name not in only:
            continue
        device = on.device(name)
        device.faults.clear()
        device.startup = text
        device.files.content.clear()
        device.reload()


class Untouched:
    """Devices that are to be as they are now, and are to be sent no line."""

    def __init__(self, at: Desk) -> None:
        self.at = at
        self.states, self.lines = at.states(), at.lines()

    def after(self, told: Told, code: int, *words: str) -> None:
        """See that a command was refused with words, and that no device knows of it."""
        said = " ".join((told.out + told.err).split())
        assert told.code == code, said
        assert [text for text in words if text not in said] == [], said
        assert (self.at.states(), self.at.lines()) == (self.states, self.lines)


def describing(*names: str, text: str = "another one") -> Mapping[str, Any]:
    """An inventory that wants another description of a loopback of some devices."""
    return {name: {"data": {"loopbacks": {0: {"description": text}}}} for name in names}


def planned(at: Desk, *words: str) -> Path:
    """Save a plan."""
    file = at.folder / "change.json"
    told = at.run("plan", "--out", str(file), *words)
    assert told.code == 0, told.out + told.err
    return file
