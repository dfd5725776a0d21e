"""Three devices of one system that are all changed, two in the first wave and one in the second."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from click.testing import Result

from lab.emulated.device import Device
from tests.killed_sites import DAY, LEFT, Site, site

FIRST, LAST = ("r1", "r2"), "r3"
TERMS = ("--deadline", "0.1", "--vantage-points", "1")
PROVISION = ("provision", "--yes", "--waves", "2,100%", *TERMS)
NUMBER = 3
"""The loopback that each device gets."""


@dataclass
class Waves(Site):
    """The site, and what each device has before and after."""

    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)

    @property
    def devices(self) -> dict[str, Device]:
        """All devices by name."""
        return dict(self.on.emulation.devices)

    def begin(self) -> None:
        """Leave the devices as they are, and see what they have after."""
        path = self.folder / "inventory" / "hosts.yaml"
        hosts = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, host in hosts.items():
            address = f"10.128.{NUMBER}.{name[1:]}/32"
            host["data"]["loopbacks"][NUMBER] = {"ipv4": address, "advertise": {"ospf": {"area": 0}}}
        path.write_text(yaml.safe_dump(hosts), encoding="utf-8")
        self.before = self.running()
        result = self.ask(*PROVISION)
        assert result.exit_code == 0, result.output
        self.after = self.running()
        assert all(self.after[name] != text for name, text in self.before.items())

    def anew(self) -> None:
        """Let all devices be as before, and forget all runs."""
        for name, text in self.before.items():
            self.devices[name].faults.clear()
            self.devices[name].startup = text
            self.devices[name].reload()
        super().anew()

    def running(self) -> dict[str, str]:
        """What each device has."""
        return {name: device.running.text() for name, device in self.devices.items()}

    def lines(self) -> dict[str, int]:
        """How many configuration lines each device was sent so far."""
        return {name: device.counters.configuration_lines for name, device in self.devices.items()}

    def go_on(self, command: str) -> Result:
        """Go on with the last run."""
        return self.ask(command, self.run.name, "--yes", *TERMS)

    def stay(self, wanted: dict[str, str]) -> None:
        """See that each device has a configuration, would start with it, and that nothing undoes it later."""
        for _ in range(2):
            assert self.running() == wanted
            assert {name: device.startup for name, device in self.devices.items()} == wanted
            assert not any(LEFT[self.system.name](device) for device in self.devices.values())
            self.on.emulation.advance(DAY)


@contextmanager
def waves(name: str, folder: Path) -> Iterator[Waves]:
    """Start the devices of a site, with the loopbacks that are not changed."""
    with site(name, folder) as at:
        at.inventory(changed=False)
        made = Waves(at.system, at.on, folder, at.old, at.new)
        made.begin()
        yield made
