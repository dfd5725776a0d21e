"""The practice network as it runs: started, reached over SSH, broken, ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import lab
from lab import inventory, processes
from lab.control import MODULE
from lab.delay import delayed
from lab.errors import LabError, LabUnavailable
from lab.folder import Folder
from lab.namespaces import NAMED, existing, named
from lab.network import Network
from lab.waiting import wait_until
from playbooks.lab import lab as command_line

pytestmark = pytest.mark.lab
# No two runs of the tests on one machine use the same networks.
NAME = f"t{os.getpid()}"
SMALL = f"u{os.getpid()}"


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """Run the default network of eight."""
    try:
        lab.require()
    except LabUnavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))
    yield lab.up(lab.default(), NAME, owner=os.getpid())
    lab.down(NAME)


@pytest.fixture
def small(network: Network) -> Iterator[Network]:
    """Run two routers beside the eight."""
    yield lab.up(lab.sized(2), SMALL, network.state.timers, owner=os.getpid())
    lab.down(SMALL)


def listeners(name: str) -> list[int]:
    """Return the listener processes of a network."""
    tail = ["-m", MODULE, str(Folder.of(name).path)]
    return processes.matching(lambda pid: processes.arguments(pid)[-3:] == tail)


def traces(name: str) -> list[str]:
    """Return everything that is left of a network."""
    folder = Folder.of(name).path
    mounts = [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if f"{folder}/" in line]
    running = [str(pid) for pid in processes.alive() if any(str(folder) in word for word in processes.arguments(pid))]
    files = [str(path) for path in (folder, folder.with_suffix(".lock")) if path.exists()]
    return [*existing(name), *mounts, *running, *files]


def ssh(network: Network, router: str, *words: str, key: Path | None = None, stdin: str | None = None,
        port: int | None = None) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Log in with the OpenSSH client."""
    options = {
        "UserKnownHostsFile": network.known_hosts, "StrictHostKeyChecking": "yes", "IdentitiesOnly": "yes",
        "IdentityAgent": "none", "BatchMode": "yes", "ConnectTimeout": "2", "LogLevel": "INFO",
    }  # fmt: skip
    argv = ["ssh", "-F", "none", "-i", str(key or network.key_file), "-p", str(port or network.port(router))]
    for name, value in options.items():
        argv += ["-o", f"{name}={value}"]
    if stdin is not None:
        argv.append("-tt")
    return subprocess.run(
        [*argv, f"{network.username}@127.0.0.1", *words], input=stdin, stdin=None if stdin else subprocess.DEVNULL,
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip


def test_everything_reaches_everything(network: Network) -> None:
    """The far ends of the network reach each other in both families, over all four protocols."""
    link = {name: network.topology.ends(name)[-1] for name in ("a2", "e2")}
    assert network.run("a2", ["ping", "-c", "1", "-W", "2", link["e2"].ipv4]).returncode == 0
    assert network.run("e2", ["ping", "-6", "-c", "1", "-W", "2", link["a2"].ipv6]).returncode == 0


def test_no_router_has_a_loopback_address(network: Network) -> None:
    """`lo` has what the kernel gave it; `lo1` is there, up, and empty."""
    for router in network.routers:
        lo = network.run(router, ["ip", "-brief", "address", "show", "lo"]).stdout.split()
        assert lo[2:] == ["127.0.0.1/8", "::1/128"]
        assert "UP" in network.run(router, ["ip", "link", "show", "up", "lo1"]).stdout
        assert network.run(router, ["ip", "-4", "address", "show", "lo1"]).stdout == ""


def test_a_second_loopback_carries_addresses(network: Network) -> None:
    """An IPv6 address on `lo1` is usable at once: the device has a carrier."""
    network.vtysh("p2", "configure terminal", "interface lo1", "ipv6 address 2001:db8:255:1::2/128")
    assert network.run("p2", ["ping", "-6", "-c", "1", "-W", "1", "2001:db8:255:1::2"]).returncode == 0
    network.vtysh("p2", "configure terminal", "interface lo1", "no ipv6 address 2001:db8:255:1::2/128")


def test_up_again_changes_nothing(network: Network) -> None:
    """A network that runs is found and returned."""
    said: list[str] = []
    assert lab.up(lab.default(), NAME, progress=said.append) == network
    assert said[0] == f"the practice network {NAME} is up already"


def test_up_refuses_to_replace_another_network(network: Network) -> None:
    """Asking for other routers under the name of a network that runs harms nothing."""
    with pytest.raises(LabError, match="is up with 8 routers"):
        lab.up(lab.sized(2), NAME)
    assert lab.attach(NAME) == network


def test_exec_lands_in_vtysh(network: Network) -> None:
    """An exec request is a vtysh command, and its exit code is vtysh's."""
    assert "10.255.0.2" in ssh(network, "p1", "show ip ospf neighbor").stdout
    refused = ssh(network, "p1", "frobnicate")
    assert refused.returncode != 0
    assert "% Unknown command: frobnicate" in refused.stdout + refused.stderr


def test_login_lands_in_vtysh(network: Network) -> None:
    """An interactive login shows the router's own name as its prompt, and nothing is paged away."""
    screen = ssh(network, "p3", stdin="show running-config\nexit\n").stdout
    assert "p3# show running-config" in screen
    assert "router isis CORE" in screen


def test_one_router_lands_in_a_unix_shell(network: Network) -> None:
    """On p2 a login is an ordinary shell, in which vtysh and ping are programs."""
    screen = ssh(network, "p2", stdin="vtysh\nshow ip ospf\nexit\nexit\n").stdout
    assert f"{network.username}@p2:~#" in screen
    assert "OSPF Routing Process, Router ID: 10.255.0.2" in screen
    assert "10.255.0.1" in ssh(network, "p2", 'vtysh -c "show ip ospf neighbor"').stdout
    assert ssh(network, "p2", "ping -c 1 -W 1 198.18.0.2").returncode == 0


def test_one_router_has_a_banner(network: Network) -> None:
    """p4 says something before the login."""
    assert "Practice network: p4" in ssh(network, "p4", "show version").stderr


@pytest.mark.parametrize(
    ("words", "works"),
    [
        ("ping -c 1 -W 1 198.18.0.3", True),
        ("ping -6 -c 1 -W 1 -I 2001:db8:1800:1::a 2001:db8:1800:1::b", True),
        ("ping -c 1 -W 1 -I to-p2 -q -n -s 100 -i 0.5 198.18.0.3", True),
        ("ping -f 198.18.0.3", False),
        ("ping -c 1 198.18.0.3 198.18.0.3", False),
        ("ping -c 1 -W", False),
        ("ping -c 1 $(id)", False),
        ("ping -c 1 198.18.0.3; id", False),
    ],
)
def test_ping_takes_only_what_is_allowed(network: Network, words: str, *, works: bool) -> None:
    """A count and a source are allowed, a flood or a second command are not."""
    done = ssh(network, "p1", words)
    assert (done.returncode == 0) is works
    if not works:
        assert "ping: allowed are" in done.stderr


def test_a_wrong_key_is_refused(network: Network, tmp_path: Path) -> None:
    """Only the network's own key opens a router."""
    key = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    done = ssh(network, "p1", "show version", key=key)
    assert done.returncode == 255
    assert "Permission denied" in done.stderr


def test_host_keys_differ(network: Network) -> None:
    """Each router has a host key of its own, all in known_hosts."""
    entries = [line.split() for line in network.known_hosts.read_text().splitlines()]
    assert [host for host, _, _ in entries] == [f"[127.0.0.1]:{network.port(name)}" for name in network.routers]
    assert len({key for _, _, key in entries}) == len(network.routers)


def test_saving_is_kept_over_a_restart(network: Network) -> None:
    """`write memory` saves into the router's own folder, from where its daemons start."""
    network.vtysh("e2", "configure terminal", "ip prefix-list KEPT seq 5 permit 192.0.2.0/24")
    assert "[OK]" in ssh(network, "e2", "write memory").stdout
    network.restart_daemons("e2")
    assert "ip prefix-list KEPT" in network.running_config("e2")
    network.vtysh("e2", "configure terminal", "no ip prefix-list KEPT")
    network.vtysh("e2", "write memory")
    network.wait_converged(30)


def test_a_rejected_command_raises_with_the_answer(network: Network) -> None:
    """What vtysh said is in the error."""
    with pytest.raises(LabError, match="Unknown command: frobnicate"):
        network.vtysh("p1", "frobnicate")


def test_ssh_can_be_refused_and_left_hanging(network: Network) -> None:
    """The listener closes, or never answers, one router's port, and opens it again."""
    network.stop_ssh("a1")
    assert "Connection refused" in ssh(network, "a1", "show version").stderr
    network.hang_ssh("a1")
    assert "timed out" in ssh(network, "a1", "show version").stderr
    assert ssh(network, "a2", "show version").returncode == 0
    network.start_ssh("a1")
    assert ssh(network, "a1", "show version").returncode == 0


def test_a_frozen_router_goes_on_where_it_was(network: Network) -> None:
    """A router that hangs in the middle of a command answers once it is let go."""
    network.freeze("e2")
    with pytest.raises(LabError, match="no answer within"):
        network.vtysh("e2", "show version", timeout=0.5)
    network.thaw("e2")
    assert "FRRouting" in network.vtysh("e2", "show version")
    network.wait_converged(30)


def test_logs_are_shown(network: Network) -> None:
    """The logs of a router name its daemons."""
    assert "==> p1 ospfd.log <==" in network.logs("p1")


def test_round_trips_are_counted_and_delayed(network: Network) -> None:
    """A login over a delayed port works, costs several round trips, and is counted."""
    port = network.port("p1")
    with delayed([port], round_trip_s=0.02) as line:
        # The host key is known under the old port only.
        with network.known_hosts.open("a") as known:
            key = network.known_hosts.read_text().splitlines()[0].split()[1:]
            known.write(f"[127.0.0.1]:{line.ports[port]} {' '.join(key)}\n")
        assert "FRRouting" in ssh(network, "p1", "show version", port=line.ports[port]).stdout
        traffic = line.counts()[port]
    known_before = network.known_hosts.read_text().splitlines()[:-1]
    network.known_hosts.write_text("\n".join(known_before) + "\n")
    assert traffic.connections == 1
    assert 5 <= traffic.round_trips <= 15


def test_the_inventory_says_what_runs(network: Network, tmp_path: Path) -> None:
    """Three files, in the order of the routers, with ports, keys and loopbacks to be."""
    files = {path.name: yaml.safe_load(path.read_text()) for path in inventory.write(network, tmp_path)}
    assert list(files["hosts.yaml"]) == list(network.routers)
    assert files["hosts.yaml"]["a1"]["port"] == network.port("a1")
    assert files["groups.yaml"]["access"]["data"]["loopbacks"][0]["advertise"] == {"isis": {"instance": "CORE"}}
    assert files["defaults.yaml"]["username"] == network.username


@pytest.mark.usefixtures("network")
def test_command_line() -> None:
    """`status` and `exec` answer; a network that is not up is exit code 3, a router that is not there 1."""
    runner = CliRunner()
    assert runner.invoke(command_line, ["status", "--name", NAME]).exit_code == 0
    shown = runner.invoke(command_line, ["exec", "--name", NAME, "p1", "show", "version"])
    assert (shown.exit_code, "FRRouting" in shown.output) == (0, True)
    assert "to-p2" in runner.invoke(command_line, ["exec", "--name", NAME, "p1", "--shell", "--", "ip", "link"]).output
    assert runner.invoke(command_line, ["status", "--name", SMALL]).exit_code == 3
    assert runner.invoke(command_line, ["exec", "--name", NAME, "p9", "show", "version"]).exit_code == 1
    assert runner.invoke(command_line, ["up", "--routers", "0"]).exit_code == 2


@pytest.mark.usefixtures("small")
def test_two_networks_stand_side_by_side(network: Network) -> None:
    """Ending one leaves nothing of it and does not touch the other."""
    assert lab.down(SMALL)
    assert traces(SMALL) == []
    assert lab.down(SMALL) is False
    network.wait_converged(1)
    assert ssh(network, "p1", "show version").returncode == 0


@pytest.mark.usefixtures("network")
def test_two_starts_at_once_make_one_network() -> None:
    """The second of two waits for the first and finds its network running."""
    with ThreadPoolExecutor(2) as pool:
        starts = [pool.submit(lab.up, lab.sized(2), SMALL, owner=os.getpid()) for _ in range(2)]
        first, second = (start.result() for start in starts)
    assert first == second
    assert len(listeners(SMALL)) == 1
    assert lab.down(SMALL)


@pytest.mark.usefixtures("network")
def test_an_interrupted_start_leaves_nothing() -> None:
    """Ctrl-C in the middle of a start takes away what was made so far."""
    argv = [sys.executable, "-m", "playbooks.lab", "up", "--routers", "30", "--name", SMALL]
    with subprocess.Popen(argv, cwd=Path(lab.__file__).parent.parent, stderr=subprocess.PIPE) as start:
        assert wait_until(lambda: len(existing(SMALL)) > 5, 30)
        start.send_signal(signal.SIGINT)
        _, said = start.communicate(timeout=30)
    assert b"Traceback" not in said
    assert traces(SMALL) == []


@pytest.mark.usefixtures("small")
def test_up_after_a_crash_starts_again() -> None:
    """What is left of a network whose listener and some daemons were killed is cleared away first."""
    for pid in listeners(SMALL):
        os.kill(pid, signal.SIGKILL)
    os.kill(int((Folder.of(SMALL).router("p1") / "zebra.pid").read_text()), signal.SIGKILL)
    said: list[str] = []
    again = lab.up(lab.sized(2), SMALL, progress=said.append)
    assert said[0] == "cleared the remains of an earlier start"
    assert ssh(again, "p1", "show version").returncode == 0


@pytest.mark.usefixtures("small")
def test_down_needs_no_state_file() -> None:
    """A state file that is half written keeps nobody from taking the network down."""
    (Folder.of(SMALL).path / "state.json").write_text('{"topol')
    assert lab.down(SMALL)
    assert traces(SMALL) == []


@pytest.mark.usefixtures("network")
def test_a_network_ends_with_its_owner() -> None:
    """A killed owner leaves nothing behind."""
    script = f"import lab, os, signal; lab.up(lab.sized(2), {SMALL!r}, owner=os.getpid()); signal.pause()"
    with subprocess.Popen([sys.executable, "-c", script], cwd=Path(lab.__file__).parent.parent) as owner:
        assert wait_until(lambda: is_complete(SMALL), 30)
        owner.kill()
    assert wait_until(lambda: not traces(SMALL), 20), traces(SMALL)


@pytest.mark.usefixtures("network")
def test_an_owner_killed_while_starting_leaves_nothing() -> None:
    """The watch begins before the first namespace is made."""
    script = f"import lab, os; lab.up(lab.sized(6), {SMALL!r}, owner=os.getpid())"
    with subprocess.Popen([sys.executable, "-c", script], cwd=Path(lab.__file__).parent.parent) as owner:
        assert wait_until(lambda: bool(existing(SMALL)), 30)
        owner.kill()
    assert wait_until(lambda: not traces(SMALL), 20), traces(SMALL)


@pytest.mark.usefixtures("network")
def test_namespaces_of_others_are_left_alone() -> None:
    """A namespace that bears our name but was not made from our folder is reported, not removed."""
    stranger = named(SMALL, "p1")
    subprocess.run(["ip", "netns", "add", stranger], check=True)
    try:
        with pytest.raises(LabError, match="somebody else's network"):
            lab.up(lab.sized(2), SMALL)
        assert lab.down(SMALL) is False
        assert (NAMED / stranger).exists()
    finally:
        subprocess.run(["ip", "netns", "delete", stranger], check=True)


def is_complete(name: str) -> bool:
    """Tell whether a network was started to its end."""
    try:
        return lab.attach(name).state.complete
    except LabError:
        return False
