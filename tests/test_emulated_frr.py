"""Real FRR routers behind emulated devices: what is put on them, and whether the topology model says the same."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

import lab
from lab import mixed_topology as mixed
from lab.emulated.frr import FrrRouting
from lab.emulated.frr_wanted import changes, wanted
from lab.emulated.model import Model
from lab.emulated.views import Enabled, Facts, Node, Originates, Port, Routing
from lab.lifecycle import down
from lab.mixed_routers import start
from lab.namespaces import existing
from lab.waiting import wait_until

PARTS = {part.name: part for part in mixed.PARTS}
NODES = {node.name: node for node in mixed.nodes()}
CONVERGES = 10.0


def spoken(area: str = "", *, isis: bool = False) -> tuple[Enabled, ...]:
    found = [Enabled("ospf", "ipv4", "1", area), Enabled("ospf3", "ipv6", "1", area)] if area else []
    found += [Enabled("isis", family, mixed.ISIS_TAG, level="2") for family in ("ipv4", "ipv6") if isis]
    return tuple(found)


def links(node: Node) -> tuple[Port, ...]:
    return tuple(
        Port(
            f"Eth{link.index}",
            link.index,
            addresses=(link.ipv4, link.ipv6),
            protocols=spoken(link.area, isis=link.isis),
        )
        for link in node.links
    )


def loopback(name: str) -> Port:
    """The loopback of a device, enabled in what it speaks."""
    part, node = PARTS[name], NODES[name]
    area = "" if not node.ospf else mixed.ACCESS if part.group == "access" else mixed.BACKBONE
    addresses = (f"{part.ipv4}/32", f"{part.ipv6}/128")
    return Port("Loopback0", addresses=addresses, protocols=spoken(area, isis=bool(node.isis)))


def facts(name: str, *more: Port) -> Facts:
    """All that a device of the mixed network is to have."""
    node, own = NODES[name], loopback(name)
    announced = tuple(Originates(address) for address in own.addresses if node.asn)
    return Facts(name, (*links(node), own, *more), node.router_id, node.asn, announced)


ANYCAST = Port("Loopback53", addresses=("10.255.53.53/32", "2001:db8:53::53/128"), protocols=spoken(mixed.BACKBONE))
# FRR's OSPFv3 has a border tell of what the border has itself in the other area; its OSPFv2 has not.
ANYCAST4 = Port("Loopback53", addresses=("10.255.53.53/32",), protocols=spoken(mixed.ACCESS)[:1])
BLUE = Port("Loopback20", vrf="BLUE", addresses=("10.66.0.3/32", "2001:db8:66::3/128"))


def everything(name: str) -> Facts:
    return facts(name, *((ANYCAST,) if name in mixed.ANYCAST else ()), *((BLUE,) if name == "p3" else ()))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda known: known, [], id="nothing"),
        pytest.param(
            lambda known: replace(known, ports=(replace(known.ports[0], enabled=False), *known.ports[1:])),
            ["interface to-p2", "shutdown", "exit"],
            id="a-link-is-shut",
        ),
        pytest.param(
            lambda known: replace(known, announced=()),
            [
                "router bgp 65010",
                "address-family ipv4 unicast", "no network 10.255.20.1/32", "exit-address-family",
                "address-family ipv6 unicast", "no network 2001:db8:255:20::1/128", "exit-address-family",
                "exit",
            ],
            id="nothing-is-announced",
        ),
        pytest.param(
            lambda known: replace(known, ports=known.ports[:-1]),
            ["interface lb0", "no ipv6 address 2001:db8:255:20::1/128", "no ip address 10.255.20.1/32", "exit"],
            id="a-loopback-goes",
        ),
        pytest.param(
            lambda known: replace(known, ports=(*known.ports, replace(known.ports[-1], name="Loopback9"))),
            ["interface lb9", "ip address 10.255.20.1/32", "ipv6 address 2001:db8:255:20::1/128", "exit"],
            id="a-loopback-comes",
        ),
        pytest.param(
            lambda known: replace(known, ports=(*known.ports[:-1], replace(known.ports[-1], vrf="BLUE"))),
            ["interface lb0", "no ipv6 address 2001:db8:255:20::1/128", "no ip address 10.255.20.1/32", "exit"],
            id="a-loopback-moves-into-a-vrf",
        ),
    ],
)  # fmt: skip
def test_a_change_of_a_device_is_these_lines(change: Callable[[Facts], Facts], expected: list[str]) -> None:
    node, before = NODES["e1"], facts("e1")
    assert list(changes(node, wanted(node, before), wanted(node, change(before)))) == expected


@pytest.mark.parametrize(
    ("enabled", "expected"),
    [
        pytest.param((), ["ip address 10.9.9.9/24"], id="not-enabled"),
        pytest.param(
            (Enabled("ospf", "ipv4", "1", "0.0.0.10", cost=7),),
            ["ip address 10.9.9.9/32", "ip ospf area 0.0.0.10", "ip ospf passive", "ip ospf cost 7"],
            id="ospf-sends-a-host-route",
        ),
        pytest.param(
            (Enabled("ospf", "ipv4", "1", "0.0.0.0", point_to_point=True),),
            ["ip address 10.9.9.9/24", "ip ospf area 0.0.0.0", "ip ospf passive"],
            id="ospf-point-to-point",
        ),
        pytest.param(
            (Enabled("isis", "ipv4", "X", cost=20),),
            ["ip address 10.9.9.9/24", "ip router isis CORE", "isis passive", "isis metric 20"],
            id="isis-by-the-tag-of-the-router",
        ),
    ],
)
def test_a_loopback_is_these_lines(enabled: tuple[Enabled, ...], expected: list[str]) -> None:
    port = Port("lo0.9", addresses=("10.9.9.9/24",), protocols=enabled)
    assert wanted(NODES["p3"], Facts("p3", (port,))).loopbacks == {("default", "lb0-9"): tuple(expected)}


Both = tuple[FrrRouting, Model]


@pytest.fixture(scope="module")
def running() -> Iterator[Both]:
    """Eight emulated devices with all their loopbacks, on real routers and in the model."""
    try:
        lab.require()
    except lab.LabUnavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no network namespaces here: {reason}")
    name = f"f{os.getpid()}"
    network = start(mixed.topology(), mixed.nodes(), (), name, os.getpid(), lambda _: None)
    real, model = FrrRouting(network, mixed.nodes()), Model(mixed.nodes())
    try:
        yield real, model
    finally:
        real.close()
        down(name)
    assert existing(name) == []


@pytest.fixture
def both(running: Both) -> Iterator[Callable[[Facts], None]]:
    """Put the facts of a device on both; every test starts from all that devices are to have."""

    def put(what: Facts) -> None:
        for routing in running:
            routing.update(what)

    for name in NODES:
        put(everything(name))
    return put


def seen(routing: Routing, device: str) -> dict[str, set[tuple[object, ...]]]:
    """What a device sees, costs and next hops aside, which are another system's own."""
    found: dict[str, set[tuple[object, ...]]] = {
        "ports": {(state.name, state.up) for state in routing.ports(device)},
    }
    for family in ("ipv4", "ipv6"):
        found[f"routes {family}"] = {(r.vrf, r.prefix, r.protocol, r.distance) for r in routing.routes(device, family)}
        found[f"paths {family}"] = {
            (p.vrf, p.prefix, p.nexthop if p.originator else "", p.originator, p.as_path, p.best, p.internal)
            for p in routing.paths(device, family)
        }
    for protocol in ("ospf", "ospf3", "isis"):
        found[f"database {protocol}"] = {
            (v.scope, v.kind, v.prefix, v.originator, v.own) for v in routing.lsas(device, protocol)
        }
    for protocol in ("ospf", "ospf3", "isis", "bgp"):
        found[f"neighbours {protocol}"] = {
            (n.identity, n.address, n.interface, n.up, n.remote_as) for n in routing.neighbours(device, protocol)
        }
    return found


