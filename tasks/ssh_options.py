"""How a device is reached: the inventory's connection options, joined with what the SSH configuration says."""

import copy
import getpass
import inspect
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netmiko.base_connection import BaseConnection
from nornir.core.inventory import Host

from loopwright.errors import UsageError

CONNECTION = "netmiko"
# Options of the connection itself; all others that netmiko knows go to the session.
_OURS = {
    "use_keys", "key_file", "passphrase", "allow_agent", "disabled_algorithms", "ssh_strict", "system_host_keys",
    "alt_host_keys", "alt_key_file", "ssh_config_file", "conn_timeout", "banner_timeout", "auth_timeout", "keepalive",
}  # fmt: skip
_PASSED_ON = {
    "session_timeout", "read_timeout_override", "encoding", "blocking_timeout", "fast_cli", "global_delay_factor",
    "default_enter", "response_return", "timeout", "secret",
}  # fmt: skip
_FLAGS = {"use_keys", "allow_agent", "ssh_strict", "system_host_keys", "alt_host_keys"}
_SECONDS = {"conn_timeout", "banner_timeout", "auth_timeout", "keepalive"}
_NETMIKO = set(inspect.signature(BaseConnection.__init__).parameters) - {"self"}


@dataclass(frozen=True, slots=True)
class SshOptions:
    """Everything that is needed to reach a device and to log in; secrets stay out of its text."""

    device: str
    address: str
    port: int
    username: str
    password: str | None = field(repr=False)
    passphrase: str | None = field(repr=False)
    key_files: tuple[Path, ...]
    allow_agent: bool
    strict: bool
    known_hosts: tuple[Path, ...]
    alias: str
    proxy: tuple[str, ...]
    conn_timeout: float
    banner_timeout: float
    auth_timeout: float
    keepalive: int
    disabled_algorithms: Mapping[str, Any] | None
    session: Mapping[str, Any] = field(repr=False)

    @property
    def credentials(self) -> tuple[object, ...]:
        """What is offered to a device, over whichever transport: refused by one, it is not offered to another."""
        return self.username, self.password, self.passphrase, self.key_files, self.allow_agent


def options_of(host: Host) -> SshOptions:
    """Read a Nornir host's connection options; nothing of them is shared with another host."""
    given = host.get_connection_parameters(CONNECTION)
    # Nornir hands out a group's dictionary itself, the same one to every host of the group.
    extras = copy.deepcopy(given.extras or {})
    _check(host.name, extras)
    address = given.hostname or host.name
    file = _configuration_file(host.name, extras)
    configured = _ssh_configuration(host.name, file, address, given.port, given.username)
    address = _one(configured, "hostname", address)
    port = given.port or int(_one(configured, "port", "22"))
    known_hosts = _known_hosts(extras, configured)
    key_files, agent = _keys(extras, configured, has_password=bool(given.password))
    return SshOptions(
        device=host.name,
        address=address,
        port=port,
        username=given.username or _one(configured, "user", "") or getpass.getuser(),
        password=given.password or None,
        passphrase=extras.get("passphrase"),
        key_files=key_files,
        allow_agent=agent,
        strict=bool(extras.get("ssh_strict", True)),
        known_hosts=known_hosts,
        alias=_one(configured, "hostkeyalias", ""),
        proxy=_proxy(configured, file, address, port),
        conn_timeout=float(extras.get("conn_timeout", 10)),
        banner_timeout=float(extras.get("banner_timeout", 15)),
        auth_timeout=float(extras.get("auth_timeout") or 30),
        keepalive=int(extras.get("keepalive", 0)),
        disabled_algorithms=extras.get("disabled_algorithms"),
        session={key: value for key, value in extras.items() if key in _PASSED_ON},
    )


