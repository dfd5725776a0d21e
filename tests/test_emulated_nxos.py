"""The emulated NX-OS: what it takes, refuses, drops and shows, and the real drivers driving it."""

import json
import re
from collections.abc import Iterator

import pytest
from napalm import get_network_driver
from napalm.base.exceptions import MergeConfigException
from netmiko import ConnectHandler

from lab.emulated.device import PASSWORD, Device, Login
from lab.emulated.faults import Fault
from lab.emulated.model import Model
from lab.emulated.nxos import Nxos
from lab.emulated.nxos_cli import NxosCli
from lab.emulated.nxos_store import NxosStore
from lab.emulated.server import Emulation
from lab.emulated.system import Refusal
from lab.emulated.views import Link, Node


def node(own: int, other: int) -> Node:
    link = Link(
        1, f"192.0.2.{own}/29", f"2001:db8:f::{own}/64", f"nx{other}",
        f"192.0.2.{other}/29", f"2001:db8:f::{other}/64", "0.0.0.0", isis=True, peer_as="65000",
    )  # fmt: skip
    return Node(
        f"nx{own}", f"10.0.0.{own}", (link,), ospf=True, ospf3=True, isis="CORE",
        isis_net=f"49.0001.0000.0000.000{own}.00", asn="65000", vrfs=("RED",),
    )  # fmt: skip


NODES = (node(1, 2), node(2, 1))
ADVERTISED = """\
interface loopback0
 ip address 10.0.0.{n}/32
 ipv6 address 2001:db8::{n}/128
 ip router ospf 1 area 0
 ipv6 router ospfv3 1 area 0
 ip router isis CORE
 ipv6 router isis CORE
router bgp 65000
 address-family ipv4 unicast
  network 10.0.0.{n}/32
 address-family ipv6 unicast
  network 2001:db8::{n}/128"""


@pytest.fixture
def store() -> NxosStore:
    system = Nxos()
    found = system.store(system.first(NODES[0]))
    found.apply(["interface loopback0", " ip address 10.0.0.1/32", " ip address 10.0.0.2/32 secondary"])
    return found


@pytest.fixture
def devices() -> list[Device]:
    model = Model(NODES)
    made = [Device(one, Nxos(), model) for one in NODES]
    for device in made:
        device.running.apply(ADVERTISED.format(n=device.name[-1]).splitlines())
        device.changed()
    return made


@pytest.fixture
def cli(devices: list[Device]) -> NxosCli:
    return NxosCli(devices[0], Login())


TAKEN = {
    "a name in any spelling": (["interface Loopback 7", "shutdown"], "interface loopback7\n  shutdown"),
    "a short name": (["interface lo7", "shutdown"], "interface loopback7\n  shutdown"),
    "a mask": (["interface lo7", "ip address 10.7.0.1 255.255.255.0"], "  ip address 10.7.0.1/24"),
    "IPv6 in capitals": (["interface lo7", "ipv6 address 2001:DB8:0:0::7/128"], "  ipv6 address 2001:db8::7/128"),
    "an area as a number": (["interface lo7", "ip router ospf 1 area 10"], "  ip router ospf 1 area 0.0.0.10"),
    "no shutdown is not shown": (["interface lo7", "shutdown", "no shutdown"], "interface loopback7\n\nrouter ospf 1"),
    "a primary is replaced": (
        ["interface lo0", "ip address 10.9.9.9/32"],
        "  ip address 10.9.9.9/32\n  ip address 10.0.0.2/32 secondary",
    ),
    "a network with a mask": (
        ["router bgp 65000", "address-family ipv4 unicast", "network 10.0.0.1 mask 255.255.255.255"],
        "    network 10.0.0.1/32\n",
    ),
    "metrics per level": (
        ["interface lo7", "isis metric 5 level-2", "isis metric 4 level-1", "isis metric 6 level-2"],
        "  isis metric 4 level-1\n  isis metric 6 level-2\n",
    ),
    "a neighbour and its AS in one line": (
        ["router bgp 65000", "neighbor 192.0.2.9 remote-as 65009"],
        "  neighbor 192.0.2.9\n    remote-as 65009\n",
    ),
    "a process in a VRF": (["router ospf 1", "vrf RED", "router-id 10.1.1.1"], "  vrf RED\n    router-id 10.1.1.1"),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "shown"), TAKEN.values(), ids=list(TAKEN))
def test_it_takes_a_line_and_shows_it_in_its_own_spelling(store: NxosStore, lines: list[str], shown: str) -> None:
    store.apply(lines)
    assert shown in store.text()
    assert NxosStore(store.text()).text() == store.text()


