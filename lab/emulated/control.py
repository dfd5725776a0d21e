"""Questions and orders to emulated devices in a process of their own: JSON, one request and one answer per line.

{"do": "stats"}                                            counters of every device
{"do": "fault", "device": "r1", "fault": {"kind": ...}}    set a fault; see `Fault`
{"do": "clear", "device": "r1", "kind": "stall"}           take faults away; without a kind all of the device
{"do": "advance", "seconds": 60, "device": "r1"}           let time pass; without a device on every one
{"do": "configuration", "device": "r1"}                    running and startup configuration
{"do": "reload", "device": "r1"}                           restart
{"do": "type", "device": "r1", "lines": ["..."]}           somebody else types configuration lines, and commits them
                                                           unless `commit` is false; answered with what was `said`
{"do": "confirm", "device": "r1"}                          somebody else confirms what is armed; answered likewise
{"do": "usage"}                                            memory and processor time of the process
{"do": "stop"}                                             end the process
"""

import asyncio
import json
import resource
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lab.emulated import somebody
from lab.emulated.faults import Fault
from lab.emulated.server import Emulation
from lab.errors import LabError

SOCKET = "control"
Request = Mapping[str, Any]
LONGEST = 2**24


class Control:
    """Answers requests about an emulation on a socket in a folder."""

    def __init__(self, emulation: Emulation, folder: Path, stop: Callable[[], None]) -> None:
        self.emulation = emulation
        self.path = folder / SOCKET
        self._stop = stop
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen; whoever can connect knows that the devices listen too. Raises OSError."""
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self.path, limit=LONGEST)
        self.path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.close()
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            while line := await reader.readline():
                answer = await asyncio.get_running_loop().run_in_executor(None, self.answer, line)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        writer.close()

    def answer(self, line: bytes) -> dict[str, Any]:
        """Answer a request; what is wrong with it is the answer too."""
        try:
            request = json.loads(line)
            return {"ok": True, **self._orders()[request["do"]](request)}
        except KeyError as error:
            return {"error": f"there is no {error.args[0]}"}
        except (ValueError, TypeError) as error:
            return {"error": str(error)}

    def _orders(self) -> dict[str, Callable[[Request], dict[str, Any]]]:
        return {
            "stats": self._stats,
            "fault": self._fault,
            "clear": self._clear,
            "advance": self._advance,
            "configuration": self._configuration,
            "reload": self._reload,
            "type": self._type,
            "confirm": self._confirm,
            "usage": usage,
            "stop": self._end,
        }

    def _stats(self, _: Request) -> dict[str, Any]:
        devices = {
            name: {
                **asdict(device.counters),
                "sessions": len(device.sessions),
                "faults": device.faults.listed(),
                "host": self.emulation.where[name][0],
                "port": self.emulation.where[name][1],
            }
            for name, device in self.emulation.devices.items()
        }
        return {"devices": devices}

    def _fault(self, request: Request) -> dict[str, Any]:
        self.emulation.device(request["device"]).faults.add(Fault(**request["fault"]))
        return {}

    def _clear(self, request: Request) -> dict[str, Any]:
        self.emulation.device(request["device"]).faults.clear(request.get("kind", ""))
        return {}

    def _advance(self, request: Request) -> dict[str, Any]:
        self.emulation.advance(float(request["seconds"]), request.get("device", ""))
        return {}

    def _configuration(self, request: Request) -> dict[str, Any]:
        device = self.emulation.device(request["device"])
        with device.lock:
            return {"running": device.running.text(), "startup": device.startup}

    def _reload(self, request: Request) -> dict[str, Any]:
        self.emulation.device(request["device"]).reload()
        return {}

    def _type(self, request: Request) -> dict[str, Any]:
        device, commit = self.emulation.device(request["device"]), bool(request.get("commit", True))
        return {"said": somebody.types(device, request["lines"], commit=commit)}

    def _confirm(self, request: Request) -> dict[str, Any]:
        return {"said": somebody.confirms(self.emulation.device(request["device"]))}

    def _end(self, _: Request) -> dict[str, Any]:
        self._stop()
        return {}


def usage(_: Request) -> dict[str, Any]:
    """Return the memory and the processor time that this process took."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"memory_kilobytes": used.ru_maxrss, "cpu_seconds": used.ru_utime + used.ru_stime}


def ask(folder: Path, request: Request, seconds: float = 30) -> dict[str, Any]:
    """Send a request to the emulated devices of a folder. Raises LabError when none answer, or refuse it."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(seconds)
            line.connect(str(folder / SOCKET))
            line.sendall(json.dumps(request).encode() + b"\n")
            with line.makefile("rb") as answers:
                answer: dict[str, Any] = json.loads(answers.readline() or b'{"error": "they ended"}')
    except OSError as error:
        raise LabError(f"no emulated devices answer in {folder}: {error}") from error
    if "error" in answer:
        raise LabError(f"the emulated devices refused {request.get('do')}: {answer['error']}")
    return answer
