"""Hazards of the drivers: a lock, a session or a candidate that is left behind a failure."""

from collections.abc import Callable, Iterator

import pytest
from napalm.base.exceptions import CommitError, LockError, SessionLockedException

from lab.emulated.eos_sessions import ConfigSessions
from lab.emulated.junos_commit import database
from loopwright.errors import DeviceError, LineRejected, Locked
from tests.hazards.candidates import EOS, JUNOS, LINES, XR, four, restarted
from tests.hazards.ground import Ground


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with four(tmp_path_factory.mktemp("four")) as made:
        yield made


@pytest.fixture
def on(network: Ground) -> Iterator[Ground]:
    with restarted(network) as made:
        yield made


def refused(on: Ground, name: str) -> list[str]:
    """Lines that only the commit refuses: an address that another interface has, another VRF under an address."""
    if name == XR:
        on.device(XR).running.apply(LINES[XR])
        return ["interface Loopback7", " vrf blue"]
    link = on.device(name).running.facts(name).ports[0].addresses[0].partition("/")[0]
    return [line.replace("192.0.2.7", link) for line in LINES[name]]


def test_a_refused_commit_leaves_the_lock_without_the_cure(on: Ground) -> None:
    bare = on.driver(JUNOS, "junos")
    bare.load_merge_candidate(config="\n".join(refused(on, JUNOS)))
    with pytest.raises(Exception, match="check-out failed"):
        bare.commit_config()
    other = on.driver(JUNOS, "junos")
    with pytest.raises(LockError):
        other.load_merge_candidate(config=LINES[JUNOS][0])


def test_a_refused_commit_at_the_terminal_leaves_the_lock_without_the_cure(on: Ground) -> None:
    bare = on.netmiko(XR)
    bare.send_config_set(refused(on, XR), config_mode_command="configure exclusive")
    with pytest.raises(ValueError, match="Failed to commit"):
        bare.commit()
    assert "locked by another agent" in on.netmiko(XR).send_command("configure exclusive", expect_string="#")


def test_a_pending_session_is_left_without_the_cure(on: Ground) -> None:
    on.driver(EOS, "eos").load_merge_candidate(config="\n".join(LINES[EOS]))
    holder = on.drivers[0]
    holder.commit_config(revert_in=300)
    other = on.driver(EOS, "eos")
    other.load_merge_candidate(config="interface Loopback8")
    with pytest.raises(CommitError):
        other.commit_config(revert_in=60)
    with pytest.raises(SessionLockedException):
        on.driver(EOS, "eos")._lock()
    holder.config_session = None


def free_junos(on: Ground) -> bool:
    return database(on.device(JUNOS)).holder is None


def free_eos(on: Ground) -> bool:
    return all(s.state != "pending" for s in ConfigSessions.of(on.device(EOS))._sessions.values())


def free_xr(on: Ground) -> bool:
    later = on.transaction(XR)
    later.load(LINES[XR])
    later.discard()
    return True


def occupied_eos(on: Ground) -> None:
    holder = on.driver(EOS, "eos")
    holder.load_merge_candidate(config="interface Loopback9")
    holder.commit_config(revert_in=300)


FAILURES: dict[str, tuple[str, list[str], type[DeviceError], Callable[[Ground], bool]]] = {
    "junos, a line": (JUNOS, ["set frob 1"], LineRejected, free_junos),
    "junos, the commit": (JUNOS, [], LineRejected, free_junos),
    "eos, a line": (EOS, ["interface Loopback7", "ip adress 192.0.2.7/32"], LineRejected, free_eos),
    "eos, the commit": (EOS, LINES[EOS], Locked, free_eos),
    "iosxr, a line": (XR, ["interface Loopback7", " ipv4 adress 192.0.2.7/32"], LineRejected, free_xr),
    "iosxr, the commit": (XR, [], LineRejected, free_xr),
}


@pytest.mark.parametrize("case", FAILURES)
def test_nothing_is_left_behind_a_failure(on: Ground, case: str) -> None:
    name, lines, kind, free = FAILURES[case]
    if case == "eos, the commit":
        occupied_eos(on)
    lines = lines or refused(on, name)
    before = on.device(name).running.text()
    ours = on.transaction(name)
    with pytest.raises(kind):
        ours.write(lines, 60)
    assert free(on)
    assert on.device(name).running.text() == before
