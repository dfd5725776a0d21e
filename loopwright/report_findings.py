"""Findings as a document and as a list for people."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from loopwright.finding import Finding
from loopwright.masking import shown
from loopwright.report import counted, labelled

STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def finding_document(finding: Finding) -> dict[str, Any]:
    """A finding as plain values."""
    mark = finding.mark
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "device": finding.device,
        "where": finding.where,
        "expected": finding.expected,
        "actual": shown(finding.actual),
        "file": mark.file if mark else None,
        "line": mark.line if mark else None,
        "column": mark.column if mark else None,
    }


def finding_lines(findings: Iterable[Finding]) -> Iterator[RenderableType]:
    """A headline for each finding, with what was expected and what is there below it."""
    for finding in findings:
        subject = " ".join(part for part in (finding.device, finding.where) if part)
        place = f"{finding.mark}: " if finding.mark else ""
        headline = Text.assemble(
            (finding.severity, STYLES[finding.severity]), f": {place}{subject}: ", (finding.rule, "bold")
        )
        yield labelled(headline, (("expected", finding.expected), ("actual", shown(finding.actual))))


def findings_summary(findings: Iterable[Finding]) -> str:
    """How many findings there are of each severity."""
    severities = [finding.severity for finding in findings]
    return ", ".join(
        (
            counted(severities.count("error"), "error"),
            counted(severities.count("warning"), "warning"),
            counted(severities.count("note"), "note"),
        )
    )
