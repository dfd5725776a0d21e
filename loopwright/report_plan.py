"""A plan as a document, and as a diff with its reasons for people."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from loopwright.finding import Finding
from loopwright.masking import shown
from loopwright.plan import DevicePlan, Plan
from loopwright.plan_file import Guard, SavedPlan
from loopwright.report import counted, plain_table
from loopwright.report_findings import finding_lines

NAMED = 8
"""How many devices a row names."""


def signed(lines: Sequence[str], negation: str) -> Iterator[tuple[str, str]]:
    """Lines to send with their signs: + added, - taken away by the platform's word for that, " " a context.

    Where the word is not known, "", nothing is said of any line.
    """
    for line, following in zip(lines, (*lines[1:], ""), strict=True):
        depth = len(line) - len(line.lstrip())
        opens = len(following) - len(following.lstrip()) > depth
        yield "-" if negation and line.split()[:1] == [negation] else " " if opens or not negation else "+", line


_STYLES = {"-": "red", " ": "dim", "+": "green"}


def diff(lines: Sequence[str], negation: str) -> Iterator[Text]:
    """Lines to send as a diff: what is added, what is taken away, and the contexts that they stand in."""
    return (Text(f"  {sign} {shown(line)}", _STYLES[sign]) for sign, line in signed(lines, negation))


def plan_lines(plan: Plan, negations: Mapping[str, str]) -> Iterator[RenderableType]:
    """Device by device the reasons and the lines; `negations` gives each device's word for taking a line away."""
    for device in plan.changing:
        yield Text.assemble((device.device, "bold"), f"  {_changes(device)}")
        for change in device.changes:
            for reason in change.reasons:
                yield Text(f"  # {reason}", "cyan")
        yield from diff(device.lines, negations[device.device])
        yield Text("")
    yield from finding_lines(plan.findings)


def wave_lines(saved: SavedPlan) -> Iterator[RenderableType]:
    """Wave by wave the devices, and what keeps the change from becoming final on each."""
    if not saved.waves:
        return
    table = plain_table("wave", "devices", "protected by", "timer")
    for number, wave in enumerate(saved.waves, start=1):
        alike: dict[Guard, list[str]] = {}
        for device in wave:
            alike.setdefault((saved.guards or {}).get(device, Guard()), []).append(device)
        for guard, names in alike.items():
            timer = f"{guard.timer} s" if guard.timer else "-"
            table.add_row(str(number), Text(_named(names)), Text(guard.words), timer)
    yield table
    yield Text("")


def _named(devices: list[str]) -> str:
    more = len(devices) - NAMED
    return ", ".join(devices[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _changes(device: DevicePlan) -> str:
    numbers = ", ".join(str(change.number) for change in device.changes)
    noun = "loopback" if len(device.changes) == 1 else "loopbacks"
    return f"{noun} {numbers}, {counted(len(device.lines), 'line')}"


def plan_summary(plan: Plan, refusal: str | None) -> Text:
    """One line: how much changes, or that nothing does."""
    refused = [f for f in plan.findings if f.severity == "error"]
    if refused or refusal:
        why = refusal or f"{counted(len(refused), 'finding')} above must be settled first"
        return Text.assemble(("refused: ", "bold red"), why)
    if not plan.changing:
        return Text(f"nothing to change: {counted(len(plan.devices), 'device')} as the inventory says", "green")
    lines = sum(len(device.lines) for device in plan.changing)
    unchanged = len(plan.devices) - len(plan.changing)
    removals = f", {counted(plan.removals, 'loopback')} removed" if plan.removals else ""
    return Text(
        f"{counted(lines, 'line')} on {counted(len(plan.changing), 'device')}{removals}; "
        f"{counted(unchanged, 'device')} already as the inventory says"
    )


def refusing(plan: Plan) -> tuple[Finding, ...]:
    """The findings that forbid a plan."""
    return tuple(finding for finding in plan.findings if finding.severity == "error")
