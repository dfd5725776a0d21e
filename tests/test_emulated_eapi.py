"""EOS's command API as the client library behind NAPALM speaks it: errors, logins, certificates, what breaks."""

import ssl
from collections.abc import Iterator
from contextlib import nullcontext

import pyeapi.eapilib
import pytest
from napalm import get_network_driver
from napalm.base.exceptions import ConnectionException

from lab.emulated.device import Device, Login
from lab.emulated.faults import Fault
from lab.emulated.server import Emulation
from tests.eos_devices import Opened, devices, drivers


@pytest.fixture
def opened() -> Iterator[Opened]:
    with drivers() as driver:
        yield driver


@pytest.fixture
def pair() -> tuple[Device, Device]:
    return devices()


@pytest.mark.parametrize(
    ("commands", "code", "error"),
    [
        (["show isis database detail"], 1003, "This is an unconverted command"),
        (["show frobnicate"], 1002, "Invalid input (at token 0: 'show')"),
        (["configure", "interface Ethernet1", "ip address"], 1002, "Incomplete command"),
        (["configure", "interface Loopback1", "vrf red"], 1000, "VRF red does not exist"),
        (["configure session x abort"], 1000, "Session x not found"),
    ],
)
def test_what_fails_says_so_in_the_words_of_the_api(
    pair: tuple[Device, Device], opened: Opened, commands: list[str], code: int, error: str
) -> None:
    driver = opened(pair[0])
    with pytest.raises(pyeapi.eapilib.CommandError) as failed:
        driver.device.run_commands(commands)
    assert failed.value.error_code == code
    assert failed.value.output[-1] == {"errors": [error]}


def test_the_certificate_can_be_checked(pair: tuple[Device, Device]) -> None:
    with Emulation([pair[0]]) as emulation:
        (front,) = emulation._fronts.values()
        known = ssl.create_default_context(cadata=front.certificate.decode())  # type: ignore[attr-defined]
        for context, trusted in ((known, True), (ssl.create_default_context(), False)):
            options = {"port": emulation.ports["e1"], "context": context}
            driver = get_network_driver("eos")("127.0.0.1", "practice", "practice", 5, options)
            with nullcontext() if trusted else pytest.raises(pyeapi.eapilib.ConnectionError, match="certificate"):
                driver.open()


def test_a_wrong_password_is_refused(pair: tuple[Device, Device], opened: Opened) -> None:
    with pytest.raises((ConnectionException, pyeapi.eapilib.ConnectionError), match="Unable to authenticate"):
        opened(pair[0], Login(password="wrong"))


def test_who_is_not_authorized_reads_but_does_not_configure(opened: Opened) -> None:
    device, _ = devices(logins=[Login(authorized=False)])
    driver = opened(device)
    assert driver.get_facts()["hostname"] == "e1"
    with pytest.raises(pyeapi.eapilib.CommandError, match="permission to run command denied"):
        driver.device.run_commands(["configure"])


@pytest.mark.parametrize("fault", [Fault("drop", count=20), Fault("reload", match="^show hostname")])
def test_a_connection_that_breaks_is_an_error_of_the_driver(
    pair: tuple[Device, Device], opened: Opened, fault: Fault
) -> None:
    driver = opened(pair[0])
    pair[0].faults.add(fault)
    with pytest.raises((pyeapi.eapilib.ConnectionError, OSError, ConnectionException)):
        driver.get_facts()
