"""The figures as tables, in Markdown that also reads well in a terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bench.aims import Aim
from bench.emulated import Playbook
from bench.figures import BARE, OURS, PLAIN, RECORDED, TOOLS, UNRECORDED, Exchange, Run, Stage, middle, of, wall_ratio
from bench.recording import Provision, ratio
from bench.whole import ALL

Row = Sequence[str]


def table(header: Row, rows: Iterable[Row]) -> Iterator[str]:
    """Lay out one table; the first column is text, the others are figures."""
    body = list(rows)
    widths = [max(len(row[column]) for row in [header, *body]) for column in range(len(header))]

    def line(cells: Row) -> str:
        padded = [cells[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))]
        return f"| {' | '.join(padded)} |"

    rules = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    yield from (line(header), line(rules), *(line(row) for row in body), "")


def configuring(runs: Sequence[Run], delay_ms: float) -> Iterator[str]:
    """The configuring part of every tool at one delay: medians, and the range of wall times."""
    yield f"### Configuring part, {delay_ms:g} ms of delay per round trip"
    yield ""
    costs = ("wall s", "from", "to", "beside", "CPU s", "anon MB", "threads", "import s", "import CPU s")
    yield from table(("tool", *costs, "empty", "wrong"), (_tool(runs, tool) for tool in TOOLS))
    yield f"`beside`: the wall time of {OURS} as a multiple of that tool's, the median of the rounds."
    yield ""


def _tool(runs: Sequence[Run], tool: str) -> Row:
    mine = of(runs, tool)
    walls = [run.wall for run in mine]
    return (
        tool,
        f"{middle(walls):.2f}",
        f"{min(walls):.2f}",
        f"{max(walls):.2f}",
        "" if tool == OURS else f"{wall_ratio(runs, OURS, tool):.2f} x",
        f"{middle(run.cpu for run in mine):.2f}",
        f"{max(run.anonymous for run in mine):.1f}",
        f"{max(run.threads for run in mine)}",
        f"{middle(run.import_wall for run in mine):.2f}",
        f"{middle(run.import_cpu for run in mine):.2f}",
        f"{sum(run.empty for run in mine)}",
        f"{sum(run.wrong for run in mine)} of {len(mine)} runs",
    )


def trips(
    exchanges: Mapping[str, Mapping[str, Exchange]], commands: Mapping[str, int], delay_ms: float
) -> Iterator[str]:
    """What one router sees of every tool in the configuring part."""
    yield f"### What a router sees of the configuring part, {delay_ms:g} ms of delay"
    yield ""
    rows = (_seen(tool, tuple(exchanges[tool].values()), commands[tool]) for tool in (OURS, PLAIN, BARE))
    yield from table(("tool", "connections", "commands", "round trips", "most", "bytes up", "bytes down"), rows)


def _seen(tool: str, seen: Sequence[Exchange], commands: int) -> Row:
    return (
        tool,
        f"{max(one.connections for one in seen)}",
        f"{commands}",
        f"{middle(one.round_trips for one in seen):g}",
        f"{max(one.round_trips for one in seen)}",
        f"{middle(one.bytes_up for one in seen):.0f}",
        f"{middle(one.bytes_down for one in seen):.0f}",
    )


def playbooks(stages: Sequence[Stage], seen: Mapping[str, Exchange]) -> Iterator[str]:
    """Our playbooks, each whole and phase by phase."""
    yield "### Playbooks"
    yield ""
    header = ("playbook", "wall s", "CPU s", "anon MB", "threads", "connections", "commands", "round trips")
    yield from table(header, (_playbook(stage, seen) for stage in stages))
    yield from (f"{stage.job}: {stage.note}." for stage in stages if stage.note)
    yield ""


def _playbook(stage: Stage, seen: Mapping[str, Exchange]) -> Row:
    if stage.stage != ALL:
        return (f"- {stage.stage}", f"{stage.wall:.2f}", f"{stage.cpu:.2f}", "", "", "", "", "")
    exchange = seen.get(stage.job)
    return (
        stage.job,
        f"{stage.wall:.2f}",
        f"{stage.cpu:.2f}",
        f"{stage.anonymous:.1f}",
        f"{stage.threads}",
        f"{exchange.connections}" if exchange else "",
        f"{stage.commands:g}",
        f"{exchange.round_trips}" if exchange else "",
    )


def pure(sizes: Mapping[int, Sequence[Stage]], loopbacks: int) -> Iterator[str]:
    """The pure stages at every size."""
    yield f"### Pure stages, {loopbacks} loopbacks a device"
    yield ""
    rows = (
        (s.job, s.stage, f"{s.wall:.2f}", f"{s.cpu:.2f}", f"{s.anonymous:.0f}")
        for found in sizes.values()
        for s in found
    )
    yield from table(("devices", "stage", "wall s", "CPU s", "peak anon MB"), rows)


def emulated(found: Sequence[Playbook]) -> Iterator[str]:
    """The playbooks over emulated devices, each whole, then its phases."""
    yield "### Playbooks over emulated devices on the topology model"
    yield ""
    ours = ("devices", "wall s", "devices/s", "CPU s", "anon MB", "RSS MB", "threads")
    theirs = ("emulator CPU s", "emulator MB", "commands", "connections", "lines")
    yield from table(("playbook", *ours, *theirs), (_emulated(one) for one in found))
    yield "Commands and connections: of the median device. Lines: configuration lines over all devices."
    yield ""
    for one in found:
        phases = ", ".join(f"{name} {wall:.1f} s" for name, wall in one.phases.items())
        yield f"- {one.network}, {one.job}: {phases}"
    yield ""


def _emulated(one: Playbook) -> Row:
    return (
        f"{one.network}: {one.job}",
        f"{one.devices}",
        f"{one.wall:.1f}",
        f"{one.rate:.1f}",
        f"{one.cpu:.1f}",
        f"{one.anonymous:.0f}",
        f"{one.resident:.0f}",
        f"{one.threads}",
        f"{one.emulator_cpu:.1f}",
        f"{one.emulator_memory:.0f}",
        f"{one.commands:g}",
        f"{one.connections:g}",
        f"{one.lines}",
    )


def recording(found: Sequence[Provision]) -> Iterator[str]:
    """What journal and snapshots cost a provision: both ways beside each other, and their ratio."""
    yield "### Provision with journal and snapshots, beside the same without"
    yield ""
    networks = tuple(dict.fromkeys(one.network for one in found))
    header = ("provision", "devices", "waves", "wall s", "from", "to", "beside", "CPU s", "anon MB", "commands")
    rows = (_recording(found, network, job) for network in networks for job in (RECORDED, UNRECORDED))
    yield from table(header, rows)
    yield "`beside`: the wall time as a multiple of that without, the median of the rounds."
    yield ""


def _recording(found: Sequence[Provision], network: str, job: str) -> Row:
    mine = [one for one in found if (one.network, one.job) == (network, job)]
    walls = [one.wall for one in mine]
    return (
        f"{network}: {'with' if job == RECORDED else 'without'}",
        f"{mine[0].devices}",
        f"{mine[0].waves}",
        f"{middle(walls):.2f}",
        f"{min(walls):.2f}",
        f"{max(walls):.2f}",
        f"{ratio(found, network):.2f} x" if job == RECORDED else "",
        f"{middle(one.cpu for one in mine):.2f}",
        f"{max(one.anonymous for one in mine):.1f}",
        f"{middle(one.commands for one in mine):g}",
    )


def machine(processors: int, memory: int) -> str:
    """The machine that the figures are from; memory in bytes."""
    return f"Taken on {processors} processors and {memory / 2**30:.0f} GB of memory."


def aims(found: Sequence[Aim]) -> Iterator[str]:
    """Every aim with what was measured beside it."""
    yield "### Aims"
    yield ""
    rows = (
        (aim.what, f"{aim.measured:.2f} {aim.unit}".strip(), f"{aim.most:g} {aim.unit}".strip(),
         f"{aim.measured / aim.most:.2f}" if aim.most else "", "met" if aim.met else "MISSED", aim.note)
        for aim in found
    )  # fmt: skip
    yield from table(("aim", "measured", "at most", "ratio", "", "note"), rows)
