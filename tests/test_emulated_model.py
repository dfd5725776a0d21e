"""The topology model: what devices see of each other, worked out from their facts."""

from dataclasses import replace
from ipaddress import ip_interface, ip_network

import pytest

from lab.emulated.model import Model
from lab.emulated.nodes import LARGEST, Shape, Sized, sized
from lab.emulated.views import Enabled, Facts, Link, Node, Originates, Port, Routing
from lab.errors import LabError

BACKBONE, TEN = "0.0.0.0", "0.0.0.10"


def join(one: str, other: str, number: int, index: tuple[int, int], **how: object) -> tuple[Link, Link]:
    """Both ends of a link."""
    near = (f"100.64.0.{2 * number}/31", f"2001:db8:f000:{number:x}::a/127")
    far = (f"100.64.0.{2 * number + 1}/31", f"2001:db8:f000:{number:x}::b/127")
    return Link(index[0], *near, other, *far, **how), Link(index[1], *far, one, *near, **how)


def spoken(link: Link, **how: object) -> tuple[Enabled, ...]:
    """What is spoken on a link by default."""
    found = []
    if link.area:
        found += [Enabled("ospf", "ipv4", "1", link.area), Enabled("ospf3", "ipv6", "1", link.area)]
    if link.isis:
        found += [Enabled("isis", family, "CORE", level="2") for family in ("ipv4", "ipv6")]
    return tuple(replace(entry, **how) for entry in found)


def facts(node: Node, *loopbacks: Port, announced: tuple[Originates, ...] = ()) -> Facts:
    """The facts of a node with nothing but its first configuration and some loopbacks."""
    links = tuple(
        Port(f"eth{link.index}", link.index, addresses=(link.ipv4, link.ipv6), protocols=spoken(link))
        for link in node.links
    )
    return Facts(node.name, (*links, *loopbacks), node.router_id, node.asn, announced)


def loopback(number: int, *protocols: Enabled, name: str = "Loopback0", **how: object) -> Port:
    """A loopback of device `number`."""
    addresses = (f"10.0.0.{number}/32", f"2001:db8:1::{number}/128")
    return Port(name, addresses=addresses, protocols=protocols, **how)


def ospf(area: str = BACKBONE, **how: object) -> tuple[Enabled, Enabled]:
    """Both versions of OSPF in an area."""
    return Enabled("ospf", "ipv4", "1", area, **how), Enabled("ospf3", "ipv6", "1", area, **how)


class Small:
    """a - b - c: a and b in the backbone, c behind b in area 10; a - x speaks BGP, x - y inside its AS, c - i IS-IS."""

    def __init__(self) -> None:
        ab, ba = join("a", "b", 1, (1, 1), area=BACKBONE)
        bc, cb = join("b", "c", 2, (2, 1), area=TEN)
        ax, xa = join("a", "x", 3, (2, 1))
        ax, xa = replace(ax, peer_as="65010"), replace(xa, peer_as="65000")
        xy, yx = join("x", "y", 4, (2, 1), peer_as="65010")
        ci, ic = join("c", "i", 5, (2, 1), isis=True)
        ranges = ((TEN, "10.0.1.0/24"), (TEN, "2001:db8:2::/64"))
        nodes = (
            Node("a", "10.0.0.1", (ab, ax), ospf=True, ospf3=True, asn="65000"),
            Node("b", "10.0.0.2", (ba, bc), ospf=True, ospf3=True, ospf_ranges=ranges),
            Node("c", "10.0.0.3", (cb, ci), ospf=True, ospf3=True, isis="CORE"),
            Node("i", "10.0.0.4", (ic,), isis="CORE"),
            Node("x", "10.0.0.5", (xa, xy), asn="65010"),
            Node("y", "10.0.0.6", (yx,), asn="65010"),
        )
        self.nodes = {node.name: node for node in nodes}
        self.model = Model(nodes)
        own = (Originates("10.0.0.1/32"), Originates("2001:db8:1::1/128"))
        self.put("a", loopback(1, *ospf()), announced=own)
        self.put("b", loopback(2, *ospf()))
        self.put("c", loopback(3, *ospf(TEN)))
        self.put("i", loopback(4, *(Enabled("isis", family, "CORE", level="2") for family in ("ipv4", "ipv6"))))
        self.put("x", loopback(5), announced=(Originates("10.0.0.5/32"),))
        self.put("y", loopback(6), announced=(Originates("10.0.0.6/32"),))

    def put(self, name: str, *loopbacks: Port, announced: tuple[Originates, ...] = ()) -> None:
        """Configure a device."""
        self.model.update(facts(self.nodes[name], *loopbacks, announced=announced))

    def seen(self, name: str, protocol: str = "ospf") -> dict[str, set[tuple[str, str]]]:
        """Who sends each prefix that a device has in a database, and as what kind."""
        found: dict[str, set[tuple[str, str]]] = {}
        for lsa in self.model.lsas(name, protocol):
            found.setdefault(lsa.prefix, set()).add((lsa.kind, lsa.originator))
        return found

    def route(self, name: str, prefix: str) -> tuple[str, tuple[str, ...]]:
        """The protocol of a route and its interfaces."""
        family = "ipv6" if ":" in prefix else "ipv4"
        found = [r for r in self.model.routes(name, family) if r.prefix == prefix and r.vrf == "default"]
        assert len(found) < 2
        return (found[0].protocol, tuple(port for _, port in found[0].nexthops)) if found else ("", ())


