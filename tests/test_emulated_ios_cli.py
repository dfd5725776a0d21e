"""The command line of emulated IOS: modes, rights, files, its timer, and what real clients make of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from napalm import get_network_driver
from netmiko import ConnectHandler
from quiet_network import NODE, Quiet

from lab.emulated.device import PASSWORD, Device, Login
from lab.emulated.faults import Fault
from lab.emulated.ios import Ios
from lab.emulated.ios_cli import IosCli
from lab.emulated.server import Emulation

LO = ["interface Loopback0", " ip address 192.0.2.1 255.255.255.255"]
BLUE = ["interface Loopback0", " vrf forwarding blue"]


@pytest.fixture
def network() -> Quiet:
    return Quiet()


@pytest.fixture
def device(network: Quiet) -> Device:
    return Device(NODE, Ios(), network, enable_password="secret")


@pytest.fixture
def cli(device: Device) -> IosCli:
    return IosCli(device, Login())


def typed(cli: IosCli, *lines: str) -> str:
    return "".join(cli.answer(line) for line in lines)


def test_the_prompt_follows_the_mode(cli: IosCli) -> None:
    prompts = [cli.prompt]
    for line in ("configure terminal", "interface Lo0", "router bgp 65001", "address-family ipv4", "exit", "end"):
        cli.answer(line)
        prompts.append(cli.prompt)
    assert prompts == [
        "r1#",
        "r1(config)#",
        "r1(config-if)#",
        "r1(config-router)#",
        "r1(config-router-af)#",
        "r1(config-router)#",
        "r1#",
    ]


def test_the_mark_stands_under_where_a_line_stops_making_sense(cli: IosCli) -> None:
    assert typed(cli, "configure terminal", "interface Lo0", "ip adress 192.0.2.1").endswith(
        f"{' ' * len('r1(config-if)#ip ')}^\n% Invalid input detected at '^' marker.\n"
    )


def test_the_network_hears_of_every_change_and_of_nothing_else(cli: IosCli, network: Quiet) -> None:
    known = network.updates
    typed(cli, "configure terminal", "interface Lo0", "load-interval 30", "end", "show version")
    assert network.updates == known + 1
    typed(cli, "configure terminal", *LO)
    assert network.facts["r1"].ports[0].addresses == ("192.0.2.1/32",)


def test_enable_asks_for_the_password_and_does_not_echo_it(device: Device) -> None:
    cli = IosCli(device, Login(privilege=1))
    assert cli.prompt == "r1>"
    assert "Invalid input" in typed(cli, "configure terminal")
    assert typed(cli, "enable") == ""
    assert (cli.prompt, cli.echo) == ("Password: ", False)
    assert typed(cli, "wrong") == "% Access denied\n"
    typed(cli, "enable", "secret")
    assert cli.prompt == "r1#"


def test_a_login_without_rights_changes_nothing(device: Device) -> None:
    cli = IosCli(device, Login(authorized=False))
    assert typed(cli, "configure terminal") == "Command authorization failed.\n"
    assert cli.prompt == "r1#"
    assert "Cisco IOS" in typed(cli, "show version")


PINGS = {
    "plain": ("ping 192.0.2.9", ("default", "", "192.0.2.9")),
    "source address": ("ping 192.0.2.9 source 192.0.2.1 repeat 5 timeout 1", ("default", "192.0.2.1", "192.0.2.9")),
    "source interface": ("ping 192.0.2.9 source Loopback0", ("default", "192.0.2.1", "192.0.2.9")),
    "ipv6": ("ping ipv6 2001:DB8::9 source lo0", ("default", "2001:db8::1", "2001:db8::9")),
    "vrf": ("ping vrf blue 192.0.2.9", ("blue", "", "192.0.2.9")),
}


@pytest.mark.parametrize("case", PINGS)
def test_a_ping_is_asked_of_the_network(case: str, cli: IosCli, network: Quiet) -> None:
    line, asked = PINGS[case]
    typed(cli, "configure terminal", *LO, "ipv6 address 2001:db8::1/128", "end")
    assert "Success rate is 60 percent (3/5)" in typed(cli, line)
    assert network.pinged == [asked]


def test_a_ping_from_an_address_that_is_not_there_is_refused(cli: IosCli, network: Quiet) -> None:
    assert typed(cli, "ping 192.0.2.9 source 192.0.2.8").startswith("% Invalid source address")
    assert network.pinged == []


def test_an_unconfirmed_change_is_undone_with_all_that_came_after(device: Device, cli: IosCli) -> None:
    before = device.running.text()
    assert "Backing up" in typed(cli, "configure terminal revert timer 2")
    typed(cli, *LO, "end")
    typed(IosCli(device, Login("colleague")), "configure terminal", "interface Loopback5", "end")
    assert "Timer value: 2 min\nUser: practice" in typed(cli, "show archive config rollback timer")
    device.clock.advance(119)
    assert "Loopback0" in device.running.text()
    device.clock.advance(2)
    assert device.running.text() == before
    assert "No Rollback" in typed(cli, "show archive config rollback timer")


def test_a_confirmed_change_stays(device: Device, cli: IosCli) -> None:
    typed(cli, "configure terminal revert timer 1", *LO, "end", "configure confirm")
    device.clock.advance(3600)
    assert "Loopback0" in device.running.text()


def test_a_change_is_undone_when_asked(device: Device, cli: IosCli) -> None:
    before = device.running.text()
    typed(cli, "configure terminal revert timer 1", *LO, "end", "configure revert now")
    assert device.running.text() == before


@pytest.mark.parametrize("fault", [False, True])
def test_without_an_archive_there_is_no_timer(fault: bool, device: Device, cli: IosCli) -> None:  # noqa: FBT001
    if fault:
        device.faults.add(Fault("no-archive"))
    else:
        typed(cli, "configure terminal", "no archive", "end")
    assert typed(cli, "configure terminal revert timer 1") == "%Please turn config archive on\n"
    assert cli.prompt == "r1#"
    assert typed(cli, "show archive") == "Archive feature not enabled\n"


def test_a_refused_line_of_a_file_does_not_stop_the_others(device: Device, cli: IosCli) -> None:
    device.write("a.txt", b"interface Loopback0\n ip address 198.18.0.1 255.255.255.255\n description later\nend\n")
    said = typed(cli, "copy flash:/a.txt running-config")
    assert said.startswith("% 198.18.0.1 overlaps with GigabitEthernet1\n")
    assert list(device.running.block(device.running.root.children["interface Loopback0"], 0))[1:] == [
        " description later",
        " no ip address",
    ]


def test_what_a_file_would_add_is_told_with_its_context(device: Device, cli: IosCli) -> None:
    typed(cli, "configure terminal", *LO, "end")
    device.write("a.txt", b"interface Loopback0\n ip address 192.0.2.1 255.255.255.255\n description new\nend\n")
    assert typed(cli, "show archive config incremental-diffs flash:a.txt ignorecase").splitlines() == [
        "!List of Commands:",
        "interface Loopback0",
        " description new",
        "end",
    ]
    typed(cli, "copy flash:a.txt running-config")
    assert "!No changes were found" in typed(cli, "show archive config incremental-diffs flash:a.txt")


def test_a_reload_brings_the_startup_configuration_back(device: Device, cli: IosCli) -> None:
    typed(cli, "configure terminal", *LO, "end", "write memory", "configure terminal", "interface Loopback1", "end")
    typed(cli, "reload", "")
    assert "Loopback0" in device.running.text()
    assert "Loopback1" not in device.running.text()


def test_files_are_listed_verified_and_missed(device: Device, cli: IosCli) -> None:
    device.write("a.txt", b"abc")
    assert "900150983cd24fb0d6963f7d28e17f72" in typed(cli, "verify /md5 flash:/a.txt")
    assert "Directory of flash:/a.txt" in typed(cli, "dir flash:/a.txt")
    assert typed(cli, "dir flash:/b.txt") == "%Error opening flash:/b.txt (No such file or directory)\n"
    assert "bytes free)" in typed(cli, "dir")


def test_vrfs_are_shown_with_what_is_in_them(cli: IosCli) -> None:
    typed(cli, "configure terminal", *BLUE, "interface Loopback1", "vrf forwarding blue", "end")
    assert [line.split() for line in typed(cli, "show vrf").splitlines()[1:]] == [
        ["blue", "<not", "set>", "ipv4,ipv6", "Lo0"],
        ["Lo1"],
    ]


# --- real clients


@pytest.fixture(scope="module")
def emulation() -> Iterator[Emulation]:
    with Emulation([Device(NODE, Ios(), Quiet())]) as emulation:
        yield emulation


def test_netmiko_configures_saves_and_reads_back(emulation: Emulation) -> None:
    device = emulation.device("r1")
    with ConnectHandler(
        device_type="cisco_ios", host="127.0.0.1", port=emulation.ports["r1"], username="practice", password=PASSWORD
    ) as connection:
        connection.send_config_set([*LO, " description by netmiko"], error_pattern="%")
        assert "[OK]" in connection.save_config()
        shown = connection.send_command("show running-config interface Loopback0")
    assert " description by netmiko\n ip address 192.0.2.1 255.255.255.255" in shown
    assert "by netmiko" in device.startup


def test_netmiko_gets_full_rights_by_the_secret() -> None:
    device = Device(NODE, Ios(), Quiet(), logins=[Login(privilege=1)], enable_password="secret")
    with (
        Emulation([device]) as emulation,
        ConnectHandler(
            device_type="cisco_ios",
            host="127.0.0.1",
            port=emulation.ports["r1"],
            username="practice",
            password=PASSWORD,
            secret="secret",
        ) as connection,
    ):
        assert not connection.check_enable_mode()
        assert "secret" not in connection.enable()
        assert connection.check_enable_mode()


@pytest.fixture
def driver(emulation: Emulation) -> Iterator[Any]:
    options = {"port": emulation.ports["r1"], "dest_file_system": "flash:", "auto_file_prompt": False}
    made = get_network_driver("ios")("127.0.0.1", "practice", PASSWORD, optional_args=options)
    made.open()
    yield made
    made.close()


def test_napalm_loads_compares_commits_confirms_and_rolls_back(driver: Any, emulation: Emulation) -> None:
    device = emulation.device("r1")
    driver.load_merge_candidate(config="interface Loopback7\n ip address 192.0.2.7 255.255.255.255\nend\n")
    assert driver.compare_config() == "+interface Loopback7\n+ ip address 192.0.2.7 255.255.255.255"
    driver.commit_config(revert_in=60)
    assert driver.has_pending_commit()
    driver.confirm_commit()
    assert not driver.has_pending_commit()
    assert "Loopback7" in device.startup
    driver.rollback()
    assert "Loopback7" not in device.running.text()


def test_napalm_sees_an_unconfirmed_commit_expire(driver: Any, emulation: Emulation) -> None:
    driver.load_merge_candidate(config="interface Loopback8\nend\n")
    driver.commit_config(revert_in=60)
    assert "Loopback8" in emulation.device("r1").running.text()
    emulation.advance(61)
    assert "Loopback8" not in emulation.device("r1").running.text()
    assert not driver.has_pending_commit()
