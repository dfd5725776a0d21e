"""Verdicts as a document; for people a matrix of addresses and rungs, then what each broken rung is about."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from loopwright.masking import shown
from loopwright.report import STYLES, Marks, counted, labelled, plain_table
from loopwright.verdict import Cause, Rung, State, Verdict

HEADINGS = {
    Rung.CONFIGURED: "conf",
    Rung.UP: "up",
    Rung.SELF: "self",
    Rung.ROUTED: "rib",
    Rung.ORIGINATED: "orig",
    Rung.ADVERTISED: "adv",
    Rung.REACHABLE: "ping",
    Rung.STATION: "here",
}
STATE_WORDS = {"fail": "FAIL", "error": "NOT ASKED", "unproven": "UNPROVEN"}
_WEIGHT = {"fail": 0, "error": 1, "unproven": 2, "pass": 3}
MANY = 40
"""Addresses beyond which the matrix leaves out those that pass every rung."""


def of_absence(verdict: Verdict) -> bool:
    """Whether a verdict is about an address that is to be gone, which climbs no ladder."""
    return verdict.expected.endswith(" gone")


@dataclass(frozen=True, slots=True)
class Ladder:
    """The verdicts of one address."""

    device: str
    number: int
    address: str
    states: tuple[tuple[Rung, State], ...]

    @property
    def state(self) -> State:
        """The worst state of any rung."""
        return min((state for _, state in self.states), key=lambda state: _WEIGHT[state])


def ladders(verdicts: Iterable[Verdict]) -> tuple[Ladder, ...]:
    """The verdicts by address, in the order in which the addresses come; what is to be gone is none of them."""
    found: dict[tuple[str, int, str], dict[Rung, State]] = {}
    for v in verdicts:
        if not of_absence(v):
            found.setdefault((v.device, v.number, v.address), {})[v.rung] = v.state
    return tuple(Ladder(*key, tuple(sorted(states.items()))) for key, states in found.items())


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain values."""
    return {
        "device": verdict.device,
        "number": verdict.number,
        "address": verdict.address,
        "rung": int(verdict.rung),
        "rung_name": verdict.rung.words,
        "state": verdict.state,
        "expected": verdict.expected,
        "actual": verdict.actual,
        "cause": cause_document(verdict.cause),
        "coverage": verdict.coverage,
    }


def cause_document(cause: Cause | None) -> dict[str, Any] | None:
    """A cause as plain values."""
    if cause is None:
        return None
    lines = [shown(line) for line in cause.lines]
    return {"kind": cause.kind, "device": cause.device, "text": cause.text, "command": cause.command, "lines": lines}


def counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many addresses there are in each state, by the worst rung of each."""
    verdicts = tuple(verdicts)
    states = [ladder.state for ladder in ladders(verdicts)]
    gone = [v.state for v in verdicts if of_absence(v)]
    return {
        "addresses": len(states),
        **{state: states.count(state) for state in ("pass", "fail", "unproven", "error")},
        "to_be_gone": len(gone),
        "gone": gone.count("pass"),
    }


def matrix(verdicts: Sequence[Verdict], marks: Marks, *, full: bool = False) -> Table:
    """A row for each address, a column for each rung; of many addresses those that do not pass every rung."""
    rows = ladders(verdicts)
    if len(rows) > MANY and not full:
        rows = tuple(ladder for ladder in rows if ladder.state != "pass")
    rungs = sorted({rung for ladder in rows for rung, _ in ladder.states if rung is not Rung.STATION} | _climbed(rows))
    table = plain_table("\ndevice")
    table.add_column("\nlo", justify="right", no_wrap=True)
    table.add_column("\naddress", overflow="fold")
    for rung in rungs:
        table.add_column(f"{int(rung)}\n{HEADINGS[rung]}", justify="center", no_wrap=True)
    previous = ("", -1)
    for ladder in rows:
        here = (ladder.device, ladder.number)
        name = ("", "") if here == previous else (ladder.device, str(ladder.number))
        states = dict(ladder.states)
        cells = (_cell(states.get(rung), marks) for rung in rungs)
        table.add_row(*(Text(cell) for cell in (*name, ladder.address)), *cells)
        previous = here
    return table


def _climbed(rows: Sequence[Ladder]) -> set[Rung]:
    """All rungs up to reachable where the end-to-end test was asked for; those are shown though nobody got there."""
    top = max((rung for ladder in rows for rung, _ in ladder.states), default=Rung.CONFIGURED)
    return {rung for rung in Rung if rung <= top}


def _cell(state: State | None, marks: Marks) -> Text:
    return Text(marks.state(state), STYLES.get(state or "", "dim"))


def gone_lines(verdicts: Iterable[Verdict], marks: Marks) -> Iterator[Text]:
    """A line for each address that is to be gone and is."""
    for v in verdicts:
        if of_absence(v) and v.state == "pass":
            subject = f"gone  {v.device} loopback {v.number}, {v.address}: {v.actual}"
            yield Text.assemble((f"{marks.passed} ", STYLES["pass"]), subject)


def broken(verdicts: Iterable[Verdict]) -> Iterator[RenderableType]:
    """What does not pass, worst first; addresses that break on the same rung for the same reason stand together."""
    groups: dict[tuple[Any, ...], list[Verdict]] = {}
    for v in verdicts:
        if v.state != "pass":
            groups.setdefault((v.state, v.rung, v.device, v.number, v.cause or v.actual), []).append(v)
    for group in sorted(groups.values(), key=lambda group: _WEIGHT[group[0].state]):
        first = group[0]
        headline = Text.assemble(
            (STATE_WORDS[first.state], STYLES[first.state]),
            " ",
            (f"{first.device} loopback {first.number}", "bold"),
            " to be gone" if of_absence(first) else "",
            f", rung {int(first.rung)} {first.rung.words}: {', '.join(v.address for v in group)}",
        )
        yield labelled(headline, _about(first))


def _about(verdict: Verdict) -> Iterator[tuple[str, str | Text]]:
    """What was expected, what is, why, what mends it, what shows it, who was asked."""
    yield "expected", verdict.expected
    cause = verdict.cause
    if cause is None or cause.text != verdict.actual:
        yield "actual", verdict.actual
    if cause is not None:
        where = cause.device or "between devices"
        yield "cause", Text.assemble((where, "bold"), f": {cause.text}")
        if cause.command:
            yield "see", f"{cause.device}# {cause.command}" if cause.device else cause.command
        if cause.lines:
            yield "mend", Text("\n".join(shown(line) for line in cause.lines), "green")
    if verdict.coverage:
        yield "coverage", verdict.coverage


def verdicts_summary(verdicts: Sequence[Verdict], readings: int, seconds: float) -> Text:
    """One line: how many addresses hold, and what the judgement rests on."""
    found = counts(verdicts)
    devices = len({v.device for v in verdicts})
    words = []
    if found["addresses"] or not found["to_be_gone"]:
        words.append(
            f"{found['pass']} of {found['addresses']} addresses on {counted(devices, 'device')} pass every rung"
        )
    if found["to_be_gone"]:
        words.append(f"{found['gone']} of {found['to_be_gone']} gone")
    words += [
        f"{found[state]} {word}"
        for state, word in (("fail", "fail"), ("unproven", "unproven"), ("error", "could not be asked"))
        if found[state]
    ]
    states = {v.state for v in verdicts}
    style = STYLES["fail" if "fail" in states else "unproven" if states - {"pass"} else "pass"]
    return Text.assemble((", ".join(words), style), f" ({counted(readings, 'reading')}, {seconds:.1f} s)")
