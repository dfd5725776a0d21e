"""The practice network on paper: who there is, how they are joined, what they are told."""

from ipaddress import ip_interface

import pytest

from lab.configuration import frr_conf
from lab.errors import LabError
from lab.neighbours import expected
from lab.routes import expected as expected_routes
from lab.topology import FAN_OUT, Router, default, sized


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 50, 200, 300])
def test_has_as_many_routers_as_asked_for(count: int) -> None:
    """A network of any size has that many routers, each with numbers of its own."""
    topology = sized(count)
    assert len(topology.routers) == len(set(topology.names)) == count
    assert len({router.router_id for router in topology.routers}) == count
    assert len({router.system_id for router in topology.routers}) == count


@pytest.mark.parametrize("count", [2, 3, 7, 8, 9, 50, 200, 300])
def test_every_router_is_reached_over_links(count: int) -> None:
    """The links join all routers into one network."""
    topology = sized(count)
    reached, new = {"p1"}, ["p1"]
    while new:
        name = new.pop()
        peers = {end.peer for end in topology.ends(name)} - reached
        reached |= peers
        new += peers
    assert reached == set(topology.names)


def test_the_eight_stay_as_they_are_in_a_larger_network() -> None:
    """A larger network is the default one and routers below its core."""
    large = sized(60)
    assert large.routers[:8] == default().routers
    assert large.links[:9] == default().links
    below = [len(large.ends(router.name)) - 1 for router in large.routers[8:]]
    assert max(below) <= FAN_OUT


def test_both_ends_of_a_link_agree() -> None:
    """What one end calls its peer's address is the other end's own, and no address is used twice."""
    topology = default()
    ends = [(name, end) for name in topology.names for end in topology.ends(name)]
    assert {(end.ipv4, end.ipv6) for _, end in ends} == {(end.peer_ipv4, end.peer_ipv6) for _, end in ends}
    assert len({end.ipv4 for _, end in ends}) == len(ends) == 2 * len(topology.links)
    for _, end in ends:
        assert ip_interface(f"{end.ipv4}/31").network == ip_interface(f"{end.peer_ipv4}/31").network
        assert ip_interface(f"{end.ipv6}/127").network == ip_interface(f"{end.peer_ipv6}/127").network


@pytest.mark.parametrize(
    ("number", "router_id"),
    [(1, "10.255.0.1"), (254, "10.255.0.254"), (255, "10.255.1.1"), (509, "10.255.2.1")],
)
def test_router_ids_go_on_counting(number: int, router_id: str) -> None:
    """Router-ids leave out .0 and .255."""
    assert Router("x", number).router_id == router_id


@pytest.mark.parametrize("name", default().names)
def test_no_router_is_given_a_loopback(name: str) -> None:
    """Giving and advertising loopbacks is the job of the tool that practises here."""
    conf = frr_conf(default(), name, "fast")
    assert "interface lo" not in conf
    assert "10.255." not in conf.replace(f"router-id {default().router(name).router_id}\n", "")


@pytest.mark.parametrize("name", default().names)
def test_default_timers_name_none(name: str) -> None:
    """With `default` timers FRR's own hold."""
    conf = frr_conf(default(), name, "default")
    assert not [line for line in conf.splitlines() if "timers" in line or "hello" in line or "interval" in line]


def test_a_router_uses_one_style_of_ospf() -> None:
    """FRR refuses areas by interface and by network statement at once."""
    by_interface, by_network = (frr_conf(default(), name, "fast") for name in ("p2", "p4"))
    assert " ip ospf area 0\n" in by_interface
    assert " network 198.18." not in by_interface
    assert " ip ospf area 0\n" not in by_network
    assert by_network.count(" network 198.18.") == 2


def test_expected_neighbours_follow_the_links() -> None:
    """A border has the neighbours of both sides."""
    assert expected(default(), "p3") == {"ospf p2", "ospf6 p2", "ospf p4", "ospf6 p4", "isis a1", "isis a2"}
    assert expected(default(), "e2") == {"bgp-ipv4 e1", "bgp-ipv6 e1"}


def test_every_router_should_know_every_link() -> None:
    """The prefixes are written the way a routing table writes them."""
    assert expected_routes(sized(2)) == {"198.18.0.2/31", "2001:db8:1800:1::a/127"}


def test_a_router_that_is_not_there_is_named() -> None:
    """The error lists the routers there are."""
    with pytest.raises(LabError, match="no router p9: p1, p2"):
        sized(2).router("p9")