def differences(running: Both, device: str) -> dict[str, tuple[object, object]]:
    """What the routers say and the model does not, and the other way round."""
    real, model = (seen(routing, device) for routing in running)
    return {key: (real[key] - model[key], model[key] - real[key]) for key in real if real[key] != model[key]}


def agree(running: Both) -> dict[str, object]:
    """Wait until the routers have converged upon what the model says; return what is left."""
    left: dict[str, object] = {}

    def same() -> bool:
        left.clear()
        left.update({name: found for name in NODES if (found := differences(running, name))})
        return not left

    wait_until(same, CONVERGES, step_s=0.2)
    return left


def shut(name: str, index: int) -> Facts:
    known = everything(name)
    ports = tuple(replace(port, enabled=False) if port.link == index else port for port in known.ports)
    return replace(known, ports=ports)


def without_loopback(name: str) -> Facts:
    known = everything(name)
    return replace(known, ports=tuple(port for port in known.ports if port.name != "Loopback0"))


MASKED = Port("Loopback7", addresses=("10.77.7.7/24", "2001:db8:77::7/64"))


@pytest.mark.lab
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(None, id="nothing"),
        pytest.param(lambda: shut("p3", 1), id="a-link-shut"),
        pytest.param(lambda: shut("p2", 3), id="the-link-to-the-edge-shut"),
        pytest.param(lambda: without_loopback("a1"), id="a-loopback-gone"),
        pytest.param(lambda: without_loopback("e1"), id="an-announced-loopback-gone"),
        pytest.param(lambda: facts("p4", replace(MASKED, protocols=spoken(mixed.BACKBONE))), id="masks"),
        pytest.param(lambda: facts("p4", replace(MASKED, protocols=spoken(isis=True))), id="masks-in-isis"),
        pytest.param(
            lambda: facts("b1", ANYCAST, replace(MASKED, protocols=spoken(mixed.ACCESS))), id="the-borders-other-area"
        ),
        pytest.param(lambda: facts("a2", replace(MASKED, vrf="RED")), id="another-vrf"),
        pytest.param(lambda: facts("a2", ANYCAST4), id="anycast-in-two-areas"),
    ],
)
def test_the_model_says_what_the_routers_say(
    running: Both, both: Callable[[Facts], None], change: Callable[[], Facts] | None
) -> None:
    if change:
        both(change())
    assert agree(running) == {}


