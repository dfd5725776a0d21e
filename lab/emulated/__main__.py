"""Serve the emulated devices that a folder describes: `python -m lab.emulated FOLDER [--detached]`."""

import os
import signal
import sys
import threading
from pathlib import Path

from lab.emulated.control import Control
from lab.emulated.description import HOST_KEY, KNOWN_HOSTS, devices, read
from lab.emulated.server import Emulation
from lab.errors import LabError


def main(arguments: list[str]) -> int:
    """Serve until the control socket, a signal or the end of standard input says stop."""
    folder, stop = Path(arguments[0]), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        described = read(folder)
        emulation = Emulation(
            devices(described),
            addresses={one.node.name: (one.host, one.port) for one in described},
            host_key=folder / HOST_KEY,
            known_hosts=folder / KNOWN_HOSTS,
        )
        with emulation:
            control = Control(emulation, folder, stop.set)
            emulation.run(control.open())
            if "--detached" not in arguments:
                threading.Thread(target=_watch, args=(stop,), daemon=True).start()
            stop.wait()
            emulation.run(control.close())
    except (LabError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _watch(stop: threading.Event) -> None:
    """Say stop when standard input ends: whoever started this is gone."""
    while os.read(0, 1):
        pass
    stop.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
