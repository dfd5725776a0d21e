"""Provisioning that goes wrong on real routers: who is put back, who is kept, who is not touched."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import lab
from loopwright.change import Allowed
from loopwright.journal import read_journal
from loopwright.run_folder import new_run
from playbooks.asked import Asked
from playbooks.look import look, planned
from playbooks.propose import propose
from playbooks.provision import undertaken
from playbooks.undertaking import jobs_of
from playbooks.waves import Wave, carry_out
from tasks.deploy import deploy
from tasks.line_writer import LineWriter
from tasks.put_back import put_back
from tests.practice import Desk, Run, desk, until, write_inventory

pytestmark = [pytest.mark.lab, pytest.mark.timeout(90)]

ROOT = Path(__file__).parent.parent
NEW = {
    "p2": {1: {"ipv4": "10.254.0.2/32", "ipv6": "2001:db8:254::2/128", "advertise": {"ospf": {}, "ospf3": {}}}},
    "e2": {1: {"ipv4": "10.254.0.8/32", "advertise": {"bgp": {"via": "network"}}}},
}


def kernel(network: lab.Network, router: str) -> str:
    """What a router's kernel holds."""
    return network.run(router, ["sh", "-c", "ip -o addr show; ip route; ip -6 route"]).stdout


def startup(network: lab.Network, router: str) -> str:
    """What a router would start with."""
    return (network.folder.path / router / "frr.conf").read_text(encoding="utf-8")


@contextmanager
def wanting(network: lab.Network, tmp_path: Path, deadline: float = 8, **hosts: dict[int, Any]) -> Iterator[Desk]:
    """Open the network with an inventory that wants more of some routers."""
    said = {router: {"data": {"loopbacks": loopbacks}} for router, loopbacks in hosts.items()}
    # What an earlier test took away may still be known somewhere, and would rightly be refused as known elsewhere.
    assert not until(lambda: [r for r in network.routers if "10.254." in kernel(network, r)], lambda left: not left)
    with desk(network, write_inventory(network, tmp_path / "inventory", said), deadline=deadline) as at:
        yield at


@contextmanager
def as_before(network: lab.Network, *routers: str, but: str = "nothing") -> Iterator[None]:
    """See that routers end as they began: configuration, kernel, startup; `but` is what others gave meanwhile."""
    before = {r: (network.running_config(r), startup(network, r)) for r in routers}
    addresses = {r: kernel(network, r) for r in routers}
    yield
    for router in routers:
        assert _lines(network.running_config(router)) == _lines(before[router][0])
        assert startup(network, router) == before[router][1]
        now, then = set(kernel(network, router).splitlines()), set(addresses[router].splitlines())
        assert {line for line in now ^ then if but not in line} == set()


def _lines(configuration: str) -> list[str]:
    """Without what an emptied interface leaves behind."""
    return configuration.replace("interface lo1\nexit\n!\n", "").splitlines()


def put_right(network: lab.Network, router: str) -> None:
    """Take the loopback away that a test left in place on purpose."""
    lines = ["interface lo1", "no ip ospf area 0.0.0.0", "no ipv6 ospf6 area 0.0.0.0", "no ip address 10.254.0.2/32"]
    network.ask(router, "configure terminal", *lines, "no ipv6 address 2001:db8:254::2/128")
    bgp = ["router bgp 65010", "address-family ipv4 unicast", "no network 10.254.0.8/32"]
    network.ask(router, "configure terminal", "interface lo1", "no ip address 10.254.0.8/32")
    network.ask(router, "configure terminal", *bgp)
    network.ask(router, "write memory")


def overridden(tmp_path: Path, old: str, new: str) -> None:
    """Give the user's own platform folder a template that says something else."""
    folder = tmp_path / "templates" / "frr"
    shutil.copytree(ROOT / "templates" / "frr", folder)
    template = folder / "loopback.j2"
    text = template.read_text(encoding="utf-8")
    assert old in text
    template.write_text(text.replace(old, new), encoding="utf-8")


REJECTED = {
    "a line that is refused": ("{% if ospf3 %} ipv6 ospf6 area", "{% if ospf3 %} ipv6 ospf6 aera"),
    "a line that opens a context is refused": ("interface {{ lo.interface }}\n", "interfcae {{ lo.interface }}\n"),
    "a line is taken and says something else": (
        "ip address {{ address }}",
        "ip address {{ address | replace('254', '253') }}",
    ),
}


