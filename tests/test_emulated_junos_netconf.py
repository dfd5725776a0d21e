"""The emulated Junos as it is seen: its show commands, and NAPALM's own driver against its NETCONF."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import napalm
import pytest
from jnpr.junos.exception import ConnectAuthError, ConnectClosedError
from junos_devices import LINE, LOOPBACKS, devices, provisioned
from napalm.base.exceptions import LockError, MergeConfigException

from lab.emulated.device import Device, Login
from lab.emulated.faults import Fault
from lab.emulated.junos_commit import database
from lab.emulated.junos_show import show
from lab.emulated.netconf_element import to_json
from lab.emulated.server import Emulation


def shown(device: Device, command: str) -> str:
    answer = show(device, command)
    assert answer is not None
    return answer.text


def test_shows_tell_what_the_network_around_knows():
    both = devices()
    both["mx1"].running.apply(LOOPBACKS.splitlines())
    both["mx1"].changed()
    there = both["mx2"]
    assert re.search(r"Router   10.255.0.1 .*\n.*\n  id 10.255.0.1, data 255.255.255.255", shown(there, OSPF))
    assert "Prefix 2001:db8:255::1/128" in shown(there, "show ospf3 database detail")
    assert re.search(r"mx1.00-00 Seq.*\n   IP prefix: 10.255.0.1/32", shown(there, "show isis database detail"))
    assert re.search(r"^10.255.0.1/32 +\*\[", shown(there, "show route active-path"), re.MULTILINE)
    assert "blue.inet.0: 1 destinations" in shown(both["mx1"], "show route")
    assert "10.255.0.1/32" in shown(both["mx1"], "show route advertising-protocol bgp 198.18.0.3")
    answer = show(there, "show route protocol bgp extensive")
    assert answer is not None
    told = json.loads(to_json(answer.element))["route-information"][0]["route-table"][0]["rt"][0]
    assert told["rt-destination"][0]["data"] == "10.255.0.1"
    assert told["rt-entry"][0]["peer-id"][0]["data"] == "10.255.0.1"


OSPF = "show ospf database detail"


def test_own_routes_in_bgp_name_the_groups_they_go_to_while_a_session_is_up():
    both = devices()
    mine = both["mx1"]
    mine.running.apply(LOOPBACKS.splitlines())
    mine.changed()
    own = "show route protocol direct extensive"
    assert shown(mine, own).count("(group as65010-inet type External)") == 1
    both["mx2"].running.apply(["set interfaces ge-0/0/1 unit 0 disable"])
    both["mx2"].changed()
    assert "(group" not in shown(mine, own)


@pytest.fixture(scope="module")
def emulation() -> Iterator[Emulation]:
    with pytest.MonkeyPatch.context() as patch, Emulation(devices().values()) as running:
        # The client looks ten times a second whether it has anything to send.
        patch.setattr("ncclient.transport.session.TICK", 0.002)
        yield running


@contextmanager
def driver(
    emulation: Emulation, name: str = "mx1", password: str = Login().password
) -> Iterator[napalm.base.NetworkDriver]:
    options = {"port": emulation.ports[name], "ignore_warning": False}
    with napalm.get_network_driver("junos")("127.0.0.1", "practice", password, optional_args=options) as opened:
        yield opened


def test_the_driver_loads_compares_commits_with_a_timer_and_confirms(emulation: Emulation):
    with driver(emulation) as junos:
        junos.load_merge_candidate(config=LOOPBACKS)
        assert '+   description "core & <x>";' in junos.compare_config()
        assert "set routing-instances blue interface lo0.1" in junos.get_config("candidate", format="set")["candidate"]
        junos.commit_config(revert_in=120)
        assert junos.has_pending_commit()
        junos.confirm_commit()
        assert not junos.has_pending_commit()
        assert junos.get_config("running", format="set")["running"].strip() == provisioned().text().strip()
        assert junos.ping("10.255.0.1", source="10.255.0.1", count=2)["success"]["packet_loss"] == 0
        assert "error" in junos.ping("192.0.2.1", count=1)
    emulation.advance(999)
    assert "lo0.1" in emulation.device("mx1").running.text()


def test_the_driver_takes_back_a_pending_commit(emulation: Emulation):
    before = emulation.device("mx2").running.text()
    with driver(emulation, "mx2") as junos:
        junos.load_merge_candidate(config=LINE)
        junos.commit_config(revert_in=60)
        junos.rollback()
        assert not junos.has_pending_commit()
    assert emulation.device("mx2").running.text() == before


def test_the_driver_reads_facts_addresses_and_commands(emulation: Emulation):
    with driver(emulation, "mx2") as junos:
        assert junos.get_facts()["hostname"] == "mx2"
        assert "198.18.0.1" in junos.get_interfaces_ip()["ge-0/0/0.0"]["ipv4"]
        answers = junos.cli(["show version", "show configuration | display set"])
        assert "\nHostname: mx2\n" in answers["show version"]
        assert answers["show configuration | display set"].strip() == emulation.device("mx2").running.text().strip()


@pytest.mark.parametrize(
    ("lines", "said"),
    [("set frob 1", "syntax error"), ("delete interfaces lo0 unit 7", "statement not found")],
    ids=["a line that is refused", "a warning"],
)
def test_the_driver_raises_what_the_device_says_of_a_load(emulation: Emulation, lines: str, said: str):
    with driver(emulation, "mx2") as junos:
        with pytest.raises(MergeConfigException, match=said):
            junos.load_merge_candidate(config=lines)
        assert database(emulation.device("mx2")).holder is None


def test_the_driver_names_who_holds_the_lock(emulation: Emulation):
    with driver(emulation, "mx2") as one, driver(emulation, "mx2") as other:
        one.load_merge_candidate(config=LINE)
        with pytest.raises(LockError, match="practice terminal"):
            other.load_merge_candidate(config=LINE)
        one.discard_config()


def test_a_wrong_password_is_refused(emulation: Emulation):
    with pytest.raises(ConnectAuthError), driver(emulation, "mx2", "wrong"):
        pass


def test_faults_of_a_device_reach_the_driver(emulation: Emulation):
    device = emulation.device("mx2")
    device.faults.add(Fault("reject", match="description", text="statement creation failed", times=1))
    device.faults.add(Fault("locked", text="night-shift", times=1))
    with driver(emulation, "mx2") as junos:
        with pytest.raises(LockError, match="night-shift"):
            junos.load_merge_candidate(config=LINE)
        with pytest.raises(MergeConfigException, match="statement creation failed"):
            junos.load_merge_candidate(config=LINE)


def test_a_connection_that_is_cut_lets_go_of_its_lock_and_its_changes(emulation: Emulation):
    device = emulation.device("mx2")
    before = device.running.text()
    with driver(emulation, "mx2") as junos:
        junos.load_merge_candidate(config=LINE)
        device.cut()
        with pytest.raises(ConnectClosedError):
            junos.compare_config()
    with driver(emulation, "mx2") as junos:
        junos.load_merge_candidate(config="set interfaces lo0 description mine")
        assert "description x" not in junos.compare_config()
        junos.discard_config()
    assert device.running.text() == before


def test_an_answer_that_is_cut_short_is_an_error(emulation: Emulation):
    device = emulation.device("mx2")
    with driver(emulation, "mx2") as junos:
        device.faults.add(Fault("drop", count=1))
        with pytest.raises(ConnectClosedError):
            junos.cli(["show version"])
        device.faults.clear("drop")
