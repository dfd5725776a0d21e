"""The emulated IOS-XR: what it takes and shows, what a commit refuses, locks and trials, and netmiko driving it."""

import gc
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from netmiko import ConnectHandler

from lab.emulated.device import PASSWORD, Device, Login
from lab.emulated.faults import Fault
from lab.emulated.iosxr import IosXr
from lab.emulated.iosxr_cli import XrCli
from lab.emulated.iosxr_store import COMMIT_FAILED, CommitRefused, XrStore
from lab.emulated.model import Model
from lab.emulated.server import Emulation
from lab.emulated.system import Refusal
from lab.emulated.views import Link, Node, Originates


def node(own: int, other: int) -> Node:
    link = Link(
        1, f"192.0.2.{own}/29", f"2001:db8:f::{own}/64", f"xr{other}",
        f"192.0.2.{other}/29", f"2001:db8:f::{other}/64", "0.0.0.0", isis=True, peer_as="65000",
    )  # fmt: skip
    return Node(
        f"xr{own}", f"10.0.0.{own}", (link,), ospf=True, ospf3=True, isis="CORE",
        isis_net=f"49.0001.0000.0000.000{own}.00", asn="65000", vrfs=("RED",),
        ospf_ranges=(("0.0.0.1", "10.1.0.0/16"),),
    )  # fmt: skip


NODES = (node(1, 2), node(2, 1))
ADVERTISED = """\
interface Loopback0
 ipv4 address 10.0.0.{n} 255.255.255.255
 ipv6 address 2001:db8::{n}/128
router ospf 1
 area 0
  interface Loopback0
   passive enable
router ospfv3 1
 area 0
  interface Loopback0
   passive
router isis CORE
 interface Loopback0
  passive
  address-family ipv4 unicast
  address-family ipv6 unicast
router bgp 65000
 address-family ipv4 unicast
  network 10.0.0.{n}/32
 address-family ipv6 unicast
  network 2001:db8::{n}/128"""


@pytest.fixture
def store() -> XrStore:
    system = IosXr()
    found = system.store(system.first(NODES[0]))
    found.apply(["interface Loopback0", " ipv4 address 10.0.0.1/32", " ipv4 address 10.0.0.2/32 secondary"])
    return found


@pytest.fixture
def devices() -> list[Device]:
    model = Model(NODES)
    return [Device(node, IosXr(), model) for node in NODES]


@pytest.fixture
def device(devices: list[Device]) -> Device:
    return devices[0]


def typed(device: Device, *lines: str, cli: XrCli | None = None) -> tuple[XrCli, str]:
    """A session that has typed some lines, and its last answer without the time."""
    cli = cli or XrCli(device, Login())
    cli.timestamps = False
    answer = ""
    for line in lines:
        answer = cli.answer(line)
    return cli, answer


SHOWN = {
    "prefix as mask": (["interface Loopback1", " ipv4 address 10.9.9.9/24"], " ipv4 address 10.9.9.9 255.255.255.0"),
    "names in full": (["interface lo 7", " description x"], "interface Loopback7\n description x\n!"),
    "passive in full": (
        ["router ospf 1", " area 0", "  interface Loopback0", "   passive"],
        "  interface Loopback0\n   passive enable\n  !\n",
    ),
    "area in its first spelling": (
        ["router ospf 1", " area 0.0.0.0", "  interface Loopback0"],
        " area 0\n  interface GigabitEthernet0/0/0/0\n   network point-to-point\n  !\n  interface Loopback0\n  !\n !",
    ),
    "host bits of a network": (
        ["router bgp 65000", " address-family ipv4 unicast", "  network 10.0.0.1/24"],
        "  network 10.0.0.0/24\n",
    ),
    "a new primary": (["interface Loopback0", " ipv4 address 10.0.0.3/32"], " ipv4 address 10.0.0.3 255.255.255.255\n"),
    "by the place of a line": (
        ["router ospf 1", " area 1", "  interface Loopback5", "interface Loopback5", " shutdown"],
        "interface Loopback5\n shutdown\n!",
    ),
}
REFUSED = {
    "unknown": ["frobnicate"],
    "address without a mask": ["interface Loopback0", " ipv4 address 10.0.0.1"],
    "mask with holes": ["interface Loopback0", " ipv4 address 10.0.0.1 255.0.255.0"],
    "IOS's words": ["interface Loopback0", " ip address 10.0.0.1 255.255.255.255"],
    "no such loopback": ["interface Loopback2147483648"],
    "area out of range": ["router ospf 1", " area 1.2.3.999"],
    "network of the other family": ["router bgp 65000", " address-family ipv6 unicast", "  network 10.0.0.1/32"],
}


@pytest.mark.parametrize("case", SHOWN)
def test_lines_are_shown_as_the_system_spells_them(case: str, store: XrStore) -> None:
    lines, shown = SHOWN[case]
    store.apply(lines)
    assert shown in store.text()


