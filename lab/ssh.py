"""The SSH server of a router: its keys, its settings, and where a login lands."""

import os
import pwd
from pathlib import Path

from lab.daemons import vtysh_argv
from lab.folder import Folder
from lab.programs import PING, SBIN, checked
from lab.topology import Router

LOCALHOST = "127.0.0.1"
SHADOW = Path("/etc/shadow")


def username() -> str:
    """Return the user that a login is for: the one who started the network."""
    return pwd.getpwuid(os.getuid()).pw_name


def make_client_key(folder: Folder) -> None:
    """Make the key that opens every router of a network."""
    _make_key(folder.key, f"loopwright-lab-{folder.name}")
    (folder.path / "authorized_keys").write_text(folder.key.with_suffix(".pub").read_text())


def prepare(folder: Folder, router: Router) -> None:
    """Write the host key, the settings and the login of one router."""
    home = folder.router(router.name)
    _make_key(home / "host_key", router.name)
    (home / "banner").write_text(router.banner)
    (home / "sshd_config").write_text(_sshd_config(folder, home, banner=bool(router.banner)))
    _script(home / "login", _unix_login(home) if router.login == "unix" else _vtysh_login(home))
    (home / "bin").mkdir()
    _script(home / "bin" / "vtysh", f'export VTYSH_PAGER=cat\nexec {" ".join(vtysh_argv(home))} "$@"\n')


def write_known_hosts(folder: Folder, ports: dict[str, int]) -> None:
    """Write the host keys of all routers the way that SSH clients read them."""
    lines = []
    for router, port in ports.items():
        kind, key = (folder.router(router) / "host_key.pub").read_text().split()[:2]
        lines.append(f"[{LOCALHOST}]:{port} {kind} {key}\n")
    folder.known_hosts.write_text("".join(lines))


def _make_key(path: Path, comment: str) -> None:
    """Make an ed25519 key pair without a passphrase."""
    checked(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)])


def _script(path: Path, body: str) -> None:
    """Write a shell script that can be run."""
    path.write_text(f"#!/bin/sh\n{body}")
    path.chmod(0o700)


def _sshd_config(folder: Folder, home: Path, *, banner: bool) -> str:
    """Return the settings of sshd."""
    return f"""\
HostKey {home}/host_key
AuthorizedKeysFile {folder.path}/authorized_keys
# The folder may lie under a world-writable one; it is itself closed to others.
StrictModes no
AllowUsers {username()}
AuthenticationMethods publickey
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM {"yes" if _account_locked() else "no"}
# The default key exchange costs its client 80 ms of processor time, this one 11 ms.
# Some clients know it by its older name only.
KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org
UseDNS no
PidFile none
MaxStartups 1000
MaxSessions 20
PrintMotd no
PrintLastLog no
AllowTcpForwarding no
AllowAgentForwarding no
X11Forwarding no
PermitUserRC no
Banner {home / "banner" if banner else "none"}
# Keeps bash from running the user's own start-up files before the login: it does that only at the first level.
SetEnv SHLVL=1
ForceCommand {home}/login
"""


def _account_locked() -> bool:
    """Tell whether the account has no usable password in a way that sshd without PAM refuses."""
    try:
        rows = (line.split(":") for line in SHADOW.read_text().splitlines())
        return any(row[0] == username() and row[1].startswith("!") for row in rows)
    except OSError:
        return False


def _vtysh_login(home: Path) -> str:
    """Return the login of a router: vtysh, and beside it a ping that can count and end."""
    vtysh = " ".join(vtysh_argv(home))
    return f"""\
# No globbing: an exec request is cut into words, never expanded.
set -f
export VTYSH_PAGER=cat
export TERM="${{TERM:-vt100}}"
refuse() {{
    echo "ping: allowed are -4 -6 -n -q, -c -W -I -i -s with a value, and one address" >&2
    exit 2
}}
check_ping() {{
    shift
    address=
    while [ $# -gt 0 ]; do
        case $1 in
            -4|-6|-n|-q) ;;
            -c|-W|-I|-i|-s) shift; case ${{1:-}} in ''|-*|*[!0-9A-Za-z.:%_-]*) refuse ;; esac ;;
            -*|*[!0-9A-Za-z.:%_-]*) refuse ;;
            *) [ -z "$address" ] || refuse; address=$1 ;;
        esac
        shift
    done
    [ -n "$address" ] || refuse
}}
case ${{SSH_ORIGINAL_COMMAND:-}} in
    '') exec {vtysh} ;;
    'ping '*)
        set -- $SSH_ORIGINAL_COMMAND
        check_ping "$@"
        shift
        exec {PING} "$@" ;;
    *) exec {vtysh} -c "$SSH_ORIGINAL_COMMAND" ;;
esac
"""


def _unix_login(home: Path) -> str:
    """Return the login of a router that is an ordinary Unix host with FRR on it."""
    return f"""\
export PATH={home}/bin:{SBIN}
export VTYSH_PAGER=cat
export TERM="${{TERM:-vt100}}"
cd
words=${{SSH_ORIGINAL_COMMAND:-}}
unset SSH_ORIGINAL_COMMAND
if [ -n "$words" ]; then
    exec /bin/bash --noprofile --norc -c "$words"
fi
export PS1='{username()}@\\h:\\w\\$ '
exec /bin/bash --noprofile --norc -i
"""
