"""A headless Chromium that is spoken to over its own pipe: no port, no driver, no library."""

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LONGEST = 30.0
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--remote-debugging-pipe", "--proxy-server=127.0.0.1:9",
)  # fmt: skip
READS, WRITES = 3, 4
"""The descriptors on which Chromium reads commands and writes answers."""


class Browser:
    """One page of one Chromium; `requested` is every address that the page has asked for."""

    def __init__(self, pid: int, to: int, back: int) -> None:
        self.pid, self._to, self._back = pid, to, back
        self._rest, self._number, self._session = b"", 0, ""
        self.requested: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command and return its result; raises AssertionError where Chromium refuses it."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0") if len(str(message)) < 1000 else self._send(message)
        while True:
            answer = self._message()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                result: dict[str, Any] = answer["result"]
                return result

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]

    def _message(self) -> dict[str, Any]:
        """The next message of Chromium."""
        deadline = time.monotonic() + LONGEST
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._back], [], [], max(0, deadline - time.monotonic()))
            data = os.read(self._back, 1 << 16) if ready else b""
            assert data, "Chromium said nothing, or ended"
            self._rest += data
        told, self._rest = self._rest.split(b"\0", 1)
        message: dict[str, Any] = json.loads(told)
        if message.get("method") == "Network.requestWillBeSent":
            self.requested.append(message["params"]["request"]["url"])
        return message

    def open(self, path: Path) -> None:
        """Show a file and wait until it is there whole."""
        self.requested.clear()
        self.call("Page.navigate", url=path.as_uri())
        deadline = time.monotonic() + LONGEST
        while self.evaluate("document.readyState + location.href") != f"complete{path.as_uri()}":
            assert time.monotonic() < deadline, f"{path} was not loaded"

    def emulate(self, *, scheme: str = "light", media: str = "screen", width: int = 1100) -> None:
        """Show the page as a person with a light or dark screen of a width sees it, or as it is printed."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=1400, deviceScaleFactor=1, mobile=False)

    def evaluate(self, script: str) -> Any:
        """Run a script in the page and return its value."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self, path: Path) -> None:
        """Save the whole page as a PNG."""
        told = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(told["data"]))

    def printed(self) -> bytes:
        """The page as a PDF of A4 sheets."""
        told = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        return base64.b64decode(told["data"])


@contextlib.contextmanager
def browser(program: str, profile: Path) -> Iterator[Browser]:
    """Start Chromium with a profile of its own; it is gone afterwards, with every process of its own."""
    their_in, our_out = os.pipe()
    our_in, their_out = os.pipe()
    reads, writes = (fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (their_in, their_out))
    pid = os.posix_spawn(
        program,
        [program, *FLAGS, f"--user-data-dir={profile}"],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, reads, READS),
            (os.POSIX_SPAWN_DUP2, writes, WRITES),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
        setpgroup=0,
    )
    for end in (their_in, their_out, reads, writes):
        os.close(end)
    try:
        yield Browser(pid, our_out, our_in)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(our_out)
        os.close(our_in)
        shutil.rmtree(profile, ignore_errors=True)