@pytest.mark.parametrize("case", REFUSED)
def test_lines_that_are_no_configuration_are_refused_at_once(case: str, store: XrStore) -> None:
    before = store.text()
    with pytest.raises(Refusal, match=r"^.*%"):
        store.apply(REFUSED[case])
    assert store.text() == before


def test_what_is_shown_is_taken_again(store: XrStore) -> None:
    store.apply(ADVERTISED.format(n=1).splitlines())
    assert XrStore(store.text()).text() == store.text()


VRF_MOVES = {
    "kept addresses": ([" vrf RED"], True),
    "addresses replaced with it": ([" no ipv4 address", " vrf RED", " ipv4 address 10.7.0.1/32"], True),
    "made again with it": (
        ["no interface Loopback1", "interface Loopback1", " vrf RED", " ipv4 address 10.7.0.1/32"],
        True,
    ),
    "loopback gone": (["no interface Loopback1"], False),
    "another loopback": (["interface Loopback2", " vrf RED", " ipv4 address 10.7.0.1/32"], False),
}


@pytest.mark.parametrize("case", VRF_MOVES)
def test_the_vrf_of_an_interface_with_addresses_is_refused_at_commit(case: str, store: XrStore) -> None:
    store.apply(["interface Loopback1", " ipv4 address 10.0.7.1/32"])
    lines, refused = VRF_MOVES[case]
    lines = lines if not lines[0].startswith(" ") else ["interface Loopback1", *lines]
    if not refused:
        store.apply(lines)
        return
    with pytest.raises(CommitRefused, match="Failed to commit") as caught:
        store.apply(lines)
    assert "interface Loopback1\n vrf RED\n!!% 'RSI' detected the 'fatal' condition" in caught.value.report


def test_a_vrf_moves_in_two_commits(store: XrStore) -> None:
    store.apply(["interface Loopback0", " no ipv4 address", " no ipv4 address 10.0.0.2/32 secondary"])
    store.apply(["interface Loopback0", " vrf RED", " ipv4 address 10.0.0.1/32"])
    port = next(p for p in store.facts("xr1").ports if p.name == "Loopback0")
    assert (port.vrf, port.addresses) == ("RED", ("10.0.0.1/32",))


def test_an_interface_in_two_areas_is_refused_at_commit(store: XrStore) -> None:
    with pytest.raises(CommitRefused):
        store.apply(["router ospf 1", " area 0", "  interface Loopback0", " area 1", "  interface Loopback0"])


def test_facts_tell_what_runs_on_a_loopback(store: XrStore) -> None:
    store.apply(ADVERTISED.format(n=1).splitlines())
    store.apply(["router ospf 1", " cost 7", " area 0", "  interface Loopback0", "   network point-to-point"])
    store.apply(["router isis CORE", " interface Loopback0", "  address-family ipv4 unicast", "   metric 5"])
    facts = store.facts("xr1")
    port = next(p for p in facts.ports if p.name == "Loopback0")
    told = {(e.protocol, e.family): e for e in port.protocols}
    assert port.addresses == ("10.0.0.1/32", "10.0.0.2/32", "2001:db8::1/128")
    ospf, isis = told["ospf", "ipv4"], told["isis", "ipv4"]
    assert (ospf.area, ospf.cost, ospf.passive, ospf.point_to_point) == ("0.0.0.0", 7, True, True)
    assert (isis.level, isis.cost, told["isis", "ipv6"].cost) == ("2", 5, None)
    assert facts.announced == (Originates("10.0.0.1/32"), Originates("2001:db8::1/128"))
    assert (facts.router_id, facts.asn, port.link, facts.ports[0].link) == ("10.0.0.1", "65000", 0, 1)


def test_an_address_that_another_interface_holds_is_taken_and_stays_without_effect(device: Device) -> None:
    typed(device, "configure", "interface Loopback0", "ipv4 address 192.0.2.4/32", "commit")
    assert all("192.0.2.4/32" not in p.addresses for p in device.running.facts("xr1").ports)
    _, told = typed(device, "show ipv4 vrf all interface")
    assert "Loopback0 is Up, ipv4 protocol is Down" in told


def test_nothing_takes_effect_before_a_commit(device: Device) -> None:
    cli, answer = typed(device, "configure", "interface Loopback5", "ipv4 address 10.5.5.5/32", "show configuration")
    assert answer.splitlines()[2:] == ["interface Loopback5", " ipv4 address 10.5.5.5 255.255.255.255", "!", "end"]
    assert cli.prompt == "RP/0/RP0/CPU0:xr1(config-if)#"
    assert "Loopback5" in typed(device, "show configuration merge", cli=cli)[1]
    assert "Loopback5" not in typed(device, "show running-config")[1]
    assert typed(device, "commit", cli=cli)[1] == ""
    assert "Loopback5" in typed(device, "show running-config interface Loopback5")[1]


