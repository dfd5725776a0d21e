"""Connecting: host keys, credentials, options, and secrets that appear nowhere."""

import logging
import shutil
import socket
import stat
import subprocess
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncssh
import paramiko
import pytest
from nornir.core.inventory import ConnectionOptions, Defaults, Group, Host, ParentGroups

from loopwright.errors import (
    CredentialsNotTried,
    CredentialsRefused,
    DeviceError,
    HostKeyError,
    LoopwrightError,
    Unreachable,
    UsageError,
)
from tasks.connect import Access, CredentialGate, access_of, open_session
from tasks.ssh_options import options_of
from tests.shellserver import Script, Server, serving
from tests.test_terminal import WORDS, host_of

SECRET = "swordfish-2718"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the real home directory out of it."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest.fixture
def script() -> Script:
    return Script(password=SECRET)


@pytest.fixture
def server(script: Script, tmp_path: Path) -> Iterator[Server]:
    with serving(script, tmp_path) as running:
        yield running


def password_host(server: Server, folder: Path, password: str, name: str = "r1", **extras: object) -> Host:
    """Return a host that logs in by password only."""
    host = host_of(server, folder, **extras)
    host.name = name
    host.password = password
    del host.connection_options["netmiko"].extras["key_file"]  # type: ignore[index]
    return host


def opens(host: Host, access: Access | None = None) -> None:
    """Open a session, use it and close it."""
    try:
        assert open_session(host, WORDS, access or Access()).show(["show a"]) == ("",)
    finally:
        host.close_connections()


def test_login_by_key(server: Server, script: Script, tmp_path: Path) -> None:
    opens(host_of(server, tmp_path))
    assert set(script.logins) == {"key me"}


def test_login_by_password(server: Server, script: Script, tmp_path: Path) -> None:
    opens(password_host(server, tmp_path, SECRET))
    assert script.logins == ["password me"]


def test_a_key_in_the_home_directory_is_found(server: Server, script: Script, tmp_path: Path) -> None:
    host = password_host(server, tmp_path, "")
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    shutil.copy(server.client_key, tmp_path / "home" / ".ssh" / "id_ed25519")
    opens(host)
    assert set(script.logins) == {"key me"}


def test_login_by_agent(server: Server, script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "agent"
    server.client_key.chmod(0o600)
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(place)], stdout=subprocess.DEVNULL) as agent:
        try:
            while not place.exists():
                assert agent.poll() is None
                threading.Event().wait(0.01)
            monkeypatch.setenv("SSH_AUTH_SOCK", str(place))
            subprocess.run(["ssh-add", "-q", str(server.client_key)], check=True, capture_output=True)
            opens(password_host(server, tmp_path, ""))
        finally:
            agent.terminate()
    assert set(script.logins) == {"key me"}


def test_an_encrypted_key(server: Server, tmp_path: Path) -> None:
    key = asyncssh.read_private_key(server.client_key)
    file = tmp_path / "encrypted"
    key.write_private_key(file, passphrase=SECRET)
    opens(host_of(server, tmp_path, key_file=str(file), passphrase=SECRET))
    for extras in ({}, {"passphrase": "wrong"}):
        with pytest.raises(UsageError, match="passphrase"):
            opens(host_of(server, tmp_path, key_file=str(file), **extras))


