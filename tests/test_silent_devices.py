"""Devices that cannot be asked, on real routers: each is named with its reason, and nobody else is blamed for it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

import lab
from loopwright.errors import CredentialsNotTried, CredentialsRefused, DeviceTimeout, HostKeyError, Unreachable
from playbooks.verify import exit_code
from tests.practice import Desk, desk, until, write_inventory

pytestmark = [pytest.mark.lab, pytest.mark.timeout(90)]


@contextmanager
def opened(network: lab.Network, tmp_path: Path, **extras: object) -> Iterator[Desk]:
    """Open the network with other connection options."""
    folder = write_inventory(network, tmp_path / "inventory")
    defaults = folder / "defaults.yaml"
    written = yaml.safe_load(defaults.read_text(encoding="utf-8"))
    written["connection_options"]["netmiko"]["extras"].update(extras)
    defaults.write_text(yaml.safe_dump(written), encoding="utf-8")
    with desk(network, folder) as at:
        yield at


def blamed(at: Desk, device: str, kind: type[Exception]) -> str:
    """See that one device alone is told of, with an error of this kind; return its words."""
    verified = at.verify()
    assert {name: type(error) for name, error in verified.seen.errors.items()} == {device: kind}
    states = {(v.device, v.state) for v in verified.proof.verdicts}
    assert {name for name, state in states if state != "pass"} <= {device}
    assert exit_code(verified.proof, verified.seen) == 3
    return str(verified.seen.errors[device])


def test_a_device_that_does_not_answer_ssh(provisioned: lab.Network, practice: lab.Network, tmp_path: Path) -> None:
    practice.stop_ssh("a1")
    try:
        with opened(provisioned, tmp_path) as at:
            assert "refused" in blamed(at, "a1", Unreachable)
    finally:
        practice.start_ssh("a1")


def test_a_device_that_accepts_and_says_nothing(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    practice.hang_ssh("a1")
    try:
        with opened(provisioned, tmp_path, banner_timeout=2) as at:
            assert "a1" in blamed(at, "a1", Unreachable)
    finally:
        practice.start_ssh("a1")


def test_a_device_that_hangs_in_the_middle_of_a_command(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    """Its session is open; then everything in it stops."""
    with opened(provisioned, tmp_path, read_timeout_override=3) as at:
        at.plan()
        practice.freeze("a1")
        try:
            assert "a1" in blamed(at, "a1", DeviceTimeout)
        finally:
            practice.thaw("a1")


def test_a_host_key_that_is_not_the_known_one(provisioned: lab.Network, practice: lab.Network, tmp_path: Path) -> None:
    """Refused also where new keys are learnt."""
    keys = {line.split()[0]: line.split()[1:] for line in practice.known_hosts.read_text().splitlines()}
    mine, other = (f"[127.0.0.1]:{practice.port(router)}" for router in ("a1", "a2"))
    keys[mine] = keys[other]
    known = tmp_path / "known_hosts"
    known.write_text("".join(f"{place} {' '.join(key)}\n" for place, key in keys.items()), encoding="utf-8")
    with opened(provisioned, tmp_path, alt_key_file=str(known)) as at:
        at.network.access.hosts.accept_new = True
        assert "host key" in blamed(at, "a1", HostKeyError)


def test_an_unknown_host_key_is_refused_and_learnt_when_asked(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    known = tmp_path / "known_hosts"
    place = f"[127.0.0.1]:{practice.port('a1')} "
    lines = practice.known_hosts.read_text(encoding="utf-8").splitlines(keepends=True)
    known.write_text("".join(line for line in lines if not line.startswith(place)), encoding="utf-8")
    with opened(provisioned, tmp_path, alt_key_file=str(known)) as at:
        assert "--accept-new-host-keys" in blamed(at, "a1", HostKeyError)
    with opened(provisioned, tmp_path, alt_key_file=str(known)) as at:
        at.network.access.hosts.accept_new = True
        assert not at.plan()[0].errors
        assert [key.device for key in at.network.access.hosts.learnt] == ["a1"]
    with opened(provisioned, tmp_path, alt_key_file=str(known)) as at:
        assert not at.plan()[0].errors


def test_wrong_credentials_are_tried_on_one_device_only(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    key = tmp_path / "wrong"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    before = {router: _attempts(practice, router) for router in practice.routers}
    with opened(provisioned, tmp_path, key_file=str(key)) as at:
        errors = at.plan()[0].errors
    kinds = [type(error) for error in errors.values()]
    assert kinds.count(CredentialsRefused) == 1
    assert kinds.count(CredentialsNotTried) == len(practice.routers) - 1
    tried = until(lambda: [r for r in practice.routers if _attempts(practice, r) != before[r]], bool)
    assert len(tried) == 1


def _attempts(network: lab.Network, router: str) -> int:
    """How much a router's SSH server has told of logins."""
    return (network.folder.path / router / "sshd.log").stat().st_size