INVALID = "% Invalid command at '^' marker."
ON_LOOPBACK, ON_LINK = "overlaps with address configured on Lo0", "overlaps with address configured on Eth1/1"
REFUSED = {
    "an address of another": (["interface lo1", "ip address 10.0.0.1/32"], f"% 10.0.0.1/32 {ON_LOOPBACK}"),
    "a network around one": (["interface lo1", "ip address 10.0.0.9/24"], f"% 10.0.0.9/24 {ON_LOOPBACK}"),
    "a secondary of a link": (["interface lo1", "ip address 192.0.2.4/32 secondary"], f"% 192.0.2.4/32 {ON_LINK}"),
    "an IPv6 address of a link": (
        ["interface lo1", "ipv6 address 2001:db8:f::9/128"],
        f"% 2001:db8:f::9/128 {ON_LINK}",
    ),
    "the primary before the others": (
        ["interface lo0", "no ip address 10.0.0.1/32"],
        "% Must delete secondary before deleting primary",
    ),
    "a number too high": (["interface loopback1024"], INVALID),
    "no address": (["interface lo1", "ip address 10.0.0.300/32"], INVALID),
    "a line of a feature that is off": (["interface lo1", "ip pim sparse-mode"], INVALID),
    "an address outside an interface": (["ip address 10.9.9.9/32"], INVALID),
    "a feature that is none": (["feature ospv"], INVALID),
    "a second AS": (["router bgp 65001"], "% BGP is already running; AS is 65000"),
    "a text too long": (
        ["interface lo1", "description " + "x" * 255],
        "% String exceeded max length of (254) at '^' marker.",
    ),
    "half a line": (["interface lo1", "ip address"], "% Incomplete command at '^' marker."),
}


@pytest.mark.parametrize(("lines", "answer"), REFUSED.values(), ids=list(REFUSED))
def test_it_refuses_in_its_own_words_and_keeps_what_came_before(
    store: NxosStore, lines: list[str], answer: str
) -> None:
    before = store.copy()
    before.apply(lines[:-1])
    with pytest.raises(Refusal) as refused:
        store.apply(lines)
    assert refused.value.answer == answer
    assert store.text() == before.text()


def test_the_same_address_may_be_in_another_vrf(store: NxosStore) -> None:
    store.apply(["interface loopback1", "vrf member RED", "ip address 10.0.0.1/32"])
    assert store.facts("nx1").ports[-1].addresses == ("10.0.0.1/32",)


@pytest.mark.parametrize("back", ["vrf member RED", "no vrf member RED"])
def test_a_vrf_move_drops_what_is_of_layer_3_and_says_so(store: NxosStore, back: str) -> None:
    store.apply(["interface loopback0", "description kept", "ip router ospf 1 area 0"])
    if back.startswith("no"):
        store.apply(["interface loopback0", "vrf member RED", "ip address 10.0.0.1/32"])
    store.messages()
    store.apply(["interface loopback0", back])
    assert store.messages() == ["Warning: Deleted all L3 config on interface loopback0"]
    port = next(port for port in store.facts("nx1").ports if port.name == "loopback0")
    assert (port.description, port.addresses, port.protocols) == ("kept", (), ())


def test_a_feature_that_goes_takes_its_lines_along(store: NxosStore) -> None:
    store.apply(["interface loopback0", "ip router ospf 1 area 0", "exit", "no feature ospf"])
    assert "router ospf 1" not in store.text()
    assert "router ospfv3 1" in store.text()


def test_all_shows_the_defaults_too(cli: NxosCli) -> None:
    assert "  no shutdown" in cli.answer("show running-config all").split("interface loopback0")[1].split("\n\n")[0]
    assert "  no shutdown" not in cli.answer("show running-config").split("interface loopback0")[1].split("\n\n")[0]


def test_one_row_is_an_object_and_several_are_a_list(cli: NxosCli) -> None:
    classic = json.loads(cli.answer("show ip route vrf all | json"))
    native = json.loads(cli.answer("show ip route vrf all | json native"))
    vrf = classic["TABLE_vrf"]["ROW_vrf"]
    assert isinstance(vrf, dict)
    assert isinstance(native["TABLE_vrf"]["ROW_vrf"], list)
    prefixes = {row["ipprefix"]: row for row in vrf["TABLE_addrf"]["ROW_addrf"]["TABLE_prefix"]["ROW_prefix"]}
    assert [path["clientname"] for path in prefixes["10.0.0.1/32"]["TABLE_path"]["ROW_path"]] == ["local", "direct"]
    assert prefixes["10.0.0.2/32"]["TABLE_path"]["ROW_path"]["ifname"] == "Eth1/1"
    assert prefixes["10.0.0.2/32"]["TABLE_path"]["ROW_path"]["metric"] == "2"


def test_names_differ_between_commands(cli: NxosCli) -> None:
    assert '"intf-name": "loopback0"' in cli.answer("show ip interface vrf all | json")
    assert '"ifname": "Lo0"' in cli.answer("show ip route vrf all | json")


