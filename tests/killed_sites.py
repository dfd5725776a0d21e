"""Three devices of one system in a row, the change that is killed on the middle one, and what a run may leave there."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any, Self

import pytest
import yaml
from click.testing import CliRunner, Result

from lab.emulated.device import PASSWORD, Device
from lab.emulated.eos_sessions import ConfigSessions
from lab.emulated.ios_archive import PENDING
from lab.emulated.iosxr_commits import Commits
from lab.emulated.junos_commit import database
from lab.emulated.nxos_checkpoints import kept
from loopwright.journal import Entry, read_journal
from loopwright.run_folder import JOURNAL
from playbooks.cli import main
from tasks.settle import wait_for_timers
from tests.hazards.ground import LOCAL, USER, Ground, ground, hurried
from tests.killed import HURRY, SAID, run_and_kill

CHANGED = "r2"
TERMS = ("--deadline", "5", "--vantage-points", "1")
PROVISION = ("provision", "--yes", "--limit", CHANGED, *TERMS)
DATA: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "data" / "killed.yaml").read_text(encoding="utf-8"))
DAY = 86400
STEP = 30.0  # seconds of a device's clock between two looks at its timer
IN_OSPF = {"ospf": {"area": 0}, "ospf3": {"area": 0}}


@dataclass(frozen=True)
class System:
    """What the devices of a site are, and how they are driven."""

    name: str
    transport: str = ""
    candidate: bool = False
    archive: bool = True


SYSTEMS = {
    "ios": System("ios"),
    "ios-without-timer": System("ios", archive=False),
    "ios-over-napalm": System("ios", "napalm", candidate=True),
    "nxos": System("nxos"),
    "iosxr": System("iosxr", candidate=True),
    "eos": System("eos", candidate=True),
    "junos": System("junos", candidate=True),
}


def _loopbacks(number: int, system: str, *, changed: bool) -> dict[int, Any]:
    """One that stays, one that gets other addresses, and one more; where a VRF has one at most, two in two VRFs."""
    here = 100 + number if changed else number
    stays = {"ipv4": f"10.128.0.{number}/32", "ipv6": f"2001:db8:1000::{number}/128", "advertise": IN_OSPF}
    moves = {
        "ipv4": f"10.128.1.{here}/32", "ipv6": f"2001:db8:1000:1::{here}/128", "advertise": IN_OSPF,
        "description": "after" if changed else "before",
    }  # fmt: skip
    if number != int(CHANGED[1:]):
        return {0: stays}
    comes: dict[int, Any] = {2: {"ipv4": "10.128.2.2/32", "advertise": {"ospf": {"area": 0}}}} if changed else {}
    if system == "junos":
        comes = {2: {"ipv4": "10.128.2.2/32", "vrf": "blue"}} if changed else {}
        return {0: moves, **comes}
    return {0: stays, 1: moves, **comes}


@dataclass
class Site:
    """Devices that listen; `old` and `new` are the running configuration of the middle one before and after."""

    system: System
    on: Ground
    folder: Path
    old: str = ""
    new: str = ""

    @property
    def device(self) -> Device:
        """The one that is changed."""
        return self.on.device(CHANGED)

    @property
    def runs(self) -> list[Path]:
        """The folders of the runs, oldest first."""
        return sorted((self.folder / "runs").glob("*"))

    @property
    def run(self) -> Path:
        """The folder of the last run."""
        return self.runs[-1]

    def begin(self) -> None:
        """Give the devices what they have before, and see what they have after."""
        if not self.system.archive:
            self._without_archive()
        self.old, self.new = (self._provisioned(changed=changed) for changed in (False, True))
        assert self.new != self.old

    def _provisioned(self, *, changed: bool) -> str:
        self.inventory(changed=changed)
        result = self.ask("provision", "--yes", *TERMS)
        assert result.exit_code == 0, result.output
        text: str = self.device.running.text()
        assert self.device.startup == text
        return text

    def _without_archive(self) -> None:
        for device in self.on.emulation.devices.values():
            device.running.apply(["no archive"])
            device.saved()

    def anew(self) -> None:
        """Let the device be as before, and forget all runs."""
        for path in self.runs:
            for file in path.iterdir():
                file.unlink()
            path.rmdir()
        self.device.startup = self.old
        self.device.reload()
        self.device.files.content.clear()
        self.gone()

    def inventory(self, *, changed: bool) -> None:
        """Write the inventory."""
        folder = self.folder / "inventory"
        folder.mkdir(exist_ok=True)
        hosts = {
            name: {
                "hostname": LOCAL,
                "port": port,
                "platform": self.system.name,
                "username": USER,
                "password": PASSWORD,
                "data": {
                    **({"transport": self.system.transport} if self.system.transport and name == CHANGED else {}),
                    "loopbacks": _loopbacks(int(name[1:]), self.system.name, changed=changed),
                },
            }
            for name, port in self.on.emulation.ports.items()
        }
        extras = {
            "use_keys": False, "allow_agent": False, "alt_host_keys": True, "alt_key_file": str(self.on.known_hosts),
            "system_host_keys": False,
        }  # fmt: skip
        options = {
            "netmiko": {"extras": extras},
            **({"napalm": {"extras": {"tls_ca": str(self.on.certificate)}}} if self.system.name == "eos" else {}),
        }
        for name, content in (("hosts", hosts), ("groups", {}), ("defaults", {"connection_options": options})):
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")

    def ask(self, *words: str) -> Result:
        """Run a command here to its end, and wait until the devices have noticed."""
        result = self.answer(*words)
        self.gone()
        return result

    def answer(self, *words: str) -> Result:
        """Run a command here; the device's clock goes on where a command waits for it."""
        waiting = partial(wait_for_timers, wait=lambda _: self.on.emulation.advance(STEP))
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr("playbooks.unfinished.wait_for_timers", waiting)
            result = CliRunner().invoke(main, words)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def kill(self, context: ForkServerContext, entry: int, *words: str, after: bool) -> None:
        """Run a command in a process of its own, kill it at an entry, and wait until the devices have noticed."""
        killed = run_and_kill(context, self.folder, words, entry, after=after, hurry=True)
        assert killed, (self.folder / SAID).read_text(encoding="utf-8")
        self.gone()

    def gone(self) -> None:
        """Wait until nobody is connected to the device."""
        late = time.monotonic() + 10
        while self.device.sessions or (self.system.name == "junos" and database(self.device).holder is not None):
            assert time.monotonic() < late, "a session is still there"
            time.sleep(0.002)

    def status(self) -> Mapping[str, Any]:
        """What the journal of the last run tells of the device."""
        told: dict[str, Any] = json.loads(self.ask("status", self.run.name, "--json").stdout)
        return next(d for d in told["runs"][0]["devices"] if d["device"] == CHANGED)

    def entries(self) -> list[Entry]:
        """The journal of the last run."""
        return read_journal(self.run / JOURNAL)

    def applied(self, lines: Sequence[str]) -> str:
        """What the device has once it has taken some lines."""
        store = self.device.system.store(self.old)
        store.apply(lines)
        text: str = store.text()
        return text

    def left(self) -> str:
        """What a run has left on the device beside its configuration, "" for nothing."""
        return LEFT[self.system.name](self.device)

    def stays(self, text: str) -> None:
        """See that the device has a configuration, would start with it, and that nothing undoes it later."""
        assert self.device.running.text() == text
        assert self.device.startup == text
        assert not self.left()
        self.on.emulation.advance(DAY)
        assert self.device.running.text() == text
        assert self.device.startup == text


