"""The programs of the system that the practice network runs."""

import os
import shutil
import subprocess
from pathlib import Path

from lab.errors import LabError, LabUnavailable

FRR = Path("/usr/lib/frr")
SSHD = "/usr/sbin/sshd"
PING = "/bin/ping"
VTYSH = "/usr/bin/vtysh"
# The login groups of FRR's own sockets: its daemons refuse to run for a user outside it.
VTY_GROUP = "frrvty"
SBIN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# sshd demands this folder; the system's own service makes it as well, so it is left in place.
PRIVILEGE_SEPARATION = Path("/run/sshd")


def run(argv: list[str], *, timeout: float = 60, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program to its end and return what it answered, whatever its exit code."""
    try:
        return subprocess.run(
            argv, input=stdin, stdin=subprocess.DEVNULL if stdin is None else None, text=True, errors="replace",
            capture_output=True, timeout=timeout, check=False, env={**os.environ, "PATH": SBIN},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise LabError(f"no answer within {timeout:g} s: {' '.join(argv)}") from error
    except OSError as error:
        raise LabError(f"cannot run {argv[0]}: {error.strerror}") from error


def checked(argv: list[str], *, timeout: float = 60, stdin: str | None = None) -> str:
    """Run a program that must succeed and return its output."""
    done = run(argv, timeout=timeout, stdin=stdin)
    if done.returncode:
        raise LabError(f"{' '.join(argv[:6])} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def require() -> None:
    """Raise LabUnavailable, with the reason, where no practice network can run."""
    if os.geteuid() != 0:
        raise LabUnavailable("the practice network needs root, to make network namespaces")
    packages = {"frr": (FRR / "zebra", VTYSH), "openssh-server": (SSHD,), "iputils-ping": (PING,)}
    missing = [package for package, files in packages.items() if not all(Path(file).exists() for file in files)]
    tools = {"iproute2": "ip", "openssh-client": "ssh-keygen", "util-linux": "nsenter"}
    missing += [package for package, tool in tools.items() if shutil.which(tool, path=SBIN) is None]
    if missing:
        raise LabUnavailable(f"packages are missing: {', '.join(sorted(missing))}")
    trial = run(["unshare", "--net", "--uts", "--mount", "ip", "link", "add", "x", "type", "veth", "peer", "name", "y"])
    if trial.returncode:
        raise LabUnavailable(f"no network namespaces with veth pairs here: {trial.stderr.strip()}")
    PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
