"""Emulated devices behind their transports, in a thread of this process."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

import asyncssh

from lab.emulated.device import Device
from lab.emulated.ssh import Address, SshFront, known_hosts

HOST = "127.0.0.1"
# How long a timer of a device may be late on the wall clock.
TICK = 0.2
START = 60
Made = TypeVar("Made")


class Front(Protocol):
    """A transport that listens for devices. A system without its own (`front(executor)`) is reached by SSH."""

    async def listen(self, device: Device, host: str, port: int) -> Address:
        """Listen for a device, port 0 for any, and return where. Raises OSError."""
        ...

    async def close(self) -> None:
        """Stop listening and end every connection."""
        ...


class Emulation:
    """Devices that can be called: `ports` says where each one listens.

    `addresses` are (host, port) pairs by device; a device without one gets any port of 127.0.0.1. With `host_key` the
    SSH host key is read from there, or made and written there; `known_hosts` is a file to write.
    """

    def __init__(
        self,
        devices: Iterable[Device],
        *,
        addresses: Mapping[str, Address] | None = None,
        host_key: Path | None = None,
        known_hosts: Path | None = None,
    ) -> None:
        self.devices = {device.name: device for device in devices}
        self.where: dict[str, Address] = {}
        self._wanted = dict(addresses or {})
        self._key = _host_key(host_key)
        self._known_hosts = known_hosts
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="emulated devices", daemon=True)
        self._executor = ThreadPoolExecutor(max_workers=32, thread_name_prefix="asked of the network")
        self._fronts: dict[str, Front] = {}
        self._ticking: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        """Start listening. Raises OSError for an address that is taken."""
        self._thread.start()
        try:
            self.run(self._listen(), START)
        except BaseException:
            self.close()
            raise
        if self._known_hosts:
            self._known_hosts.write_text(known_hosts(self._key, self.where.values()))
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.close()

    @property
    def ports(self) -> dict[str, int]:
        """The port of each device."""
        return {name: port for name, (_, port) in self.where.items()}

    def device(self, name: str) -> Device:
        """Return a device. Raises KeyError."""
        return self.devices[name]

    def advance(self, seconds: float, name: str = "") -> None:
        """Let time pass on the clock of one device, or of all, and do what is due."""
        clocks = {id(device.clock): device for device in ([self.devices[name]] if name else self.devices.values())}
        for device in clocks.values():
            with device.lock:
                device.clock.advance(seconds)

    def run(self, work: Coroutine[Any, Any, Made], seconds: float | None = None) -> Made:
        """Do something in the loop that the devices listen in, from another thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    async def _listen(self) -> None:
        for name, device in self.devices.items():
            host, port = self._wanted.get(name, (HOST, 0))
            self.where[name] = await self._front(device).listen(device, host, port)
        self._ticking = asyncio.get_running_loop().create_task(self._tick())

    def _front(self, device: Device) -> Front:
        """Return the transport of a device's system, one for all of its devices."""
        if device.system.name not in self._fronts:
            own: Callable[[Executor], Front] | None = getattr(device.system, "front", None)
            self._fronts[device.system.name] = own(self._executor) if own else SshFront(self._key, self._executor)
        return self._fronts[device.system.name]

    async def _tick(self) -> None:
        """Do what is due on the devices' clocks though nobody asks them anything."""
        while True:
            await asyncio.sleep(TICK)
            for device in self.devices.values():
                if device.clock.waiting and device.clock.waiting <= device.clock.now():
                    await asyncio.get_running_loop().run_in_executor(self._executor, device.due)

    async def _close(self) -> None:
        if self._ticking:
            self._ticking.cancel()
        for front in self._fronts.values():
            await front.close()
        # What was cut ends in the next turns of the loop.
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        if others:
            await asyncio.wait(others, timeout=1)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def close(self) -> None:
        """Stop listening, end every connection and the thread."""
        if self._loop.is_closed():
            return
        if self._thread.is_alive():
            self.run(self._close(), START)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._loop.close()


def _host_key(path: Path | None) -> asyncssh.SSHKey:
    """Read a host key, or make one and keep it."""
    if path and path.exists():
        return asyncssh.read_private_key(path)
    key = asyncssh.generate_private_key("ssh-ed25519")
    if path:
        path.touch(mode=0o600)
        path.write_bytes(key.export_private_key())
    return key
