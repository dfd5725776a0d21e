"""A plan as a file: exactly what will be pushed, who planned it and why, sealed against a later edit."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import unified_diff
from pathlib import Path
from typing import Any

from loopwright.change import Allowed, Change
from loopwright.errors import UsageError
from loopwright.exit_codes import Exit
from loopwright.finding import Finding
from loopwright.models import Advertisement, Loopback, Mark
from loopwright.plan import Commit, DevicePlan, Plan, as_document
from loopwright.report import SCHEMA
from loopwright.report_findings import finding_document
from loopwright.run_folder import read_document

HASH = "hash"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who planned, when (ISO 8601), for which ticket, from which inventory folder."""

    made: str = ""
    author: str = ""
    ticket: str = ""
    inventory: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """What keeps a change of one device from becoming final: strategy, seconds of its own timer, in words."""

    strategy: str = ""
    timer: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan with what was decided beside it: the waves, the protection of each device, what is allowed beyond rules.

    `refused` says why the plan as a whole may not be carried out, None where it may.
    """

    plan: Plan
    origin: Origin = Origin()
    waves: tuple[tuple[str, ...], ...] = ()
    guards: Mapping[str, Guard] | None = None
    allowed: Allowed = Allowed()
    refused: str | None = None

    def wave_of(self, device: str) -> int | None:
        """The wave of a device, counted from 1."""
        return next((number for number, wave in enumerate(self.waves, start=1) if device in wave), None)


def plan_fields(saved: SavedPlan) -> dict[str, Any]:
    """The fields of a plan, with every line as it will be sent."""
    return {
        "made": saved.origin.made,
        "author": saved.origin.author,
        "ticket": saved.origin.ticket,
        "inventory": saved.origin.inventory,
        "devices": [_device(plan, saved) for plan in saved.plan.devices],
        "waves": [list(wave) for wave in saved.waves],
        "removals": saved.plan.removals,
        "allowed": asdict(saved.allowed),
        "refused": saved.refused,
    }


def sealed(fields: Mapping[str, Any], code: int = Exit.DONE) -> dict[str, Any]:
    """The document of a plan, with the SHA-256 of its sorted canonical JSON."""
    document = {"schema": SCHEMA, "command": "plan", "exit_code": code, **fields}
    return {**document, HASH: _digest(document)}


def read_plan(path: Path) -> SavedPlan:
    """Read a saved plan; raises UsageError where it is none, is of another version, or was edited since."""
    document = read_document(path)
    if document.get("command") != "plan" or document.get("schema") != SCHEMA or "devices" not in document:
        raise UsageError(
            f"{path} is no plan of this version of loopwright", hint="make one: loopwright plan --out FILE"
        )
    told = document.pop(HASH, "")
    if told != _digest(document):
        raise UsageError(f"{path} was changed after it was saved", hint="plan again: loopwright plan --out FILE")
    return plan_from(document)


def plan_from(document: Mapping[str, Any]) -> SavedPlan:
    """A plan out of its document."""
    devices = document["devices"]
    return SavedPlan(
        Plan(tuple(_device_plan(found) for found in devices)),
        Origin(document["made"], document["author"], document["ticket"], document["inventory"]),
        tuple(tuple(wave) for wave in document["waves"]),
        {found["device"]: Guard(**found["protection"]) for found in devices if found["protection"]},
        Allowed(**document["allowed"]),
        document["refused"],
    )


def what_changed(planned: DevicePlan, now: Sequence[str]) -> tuple[str, ...]:
    """The lines that a plan rests on and that came or went since, with + or - before them."""
    lines = unified_diff(sorted(planned.rests_on), sorted(now), lineterm="", n=0)
    return tuple(line for line in lines if not line.startswith(("---", "+++", "@@")))


def _digest(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _device(plan: DevicePlan, saved: SavedPlan) -> dict[str, Any]:
    guard = (saved.guards or {}).get(plan.device)
    return {
        "device": plan.device,
        "platform": plan.platform,
        "wave": saved.wave_of(plan.device),
        "protection": {"strategy": guard.strategy, "timer": guard.timer, "words": guard.words} if guard else None,
        "changes": [_change(change) for change in plan.changes],
        "commits": [list(commit.lines) for commit in plan.commits],
        "undo": [list(commit.lines) for commit in plan.undo],
        "basis": plan.basis,
        "rests_on": list(plan.rests_on),
        "findings": [finding_document(finding) for finding in plan.findings],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "number": change.number,
        "interface": change.interface,
        "reasons": list(change.reasons),
        "before": as_document(change.before),
        "after": as_document(change.after),
    }


def _device_plan(found: Mapping[str, Any]) -> DevicePlan:
    return DevicePlan(
        device=found["device"],
        platform=found["platform"],
        changes=tuple(
            Change(loopback_from(c["before"]), loopback_from(c["after"]), tuple(c["reasons"])) for c in found["changes"]
        ),
        commits=tuple(Commit(tuple(lines)) for lines in found["commits"]),
        undo=tuple(Commit(tuple(lines)) for lines in found["undo"]),
        basis=found["basis"],
        findings=tuple(_finding(each) for each in found["findings"]),
        rests_on=tuple(found["rests_on"]),
    )


def loopback_from(document: Mapping[str, Any] | None) -> Loopback | None:
    """A loopback out of its document, the inverse of `as_document`."""
    if document is None:
        return None
    adverts = frozenset(Advertisement(**advert) for advert in document["advertise"])
    plain = Loopback(**{**document, "advertise": adverts})
    return replace(plain, ipv4=tuple(plain.ipv4), ipv6=tuple(plain.ipv6))


def _finding(found: Mapping[str, Any]) -> Finding:
    mark = Mark(found["file"], found["line"], found["column"]) if found["file"] else None
    words = (found["rule"], found["device"], found["where"], found["expected"], found["actual"], found["severity"])
    return Finding(*words, mark)
