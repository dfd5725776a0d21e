"""Choosing addresses of pools, and writing them so that a diff shows nothing else."""

from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from loopwright.allocate import Allocation, allocate
from loopwright.errors import InventoryError, Refused, UsageError
from loopwright.hosts_file import write
from loopwright.inventory import Inventory, make_inventory, read_inventory
from loopwright.models import Link, Loopback, Observed, Routing

CASES = yaml.safe_load((Path(__file__).parent / "data" / "allocate_cases.yaml").read_text(encoding="utf-8"))
DEFAULTS = "data: {pools: {p: {prefixes: [10.0.0.0/24]}, six: {prefixes: ['2001:db8::/64']}}}\n"
ROUTING = {"links": {"e": {"ipv4": "10.0.0.2/31"}}, "bgp": {"asn": 1, "neighbours": {"10.0.0.1": 2}}}
WANTS = {"data": {"loopbacks": {0: {"ipv4": {"pool": "p"}}}}}


def network(pool: Mapping[str, Any], *hosts: Mapping[str, Any], **more: Any) -> Inventory:
    """An inventory whose hosts want an address of the pool `p`, except where they say what else."""
    named = {f"r{number}": host or WANTS for number, host in enumerate(hosts, start=1)}
    return make_inventory(named, more, {"data": {"pools": {"p": pool}}})


def addresses(allocation: Allocation) -> list[str]:
    return [assignment.address for assignment in allocation.assignments]


@pytest.mark.parametrize(
    ("pool", "hosts", "chosen"),
    [
        ({"prefixes": "10.0.0.0/30"}, [{}, {}], ["10.0.0.1/32", "10.0.0.2/32"]),
        ({"prefixes": "10.0.0.0/31"}, [{}, {}], ["10.0.0.0/32", "10.0.0.1/32"]),
        ({"prefixes": ["10.0.0.4/30", "10.0.0.0/30"]}, [{}] * 3, ["10.0.0.5/32", "10.0.0.6/32", "10.0.0.1/32"]),
        ({"prefixes": "10.0.0.0/29", "reserved": "10.0.0.1-10.0.0.4"}, [{}], ["10.0.0.5/32"]),
        ({"prefixes": "10.0.0.0/28", "reserved": ["10.0.0.0/30", "10.0.0.4"]}, [{}], ["10.0.0.5/32"]),
        ({"prefixes": "10.0.0.0/29"}, [{}, {"data": {"loopbacks": {5: {"ipv4": "10.0.0.1"}}}}], ["10.0.0.2/32"]),
        (
            {"prefixes": "10.0.0.0/29"},
            [{}, {"data": {"loopbacks": {5: {"ipv4": "10.0.0.1", "vrf": "x", "state": "absent"}}}}],
            ["10.0.0.2/32"],
        ),
        ({"prefixes": "10.0.0.0/24"}, [{}, {"data": {"loopbacks": {5: {"ipv4": "10.0.0.9/28"}}}}], ["10.0.0.16/32"]),
        (
            {"prefixes": "10.0.0.0/29"},
            [{}, {"data": {"routing": ROUTING}}],
            ["10.0.0.4/32"],
        ),
        ({"prefixes": "10.0.0.0/29"}, [{}, {"hostname": "10.0.0.1"}], ["10.0.0.2/32"]),
        ({"prefixes": "10.0.0.0/29"}, [{}, {"data": {"mine": {"dns": ["10.0.0.1"]}}}], ["10.0.0.2/32"]),
        ({"prefixes": "10.0.0.0/29"}, [{}, {"data": {"mine": {"range": "10.0.0.0/29"}}}], ["10.0.0.1/32"]),
    ],
    ids=[
        "not-network-nor-broadcast",
        "all-of-a-31",
        "prefixes-in-order",
        "reserved-range",
        "reserved-prefix-and-address",
        "used",
        "used-in-another-vrf-and-going",
        "whole-prefix-of-another-loopback",
        "links-and-neighbours",
        "management",
        "data-of-ones-own",
        "range-in-data-of-ones-own",
    ],
)  # fmt: skip
def test_lowest_free_address(pool: Mapping[str, Any], hosts: list[Any], chosen: list[str]) -> None:
    assert addresses(allocate(network(pool, *hosts))) == chosen


def test_ipv6_leaves_out_the_subnet_router() -> None:
    wants = {"data": {"loopbacks": {0: {"ipv6": {"pool": "p"}}}}}
    assert addresses(allocate(network({"prefixes": "2001:db8::/64"}, wants))) == ["2001:db8::1/128"]


def test_observed_addresses_are_used() -> None:
    seen = Observed(
        "r1",
        "x",
        frozenset({Loopback(9, "lo9", ipv4=("10.0.0.1/32",))}),
        Routing(links=(Link("eth0", "10.0.0.3/31"),)),
    )
    assert addresses(allocate(network({"prefixes": "10.0.0.0/24"}, {}), {"r1": seen})) == ["10.0.0.4/32"]


def test_anycast_members_share_one_address() -> None:
    wants = {"data": {"loopbacks": {0: {"ipv4": {"pool": "p"}, "anycast": "dns"}}}}
    has = {"data": {"loopbacks": {0: {"ipv4": "10.0.0.7", "anycast": "dns"}}}}
    pool = {"prefixes": "10.0.0.0/24"}
    assert addresses(allocate(network(pool, wants, wants, {}))) == ["10.0.0.1/32", "10.0.0.1/32", "10.0.0.2/32"]
    assert addresses(allocate(network(pool, wants, has))) == ["10.0.0.7/32"]


