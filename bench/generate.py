"""Writes inventories of any size, for benchmarks and tests of scale."""

from collections.abc import Iterator
from pathlib import Path

SITES = 50

_GROUPS = """\
core:
  platform: frr
  data:
    loopbacks:
      0: {role: router-id, description: router-id, advertise: {ospf: {area: 0}, ospf3: {area: 0}}}
      1: {description: services, advertise: {ospf: {area: 0}}}
    routing: {ospf: {}, ospf3: {}}
"""


def write_inventory(folder: Path, devices: int, loopbacks: int = 4) -> None:
    """Write hosts.yaml, groups.yaml and defaults.yaml of a correct network of that many devices."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "hosts.yaml").open("w", encoding="utf-8") as hosts:
        for device in range(devices):
            hosts.writelines(_host(device, loopbacks))
    sites = "".join(f"site{site}: {{data: {{site: s{site}}}}}\n" for site in range(SITES))
    (folder / "groups.yaml").write_text(_GROUPS + sites, encoding="utf-8")
    (folder / "defaults.yaml").write_text("username: netops\n", encoding="utf-8")


def _host(device: int, loopbacks: int) -> Iterator[str]:
    yield f"r{device:05d}:\n"
    yield f"  hostname: {_ipv4(0, device)}\n"
    yield f"  groups: [core, site{device % SITES}]\n"
    yield "  data:\n    loopbacks:\n"
    for number in range(loopbacks):
        ipv6 = f"2001:db8:{number + 1:x}::{device >> 16:x}:{device & 0xFFFF:x}"
        yield f"      {number}: {{ipv4: {_ipv4(number + 1, device)}/32, ipv6: {ipv6}/128}}\n"


def _ipv4(block: int, device: int) -> str:
    """An address of 10.0.0.0/8, a block of a million for each number."""
    value = (10 << 24) + (block << 20) + device
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
