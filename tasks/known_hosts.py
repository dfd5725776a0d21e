"""A known_hosts file as OpenSSH reads it: hashed names, patterns, and keys that are revoked.

Paramiko's own reader gives up on a file with an `@revoked` or `@cert-authority` line, and knows no patterns.
"""

import fnmatch
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

from loopwright.errors import UsageError

_FIELDS = 3  # names, type, key


@dataclass
class KnownHostsFile:
    """The lines of one file; keys are only decoded for the hosts that are asked for."""

    path: Path
    exact: dict[str, list[str]] = field(default_factory=dict)
    others: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)

    def keys(self, alias: str) -> list[paramiko.PKey]:
        """Return the keys that are known for a host."""
        lines = [*self.exact.get(alias, ()), *(line for names, line in self.others if _matches(alias, names))]
        found = [key for line in lines if (key := self._decode(line)) is not None]
        return [key for key in found if not self.revokes(key)]

    def revokes(self, key: paramiko.PKey) -> bool:
        """Tell whether a key is one that must never be trusted."""
        return key.get_base64() in self.revoked

    def _decode(self, line: str) -> paramiko.PKey | None:
        try:
            entry = HostKeyEntry.from_line(line)
        except (InvalidHostKey, paramiko.SSHException) as error:
            raise UsageError(f"{self.path}: holds a host key that cannot be read: {line[:60]}") from error
        return None if entry is None else entry.key


def read(path: Path, text: str | None = None) -> KnownHostsFile:
    """Read a file, or its text where it is open already; one that does not exist knows nobody."""
    if text is None:
        try:
            text = path.read_text(errors="replace") if path.exists() else ""
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    file = KnownHostsFile(path)
    for line in text.splitlines():
        _add(file, line.strip())
    return file


def _add(file: KnownHostsFile, line: str) -> None:
    fields = line.split()
    if len(fields) < _FIELDS or line.startswith("#"):
        return
    if fields[0] == "@revoked":
        file.revoked.add(fields[-1] if len(fields) == _FIELDS else fields[3])
    elif not line.startswith("@"):  # no certificates: a device without a plain key of its own is unknown
        names = tuple(fields[0].split(","))
        if any(name.startswith(("|", "!")) or "*" in name or "?" in name for name in names):
            file.others.append((names, line))
            return
        for name in names:
            file.exact.setdefault(name, []).append(line)


def _matches(alias: str, names: tuple[str, ...]) -> bool:
    if any(name.startswith("!") and fnmatch.fnmatchcase(alias, _pattern(name[1:])) for name in names):
        return False
    return any(_is(alias, name) for name in names if not name.startswith("!"))


def _is(alias: str, name: str) -> bool:
    if name.startswith("|1|"):
        return bool(paramiko.HostKeys.hash_host(alias, name) == name)
    return fnmatch.fnmatchcase(alias, _pattern(name))


def _pattern(name: str) -> str:
    """Write a name so that its brackets stand for themselves."""
    return name.replace("[", "[[]")
