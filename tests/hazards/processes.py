"""An armed change whose process dies, and the next process, for each way in which a device is driven."""

import time
from dataclasses import dataclass
from typing import Any

import pytest

from lab.emulated.junos_commit import database
from tests.hazards.candidates import EOS, IOS, JUNOS, LINES, XR, there
from tests.hazards.ground import Ground

NAME = "loopwright-run-1"
SECONDS = 120


@dataclass(frozen=True)
class Way:
    """How a device is driven: what arms the change and what confirms it, as the device sees it."""

    device: str
    transport: str
    arms: str
    confirms: str
    own: bool = False  # only the session that armed confirms
    locks: bool = False  # nobody else configures while a change is armed, as long as the session lives


WAYS = {
    "ios": Way(IOS, "netmiko", "^ip address 192.0.2.7 ", "^configure confirm$"),
    "ios over napalm": Way(IOS, "napalm", r"^copy flash:/merge_config\.txt", "^configure confirm$"),
    "junos": Way(JUNOS, "napalm", "^commit-configuration confirmed$", "^commit-configuration$", locks=True),
    "eos": Way(EOS, "napalm", "commit timer", r"^configure session \S+ commit$"),
    "iosxr": Way(XR, "netmiko", "^commit confirmed", "^commit$", own=True, locks=True),
}
every = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
# netmiko inside a driver notices a lost connection when its own time is over, a minute and a half later.
noticed = pytest.mark.parametrize("way", [pytest.param(w, id=n) for n, w in WAYS.items() if n != "ios over napalm"])
others = [pytest.param(way, id=name) for name, way in WAYS.items() if not way.own]
confirmed_by_others = pytest.mark.parametrize("way", others)


def armed(on: Ground, way: Way) -> Any:
    """Arm a change under a name that was known before, and return its writer."""
    ours = on.writer(way.device, way.transport)
    assert not ours.armed()
    ours.take_up(NAME)
    ours.write(LINES[way.device], SECONDS)
    assert there(on, way.device)
    assert ours.armed()
    return ours


def died(on: Ground, way: Way) -> None:
    """Kill the process: its connections end without a word, and the device notices."""
    device, deadline = on.device(way.device), time.monotonic() + 10
    device.cut()
    while device.sessions or (way.device == JUNOS and database(device).holder is not None):
        assert time.monotonic() < deadline
        time.sleep(0.002)


def next_process(on: Ground, way: Way, held: str) -> Any:
    """Another process, which knows what the first has written down."""
    later = on.writer(way.device, way.transport)
    later.take_up(held)
    return later
