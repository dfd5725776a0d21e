"""An emulated EOS device under NAPALM's own driver: candidates, commit timers, locks, and what getters tell."""

import gc
from collections.abc import Iterator

import pyeapi.eapilib
import pytest
from napalm import get_network_driver
from napalm.base.exceptions import CommitError, MergeConfigException, SessionLockedException

from lab.emulated.device import Device
from lab.emulated.faults import Fault
from lab.emulated.server import Emulation
from tests.eos_devices import Opened, devices, drivers, load, running


@pytest.fixture
def opened() -> Iterator[Opened]:
    with drivers() as driver:
        yield driver


@pytest.fixture
def pair() -> tuple[Device, Device]:
    return devices()


def test_a_candidate_is_loaded_compared_committed_and_saved(pair: tuple[Device, Device], opened: Opened) -> None:
    device, _ = pair
    driver = opened(device)
    load(driver)
    assert "interface Loopback0" not in running(device)
    diff = driver.compare_config()
    assert "+interface Loopback0" in diff
    assert not diff.startswith("---")
    driver.commit_config()
    assert "   ip ospf area 0.0.0.0\n" in running(device)
    assert device.startup == running(device)
    load(driver)
    assert driver.compare_config() == ""
    driver.discard_config()


def test_a_rolled_back_commit_is_what_was_saved_before(pair: tuple[Device, Device], opened: Opened) -> None:
    device, _ = pair
    driver, before = opened(device), running(device)
    load(driver)
    driver.commit_config()
    driver.rollback()
    assert running(device) == before


@pytest.mark.parametrize("version", ["4.28.3M", "4.32.2F"])
def test_a_timed_commit_is_confirmed_by_a_second_one(version: str, opened: Opened) -> None:
    device, _ = devices(version)
    driver = opened(device)
    load(driver)
    driver.commit_config(revert_in=120)
    assert driver.has_pending_commit()
    driver.confirm_commit()
    assert not driver.has_pending_commit()
    device.clock.advance(600)
    assert "interface Loopback0" in running(device)
    assert device.startup == running(device)


@pytest.mark.parametrize("version", ["4.28.3M", "4.32.2F"])
def test_a_timed_commit_that_nobody_confirms_is_taken_back(version: str, opened: Opened) -> None:
    device, _ = devices(version)
    driver, before = opened(device), running(device)
    load(driver)
    driver.commit_config(revert_in=120)
    device.clock.advance(119)
    assert running(device) != before
    device.clock.advance(2)
    assert running(device) == before
    assert not driver.has_pending_commit()
    with pytest.raises(CommitError):
        driver.confirm_commit()


def test_closing_the_driver_takes_a_timed_commit_back(pair: tuple[Device, Device], opened: Opened) -> None:
    device, _ = pair
    driver, before = opened(device), running(device)
    load(driver)
    driver.commit_config(revert_in=120)
    driver.close()
    assert running(device) == before


def test_forgetting_the_driver_takes_a_timed_commit_back(pair: tuple[Device, Device]) -> None:
    device, _ = pair
    before = running(device)
    with Emulation([device]) as emulation:
        driver = get_network_driver("eos")("127.0.0.1", "practice", "practice", 5, {"port": emulation.ports["e1"]})
        driver.open()
        load(driver)
        driver.commit_config(revert_in=120)
        assert running(device) != before
        del driver
        gc.collect()
        assert running(device) == before


def test_another_driver_cannot_confirm(pair: tuple[Device, Device], opened: Opened) -> None:
    device, _ = pair
    load(first := opened(device))
    first.commit_config(revert_in=120)
    second = opened(device)
    assert second.has_pending_commit()
    with pytest.raises(CommitError):
        second.confirm_commit()


