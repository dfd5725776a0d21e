"""The mixed network: eight devices over six systems, on the topology model and on real routers."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from netmiko import ConnectHandler

import lab
from lab import mixed, mixed_inventory, mixed_process, mixed_sized
from lab import mixed_topology as topology
from lab.emulated.device import Device
from lab.emulated.model import Model
from lab.emulated.systems import SYSTEMS, system
from lab.errors import LabError, LabUnavailable, NotRunning
from lab.mixed import MixedNetwork
from lab.mixed_inventory import MixedDevice
from lab.namespaces import existing
from lab.waiting import wait_until

PARTS = {part.name: part for part in topology.PARTS}
NODES = {node.name: node for node in topology.nodes()}


def test_two_are_real_and_six_are_of_five_systems() -> None:
    found = Counter(part.system for part in topology.PARTS)
    assert found == {"frr": 2, "ios": 2, "iosxr": 1, "junos": 1, "nxos": 1, "eos": 1}
    assert {part.stand_in for part in topology.PARTS} == set(SYSTEMS)


def test_the_router_id_is_the_address_of_the_loopback() -> None:
    assert {name: node.router_id for name, node in NODES.items()} == {name: p.ipv4 for name, p in PARTS.items()}


def test_both_ends_of_a_link_agree() -> None:
    ends = {(link.ipv4, link.ipv6): (node.name, link) for node in NODES.values() for link in node.links}
    for name, link in ends.values():
        peer, far = ends[link.peer_ipv4, link.peer_ipv6]
        assert (peer, far.peer, far.area, far.isis) == (link.peer, name, link.area, link.isis)
        assert bool(far.peer_as) == bool(link.peer_as)


@pytest.mark.parametrize("name", PARTS)
def test_a_summary_covers_what_is_behind_the_border(name: str) -> None:
    part = PARTS[name]
    summary = {"access": topology.ACCESS_SUMMARY, "edge": ()}.get(part.group, topology.CORE_SUMMARY)
    inside = [ip_network(f"{part.ipv4}/32").subnet_of(ip_network(s)) for s in summary if ":" not in s]
    assert inside == [True] * len(summary[:1])


@pytest.fixture(params=["real", "stand-in"])
def first(request: pytest.FixtureRequest) -> Model:
    """All devices with nothing but their first configurations; the real ones are here always stood in for."""
    model = Model(NODES.values())
    for name, part in PARTS.items():
        chosen = part.system if request.param == "real" and part.system != topology.REAL else part.stand_in
        Device(NODES[name], system(chosen), model)
    return model


@pytest.mark.parametrize("protocol", ["ospf", "ospf3", "isis", "bgp"])
def test_devices_are_neighbours_by_their_first_configurations(first: Model, protocol: str) -> None:
    """Whatever the systems: what each one makes of a node comes to the same links."""
    wanted = {
        "ospf": {(n.name, k.peer) for n in NODES.values() for k in n.links if k.area},
        "isis": {(n.name, k.peer) for n in NODES.values() for k in n.links if k.isis},
        "bgp": {(n.name, k.peer) for n in NODES.values() for k in n.links if k.peer_as},
    }
    by_identity = {node.router_id: name for name, node in NODES.items()} | {name: name for name in NODES}
    by_identity |= {link.peer_ipv4.split("/")[0]: link.peer for node in NODES.values() for link in node.links}
    by_identity |= {link.peer_ipv6.split("/")[0]: link.peer for node in NODES.values() for link in node.links}
    found = {
        (name, by_identity[view.identity]) for name in NODES for view in first.neighbours(name, protocol) if view.up
    }
    assert found == wanted["ospf" if protocol == "ospf3" else protocol]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The inventory of the network with its real routers."""
    folder = tmp_path_factory.mktemp("inventory")
    devices = [
        MixedDevice(part.name, part.system, "127.0.0.1", 1000 + number, "me", Path("/key"), Path("/hosts"), "word")
        for number, part in enumerate(topology.PARTS)
    ]
    paths = mixed_inventory.write(devices, Path("/certificate"), folder)
    return {path.stem: yaml.safe_load(path.read_text()) for path in paths}


def with_loopback(written: dict[str, Any], number: int) -> set[str]:
    return {name for name, host in written["hosts"].items() if number in host["data"]["loopbacks"]}


