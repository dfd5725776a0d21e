"""The near limit: a bare asyncssh client that does the same job with as few exchanges as it can.

One interactive channel per device. The login, both reads, the whole configuration, the read back and the save are one
exchange each; every answer is still read up to its prompt, and looked at.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

import asyncssh

from bench.meter import Meter

READ = ("show running-config", "show interface vrf all json")
STATE_KEY = '"administrativeStatus"'


class Failed(Exception):
    """A device did not do what it was told."""


class Shell:
    """One device's command line."""

    def __init__(self, name: str, process: asyncssh.SSHClientProcess[str]) -> None:
        self._process = process
        self._prompt = re.compile(rf"(?:^|\n|\r){re.escape(name)}(?:\([\w-]+\))?# ")
        self.commands = 0

    async def exchange(self, commands: Sequence[str]) -> str:
        """Write commands ahead of their answers and read up to the prompt after the last one."""
        self._process.stdin.write("".join(f"{command}\n" for command in commands))
        self.commands += len(commands)
        return await self.prompts(len(commands))

    async def prompts(self, count: int) -> str:
        """Read until that many prompts have come."""
        text, seen, start = "", 0, 0
        while seen < count:
            piece = await self._process.stdout.read(65536)
            if not piece:
                raise Failed("the connection ended")
            text += piece
            for found in self._prompt.finditer(text, max(0, start)):
                seen, start = seen + 1, found.end() - 1
        return text


async def _configure(
    device: Mapping[str, Any], request: Mapping[str, Any], keys: Sequence[asyncssh.SSHKey]
) -> dict[str, Any]:
    async with asyncssh.connect(
        device["host"],
        device["port"],
        username=request["username"],
        client_keys=list(keys),
        known_hosts=request["known_hosts"],
        config=None,
        agent_path=None,
    ) as connection:
        process = await connection.create_process(term_type="dumb", term_size=(4000, 1000))
        shell = Shell(device["name"], process)
        await shell.prompts(1)
        before = await shell.exchange(READ)
        answer = await shell.exchange(["configure terminal", *device["lines"], "end"])
        if "% " in answer:
            raise Failed(f"{device['name']} rejected a line: {answer}")
        after = await shell.exchange(READ)
        saved = await shell.exchange(["write memory"])
    return {
        "empty": not all(STATE_KEY in text and "frr version" in text for text in (before, after)),
        "wrong": "[OK]" not in saved or not set(device["expected"]) <= {line.strip() for line in after.splitlines()},
        "commands": shell.commands,
    }


async def _all(request: Mapping[str, Any], keys: Sequence[asyncssh.SSHKey]) -> dict[str, dict[str, Any]]:
    slots = asyncio.Semaphore(request["workers"])

    async def one(device: Mapping[str, Any]) -> dict[str, Any]:
        async with slots:
            return await _configure(device, request, keys)

    devices = request["devices"]
    results = await asyncio.gather(*(one(device) for device in devices))
    return {device["name"]: result for device, result in zip(devices, results, strict=True)}


def run(request: Mapping[str, Any], meter: Meter) -> dict[str, Any]:
    """Configure every device of the request."""
    with meter.stage("load"):
        keys = [asyncssh.read_private_key(request["key_file"])]
    with meter.stage("configure"):
        return {"devices": asyncio.run(_all(request, keys))}