def _check(device: str, extras: Mapping[str, Any]) -> None:
    where = f"{device}: connection_options.{CONNECTION}.extras"
    for key, value in extras.items():
        if key not in _OURS | _PASSED_ON:
            reason = "is not supported here" if key in _NETMIKO else "is unknown to netmiko"
            known = ", ".join(sorted(_OURS | _PASSED_ON))
            raise UsageError(f"{where}.{key}: {reason}", hint=f"Known are {known}.")
        if key in _FLAGS and not isinstance(value, bool):
            raise UsageError(f"{where}.{key}: is not true or false")
        if key in _SECONDS and value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise UsageError(f"{where}.{key}: is not a number of seconds")


def _configuration_file(device: str, extras: Mapping[str, Any]) -> Path | None:
    named = extras.get("ssh_config_file")
    file = Path(named or "~/.ssh/config").expanduser()
    if file.is_file():
        return file
    if named:
        raise UsageError(f"{device}: the SSH configuration {file} does not exist")
    return None


def _ssh_configuration(
    device: str, file: Path | None, address: str, port: int | None, username: str | None
) -> dict[str, list[str]]:
    """Ask OpenSSH what its configuration says: it alone knows Include, Match and every token."""
    if file is None:
        return {}
    command = ["ssh", "-G", "-F", str(file)]
    command += ["-p", str(port)] if port else []
    command += ["-l", username] if username else []
    try:
        words = [*command, "--", address]
        done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 - no shell
    except FileNotFoundError as error:
        raise UsageError(f"{device}: {file} can only be read with OpenSSH's ssh, which is not installed") from error
    if done.returncode != 0:
        raise UsageError(f"{device}: ssh cannot read {file}: {done.stderr.strip()}")
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        key, _, value = line.partition(" ")
        found.setdefault(key.lower(), []).append(value)
    return found


def _one(configured: Mapping[str, Sequence[str]], key: str, default: str) -> str:
    value = configured.get(key, [default])[0]
    return default if value == "none" else value


def _proxy(configured: Mapping[str, Sequence[str]], file: Path | None, address: str, port: int) -> tuple[str, ...]:
    """Return the program whose input and output are the connection; a jump is made by OpenSSH itself."""
    command = _one(configured, "proxycommand", "")
    if command:
        values = {"%h": address, "%p": str(port), "%%": "%"}
        words = shlex.split(command.removeprefix("exec "))
        return tuple(re.sub("%[hp%]", lambda token: values[token[0]], word) for word in words)
    jumps = _one(configured, "proxyjump", "")
    if not jumps:
        return ()
    *before, last = jumps.split(",")
    first = ["-J", ",".join(before)] if before else []
    uri = last if last.startswith("ssh://") else f"ssh://{last}"  # understood with and without a port
    # BatchMode: nobody is there to answer a question about the jump host's key or password.
    return ("ssh", "-F", str(file), "-o", "BatchMode=yes", *first, "-W", f"[{address}]:{port}", uri)


def _known_hosts(extras: Mapping[str, Any], configured: Mapping[str, Sequence[str]]) -> tuple[Path, ...]:
    """Return the files to look into; what is learnt goes into the first."""
    files: list[Path] = []
    if extras.get("alt_host_keys") and extras.get("alt_key_file"):
        files.append(Path(extras["alt_key_file"]).expanduser())
    if extras.get("system_host_keys", True):
        named = _one(configured, "userknownhostsfile", "").split() or ["~/.ssh/known_hosts"]
        files += [Path(name).expanduser() for name in named]
    return tuple(dict.fromkeys(files))


def _keys(
    extras: Mapping[str, Any], configured: Mapping[str, Sequence[str]], *, has_password: bool
) -> tuple[tuple[Path, ...], bool]:
    """Choose key files and agent: what the inventory names, else what ssh would offer; a given password goes alone."""
    if extras.get("key_file"):
        return (Path(extras["key_file"]).expanduser(),), bool(extras.get("allow_agent", False))
    search = bool(extras.get("use_keys", not has_password))
    agent = bool(extras.get("allow_agent", not has_password))
    if not search:
        return (), agent
    names = configured.get("identityfile") or [f"~/.ssh/id_{kind}" for kind in ("ed25519", "ecdsa", "rsa")]
    return tuple(path for name in names if (path := Path(name).expanduser()).is_file()), agent
