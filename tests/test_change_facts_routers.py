"""What changes rest on, held against a real router: the router-id that it chooses, the lines that refer to a loopback.

Seen on FRR 8.4.4, after a restart of the daemons and after a fresh boot alike: zebra names the highest address of `lo`,
else the highest of any interface, never one of 169.254.0.0/16; ospfd, ospf6d and bgpd take it. Until a restart ospfd
keeps the one that it has, also when the address is gone; the two others follow zebra at once.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import lab
from lab import daemons
from lab.programs import FRR, VTY_GROUP
from loopwright.change import Allowed
from loopwright.models import Intent, Wanted
from loopwright.observe import observe
from loopwright.plan import Plan, plan_device
from loopwright.references import find_references
from loopwright.router_ids import predicted
from tests.intents import PLATFORMS
from tests.practice import until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(60)]

LINES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "data" / "references_routers.yaml").read_text())
ROUTER = "r1"
FRR_PLATFORM = PLATFORMS["frr"]
NO_IDS = (
    "router ospf", "no ospf router-id", "router ospf6", "no ospf6 router-id", "router bgp 65000", "no bgp router-id",
)  # fmt: skip


@pytest.fixture(scope="module", name="alone")
def _alone() -> Iterator[lab.Network]:
    """One router without neighbours, and without a router-id that anybody configured."""
    try:
        lab.require()
    except lab.LabUnavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no practice network here: {reason}")
    topology = lab.Topology((lab.Router(ROUTER, 1, ("ospf", "bgp"), asn=65000),), ())
    network = lab.up(topology, f"f{os.getpid()}", owner=os.getpid())
    network.vtysh(ROUTER, "configure terminal", *NO_IDS)
    yield network
    lab.down(network.name)


def running_ids(network: lab.Network) -> dict[str, str]:
    """The router-ids that the daemons run with."""
    asked = {"ospf": "show ip ospf json", "ospf3": "show ipv6 ospf6 json", "bgp": "show bgp ipv4 unicast json"}
    return {name: json.loads(network.vtysh(ROUTER, command))["routerId"] for name, command in asked.items()}


def foretold(network: lab.Network) -> dict[str, str | None]:
    """The router-ids of a restart, as we tell them from the running configuration."""
    observed = observe(ROUTER, network.running_config(ROUTER), FRR_PLATFORM)
    return {each.protocol: each.after_restart for each in predicted(observed, FRR_PLATFORM, observed.loopbacks)}


def restart(network: lab.Network, *, empty: bool) -> None:
    """Start the daemons anew from what is saved; after a boot the kernel is `empty`, else it holds its addresses."""
    network.vtysh(ROUTER, "write memory")
    router = network.topology.router(ROUTER)
    daemons.stop(network.folder, router)
    if empty:
        network.run(ROUTER, ["sh", "-c", "ip -4 addr flush dev lo; ip -4 addr flush dev lo1"])
    daemons.start(network.folder, router)
    daemons.load(network.folder, router)


ADDRESSES = {
    "one": {"lo": ("10.9.0.5/32",)},
    "a higher one was added later": {"lo": ("10.9.0.5/32", "10.9.0.9/32")},
    "a lower one was added later": {"lo": ("10.9.0.9/32", "10.9.0.2/32")},
    "a higher one of another loopback": {"lo": ("10.9.0.5/32", "10.9.0.7/32"), "lo1": ("10.9.9.9/32",)},
    "none but of another loopback": {"lo1": ("10.9.9.9/32",)},
    "a link-local one and another loopback": {"lo": ("169.254.7.7/32",), "lo1": ("10.9.9.9/32",)},
}


@pytest.mark.parametrize("empty", [False, True], ids=["restart", "boot"])
@pytest.mark.parametrize("addresses", ADDRESSES.values(), ids=list(ADDRESSES))
def test_a_router_takes_the_id_that_was_foretold(
    alone: lab.Network, addresses: dict[str, tuple[str, ...]], *, empty: bool
) -> None:
    given = [(f"interface {name}", each) for name, own in addresses.items() for each in own]
    for interface, address in given:
        alone.vtysh(ROUTER, "configure terminal", interface, f"ip address {address}")
    try:
        told = foretold(alone)
        assert set(told) == {"ospf", "ospf3", "bgp"}
        restart(alone, empty=empty)
        assert until(lambda: running_ids(alone), lambda running: running == told, 3) == told
    finally:
        for interface, address in given:
            alone.vtysh(ROUTER, "configure terminal", interface, f"no ip address {address}")


# Lines that a real router takes and tells.

HERE = ("10.9.0.1/32", "2001:db8:9::1/128")
MORE_DAEMONS = ("pimd", "bfdd")  # ldpd wants a kernel with MPLS


@pytest.fixture(scope="module", name="told")
def _told(alone: lab.Network) -> str:
    """The running configuration of a router that was told all lines, by daemons that other tests do without."""
    home = alone.folder.path / ROUTER
    for daemon in MORE_DAEMONS:
        (home / f"{daemon}.conf").touch()
        places = ["--vty_socket", str(home), "-z", str(home / "zserv.api"), "-i", str(home / f"{daemon}.pid")]
        argv = [str(FRR / daemon), "-d", *places, "-P", "0", "-u", "root", "-g", VTY_GROUP]
        done = alone.run(ROUTER, [*argv, "-f", str(home / f"{daemon}.conf")])
        assert done.returncode == 0, done.stderr
    addresses = [f"{'ipv6' if ':' in address else 'ip'} address {address}" for address in HERE]
    alone.vtysh(ROUTER, "configure terminal", "interface lo", *addresses)
    for row in LINES:
        done = alone.ask(ROUTER, "configure terminal", *row["typed"])
        assert done.returncode == 0, (row["typed"], done.stdout)
    return alone.running_config(ROUTER)


@pytest.mark.parametrize("row", LINES, ids=[row["typed"][-1] for row in LINES])
def test_a_line_that_a_router_was_told_is_found_and_named(told: str, row: dict[str, Any]) -> None:
    observed = observe(ROUTER, told, FRR_PLATFORM)
    intent = Intent(ROUTER, "frr", (Wanted(0, absent=True),))
    plan = Plan((plan_device(intent, observed, FRR_PLATFORM, Allowed(foreign_lines=True)),))
    found = find_references(plan, {ROUTER: observed}, {ROUTER: FRR_PLATFORM})
    assert (row["told"], row["for"]) in {(reference.line[-1], reference.purpose) for reference in found}
