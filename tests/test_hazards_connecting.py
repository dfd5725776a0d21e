"""Hazards of the drivers: options shared between hosts, credentials given to strangers, errors told as tracebacks."""

import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from napalm import get_network_driver
from nornir.core.inventory import ConnectionOptions, Defaults, Group, Host, ParentGroups

from lab.emulated.device import PASSWORD, Device
from lab.emulated.eapi import EapiConnection
from lab.emulated.faults import Fault
from lab.emulated.ssh import Entrance
from loopwright.errors import (
    CredentialsNotTried,
    CredentialsRefused,
    DeviceError,
    HostKeyError,
    LoopwrightError,
    NotAuthorised,
    SessionLost,
    Unreachable,
    UsageError,
)
from tasks.connect import Access, open_reader
from tasks.driver_connection import driver_options
from tests.hazards.ground import LOCAL, PLATFORMS, USER, Ground, ground

IOS, OTHER, JUNOS, EOS = "r1", "r2", "r3", "r4"
TRANSPORTS = {"netmiko, ios": (IOS, ""), "ios": (IOS, "napalm"), "junos": (JUNOS, ""), "eos": (EOS, "")}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("connecting"), ("ios", "ios", "junos", "eos")) as made:
        yield made


@pytest.fixture
def on(network: Ground) -> Iterator[Ground]:
    yield network
    network.close()
    for device in network.emulation.devices.values():
        device.faults.clear()


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that arrives at any device."""
    found: list[str] = []
    check, login = Entrance.validate_password, EapiConnection._login

    def validate(self: Entrance, username: str, password: str) -> bool:
        found.append(password)
        return check(self, username, password)

    def authorize(self: EapiConnection, authorization: str) -> Any:
        found.append(authorization)
        return login(self, authorization)

    monkeypatch.setattr(Entrance, "validate_password", validate)
    monkeypatch.setattr(EapiConnection, "_login", authorize)
    return found


# --- options of a group


def of_a_group(on: Ground, **optional: Any) -> list[Host]:
    """Two hosts at one address, each with its port, and a group whose driver options they share."""
    extras = {"alt_host_keys": True, "alt_key_file": str(on.known_hosts), "system_host_keys": False}
    options = {
        "napalm": ConnectionOptions(extras={"optional_args": optional}),
        "netmiko": ConnectionOptions(extras={**extras, "allow_agent": False, "use_keys": False}),
    }
    group = Group("both", connection_options=options)
    made = [
        Host(
            name, hostname=LOCAL, port=on.emulation.ports[name], username=USER, password=PASSWORD, platform="ios",
            groups=ParentGroups([group]), data={"transport": "napalm"}, defaults=Defaults(),
        )
        for name in (IOS, OTHER)
    ]  # fmt: skip
    on.hosts += made
    return made


def opened_as_a_plugin_does(on: Ground, host: Host, driver: str) -> Any:
    """Open a driver with the options that Nornir hands out, the port put among them unless one is there."""
    given = host.get_connection_parameters("napalm")
    optional = (given.extras or {}).setdefault("optional_args", {})
    optional.setdefault("port", host.port)
    made = get_network_driver(driver)(host.hostname, host.username, host.password, optional_args=optional)
    on.drivers.append(made)
    return made


def test_two_hosts_are_one_device_without_the_cure(on: Ground) -> None:
    names = []
    for host in of_a_group(on, dest_file_system="flash:"):
        driver = opened_as_a_plugin_does(on, host, "ios")
        driver.open()
        names.append(driver.get_facts()["hostname"])
    assert names == [IOS, IOS]


def test_only_the_first_host_has_its_secret_without_the_cure(on: Ground) -> None:
    hosts = of_a_group(on, enable_password="open")
    drivers = [opened_as_a_plugin_does(on, host, "eos") for host in hosts]
    assert [driver.enablepwd for driver in drivers] == ["open", ""]


def test_each_host_is_its_own_device(on: Ground) -> None:
    shared = {"dest_file_system": "flash:"}
    hosts = of_a_group(on, **shared)
    readers = [open_reader(host, PLATFORMS["ios"], Access()) for host in hosts]
    shown = [reader.show(["show running-config"])[0] for reader in readers]
    assert (f"hostname {IOS}" in shown[0], f"hostname {OTHER}" in shown[1]) == (True, True)
    assert hosts[0].get_connection_parameters("napalm").extras == {"optional_args": shared}


@pytest.mark.parametrize("option", ["global_cmd_verify", "ssh_strict", "fast_cli"])
def test_options_of_netmiko_are_given_in_one_place(on: Ground, option: str) -> None:
    with pytest.raises(UsageError, match=option):
        on.reader(IOS, "napalm", napalm={"optional_args": {option: False}})


def test_each_host_has_the_secret(on: Ground) -> None:
    hosts = of_a_group(on, enable_password="open")
    given = [driver_options(host, PLATFORMS["eos"].driver).arguments for host in hosts]
    drivers = [get_network_driver("eos")(LOCAL, USER, PASSWORD, optional_args=dict(options)) for options in given]
    assert [driver.enablepwd for driver in drivers] == ["open", "open"]


# --- who is told a password


def test_a_stranger_is_given_the_password_without_the_cure(on: Ground, offered: list[str]) -> None:
    with suppress(Exception):
        on.driver(JUNOS, "junos")
    assert offered == [PASSWORD]


@pytest.mark.parametrize("case", TRANSPORTS)
def test_a_stranger_is_given_no_password(on: Ground, offered: list[str], case: str, tmp_path: Path) -> None:
    name, transport = TRANSPORTS[case]
    nobody = tmp_path / "known_hosts"
    nobody.touch()
    given: dict[str, Any] = {"netmiko": {"alt_key_file": str(nobody)}, "napalm": {"tls_ca": None}}
    with pytest.raises(HostKeyError) as told:
        on.reader(name, transport, **given)
    assert ("tls_ca" if name == EOS else "--accept-new-host-keys") in told.value.hint
    assert offered == []


# --- what a person is told


def test_a_wrong_password_is_told_in_the_words_of_a_library_without_the_cure(on: Ground) -> None:
    host = on.host(EOS, password="wrong")
    with pytest.raises(Exception, match="Unauthorized") as told:
        get_network_driver("eos")(LOCAL, USER, "wrong", optional_args={"port": host.port}).open()
    assert not isinstance(told.value, LoopwrightError)


@pytest.mark.parametrize("case", TRANSPORTS)
def test_a_wrong_password_is_told_and_not_tried_again(on: Ground, offered: list[str], case: str) -> None:
    name, transport = TRANSPORTS[case]
    access = Access()
    with pytest.raises(CredentialsRefused, match=rf"^{name}: refused the login"):
        on.reader(name, transport, access, password="wrong")
    tried = len(offered)
    with pytest.raises(CredentialsNotTried):
        on.reader(name, transport, access, password="wrong")
    assert (tried, len(offered)) == (1, 1)


def test_a_login_that_one_transport_refused_is_not_offered_over_another(on: Ground, offered: list[str]) -> None:
    access = Access()
    over = iter(TRANSPORTS.values())
    name, transport = next(over)
    with pytest.raises(CredentialsRefused):
        on.reader(name, transport, access, password="wrong")
    for other, transport in over:
        with pytest.raises(CredentialsNotTried):
            on.reader(other, transport, access, password="wrong")
    assert len(offered) == 1


@pytest.mark.parametrize("case", TRANSPORTS)
def test_a_closed_port_is_told(on: Ground, case: str, unused: int) -> None:
    name, transport = TRANSPORTS[case]
    with pytest.raises(Unreachable, match=rf"^{name}: "):
        on.reader(name, transport, port=unused)


@pytest.fixture
def unused() -> int:
    """A port that nobody listens on."""
    with socket.create_server((LOCAL, 0)) as server:
        return int(server.getsockname()[1])


def test_what_libraries_log_is_not_printed(
    on: Ground, unused: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = logging.StreamHandler(sys.stderr)
    monkeypatch.setattr(logging, "lastResort", shown)
    ours = [handler for handler in logging.getLogger().handlers if isinstance(handler, logging.NullHandler)]
    monkeypatch.setattr(logging.getLogger(), "handlers", ours)
    with pytest.raises(Unreachable):
        on.reader(EOS, port=unused)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("case", TRANSPORTS)
def test_a_connection_that_breaks_is_told(on: Ground, case: str) -> None:
    name, transport = TRANSPORTS[case]
    reader = on.reader(name, transport)
    command = PLATFORMS[on.device(name).system.name].configuration.command
    on.device(name).faults.add(Fault("drop", count=1, times=1))
    with pytest.raises(SessionLost, match=rf"^{name}: "):
        reader.show([command])


# --- rights


@contextmanager
def login(on: Ground, name: str, **rights: Any) -> Iterator[Device]:
    """Give the login of a device other rights for a while."""
    device = on.device(name)
    kept, secret = device.logins[USER], device.enable_password
    device.logins[USER], device.enable_password = replace(kept, **rights), "open"
    try:
        yield device
    finally:
        device.logins[USER], device.enable_password = kept, secret


@pytest.mark.parametrize("transport", ["netmiko", "napalm"])
def test_the_enable_secret_opens(on: Ground, transport: str) -> None:
    with login(on, IOS, privilege=1):
        reader = on.reader(IOS, transport, netmiko={"secret": "open"})
        assert reader.privileged
        assert "hostname" in reader.show(["show running-config"])[0]


@pytest.mark.parametrize(
    ("transport", "kind"), [("netmiko", CredentialsRefused), ("napalm", NotAuthorised)], ids=["netmiko", "napalm"]
)
def test_a_wrong_enable_secret_is_told(on: Ground, transport: str, kind: type[DeviceError]) -> None:
    with login(on, IOS, privilege=1), pytest.raises(kind, match="enable secret"):
        on.reader(IOS, transport, netmiko={"secret": "wrong"})


@pytest.mark.parametrize(("name", "transport"), [(IOS, "napalm"), (EOS, "")], ids=["ios", "eos"])
def test_a_missing_enable_secret_is_told(on: Ground, name: str, transport: str) -> None:
    with login(on, name, privilege=1), pytest.raises(NotAuthorised, match="enable secret"):
        on.reader(name, transport)


def test_without_an_enable_secret_a_terminal_may_be_read(on: Ground) -> None:
    with login(on, IOS, privilege=1):
        assert not on.reader(IOS).privileged


def test_a_login_without_rights_is_told_of_the_transfer_only_without_the_cure(on: Ground) -> None:
    with login(on, IOS, authorized=False):
        bare = on.driver(IOS, "ios", dest_file_system="flash:")
        with pytest.raises(ValueError, match="Unexpected output"):
            bare.load_merge_candidate(config="interface Loopback7")


@pytest.mark.parametrize("transport", ["netmiko", "napalm"])
def test_after_a_fatal_answer_nothing_more_is_sent(on: Ground, transport: str) -> None:
    with login(on, IOS, authorized=False) as device:
        ours = on.writer(IOS, transport)
        before, sent = device.running.text(), device.counters.configuration_lines
        with pytest.raises(NotAuthorised, match="authorization failed"):
            ours.write(["interface Loopback7", " description ours"], 60)
        assert (device.running.text(), device.counters.configuration_lines) == (before, sent)