def test_a_pending_session_of_another_is_the_lock(pair: tuple[Device, Device], opened: Opened) -> None:
    device, _ = pair
    load(first := opened(device))
    second = opened(device)
    with pytest.raises(SessionLockedException):
        second._lock()
    first.discard_config()
    second._lock()
    device.faults.add(Fault("locked", text="somebody"))
    with pytest.raises(SessionLockedException):
        second._lock()


def test_pending_sessions_are_limited(pair: tuple[Device, Device], opened: Opened) -> None:
    device, _ = pair
    for _ in range(5):
        load(opened(device, lock_disable=True))
    with pytest.raises(pyeapi.eapilib.CommandError) as failed:
        opened(device).device.run_commands(["configure session one-more"])
    assert failed.value.output[-1]["errors"][0].startswith("Maximum number of pending sessions has been reached.")


def test_a_refused_line_leaves_nothing_behind(pair: tuple[Device, Device], opened: Opened) -> None:
    device, _ = pair
    driver, before = opened(device), running(device)
    with pytest.raises(MergeConfigException, match=r"'ip adress 10.0.0.1/32' failed: invalid command"):
        load(driver, ("interface Loopback0", "ip adress 10.0.0.1/32"))
    assert running(device) == before
    load(driver)


def test_what_a_commit_replaces_is_the_whole_configuration(pair: tuple[Device, Device], opened: Opened) -> None:
    device, _ = pair
    load(driver := opened(device))
    device.running.apply(["interface Loopback9", " description of another"])
    driver.commit_config()
    assert "of another" not in running(device)


def test_the_getters_complete(pair: tuple[Device, Device], opened: Opened) -> None:
    device, _ = pair
    load(driver := opened(device))
    driver.commit_config()
    assert driver.get_facts()["hostname"] == "e1"
    assert driver.get_interfaces()["Loopback0"]["is_up"]
    addresses = driver.get_interfaces_ip()["Loopback0"]
    assert addresses["ipv4"] == {"10.255.0.1": {"prefix_length": 32}}
    assert addresses["ipv6"]["2001:db8:255::1"] == {"prefix_length": 128}
    assert driver.get_config()["running"].endswith("end\n")
    assert driver.get_route_to("10.255.0.1/32")["10.255.0.1/32"][0]["protocol"] == "connected"
    assert driver.get_bgp_neighbors()["global"]["peers"]["198.51.100.1"]["is_up"]
    assert set(driver.get_network_instances()) == {"default", "blue"}


def test_a_neighbour_sees_and_reaches_the_loopback(pair: tuple[Device, Device], opened: Opened) -> None:
    one, other = pair
    load(driver := opened(one))
    driver.commit_config()
    watching = opened(other)
    assert watching.ping("10.255.0.1", count=3)["success"]["packet_loss"] == 0
    assert watching.ping("10.255.0.9", count=3)["success"]["packet_loss"] == 3
    route = watching.device.run_commands(["show ip route vrf all"])[0]["vrfs"]["default"]["routes"]["10.255.0.1/32"]
    assert route["vias"][0]["interface"] == "Ethernet1"
    lsdb = watching.device.run_commands(["show ip ospf database detail"])[0]
    areas = lsdb["vrfs"]["default"]["instList"]["1"]["areas"]
    links = [
        (lsa["advertisingRouter"], link["linkId"])
        for told in areas["0.0.0.0"]["areaDatabase"]
        for lsa in told["areaLsas"]
        for link in lsa["ospfRouterLsa"]["routerLsaLinks"]
    ]
    assert ("10.255.0.1", "10.255.0.1") in links
    isis = watching.cli(["show isis database detail"])["show isis database detail"]
    assert "Reachability         : 10.255.0.1/32 Metric:" in isis
    assert "Reachability          : 2001:db8:255::1/128 Metric:" in isis
    paths = watching.device.run_commands(["show bgp ipv6 unicast vrf all"])[0]["vrfs"]["default"]["bgpRouteEntries"]
    assert paths["2001:db8:255::1/128"]["bgpRoutePaths"][0]["asPathEntry"]["asPath"] == "65001"
