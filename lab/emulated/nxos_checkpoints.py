"""NX-OS's checkpoints: kept by name or in a file, listed, and rolled back to."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lab.emulated.nxos_store import NxosStore
from lab.emulated.system import Refusal

if TYPE_CHECKING:
    from lab.emulated.device import Device

MOST = 10
DONE = "." * 60 + "Done"
NO_SPACE = "ERROR: No space left on device"
COLLECTED = "Note: Applying config parallelly may fail Rollback verification\nCollecting Running-Config\n"
PATCH = "Generating Rollback Patch"
EXECUTED = """\
Executing Rollback Patch
Generating Running-config for verification
Generating Patch for verification
Verification is Successful."""
COMPLETED = "\n\nRollback completed successfully.\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A configuration that was kept: by whom, when."""

    name: str
    text: str
    by: str
    at: datetime


def kept(device: "Device") -> dict[str, Checkpoint]:
    """The checkpoints of a device by name."""
    found: dict[str, Checkpoint] = device.state.setdefault("checkpoints", {})
    return found


def keep(device: "Device", name: str, user: str) -> str:
    """Answer `checkpoint NAME`; without a name one is found."""
    there = kept(device)
    own = next(f"user-checkpoint-{n}" for n in range(1, MOST + 2) if f"user-checkpoint-{n}" not in there)
    if name in there:
        return f"ERROR: ascii-cfg: checkpoint {name} already exists"
    if len(there) >= MOST:
        return "ERROR: ascii-cfg: maximum number of user checkpoints reached"
    if device.faults.bites("full-flash", name):
        return NO_SPACE
    there[name or own] = Checkpoint(name or own, device.running.text(), user, device.clock.date())
    return DONE if name else f"{DONE}\n{own} created Successfully"


def keep_file(device: "Device", name: str) -> str:
    """Answer `checkpoint file NAME`."""
    return DONE if device.write(bare(name), device.running.text().encode()) else NO_SPACE


def forget(device: "Device", name: str) -> str:
    """Answer `no checkpoint NAME`."""
    return "" if kept(device).pop(name, None) else f"ERROR: ascii-cfg: checkpoint {name} does not exist"


def bare(name: str) -> str:
    """A file name without its file system."""
    return name.rpartition(":")[2].lstrip("/")


def listed(device: "Device") -> str:
    """The answer to `show checkpoint summary`."""
    lines = ["User Checkpoint Summary", "-" * 80]
    for number, point in enumerate(kept(device).values(), start=1):
        lines += [f"{number}) {point.name}:", f"Created by {point.by}"]
        lines += [f"Created at {point.at:%a, %H:%M:%S %d %b %Y}", f"Size is {len(point.text):,} bytes"]
        lines += ["Description: None", ""]
    return "\n".join([*lines, "", "System Checkpoint Summary", "-" * 80, ""])


def roll_back(device: "Device", name: str, *, file: bool) -> str:
    """Answer `rollback running-config ...`: everything becomes as it was then, others' lines included."""
    if file:
        content = device.files.content.get(bare(name))
        text = content.decode() if content is not None else None
    else:
        text = kept(device)[name].text if name in kept(device) else None
    if text is None:
        return f"ERROR: ascii-cfg: {'file' if file else 'checkpoint'} {name} does not exist"
    if text == device.running.text():
        return f"{COLLECTED}{PATCH}\nRollback Patch is Empty{COMPLETED}"
    if device.faults.bites("reject", f"rollback {name}"):
        return f"{COLLECTED}{PATCH}\nExecuting Rollback Patch\nRollback failed.\n"
    try:
        device.replace(NxosStore(text))
    except Refusal as refusal:
        return f"{COLLECTED}{PATCH}\nExecuting Rollback Patch\n{refusal.answer}\nRollback failed.\n"
    return f"{COLLECTED}{PATCH}\n{EXECUTED}{COMPLETED}"
