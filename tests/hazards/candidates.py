"""Four devices on which a change is a commit, and the loopback that tests give them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hazards.ground import Ground, addresses, ground

IOS, JUNOS, EOS, XR = "r1", "r2", "r3", "r4"
LINES = {
    IOS: ["interface Loopback7", " ip address 192.0.2.7 255.255.255.255"],
    JUNOS: ["set interfaces lo0 unit 7 family inet address 192.0.2.7/32"],
    EOS: ["interface Loopback7", "   ip address 192.0.2.7/32"],
    XR: ["interface Loopback7", " ipv4 address 192.0.2.7 255.255.255.255"],
}
NAME = {IOS: "Loopback7", JUNOS: "lo0.7", EOS: "Loopback7", XR: "Loopback7"}


@contextmanager
def four(folder: Path) -> Iterator[Ground]:
    """Start them."""
    with ground(folder, ("ios", "junos", "eos", "iosxr")) as made:
        yield made


@contextmanager
def restarted(on: Ground) -> Iterator[Ground]:
    """Restart every device in the end, from what it started with in the beginning."""
    started = {name: device.startup for name, device in on.emulation.devices.items()}
    try:
        yield on
    finally:
        on.close()
        for name, text in started.items():
            on.device(name).startup = text
            on.device(name).faults.clear()
            on.device(name).reload()


def there(on: Ground, name: str) -> bool:
    """Whether a device has the loopback that the tests give it."""
    return addresses(on.device(name), NAME[name]) == ("192.0.2.7/32",)
