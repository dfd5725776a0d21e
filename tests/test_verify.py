"""Judging without routers: what would make a healthy loopback look broken, or a broken one healthy."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import pytest

from loopwright.addresses import bare, network
from loopwright.device import Ping, PingRequest
from loopwright.domains import find_domains
from loopwright.evidence import DeviceEvidence, Neighbour, Origination, Route
from loopwright.expect import Absence, Expectation, absences, expectations
from loopwright.models import Expect, Intent, Interface, Observed, Wanted, WantedAdvertisement
from loopwright.observe import observe_lines, path_lines
from loopwright.picture import Picture
from loopwright.platform import load_platforms
from loopwright.vantage import choose, find_cut_off
from loopwright.verdict import Cause, Kind, Rung, Verdict
from loopwright.verify import control_plane_holds, judge

PLATFORM = load_platforms()["frr"]
NAMES = ("r1", "r2", "r3", "r4")
LINKS = (("r1", "r2"), ("r2", "r3"), ("r3", "r4"), ("r4", "r1"))
ASKED = frozenset(
    {("interfaces", ""), ("routes", ""), ("originations", "ospf"), ("neighbours", "ospf"), ("identity", "ospf")}
)


def loopback(name: str) -> str:
    return f"10.0.0.{name[1:]}/32"


@dataclass
class World:
    """Four OSPF routers in a ring that are well, as everything that they would answer; a test changes some of it."""

    wanted: dict[str, Wanted] = field(default_factory=dict)
    routes: dict[str, set[Route]] = field(default_factory=dict)
    tables: dict[str, set[Origination]] = field(default_factory=dict)
    down: set[frozenset[str]] = field(default_factory=set)
    texts: dict[str, list[str]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    unanswered: set[tuple[str, str]] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    absences: tuple[Absence, ...] = ()
    extra: dict[str, tuple[str, ...]] = field(default_factory=dict)
    limit: tuple[str, ...] = NAMES

    def __post_init__(self) -> None:
        for name in NAMES:
            self.wanted[name] = Wanted(
                0, ipv4=(loopback(name),), advertise=(WantedAdvertisement("ospf", area="0.0.0.0"),)
            )
            self.routes[name] = {self.route(name, other) for other in NAMES}
            self.tables[name] = {self.entry(other, name) for other in NAMES}
            self.texts[name] = ["interface lo", f" ip address {loopback(name)}", " ip ospf area 0"]

    def route(self, viewer: str, target: str) -> Route:
        hop = ("", "lo") if viewer == target else ("192.0.2.9", "eth0")
        return Route(
            "default", network(loopback(target)), "connected" if viewer == target else "ospf", True, True, (hop,)
        )

    def entry(
        self, origin: str, viewer: str, prefix: str = "", kind: str = "intra", scope: str = "0.0.0.0"
    ) -> Origination:
        return Origination(
            "ospf", scope, prefix or network(loopback(origin)), f"1.1.1.{origin[1:]}", kind, own=origin == viewer
        )

    def observed(self, name: str) -> Observed:
        lines = list(self.texts[name])
        for number, ends in enumerate(LINKS):
            if name in ends:
                lines += [f"interface eth{number}", f" ip address 192.0.2.{2 * number + ends.index(name)}/31"]
                lines += [" ip ospf area 0"]
        lines += ["router ospf", f" ospf router-id 1.1.1.{name[1:]}"]
        seen = observe_lines(name, path_lines("\n".join(lines), PLATFORM), PLATFORM)
        mine = tuple(a for lo in seen.loopbacks for a in lo.addresses) + self.extra.get(name, ())
        return replace(seen, interfaces=(Interface("lo", True, True, addresses=mine),))

    def evidence(self, name: str) -> DeviceEvidence:
        if name in self.silent:
            return DeviceEvidence(name, Observed(name, "frr"), error="no answer")
        states = tuple(
            Neighbour("ospf", f"1.1.1.{other[1:]}", f"eth{number}:192.0.2.{2 * number}", "Full", True)
            for number, ends in enumerate(LINKS)
            for other in set(ends) - {name}
            if name in ends and frozenset(ends) not in self.down
        )
        return DeviceEvidence(
            name, self.observed(name), frozenset(self.routes[name]), frozenset(self.tables[name]),
            {"ospf": f"1.1.1.{name[1:]}"}, states, ASKED,
        )  # fmt: skip

    def expected(self) -> tuple[Expectation, ...]:
        observed = {name: self.observed(name) for name in NAMES}
        intents = [Intent(name, "frr", (self.wanted[name],)) for name in NAMES if name in self.wanted]
        matching: Callable[[tuple[str, ...]], frozenset[str]] = frozenset
        return tuple(expectations(intents, observed, {"frr": PLATFORM}, find_domains(observed.values()), matching))

    def judged(self) -> tuple[tuple[Verdict, ...], tuple[str, ...]]:
        """Climb as the prover does: evidence, who is cut off, vantage points, pings, verdicts."""
        every = self.expected()
        expected = tuple(e for e in every if e.device in self.limit)
        picture = Picture({name: self.evidence(name) for name in NAMES}, dict.fromkeys(NAMES, PLATFORM))
        picture = replace(picture, cut_off=find_cut_off(every, picture))
        vantages = choose(
            expected,
            tuple(e for e in every if e not in expected),
            picture,
            lambda e: control_plane_holds(e, picture),
            3,
        )
        requests = vantages.requests()
        for e in expected:
            own = PingRequest(bare(e.address), bare(e.address), count=1)
            requests[e.device] = (*requests.get(e.device, ()), own)
        pings = {name: tuple(self.ping(name, r) for r in asked) for name, asked in requests.items()}
        picture = replace(picture, pings=pings)
        broken = vantages.broken(picture) | {device for device, _, _ in picture.cut_off}
        return judge(expected, self.absences, picture, vantages), tuple(sorted(broken))

    def ping(self, device: str, request: PingRequest) -> Ping:
        if request.source == request.destination:
            return Ping(request, request.count)
        if device in self.refused:
            return Ping(request, 0, "the device refused to run it")
        owner = next(name for name in NAMES if bare(loopback(name)) == request.destination)
        return Ping(request, 0 if (device, owner) in self.unanswered else request.count)

    def failing(self) -> dict[str, tuple[int, str, Cause | None]]:
        """Each device whose loopback does not pass, with rung, state and cause."""
        return {v.device: (int(v.rung), v.state, v.cause) for v in self.judged()[0] if v.state != "pass"}

    def lose(self, viewers: Iterable[str], target: str) -> None:
        """Take the route to a target, and its place in the table, from some devices."""
        for viewer in viewers:
            self.routes[viewer].discard(self.route(viewer, target))
            self.tables[viewer].discard(self.entry(target, viewer))


@pytest.fixture
def world() -> World:
    return World()


def others(name: str) -> list[str]:
    return [other for other in NAMES if other != name]


def test_a_network_that_is_well_passes(world: World) -> None:
    verdicts, broken = world.judged()
    assert {v.state for v in verdicts} == {"pass"}
    assert broken == ()
    assert {v.rung for v in verdicts} == set(Rung) - {Rung.STATION}


def test_a_border_that_hands_the_prefix_on_is_no_second_origin(world: World) -> None:
    for name in NAMES:
        world.tables[name].add(world.entry("r3", name, "10.0.0.1/32", "external", ""))
    assert world.failing() == {}


def test_a_border_that_makes_the_prefix_up_is_a_second_origin(world: World) -> None:
    for name in NAMES:
        world.tables[name].add(world.entry("r3", name, "10.0.0.1/32", "external", ""))
    world.routes["r3"].discard(world.route("r3", "r1"))
    world.routes["r3"].add(Route("default", "10.0.0.1/32", "static", True, True, (("192.0.2.77", "eth0"),)))
    rung, state, cause = world.failing()["r1"]
    assert (rung, state) == (6, "fail")
    assert cause
    assert (cause.kind, cause.device) == ("duplicate", "r3")


def test_an_area_border_that_tells_another_area_is_no_second_origin(world: World) -> None:
    world.tables["r2"].add(world.entry("r3", "r2", "10.0.0.1/32", "inter", "0.0.0.7"))
    assert world.failing() == {}


def test_a_system_outside_the_inventory_with_the_prefix_on_an_interface_is_a_second_origin(world: World) -> None:
    world.tables["r2"].add(Origination("ospf", "0.0.0.0", "10.0.0.1/32", "9.9.9.9", "intra", own=False))
    _, _, cause = world.failing()["r1"]
    assert cause
    assert cause.kind == "duplicate"
    assert "9.9.9.9, which is not in the inventory" in cause.text


def test_its_own_summary_into_an_area_does_not_count_as_originated_there(world: World) -> None:
    world.tables["r1"] = {
        world.entry("r1", "r1", kind="inter"), world.entry("r1", "r1", scope="0.0.0.7"),
        *(world.entry(o, "r1") for o in others("r1")),
    }  # fmt: skip
    assert world.failing()["r1"][:2] == (5, "fail")


def test_the_prefix_in_a_table_from_somebody_else_alone_is_not_its_own(world: World) -> None:
    world.tables["r3"] = {e for e in world.tables["r3"] if e.originator != "1.1.1.1"}
    world.tables["r3"].add(world.entry("r4", "r3", "10.0.0.1/32", "external", ""))
    rung, state, cause = world.failing()["r1"]
    assert (rung, state) == (6, "fail")
    assert cause
    assert (cause.kind, cause.device) == ("filter", "r3")


def test_several_next_hops_are_one_route(world: World) -> None:
    world.routes["r1"].discard(world.route("r1", "r3"))
    hops = (("192.0.2.1", "eth0"), ("192.0.2.6", "eth3"))
    world.routes["r1"].add(Route("default", "10.0.0.3/32", "ospf", True, True, hops))
    assert world.failing() == {}


def test_a_better_protocol_at_a_viewer_hides_nothing(world: World) -> None:
    world.routes["r2"].discard(world.route("r2", "r1"))
    world.routes["r2"].add(Route("default", "10.0.0.1/32", "bgp", True, True, (("192.0.2.1", "eth0"),)))
    assert world.failing() == {}


def test_a_viewer_that_does_not_answer_is_not_asked_and_the_coverage_says_so(world: World) -> None:
    world.silent = {"r4"}
    verdicts, _ = world.judged()
    seen = next(v for v in verdicts if v.device == "r1" and v.rung is Rung.ADVERTISED)
    assert (seen.state, seen.coverage) == ("pass", "2 of 3 asked")
    assert {v.device for v in verdicts if v.state != "pass"} == {"r4"}


def test_a_device_without_a_loopback_of_its_own_pings_from_a_link(world: World) -> None:
    del world.wanted["r4"]
    world.texts["r4"] = []
    world.routes["r4"].discard(world.route("r4", "r4"))
    for name in others("r4"):
        world.routes[name].add(Route("default", "192.0.2.0/24", "ospf", True, True, (("192.0.2.1", "eth0"),)))
    verdicts, _ = world.judged()
    assert {v.state for v in verdicts} == {"pass"}
    assert any("r4 (routed interface)" in v.coverage for v in verdicts)


def test_a_device_alone_in_its_domain_is_unproven_and_not_failed(world: World) -> None:
    world.wanted["r1"] = replace(world.wanted["r1"], expect=Expect(seen_by=()))
    assert world.failing() == {"r1": (6, "unproven", None)}


def test_a_device_that_speaks_no_ipv6_is_not_asked_about_it(world: World) -> None:
    world.wanted["r1"] = replace(world.wanted["r1"], ipv6=("2001:db8::1/128",), expect=Expect(seen_by="all"))
    ipv6 = next(e for e in world.expected() if ":" in e.address)
    assert ipv6.viewers == ()


def test_who_must_not_see_it_and_does_is_named(world: World) -> None:
    world.wanted["r1"] = replace(world.wanted["r1"], expect=Expect(not_seen_by=("r3",)))
    rung, _, cause = world.failing()["r1"]
    assert rung == 6
    assert cause
    assert cause.device == "r3"
    assert "must not see" in cause.text


def test_who_must_not_see_it_and_does_not_is_well(world: World) -> None:
    world.wanted["r1"] = replace(world.wanted["r1"], expect=Expect(not_seen_by=("r3",)))
    world.routes["r3"].discard(world.route("r3", "r1"))
    assert world.failing() == {}


def test_what_nobody_must_see_passes_when_nobody_does(world: World) -> None:
    world.wanted["r1"] = replace(world.wanted["r1"], expect=Expect(seen_by="none"))
    for name in others("r1"):
        world.routes[name].discard(world.route(name, "r1"))
    assert world.failing() == {}


def test_one_link_of_a_ring_down_blames_nobody(world: World) -> None:
    world.down = {frozenset({"r1", "r2"})}
    assert world.failing() == {}


def _isolate(world: World, name: str) -> None:
    """Take all neighbours from a device; the tables go on holding what they held."""
    world.down = {frozenset(ends) for ends in LINKS if name in ends}
    for other in others(name):
        world.routes[name].discard(world.route(name, other))
        world.routes[other].discard(world.route(other, name))


def test_an_isolated_device_is_named_and_the_others_are_not_blamed_for_what_it_does_not_see(world: World) -> None:
    _isolate(world, "r2")
    verdicts, broken = world.judged()
    failing = {v.device: v for v in verdicts if v.state != "pass"}
    assert set(failing) == {"r2"}
    assert broken == ("r2",)
    cause = failing["r2"].cause
    assert cause
    assert (cause.kind, cause.device) == ("adjacency", "r2")
    assert "its ospf neighbour r1 on eth0 is missing; its ospf neighbour r3 on eth1 is missing" in cause.text
    assert not failing["r2"].own_fault()


def test_routes_that_outlive_every_neighbour_make_no_witness(world: World) -> None:
    _isolate(world, "r2")
    world.routes["r2"].add(world.route("r2", "r4"))
    assert set(world.failing()) == {"r2"}


def test_a_default_route_does_not_make_a_device_cut_off(world: World) -> None:
    for other in others("r2"):
        world.routes["r2"].discard(world.route("r2", other))
    world.routes["r2"].add(Route("default", "0.0.0.0/0", "static", True, True, (("192.0.2.0", "eth0"),)))
    failing = world.failing()
    assert {name: rung for name, (rung, _, _) in failing.items()} == {"r1": 6, "r3": 6, "r4": 6}


def test_where_everybody_is_cut_off_nothing_passes(world: World) -> None:
    for name in NAMES:
        for other in others(name):
            world.routes[name].discard(world.route(name, other))
    assert set(world.failing()) == set(NAMES)


def test_two_halves_that_lost_each_other_both_fail_at_their_border(world: World) -> None:
    world.down = {frozenset({"r1", "r2"}), frozenset({"r3", "r4"})}
    for one, other in (("r1", "r2"), ("r1", "r3"), ("r4", "r2"), ("r4", "r3")):
        world.routes[one].discard(world.route(one, other))
        world.routes[other].discard(world.route(other, one))
    failing = world.failing()
    assert set(failing) == set(NAMES)
    assert {cause.kind for _, _, cause in failing.values() if cause} == {"adjacency"}


def test_a_route_in_the_table_and_not_in_use_is_filtered_there_and_not_beyond(world: World) -> None:
    for viewer in ("r2", "r3"):
        world.routes[viewer].discard(world.route(viewer, "r1"))
    _, _, cause = world.failing()["r1"]
    assert cause
    assert (cause.kind, cause.device) == ("filter", "r2")


def test_an_exact_route_that_discards_is_no_route(world: World) -> None:
    world.routes["r3"].discard(world.route("r3", "r1"))
    world.routes["r3"].add(Route("default", "10.0.0.1/32", "static", True, True, (("", ""),)))
    _, _, cause = world.failing()["r1"]
    assert cause
    assert (cause.device, cause.text) == ("r3", "its route to 10.0.0.1/32 (static) discards everything")


def test_a_route_that_is_selected_and_not_installed_is_no_route(world: World) -> None:
    world.routes["r3"].discard(world.route("r3", "r1"))
    world.routes["r3"].add(replace(world.route("r3", "r1"), installed=False))
    assert world.failing()["r1"][0] == 6


def test_a_mask_is_told_as_a_host_route_and_a_wider_route_is_not_taken_for_it(world: World) -> None:
    world.wanted["r1"] = replace(world.wanted["r1"], ipv4=("10.0.0.1/24",))
    world.texts["r1"] = ["interface lo", " ip address 10.0.0.1/24", " ip ospf area 0"]
    world.routes["r1"] = {world.route("r1", o) for o in others("r1")} | {
        Route("default", "10.0.0.0/24", "connected", True, True, (("", "lo"),))
    }
    assert world.failing() == {}
    world.routes["r3"].discard(world.route("r3", "r1"))
    world.routes["r3"].add(Route("default", "10.0.0.0/24", "ospf", True, True, (("192.0.2.1", "eth0"),)))
    assert world.failing()["r1"][0] == 6


def test_a_loopback_of_network_type_point_to_point_keeps_its_mask(world: World) -> None:
    world.wanted["r1"] = replace(world.wanted["r1"], ipv4=("10.0.0.1/24",))
    world.texts["r1"] = [
        "interface lo",
        " ip address 10.0.0.1/24",
        " ip ospf area 0",
        " ip ospf network point-to-point",
    ]
    assert {c.prefix for e in world.expected() if e.device == "r1" for c in e.carried} == {"10.0.0.0/24"}


def test_a_vantage_point_that_reaches_nobody_is_named_and_its_targets_pass(world: World) -> None:
    world.unanswered = {("r2", other) for other in NAMES}
    verdicts, broken = world.judged()
    assert {v.state for v in verdicts} == {"pass"}
    assert broken == ("r2",)


def test_a_vantage_point_with_a_single_target_shows_by_others_whose_fault_a_silence_is(world: World) -> None:
    world.limit = ("r1",)
    world.unanswered = {("r2", other) for other in NAMES}
    verdicts, broken = world.judged()
    assert {v.state for v in verdicts} == {"pass"}
    assert broken == ("r2",)
    world.unanswered = {(other, "r1") for other in NAMES}
    verdicts, broken = world.judged()
    assert [(v.device, int(v.rung), v.state) for v in verdicts if v.state != "pass"] == [("r1", 7, "fail")]
    assert broken == ()


def test_a_vantage_point_that_could_run_no_ping_proves_nothing_against_its_targets(world: World) -> None:
    world.refused = {"r2"}
    assert world.failing() == {}
    world.refused = set(NAMES)
    assert {(rung, state) for rung, state, _ in world.failing().values()} == {(7, "unproven")}


def test_pings_that_nobody_gets_answered_are_dropped_near_the_target(world: World) -> None:
    world.unanswered = {(other, "r1") for other in NAMES}
    rung, state, cause = world.failing()["r1"]
    assert (rung, state) == (7, "fail")
    assert cause
    assert (cause.kind, cause.device) == ("icmp", "r1")


def test_one_ping_in_three_lost_is_tolerated_and_two_are_not(world: World) -> None:
    received = 2
    world.ping = lambda _, request: Ping(request, min(request.count, received))  # type: ignore[method-assign]
    assert world.failing() == {}
    received = 1
    assert {rung for rung, _, _ in world.failing().values()} == {7}


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (None, "it has no route back to 10.0.0.2 (r2)"),
        (
            Route("default", "10.0.0.0/24", "static", True, True, (("", ""),)),
            "it discards what goes back to 10.0.0.2 (r2)",
        ),
        (
            Route("default", "10.0.0.0/24", "connected", True, True, (("", "lo"),)),
            "its own 10.0.0.1/32 covers 10.0.0.2",
        ),
    ],
    ids=["none", "discarded", "covered by the loopback itself"],
)
def test_the_way_back_is_the_most_specific_route(world: World, route: Route | None, words: str) -> None:
    world.wanted["r2"] = replace(world.wanted["r2"], expect=Expect(seen_by=("r3",)))
    world.wanted["r1"] = replace(world.wanted["r1"], expect=Expect(seen_by=("r2",)))
    world.routes["r1"].discard(world.route("r1", "r2"))
    if route:
        world.routes["r1"].add(route)
    world.unanswered = {("r2", "r1")}
    rung, _, cause = world.failing()["r1"]
    assert rung == 7
    assert cause
    assert cause.device == "r1"
    assert cause.text.startswith(words)


KINDS: list[tuple[Kind, str, bool]] = [
    ("configuration", "r1", True), ("configuration", "r2", False), ("interface", "r1", True),
    ("origination", "r1", True), ("duplicate", "r2", True), ("filter", "r2", False), ("filter", "", False),
    ("summary", "r2", False), ("adjacency", "r1", False), ("path", "r1", False), ("icmp", "r1", False),
    ("silent", "r1", False), ("vantage", "r1", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "device", "own"), KINDS, ids=[f"{kind} at {device or 'nobody'}" for kind, device, _ in KINDS]
)
def test_only_what_a_put_back_undoes_is_a_devices_own_fault(kind: Kind, device: str, *, own: bool) -> None:
    verdict = Verdict("r1", 0, "10.0.0.1/32", Rung.ADVERTISED, "fail", "", "", Cause(kind, device, ""))
    assert verdict.own_fault() is own
    assert not replace(verdict, state="unproven").own_fault()


def gone(world: World, address: str = "10.9.9.9/32") -> Verdict:
    world.absences = absences({}, [], [("r1", 1, address, "default")])
    return next(v for v in world.judged()[0] if v.number == 1)


def test_what_nobody_knows_is_gone(world: World) -> None:
    assert gone(world).state == "pass"


def test_an_address_that_another_still_has_is_not_gone_and_not_put_back(world: World) -> None:
    world.extra["r3"] = ("10.9.9.9/32",)
    verdict = gone(world)
    assert verdict.state == "fail"
    assert verdict.cause
    assert verdict.cause.device == "r3"
    assert not verdict.own_fault()


def test_an_address_that_another_still_advertises_is_not_gone(world: World) -> None:
    for name in NAMES:
        world.tables[name].add(world.entry("r4", name, "10.9.9.9/32"))
    verdict = gone(world)
    assert verdict.cause
    assert (verdict.cause.kind, verdict.cause.device) == ("origination", "r4")
    assert not verdict.own_fault()


def test_an_address_that_its_device_still_advertises_is_its_own_fault(world: World) -> None:
    world.tables["r1"].add(world.entry("r1", "r1", "10.9.9.9/32"))
    assert gone(world).own_fault()


def test_what_an_isolated_device_remembers_is_not_held_against_a_removal(world: World) -> None:
    _isolate(world, "r2")
    world.tables["r2"].add(world.entry("r1", "r2", "10.9.9.9/32"))
    assert gone(world).state == "pass"


def test_a_route_that_is_left_over_is_named_where_it_is(world: World) -> None:
    world.routes["r4"].add(Route("default", "10.9.9.9/32", "ospf", True, True, (("192.0.2.1", "eth0"),)))
    verdict = gone(world)
    assert verdict.cause
    assert verdict.cause.device == "r4"
    assert "still has a route" in verdict.actual
