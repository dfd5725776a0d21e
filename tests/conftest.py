"""What tests share: the practice network of eight routers, watched over, and no other network."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import lab
from tests.practice import Practice, provision_everything, write_inventory

# People's runs look for new cases; the run that decides whether a change lands repeats the same ones.
settings.register_profile("repeatable", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("repeatable")

# A run in the background ignores Ctrl-C, and so would every program that a test starts to interrupt it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ENVIRONMENT = "LOOPWRIGHT_PRACTICE"
"""Names a practice network that is up, to spare its start while working on tests."""

LOCKS = "LOOPWRIGHT_LOCKS"
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def _practice() -> Iterator[Practice]:
    try:
        lab.require()
    except lab.LabUnavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no practice network here: {reason}")
    named = os.environ.get(ENVIRONMENT)
    practice = Practice(lab.up(lab.default(), named or f"e{os.getpid()}", owner=None if named else os.getpid()))
    yield practice
    if not named:
        lab.down(practice.network.name)


@pytest.fixture(scope="session")
def practice(_practice: Practice) -> lab.Network:
    """Eight routers, as they start: links and protocols."""
    return _practice.network


@pytest.fixture(scope="session")
def provisioned(_practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> lab.Network:
    """The same network with every loopback in place, put there by our own code."""
    _practice.provisioned = tmp_path_factory.mktemp("provisioned") / "inventory"
    provision_everything(_practice.network, _practice.provisioned)
    return _practice.network


@pytest.fixture
def practice_inventory(practice: lab.Network, tmp_path: Path) -> Path:
    """A folder with the inventory of the network, for one test to edit."""
    return write_inventory(practice, tmp_path / "inventory")


@pytest.fixture(autouse=True)
def _as_found(request: pytest.FixtureRequest) -> Iterator[None]:
    """See that a test leaves the routers as it found them; where it does not, start them anew and fail it."""
    if "practice" not in request.fixturenames:
        yield
        return
    holder: Practice = request.getfixturevalue("_practice")
    before = holder.state()
    yield
    if request.node.stash.get(FAILED, False):
        for router in holder.network.routers:
            print(f"--- {router}\n{holder.network.logs(router, 12)}")  # noqa: T201 - pytest shows it
    left = holder.differences(before, holder.state())
    if left:
        holder.rebuild()
        pytest.fail("the test did not leave the routers as it found them:\n" + "\n".join(left))


@pytest.fixture(scope="session", autouse=True)
def _locks_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hold the locks of devices in a folder of this session, those of programs that tests start too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(LOCKS, str(tmp_path_factory.mktemp("locks")))
        yield


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off every network but this machine itself."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        inet = self.family in {socket.AF_INET, socket.AF_INET6}
        if inet and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test connects to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
