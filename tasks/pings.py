"""Pings that a device runs: on channels of the same SSH connection, or at its terminal."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import paramiko

from loopwright.device import Ping, PingRequest
from loopwright.errors import SessionLost
from loopwright.session_words import PingWords
from tasks.terminal import Terminal

AT_ONCE = 8  # OpenSSH allows ten sessions on a connection, and the terminal is one
MARGIN = 10.0  # to open a channel, to start the program, to resolve nothing
RELEASES = 6  # how often a channel is asked for again while the one before is being closed: 2.5 s in all
_CHUNK = 4096


class NoChannel(Exception):
    """The device opens no further channel on this connection."""


def run_pings(terminal: Terminal, words: PingWords | None, requests: Sequence[PingRequest]) -> tuple[Ping, ...]:
    """Run all requests and return their results in order."""
    if words is None:
        return tuple(Ping(request, 0, "the platform offers no ping") for request in requests)
    if words.via == "terminal":
        return tuple(_at_terminal(terminal, words, request) for request in requests)
    return _Pings(terminal, words, requests).run()


def ping_command(words: PingWords, request: PingRequest) -> str | None:
    """Fill in the platform's command; None where it has none for a VRF."""
    template = words.template(vrf=request.vrf != "default", ipv6=":" in request.destination)
    if not template:
        return None
    values = {"vrf": request.vrf, "source": request.source, "destination": request.destination}
    return template.format(**values, count=request.count, timeout=request.timeout)


def _limit(words: PingWords, request: PingRequest) -> float:
    """Return the seconds after which a ping cannot be running any more by itself."""
    return request.count * max(words.interval, request.timeout) + MARGIN


def read_ping(words: PingWords, request: PingRequest, text: str) -> Ping:
    """Read the result out of what was printed; what has no result says why it could not run."""
    found = words.received.search(text)
    if found:
        return Ping(request, int(found["received"]))
    said = [line.strip() for line in text.splitlines() if line.strip()]
    return Ping(request, 0, said[-1] if said else "ended without a word")


def _at_terminal(terminal: Terminal, words: PingWords, request: PingRequest) -> Ping:
    command = ping_command(words, request)
    if command is None:
        return Ping(request, 0, "the platform cannot ping inside a VRF")
    return read_ping(words, request, terminal.exchange([command], _limit(words, request))[0].text)


class _Pings:
    """A queue of requests, and workers that each hold one channel at a time."""

    def __init__(self, terminal: Terminal, words: PingWords, requests: Sequence[PingRequest]) -> None:
        self._terminal = terminal
        self._transport = terminal.transport
        self._words = words
        self._requests = requests
        self._waiting = deque(range(len(requests)))
        self._results: dict[int, Ping] = {}
        self._lock = threading.Lock()

    def run(self) -> tuple[Ping, ...]:
        workers = min(AT_ONCE, len(self._requests))
        if workers <= 1:
            self._work()
        else:
            with ThreadPoolExecutor(workers) as pool:
                for done in [pool.submit(self._work) for _ in range(workers)]:
                    done.result()
        refused = "the device opens no further session on the connection"
        return tuple(
            self._results.get(number) or Ping(request, 0, refused) for number, request in enumerate(self._requests)
        )

    def _work(self) -> None:
        """Take requests until none is left; a worker that never gets a channel leaves its request to the others."""
        served = refused = 0
        while True:
            with self._lock:
                if not self._waiting:
                    return
                number = self._waiting.popleft()
            try:
                result = self._ping(self._requests[number])
            except NoChannel:
                with self._lock:
                    self._waiting.appendleft(number)
                refused += 1
                if not served or refused > RELEASES:
                    return
                # The device has not yet let go of the channel that this worker has just closed, and tells nobody when.
                threading.Event().wait(0.02 * 2**refused)
            else:
                served, refused = served + 1, 0
                with self._lock:
                    self._results[number] = result

    def _ping(self, request: PingRequest) -> Ping:
        command = ping_command(self._words, request)
        if command is None:
            return Ping(request, 0, "the platform cannot ping inside a VRF")
        seconds = _limit(self._words, request)
        deadline = time.monotonic() + seconds
        channel = self._channel(seconds)
        try:
            channel.set_combine_stderr(True)
            channel.settimeout(seconds)
            channel.exec_command(command)
            return read_ping(self._words, request, self._output(channel, deadline))
        except TimeoutError:
            return Ping(request, 0, f"did not end within {seconds:.0f} s")
        except (paramiko.SSHException, EOFError, OSError) as error:
            if not self._transport.is_active():
                raise SessionLost(self._terminal.name, f"the connection broke: {error}") from error
            return Ping(request, 0, f"the device refused to run it: {error}")
        finally:
            channel.close()

    def _channel(self, seconds: float) -> paramiko.Channel:
        try:
            return self._transport.open_session(timeout=seconds)
        except (paramiko.SSHException, EOFError, OSError) as error:
            # Of several refusals at once paramiko tells the reason to one thread only.
            if self._transport.is_active():
                raise NoChannel from error
            raise SessionLost(self._terminal.name, f"no channel could be opened: {error}") from error

    def _output(self, channel: paramiko.Channel, deadline: float) -> str:
        pieces: list[bytes] = []
        while True:
            channel.settimeout(max(0.001, deadline - time.monotonic()))
            piece = channel.recv(_CHUNK)
            if not piece:
                return b"".join(pieces).decode("utf-8", "replace")
            pieces.append(piece)