def test_a_removal_is_shown_as_such(device: Device) -> None:
    typed(device, "configure", "interface Loopback5", "ipv4 address 10.5.5.5/32", "description x", "commit")
    lines = ("configure", "interface Loopback5", "no description", "root", "router bgp 65000", "no vrf RED")
    _, answer = typed(device, *lines, "show configuration")
    assert answer.splitlines()[2:-1] == [
        "interface Loopback5", " no description x", "!", "router bgp 65000", " no vrf RED", "!",
    ]  # fmt: skip


def test_a_refused_commit_says_why_when_asked(device: Device) -> None:
    typed(device, "configure", "interface Loopback5", "ipv4 address 10.5.5.5/32", "commit")
    cli, answer = typed(device, "configure", "interface Loopback5", "vrf RED", "commit")
    assert answer.strip() == COMMIT_FAILED
    assert "addresses must be removed prior to changing" in typed(device, "show configuration failed", cli=cli)[1]
    assert typed(device, "clear", "commit", cli=cli)[1] == "No configuration changes to commit.\n"


LEAVING = {
    "no": (["no"], "RP/0/RP0/CPU0:xr1#", False),
    "yes": (["yes"], "RP/0/RP0/CPU0:xr1#", True),
    "cancel": ([""], "RP/0/RP0/CPU0:xr1(config-if)#", False),
}


@pytest.mark.parametrize("case", LEAVING)
def test_leaving_asks_what_is_to_become_of_changes(case: str, device: Device) -> None:
    said, prompt, committed = LEAVING[case]
    cli, _ = typed(device, "configure", "interface Loopback5", "description x", "end")
    assert cli.prompt == "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:"
    typed(device, *said, cli=cli)
    assert (cli.prompt, "Loopback5" in device.running.text()) == (prompt, committed)


def test_abort_drops_the_changes_and_leaves(device: Device) -> None:
    cli, _ = typed(device, "configure", "interface Loopback5", "description x", "abort")
    assert (cli.prompt, "Loopback5" in device.running.text()) == ("RP/0/RP0/CPU0:xr1#", False)


ARM = ("configure", "interface Loopback5", "description x", "commit confirmed 60")


def test_a_trial_is_undone_when_its_time_is_over(device: Device) -> None:
    typed(device, *ARM)
    device.clock.advance(59)
    assert "Loopback5" in device.running.text()
    device.clock.advance(2)
    assert "Loopback5" not in device.running.text()
    _, told = typed(device, "show configuration commit list")
    assert [line.split()[4] for line in told.splitlines()[2:]] == ["Rollback", "CLI"]


def test_a_trial_is_kept_by_a_commit_of_its_own_session(device: Device) -> None:
    cli, _ = typed(device, *ARM)
    assert typed(device, "commit", cli=cli)[1] == "% Confirming commit for trial session.\n"
    device.clock.advance(61)
    assert "Loopback5" in device.running.text()
    assert typed(device, "end", cli=cli)[0].prompt == "RP/0/RP0/CPU0:xr1#"


def test_a_trial_is_not_kept_by_another_session(device: Device) -> None:
    typed(device, *ARM)
    other, answer = typed(device, "configure", "commit")
    assert answer == "No configuration changes to commit.\n"
    _, answer = typed(device, "interface Loopback6", "description y", "commit", cli=other)
    assert answer.startswith("% Cannot commit because there is an unexpired trial/rollback\nsession '00001000-")
    assert "concurrent trial" in typed(device, "end", cli=other)[1]
    assert "A trial commit is underway" in typed(device, "configure exclusive")[1]
    device.clock.advance(61)
    assert "Loopback5" not in device.running.text()


@pytest.mark.parametrize(("said", "kept"), [("no", True), ("yes", False)])
def test_leaving_an_unconfirmed_trial_takes_it_back_at_once(said: str, kept: bool, device: Device) -> None:  # noqa: FBT001 - a case
    cli, _ = typed(device, *ARM, "end")
    assert cli.prompt.endswith("Do you wish to exit? [no]:")
    typed(device, said, cli=cli)
    assert ("Loopback5" in device.running.text(), cli.configuring) == (kept, kept)


def test_abort_takes_an_unconfirmed_trial_back_without_a_question(device: Device) -> None:
    cli, _ = typed(device, *ARM, "abort")
    assert ("Loopback5" in device.running.text(), cli.prompt) == (False, "RP/0/RP0/CPU0:xr1#")


@pytest.mark.parametrize("seconds", ["29", "65536"])
def test_a_trial_is_neither_shorter_nor_longer_than_the_system_allows(seconds: str, device: Device) -> None:
    _, answer = typed(device, *ARM[:-1], f"commit confirmed {seconds}")
    assert answer.endswith("% Invalid input detected at '^' marker.\n")
    assert "Loopback5" not in device.running.text()


