"""The laws that need something that applies lines, on real routers: rest, circle, ownership, rejection."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

import lab
from loopwright.change import Allowed
from loopwright.errors import LineRejected
from loopwright.models import Observed
from loopwright.plan import DevicePlan, plan_device
from loopwright.run_folder import RunFolder, new_run
from playbooks.look import Seen
from playbooks.undertaking import jobs_of
from tasks.deploy import deploy
from tasks.gather import read_observed
from tasks.put_back import put_back
from tasks.writers import writer
from tests.practice import Desk, desk, write_inventory

pytestmark = [pytest.mark.lab, pytest.mark.timeout(60)]

HERE = Path(__file__).parent
GOLDEN = HERE / "golden" / "frr" / "changes"
CHANGES: dict[str, Any] = yaml.safe_load((HERE / "data" / "changes.yaml").read_text(encoding="utf-8"))
every_change = pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))


@dataclass
class Bench:
    """One router with an inventory that wants something else of it."""

    desk: Desk
    router: str
    folder: RunFolder

    def observe(self) -> Observed:
        """The router as it is."""
        outcome = self.desk.network.on("observe", [self.router], read_observed)[self.router]
        assert outcome.value is not None, outcome.error
        seen: Observed = outcome.value
        return seen

    def plan(self, observed: Observed, allowed: Allowed = Allowed()) -> DevicePlan:
        """What is to change."""
        intent = next(i for i in self.desk.workspace.intents if i.device == self.router)
        return plan_device(intent, observed, self.desk.workspace.of_devices[self.router], allowed)

    def play(self, lines: tuple[str, ...]) -> None:
        """Send lines."""
        done = self.desk.network.on("play", [self.router], lambda session, _: writer(session).write(lines))
        assert done[self.router].error is None, done[self.router].error


@contextmanager
def bench(network: lab.Network, folder: Path, router: str, loopbacks: dict[int, Any]) -> Iterator[Bench]:
    """Open a router with an inventory that says more about it."""
    hosts = {router: {"data": {"loopbacks": loopbacks}}}
    with desk(network, write_inventory(network, folder / "inventory", hosts)) as at:
        runs = new_run(folder / "runs", lambda: datetime.now(tz=UTC))
        yield Bench(at, router, runs)
        runs.close()


def lines_of(observed: Observed) -> set[tuple[str, ...]]:
    """The path lines of a router; an emptied stanza that it keeps says nothing."""
    contexts = {line[:depth] for line in observed.lines for depth in range(1, len(line))}
    empty = {
        line for line in observed.lines if line not in contexts and line[0].startswith("interface ") and len(line) == 1
    }
    return set(observed.lines) - contexts - empty


@every_change
def test_law_2_and_3_a_plan_leads_there_and_rests_and_its_inverse_leads_back(
    provisioned: lab.Network,
    practice: lab.Network,
    tmp_path: Path,
    change: dict[str, Any],
    request: pytest.FixtureRequest,
) -> None:
    with bench(provisioned, tmp_path, change["router"], change["loopbacks"]) as at:
        before = at.observe()
        plan = at.plan(before)
        assert plan.findings == ()
        assert plan.changes
        seen = Seen({at.router: before}, {})
        jobs = jobs_of(at.desk.workspace, seen, _network_plan(plan))
        done = deploy(at.desk.network, jobs, at.folder)[at.router]
        try:
            assert done.error is None, done.error
            assert at.plan(at.observe()).lines == (), "law 2: a second plan has something left to do"
        finally:
            at.play(plan.undo_lines)
        assert lines_of(at.observe()) == lines_of(before)
        _golden(request.node.callspec.id, plan)


@every_change
def test_what_was_written_is_put_back_from_what_the_router_is_now(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path, change: dict[str, Any]
) -> None:
    """Also where only the first half of the lines was taken."""
    with bench(provisioned, tmp_path, change["router"], change["loopbacks"]) as at:
        before = at.observe()
        plan = at.plan(before)
        jobs = jobs_of(at.desk.workspace, Seen({at.router: before}, {}), _network_plan(plan))
        at.play(_first_half(plan.lines))
        back = put_back(at.desk.network, jobs, at.folder)[at.router]
        assert back.restored, back
        assert lines_of(at.observe()) == lines_of(before)


def _first_half(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The first lines, not ending in one that only opens a context."""
    half = list(lines[: (len(lines) + 1) // 2 + 1])
    while half and lines[len(half) :] and _depth(lines[len(half)]) > _depth(half[-1]):
        half.append(lines[len(half)])
    return tuple(half)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _network_plan(plan: DevicePlan) -> Any:
    from loopwright.plan import Plan  # noqa: PLC0415 - beside its only use

    return Plan((plan,))


def _golden(name: str, plan: DevicePlan) -> None:
    """Compare the lines with those that are kept; UPDATE_GOLDEN=1 keeps them."""
    path = GOLDEN / f"{name.replace(' ', '-')}.txt"
    text = "\n".join(["! forward", *plan.lines, "! back", *plan.undo_lines]) + "\n"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.fixture
def covered(provisioned: lab.Network) -> Iterator[lab.Network]:
    """p4 has a statement that covers more than its loopback, and a line of somebody's on it."""
    made = ["router ospf", "network 10.254.0.0/16 area 0", "interface lo1", "ip ospf hello-interval 7"]
    provisioned.vtysh("p4", "configure terminal", *made)
    yield provisioned
    unmade = ["router ospf", "no network 10.254.0.0/16 area 0", "interface lo1", "no ip ospf hello-interval"]
    provisioned.vtysh("p4", "configure terminal", *unmade)


def test_law_4_what_a_wider_statement_advertises_is_neither_written_nor_removed(
    covered: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    wanted = {1: {"ipv4": "10.254.0.4/32", "advertise": {"ospf": {"area": 0}}}}
    with bench(covered, tmp_path, "p4", wanted) as at:
        plan = at.plan(at.observe())
        at.play(plan.lines)
        assert not any("network" in line for line in plan.lines + plan.undo_lines)
        assert at.plan(at.observe()).lines == ()
        at.play(plan.undo_lines)


def test_law_4_a_loopback_with_lines_of_others_goes_only_when_told(
    covered: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    with bench(covered, tmp_path / "give", "p4", {1: {"ipv4": "10.254.0.4/32"}}) as at:
        given = at.plan(at.observe())
        at.play(given.lines)
    with bench(covered, tmp_path / "take", "p4", {1: {"state": "absent"}}) as at:
        before = at.observe()
        assert [f.rule for f in at.plan(before).findings] == ["foreign-lines"]
        plan = at.plan(before, Allowed(foreign_lines=True))
        assert plan.findings == ()
        at.play(plan.lines)
        at.play(plan.undo_lines)
        assert lines_of(at.observe()) == lines_of(before)
        at.play(given.undo_lines)


REJECTED = {
    "a line": ("interface lo", " ip address 10.254.0.2/33"),
    "a line that opens a context": ("interface", " ip address 10.254.0.2/32"),
    "a line of a process that is told otherwise": ("router ospf", " network 10.254.0.2/32 area 0"),
    "a line after one that was taken": ("interface lo1", " description taken", " frobnicate", " shutdown"),
}


@pytest.mark.parametrize("lines", REJECTED.values(), ids=list(REJECTED))
def test_law_8_nothing_is_sent_after_a_refused_line(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path, lines: tuple[str, ...]
) -> None:
    with bench(provisioned, tmp_path, "p2", {}) as at:
        before = at.observe()
        done = at.desk.network.on("play", ["p2"], lambda session, _: writer(session).write(lines))["p2"]
        assert isinstance(done.error, LineRejected)
        after = at.observe()
        taken = lines_of(after) - lines_of(before)
        assert taken <= {("interface lo1", "description taken")}
        if taken:
            at.play(("interface lo1", " no description"))