def test_nothing_to_tell_is_no_document(cli: NxosCli) -> None:
    cli.device.running.apply(["no router isis CORE"])
    assert cli.answer("show isis database detail vrf all") == "Note:  process currently not running\n"


def test_the_prompt_names_the_context(cli: NxosCli) -> None:
    prompts = []
    for line in ("configure terminal", "router bgp 65000", "address-family ipv4 unicast", "interface lo0", "end"):
        cli.answer(line)
        prompts.append(cli.prompt)
    assert prompts == [
        "nx1(config)# ", "nx1(config-router)# ", "nx1(config-router-af)# ", "nx1(config-if)# ", "nx1# ",
    ]  # fmt: skip


def test_a_rollback_to_a_checkpoint_brings_everything_back(cli: NxosCli) -> None:
    before = cli.device.running.text()
    assert cli.answer("checkpoint BEFORE").endswith("Done\n")
    assert "already exists" in cli.answer("checkpoint BEFORE")
    for line in ("configure terminal", "interface lo0", "vrf member RED", "end"):
        cli.answer(line)
    assert cli.device.running.text() != before
    assert "Rollback completed successfully." in cli.answer("rollback running-config checkpoint BEFORE atomic")
    assert cli.device.running.text() == before
    assert "Rollback Patch is Empty" in cli.answer("rollback running-config checkpoint BEFORE")
    assert "BEFORE:" in cli.answer("show checkpoint summary")
    assert cli.answer("no checkpoint BEFORE") == ""
    assert cli.answer("rollback running-config checkpoint BEFORE").startswith("ERROR")


def test_a_file_that_is_there_is_overwritten_when_asked_or_told_not_to_ask(cli: NxosCli) -> None:
    cli.answer("checkpoint file there")
    cli.answer("checkpoint file there")
    assert cli.prompt.startswith("There is already a file")
    assert cli.answer("n") == "Operation aborted\n"
    cli.answer("terminal dont-ask")
    assert cli.answer("checkpoint file there").endswith("Done\n")


def test_a_full_flash_keeps_no_checkpoint(cli: NxosCli) -> None:
    cli.device.faults.add(Fault("full-flash"))
    assert cli.answer("checkpoint A").startswith("ERROR")
    assert cli.answer("checkpoint file B").startswith("ERROR")
    assert "Copy complete." not in cli.answer("copy running-config startup-config")


def test_a_ping_says_how_many_came_back(cli: NxosCli) -> None:
    found = re.search(
        r"(\d+) packets transmitted, (\d+) packets received", cli.answer("ping 10.0.0.2 source 10.0.0.1 count 3")
    )
    assert found is not None
    assert found.groups() == ("3", "3")
    assert "100.00% packet loss" in cli.answer("ping6 2001:db8::99 source 2001:db8::1 count 2 timeout 1 vrf default")


def test_a_reload_forgets_what_is_not_saved(cli: NxosCli) -> None:
    cli.answer("reload")
    assert cli.prompt.startswith("This command will reboot the system.")
    cli.answer("y")
    assert "loopback0" not in cli.device.running.text()


@pytest.fixture
def emulation(devices: list[Device]) -> Iterator[Emulation]:
    with Emulation(devices) as running:
        yield running


def test_netmiko_configures_saves_and_reads_back(emulation: Emulation) -> None:
    with ConnectHandler(
        device_type="cisco_nxos", host="127.0.0.1", port=emulation.ports["nx1"], username="practice", password=PASSWORD
    ) as connection:
        connection.send_config_set(["interface loopback5", "ip address 10.5.0.1/32", "no shutdown"])
        assert "Copy complete" in connection.save_config()
        assert "  ip address 10.5.0.1/32" in connection.send_command("show startup-config")


def test_napalm_is_blind_to_refusals_that_are_no_invalid_command_and_rolls_back(emulation: Emulation) -> None:
    device = emulation.device("nx1")
    before = device.running.text()
    driver = get_network_driver("nxos_ssh")(
        "127.0.0.1", "practice", PASSWORD, optional_args={"port": emulation.ports["nx1"]}
    )
    driver.open()
    try:
        driver.load_merge_candidate(config="interface loopback1\n  ip address 10.0.0.1/32\n  description taken\n")
        assert "description taken" in driver.compare_config()
        driver.commit_config()
        after = next(port for port in device.running.facts("nx1").ports if port.name == "loopback1")
        assert (after.description, after.addresses) == ("taken", ())
        driver.rollback()
        assert device.running.text() == before
        driver.load_merge_candidate(config="frobnicate\n")
        with pytest.raises(MergeConfigException):
            driver.commit_config()
        assert driver.get_interfaces_ip()["loopback0"]["ipv4"] == {"10.0.0.1": {"prefix_length": 32}}
        assert driver.ping("10.0.0.2")["success"]["packet_loss"] == 0
    finally:
        driver.close()