def test_absent_loopbacks_get_nothing() -> None:
    gone = {"data": {"loopbacks": {0: {"ipv4": {"pool": "p"}, "state": "absent"}}}}
    assert allocate(network({"prefixes": "10.0.0.0/24"}, gone)).assignments == ()


@pytest.mark.parametrize(
    ("pool", "name", "fault"),
    [
        ("10.0.0.0/30", "p", "r3: loopback 0: ipv4: the pool 'p' has no free address left"),
        ("10.0.0.0/30", "pp", "r1: loopback 0: ipv4: there is no pool 'pp', did you mean 'p'?"),
        ("2001:db8::/64", "p", "r1: loopback 0: ipv4: the pool 'p' has no free address left"),
    ],
    ids=["used-up", "unknown", "of-the-other-family"],
)
def test_pools_that_cannot_give(pool: str, name: str, fault: str) -> None:
    wants = {"data": {"loopbacks": {0: {"ipv4": {"pool": name}}}}}
    with pytest.raises(InventoryError) as caught:
        allocate(network({"prefixes": pool}, wants, wants, wants))
    assert caught.value.faults[0] == fault


@given(st.sets(st.integers(0, 15)), st.sets(st.integers(0, 15)), st.integers(0, 6))
def test_never_used_never_reserved_and_the_lowest(used: set[int], reserved: set[int], wanting: int) -> None:
    free = [n for n in range(1, 15) if n not in used | reserved]
    hosts = [WANTS] * min(wanting, len(free))
    holder = {"data": {"loopbacks": {n: {"ipv4": f"10.0.0.{n}"} for n in used}}}
    pool = {"prefixes": "10.0.0.0/28", "reserved": [f"10.0.0.{n}" for n in reserved]}
    chosen = addresses(allocate(network(pool, *hosts, holder)))
    assert chosen == [f"10.0.0.{n}/32" for n in free[: len(hosts)]]


def folder_of(tmp_path: Path, hosts: str, groups: str = "") -> Path:
    (tmp_path / "hosts.yaml").write_bytes(hosts.encode())
    (tmp_path / "groups.yaml").write_text(groups)
    (tmp_path / "defaults.yaml").write_text(DEFAULTS)
    return tmp_path


@pytest.mark.parametrize("case", [case for case in CASES if "diff" in case], ids=lambda case: str(case["id"]))
def test_writing(case: Mapping[str, Any], tmp_path: Path) -> None:
    folder = folder_of(tmp_path, case["hosts"], case.get("groups", ""))
    write(allocate(read_inventory(folder)))
    after = (folder / "hosts.yaml").read_bytes().decode()
    assert after.count("\r") == (after.count("\n") if "\r" in case["hosts"] else 0)
    lines = unified_diff(case["hosts"].splitlines(), after.splitlines(), n=0, lineterm="")
    assert "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@"))) + "\n" == case["diff"]
    assert allocate(read_inventory(folder)).assignments == ()


@pytest.mark.parametrize("case", [case for case in CASES if "refused" in case], ids=lambda case: str(case["id"]))
def test_refusing_to_write(case: Mapping[str, Any], tmp_path: Path) -> None:
    folder = folder_of(tmp_path, case["hosts"], case.get("groups", ""))
    with pytest.raises(Refused) as caught:
        write(allocate(read_inventory(folder)))
    assert f"{caught.value}\n" == case["refused"]
    assert (folder / "hosts.yaml").read_bytes() == case["hosts"].encode()


def test_mode_and_link_are_kept(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "r1: {data: {loopbacks: {0: {ipv4: {pool: p}}}}}\n")
    real = folder / "real.yaml"
    (folder / "hosts.yaml").rename(real)
    real.chmod(0o640)
    (folder / "hosts.yaml").symlink_to(real)
    write(allocate(read_inventory(folder)))
    assert (folder / "hosts.yaml").is_symlink()
    assert (real.stat().st_mode & 0o777, "10.0.0.1/32" in real.read_text()) == (0o640, True)
    assert sorted(path.name for path in folder.iterdir()) == ["defaults.yaml", "groups.yaml", "hosts.yaml", "real.yaml"]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "r1: {data: {loopbacks: {0: {ipv4: {pool: p}}}}}\n")
    allocation = allocate(read_inventory(folder))
    (folder / "hosts.yaml").write_text("r1:\n")
    with pytest.raises(Refused, match="changed since it was read"):
        write(allocation)
    assert (folder / "hosts.yaml").read_text() == "r1:\n"


def test_nothing_to_write(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "r1: {}\n")
    assert write(allocate(read_inventory(folder))) is None


def test_an_inventory_without_a_file() -> None:
    with pytest.raises(UsageError, match="no hosts"):
        write(allocate(network({"prefixes": "10.0.0.0/24"}, {})))


def test_existing_addresses_stay_when_hosts_are_added(tmp_path: Path) -> None:
    wants = "{data: {loopbacks: {0: {ipv4: {pool: p}}}}}\n"
    folder = folder_of(tmp_path, f"r2: {wants}r3: {wants}")
    write(allocate(read_inventory(folder)))
    (folder / "hosts.yaml").write_text(f"r1: {wants}" + (folder / "hosts.yaml").read_text())
    write(allocate(read_inventory(folder)))
    text = (folder / "hosts.yaml").read_text()
    assert [line.split("ipv4: ")[1].rstrip("}\n") for line in text.splitlines()] == [
        "10.0.0.3/32",
        "10.0.0.1/32",
        "10.0.0.2/32",
    ]