def test_the_inventory_names_every_system(written: dict[str, Any]) -> None:
    assert {name: host["platform"] for name, host in written["hosts"].items()} == {
        part.name: part.system for part in topology.PARTS
    }
    used = {group for host in written["hosts"].values() for group in host["groups"]}
    assert used == set(written["groups"])


def test_a_password_is_said_only_where_keys_are_not_spoken_of(written: dict[str, Any]) -> None:
    said = {host["platform"] for host in written["hosts"].values() if "password" in host}
    assert said == {"eos"}


def test_three_carry_the_vrf_and_nobody_advertises_it(written: dict[str, Any]) -> None:
    names = with_loopback(written, 20)
    assert names == {"p3", "p4", "a1"} == {name for name, node in NODES.items() if node.vrfs}
    loopbacks = [written["hosts"][name]["data"]["loopbacks"][20] for name in names]
    assert all(loopback["vrf"] == "BLUE" and "advertise" not in loopback for loopback in loopbacks)
    assert len({loopback["ipv4"] for loopback in loopbacks}) == 3


def test_two_share_an_anycast_address(written: dict[str, Any]) -> None:
    names = with_loopback(written, 53)
    assert names == {"p3", "b1"}
    assert {written["hosts"][name]["data"]["loopbacks"][53]["anycast"] for name in names} == {"resolver"}
    assert len({PARTS[name].system for name in names}) == 2


@pytest.mark.parametrize(
    ("group", "summary"),
    [
        pytest.param("core", ["10.255.0.0/24", "2001:db8:255::/64"], id="core"),
        pytest.param("border", ["10.255.0.0/24", "2001:db8:255::/64"], id="border"),
        pytest.param("access", ["10.255.10.0/24", "2001:db8:255:10::/64"], id="access"),
        pytest.param("edge", None, id="edge"),
    ],
)
def test_a_summary_is_declared(written: dict[str, Any], group: str, summary: list[str] | None) -> None:
    expect = written["groups"][group]["data"]["loopbacks"][0]["expect"]
    assert expect.get("summarised_as") == summary


def refused() -> None:
    raise LabUnavailable("this is a test")


def test_without_namespaces_it_runs_on_the_model_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixed, "require", refused)
    with pytest.raises(LabUnavailable, match="this is a test"):
        mixed.up(tmp_path / "demanded", real=True)
    folder = tmp_path / "net"
    with closing(mixed.up(folder)) as network:
        assert network.title == ("runs on the topology model: no network namespaces here, because this is a test")
        assert not network.real
        assert mixed.attached(folder) == network
        assert {name: device.system for name, device in network.devices.items()} == {
            part.name: part.stand_in for part in topology.PARTS
        }
        assert set(network.emulated) == set(PARTS)
        orders(network)
        with pytest.raises(LabError, match="is up"):
            mixed.up(folder)
    assert not mixed.is_up(folder)
    assert not mixed.down(folder)
    with pytest.raises(NotRunning):
        mixed.attached(folder)


def orders(network: MixedNetwork) -> None:
    """Everything that can be ordered of emulated devices."""
    network.fault("b1", "reject", match="no such line")
    assert network.ask({"do": "stats"})["devices"]["b1"]["faults"]
    network.clear("b1")
    assert not network.ask({"do": "stats"})["devices"]["b1"]["faults"]
    network.advance(1.0, "b1")
    assert "b1" in network.configuration("b1")[0]
    network.reload("a2")
    with pytest.raises(LabError, match="refused"):
        network.fault("nobody", "reject")
    with pytest.raises(NotRunning, match="topology model"):
        _ = network.routers


