"""The plain script: Nornir, netmiko's stock class for this kind of command line, and nornir-netmiko's own tasks."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from nornir import InitNornir
from nornir.core import Nornir
from nornir.core.task import Result, Task
from nornir_netmiko.tasks import netmiko_save_config, netmiko_send_command, netmiko_send_config

from bench.meter import Meter

READ = ("show running-config", "show interface vrf all json")
STATE_KEY = '"administrativeStatus"'
# The stock class whose dialogue this command line takes part in.
PLATFORM = "cisco_ios"
REJECTED = r"% (?:Unknown|Invalid|Ambiguous|Command incomplete|Malformed).*"


def configure(task: Task) -> Result:
    """Read, configure, read back and compare, save."""
    before = [task.run(netmiko_send_command, command_string=command).result for command in READ]
    lines = task.host["lines"]
    task.run(netmiko_send_config, config_commands=lines, error_pattern=REJECTED)
    after = [task.run(netmiko_send_command, command_string=command).result for command in READ]
    shown = {line.strip() for line in after[0].splitlines()}
    wrong = not set(task.host["expected"]) <= shown
    saved = task.run(netmiko_save_config).result
    return Result(
        host=task.host,
        changed=True,
        result={
            "empty": any("frr version" not in text for text in (before[0], after[0]))
            or any(STATE_KEY not in text for text in (before[1], after[1])),
            "wrong": wrong or "[OK]" not in saved,
            # configure terminal, end and the save beside the lines and the reads
            "commands": 2 * len(READ) + len(lines) + 3,
        },
    )


def _inventory(request: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Write the files of Nornir's own inventory plugin."""
    hosts = {
        device["name"]: {
            "hostname": device["host"],
            "port": device["port"],
            "data": {"lines": device["lines"], "expected": device["expected"]},
        }
        for device in request["devices"]
    }
    extras = {
        "use_keys": True,
        "key_file": request["key_file"],
        "allow_agent": False,
        "ssh_strict": True,
        "alt_host_keys": True,
        "alt_key_file": request["known_hosts"],
        "ssh_config_file": None,
    }
    defaults = {
        "username": request["username"],
        "platform": PLATFORM,
        "connection_options": {"netmiko": {"extras": extras}},
    }
    for name, content in {"host": hosts, "group": {}, "defaults": defaults}.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content))
    return {f"{name}_file": str(folder / f"{name}.yaml") for name in ("host", "group", "defaults")}


def _load(request: Mapping[str, Any], folder: Path) -> Nornir:
    return InitNornir(
        inventory={"plugin": "SimpleInventory", "options": _inventory(request, folder)},
        runner={"plugin": "threaded", "options": {"num_workers": request["workers"]}},
        logging={"enabled": False},
    )


def run(request: Mapping[str, Any], meter: Meter) -> dict[str, Any]:
    """Configure every device of the request."""
    with TemporaryDirectory(prefix="bench-") as name, meter.stage("load"):
        nornir = _load(request, Path(name))
    with meter.stage("configure"):
        results = nornir.run(task=configure)
        nornir.close_connections()
    return {"devices": {name: _told(result[0]) for name, result in results.items()}}


def _told(result: Result) -> dict[str, Any]:
    if result.failed:
        return {"empty": False, "wrong": True, "commands": 0, "error": repr(result.exception)}
    told: dict[str, Any] = result.result
    return told