@pytest.fixture
def small() -> Small:
    return Small()


def test_is_a_routing() -> None:
    routing: Routing = Model(())
    assert (routing.title, routing.blocking) == ("topology model", False)


@pytest.mark.parametrize(
    ("device", "prefix", "expected"),
    [
        pytest.param("a", "10.0.0.2/32", ("ospf", ("eth1",)), id="within-an-area"),
        pytest.param("a", "10.0.0.3/32", ("ospf", ("eth1",)), id="between-areas"),
        pytest.param("c", "10.0.0.1/32", ("ospf", ("eth1",)), id="from-the-backbone"),
        pytest.param("c", "2001:db8:1::1/128", ("ospf3", ("eth1",)), id="ipv6"),
        pytest.param("c", "100.64.0.2/31", ("ospf", ("eth1",)), id="a-link-beyond"),
        pytest.param("c", "10.0.0.3/32", ("connected", ("Loopback0",)), id="its-own"),
        pytest.param("c", "100.64.0.5/32", ("local", ("eth1",)), id="its-own-address-on-a-link"),
        pytest.param("c", "10.0.0.4/32", ("isis", ("eth2",)), id="isis"),
        pytest.param("i", "10.0.0.3/32", ("", ()), id="not-enabled-in-isis"),
        pytest.param("a", "10.0.0.5/32", ("bgp", ("eth2",)), id="from-another-as"),
        pytest.param("a", "10.0.0.6/32", ("bgp", ("eth2",)), id="through-another-as"),
        pytest.param("y", "10.0.0.1/32", ("bgp", ("eth1",)), id="inside-an-as"),
        pytest.param("b", "10.0.0.5/32", ("", ()), id="bgp-alone-knows"),
        pytest.param("x", "10.0.0.2/32", ("", ()), id="not-announced"),
    ],
)
def test_routes_come_from(small: Small, device: str, prefix: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert small.route(device, prefix) == expected


@pytest.mark.parametrize(
    ("device", "protocol", "prefix", "expected"),
    [
        pytest.param("b", "ospf", "10.0.0.1/32", {("intra", "10.0.0.1"), ("inter", "10.0.0.2")}, id="border-sees-both"),
        pytest.param("c", "ospf", "10.0.0.1/32", {("inter", "10.0.0.2")}, id="told-by-the-border"),
        pytest.param("c", "ospf3", "2001:db8:1::1/128", {("inter", "10.0.0.2")}, id="told-by-the-border-ipv6"),
        pytest.param("a", "ospf", "100.64.0.2/31", {("intra", "10.0.0.1"), ("intra", "10.0.0.2")}, id="both-ends"),
        pytest.param("c", "isis", "10.0.0.4/32", {("internal", "i")}, id="isis-by-name"),
        pytest.param("x", "ospf", "10.0.0.1/32", set(), id="does-not-speak-it"),
    ],
)
def test_databases_hold(small: Small, device: str, protocol: str, prefix: str, expected: set[tuple[str, str]]) -> None:
    assert small.seen(device, protocol).get(prefix, set()) == expected


def test_only_ones_own_views_are_own(small: Small) -> None:
    """Every other view is shared with whoever reads it."""
    for name in ("a", "b", "c"):
        views = small.model.lsas(name, "ospf")
        assert {view.originator for view in views if view.own} == {small.nodes[name].router_id}
        assert not any(view.originator == small.nodes[name].router_id for view in views if not view.own)


def test_views_are_shared_by_all_who_hear_the_same() -> None:
    """What two devices of an area both hear of others is in memory once."""
    network = sized(120)
    model = running(network)
    one, other = [node.name for node in network.nodes if network.area(node.name) == "0.0.0.1"][-2:]
    views = [{id(view) for view in model.lsas(name, "ospf") if not view.own} for name in (one, other)]
    assert len(views[0] & views[1]) > 50
    assert len(views[0] ^ views[1]) < 20


def test_a_range_stands_for_its_components(small: Small) -> None:
    """Others see the range and no component; in the area itself nothing changes."""
    area = ospf(TEN)
    small.put(
        "c",
        Port("Loopback0", addresses=("10.0.1.3/32", "2001:db8:2::3/128"), protocols=area),
        loopback(3, *area, name="Loopback1"),
    )
    for protocol, whole, part in (
        ("ospf", "10.0.1.0/24", "10.0.1.3/32"),
        ("ospf3", "2001:db8:2::/64", "2001:db8:2::3/128"),
    ):
        assert small.seen("a", protocol)[whole] == {("inter", "10.0.0.2")}
        assert part not in small.seen("a", protocol)
        assert small.seen("c", protocol)[part] == {("intra", "10.0.0.3")}
    assert "10.0.0.3/32" in small.seen("a")
    assert small.model.ping("a", "default", "10.0.0.1", "10.0.1.3", 3) == 3
    small.put("c", loopback(3, *area))
    assert "10.0.1.0/24" not in small.seen("a")


MASKED = ("10.9.9.9/24", "2001:db8:9::9/64")


@pytest.mark.parametrize(
    ("device", "protocols", "protocol", "expected"),
    [
        pytest.param("b", ospf(), "ospf", "10.9.9.9/32", id="ospf-host-route"),
        pytest.param("b", ospf(), "ospf3", "2001:db8:9::9/128", id="ospf3-host-route"),
        pytest.param("b", ospf(point_to_point=True), "ospf", "10.9.9.0/24", id="ospf-point-to-point"),
        pytest.param("b", ospf(point_to_point=True), "ospf3", "2001:db8:9::/64", id="ospf3-point-to-point"),
        pytest.param("i", (Enabled("isis", "ipv4", "CORE"),), "isis", "10.9.9.0/24", id="isis-keeps-the-mask"),
    ],
)
def test_a_loopback_is_sent_as(
    small: Small, device: str, protocols: tuple[Enabled, ...], protocol: str, expected: str
) -> None:
    small.put(device, Port("Loopback7", addresses=MASKED, protocols=protocols))
    sent = {view.prefix for view in small.model.lsas(device, protocol) if view.own}
    assert {prefix for prefix in sent if "9.9" in prefix or ":9::" in prefix} == {expected}


@pytest.mark.parametrize(
    ("source", "device", "destination", "answered"),
    [
        pytest.param("10.0.0.1", "a", "10.0.0.3", True, id="between-areas"),
        pytest.param("2001:db8:1::1", "a", "2001:db8:1::3", True, id="ipv6"),
        pytest.param("", "a", "10.0.0.3", True, id="no-source-said"),
        pytest.param("10.0.0.1", "a", "10.0.0.1", True, id="itself"),
        pytest.param("100.64.0.2", "a", "100.64.0.3", True, id="over-a-link"),
        pytest.param("10.0.0.2", "a", "10.0.0.3", False, id="not-its-own-source"),
        pytest.param("10.0.0.1", "a", "10.77.0.1", False, id="nobody-has-it"),
        pytest.param("10.0.0.4", "i", "10.0.0.3", False, id="no-way-there"),
        pytest.param("10.0.0.3", "c", "10.0.0.4", False, id="no-way-back"),
        pytest.param("10.0.0.5", "x", "10.0.0.1", True, id="announced-to-each-other"),
        pytest.param("10.0.0.5", "x", "2001:db8:1::1", False, id="families-do-not-mix"),
    ],
)
def test_a_ping_is_answered(small: Small, source: str, device: str, destination: str, answered: bool) -> None:  # noqa: FBT001 - a case
    assert small.model.ping(device, "default", source, destination, 5) == (5 if answered else 0)


def test_anycast_is_answered_by_the_nearest(small: Small) -> None:
    """Both send it, each listener goes to its own side."""
    shared = Port("Loopback9", addresses=("10.5.5.5/32",), protocols=ospf(cost=5)[:1])
    small.put("a", loopback(1, *ospf()), shared)
    small.put("c", loopback(3, *ospf(TEN)), replace(shared, protocols=ospf(TEN)[:1]))
    assert small.route("b", "10.5.5.5/32") == ("ospf", ("eth2",))
    assert small.seen("a")["10.5.5.5/32"] == {("intra", "10.0.0.1"), ("inter", "10.0.0.2")}
    assert small.model.ping("b", "default", "10.0.0.2", "10.5.5.5", 1) == 1


def blue(small: Small) -> None:
    small.put("b", loopback(2, *ospf()), Port("Loopback5", vrf="BLUE", addresses=("10.6.6.6/32",), protocols=ospf()))


def shut_link(small: Small) -> None:
    known = facts(small.nodes["b"], loopback(2, *ospf()))
    small.model.update(replace(known, ports=(replace(known.ports[0], enabled=False), *known.ports[1:])))


def test_a_vrf_stands_alone(small: Small) -> None:
    """A loopback in a VRF is connected there, answers itself there, and is told to nobody."""
    blue(small)
    views = [r for r in small.model.routes("b", "ipv4") if r.vrf == "BLUE"]
    assert [(r.prefix, r.protocol) for r in views] == [("10.6.6.6/32", "connected")]
    assert small.model.ping("b", "BLUE", "10.6.6.6", "10.6.6.6", 2) == 2
    assert small.model.ping("b", "BLUE", "10.6.6.6", "10.0.0.1", 2) == 0
    assert small.model.ping("b", "default", "10.0.0.2", "10.6.6.6", 2) == 0
    assert "10.6.6.6/32" not in small.seen("a")


def test_a_link_that_one_end_shuts_is_down_at_both(small: Small) -> None:
    assert small.model.neighbours("a", "ospf")
    shut_link(small)
    assert {state.name: state.up for state in small.model.ports("a")} == {
        "eth1": False,
        "eth2": True,
        "Loopback0": True,
    }
    assert small.model.neighbours("a", "ospf") == ()
    assert set(small.seen("a")) == {"10.0.0.1/32"}
    assert small.route("a", "10.0.0.3/32") == ("", ())
    small.put("b", loopback(2, *ospf()))
    assert small.route("a", "10.0.0.3/32") == ("ospf", ("eth1",))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda port: replace(port, enabled=False), id="shut"),
        pytest.param(lambda port: replace(port, protocols=()), id="not-enabled-in-it"),
        pytest.param(
            lambda port: replace(port, protocols=spoken(Link(1, "", "", "", "", "", area=TEN))), id="other-area"
        ),
        pytest.param(lambda port: replace(port, addresses=("100.64.9.3/31",)), id="other-subnet"),
        pytest.param(
            lambda port: replace(port, protocols=tuple(replace(e, passive=True) for e in port.protocols)), id="passive"
        ),
    ],
)
def test_no_adjacency_where_an_end_is(small: Small, change) -> None:  # type: ignore[no-untyped-def]  # a lambda of a case
    known = facts(small.nodes["b"], loopback(2, *ospf()))
    small.model.update(replace(known, ports=(change(known.ports[0]), *known.ports[1:])))
    assert small.model.neighbours("a", "ospf") == ()
    assert "10.0.0.2/32" not in small.seen("a")


