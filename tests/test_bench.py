"""The benchmark's arithmetic: what is counted, what is compared, when an aim is met."""

import math
from dataclasses import replace

import pytest

from bench.__main__ import options
from bench.aims import Aim, correctness_aims, emulated_aims, memory_allowed, pure_aim, trip_aim, wall_aims
from bench.emulated import NETWORKS, Playbook, more
from bench.figures import (
    BARE,
    OURS,
    PLAIN,
    RECORDED,
    UNRECORDED,
    Exchange,
    Run,
    Stage,
    middle,
    run_of,
    trips_beyond_contexts,
    wall_ratio,
)
from bench.measure import BenchError, Measured, measure, peaks_of
from bench.meter import Meter, Span
from bench.practice import gained, lacks, stated
from bench.recording import Provision, provision_of, ratio, turns
from bench.report import emulated, machine, recording, table
from bench.request import contexts, with_exits
from bench.scale import counted

LINES = (
    "interface lo",
    " ip address 10.0.0.1/32",
    "router bgp 1",
    " address-family ipv4 unicast",
    "  network 10.0.0.1/32",
)


def run(tool: str, wall: float, *, wrong: int = 0, empty: int = 0) -> Run:
    return Run(tool, wall, 0.1, 40.0, 10, 0.3, 0.3, 13, empty, wrong)


def measured(devices: dict[str, dict[str, object]]) -> Measured:
    spans = (Span("load", 9.0, 9.0), Span("configure", 1.0, 0.5), Span("configure", 0.25, 0.25))
    return Measured(Span("import", 0.3, 0.2), spans, 40.0, 50.0, 8, {"devices": devices})


def test_only_the_configuring_part_of_a_run_counts():
    found = run_of(OURS, measured({"r1": {"wrong": False, "empty": False, "commands": 7}}), ())
    assert (found.wall, found.cpu, found.commands) == (1.25, 0.75, 7)


def test_a_device_that_is_wrong_twice_counts_once():
    devices = {name: {"wrong": name == "r1", "empty": name == "r3", "commands": 1} for name in ("r1", "r2", "r3")}
    found = run_of(OURS, measured(devices), ("r1", "r2"))
    assert (found.wrong, found.empty) == (2, 1)


def test_ratios_compare_runs_of_the_same_round():
    runs = [run(OURS, 1.0), run(BARE, 2.0), run(OURS, 10.0), run(BARE, 10.0), run(OURS, 3.0), run(BARE, 2.0)]
    assert wall_ratio(runs, OURS, BARE) == 1.0


def test_a_ratio_without_a_peer_is_no_number():
    assert math.isnan(wall_ratio([run(OURS, 1.0)], OURS, PLAIN))
    assert math.isnan(middle([]))


def test_context_lines_may_cost_a_round_trip_each():
    seen = {"r1": Exchange(1, 13, 0, 0), "r2": Exchange(1, 14, 0, 0)}
    assert trips_beyond_contexts(seen, {"r1": 1, "r2": 3}) == 12
    assert trip_aim(seen, {"r1": 1, "r2": 3}).met
    assert not trip_aim(seen, {"r1": 0, "r2": 3}).met


@pytest.mark.parametrize(("value", "met"), [(1.1, True), (1.11, False), (math.nan, False)])
def test_an_aim_is_met_up_to_its_limit(value: float, met: bool):  # noqa: FBT001 - a column of the table
    assert Aim("some ratio", value, 1.1).met is met


def test_memory_grows_with_the_devices():
    assert memory_allowed(50) == pytest.approx(70.0)


def test_wall_aims_name_their_delay():
    runs = [run(OURS, 1.0), run(PLAIN, 0.9), run(BARE, 1.0)]
    bare, plain = wall_aims(runs, 50)
    assert bare.met
    assert not plain.met
    assert "50 ms" in plain.what


def test_one_wrong_output_misses_the_aim():
    wrong, empty = correctness_aims([run(OURS, 1.0), run(OURS, 1.0, wrong=1), run(PLAIN, 1.0, empty=4)])
    assert not wrong.met
    assert empty.met


def test_rendering_alone_is_not_counted_twice():
    stages = (Stage("20000", "plan", 3.0, 3.0), Stage("20000", "render (a part of plan)", 2.0, 2.0))
    assert pure_aim(counted(stages), 20_000).measured == 3.0


def test_other_sizes_say_that_the_aim_is_not_for_them():
    assert pure_aim((), 20_000).note == ""
    assert "20000" in pure_aim((), 1000).note


def test_peers_leave_the_contexts_that_ours_leaves():
    assert with_exits(LINES) == (
        "interface lo", "ip address 10.0.0.1/32", "exit",
        "router bgp 1", "address-family ipv4 unicast", "network 10.0.0.1/32",
    )  # fmt: skip


def test_lines_that_open_a_context_are_counted():
    assert contexts(LINES) == 3
    assert contexts(()) == 0


def test_what_a_router_gained_is_told_without_its_contexts():
    before = "frr version 8\n!\nrouter ospf\n ospf router-id 10.0.0.1\nexit\n"
    after = "frr version 8\n!\ninterface lo\n ip address 10.0.0.1/32\nexit\n" + before
    assert list(gained(before, after)) == ["ip address 10.0.0.1/32"]
    assert not lacks(after, ["ip address 10.0.0.1/32"])
    assert lacks(before, ["ip address 10.0.0.1/32"])


