"""An audit as a document and as pages for people."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from loopwright.audit import Difference, Kind
from loopwright.masking import shown
from loopwright.report import counted
from loopwright.verdict import Rung

STYLES: dict[Kind, str] = {
    "missing": "bold red",
    "different": "bold red",
    "undecided": "bold red",
    "extra": "yellow",
    "foreign": "cyan",
}
NOT_OFFLINE = tuple(rung for rung in Rung if rung is not Rung.CONFIGURED)
"""The rungs that a configuration alone says nothing about."""


def difference_document(difference: Difference) -> dict[str, Any]:
    """A difference as plain values."""
    return {
        "kind": difference.kind,
        "device": difference.device,
        "number": difference.number,
        "interface": difference.interface,
        "details": [shown(detail) for detail in difference.details],
        "ours": difference.ours,
    }


def not_checked_document() -> list[dict[str, Any]]:
    """The rungs that an offline audit cannot judge."""
    return [{"rung": int(rung), "rung_name": rung.words, "state": "not checked offline"} for rung in NOT_OFFLINE]


def difference_lines(found: Sequence[Difference]) -> Iterator[Text]:
    """A headline for each difference with its details below."""
    for difference in found:
        kind = difference.kind if difference.ours or difference.kind == "foreign" else f"{difference.kind}, not ours"
        subject = f"{difference.device} loopback {difference.number} ({difference.interface})"
        details = "".join(f"\n    {shown(detail)}" for detail in difference.details)
        yield Text.assemble((kind, STYLES[difference.kind]), " ", (subject, "bold"), details)


def audit_summary(found: Sequence[Difference], devices: int) -> Text:
    """One line: how many loopbacks differ, by kind."""
    differing = sorted({d.device for d in found if d.ours})
    numbers = Counter(difference.kind for difference in found)
    kinds = ", ".join(f"{numbers[kind]} {kind}" for kind in STYLES if numbers[kind])
    told = f" ({kinds})" if kinds else ""
    if not differing:
        return Text.assemble((f"{counted(devices, 'device')} configured as the inventory says", "green"), told)
    return Text.assemble((f"{len(differing)} of {counted(devices, 'device')} differ", "bold red"), told)


def not_checked_line() -> Text:
    """Say which rungs were not judged."""
    rungs = ", ".join(f"{int(rung)} {rung.words}" for rung in NOT_OFFLINE)
    return Text(f"not checked offline: {rungs}", "dim")