def test_an_announced_prefix_needs_its_route(small: Small) -> None:
    """A network statement announces what is in the routing table, no more."""
    assert [(p.originator, p.as_path, p.best) for p in small.model.paths("a", "ipv4") if p.prefix == "10.0.0.6/32"] == [
        ("10.0.0.5", ("65010",), True)
    ]
    small.put("y", loopback(6, enabled=False), announced=(Originates("10.0.0.6/32"),))
    assert small.route("a", "10.0.0.6/32") == ("", ())


def test_sessions_are_listed_when_down(small: Small) -> None:
    """BGP tells of neighbours that are configured, up or not."""
    assert {(n.identity, n.up) for n in small.model.neighbours("x", "bgp") if ":" not in n.identity} == {
        ("100.64.0.6", True), ("100.64.0.9", True)
    }  # fmt: skip
    known = facts(small.nodes["y"], loopback(6))
    small.model.update(replace(known, asn="65011"))
    assert {n.identity: n.state for n in small.model.neighbours("x", "bgp")}["100.64.0.9"] == "Idle"


def running(network: Sized) -> Model:
    """A sized network with loopback 0 on all devices."""
    model = Model(network.nodes)
    for node in network.nodes:
        port = Port("lo", addresses=network.loopback(node.name), protocols=ospf(network.area(node.name)))
        model.update(facts(node, port))
    return model