def test_a_missing_key_file(server: Server, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        opens(host_of(server, tmp_path, key_file="/nowhere"))


def test_wrong_password(server: Server, script: Script, tmp_path: Path) -> None:
    with pytest.raises(CredentialsRefused, match="r1: refused the login of 'me' by password"):
        opens(password_host(server, tmp_path, "wrong"))
    assert script.logins == ["password me"]


def test_wrong_key(server: Server, tmp_path: Path) -> None:
    other = tmp_path / "other"
    asyncssh.generate_private_key("ssh-rsa").write_private_key(other)
    with pytest.raises(CredentialsRefused, match="by key"):
        opens(host_of(server, tmp_path, key_file=str(other)))


def test_unreachable(tmp_path: Path, server: Server) -> None:
    host = host_of(server, tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        host.port = free.getsockname()[1]
    with pytest.raises(Unreachable, match=f"127.0.0.1:{host.port}"):
        opens(host)


def test_a_port_that_speaks_no_ssh(tmp_path: Path, server: Server) -> None:
    host = host_of(server, tmp_path, banner_timeout=0.2, conn_timeout=1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host.port = silent.getsockname()[1]
        with pytest.raises(Unreachable):
            opens(host)


# Host keys


def test_an_unknown_key_is_refused_before_any_login(server: Server, script: Script, tmp_path: Path) -> None:
    host = host_of(server, tmp_path)
    (tmp_path / "known_hosts").write_text("")
    with pytest.raises(HostKeyError, match=server.host_key.get_fingerprint().replace("+", r"\+")) as caught:
        opens(host)
    assert "--accept-new-host-keys" in str(caught.value)
    assert script.logins == []


@pytest.mark.parametrize("accept_new", [False, True])
def test_a_changed_key_is_always_refused(server: Server, script: Script, tmp_path: Path, *, accept_new: bool) -> None:
    host = host_of(server, tmp_path)
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    before = f"[127.0.0.1]:{server.port} {other}"
    (tmp_path / "known_hosts").write_text(before)
    with pytest.raises(HostKeyError, match="another host key"):
        opens(host, access_of(accept_new=accept_new))
    assert script.logins == []
    assert (tmp_path / "known_hosts").read_text() == before


def test_an_unknown_key_is_learnt_on_request(server: Server, tmp_path: Path) -> None:
    host = host_of(server, tmp_path)
    file = tmp_path / "new" / "known_hosts"
    host.connection_options["netmiko"].extras["alt_key_file"] = str(file)  # type: ignore[index]
    access = access_of(accept_new=True)
    opens(host, access)
    assert [(key.device, key.fingerprint) for key in access.learnt] == [("r1", server.host_key.get_fingerprint())]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().strip() == server.known_hosts_line().rpartition(" ")[0].strip() or file.read_text()
    opens(host)
    opens(host, access)
    assert len(access.learnt) == 1


def test_a_revoked_key_is_not_learnt(server: Server, tmp_path: Path) -> None:
    host = host_of(server, tmp_path)
    (tmp_path / "known_hosts").write_text(f"@revoked * {server.host_key.export_public_key().decode()}")
    with pytest.raises(HostKeyError, match="revoked"):
        opens(host, access_of(accept_new=True))


@pytest.mark.parametrize(
    "names",
    ["[127.0.0.1]:PORT,other", "[127.0.0.*]:PORT", "*,!other", "HASHED"],
    ids=["list", "pattern", "but-not", "hashed"],
)
def test_spellings_of_known_hosts(server: Server, tmp_path: Path, names: str) -> None:
    host = host_of(server, tmp_path)
    name = f"[127.0.0.1]:{server.port}"
    spelled = names.replace("PORT", str(server.port)).replace("HASHED", paramiko.HostKeys.hash_host(name))
    noise = "# a comment\n@cert-authority *.example ssh-rsa AAAA\nsomebody ssh-unheard-of AAAA\n"
    (tmp_path / "known_hosts").write_text(f"{noise}{spelled} {server.host_key.export_public_key().decode()}")
    opens(host)


def test_keys_learnt_at_once_are_all_kept(tmp_path: Path, script: Script) -> None:
    access = access_of(accept_new=True)
    with serving(Script(), tmp_path) as one, serving(Script(), tmp_path) as two:
        hosts = [host_of(server, tmp_path) for server in (one, two)]
        (tmp_path / "known_hosts").unlink()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda host: opens(host, access), hosts))
        for host in hosts:
            opens(host)
    assert len(access.learnt) == 2


# The gate


def test_a_refused_set_of_credentials_is_tried_once(server: Server, script: Script, tmp_path: Path) -> None:
    access = Access()
    hosts = [password_host(server, tmp_path, "mistyped", f"r{number}") for number in range(20)]

    def kind(host: Host) -> type[Exception]:
        with pytest.raises(DeviceError) as caught:
            opens(host, access)
        return caught.type

    with ThreadPoolExecutor(20) as pool:
        kinds = list(pool.map(kind, hosts))
    assert kinds.count(CredentialsRefused) == 1
    assert kinds.count(CredentialsNotTried) == 19
    assert script.logins == ["password me"]


def test_an_unreachable_device_decides_nothing(server: Server, script: Script, tmp_path: Path) -> None:
    access = Access()
    first = password_host(server, tmp_path, SECRET, "r0")
    first.port = 1
    with pytest.raises(Unreachable):
        opens(first, access)
    opens(password_host(server, tmp_path, SECRET, "r1"), access)
    assert script.logins == ["password me"]


def test_the_gate_names_the_device_that_refused() -> None:
    gate = CredentialGate()
    with pytest.raises(CredentialsRefused), gate.trying("a", "user", SECRET):
        raise CredentialsRefused("a", "refused")
    with pytest.raises(CredentialsNotTried, match="b: was not tried: a refused"), gate.trying("b", "user", SECRET):
        pytest.fail("was tried")
    with gate.trying("b", "user", "another"):
        pass
    assert SECRET not in repr(vars(gate))


def test_the_others_wait_for_the_first_and_then_go_together() -> None:
    gate = CredentialGate()
    inside, go = threading.Event(), threading.Event()
    together = threading.Barrier(3, timeout=10)

    def first() -> None:
        with gate.trying("a", "user"):
            inside.set()
            assert go.wait(10)

    def other(name: str) -> bool:
        with gate.trying(name, "user"):
            assert go.is_set()
            together.wait()
        return True

    with ThreadPoolExecutor(4) as pool:
        probe = pool.submit(first)
        assert inside.wait(10)
        others = [pool.submit(other, name) for name in "bcd"]
        go.set()
        probe.result(10)
        assert all(done.result(10) for done in others)


def test_few_workers_do_not_block_each_other() -> None:
    gate = CredentialGate()

    def attempt(number: int) -> bool:
        if number < 3:
            with pytest.raises(Unreachable), gate.trying(f"r{number}", "user"):
                raise Unreachable(f"r{number}", "off")
            return False
        with gate.trying(f"r{number}", "user"):
            return True

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(attempt, range(40), timeout=10)) == [False] * 3 + [True] * 37


