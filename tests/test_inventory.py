"""Reading the inventory: every fault at once, with its place, in the user's words; and inheritance as Nornir has it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from loopwright.errors import InventoryError, UsageError
from loopwright.inventory import Inventory, make_inventory, read_inventory
from loopwright.merge import Inheritance
from loopwright.models import Mark
from loopwright.yaml_marks import Ambiguous, Block, read_yaml

DATA = Path(__file__).parent / "data"
CASES = yaml.safe_load((DATA / "inventory_faults.yaml").read_text(encoding="utf-8"))


def written(folder: Path, case: Mapping[str, Any]) -> Path:
    for name in ("hosts", "groups", "defaults"):
        if name in case:
            (folder / f"{name}.yaml").write_bytes(case[name].encode())
    return folder


def read(folder: Path, hosts: str, groups: str = "", defaults: str = "") -> Inventory:
    return read_inventory(written(folder, {"hosts": hosts, "groups": groups, "defaults": defaults}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_faults(case: Mapping[str, Any], tmp_path: Path) -> None:
    folder = written(tmp_path, case)
    found: tuple[str, ...] = ()
    try:
        read_inventory(folder)
    except InventoryError as error:
        found = error.faults
    assert [fault.removeprefix(f"{folder}/") for fault in found] == case["faults"]


def test_without_hosts_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no hosts\.yaml"):
        read_inventory(tmp_path)


def test_groups_and_defaults_are_optional(tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text("r1: {platform: x}\n")
    assert read_inventory(tmp_path).hosts["r1"].platform == "x"


@pytest.mark.parametrize("content", [b"r1: {platform: \xff}\n", b"r1: {platform: '\x07'}\n"], ids=["utf-8", "control"])
def test_bytes_that_are_no_text(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_bytes(content)
    with pytest.raises(InventoryError, match=r"hosts\.yaml:1:1[67]: "):
        read_inventory(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-1", -1),
        ("0x10", 16),
        ("0o10", 8),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("~", None),
        ("", None),
        ("yes", Ambiguous("yes")),
        ("010", Ambiguous("010")),
        ("1_000", Ambiguous("1_000")),
        ("'yes'", "yes"),
        ("!!str 5", "5"),
        ("2024-01-01", "2024-01-01"),
        ("10.0.0.1/32", "10.0.0.1/32"),
        ("2001:db8::1", "2001:db8::1"),
        ("::1", "::1"),
    ],
)
def test_plain_scalars(text: str, value: object) -> None:
    read, faults = read_yaml("f", f"a: {text}\n".encode())
    assert isinstance(read, dict)
    assert (read["a"], type(read["a"]), faults) == (value, type(value), [])


def test_marks_count_from_one() -> None:
    read, _ = read_yaml("f", b"a:\n  bc: {d: 1}\n")
    assert isinstance(read, Block)
    assert (read["a"].key_mark("bc"), read["a"]["bc"].value_mark("d")) == (Mark("f", 2, 3), Mark("f", 2, 11))


def test_merge_keys_and_aliases() -> None:
    read, faults = read_yaml("f", b"x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: *x\n")
    assert isinstance(read, dict)
    assert (read["y"], read["z"], faults) == ({"a": 1, "b": 3}, {"a": 1, "b": 2}, [])


def test_group_order_is_that_of_nornir(tmp_path: Path) -> None:
    groups = "a: {groups: [g1, g2]}\nb: {groups: [g2, g3]}\ng1: {groups: [x]}\ng2:\ng3:\nx:\n"
    inventory = read(tmp_path, "r1: {groups: [a, b]}\n", groups)
    assert Inheritance(inventory).groups(inventory.hosts["r1"]) == ("a", "g1", "x", "g2", "b", "g3")


def test_clear_text_secrets_are_found_and_not_shown(tmp_path: Path) -> None:
    inventory = read(
        tmp_path,
        "r1: {password: s3cr3t-a, connection_options: {nc: {extras: {secret: s3cr3t-b}}}}\n",
        "g: {data: {snmp: {community: s3cr3t-c}}}\n",
        "password: s3cr3t-d\n",
    )
    assert [(f.device, f.where, f.severity) for f in inventory.findings] == [
        ("defaults", "password", "warning"),
        ("g", "data snmp community", "warning"),
        ("r1", "password", "warning"),
        ("r1", "connection_options nc extras secret", "warning"),
    ]
    assert "s3cr3t" not in f"{inventory!r}{inventory.findings}"


def test_key_that_nobody_reads(tmp_path: Path) -> None:
    inventory = read(tmp_path, "r1: {data: {loopback: {}, site: ams}}\n")
    assert [(f.rule, f.where, f.expected) for f in inventory.findings] == [
        ("unread-data", "data loopback", "a key that is read, did you mean 'loopbacks'?")
    ]


def test_plain_values_have_no_marks() -> None:
    with pytest.raises(InventoryError, match=r"^r1: data: loopbacks: 0: ipv4: expected an IPv4 address"):
        make_inventory({"r1": {"data": {"loopbacks": {0: {"ipv4": 5}}}}})
