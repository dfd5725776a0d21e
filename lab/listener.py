"""The one process outside the namespaces: it hands each SSH connection to an sshd inside its router.

It watches the owner of the network, and takes the whole network down when that process ends.
Started as `python -m lab.listener FOLDER`, it prints the port of each router once all of them listen.
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from lab.folder import Folder
from lab.namespaces import enter
from lab.programs import SBIN, SSHD
from lab.ssh import LOCALHOST
from lab.teardown import clear

BACKLOG = 256
Handler = Callable[[], None]


class Door:
    """The SSH port of one router: open, closed, or hanging."""

    def __init__(self, folder: Folder, router: str, port: int = 0) -> None:
        """Take a free port and listen on it."""
        home = folder.router(router)
        self.router = router
        self.argv = [*enter(folder, router), SSHD, "-i", "-e", "-f", str(home / "sshd_config")]
        self.log = home / "sshd.log"
        self.hanging = False
        self.held: list[socket.socket] = []
        self.socket = self._bound(port)
        self.socket.listen(BACKLOG)
        self.port: int = self.socket.getsockname()[1]

    def _bound(self, port: int) -> socket.socket:
        """Return a socket bound to this router's port, not listening yet."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOCALHOST, port))
        bound.setblocking(False)
        return bound

    def close(self) -> None:
        """Refuse connections, keep the port, and let go of the connections that were left hanging."""
        self.socket.close()
        self.socket = self._bound(self.port)
        self.hanging = False
        for connection in self.held:
            connection.close()
        self.held.clear()

    def accept(self) -> subprocess.Popen[bytes] | None:
        """Hand the next connection to an sshd inside the router; tell of one that could not be handed over."""
        try:
            connection, _ = self.socket.accept()
            if not self.hanging:
                return self._hand_over(connection)
            self.held.append(connection)
        except OSError as error:
            sys.stderr.write(f"{self.router}: {error}\n")
        return None

    def _hand_over(self, connection: socket.socket) -> subprocess.Popen[bytes]:
        """Start an sshd whose standard input and output are a connection."""
        # sshd switches the delay off only for terminals; without it short exec answers wait for an acknowledgement.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setblocking(True)
        with connection, self.log.open("ab") as log:
            return subprocess.Popen(
                self.argv,
                stdin=connection.fileno(),
                stdout=connection.fileno(),
                stderr=log,
                env={"PATH": SBIN},
                start_new_session=True,
            )


class Listener:
    """All doors of a network, the socket that controls them, and the watch over the owner."""

    def __init__(self, folder: Folder, owner: int | None) -> None:
        """Open nothing yet."""
        self.folder = folder
        self.selector = selectors.DefaultSelector()
        self.doors: dict[str, Door] = {}
        self.ended = False
        self._watch_signals()
        if owner is not None:
            self._watch_owner(owner)
        self._open_control()

    def open(self, router: str) -> None:
        """Listen for one router."""
        door = Door(self.folder, router)
        self.doors[router] = door
        self._listen(door)

    def serve(self) -> None:
        """Answer until told to end."""
        while not self.ended:
            for key, _ in self.selector.select():
                handler: Handler = key.data
                handler()

    def _listen(self, door: Door) -> None:
        """Wait for connections of one door."""
        self.selector.register(door.socket, selectors.EVENT_READ, lambda: self._connect(door))

    def _connect(self, door: Door) -> None:
        """Start an sshd for a connection and collect it when it has ended."""
        session = door.accept()
        if session is None:
            return
        process = os.pidfd_open(session.pid)
        self.selector.register(process, selectors.EVENT_READ, lambda: self._collect(process, session))

    def _collect(self, process: int, session: subprocess.Popen[bytes]) -> None:
        """Take the exit code of an sshd, so that nothing is left of it."""
        self.selector.unregister(process)
        os.close(process)
        session.wait()

    def _watch_signals(self) -> None:
        """End on SIGTERM and SIGINT."""
        signals = (signal.SIGTERM, signal.SIGINT)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        for number in signals:
            signal.signal(number, lambda *_: sys.exit(0))

    def _watch_owner(self, owner: int) -> None:
        """Take the network down when its owner ends."""
        try:
            process = os.pidfd_open(owner)
        except ProcessLookupError:
            self._owner_ended()
            return
        self.selector.register(process, selectors.EVENT_READ, self._owner_ended)

    def _owner_ended(self) -> None:
        """Take everything down, this process last."""
        self.ended = True
        # Whoever still waits for the ports holds the lock: let them see that there will be none.
        end_answer()
        with self.folder.locked():
            clear(self.folder)

    def _open_control(self) -> None:
        """Listen on the control socket."""
        control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        control.bind(str(self.folder.control))
        control.listen(16)
        self.selector.register(control, selectors.EVENT_READ, lambda: self._control(control))

    def _control(self, control: socket.socket) -> None:
        """Carry out one request: a word and a router, answered by `ok` or by what is wrong."""
        connection, _ = control.accept()
        with connection:
            connection.settimeout(2)
            try:
                word, _, router = connection.recv(256).decode().strip().partition(" ")
                connection.sendall(self._carry_out(word, router).encode())
            except OSError as error:
                sys.stderr.write(f"control: {error}\n")

    def _carry_out(self, word: str, router: str) -> str:
        """Change one door and say how that went."""
        if word == "alive":
            return "ok"
        door = self.doors.get(router)
        if door is None or word not in ("stop", "start", "hang"):
            return f"not understood: {word} {router}"
        # A closed door is not watched: a socket that does not listen would be reported as ready for ever.
        if door.socket in self.selector.get_map():
            self.selector.unregister(door.socket)
        door.close()
        if word != "stop":
            door.hanging = word == "hang"
            door.socket.listen(BACKLOG)
            self._listen(door)
        return "ok"


def end_answer() -> None:
    """Let whoever waits for the ports go on: what is printed from here on goes to the log."""
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def main() -> None:
    """Serve the network whose folder is the only argument."""
    path = Path(sys.argv[1])
    folder = Folder(path.name, path)
    state = folder.read()
    listener = Listener(folder, state.owner)
    if not listener.ended:
        for router in state.topology.names:
            listener.open(router)
        sys.stdout.write(json.dumps({name: door.port for name, door in listener.doors.items()}) + "\n")
        end_answer()
    listener.serve()


if __name__ == "__main__":
    main()
