"""A saved plan or the report of a run, as the reports read it: with its secrets masked and its values as ours again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from loopwright.errors import UsageError
from loopwright.exit_codes import Exit
from loopwright.masking import shown
from loopwright.plan_file import HASH, sealed
from loopwright.report import SCHEMA
from loopwright.report_run import DeviceEnd
from loopwright.run_folder import find_run, read_document
from loopwright.verdict import Cause, Rung, Verdict

PLAN = "plan"
RUNS = ("provision", "resume", "revert", "confirm", "rollback")
_SEAL = ("schema", "command", "exit_code", HASH)
_MASKED = "(not shown)"
_LINES = ("lines", "commits", "undo")
_DEVICE: Mapping[str, Any] = {
    "wave": None, "protection": None, "changes": (), "commits": (), "undo": (), "basis": "",
    "rests_on": (), "findings": (), "references": (),
}  # fmt: skip


@dataclass(frozen=True)
class Saved:
    """A document that a plan or a run has left behind.

    `negations` has each platform's word for taking a line away, for the devices whose document does not say it.
    """

    document: Mapping[str, Any]
    negations: Mapping[str, str] = field(default_factory=dict)

    @property
    def command(self) -> str:
        """The command that made it."""
        return str(self.document["command"])

    @property
    def is_plan(self) -> bool:
        """Whether it is a plan, of which nothing was carried out yet."""
        return self.command == PLAN

    @cached_property
    def plan(self) -> Mapping[str, Any]:
        """The plan itself."""
        return self.document if self.is_plan else self.document.get("plan") or {}

    @cached_property
    def devices(self) -> tuple[Mapping[str, Any], ...]:
        """The devices that change or that a finding speaks of, with every field that a device of a plan has."""
        every = (
            {**_DEVICE, "negation": self.negations.get(device["platform"], ""), **device}
            for device in self.plan.get("devices", ())
        )
        return tuple(device for device in every if device["changes"] or device["findings"])

    @cached_property
    def changing(self) -> frozenset[str]:
        """The names of the devices that change."""
        return frozenset(device["device"] for device in self.devices if device["changes"])

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts of the proof."""
        return self.proof_of(self.document)

    def proof_of(self, fields: Mapping[str, Any]) -> tuple[Verdict, ...]:
        """The verdicts among the fields of a proof."""
        return tuple(_verdict(verdict) for verdict in fields.get("verdicts", ()))

    @cached_property
    def outcomes(self) -> tuple[Mapping[str, Any], ...]:
        """What became of each device."""
        waves = {device["device"]: device["wave"] for device in self.devices}
        return tuple(
            {"wave": waves.get(end["device"]), "why": "", "lines": (), **end}
            for end in self.document.get("outcomes", ())
        )

    @property
    def ends(self) -> tuple[DeviceEnd, ...]:
        """What became of each device, as our own values."""
        return tuple(DeviceEnd(e["device"], e["ended"], e["why"], tuple(e["lines"])) for e in self.outcomes)

    @property
    def needing_hands(self) -> tuple[Mapping[str, Any], ...]:
        """The devices on which a person has to play lines."""
        return tuple(end for end in self.outcomes if end["lines"])

    @property
    def unanswered(self) -> tuple[Mapping[str, Any], ...]:
        """The devices that did not answer; their names stand beside the reasons, not in them."""
        return tuple(
            {**each, "message": each["message"].removeprefix(f"{each['device']}: ")}
            for each in self.listed("unanswered")
        )

    def listed(self, name: str) -> Sequence[Any]:
        """A list of the document, empty where it has none; a plan's own where the run has none of its own."""
        found: Sequence[Any] = self.document.get(name) or self.plan.get(name) or ()
        return found

    def text(self, name: str) -> str:
        """A text of the document, else of its plan, else ""."""
        return str(self.document.get(name) or self.plan.get(name) or "")


def saved(document: object, where: str, negations: Mapping[str, str]) -> Saved:
    """Take a document that was read from `where`; raises UsageError where it is none of ours or of another version."""
    known = f"a plan, or the report of one of: {', '.join(RUNS)}"
    if not isinstance(document, dict) or document.get("command") not in (PLAN, *RUNS):
        raise UsageError(f"{where} is not a document that can be reported", hint=f"it has to be {known}")
    if document.get("schema") != SCHEMA:
        raise UsageError(f"{where} has schema {document.get('schema')!r}; this version reads schema {SCHEMA}")
    return Saved(masked(document), negations)


def read(path: Path, runs: Path, negations: Mapping[str, str]) -> Saved:
    """Read a saved plan, or the report in a run's folder, given by its path or by its name under `runs`.

    Raises UsageError where there is none, where it cannot be read, or where a plan was changed after it was saved.
    """
    file = path if path.is_file() else _in_folder(path if path.is_dir() else find_run(runs, str(path)))
    document = read_document(file)
    if HASH in document and document != _sealed_again(document):
        raise UsageError(f"{file} was changed after it was saved", hint="plan again: loopwright plan --out FILE")
    return saved(document, str(file), negations)


def _in_folder(folder: Path) -> Path:
    """The report of a run; its plan where the run has not ended."""
    report = folder / "report.json"
    return report if report.exists() else folder / "change.json"


def _sealed_again(document: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: value for name, value in document.items() if name not in _SEAL}
    return sealed(fields, document.get("exit_code", Exit.DONE))


def masked(value: Any, key: str = "") -> Any:
    """A document whose configuration lines hold no secret; what is masked already stays as it is."""
    if isinstance(value, dict):
        return {name: masked(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item, key) for item in value]
    return _line(value) if key in _LINES and isinstance(value, str) else value


def _line(line: str) -> str:
    return line if _MASKED in line else shown(line)


def _verdict(found: Mapping[str, Any]) -> Verdict:
    cause = found["cause"]
    return Verdict(
        found["device"],
        found["number"],
        found["address"],
        Rung(found["rung"]),
        found["state"],
        found["expected"],
        found["actual"],
        Cause(**{**cause, "lines": tuple(cause["lines"])}) if cause else None,
        found["coverage"],
    )
