"""Between Nornir's inventory and ours: the plugin agrees with Nornir's own, and any other plugin's becomes intents."""

import re
from pathlib import Path

import pytest
from nornir import InitNornir
from nornir.core.plugins.inventory import InventoryPluginRegister
from nornir.plugins.inventory import SimpleInventory

from loopwright.errors import InventoryError
from loopwright.intent import intents
from loopwright.inventory import read_inventory
from loopwright.merge import Inheritance
from tasks.inventory import LoopwrightInventory, inventory_of

EXAMPLE = Path(__file__).parent.parent / "inventory"

HOSTS = """\
r1:
  hostname: 192.0.2.1
  groups: [a, b]
  connection_options: {netmiko: {port: 2222, extras: {timeout: 3}}}
  data: {mine: 1, loopbacks: {0: {ipv4: 10.0.0.1}}}
r2: {password: x, groups: [b]}
r3:
"""
GROUPS = """\
a: {username: a, groups: [c], data: {near: a}}
b: {username: b, port: 22, groups: [c, d], data: {near: b, loopbacks: {0: {vrf: blue}}}}
c: {platform: c, data: {near: c, mine: 2}}
d: {platform: d, data: {far: d}}
"""
DEFAULTS = "platform: x\ndata: {far: z, last: y}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("hosts", HOSTS), ("groups", GROUPS), ("defaults", DEFAULTS)):
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def simple(folder: Path) -> SimpleInventory:
    return SimpleInventory(*(str(folder / f"{name}.yaml") for name in ("hosts", "groups", "defaults")))


def as_plain(hosts: str) -> str:
    """SimpleInventory does not take a host without attributes."""
    return re.sub(r"(?m)^r3:$", "r3: {}", hosts)


def test_plugin_agrees_with_that_of_nornir(folder: Path) -> None:
    ours = LoopwrightInventory(str(folder)).load()
    (folder / "hosts.yaml").write_text(as_plain(HOSTS))
    theirs = simple(folder).load()
    assert ours.dict() == theirs.dict()
    for name, host in theirs.hosts.items():
        assert ours.hosts[name].extended_data() == host.extended_data()
        assert ours.hosts[name].get_connection_parameters("netmiko").dict() == host.get_connection_parameters("netmiko").dict()  # fmt: skip  # noqa: E501


def test_inheritance_agrees_with_that_of_nornir(folder: Path) -> None:
    inventory = read_inventory(folder)
    inheritance = Inheritance(inventory)
    (folder / "hosts.yaml").write_text(as_plain(HOSTS))
    for name, host in simple(folder).load().hosts.items():
        mine = inventory.hosts[name]
        assert inheritance.groups(mine) == tuple(group.name for group in host.extended_groups())
        for field in ("hostname", "port", "username", "password", "platform"):
            assert inheritance.field(mine, field) == getattr(host, field)


def test_plugin_keeps_the_places(folder: Path) -> None:
    read = intents(inventory_of(LoopwrightInventory(str(folder)).load()))
    assert str(read[0].loopbacks[0].mark) == f"{folder}/hosts.yaml:5:31"


@pytest.mark.parametrize("which", ["small", "example"])
def test_any_other_inventory_gives_the_same_intents(which: str, folder: Path) -> None:
    source = folder if which == "small" else EXAMPLE
    expected = intents(read_inventory(source))
    if which == "small":
        (folder / "hosts.yaml").write_text(as_plain(HOSTS))
    assert intents(inventory_of(simple(source).load())) == expected


def test_numbers_as_text_come_from_json(folder: Path) -> None:
    (folder / "hosts.yaml").write_text("r1: {data: {loopbacks: {'0': {ipv4: 10.0.0.1}}}}\n")
    assert intents(inventory_of(simple(folder).load()))[0].loopbacks[0].number == 0


def test_faults_of_other_inventories_name_the_attribute(folder: Path) -> None:
    (folder / "hosts.yaml").write_text("r1: {data: {loopbacks: {0: {ipv4: x}}}}\n")
    with pytest.raises(InventoryError, match=r"^r1: data: loopbacks: 0: ipv4: expected an IPv4 address"):
        inventory_of(simple(folder).load())


def test_nornir_finds_the_plugin(folder: Path) -> None:
    InventoryPluginRegister.register("LoopwrightInventory", LoopwrightInventory)
    try:
        nornir = InitNornir(
            inventory={"plugin": "LoopwrightInventory", "options": {"folder": str(folder)}}, logging={"enabled": False}
        )
    finally:
        InventoryPluginRegister.deregister("LoopwrightInventory")
    assert list(nornir.inventory.hosts) == ["r1", "r2", "r3"]
