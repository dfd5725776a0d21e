"""A network of two routers that is not there: its answers are texts, and the command line cannot tell."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from loopwright.errors import LoopwrightError
from loopwright.models import Observed
from loopwright.observe import observe
from loopwright.outcome import Outcome
from loopwright.picture import Picture
from loopwright.platform import load_platforms
from loopwright.verdict import Cause, Rung, State, Verdict
from playbooks.cli import main
from playbooks.ending import Provisioned
from playbooks.look import Seen
from playbooks.undertaking import Undertaking
from tasks.identify import Identity
from tasks.prove import Proof

PLATFORM = load_platforms()["frr"]
HOSTS = """\
r1:
  hostname: 192.0.2.1
  groups: [core]
  data: {loopbacks: {0: {ipv4: 198.51.100.1/32}}}
r2:
  hostname: 192.0.2.2
  groups: [core]
  data: {loopbacks: {0: {ipv4: 198.51.100.2/32}}}
"""
GROUPS = """\
core:
  platform: frr
  data:
    loopbacks:
      0: {role: router-id, advertise: {ospf: {area: 0}}}
"""
BARE = """\
interface eth0
 ip address 192.0.2.{number}/24
 ip ospf area 0
exit
router ospf
 ospf router-id 198.51.100.{number}
exit
"""
READY = f"""\
{BARE}interface lo
 ip address 198.51.100.{{number}}/32
 ip ospf area 0
exit
"""


@dataclass
class Fabricated:
    """What the two routers would answer; tests change it before they run a command."""

    folder: Path
    configurations: dict[str, str] = field(default_factory=dict)
    errors: dict[str, LoopwrightError] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    written: list[Provisioned] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)

    def configure(self, text: str) -> None:
        """Give both routers a configuration."""
        self.configurations = {f"r{number}": text.format(number=number) for number in (1, 2)}

    def judge(self, state: State = "pass", **more: Any) -> None:
        """Let every address pass all rungs, and the first of them end in a state."""
        self.verdicts = [
            Verdict(f"r{number}", 0, f"198.51.100.{number}/32", rung, "pass", "as expected", "as expected")
            for number in (1, 2)
            for rung in Rung
            if rung <= Rung.REACHABLE
        ]
        if state != "pass":
            self.verdicts[6] = Verdict(
                "r1", 0, "198.51.100.1/32", Rung.REACHABLE, state, "an answer", "no answer", **more
            )

    def arrange(
        self, configuration: str = READY, state: State = "pass", cause: Cause | None = None, **more: Any
    ) -> None:
        """Configure, judge, and set what else is told."""
        self.configure(configuration)
        self.judge(state, cause=cause)
        for name, value in more.items():
            setattr(self, name, value)

    def observed(self) -> dict[str, Observed]:
        """What the routers that answer are."""
        return {
            name: observe(name, text, PLATFORM) for name, text in self.configurations.items() if name not in self.errors
        }

    def look(self, *_: object) -> Seen:
        """Stand in for looking."""
        return Seen(self.observed(), self.errors)

    def prove(self, *_: object) -> Proof:
        """Stand in for proving."""
        return Proof(tuple(self.verdicts), Picture({}, {}), readings=2, seconds=1.0)

    def read_before(self, *_: object) -> None:
        """Stand in for what is read beside the configuration before a change: nothing, and so no harm is looked for."""

    def carry_out(self, undertaking: Undertaking) -> Provisioned:
        """Stand in for writing."""
        plan = undertaking.plan
        kept = tuple(p.device for p in plan.changing)
        result = Provisioned(plan, **{"kept": kept, "proof": self.prove(), **self.result})
        self.written.append(result)
        return result

    def identify(self, *_: object) -> dict[str, Outcome[Identity]]:
        """Stand in for asking the routers what they are."""
        seen = self.observed()
        told = {name: self.identities.get(name) or Identity("8.4.4", True, "a router", seen[name]) for name in seen}
        return {
            **{name: Outcome(name, value=value) for name, value in told.items()},
            **{name: Outcome(name, error=error) for name, error in self.errors.items()},
        }

    def run(self, *arguments: str) -> Result:
        """Run a command on the folder."""
        command, *rest = arguments
        inventory = () if command in {"schema", "init"} else ("--inventory", "inventory")
        return CliRunner(env={"COLUMNS": "100"}).invoke(main, [command, *inventory, *rest])


STANDING_IN = {
    "look": ("propose", "provision", "verify", "audit", "explain"),
    "read_before": ("propose", "provision"),
    "prove": ("provision", "verify", "audit"),
    "carry_out": ("provision",),
}


def fabricate(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fabricated]:
    """Write the inventory, and let the fabricated network answer for every playbook."""
    inventory = folder / "inventory"
    inventory.mkdir()
    (inventory / "hosts.yaml").write_text(HOSTS)
    (inventory / "groups.yaml").write_text(GROUPS)
    fake = Fabricated(folder)
    fake.configure(READY)
    fake.judge()
    for name, playbooks in STANDING_IN.items():
        for playbook in playbooks:
            monkeypatch.setattr(f"playbooks.{playbook}.{name}", getattr(fake, name))
    monkeypatch.setattr("playbooks.explain.explain", fake.prove)
    monkeypatch.setattr("playbooks.validate.identify_devices", fake.identify)
    monkeypatch.setattr("playbooks.validate.known_elsewhere", lambda *_: fake.known)
    monkeypatch.setattr("tasks.network.Network.each", _asked)
    yield fake


def _asked(*_: object) -> None:
    raise AssertionError("a device was asked")