# Options


@pytest.mark.parametrize(
    ("extras", "message"),
    [
        ({"conn_timeot": 3}, "conn_timeot: is unknown to netmiko"),
        ({"session_log": "x"}, "session_log: is not supported here"),
        ({"ssh_strict": "yes"}, "ssh_strict: is not true or false"),
        ({"conn_timeout": "3"}, "conn_timeout: is not a number"),
        ({"ssh_config_file": "/nowhere"}, "/nowhere does not exist"),
    ],
)
def test_unknown_or_unusable_options(extras: dict[str, object], message: str) -> None:
    host = Host("r1", connection_options={"netmiko": ConnectionOptions(extras=extras)})
    with pytest.raises(UsageError, match=message):
        options_of(host)


def test_hosts_of_a_group_share_no_options() -> None:
    shared = {"disabled_algorithms": {"kex": ["a"]}}
    group = Group("g", connection_options={"netmiko": ConnectionOptions(extras=shared)})
    hosts = [
        Host(name, port=port, groups=ParentGroups([group]), defaults=Defaults()) for name, port in (("a", 1), ("b", 2))
    ]
    first, second = (options_of(host) for host in hosts)
    assert (first.port, second.port) == (1, 2)
    assert first.disabled_algorithms is not second.disabled_algorithms
    assert shared == {"disabled_algorithms": {"kex": ["a"]}}


needs_ssh = pytest.mark.skipif(shutil.which("ssh") is None, reason="OpenSSH's client is not installed")


