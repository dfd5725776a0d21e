"""What differs between a device's loopbacks and the inventory, in the words of an audit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from loopwright.change import foreign_on
from loopwright.errors import UsageError
from loopwright.models import Intent, Observed
from loopwright.plan import DevicePlan
from loopwright.platform import Platform

Kind = Literal["missing", "different", "undecided", "extra", "foreign"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One loopback that is not as the inventory says, or that carries what the inventory does not speak of.

    `ours` is whether it is ours to mend; an extra loopback or a foreign line that is not is told and left alone.
    """

    kind: Kind
    device: str
    number: int
    interface: str
    details: tuple[str, ...]
    ours: bool = True


def differences(intent: Intent, observed: Observed, plan: DevicePlan, platform: Platform) -> Iterator[Difference]:
    """Yield what differs on one device: what a plan would change, what it cannot decide, and what is not ours."""
    device = intent.device
    changed = {change.number for change in plan.changes}
    for change in plan.changes:
        kind: Kind = "extra" if change.after is None else "missing" if change.before is None else "different"
        yield Difference(kind, device, change.number, change.interface, change.reasons)
    # What the plan's rules object to is a matter of changing; only what could not be resolved is one of auditing.
    for wanted in intent.loopbacks:
        for finding in plan.findings:
            if wanted.number not in changed and finding.where.startswith(f"loopback {wanted.number},"):
                name = wanted.interface or platform.interface_name(wanted.number)
                details = (f"expected {finding.expected}; actual {finding.actual}",)
                yield Difference("undecided", device, wanted.number, name, details)
    listed = {wanted.number for wanted in intent.loopbacks}
    for loopback in sorted(observed.loopbacks, key=lambda loopback: loopback.number):
        if loopback.number not in listed and not intent.owns_number(loopback.number):
            held = ", ".join(loopback.addresses) or "no address"
            why = f"{held}; the inventory does not list it, and it is in no range that it owns"
            yield Difference("extra", device, loopback.number, loopback.interface, (why,), ours=False)
        elif lines := foreign_on(loopback.interface, observed, platform):
            others = tuple(line[-1] for line in lines)
            yield Difference("foreign", device, loopback.number, loopback.interface, others, ours=False)


@dataclass(frozen=True, slots=True)
class SavedConfigurations:
    """A folder of saved configurations: the file of each device, devices without one, files of nobody."""

    files: dict[str, Path]
    missing: tuple[str, ...]
    surplus: tuple[str, ...]


def find_configurations(folder: Path, devices: Sequence[str], asked: Sequence[str]) -> SavedConfigurations:
    """Match the files of a folder to devices by name, whatever the extension; raises UsageError for two of one device.

    `devices` are all of the inventory, `asked` those that are audited: a file of another device is not surplus.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    files: dict[str, Path] = {}
    surplus = []
    known = set(devices)
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_file():
            continue
        device = path.name if path.name in known else path.stem if path.stem in known else None
        if device is None:
            surplus.append(path.name)
        elif device in files:
            raise UsageError(f"{folder} has two files of {device}: {files[device].name} and {path.name}")
        else:
            files[device] = path
    wanted = {name: files[name] for name in asked if name in files}
    return SavedConfigurations(wanted, tuple(name for name in asked if name not in files), tuple(surplus))
