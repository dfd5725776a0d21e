"""Change windows on real routers: waves, rollback, harm, references, what can cut us off, stale plans, locks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import lab
from tasks.station_lock import locked
from tests.change_windows import Window, as_before, forgotten, link_lost
from tests.practice import desk, until
from tests.window_ground import Told

pytestmark = [pytest.mark.lab, pytest.mark.timeout(90)]


@pytest.fixture(name="at")
def _at(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Window]:
    """A folder of its own, and a network that knows nothing of the new addresses, before and after."""
    forgotten(provisioned)
    monkeypatch.chdir(tmp_path)
    yield Window(provisioned, tmp_path)
    forgotten(provisioned)


# Waves, and taking a run back.


def test_three_waves_are_kept_one_after_the_other_and_a_rollback_takes_all_of_them_back(at: Window) -> None:
    at.want("p2", "p3", "p4", "e2")
    with as_before(at.network, "p2", "p3", "p4", "e2"):
        told = at.write("provision", "--waves", "1,2,100%")
        assert told.code == 0, told.out
        assert at.waves(told) == [(("p2",), "kept"), (("p3", "p4"), "kept"), (("e2",), "kept")]
        assert all("10.254.0." in at.network.running_config(router) for router in ("p2", "p3", "p4", "e2"))
        assert told.run is not None
        back = at.write("rollback", told.run.name, "--allow-removals", "4")
        assert back.code == 0, back.out
        assert (back.document["command"], back.ends()) == ("rollback", dict.fromkeys(("p2", "p3", "p4", "e2"), "kept"))


def test_a_wave_in_which_one_router_fails_is_as_before_the_earlier_stands_and_the_later_is_not_begun(
    at: Window,
) -> None:
    at.want("p2", "p3", "p4", "e2")
    with muted(at.network, "p4", "10.254.0.4"), as_before(at.network, "p3", "p4", "e2", but="254"):
        told = at.write("provision", "--waves", "1,2,100%", deadline=4)
        assert told.code == 5, told.out
        assert at.waves(told) == [(("p2",), "kept"), (("p3", "p4"), "put back"), (("e2",), "not begun")]
        assert told.ends() == {"p2": "kept", "p3": "put back", "p4": "put back", "e2": "not begun"}
        assert "p4 failed" in told.document["waves"][1]["why"]
    assert "10.254.0.2/32" in at.network.running_config("p2")
    assert told.run is not None
    assert at.write("rollback", told.run.name).code == 0


@contextmanager
def muted(network: lab.Network, router: str, address: str) -> Iterator[None]:
    """A router drops what is sent to an address of its own, its own pings too."""
    rule = f"type filter hook input priority 0; ip daddr {address} drop;"
    assert network.run(router, ["nft", f"table inet mute {{ chain c {{ {rule} }}; }}"]).returncode == 0
    try:
        yield
    finally:
        network.run(router, ["nft", "delete table inet mute"])


def test_a_rollback_is_refused_where_a_later_run_changed_the_same_loopback(at: Window) -> None:
    with as_before(at.network, "p2"):
        at.want("p2")
        first = at.write("provision")
        at.want(p2={1: {"description": "of a later run", "advertise": {"ospf": {"cost": 50}}}})
        later = at.write("provision")
        assert first.run is not None
        assert later.run is not None
        with as_before(at.network, "p2"):
            refused = at.write("rollback", first.run.name)
            assert (first.code, later.code, refused.code, refused.run) == (0, 0, 4, None)
            assert f"run {later.run.name} changed loopback 1 of p2" in refused.err
        for run in (later.run, first.run):
            told = at.write("rollback", run.name)
            assert told.code == 0, told.out + told.err


# What a change harms. The link between a1 and a2 has a way round it: what is lost with it are neighbours, no routes.


def test_a_link_lost_between_unchanged_routers_stops_the_next_wave_and_reverts_nothing(at: Window) -> None:
    at.want("p2", "p4")
    with as_before(at.network, "a1", "a2", "p4", but="10.254"):
        with link_lost(at.network, "a1", "a2"):
            told = at.write("provision", "--waves", "1", deadline=4)
        assert told.code == 4, told.out
        assert at.waves(told) == [(("p2",), "kept"), (("p4",), "not begun")]
        assert harmed(told) == {("a1", "isis", "next wave"), ("a2", "isis", "next wave")}
        assert "isis neighbour a2 on to-a2" in told.out
        assert "10.254.0.2/32" in at.network.running_config("p2")
        assert told.run is not None
        assert at.write("rollback", told.run.name).code == 0


def test_a_neighbour_of_a_changed_router_that_is_lost_puts_its_wave_back(at: Window) -> None:
    at.want("a1", "e2")
    with as_before(at.network, "a1", "a2", "e2"):
        with link_lost(at.network, "a1", "a2"):
            told = at.write("provision", "--waves", "1", deadline=4)
        assert told.code == 5, told.out
        assert at.waves(told) == [(("a1",), "put back"), (("e2",), "not begun")]
        assert ("a1", "isis", "wave") in harmed(told)


def harmed(told: Told) -> set[tuple[str, str, str]]:
    """Who lost a neighbour of which protocol, and what that stops."""
    harm = told.document["harm"]
    return {(h["device"], h["what"].split()[0], h["blocks"]) for h in harm if h["kind"] == "neighbour"}


# What refers to a loopback, and what can cut us off.


@contextmanager
def peering(network: lab.Network) -> Iterator[None]:
    """A BGP session between e1 and the second loopback of e2; it carries no route."""
    lines = "remote-as 65010", "update-source {}", "timers 1 3", "timers connect 1"
    family = "activate", "route-map NOTHING out", "route-map NOTHING in"
    ends = (("e1", "10.254.0.8", "lo"), ("e2", "10.255.0.7", "lo1"))
    for router, peer, source in ends:
        told = [f"neighbor {peer} {line.format(source)}" for line in lines]
        told += ["address-family ipv4 unicast", *(f"neighbor {peer} {line}" for line in family)]
        network.vtysh(router, "configure terminal", "router bgp 65010", *told)
        network.vtysh(router, "write memory")
    assert until(lambda: established(network), bool)
    try:
        yield
    finally:
        for router, peer, _ in ends:
            network.vtysh(router, "configure terminal", "router bgp 65010", f"no neighbor {peer}")
            network.vtysh(router, "write memory")


def established(network: lab.Network) -> bool:
    """Whether the session over the second loopback stands, at its one end."""
    peers = json.loads(network.vtysh("e1", "show bgp ipv4 unicast summary json"))["peers"]
    return bool(peers["10.254.0.8"]["state"] == "Established")


@pytest.fixture
def peer(at: Window) -> Iterator[Window]:
    """e2 has its second loopback, and e1 peers to it."""
    at.want("e2")
    with as_before(at.network, "e1", "e2"):
        given = at.write("provision")
        assert given.code == 0, given.out
        with peering(at.network):
            yield at
        assert given.run is not None
        back = at.write("rollback", given.run.name)
        assert back.code == 0, back.out + back.err


def test_a_loopback_that_a_neighbour_peers_to_is_not_removed_unless_allowed(peer: Window) -> None:
    peer.want(e2={1: {"state": "absent"}})
    with as_before(peer.network, "e1", "e2"):
        refused = peer.write("provision", "--accept-lockout")
        assert (refused.code, refused.run) == (4, None)
        words = " ".join(refused.out.split())
        assert "on e1: `router bgp 65010 / neighbor 10.254.0.8 remote-as 65010` (BGP neighbour)" in words
        assert "`router bgp 65010 / neighbor 10.255.0.7 update-source lo1` (source of a BGP session)" in words

        allowed = peer.write("provision", "--accept-lockout", "--allow-referenced")
        assert allowed.code == 0, allowed.out
        assert allowed.document["harm"] == []
        assert allowed.run is not None
        back = peer.write("rollback", allowed.run.name)
        assert back.code == 0, back.out + back.err
        assert until(lambda: established(peer.network), bool)


def test_a_change_that_may_break_its_own_session_may_break_no_other(peer: Window) -> None:
    peer.want(e2={1: {"state": "absent"}})
    with as_before(peer.network, "e1", "e2"):
        with link_lost(peer.network, "a1", "a2"):
            told = peer.write("provision", "--accept-lockout", "--allow-referenced", deadline=4)
        assert told.code == 4, told.out
        assert told.ends() == {"e2": "kept"}
        assert {device for device, *_ in harmed(told)} == {"a1", "a2"}
        assert told.run is not None
        back = peer.write("rollback", told.run.name)
        assert back.code == 0, back.out + back.err
        assert until(lambda: established(peer.network), bool)


def test_a_loopback_that_carries_a_bgp_path_is_not_removed_without_a_word(peer: Window) -> None:
    peer.want(e2={1: {"state": "absent"}})
    with as_before(peer.network, "e1", "e2"):
        refused = peer.write("provision", "--allow-referenced")
        assert (refused.code, refused.run) == (4, None)
        words = " ".join(refused.out.split())
        assert "a BGP path to the device" in words
        assert "no timer of the device would undo it; --accept-lockout" in words


def test_a_loopback_that_a_router_is_managed_through_is_changed_only_with_a_word(at: Window) -> None:
    at.want("p2")
    given = at.write("provision")
    assert given.code == 0, given.out
    at.say({"p2": {"hostname": "10.254.0.2", **reached_beside(at.network, "p2")}})
    at.want(p2={1: {"ipv4": "10.254.0.22/32"}})
    with as_before(at.network, "p2"):
        refused = at.ask("plan")
        words = " ".join(refused.out.split())
        assert refused.code == 4
        assert "it carries the management session (10.254.0.2); no timer of the device would undo it" in words
        accepted = at.ask("plan", "--accept-lockout", "--json")
        assert accepted.code == 0, accepted.out
    assert given.run is not None
    assert at.write("rollback", given.run.name, "--accept-lockout").code == 0


def reached_beside(network: lab.Network, router: str) -> dict[str, Any]:
    """How to connect to a router all the same: its loopback is out of reach outside of the namespaces."""
    return {"connection_options": {"netmiko": {"hostname": "127.0.0.1", "port": network.port(router)}}}


# A plan as a file, and one run at a time.


def test_a_saved_plan_is_refused_where_a_router_has_changed_and_pushed_where_it_has_not(at: Window) -> None:
    at.want("p2")
    with as_before(at.network, "p2"):
        assert at.ask("plan", "--out", "change.json").code == 0
        at.network.vtysh("p2", "configure terminal", "interface lo1", "ip address 10.254.9.9/32")
        refused = at.write("provision", "change.json")
        assert (refused.code, refused.run) == (4, None)
        assert "p2 has changed since it was planned" in refused.err
        assert "10.254.9.9" in refused.err
        assert "10.254.0.2" not in at.network.running_config("p2")
        at.network.vtysh("p2", "configure terminal", "interface lo1", "no ip address 10.254.9.9/32")
        pushed = at.write("provision", "change.json")
        assert pushed.code == 0, pushed.out + pushed.err
        assert pushed.run is not None
        assert at.write("rollback", pushed.run.name).code == 0


def test_a_router_that_another_run_holds_is_not_written_to(at: Window) -> None:
    at.want("p2", "p3")
    with as_before(at.network, "p2", "p3"):
        with desk(at.network, at.folder / "inventory") as other, locked(other.network, ["p3"], "another"):
            refused = at.write("provision")
        assert refused.code == 4
        assert "p3 is being changed by run another" in refused.err
