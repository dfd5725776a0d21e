"""The benchmark on two emulated devices: every playbook does its work, the later ones send nothing."""

import pytest

from bench.emulated import JOBS, emulated
from bench.figures import RECORDED, UNRECORDED
from bench.recording import on_emulated

# Four playbooks as processes are too long for the fast tests; they need no routers.
pytestmark = pytest.mark.lab


def test_every_playbook_runs_over_emulated_devices():
    found = emulated(2, ["ios"], lambda _: None)
    assert [one.job for one in found] == list(JOBS)
    first, *others = found
    assert first.lines > 0
    assert all(one.lines == 0 for one in others)
    assert all((one.devices, one.connections) == (2, 1) for one in found)
    assert all(one.commands > 0 and one.cpu > 0 and one.resident > one.anonymous > 0 for one in found)
    assert {"observe", "read", "ping"} <= set(found[1].phases)


def test_a_provision_is_measured_with_journal_and_snapshots_and_without():
    found = {one.job: one for one in on_emulated(2, 1, lambda _: None)}
    assert set(found) == {RECORDED, UNRECORDED}
    assert found[RECORDED].commands > found[UNRECORDED].commands
    assert {one.waves for one in found.values()} == {2}