def test_one_session_has_the_lock(device: Device) -> None:
    holder, _ = typed(device, "configure exclusive")
    assert "locked by another agent" in typed(device, "configure exclusive")[1]
    other, answer = typed(device, "configure", "interface Loopback5", "description x", "commit")
    assert answer.startswith("% Cannot commit because the configuration namespace is locked")
    assert typed(device, "show configuration sessions")[1].count("vty") == 2
    typed(device, "end", cli=holder)
    assert typed(device, "commit", cli=other)[1] == ""


def test_a_lock_of_a_stranger_is_a_fault_to_set(device: Device) -> None:
    device.faults.add(Fault("locked", text="admin"))
    assert "locked by another agent" in typed(device, "configure exclusive")[1]


def test_a_session_that_is_gone_loses_its_lock_and_its_target(device: Device) -> None:
    holder, _ = typed(device, "configure exclusive", "interface Loopback5", "description x")
    holder.ended()
    cli, _ = typed(device, "configure exclusive")
    assert cli.configuring
    del cli
    gc.collect()
    assert typed(device, "show configuration sessions")[1] == ""


def test_commits_of_others_are_asked_about_and_kept(device: Device) -> None:
    cli, _ = typed(device, "configure", "interface Loopback5", "description x")
    typed(device, "configure", "interface Loopback6", "description y", "commit")
    typed(device, "commit", cli=cli)
    assert cli.prompt.startswith("One or more commits have occurred from other configuration sessions")
    typed(device, "yes", cli=cli)
    assert {"Loopback5", "Loopback6"} <= {port.name for port in device.running.facts("xr1").ports}


def test_a_rollback_takes_commits_back(device: Device) -> None:
    typed(device, "configure", "interface Loopback5", "description x", "commit label ONE comment why not")
    _, told = typed(device, "show configuration commit list", "show configuration commit changes last 1")
    assert "interface Loopback5\n description x\n!\nend" in told
    _, told = typed(device, "rollback configuration last 1")
    assert "successfully rolled back 1 commits" in told
    assert "Loopback5" not in device.running.text()


def test_a_restart_forgets_a_trial_that_was_not_confirmed(device: Device) -> None:
    typed(device, *ARM)
    device.reload()
    assert "Loopback5" not in device.running.text()


def test_answers_begin_with_the_time_unless_that_is_switched_off(device: Device) -> None:
    cli = XrCli(device, Login())
    assert cli.answer("show version").splitlines()[0].endswith(" UTC")
    cli.answer("terminal exec prompt no-timestamp")
    assert cli.answer("show version").startswith("Cisco IOS XR Software, Version ")


Connect = Callable[..., Any]


@pytest.fixture
def connect(devices: list[Device]) -> Iterator[Connect]:
    with Emulation(devices) as emulation:
        made = []

        def connection(name: str = "xr1") -> Any:
            made.append(
                ConnectHandler(
                    device_type="cisco_xr", host="127.0.0.1", port=emulation.ports[name],
                    username="practice", password=PASSWORD,
                )
            )  # fmt: skip
            return made[-1]

        yield connection
        for each in made:
            each.disconnect()


def test_netmiko_commits_on_trial_and_confirms(connect: Connect, device: Device) -> None:
    connection = connect()
    connection.send_config_set(["interface Loopback5", " ipv4 address 10.5.5.5/32"])
    connection.commit(confirm=True, confirm_delay=60)
    assert "10.5.5.5 255.255.255.255" in connection.send_command("do show running-config interface Loopback5")
    assert "Confirming commit for trial session" in connection.commit()
    connection.exit_config_mode()
    device.clock.advance(61)
    assert "10.5.5.5" in connection.send_command("show ipv4 vrf all interface")


def test_netmiko_is_told_of_a_refused_commit_and_leaves_without_it(connect: Connect, device: Device) -> None:
    connection = connect()
    connection.send_config_set(["interface Loopback5", " ipv4 address 10.5.5.5/32"])
    connection.commit()
    connection.send_config_set(["interface Loopback5", " vrf RED"])
    with pytest.raises(ValueError, match="Failed to commit one or more configuration items"):
        connection.commit()
    assert "must be removed prior" in connection.send_command("show configuration failed")
    connection.exit_config_mode()
    assert "vrf RED" not in device.running.text().partition("router")[0].partition("interface Loopback5")[2]


def test_a_lock_goes_with_a_connection_that_is_cut(connect: Connect, device: Device) -> None:
    connection = connect()
    connection.send_command("configure exclusive", expect_string=r"\(config\)#")
    device.cut()
    deadline = time.monotonic() + 5
    while (told := typed(device, "show configuration sessions")[1]) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert told == ""
