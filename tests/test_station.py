"""Rung 8: the address that a device is managed through is asked by a connection of its own."""

import socket
from collections.abc import Iterator

import pytest
from nornir.core.inventory import Host

from loopwright.expect import Expectation
from loopwright.models import Loopback, Wanted
from loopwright.picture import Picture
from loopwright.verify import answers_station
from tasks.station import connects, station_answers

WANTED = Wanted(0, ipv4=("127.0.0.1/32",))
EXPECTATION = Expectation(
    "r1", "127.0.0.1/32", WANTED, Loopback(0, "lo", ipv4=("127.0.0.1/32",)), (), {}, (), (), frozenset({"r1"}), True
)


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_an_address_that_takes_a_connection_answers(listening: int) -> None:
    assert connects(Host("r1", port=listening), "127.0.0.1") == ""


def test_an_address_that_takes_none_says_why(listening: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert connects(Host("r1", port=port), "127.0.0.1") == "Connection refused"


def test_each_address_is_asked_once(listening: int) -> None:
    hosts = {"r1": Host("r1", port=listening)}
    assert station_answers(hosts, [("r1", "127.0.0.1"), ("r1", "127.0.0.1")]) == {"127.0.0.1": ""}


@pytest.mark.parametrize(
    ("station", "state"),
    [({"127.0.0.1": ""}, "pass"), ({"127.0.0.1": "Connection refused"}, "fail"), ({}, "unproven")],
    ids=["answers", "does not answer", "was not asked"],
)
def test_rung_8_is_what_the_connection_says(station: dict[str, str], state: str) -> None:
    assert answers_station(EXPECTATION, Picture({}, {}, station=station)).state == state
