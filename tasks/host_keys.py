"""Host keys: a device is only spoken to when it is the one that known_hosts knows, or a new one that may be learnt."""

import fcntl
import os
import threading
from dataclasses import dataclass
from pathlib import Path

import paramiko
from paramiko.config import SSH_PORT

from loopwright.errors import HostKeyError
from tasks.known_hosts import KnownHostsFile, read


@dataclass(frozen=True, slots=True, order=True)
class LearntKey:
    """A host key that was unknown and is now trusted."""

    device: str
    name: str
    type: str
    fingerprint: str
    file: str


@dataclass(frozen=True, slots=True)
class HostPlace:
    """A device, its name in known_hosts, and the files to look into; what is learnt goes into the first."""

    device: str
    alias: str
    files: tuple[Path, ...]


class KnownHosts:
    """The known_hosts files of a run, each read once; `learnt` holds what `accept_new` has added to them."""

    def __init__(self, *, accept_new: bool = False) -> None:
        self.accept_new = accept_new
        self.learnt: list[LearntKey] = []
        self._lock = threading.Lock()
        self._files: dict[Path, KnownHostsFile] = {}

    def guard(self, client: paramiko.SSHClient, name: str, place: HostPlace) -> None:
        """Make a client accept only the keys that are known of a place; `name` is what paramiko calls it."""
        found = False
        for file in place.files:
            for key in self.file(file).keys(place.alias):
                client.get_host_keys().add(name, key.get_name(), key)
                found = True
        policy = paramiko.RejectPolicy() if found else _Unknown(self, place)
        client.set_missing_host_key_policy(policy)

    def learn(self, place: HostPlace, key: paramiko.PKey) -> None:
        """Append a key to a known_hosts file, unless somebody else has written another one for the host meanwhile."""
        file = place.files[0]
        with self._lock:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "r+") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX)
                text = stream.read()
                known = read(file, text).keys(place.alias)
                if known and key not in known:
                    raise changed(place.device, key)
                if not known:
                    gap = "" if not text or text.endswith("\n") else "\n"
                    stream.write(f"{gap}{place.alias} {key.get_name()} {key.get_base64()}\n")
            self._files.pop(file, None)
            self.learnt.append(LearntKey(place.device, place.alias, key.get_name(), key.fingerprint, str(file)))

    def file(self, path: Path) -> KnownHostsFile:
        """Return a file, read once in a run."""
        with self._lock:
            if path not in self._files:
                self._files[path] = read(path)
            return self._files[path]


class _Unknown(paramiko.MissingHostKeyPolicy):
    """What to do with a device that no file knows: learn its key where that is allowed, else refuse it."""

    def __init__(self, hosts: KnownHosts, place: HostPlace) -> None:
        self._hosts = hosts
        self._place = place

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        """Return where the key may be trusted, else raise."""
        place = self._place
        for file in place.files:
            if self._hosts.file(file).revokes(key):
                raise HostKeyError(place.device, f"shows a host key that {file} calls revoked: {key.fingerprint}")
        if self._hosts.accept_new and place.files:
            self._hosts.learn(place, key)
            return
        where = ", ".join(str(file) for file in place.files) or "any known_hosts file: the inventory names none"
        raise HostKeyError(
            place.device,
            f"its host key is not in {where}; it shows {key.get_name()} {key.fingerprint} for {place.alias}",
            hint="Compare the fingerprint, then run with --accept-new-host-keys, or add the key by ssh-keyscan.",
        )


def changed(device: str, key: paramiko.PKey) -> HostKeyError:
    """Return the error for a device that shows another key than the one that is known."""
    return HostKeyError(
        device,
        f"shows another host key than the one in known_hosts: {key.get_name()} {key.fingerprint}",
        hint="If the device was replaced, remove the old key with ssh-keygen -R; else somebody may be in between.",
    )


def name_of(address: str, port: int) -> str:
    """Return a host's name as known_hosts writes it."""
    return address if port == SSH_PORT else f"[{address}]:{port}"
