"""Faults on the mixed network: the ladder names the rung, the device and the cause, and blames nothing else."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from loopwright.errors import CredentialsRefused, DeviceTimeout, SessionLost, Unreachable
from tests.mixed import MixedDesk, MixedPractice, as_found, desk, last, on_real_routing, settled
from tests.practice import until
from tests.test_faults import told

pytestmark = [pytest.mark.lab, pytest.mark.timeout(90)]

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "data/mixed_faults.yaml").read_text())
GOLDEN = Path(__file__).parent / "golden/mixed/faults"


@pytest.fixture(scope="module")
def mixed_practice() -> MixedPractice:
    return on_real_routing()


@pytest.fixture(scope="module")
def opened(mixed_practice: MixedPractice) -> Iterator[MixedDesk]:
    with desk(mixed_practice) as at:
        yield at
        settled(at)


@pytest.fixture
def at(mixed_practice: MixedPractice, opened: MixedDesk) -> Iterator[MixedDesk]:
    """The desk of an operator; at the end the devices are as they were."""
    with as_found(mixed_practice):
        yield opened


def make(practice: MixedPractice, case: dict[str, Any], devices: str, behind: str) -> None:
    """Type on devices, and on the real routers behind them what the devices have no words for."""
    practice.type(case.get(devices, {}))
    for name, lines in case.get(behind, {}).items():
        practice.network.routers.vtysh(name, "configure terminal", *lines)


def judged(at: MixedDesk) -> tuple[str, set[str]]:
    """What a verification says, and the addresses that do not pass."""
    verified = at.verify()
    return told(verified), {f"{v.device} {v.address}" for v in last(verified).values() if v.state != "pass"}


@pytest.mark.parametrize("name", CASES)
def test_faults_are_named_by_rung_and_cause_and_nothing_healthy_is_blamed(at: MixedDesk, name: str) -> None:
    """UPDATE_GOLDEN=1 keeps what is told now."""
    case, path = CASES[name], GOLDEN / f"{name}.txt"
    make(at.practice, case, "type", "behind")
    try:
        expected = set(case.get("fails", ()))
        if os.environ.get("UPDATE_GOLDEN"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(until(lambda: judged(at), lambda found: found[1] == expected)[0])
        golden = path.read_text()
        assert until(lambda: judged(at), lambda found: found == (golden, expected)) == (golden, expected)
    finally:
        make(at.practice, case, "mend", "mend_behind")


SILENT: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "e1": ({"kind": "authentication"}, CredentialsRefused),
    "a1": ({"kind": "stall", "match": "show running"}, DeviceTimeout),
    "a2": ({"kind": "sessions", "count": 0}, Unreachable),
    "p3": ({"kind": "drop", "count": 2000}, SessionLost),
    "p4": ({"kind": "sessions", "count": 0}, Unreachable),
}
IMPATIENT = {"emulated": {"connection_options": {"netmiko": {"extras": {"read_timeout_override": 3}}}}}


def test_devices_that_cannot_be_asked_are_named_each_with_its_reason_and_nobody_else(
    mixed_practice: MixedPractice,
) -> None:
    """Refused, hanging, without a session, cut off: the addresses of the other devices pass all the same."""
    with as_found(mixed_practice), desk(mixed_practice, groups=IMPATIENT) as at:
        for name, (fault, _) in SILENT.items():
            mixed_practice.network.fault(name, **fault)
        verified = at.verify()
        for name in SILENT:
            mixed_practice.network.clear(name)
        assert {name: type(error) for name, error in verified.seen.errors.items()} == {
            name: kind for name, (_, kind) in SILENT.items()
        }
        assert {v.device for v in last(verified).values() if v.state != "pass"} == set(SILENT)
