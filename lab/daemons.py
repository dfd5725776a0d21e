"""The FRR daemons of a router."""

import os
from pathlib import Path

from lab.configuration import Timers, frr_conf
from lab.errors import LabError
from lab.folder import Folder
from lab.namespaces import NAMED, enter, named
from lab.processes import arguments, end, namespace_id, network_of
from lab.programs import FRR, VTY_GROUP, VTYSH, checked
from lab.topology import Router, Topology

BY_PROTOCOL = {"ospf": ("ospfd", "ospf6d"), "isis": ("isisd",), "bgp": ("bgpd",)}


def of(router: Router) -> tuple[str, ...]:
    """Return the names of the daemons that a router needs."""
    return ("zebra", "staticd", *(daemon for protocol in router.runs for daemon in BY_PROTOCOL[protocol]))


def vtysh_argv(home: Path) -> list[str]:
    """Return the command line of a vtysh that talks to the daemons of one router."""
    return [VTYSH, "--vty_socket", str(home), "--config_dir", str(home), "-H", str(home / "history")]


def configure(folder: Folder, topology: Topology, router: Router, timers: Timers) -> None:
    """Write the startup configuration of a router."""
    home = folder.router(router.name)
    (home / "frr.conf").write_text(frr_conf(topology, router.name, timers))
    (home / "vtysh.conf").write_text("service integrated-vtysh-config\n")


def start(folder: Folder, router: Router) -> None:
    """Start the daemons of a router, without any configuration yet."""
    home = folder.router(router.name)
    saved = (home / "frr.conf").read_text()
    for daemon in of(router):
        (home / f"{daemon}.conf").write_text(_router_id(saved, daemon))
        checked([*enter(folder, router.name), *_argv(home, daemon)])


def _router_id(saved: str, daemon: str) -> str:
    """Return the part of a saved configuration that has to be there before a daemon speaks to anybody.

    The saved configuration is loaded line by line into a daemon that runs. On a busy machine a neighbour can become
    full between `router ospf` and the router-id below it, and from then on OSPF keeps the router-id that it guessed.
    """
    process = {"ospfd": "ospf", "ospf6d": "ospf6"}.get(daemon)
    lines = saved.splitlines()
    if process is None or f"router {process}" not in lines:
        return ""
    found = [line for line in lines if line.startswith(f" {process} router-id ")]
    # Without one there is nothing to hurry: a process that is there before its addresses keeps the first that comes.
    return "\n".join([f"router {process}", *found, "exit", ""]) if found else ""


def load(folder: Folder, router: Router) -> None:
    """Give the daemons of a router its startup configuration."""
    checked([*enter(folder, router.name), *vtysh_argv(folder.router(router.name)), "-b"])


def _argv(home: Path, daemon: str) -> list[str]:
    """Return the command line of one daemon: its sockets, files and log in the router's own folder."""
    paths = ["--vty_socket", str(home), "-z", str(home / "zserv.api"), "-i", str(home / f"{daemon}.pid")]
    # Every daemon keeps a table as long as the limit of open files, so a small limit saves memory.
    limits = ["--limit-fds", "1024", "-P", "0", "-u", "root", "-g", VTY_GROUP]
    log = ["--log", f"file:{home / f'{daemon}.log'}", "--log-level", "info"]
    return [str(FRR / daemon), "-d", *paths, *limits, "-f", str(home / f"{daemon}.conf"), *log]


def stop(folder: Folder, router: Router) -> None:
    """End the daemons of a router; its other processes, such as logins, stay."""
    space = namespace_id(NAMED / named(folder.name, router.name))
    programs = {str(FRR / daemon) for daemon in of(router)}
    end(lambda pid: network_of(pid) == space and (arguments(pid) or [""])[0] in programs)


def dead(folder: Folder, router: Router) -> tuple[str, ...]:
    """Return the daemons of a router that do not run."""
    space = namespace_id(NAMED / named(folder.name, router.name))
    home = folder.router(router.name)
    return tuple(daemon for daemon in of(router) if space is None or not _runs(home / f"{daemon}.pid", daemon, space))


def _runs(pid_file: Path, daemon: str, space: tuple[int, int]) -> bool:
    """Tell whether the process that wrote this file is alive, and still that daemon."""
    try:
        pid = int(pid_file.read_text())
    except (OSError, ValueError):
        return False
    return network_of(pid) == space and (arguments(pid) or [""])[0] == str(FRR / daemon)


def logs(folder: Folder, router: Router, lines: int) -> str:
    """Return the last lines of every log of a router."""
    home = folder.router(router.name)
    parts = []
    for log in sorted(home.glob("*.log")):
        tail = log.read_text(errors="replace").splitlines()[-lines:]
        if tail:
            parts.append(f"==> {router.name} {log.name} <==" + os.linesep + os.linesep.join(tail))
    return os.linesep.join(parts)


def refuse_dead(folder: Folder, router: Router) -> None:
    """Raise when a daemon ended right after its start."""
    if names := dead(folder, router):
        raise LabError(f"{router.name}: {', '.join(names)} did not start\n{logs(folder, router, 10)}")
