"""The words of reports of saved documents: signs of lines, sides of a change, ends, exit codes, times."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loopwright.exit_codes import EXIT_WORDS
from loopwright.models import DEFAULT_VRF
from loopwright.report import counted
from loopwright.report_run import WORDS
from loopwright.report_saved import Saved


def ended_words(ended: str) -> str:
    """What became of a device or a wave, in words."""
    return next((words for name, (words, _) in WORDS.items() if name == ended), ended)


def exit_words(code: int) -> str:
    """What an exit code says."""
    return EXIT_WORDS.get(code, "unknown to this version")


def summary(document: Saved) -> str:
    """One sentence: what a plan would do, or how a run ended."""
    if not document.is_plan:
        return exit_words(document.document["exit_code"])
    if refused := document.plan.get("refused"):
        return f"refused: {refused}"
    errors = sum(1 for d in document.devices for finding in d["findings"] if finding["severity"] == "error")
    if errors:
        return f"refused: {counted(errors, 'finding')} must be settled first"
    if not document.changing:
        return f"nothing to change: {counted(len(document.plan['devices']), 'device')} as the inventory says"
    lines = sum(len(commit) for device in document.devices for commit in device["commits"])
    gone = document.plan.get("removals", 0)
    removals = f", {counted(gone, 'loopback')} removed" if gone else ""
    return f"{counted(lines, 'line')} on {counted(len(document.changing), 'device')}{removals}"


def loopback_words(loopback: Mapping[str, Any] | None) -> str:
    """One side of a change in a line: the addresses, and what is not as everywhere."""
    if loopback is None:
        return "none"
    words = [", ".join((*loopback["ipv4"], *loopback["ipv6"])) or "no address"]
    if loopback["vrf"] != DEFAULT_VRF:
        words.append(f"VRF {loopback['vrf']}")
    if not loopback["enabled"]:
        words.append("shut down")
    protocols = dict.fromkeys(advert["protocol"] for advert in loopback["advertise"])
    return "; ".join((*words, f"advertised by {', '.join(protocols)}" if protocols else "not advertised"))


def time_words(text: str | None) -> str:
    """An ISO time as people write it, with its offset; "" where there is none."""
    return datetime.fromisoformat(text).isoformat(" ", "seconds") if text else ""


def clock_words(text: str | None) -> str:
    """The time of day of an ISO time, where the day stands above it; "" where there is none."""
    return datetime.fromisoformat(text).strftime("%H:%M:%S") if text else ""


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def durations(seconds: Mapping[str, float]) -> str:
    """What took how long, without what took no time."""
    return ", ".join(f"{name.replace('_', ' ')} {duration(took)}" for name, took in seconds.items() if took)
