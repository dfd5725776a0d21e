"""Real faults on running routers: the ladder names the rung, the device and the cause, and blames nothing else."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

import lab
from loopwright.verdict import Verdict
from playbooks.verify import Verified
from tests.practice import Desk, Practice, desk, merged, until, write_inventory

pytestmark = [pytest.mark.lab, pytest.mark.timeout(90)]

DATA = Path(__file__).parent / "data" / "faults.yaml"
GOLDEN = Path(__file__).parent / "golden" / "frr" / "faults"
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"
CASES: dict[str, Any] = yaml.safe_load(DATA.read_text())


@dataclass(frozen=True)
class Fault:
    """How to break the network, and how to mend it: lines for the configuration mode and commands for the kernel."""

    name: str
    vtysh: Mapping[str, list[str]] = field(default_factory=dict)
    kernel: Mapping[str, list[str]] = field(default_factory=dict)
    mend_vtysh: Mapping[str, list[str]] = field(default_factory=dict)
    mend_kernel: Mapping[str, list[str]] = field(default_factory=dict)
    hosts: Mapping[str, Any] = field(default_factory=dict)
    vantage_points: int | None = 3

    def make(self, network: lab.Network) -> None:
        """Break it."""
        _apply(network, self.vtysh, self.kernel)

    def mend(self, network: lab.Network) -> None:
        """Mend it."""
        _apply(network, self.mend_vtysh, self.mend_kernel)


def _apply(network: lab.Network, vtysh: Mapping[str, list[str]], kernel: Mapping[str, list[str]]) -> None:
    for router, commands in kernel.items():
        for command in commands:
            done = network.run(router, ["sh", "-ec", command])
            assert done.returncode == 0, (command, done.stderr)
    for router, lines in vtysh.items():
        network.vtysh(router, "configure terminal", *lines)


def told(verified: Verified) -> str:
    """What a verification says: every address with its last rung, and all about those that do not pass."""
    last: dict[tuple[str, str], Verdict] = {(v.device, v.address): v for v in verified.proof.verdicts}
    lines = []
    for (device, address), verdict in sorted(last.items()):
        lines.append(f"{device} {address}: {verdict.state}, rung {verdict.rung} {verdict.rung.words}")
        if verdict.state == "pass":
            continue
        lines += [f"    expected: {verdict.expected}", f"    actual: {verdict.actual}"]
        if (cause := verdict.cause) is not None:
            lines.append(f"    cause: {cause.kind}, {cause.device or 'between devices'}: {cause.text}")
            lines.append(f"    shown by: {cause.command or '-'}")
            lines += [f"    mended by: {line}" for line in cause.lines]
    lines.append(f"vantage points at fault: {', '.join(verified.proof.broken_vantages) or 'none'}")
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", "\n".join(lines)) + "\n"
    # A session that is down tries again every few seconds, and its state says how far it is.
    return re.sub(r"is (?:Idle|Connect|Active|OpenSent|OpenConfirm)$", "is DOWN", text, flags=re.MULTILINE)


def passes(text: str) -> bool:
    """Whether all that was told is good."""
    return not re.search(r": (fail|unproven|error),", text) and text.endswith("fault: none\n")


@pytest.fixture(scope="module")
def wide(
    provisioned: lab.Network, _practice: Practice, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[lab.Network]:
    """The network with further loopbacks: one on p2, an anycast pair on p1 and p4, one with a /24 on a2."""
    folder = write_inventory(provisioned, tmp_path_factory.mktemp("wide") / "inventory", CASES["further"])
    with desk(provisioned, folder, deadline=30) as at:
        run = at.provision()
        assert run.code == 0, (run.result, run.failing)
    before, _practice.hosts = _practice.hosts, CASES["further"]
    yield provisioned
    _practice.hosts = before
    gone = {host: {"data": {"loopbacks": {1: {"state": "absent"}}}} for host in CASES["further"]}
    write_inventory(provisioned, folder, gone)
    with desk(provisioned, folder, deadline=30) as at:
        run = at.provision()
    assert run.code == 0, (run.result, run.failing)


@pytest.fixture
def at(wide: lab.Network, practice: lab.Network, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """The desk of an operator with the inventory of the whole network."""
    folder = write_inventory(wide, tmp_path / "inventory", CASES["further"])
    more = getattr(request, "param", {})
    if more:
        write_inventory(wide, folder, merged(CASES["further"], more))
    with desk(wide, folder) as opened:
        yield opened


def compared(name: str, at: Desk, vantage_points: int | None = 3) -> None:
    """Verify until what is told is the golden text, or has not changed for some readings; then it must be."""
    path = GOLDEN / f"{name}.txt"
    if UPDATE:
        path.parent.mkdir(parents=True, exist_ok=True)
        seen: list[str] = []
        until(
            lambda: seen.append(told(at.verify(vantage_points))), lambda _: len(seen) > 3 and len(set(seen[-3:])) == 1
        )
        path.write_text(seen[-1])
    expected = path.read_text()
    assert until(lambda: told(at.verify(vantage_points)), lambda text: text == expected) == expected


FAULTS = [Fault(name, **case) for name, case in CASES["faults"].items()]


@pytest.mark.parametrize(("at", "fault"), [pytest.param(f.hosts, f, id=f.name) for f in FAULTS], indirect=["at"])
def test_fault_is_named_by_rung_and_cause_and_nothing_else_is_blamed(at: Desk, fault: Fault) -> None:
    try:
        fault.make(at.lab)
        compared(fault.name, at, fault.vantage_points)
    finally:
        fault.mend(at.lab)
    text = until(lambda: told(at.verify(fault.vantage_points)), passes)
    assert passes(text), text


def test_a_dead_vantage_point_is_named_and_keeps_no_change_from_being_kept(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    mute = "chain out { type filter hook output priority 0; oif != lo icmp type echo-request drop; };"
    new = {"p3": {"data": {"loopbacks": {1: {"ipv4": "10.254.0.3/32", "advertise": {"ospf": {"area": 0}}}}}}}
    gone = {"p3": {"data": {"loopbacks": {1: {"state": "absent"}}}}}
    done = provisioned.run("p1", ["nft", f"table inet broken {{ {mute} }}"])
    assert done.returncode == 0, done.stderr
    try:
        with desk(provisioned, write_inventory(provisioned, tmp_path / "inventory", new)) as at:
            run = at.provision()
            assert (run.code, run.result.kept, run.result.put_back) == (0, ("p3",), {}), run.failing
            assert run.result.proof
            assert run.result.proof.broken_vantages == ("p1",), run.result.proof.picture.pings["p1"]
    finally:
        provisioned.run("p1", ["nft", "delete", "table", "inet", "broken"])
    with desk(provisioned, write_inventory(provisioned, tmp_path / "inventory", gone)) as at:
        assert at.provision().code == 0
