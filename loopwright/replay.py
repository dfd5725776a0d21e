"""Replays a journal: how far each device of a run has come, as far as was written down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from loopwright.steps import Action


class Phase(StrEnum):
    """Where a device stands, as far as the journal knows; the device itself is asked before anything is done."""

    NOT_BEGUN = "not begun"
    UNTOUCHED = "begun, nothing sent"
    WRITING = "being written"
    WRITTEN = "written"
    CONFIRMED = "confirmed"
    KEPT = "kept"
    PUTTING_BACK = "being put back"
    PUT_BACK = "put back"
    NOT_PUT_BACK = "not put back"
    SUPERSEDED = "left to a later run"


OPEN = (Phase.WRITING, Phase.WRITTEN, Phase.CONFIRMED, Phase.PUTTING_BACK, Phase.NOT_PUT_BACK)
"""The phases of a device that is neither as it was nor as it is to stay."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One device of a run: its phase, the step in hand, and what another process needs to go on.

    `accepted` are the lines that the device is known to have taken since it was last as before, `armed` is when its
    timer of `seconds` was started, `held` what its writer needs to confirm or abort. `saved` says that saving was
    begun: its startup configuration may hold the change.
    """

    device: str
    phase: Phase = Phase.NOT_BEGUN
    action: str = ""
    wave: int = 0
    accepted: tuple[str, ...] = ()
    armed: datetime | None = None
    seconds: int = 0
    held: str = ""
    saved: bool = False
    why: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the device is neither as it was nor as it is to stay."""
        return self.phase in OPEN


_WRITES = (Action.LOAD, Action.COMMIT)
_BACK = (Action.UNDO, Action.REVERT)


def replay(journal: Iterable[Mapping[str, Any]], devices: Iterable[str]) -> dict[str, Replayed]:
    """Where each device of a run stands."""
    found = {name: Replayed(name) for name in devices}
    for entry in journal:
        for name in entry.get("devices", ()) if entry["event"] == "wave" else ():
            found[name] = replace(found.get(name, Replayed(name)), wave=entry["wave"])
        name = entry.get("device", "")
        if name in found:
            found[name] = _after(found[name], entry)
    return found


def _after(now: Replayed, entry: Mapping[str, Any]) -> Replayed:
    event, action = entry["event"], entry.get("action", "")
    if event == "begin":
        return _begun(now, entry, action)
    if event == "done":
        return _done(now, action)
    if event == "accepted":
        return replace(now, accepted=(*now.accepted, entry["line"]))
    if event == "held":
        return replace(now, held=entry["held"])
    if event == "as before":
        return _as_before(now)
    if event == "superseded":
        return replace(now, phase=Phase.SUPERSEDED, why=f"run {entry['by']} has taken it over")
    if event == "not touched":
        return replace(now, phase=Phase.NOT_PUT_BACK, why=entry.get("why", ""))
    if event in ("failed", "rejected"):
        return replace(now, why=entry.get("error") or entry.get("answer", ""))
    return now


def _begun(now: Replayed, entry: Mapping[str, Any], action: str) -> Replayed:
    now = replace(now, action=action)
    seconds = entry.get("seconds", 0)
    if seconds:
        now = replace(now, armed=datetime.fromisoformat(entry["time"]), seconds=seconds)
    if action == Action.SAVE:
        return replace(now, saved=True)
    if action in _WRITES:
        return replace(now, phase=Phase.WRITING)
    if action in _BACK:
        return replace(now, phase=Phase.PUTTING_BACK)
    anew = now.phase is Phase.PUT_BACK and action == Action.COMPARE
    return replace(now, phase=Phase.UNTOUCHED) if now.phase is Phase.NOT_BEGUN or anew else now


def _done(now: Replayed, action: str) -> Replayed:
    phases = {Action.READ_BACK: Phase.WRITTEN, Action.CONFIRM: Phase.CONFIRMED, Action.SAVE: Phase.KEPT}
    phase = phases.get(Action(action))
    if phase is None or now.phase in (Phase.PUTTING_BACK, Phase.NOT_PUT_BACK, Phase.PUT_BACK):
        return now
    return replace(now, phase=phase)


def _as_before(now: Replayed) -> Replayed:
    return Replayed(now.device, Phase.PUT_BACK, now.action, now.wave, why=now.why)