SHAPES: tuple[Shape, ...] = ("ring", "grid", "chain", "tree")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [1, 2, 3, 50, 51, 52, 120])
def test_in_a_sized_network_all_reach_all(count: int, shape: Shape) -> None:
    network = sized(count, shape)
    assert len({node.router_id for node in network.nodes}) == len(network.nodes) == count
    model, last = running(network), network.nodes[-1].name
    for family in (0, 1):
        here, there = (network.loopback(name)[family].partition("/")[0] for name in ("r1", last))
        assert model.ping("r1", "default", here, there, 1) == model.ping(last, "default", there, here, 1) == 1


@pytest.mark.parametrize("count", [1000, LARGEST])
def test_databases_stay_small(count: int) -> None:
    """However large the network: an area of 50, and a summary of each other one."""
    network = sized(count)
    members: dict[str, set[str]] = {}
    for node in network.nodes:
        for link in node.links:
            members.setdefault(link.area, set()).update((node.name, link.peer))
    assert max(map(len, members.values())) <= 50
    pools = [ip_network(p) for p in ("10.128.0.0/9", "2001:db8:1000::/36", "100.64.0.0/10", "2001:db8:f000::/36")]
    last = network.nodes[-1]
    for address in (*network.loopback(last.name, 19), last.links[0].ipv4, last.links[0].ipv6):
        assert any(ip_interface(address).ip in pool for pool in pools)
    assert all(ip_network(prefix).version for prefix in network.summaries(last.name))


@pytest.mark.parametrize("count", [0, LARGEST + 1])
def test_a_size_that_cannot_be_is_refused(count: int) -> None:
    with pytest.raises(LabError, match="devices"):
        sized(count)


def test_a_loopback_changed_among_many_costs_little() -> None:
    """Nothing outside the area is worked out again: its tables stay the same objects."""
    network = sized(300)
    model = running(network)
    inside = next(node for node in network.nodes if network.area(node.name) != BACKBONE)
    before = model.lsas("r1", "ospf")
    port = Port("lo", addresses=("10.255.255.1/32",), protocols=ospf(network.area(inside.name)))
    model.update(
        facts(
            inside,
            Port("lo", addresses=network.loopback(inside.name), protocols=port.protocols),
            replace(port, name="lo1"),
        )
    )
    after = model.lsas("r1", "ospf")
    new = {view.prefix for view in after} - {view.prefix for view in before}
    assert new == {"10.255.255.1/32"}
