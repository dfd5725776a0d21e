"""The faults of a change window, each set on devices of several systems before or during a run."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import netmiko.channel
import pytest
from netmiko.exceptions import ReadTimeout

import playbooks.waves
from lab.emulated import somebody
from lab.emulated.ios_archive import arm
from playbooks.waves import Wave
from tests.window_ground import NAMES, Desk

Set = Callable[[Desk, Iterable[str], pytest.MonkeyPatch], None]
"""Sets a fault on devices of some ways."""

NUMBER = 7
SECONDS = 7200  # longer than any timer
COMMIT = {
    "ios": "^configure terminal revert",
    "nxos": "^configure terminal$",
    "iosxr": "^commit confirmed",
    "junos": "^commit-configuration confirmed",
    "eos": " commit timer",
    "ios by file": "^copy flash:/merge",
    "ios alone": "^configure terminal$",
}
IN_COMMIT = {**COMMIT, **dict.fromkeys(("ios", "nxos", "ios alone"), rf"ip address 10\.128\.{NUMBER}")}
ARMING = dict.fromkeys(("ios", "ios by file"), "^configure terminal revert")
CONFIRM = {
    "ios": "^configure confirm",
    "iosxr": "^commit$",
    "junos": "^commit-configuration$",
    "eos": "^configure session .* commit$",
    "ios by file": "^configure confirm",
}
SAVE = {**dict.fromkeys(NAMES, "^write memory"), "nxos": "^copy running-config startup"}
SAME = {
    **dict.fromkeys(NAMES, ("interface Loopback7", "description theirs")),
    "nxos": ("interface loopback7", "description theirs"),
    "junos": ("set interfaces lo0 unit 0 description theirs",),
}
ELSEWHERE = {
    **dict.fromkeys(NAMES, ("interface GigabitEthernet1", "description typed meanwhile")),
    "nxos": ("interface Ethernet1/1", "description typed meanwhile"),
    "iosxr": ("interface GigabitEthernet0/0/0/0", "description typed meanwhile"),
    "junos": ('set interfaces ge-0/0/0 description "typed meanwhile"',),
    "eos": ("interface Ethernet1", "description typed meanwhile"),
}


@contextmanager
def noticing() -> Iterator[None]:
    """Let netmiko notice at once what it notices when its own time is over: that a connection was cut."""
    read = netmiko.channel.SSHChannel.read_buffer

    def reading(channel: Any) -> str:
        shell = channel.remote_conn
        if shell is not None and shell.closed and not shell.recv_ready():
            raise ReadTimeout("the connection is gone")
        return read(channel)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(netmiko.channel.SSHChannel, "read_buffer", reading)
        yield


def given(kind: Any, match: Mapping[str, str], **said: Any) -> Set:
    """A fault that bites once."""

    def set_(at: Desk, ways: Iterable[str], patch: pytest.MonkeyPatch) -> None:
        for way in ways:
            at.fault(NAMES[way], kind, match=match[way], times=1, **said)

    return set_


def just_before(phase: str, act: Callable[[Desk, str, str], object]) -> Set:
    """Something that happens to each device, called by its name and its way, just before a phase of the run."""
    owner: Any = Wave if phase.startswith("_") else playbooks.waves

    def set_(at: Desk, ways: Iterable[str], patch: pytest.MonkeyPatch) -> None:
        then, left = getattr(owner, phase), list(ways)

        def first(*given: Any, **options: Any) -> Any:
            while left:
                way = left.pop()
                act(at, NAMES[way], way)
            return then(*given, **options)

        patch.setattr(owner, phase, first)

    return set_


def mute(at: Desk, ways: Iterable[str], patch: pytest.MonkeyPatch) -> None:
    """Let the new addresses answer nobody, the device itself neither."""
    silence(at, [f"10.128.{NUMBER}.{NAMES[way].removeprefix('r')}" for way in ways], patch)


def silence(at: Desk, addresses: Iterable[str], patch: pytest.MonkeyPatch) -> None:
    """Let addresses answer nobody."""
    model, silent = at.on.device("r1").routing, set(addresses)
    ping = model.ping

    def answered(device: str, vrf: str, source: str, destination: str, count: int) -> int:
        return 0 if destination in silent else ping(device, vrf, source, destination, count)

    patch.setattr(model, "ping", answered)


def both(*faults: Set) -> Set:
    """Several at once."""

    def set_(at: Desk, ways: Iterable[str], patch: pytest.MonkeyPatch) -> None:
        for fault in faults:
            fault(at, ways, patch)

    return set_


def _cut(at: Desk, name: str, way: str) -> None:
    at.on.device(name).cut()


def _reload(at: Desk, name: str, way: str) -> None:
    at.on.device(name).reload()


def _late(at: Desk, name: str, way: str) -> None:
    at.on.emulation.advance(SECONDS, name)


def _same(at: Desk, name: str, way: str) -> None:
    somebody.types(at.on.device(name), SAME[way])


def _elsewhere(at: Desk, name: str, way: str) -> None:
    somebody.types(at.on.device(name), ELSEWHERE[way])


def _confirmed(at: Desk, name: str, way: str) -> None:
    somebody.confirms(at.on.device(name))


def _armed(at: Desk, name: str, way: str) -> None:
    device = at.on.device(name)
    with device.lock:
        arm(device, 5, somebody.NAME)
    somebody.types(device, ["interface Loopback99", "description theirs"])


_REFUSED = dict.fromkeys(NAMES, rf"10\.128\.{NUMBER}\.")
_HELD = dict.fromkeys(NAMES, "")

FAULTS: dict[str, Set] = {
    "connection cut before the commit": given("cut", COMMIT, when="before"),
    "connection cut when the timer was armed": given("cut", ARMING, when="after"),
    "connection cut in the commit": given("cut", IN_COMMIT, when="after"),
    "connection cut after the commit": just_before("_prove", _cut),
    "connection of a trial cut after the commit": just_before("_prove", _cut),
    "reload before the commit": given("reload", COMMIT),
    "reload while armed": just_before("_prove", _reload),
    "timer runs out during the proof": just_before("_prove", _late),
    "timer runs out before the confirmation": just_before("confirm", _late),
    "line rejected in the middle": given("reject", _REFUSED, text="% refused by a test"),
    "configuration held by somebody else": given("locked", _HELD, text="somebody"),
    "timer of somebody else runs": just_before("deploy", _armed),
    "changed by somebody else before the push": just_before("deploy", _same),
    "edited elsewhere while armed, and kept": just_before("_prove", _elsewhere),
    "edited elsewhere while armed, and failed": both(just_before("_prove", _elsewhere), mute),
    "edited elsewhere while armed, and the timer runs out": both(
        just_before("_prove", _elsewhere), just_before("confirm", _late)
    ),
    "confirmed by somebody else": just_before("_prove", _confirmed),
    "confirmed by somebody else, and failed": both(just_before("_prove", _confirmed), mute),
    "proof failed": mute,
    "confirmation lost on the way": given("cut", CONFIRM, when="before"),
    "confirmation of a trial lost on the way": given("cut", CONFIRM, when="before"),
    "answer to the confirmation lost": given("cut", CONFIRM, when="after"),
    "save lost on the way": given("cut", SAVE, when="before"),
    "answer to the save lost": given("cut", SAVE, when="after"),
}
