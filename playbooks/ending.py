"""How a provisioning run ended: for each device, as an exit code, as a document, as pages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from loopwright.errors import LoopwrightError, Refused
from loopwright.exit_codes import Exit
from loopwright.masking import shown
from loopwright.picture import Picture
from loopwright.plan import Plan
from loopwright.replay import replay
from loopwright.report import reason
from loopwright.report_run import DeviceEnd, Ended, ends_document, ends_pages, harm_lines
from loopwright.report_topology import reach_document, topology_document
from loopwright.report_verdicts import verdicts_summary
from loopwright.wave_end import WaveEnd
from playbooks.look import Seen
from playbooks.run import Run
from playbooks.verify import pages, proof_fields
from tasks.prove import Proof
from tasks.put_back import PutBack


@dataclass(frozen=True)
class Provisioned:
    """What became of each device, and the proof that it rests on."""

    plan: Plan
    kept: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    put_back: Mapping[str, PutBack] = field(default_factory=dict)
    undecided: tuple[str, ...] = ()
    armed: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, LoopwrightError] = field(default_factory=dict)
    unsaved: Mapping[str, LoopwrightError] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    waves: tuple[WaveEnd, ...] = ()
    stopped: str = ""
    proof: Proof | None = None
    put_back_proof: Proof | None = None

    @property
    def not_begun(self) -> tuple[str, ...]:
        """The devices of waves that were not begun."""
        return tuple(name for wave in self.waves if wave.ended == "not begun" for name in wave.devices)


class LeftHalfway(LoopwrightError):
    """A run that ended while devices were neither proved and saved nor put back; `undo` has the lines of each."""

    exit_code = Exit.NEEDS_HANDS

    def __init__(self, undo: Mapping[str, tuple[str, ...]], folder: str, why: str = "") -> None:
        told = [
            f"  {name} is undone by\n" + "\n".join(f"    {shown(li)}" for li in lines) for name, lines in undo.items()
        ]
        words = "written to, and neither saved nor put back:" if undo else "every device was saved or put back"
        because = f" ({why})" if why else ""
        super().__init__("\n".join((f"stopped in the middle of a run{because}; {words}", *told)))
        name = Path(folder).name
        self.hint = (
            f"the journal is {folder}/journal.jsonl; `loopwright resume {name}` finishes the run, "
            f"`loopwright revert {name}` puts back what it has changed"
        )
        self.undo, self.folder, self.why = undo, folder, why

    def __reduce__(self) -> tuple[type["LeftHalfway"], tuple[Mapping[str, tuple[str, ...]], str, str]]:
        return type(self), (self.undo, self.folder, self.why)


def written_and_left(journal: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The devices that a journal has as written to, and as neither saved nor put back."""
    entries = list(journal)
    devices = dict.fromkeys(entry["device"] for entry in entries if entry.get("device"))
    return tuple(name for name, found in replay(entries, devices).items() if found.is_open)


def exit_code(result: Provisioned, seen: Seen, *, asked_for: bool = False) -> int:
    """The exit code of a run: the worst that happened to any device; putting back may be what was `asked_for`."""
    if any(not back.restored for back in result.put_back.values()) or result.unsaved:
        return Exit.NEEDS_HANDS
    if result.put_back:
        return _proved_back(result) if asked_for else Exit.PUT_BACK
    states = {v.state for v in result.proof.verdicts} if result.proof else set()
    harmed = any(harm.blocks for harm in result.proof.harm) if result.proof else False
    refused = result.refused or any(isinstance(error, Refused) for error in result.failed.values())
    if refused or harmed or "fail" in states:
        return Exit.DIFFERS
    if result.failed or seen.errors or result.undecided or states & {"unproven", "error"}:
        return Exit.UNTOLD
    return Exit.DIFFERS if result.stopped else Exit.DONE  # stopped by a window or an interrupt: not all was begun


def _proved_back(result: Provisioned) -> int:
    states = {v.state for v in result.put_back_proof.verdicts} if result.put_back_proof else set()
    if "fail" in states:
        return Exit.DIFFERS
    return Exit.UNTOLD if states & {"unproven", "error"} else Exit.DONE


