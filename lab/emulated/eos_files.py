"""Flash, the startup configuration and ping of an EOS device."""

import re

from lab.emulated.device import Device
from lab.emulated.eos_show import text_of
from lab.emulated.system import Refusal
from lab.emulated.views import DEFAULT_VRF

STARTUP = "startup-config"
PING = re.compile(
    r"ping(?:\s+vrf\s+(?P<vrf>\S+))?(?:\s+ip(?:v6)?)?\s+(?P<to>[\da-fA-F.:]+)(?P<options>(?:\s+\w+\s+\S+)*)",
    re.IGNORECASE,
)


def file_text(device: Device, name: str) -> str:
    """Return a file of flash. Raises Refusal where there is none."""
    if name not in device.files.content:
        raise Refusal(f"% Error opening flash:{name} (No such file or directory)")
    return device.files.content[name].decode()


def copy(device: Device, source: str, target: str) -> None:
    """Copy between flash, the running and the startup configuration. Raises Refusal."""
    if source == "running-config":
        text = device.running.text()
    elif source == STARTUP:
        text = device.startup
    else:
        text = file_text(device, source.removeprefix("flash:").removeprefix("/"))
    if target == STARTUP:
        if device.faults.bites("full-flash", target):
            raise Refusal("% Error copying running-config to startup-config (No space left on device)")
        device.startup = text
    elif target == "running-config":
        device.replace(device.system.store(text))
    elif not device.write(target.removeprefix("flash:").removeprefix("/"), text.encode()):
        raise Refusal(f"% Error copying {source} to {target} (No space left on device)")


def ping(device: Device, found: re.Match[str], vrf: str) -> str:
    """Return what the system's ping prints; it is Linux's."""
    words = str(found["options"]).split()
    options = dict(zip(words[::2], words[1::2], strict=True))
    count, size = int(options.get("repeat", "5")), int(options.get("size", "100"))
    to, where = str(found["to"]), found["vrf"] or vrf or DEFAULT_VRF
    source = options.get("source", options.get("interface", ""))
    held = {p.name: a for p in device.facts.ports for a in p.addresses if (":" in a) == (":" in to)}
    source = held.get(source, source).partition("/")[0]
    got = device.routing.ping(device.name, where, source, to, count)
    lines = [f"PING {to} ({to}) {size - 28}({size}) bytes of data."]
    lines += [f"{size - 20} bytes from {to}: icmp_seq={n + 1} ttl=64 time=0.{n + 1}00 ms" for n in range(got)]
    lost = round(100 * (count - got) / count) if count else 0
    lines += ["", f"--- {to} ping statistics ---"]
    lines += [f"{count} packets transmitted, {got} received, {lost}% packet loss, time {count}ms"]
    lines += ["rtt min/avg/max/mdev = 0.100/0.300/0.500/0.100 ms, ipg/ewma 1.000/0.300 ms"] if got else [""]
    return text_of(lines)