@pytest.mark.parametrize(("old", "new"), REJECTED.values(), ids=list(REJECTED))
def test_a_device_that_does_not_take_the_lines_is_put_back(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path, old: str, new: str
) -> None:
    overridden(tmp_path, old, new)
    with as_before(provisioned, "p2"), wanting(provisioned, tmp_path, p2=NEW["p2"]) as at:
        run = _limited(at, "p2")
        assert (run.code, list(run.result.put_back)) == (5, ["p2"])
        assert run.result.put_back["p2"].restored


def _limited(at: Desk, *routers: str) -> Run:
    """Provision some routers only, as --limit does."""
    seen, plan = at.plan()
    chosen = tuple(p for p in plan.devices if p.device in routers)
    return at.carry_out(seen, type(plan)(chosen))


@pytest.fixture
def mute(provisioned: lab.Network) -> Iterator[lab.Network]:
    """e2 drops what is sent to the address that it is to get, its own pings too."""
    rule = "type filter hook input priority 0; ip daddr 10.254.0.8 drop;"
    provisioned.run("e2", ["nft", f"table inet mute {{ chain c {{ {rule} }}; }}"])
    yield provisioned
    provisioned.run("e2", ["nft", "delete table inet mute"])


def test_a_proof_that_fails_for_a_reason_of_its_own_puts_back_and_a_healthy_device_is_kept(
    mute: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    with wanting(mute, tmp_path, p2=NEW["p2"], e2=NEW["e2"]) as at:
        with as_before(mute, "e2", but="254"):
            run = at.provision(threshold="100%")
            assert run.code == 5, run.failing
        assert {name: back.restored for name, back in run.result.put_back.items()} == {"e2": True}
        assert run.result.kept == ("p2",)
        assert run.result.put_back_proof is not None
        assert {v.state for v in run.result.put_back_proof.verdicts} == {"pass"}
        assert "10.254.0.2/32" in startup(mute, "p2")
    put_right(mute, "p2")


def test_a_wave_in_which_one_device_fails_its_proof_goes_back_whole(
    mute: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    with as_before(mute, "e2", "p2"), wanting(mute, tmp_path, p2=NEW["p2"], e2=NEW["e2"]) as at:
        run = at.provision()
        assert run.code == 5, run.failing
        assert {name: back.restored for name, back in run.result.put_back.items()} == {"e2": True, "p2": True}
        assert (run.result.kept, run.result.stopped) == ((), "wave 1: e2 failed")


def test_a_failure_that_is_not_its_own_puts_nothing_back_and_saves_nothing(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    rule = "ip daddr 10.254.0.2 icmp type echo-request ip saddr != 10.254.0.2 drop;"
    table = f"table inet t {{ chain c {{ type filter hook input priority 0; {rule} }}; }}"
    provisioned.run("p2", ["nft", table])
    saved = startup(provisioned, "p2")
    try:
        with wanting(provisioned, tmp_path, p2=NEW["p2"]) as at:
            run = at.provision()
            assert (run.code, run.result.undecided, run.result.put_back) == (4, ("p2",), {})
            assert [v.cause.kind for v in run.failing if v.cause] == ["icmp"]
            assert startup(provisioned, "p2") == saved
            assert "10.254.0.2/32" in provisioned.running_config("p2")
    finally:
        provisioned.run("p2", ["nft", "delete table inet t"])
        put_right(provisioned, "p2")


def test_an_address_that_somebody_else_has_is_refused_before_anything_is_written(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    taken = {1: {"ipv4": "10.255.0.6/32", "advertise": {"ospf": {}}}}
    with as_before(provisioned, "p2"), wanting(provisioned, tmp_path, p2=taken) as at:
        run = at.provision()
        assert run.code == 4
        assert run.result.refused == {"p2": "10.255.0.6 is already on a2"}


def test_an_address_that_somebody_else_got_since_the_plan_is_refused(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    """Somebody may think about a plan for hours before it is carried out."""
    given = ["interface lo", "ip address 10.254.0.2/32"]
    with as_before(provisioned, "p2", but="10.254.0.2"), wanting(provisioned, tmp_path, p2=NEW["p2"]) as at:
        proposal = propose(at.workspace, at.network, Asked(), at.deadline, 3, "inventory")
        provisioned.vtysh("p3", "configure terminal", *given)
        try:
            assert until(lambda: "10.254.0.2" in kernel(provisioned, "p1"), bool)
            folder = new_run(at.runs, lambda: datetime.now(tz=UTC))
            result = carry_out(undertaken(at.workspace, at.network, proposal, folder))
            assert (result.kept, list(result.refused)) == ((), ["p2"])
            assert "10.254.0.2/32 is already known" in result.refused["p2"]
        finally:
            provisioned.vtysh("p3", "configure terminal", "interface lo", "no ip address 10.254.0.2/32")


def test_a_device_that_changed_since_the_plan_is_refused(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    with wanting(provisioned, tmp_path, p2=NEW["p2"]) as at:
        seen, plan = at.plan()
        provisioned.vtysh("p2", "configure terminal", "interface lo", "ip address 10.254.9.9/32")
        try:
            run = at.carry_out(seen, plan)
            assert run.code == 4
            assert "changed since it was planned" in str(run.result.failed["p2"])
            assert "10.254.0.2" not in provisioned.running_config("p2")
        finally:
            provisioned.vtysh("p2", "configure terminal", "interface lo", "no ip address 10.254.9.9/32")


def test_lines_that_somebody_else_changed_meanwhile_are_not_touched(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path
) -> None:
    """Exit code 6, with the lines to play."""
    with wanting(provisioned, tmp_path, p2=NEW["p2"]) as at:
        network = at.network
        seen, plan = at.plan()
        jobs = jobs_of(at.workspace, seen, plan)
        folder = new_run(tmp_path / "runs", lambda: datetime.now(tz=UTC))
        deploy(network, jobs, folder)
        provisioned.vtysh("p2", "configure terminal", "interface lo1", "ip address 10.254.77.77/32")
        try:
            back = put_back(network, jobs, folder)["p2"]
            assert not back.restored
            assert any("no ip address 10.254.0.2/32" in line for line in back.lines)
            assert "10.254.0.2/32" in provisioned.running_config("p2")
        finally:
            provisioned.vtysh("p2", "configure terminal", "interface lo1", "no ip address 10.254.77.77/32")
            put_right(provisioned, "p2")


def cut_sessions(network: lab.Network, router: str) -> None:
    """End the SSH sessions of one router: those in its own network namespace."""
    own = 'own=$(readlink /proc/self/ns/net); for pid in $(pgrep -f "sshd: "); do '
    end = '[ "$(readlink /proc/$pid/ns/net)" = "$own" ] && kill -KILL $pid; done; true'
    network.run(router, ["sh", "-c", own + end])


def test_a_connection_that_breaks_in_the_middle_of_the_lines_is_made_anew_and_the_device_put_back(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = LineWriter._send
    sent: list[str] = []

    def breaking(self: LineWriter, line: str, *rest: Any) -> Any:
        sent.append(line)
        if len(sent) == 4:
            cut_sessions(provisioned, "p2")
        return send(self, line, *rest)

    monkeypatch.setattr(LineWriter, "_send", breaking)
    with as_before(provisioned, "p2"), wanting(provisioned, tmp_path, p2=NEW["p2"]) as at:
        run = at.provision()
        assert run.code == 5, run.result
        assert run.result.put_back["p2"].restored
        journal = read_journal(run.folder.path / "journal.jsonl")
        assert [e["event"] for e in journal if e.get("action") == "load" and e["event"] != "accepted"] == [
            "begin",
            "failed",
        ]


def test_a_device_that_falls_silent_after_the_change_is_neither_put_back_nor_saved(
    provisioned: lab.Network, practice: lab.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove = Wave._prove

    def dying(*args: Any) -> Any:
        provisioned.stop_ssh("p2")
        cut_sessions(provisioned, "p2")
        return prove(*args)

    monkeypatch.setattr(Wave, "_prove", dying)
    saved = startup(provisioned, "p2")
    try:
        with wanting(provisioned, tmp_path, deadline=3, p2=NEW["p2"]) as at:
            run = at.provision()
            assert (run.code, run.result.undecided, run.result.put_back) == (3, ("p2",), {})
            assert {v.device for v in run.failing} == {"p2"}
            assert startup(provisioned, "p2") == saved
    finally:
        provisioned.start_ssh("p2")
        put_right(provisioned, "p2")


def test_a_second_provision_sends_no_line(provisioned: lab.Network, practice: lab.Network, tmp_path: Path) -> None:
    with wanting(provisioned, tmp_path) as at:
        seen = look(at.workspace, at.network)
        assert planned(at.workspace, seen, Allowed()).changing == ()
