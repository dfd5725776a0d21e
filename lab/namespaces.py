"""The network and host-name namespaces of the routers, and the veth pairs between them."""

from collections.abc import Iterable
from pathlib import Path

from lab.errors import LabError
from lab.folder import Folder
from lab.processes import end, namespace_id, network_of
from lab.programs import checked, run
from lab.topology import Link, Router, Topology, interface_to

NAMED = Path("/run/netns")
# Holds the far ends of the second loopbacks where the kernel has no dummy device.
ATTIC = "0"
SECOND_LOOPBACK = "lo1"

SYSCTLS = {
    "net/ipv6/conf/all/accept_dad": 0,
    "net/ipv6/conf/default/accept_dad": 0,
    "net/ipv6/conf/all/forwarding": 1,
    "net/ipv6/conf/default/accept_ra": 0,
    "net/ipv4/conf/all/forwarding": 1,
    "net/ipv4/conf/all/rp_filter": 0,
    "net/ipv4/conf/default/rp_filter": 0,
    # Tests ping from many places at once; a router that rations its ICMP errors would look broken.
    "net/ipv4/icmp_ratelimit": 0,
    "net/ipv6/icmp/ratelimit": 0,
}


def named(network: str, router: str) -> str:
    """Return the name of a router's network namespace."""
    return f"lw-{network}-{router}"


def existing(network: str) -> list[str]:
    """Return the names of this network's namespaces that exist."""
    return sorted(path.name for path in NAMED.glob(f"lw-{network}-*"))


def enter(folder: Folder, router: str) -> list[str]:
    """Return the words that run a command inside a router."""
    return ["nsenter", f"--net={NAMED / named(folder.name, router)}", f"--uts={folder.router(router) / 'uts'}", "--"]


def create(folder: Folder, topology: Topology) -> None:
    """Make all namespaces, their second loopbacks and the links between them."""
    _batch(f"netns add {named(folder.name, name)}" for name in (ATTIC, *topology.names))
    for name in topology.names:
        _prepare(folder, name)
    _batch(_cables(folder.name, topology.links))
    for router in topology.routers:
        _second_loopback(folder, router)
        interfaces = ["lo", SECOND_LOOPBACK, *(end.interface for end in topology.ends(router.name))]
        _batch((f"link set {interface} up" for interface in interfaces), named(folder.name, router.name))


def _prepare(folder: Folder, router: str) -> None:
    """Give a router its host name and its kernel settings, before any interface exists."""
    uts = folder.router(router) / "uts"
    uts.touch()
    checked(["unshare", f"--uts={uts}", "hostname", router])
    script = ";".join(f"echo {value} >/proc/sys/{name}" for name, value in SYSCTLS.items())
    checked([*enter(folder, router), "sh", "-c", script])


def _cables(network: str, links: Iterable[Link]) -> Iterable[str]:
    """Yield the commands that join the routers; no end is ever in the namespace of the host."""
    for link in links:
        yield (
            f"link add {interface_to(link.b)} netns {named(network, link.a)} type veth "
            f"peer name {interface_to(link.a)} netns {named(network, link.b)}"
        )


def _second_loopback(folder: Folder, router: Router) -> None:
    """Make the second loopback: a dummy device, or a veth pair with its far end out of sight.

    A bridge would not do: without a port it has no carrier, and its IPv6 addresses stay tentative.
    """
    space, mac = named(folder.name, router.name), f"02:00:5e:00:{router.number // 256:02x}:{router.number % 256:02x}"
    add = ["ip", "-n", space, "link", "add", SECOND_LOOPBACK, "address", mac, "type"]
    if run([*add, "dummy"]).returncode == 0:
        return
    attic = named(folder.name, ATTIC)
    checked([*add, "veth", "peer", "name", router.name, "netns", attic])
    checked(["ip", "-n", attic, "link", "set", router.name, "up"])


def _batch(commands: Iterable[str], space: str | None = None) -> None:
    """Run many ip commands in one process."""
    where = ["-n", space] if space else []
    checked(["ip", *where, "-batch", "-"], stdin="\n".join(commands) + "\n")


def end_processes(network: str, router: str | None = None) -> int:
    """End every process inside the namespaces of a network, or of one router."""
    names = existing(network) if router is None else [named(network, router)]
    ours = {found for name in names if (found := namespace_id(NAMED / name)) is not None}
    return end(lambda pid: network_of(pid) in ours)


def _mounts_below(path: Path) -> list[str]:
    """Return the mount points in a folder: the host names that are kept there."""
    # The fifth field of a line is the mount point.
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [point for point in points if Path(point).is_relative_to(path)]


def remove(folder: Folder) -> None:
    """Take away every namespace of a network, with all that is in them."""
    end_processes(folder.name)
    if pinned := _mounts_below(folder.path):
        checked(["umount", *pinned])
    if names := existing(folder.name):
        _batch(f"netns delete {name}" for name in names)
    if left := existing(folder.name):
        raise LabError(f"these namespaces could not be removed: {', '.join(left)}")