def ends(result: Provisioned, seen: Seen) -> tuple[DeviceEnd, ...]:
    """What became of each device that was to change or did not answer."""
    changing = tuple(_end(plan.device, result) for plan in result.plan.changing)
    silent = tuple(DeviceEnd(name, "no answer", reason(name, error)) for name, error in seen.errors.items())
    return (*changing, *silent)


def _end(name: str, result: Provisioned) -> DeviceEnd:
    if name in result.refused:
        return DeviceEnd(name, "refused", result.refused[name])
    if name in result.not_begun and name not in result.failed:
        return DeviceEnd(name, "not begun", result.stopped)
    back, error = result.put_back.get(name), result.failed.get(name)
    why = _why(name, result)
    if back is not None:
        words = "; ".join(part for part in (why or _with_its_wave(name, result), back.words) if part)
        return DeviceEnd(name, _ended_back(back), words, back.lines)
    if error is not None:
        return DeviceEnd(name, "refused" if isinstance(error, Refused) else "failed", why)
    if name in result.unsaved:
        return DeviceEnd(name, "not saved", reason(name, result.unsaved[name]))
    if name in result.armed:
        return DeviceEnd(
            name,
            "armed",
            "; ".join(filter(None, (why, f"it goes back by itself {result.armed[name]} s after it was written"))),
        )
    if name in result.undecided:
        return DeviceEnd(name, "undecided", why or result.told.get(name, ""))
    if name in (*result.kept, *result.done):
        return DeviceEnd(name, "kept", why or result.told.get(name, ""))
    return DeviceEnd(name, "unknown", "the run does not tell what became of it")  # nobody is kept by default


def _with_its_wave(name: str, result: Provisioned) -> str:
    """Why a device was put back that nothing was wrong with."""
    if name in result.told:
        return result.told[name]
    wave = next((wave for wave in result.waves if name in wave.devices), None)
    if wave is None or wave.ended != "put back":
        return "put back with the others that share its address" if wave is not None else ""
    return f"put back with its wave: {wave.why}"


def _ended_back(back: PutBack) -> Ended:
    if back.restored:
        return "put back"
    return "not put back" if back.asked else "unknown"


def _why(name: str, result: Provisioned) -> str:
    """Why a device was not kept: what it refused, or the first rung that its addresses do not pass."""
    if name in result.failed:
        return reason(name, result.failed[name])
    verdicts = result.proof.verdicts if result.proof else ()
    first = next((v for v in verdicts if v.device == name and v.state != "pass"), None)
    return f"{first.address}: rung {int(first.rung)} {first.rung.words}: {first.actual}" if first else ""


def fields(result: Provisioned, seen: Seen) -> dict[str, Any]:
    """A run for a document."""
    proof = result.proof or Proof((), Picture({}, {}))
    back = proof_fields(result.put_back_proof) if result.put_back_proof else None
    return {
        "waves": [asdict(wave) for wave in result.waves],
        "outcomes": ends_document(ends(result, seen)),
        "put_back_proof": back,
        "harm": [asdict(harm) for harm in proof.harm],
        "reach": reach_document(proof.picture),
        "topology": topology_document(proof.picture, _loopbacks(proof.picture)),
        **proof_fields(proof),
    }


def _loopbacks(picture: Picture) -> dict[str, list[str]]:
    return {
        name: sorted(address for loopback in found.observed.loopbacks for address in loopback.addresses)
        for name, found in picture.evidence.items()
    }


def ending(result: Provisioned, seen: Seen, run: Run, folder: str) -> Iterator[RenderableType]:
    """A run for people: the ladder, then what became of each device, then where it is written down."""
    if result.proof is not None and result.proof.verdicts:
        yield from pages(result.proof, run)
        yield Text("")
    yield from harm_lines(result.proof.harm if result.proof else ())
    yield from ends_pages(ends(result, seen))
    if result.put_back_proof is not None:
        back = result.put_back_proof
        yield Text.assemble("as before: ", verdicts_summary(back.verdicts, back.readings, back.seconds))
    yield Text(f"\nrun {folder}")
    name = Path(folder).name
    if set(result.undecided) - set(result.armed):
        yield Text(f"left in place, not saved: `loopwright confirm {name}` proves it again and keeps it,")
        yield Text(f"`loopwright revert {name}` puts it back")
