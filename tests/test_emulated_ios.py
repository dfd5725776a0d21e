"""Emulated IOS: what it takes and shows, refuses and drops, its timer, and what real clients make of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from napalm import get_network_driver
from netmiko import ConnectHandler
from quiet_network import NODE, Quiet

from lab.emulated.device import PASSWORD, Device, Login
from lab.emulated.faults import Fault
from lab.emulated.ios import Ios, IosStore
from lab.emulated.ios_cli import IosCli
from lab.emulated.server import Emulation
from lab.emulated.system import Refusal
from lab.emulated.views import Enabled, Originates

LO = ["interface Loopback0", " ip address 192.0.2.1 255.255.255.255"]
TWO = [*LO, " ip address 192.0.2.2 255.255.255.255 secondary"]
BLUE = ["interface Loopback0", " vrf forwarding blue"]


def store(*lines: str) -> IosStore:
    made = IosStore(Ios().first(NODE))
    made.apply(lines)
    return made


def block(made: IosStore, start: str) -> list[str]:
    return list(made.block(made.root.children[start], 0))


SHOWN = {
    "short name": (["interface lo0"], "interface Loopback0\n no ip address"),
    "name with a space": (["interface loopback 12"], "interface Loopback12\n"),
    "ipv6 in upper case": (["interface Lo0", "ipv6 address 2001:db8::A/128"], " ipv6 address 2001:DB8::A/128"),
    "secondary before primary": (
        TWO,
        " ip address 192.0.2.2 255.255.255.255 secondary\n ip address 192.0.2.1 255.255.255.255\n",
    ),
    "area as typed": ([*LO, "ip ospf 1 area 0"], " ip ospf 1 area 0\n"),
    "quad area as typed": ([*LO, "ip ospf 1 area 0.0.0.0"], " ip ospf 1 area 0.0.0.0\n"),
    "legacy vrf line": (["interface Lo0", "ip vrf forwarding blue"], " ip vrf forwarding blue\n"),
    "unicast is not shown": (
        ["router bgp 65001", "address-family ipv4 unicast", "network 192.0.2.1 mask 255.255.255.255"],
        " address-family ipv4\n  network 192.0.2.1 mask 255.255.255.255\n",
    ),
    "mask of the class is not shown": (
        ["router bgp 65001", "address-family ipv4", "network 192.0.2.0 mask 255.255.255.0"],
        "  network 192.0.2.0\n",
    ),
    "network goes into the family that is there": (
        ["router bgp 65001", "network 192.0.2.1 mask 255.255.255.255"],
        " address-family ipv4\n  network 192.0.2.1 mask 255.255.255.255\n  neighbor",
    ),
    "vrf family": (
        ["router bgp 65001", "address-family ipv6 vrf blue", "network 2001:db8::1/128"],
        " address-family ipv6 vrf blue\n  network 2001:DB8::1/128\n exit-address-family",
    ),
    "process of its own accord": ([*LO, "ip ospf 7 area 0"], "router ospf 7\n"),
    "instance of its own accord": ([*LO, "ip router isis EDGE"], "router isis EDGE\n"),
    "passive": (["router isis CORE", "passive-interface lo0"], " passive-interface Loopback0\n"),
    "active where passive is the default": (
        ["router ospf 1", "passive-interface default", "no passive-interface gi1"],
        " no passive-interface GigabitEthernet1\n",
    ),
    "foreign on an interface": (["interface Lo0", "ip mtu 1400"], " ip mtu 1400\n"),
    "foreign at the top": (["logging host 192.0.2.99"], "logging host 192.0.2.99\n"),
    "switched off": (["interface Lo0", "no ip redirects"], " no ip redirects\n"),
    "prefix list and route map": (
        ["ip prefix-list A seq 5 permit 192.0.2.0/24", "route-map M permit 10", "match ip address prefix-list A"],
        "route-map M permit 10\n match ip address prefix-list A\n",
    ),
    "promoted": ([*TWO, "ip address 192.0.2.2 255.255.255.255"], "0\n ip address 192.0.2.2 255.255.255.255\n"),
}
NOT_SHOWN = {
    "promoted, the former": ([*TWO, " ip address 192.0.2.2 255.255.255.255"], "192.0.2.1"),
    "promoted, as secondary": ([*TWO, " ip address 192.0.2.2 255.255.255.255"], "secondary"),
    "default": ([*LO, "no shutdown"], "shutdown"),
    "default level": ([*LO, "isis circuit-type level-1-2"], "circuit-type"),
    "removed interface": ([*LO, "no interface Loopback0"], "Loopback0"),
    "passive line of a removed interface": (
        [*LO, "router ospf 1", "passive-interface Lo0", "no interface Lo0"],
        "passive-interface",
    ),
    "lines into a removed process": ([*LO, "ip ospf 1 area 0", "no router ospf 1"], "ip ospf 1 area"),
    "every address": ([*TWO, "no ip address"], "192.0.2."),
    "addresses of a moved interface": ([*TWO, "ipv6 address 2001:db8::1/128", "vrf forwarding blue"], "192.0.2."),
    "ipv6 of a moved interface": ([*TWO, "ipv6 address 2001:db8::1/128", "vrf forwarding blue"], "2001:DB8::1/"),
    "addresses of an interface that left": ([*BLUE, LO[1], "no vrf forwarding"], "192.0.2.1"),
    "what is in a removed vrf": ([*BLUE, LO[1], "no vrf definition blue"], "blue"),
    "description by its word": ([*LO, "description a b", "no description"], "description a b"),
    "description by another text": ([*LO, "description a b", "no description c"], "description a b"),
    "cost by its word": ([*LO, "ip ospf cost 5", "no ip ospf cost"], "ip ospf cost"),
    "metric by its value": ([*LO, "isis metric 5", "no isis metric 5"], "isis metric"),
    "ospfv3 cost": ([*LO, "ospfv3 1 ipv6 cost 5", "no ospfv3 1 ipv6 cost"], "ipv6 cost"),
    "network": (
        ["router bgp 65001", "address-family ipv4", "network 192.0.2.7", "no network 192.0.2.7"],
        "192.0.2.7",
    ),
    "neighbour": (["router bgp 65001", "no neighbor 198.18.0.1"], "neighbor 198.18.0.1"),
    "process": (["no router bgp 65001"], "router bgp"),
}
REFUSED = {
    "overlap": ([*LO, "interface Lo1", " ip address 192.0.2.1 255.255.255.255"], "% 192.0.2.1 overlaps with Loopback0"),
    "overlap with a link": (
        ["interface Lo1", " ip address 198.18.0.1 255.255.255.255"],
        "% 198.18.0.1 overlaps with GigabitEthernet1",
    ),
    "overlap of a secondary": (
        [*TWO, "interface Lo1", " ip address 192.0.2.2 255.255.255.255"],
        "% 192.0.2.2 overlaps with Loopback0",
    ),
    "ipv6 overlap": (
        ["interface Lo0", "ipv6 address 2001:db8::1/128", "interface Lo1", " ipv6 address 2001:db8::1/128"],
        "%Loopback1: Error: 2001:DB8::1/128 is overlapping with 2001:DB8::1/128 on Loopback0",
    ),
    "primary before secondary": (
        [*TWO, "no ip address 192.0.2.1 255.255.255.255"],
        "Must delete secondary before deleting primary",
    ),
    "no such address": ([*LO, "no ip address 192.0.2.9 255.255.255.255"], "Invalid address"),
    "network number": (["interface Lo0", "ip address 192.0.2.0 255.255.255.0"], "Bad mask /24 for address 192.0.2.0"),
    "no such vrf": (["interface Lo0", "vrf forwarding red"], "% VRF red does not exist"),
    "second as": (["router bgp 65002"], "BGP is already running; AS is 65001"),
    "hardware": (["no interface GigabitEthernet1"], "% Removal of physical interfaces is not permitted"),
    "unknown": (["interface Lo0", "ip adress 192.0.2.1"], "% Invalid input detected at '^' marker."),
    "number out of range": (["interface Loopback2147483648"], "% Invalid input detected"),
    "incomplete": (["interface Lo0", "ip ospf cost"], "% Incomplete command."),
}


@pytest.mark.parametrize("case", SHOWN)
def test_ios_shows(case: str) -> None:
    lines, expected = SHOWN[case]
    assert expected in store(*lines).text()


@pytest.mark.parametrize("case", NOT_SHOWN)
def test_ios_no_longer_shows(case: str) -> None:
    lines, gone = NOT_SHOWN[case]
    assert gone not in store(*lines).text()


@pytest.mark.parametrize("case", REFUSED)
def test_ios_refuses(case: str) -> None:
    lines, answer = REFUSED[case]
    made = store(*lines[:-1])
    before = made.text()
    with pytest.raises(Refusal) as refusal:
        store(*lines)
    assert refusal.value.answer.startswith(answer)
    assert made.text() == before


@pytest.mark.parametrize("case", SHOWN)
def test_what_ios_shows_it_takes_again(case: str) -> None:
    text = store(*SHOWN[case][0]).text()
    assert IosStore(text).text() == text


def test_the_same_address_is_taken_in_another_vrf() -> None:
    made = store(*LO, "interface Loopback1", "vrf forwarding blue", LO[1])
    assert made.text().count("192.0.2.1 255.255.255.255") == 2


def test_what_a_vrf_drops_is_said() -> None:
    assert store(*TWO, "ipv6 address 2001:db8::1/128", "vrf forwarding blue").messages() == [
        "% Interface Loopback0 IPv4 disabled and address(es) removed due to enabling VRF blue",
        "% Interface Loopback0 IPv6 disabled and address(es) removed due to enabling VRF blue",
    ]


ON = {
    "line": (["ip ospf 1 area 0"], ("ospf", "0.0.0.0", None, False)),
    "line with cost": (["ip ospf 1 area 1", "ip ospf cost 7"], ("ospf", "0.0.0.1", 7, False)),
    "statement": (["router ospf 1", "network 192.0.2.0 0.0.0.255 area 2"], ("ospf", "0.0.0.2", None, False)),
    "narrowest statement": (
        ["router ospf 1", "network 192.0.2.0 0.0.0.255 area 2", "network 192.0.2.1 0.0.0.0 area 3"],
        ("ospf", "0.0.0.3", None, False),
    ),
    "passive": (["ip ospf 1 area 0", "router ospf 1", "passive-interface lo0"], ("ospf", "0.0.0.0", None, True)),
    "passive by default": (
        ["ip ospf 1 area 0", "router ospf 1", "passive-interface default"],
        ("ospf", "0.0.0.0", None, True),
    ),
    "v3": (["ospfv3 1 ipv6 area 0", "ospfv3 1 ipv6 cost 9"], ("ospf3", "0.0.0.0", 9, False)),
    "v3 classic": (["ipv6 ospf 1 area 0", "ipv6 ospf cost 9"], ("ospf3", "0.0.0.0", 9, False)),
    "isis": (["ip router isis CORE", "isis metric 4"], ("isis", "", 4, False)),
    "isis passive alone": (["router isis CORE", "passive-interface lo0"], ("isis", "", None, True)),
}


@pytest.mark.parametrize("case", ON)
def test_a_protocol_is_on_an_interface(case: str) -> None:
    lines, expected = ON[case]
    port = store(*LO, *lines).facts("r1").ports[0]
    found = [(one.protocol, one.area, one.cost, one.passive) for one in port.protocols]
    assert found == [expected]


def test_a_process_of_another_vrf_does_not_take_an_interface_in() -> None:
    made = store(*BLUE, LO[1], "router ospf 1", "network 192.0.2.1 0.0.0.0 area 0")
    assert made.facts("r1").ports[0].protocols == ()


def test_levels_are_those_that_instance_and_interface_share() -> None:
    made = store(*LO, "ip router isis CORE", "isis circuit-type level-2-only", "router isis CORE", "is-type level-1-2")
    assert made.facts("r1").ports[0].protocols == (Enabled("isis", "ipv4", "CORE", level="2"),)


def test_facts_name_ports_addresses_and_what_is_announced() -> None:
    made = store(
        *TWO,
        "description core",
        "shutdown",
        "router bgp 65001",
        "address-family ipv4",
        "network 192.0.2.1 mask 255.255.255.255",
        "address-family ipv6 vrf blue",
        "network 2001:DB8::1/128",
    )
    facts = made.facts("r1")
    loopback, link = facts.ports
    assert (loopback.name, loopback.link, loopback.enabled, loopback.description) == ("Loopback0", 0, False, "core")
    assert loopback.addresses == ("192.0.2.1/32", "192.0.2.2/32")
    assert (link.name, link.link, link.addresses) == ("GigabitEthernet1", 1, ("198.18.0.0/31", "2001:db8:1800::/127"))
    assert (facts.router_id, facts.asn) == ("10.255.0.1", "65001")
    assert facts.announced == (Originates("192.0.2.1/32"), Originates("2001:db8::1/128", "blue"))


# --- the command line, without a transport


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
    assert block(device.running, "interface Loopback0")[1:] == [" description later", " no ip address"]


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
