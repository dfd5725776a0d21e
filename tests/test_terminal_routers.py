"""Sessions with real routers: what vtysh prints, refuses and saves, near and far away."""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
import yaml
from nornir.core.inventory import ConnectionOptions, Host

import lab
from lab.delay import delayed
from lab.errors import LabUnavailable
from lab.network import Network
from loopwright.device import PingRequest
from loopwright.errors import LineRejected
from loopwright.session_words import SessionWords
from tasks.connect import Access, access_of, open_session
from tasks.line_writer import LineWriter
from tasks.writers import writer

pytestmark = pytest.mark.lab
NAME = f"s{os.getpid()}"
TEMPLATES = Path(__file__).parent.parent / "templates"


@pytest.fixture(scope="module")
def words() -> SessionWords:
    folder = yaml.safe_load((TEMPLATES / "frr" / "platform.yaml").read_text())
    return SessionWords.from_mapping(folder["session"])


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    try:
        lab.require()
    except LabUnavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))
    try:
        yield lab.up(lab.sized(2), name=NAME)
    finally:
        lab.down(NAME)


def host_of(network: Network, router: str, known_hosts: Path, port: int = 0) -> Host:
    extras = {"key_file": str(network.key_file), "alt_host_keys": True, "alt_key_file": str(known_hosts)}
    return Host(
        router,
        hostname="127.0.0.1",
        port=port or network.port(router),
        username=network.username,
        connection_options={"netmiko": ConnectionOptions(extras={**extras, "system_host_keys": False})},
    )


@pytest.fixture
def device(network: Network, words: SessionWords) -> Iterator[LineWriter]:
    """Open a session, and see afterwards that the router is as it was."""
    before = network.running_config("p1")
    host = host_of(network, "p1", network.known_hosts)
    yield writer(open_session(host, words, Access()))
    host.close_connections()
    assert network.running_config("p1") == before


SHOWS = ("show running-config", "show interface json", "show ip ospf database json", "show version")


@pytest.mark.parametrize("delay", [0, 0.03, 0.1])
def test_twenty_runs_without_a_wrong_answer(
    network: Network, words: SessionWords, tmp_path: Path, delay: float
) -> None:
    expected = network.vtysh("p1", "show running-config").splitlines()
    port = network.port("p1")
    with delayed([port], round_trip_s=delay) if delay else nullcontext() as line:
        for _ in range(20):
            host = host_of(network, "p1", tmp_path / "kh", line.ports[port] if line else port)
            running, interfaces, database, version = open_session(host, words, access_of(accept_new=True)).show(SHOWS)
            host.close_connections()
            assert running.splitlines() == expected
            assert '"lo":{' in interfaces.replace(" ", "")
            assert database.startswith("{")
            assert version.startswith("FRRouting")


def test_configure_and_put_back(device: LineWriter) -> None:
    lines = (
        "interface lo",
        " ip address 10.77.0.1/32",
        " description  two  words",
        "router ospf",
        " log-adjacency-changes",
    )
    assert device.write(lines) == lines
    assert " ip address 10.77.0.1/32\n" in device.show(["show running-config"])[0]
    device.write(
        ["interface lo", " no ip address 10.77.0.1/32", " no description", "router ospf", " no log-adjacency-changes"]
    )


@pytest.mark.parametrize(
    ("lines", "refused", "said"),
    [
        (["interface lo", " ip address 10.77.0.1/33", " description x"], 1, "Unknown command"),
        (["interfac lo x", " ip address 10.77.0.1/32"], 0, "Unknown command"),
        (["router ospf", " network 10.77.0.1/32 area 0", " passive-interface default"], 1, "Please remove all ip ospf"),
    ],
)
def test_refused_lines(device: LineWriter, lines: list[str], refused: int, said: str) -> None:
    with pytest.raises(LineRejected, match=said) as caught:
        device.write(lines)
    assert caught.value.line == lines[refused]
    assert caught.value.accepted == tuple(lines[:refused])


def test_a_line_that_another_context_takes(device: LineWriter) -> None:
    with pytest.raises(LineRejected, match="taken in the context 'config'"):
        device.write(["interface lo", " ip route 10.66.0.0/24 Null0", " description x"])
    device.write(["no ip route 10.66.0.0/24 Null0"])


def test_save(device: LineWriter) -> None:
    device.save()


def test_pings(device: LineWriter) -> None:
    found = device.ping(
        [
            PingRequest("127.0.0.1", "127.0.0.1"),
            PingRequest("::1", "::1"),
            PingRequest("10.99.0.1", "127.0.0.1"),
            PingRequest("127.0.0.1", "127.0.0.1", vrf="nowhere"),
            *[PingRequest("127.0.0.1", f"127.0.0.{number}", count=1) for number in range(1, 30)],
        ]
    )
    assert [ping.received for ping in found] == [3, 3, 0, 0] + [1] * 29
    assert "Cannot assign requested address" in found[2].error
    assert found[3].error


def test_round_trips(network: Network, words: SessionWords, tmp_path: Path) -> None:
    port = network.port("p1")
    with delayed([port], round_trip_s=0.03) as line:
        host = host_of(network, "p1", tmp_path / "kh", line.ports[port])
        session = writer(open_session(host, words, access_of(accept_new=True)))
        session.show(SHOWS)
        session.write(["interface lo", " description x"])
        session.save()
        session.show(SHOWS)
        # The TCP handshake ends at the forwarder, and is one more.
        assert line.counts()[port].round_trips <= 11 + 2
        session.write(["interface lo", " no description"])
        session.save()
        host.close_connections()