def test_an_emptied_stanza_says_nothing():
    before = "frr version 8\n!\nrouter ospf\nexit\n!\n"
    assert stated("frr version 8\n!\ninterface lo\nexit\n!\nrouter ospf\nexit\n!\n") == before.splitlines()
    assert stated("interface lo\n shutdown\nexit\n!\n") != []


def test_peaks_are_the_highest_of_all_samples():
    first = peaks_of("Name:\tpython\nRssAnon:\t  2048 kB\nThreads:\t9\n", {})
    assert peaks_of("RssAnon:\t  1024 kB\nThreads:\t12\n", first) == {"RssAnon": 2048, "Threads": 12}
    assert peaks_of("", first) == first


def test_a_stage_is_metered_also_when_it_fails():
    meter = Meter()
    with pytest.raises(KeyError), meter.stage("work"):
        raise KeyError
    assert [span.name for span in meter.spans] == ["work"]


def test_a_job_runs_in_a_process_of_its_own():
    found = measure("bench.pure", {"devices": 3, "loopbacks": 2})
    assert (found.result["loopbacks"], found.result["errors"]) == (6, 0)
    assert [span.name for span in found.spans][:2] == ["read YAML", "merge and intent"]
    assert found.imports.wall > 0
    assert found.anonymous > 0


def test_a_job_that_fails_says_why():
    with pytest.raises(BenchError, match="ModuleNotFoundError"):
        measure("bench.nothing", {})


def test_quick_leaves_room_for_other_options():
    chosen = options(["--quick", "--routers", "2"])
    assert (chosen.routers, chosen.runs, chosen.delay_ms) == (2, 1, [0.0])
    assert options([]).delay_ms == [0, 50]


def test_what_is_recorded_may_be_measured_alone():
    alone = options(["--recording", "20"])
    assert (alone.recording, alone.emulated, alone.routers, alone.pure) == (20, 0, 0, [])
    assert options([]).recording == 200


def test_emulated_devices_asked_for_alone_are_measured_alone():
    alone, everything = options(["--emulated", "100"]), options([])
    assert (alone.emulated, alone.recording, alone.routers, alone.pure) == (100, 0, 0, [])
    assert (everything.emulated, everything.routers, len(everything.pure)) == (1000, 50, 3)
    assert options(["--emulated", "100", "--pure", "1000"]).pure == [1000]
    assert set(everything.networks) < set(NETWORKS)


def playbook(job: str, wall: float, resident: float, devices: int = 1000) -> Playbook:
    return Playbook("ios", job, devices, wall, 1.0, 300.0, resident, 1050, 1.0, 100.0, 60, 1, 6000, {"read": 2.0})


def test_a_rate_is_devices_per_second():
    assert playbook("verify", 80.0, 400.0).rate == 12.5


def test_only_the_first_provision_of_emulated_devices_has_an_aim():
    found = (playbook("provision", 299.0, 601.0), playbook("verify", 999.0, 999.0))
    assert [aim.met for aim in emulated_aims(found)] == [True, False]
    assert not any(aim.note for aim in emulated_aims(found))
    assert all("50" in aim.note for aim in emulated_aims((playbook("provision", 1.0, 1.0, 50),)))


def test_counters_tell_what_was_asked_meanwhile():
    assert more({"r1": 3, "r2": 0}, {"r1": 10, "r2": 1}) == [7, 1]


def test_the_report_names_emulation_model_and_machine():
    told = "\n".join(emulated((playbook("verify", 80.0, 400.0),)))
    assert "emulated devices on the topology model" in told
    assert "- ios, verify: read 2.0 s" in told
    assert machine(2, 24 * 2**30) == "Taken on 2 processors and 24 GB of memory."


def provisioned(job: str, wall: float) -> Provision:
    return Provision("emulated, five systems", job, 200, 3, wall, 1.0, 80.0, 90)


def test_neither_way_of_a_provision_is_always_the_second_one():
    assert list(turns(2)) == [RECORDED, UNRECORDED, UNRECORDED, RECORDED]


def test_what_recording_costs_is_a_ratio_of_runs_of_the_same_round():
    walls = zip(turns(3), (12.0, 10.0, 20.0, 20.0, 3.3, 3.0), strict=True)
    found = [provisioned(job, wall) for job, wall in walls]
    assert ratio(found, "emulated, five systems") == pytest.approx(1.1)
    row = next(line for line in recording(found) if line.startswith("| emulated, five systems: with "))
    assert [cell.strip() for cell in row.split("|")][2:8] == ["200", "3", "12.00", "3.30", "20.00", "1.10 x"]


def test_a_provision_that_kept_not_every_device_has_no_figure():
    spans = (Span("propose", 1.0, 0.5), Span("provision", 4.0, 1.0), Span("close", 9.0, 9.0))
    result = {"changed": 2, "kept": 2, "waves": 2, "commands": {"r1": 50, "r2": 60}}
    done = Measured(Span("import", 0.3, 0.2), spans, 80.0, 90.0, 8, result)
    assert provision_of("real routers", RECORDED, done).wall == 5.0
    with pytest.raises(BenchError, match="1 of 2 devices were kept"):
        provision_of("real routers", RECORDED, replace(done, result={**result, "kept": 1}))


def test_tables_line_up():
    assert list(table(("tool", "s"), [("ours", "1.25")])) == [
        "| tool |    s |",
        "| ---- | ---: |",
        "| ours | 1.25 |",
        "",
    ]
