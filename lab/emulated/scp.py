"""The receiving end of `scp -t`: what a client sends, without a transport, and the file that comes of it."""

import re

from lab.emulated.device import Device

HEADER = re.compile(rb"C[0-7]{4} (\d+) ([^\n/]+)\n")
TIMES = re.compile(rb"T[^\n]*\n")
GOOD = b"\0"


class ScpSink:
    """One transfer to the flash of a device; `finished` once the file is there or refused."""

    def __init__(self, device: Device, path: str) -> None:
        self.device = device
        self.path = path
        self.finished = False
        self.failed = False
        self._buffer = b""
        self._expected = -1
        self._name = ""

    def start(self) -> bytes:
        """Return what is said first."""
        return GOOD

    def feed(self, data: bytes) -> bytes:
        """Take bytes of the client and return the answer to them."""
        self._buffer += data
        said = b""
        while not self.finished:
            step = self._content() if self._expected >= 0 else self._header()
            if not step:
                break
            said += step
        return said

    def _header(self) -> bytes:
        times = TIMES.match(self._buffer)
        if times:
            self._buffer = self._buffer[times.end() :]
            return GOOD
        found = HEADER.match(self._buffer)
        if not found:
            return self._refuse("protocol error") if b"\n" in self._buffer else b""
        self._buffer = self._buffer[found.end() :]
        self._expected, self._name = int(found[1]), found[2].decode(errors="replace")
        return GOOD

    def _content(self) -> bytes:
        if len(self._buffer) <= self._expected:
            return b""
        content = self._buffer[: self._expected]
        name = file_name(self.path) or self._name
        self.finished = True
        with self.device.lock:
            written = self.device.write(name, content)
        return GOOD if written else self._refuse(f"{self.path}: No space left on device")

    def _refuse(self, reason: str) -> bytes:
        self.finished = self.failed = True
        return b"\1" + reason.encode() + b"\n"


def file_name(path: str) -> str:
    """Return the name of a file without its file system: `flash:/a.txt`, `flash:a.txt`, `bootflash:a.txt`, `a.txt`."""
    return path.strip().strip("\"'").rpartition(":")[2].lstrip("/")