def told(path: Path) -> list[str]:
    """What a journal has, in few words."""
    return [" ".join(filter(None, (e["event"], e.get("action")))) for e in read_journal(path / JOURNAL)]


def _left_ios(device: Device) -> str:
    return "a timer" if PENDING in device.state else ""


def _left_nxos(device: Device) -> str:
    return ", ".join(kept(device))


def _left_iosxr(device: Device) -> str:
    found = Commits.of(device)
    return f"{found.sessions} {found.trial}" if found.sessions or found.trial else ""


def _left_eos(device: Device) -> str:
    sessions = ConfigSessions.of(device).shown((4, 30), detail=True)["sessions"]
    return ", ".join(name for name, told in sessions.items() if told["state"] != "completed")


def _left_junos(device: Device) -> str:
    found = database(device)
    edited = found.candidate.text() != found.running.text()
    return f"{found.holder} {found.pending} {edited}" if found.holder or found.pending or edited else ""


LEFT: Mapping[str, Callable[[Device], str]] = {
    "ios": _left_ios,
    "nxos": _left_nxos,
    "iosxr": _left_iosxr,
    "eos": _left_eos,
    "junos": _left_junos,
}


@contextmanager
def site(name: str, folder: Path) -> Iterator[Site]:
    """Start the devices of a site."""
    system = SYSTEMS[name]
    with ground(folder, (system.name,) * 3) as on, hurried(HURRY):
        made = Site(system, on, folder)
        made.begin()
        made.anew()
        yield made


class Sites:
    """One site at a time; `folder` makes a folder by name."""

    def __init__(self, folder: Callable[[str], Path]) -> None:
        self._folder = folder
        self._name = ""
        self._site: Site | None = None
        self._open = ExitStack()

    def of(self, name: str) -> Site:
        """The site of a system; the one before is closed."""
        if self._site is None or self._name != name:
            self._open.close()
            self._name, self._site = name, self._open.enter_context(site(name, self._folder(name)))
        return self._site

    def __enter__(self) -> Self:
        """Begin with none."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the last."""
        self._open.close()