def test_a_network_of_any_size_comes_with_its_inventory(tmp_path: Path) -> None:
    """Systems in turn, a port each, the areas as groups."""
    with closing(mixed_sized.up(tmp_path / "net", 60, tuple(SYSTEMS))) as network:
        paths = network.inventory(tmp_path / "inventory")
        assert Counter(device.system for device in network.devices) == dict.fromkeys(SYSTEMS, 12)
    files = {path.stem: yaml.safe_load(path.read_text()) for path in paths}
    assert len({host["port"] for host in files["hosts"].values()}) == 60
    assert set(files["groups"]) == {"emulated", "area-0-0-0-0", "area-0-0-0-1", "area-0-0-0-2"}
    assert files["groups"]["area-0-0-0-1"]["data"]["loopbacks"][0]["expect"] == {
        "summarised_as": list(network.plan.summaries("r60" if network.plan.area("r60") == "0.0.0.1" else "r3"))
    }


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MixedNetwork]:
    """The network on real routers."""
    try:
        lab.require()
    except LabUnavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no network namespaces here: {reason}")
    name = f"m{os.getpid()}"
    with closing(mixed.up(tmp_path_factory.mktemp("mixed"), real=True, name=name)) as network:
        yield network
    assert existing(name) == []


def typed(network: MixedNetwork, name: str, kind: str, lines: list[str]) -> None:
    """Configure a device over SSH."""
    device = network.devices[name]
    with ConnectHandler(
        device_type=kind,
        host=device.host,
        port=device.port,
        username=device.username,
        use_keys=True,
        key_file=str(device.key_file),
        ssh_strict=True,
        alt_host_keys=True,
        alt_key_file=str(device.known_hosts),
    ) as connection:
        connection.send_config_set(lines)


def stub_networks(network: MixedNetwork, name: str) -> str:
    return network.routers.vtysh(name, "show ip ospf database router") + network.routers.vtysh(
        name, "show ip ospf database summary"
    )


LOOPBACK = ["interface Loopback7", "ip address 10.255.0.77 255.255.255.255", "ip ospf 1 area 0"]


@pytest.mark.lab
def test_it_says_that_it_runs_on_real_routing(real: MixedNetwork) -> None:
    assert real.title == "runs on real FRR routing"
    assert {name: device.system for name, device in real.devices.items()} == {p.name: p.system for p in PARTS.values()}
    assert set(real.emulated) == set(PARTS) - {"p1", "p2"}


@pytest.mark.lab
def test_what_is_typed_on_an_emulated_device_reaches_the_real_ones(real: MixedNetwork) -> None:
    """A line on an IOS of ours becomes an LSA on a router that knows nothing of IOS; a summary alone goes beyond."""
    typed(real, "b1", "cisco_ios", LOOPBACK)
    assert wait_until(lambda: "10.255.0.77" in stub_networks(real, "p1"), 10)
    assert wait_until(lambda: "10.255.0.0" in stub_networks(real, "a2"), 10)
    assert "10.255.0.77" not in stub_networks(real, "a2")
    answered = real.routers.run("p1", ["ping", "-c", "1", "-W", "1", "10.255.0.77"])
    assert answered.returncode == 0
    typed(real, "b1", "cisco_ios", ["no interface Loopback7"])
    assert wait_until(lambda: "10.255.0.77" not in stub_networks(real, "p1"), 10)


@pytest.mark.lab
def test_what_a_real_router_does_is_seen_on_an_emulated_device(real: MixedNetwork) -> None:
    """And the other way round: shut on a real router, gone from the neighbours that an emulated device shows."""
    device = real.devices["b1"]

    def neighbours() -> str:
        with ConnectHandler(
            device_type="cisco_ios", host=device.host, port=device.port, username=device.username,
            use_keys=True, key_file=str(device.key_file),
        ) as connection:  # fmt: skip
            return str(connection.send_command("show ip ospf neighbor"))

    assert "10.255.0.1" in neighbours()
    real.routers.vtysh("p1", "configure terminal", "interface to-b1", "shutdown")
    try:
        assert wait_until(lambda: "10.255.0.1 " not in neighbours(), 10)
    finally:
        real.routers.vtysh("p1", "configure terminal", "interface to-b1", "no shutdown")
    assert wait_until(lambda: "10.255.0.1 " in neighbours(), 10)


@pytest.mark.lab
def test_nothing_is_left_of_it_when_its_process_is_killed(tmp_path: Path) -> None:
    if (reason := mixed.why_not()) and os.environ.get("CI") != "true":
        pytest.skip(reason)
    name = f"k{os.getpid()}"
    mixed.up(tmp_path, real=True, name=name)
    assert existing(name)
    mixed_process._STARTED[tmp_path].send_signal(signal.SIGKILL)
    assert wait_until(lambda: not existing(name), 20)
    mixed.down(tmp_path)