@pytest.mark.lab
@pytest.mark.parametrize(
    ("device", "vrf", "source", "destination"),
    [
        pytest.param("p3", "default", "10.255.0.3", "10.255.0.4", id="in-the-core"),
        pytest.param("a1", "default", "10.255.10.1", "10.255.0.3", id="between-areas"),
        pytest.param("p3", "default", "2001:db8:255::3", "2001:db8:255:10::2", id="between-areas-ipv6"),
        pytest.param("a1", "default", "10.255.10.1", "10.255.53.53", id="anycast"),
        pytest.param("p2", "default", "10.255.0.2", "10.255.20.1", id="to-the-edge"),
        pytest.param("e1", "default", "2001:db8:255:20::1", "2001:db8:255::2", id="from-the-edge"),
        pytest.param("e1", "default", "10.255.20.1", "10.255.0.3", id="beyond-the-edge"),
        pytest.param("p3", "default", "10.255.0.4", "10.255.0.4", id="not-its-own-source"),
        pytest.param("p3", "BLUE", "10.66.0.3", "10.66.0.3", id="itself-in-a-vrf"),
        pytest.param("p3", "BLUE", "10.66.0.3", "10.255.0.4", id="out-of-a-vrf"),
        pytest.param("p3", "RED", "10.66.0.3", "10.66.0.3", id="no-such-vrf"),
    ],
)
def test_pings_go_the_same_way(
    running: Both, both: Callable[[Facts], None], device: str, vrf: str, source: str, destination: str
) -> None:
    assert agree(running) == {}
    real, model = running
    expected = model.ping(device, vrf, source, destination, 2)
    assert real.ping(device, vrf, source, destination, 2) == expected


@pytest.mark.lab
def test_a_router_that_refuses_a_step_is_set_up_anew(running: Both, both: Callable[[Facts], None]) -> None:
    """Somebody else took a line away; that it is to go now is refused, and the router comes out right all the same."""
    assert agree(running) == {}
    running[0]._routers["a1"]._network.vtysh("a1", "configure terminal", "interface lb0", "no ip ospf area 0.0.0.10")
    both(without_loopback("a1"))
    assert agree(running) == {}