@needs_ssh
def test_the_ssh_configuration_is_read_by_openssh(tmp_path: Path) -> None:
    included = tmp_path / "more"
    included.write_text(
        "Host edge\n HostName 192.0.2.1\n Port 2022\n User ops\n"
        " ProxyJump a.example,b.example:2200\n HostKeyAlias edge-key\n"
    )
    config = tmp_path / "config"
    config.write_text(f"Include {included}\nHost *\n UserKnownHostsFile {tmp_path}/kh\n")
    host = Host("edge", connection_options={"netmiko": ConnectionOptions(extras={"ssh_config_file": str(config)})})
    options = options_of(host)
    assert (options.address, options.port, options.username, options.alias) == ("192.0.2.1", 2022, "ops", "edge-key")
    assert options.known_hosts == (tmp_path / "kh",)
    words = f"ssh -F {config} -o BatchMode=yes -J a.example -W [192.0.2.1]:2022 ssh://b.example:2200"
    assert options.proxy == tuple(words.split())


@needs_ssh
def test_the_inventory_wins_over_the_ssh_configuration(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Host *\n Port 2022\n User ops\n ProxyCommand nc %h %p\n")
    extras = {"ssh_config_file": str(config)}
    options = options_of(
        Host(
            "edge",
            hostname="192.0.2.9",
            port=830,
            username="me",
            connection_options={"netmiko": ConnectionOptions(extras=extras)},
        )
    )
    assert (options.port, options.username, options.proxy) == (830, "me", ("nc", "192.0.2.9", "830"))


@needs_ssh
def test_a_jump_host_is_really_used(server: Server, script: Script, tmp_path: Path) -> None:
    jump = Script()
    with serving(jump, tmp_path, forwards=True) as hop:
        hop.client_key.chmod(0o600)
        config = tmp_path / "config"
        (tmp_path / "hop_known").write_text(hop.known_hosts_line())
        config.write_text(
            f"Host hop\n HostName 127.0.0.1\n Port {hop.port}\n User jumper\n IdentityFile {hop.client_key}\n"
            f" IdentitiesOnly yes\n UserKnownHostsFile {tmp_path}/hop_known\nHost 127.0.0.1\n ProxyJump hop\n"
        )
        opens(host_of(server, tmp_path, ssh_config_file=str(config)))
    assert jump.logins
    assert set(jump.logins) == {"key jumper"}
    assert script.connections == 1


def test_what_the_jump_host_says_is_told(server: Server, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Host *\n ProxyCommand sh -c 'echo no way through >&2'\n")
    with pytest.raises(Unreachable, match="no way through"):
        opens(host_of(server, tmp_path, ssh_config_file=str(config)))


# Secrets


def everything_of(error: BaseException) -> str:
    """Return all that a report of an error could show."""
    parts = ["".join(traceback.format_exception(error)), repr(error), repr(vars(error))]
    return "\n".join(parts)


def test_secrets_reach_no_log_and_no_error(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    good = password_host(server, tmp_path, SECRET)
    session = open_session(good, WORDS, Access())
    session.show(["show a"])
    seen += [
        repr(session),
        repr(vars(session)),
        repr(options_of(good)),
        str(vars(good.connections["netmiko"].connection)),
    ]
    good.close_connections()
    encrypted = tmp_path / "encrypted"
    asyncssh.read_private_key(server.client_key).write_private_key(encrypted, passphrase="another")
    bad = [
        password_host(server, tmp_path, SECRET + "x"),
        host_of(server, tmp_path, key_file=str(encrypted), passphrase=SECRET),
        password_host(server, tmp_path, SECRET, alt_key_file=str(tmp_path / "none")),
    ]
    for host in bad:
        with pytest.raises(LoopwrightError) as caught:
            opens(host)
        seen.append(everything_of(caught.value))
    captured = capfd.readouterr()
    logged = [
        f"{record.getMessage()} {record.args}" for record in caplog.records if not record.name.startswith("asyncssh")
    ]
    material = server.client_key.read_text().splitlines()[2]
    for text in [*seen, *logged, captured.out, captured.err]:
        assert SECRET not in text
        assert material not in text
    assert any("paramiko" in record.name for record in caplog.records)
