"""`python -m bench`: figures of loopwright beside two peers, on real routers of the practice network."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import report
from bench.aims import Aim, correctness_aims, cost_aims, emulated_aims, pure_aim, trip_aim, wall_aims
from bench.configuring import Task, exchanges, learn, line, rounds
from bench.emulated import MIX, NETWORKS, Playbook, emulated
from bench.figures import TOOLS, Exchange, Run, Stage, of
from bench.measure import BenchError
from bench.practice import Practice, practice
from bench.recording import Provision, on_emulated, on_real
from bench.scale import LOOPBACKS, counted, scale
from bench.whole import whole, whole_exchanges
from lab.errors import LabError
from tasks.station_lock import FOLDER

EXIT_FAULT, EXIT_NO_NETWORK = 1, 3
QUICK = ["--routers", "4", "--delay-ms", "0", "--pure", "200", "--runs", "1", "--emulated", "10", "--recording", "5"]
ROUTERS, PURE, EMULATED, RECORDING = 50, (1000, 5000, 20000), 1000, 200


@dataclass
class Figures:
    """Everything that one benchmark found."""

    routers: int
    runs: dict[float, list[Run]] = field(default_factory=dict)
    seen: dict[float, dict[str, dict[str, Exchange]]] = field(default_factory=dict)
    contexts: dict[str, int] = field(default_factory=dict)
    playbooks: tuple[Stage, ...] = ()
    playbooks_seen: dict[str, Exchange] = field(default_factory=dict)
    pure: dict[int, tuple[Stage, ...]] = field(default_factory=dict)
    emulated: tuple[Playbook, ...] = ()
    recording: list[Provision] = field(default_factory=list)

    def aims(self) -> Iterator[Aim]:
        """Every aim that there are figures for."""
        for delay_ms, runs in self.runs.items():
            yield from wall_aims(runs, delay_ms)
        for runs in list(self.runs.values())[:1]:
            yield from cost_aims(runs, self.routers)
        for seen in list(self.seen.values())[-1:]:
            yield trip_aim(seen["loopwright"], self.contexts)
        if self.runs:
            yield from correctness_aims([run for runs in self.runs.values() for run in runs])
        if self.pure:
            devices = max(self.pure)
            yield pure_aim(counted(self.pure[devices]), devices)
        yield from emulated_aims(self.emulated)

    def text(self) -> Iterator[str]:
        """The report."""
        yield report.machine(os.cpu_count() or 1, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
        yield ""
        for delay_ms, runs in self.runs.items():
            yield from report.configuring(runs, delay_ms)
            commands = {tool: max(run.commands for run in of(runs, tool)) for tool in TOOLS}
            yield from report.trips(self.seen[delay_ms], commands, delay_ms)
        if self.playbooks:
            yield from report.playbooks(self.playbooks, self.playbooks_seen)
        if self.pure:
            yield from report.pure(self.pure, LOOPBACKS)
        if self.emulated:
            yield from report.emulated(self.emulated)
        if self.recording:
            yield from report.recording(self.recording)
        if held := tuple(self.aims()):
            yield from report.aims(held)


def _numbers(text: str) -> list[float]:
    return [float(word) for word in text.split(",") if word]


def _sizes(text: str) -> list[int]:
    return [int(word) for word in text.split(",") if word]


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def options(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line; --quick stands for a small set of options that others may change."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--routers", type=int, help="routers of the practice network; 0 for none")
    parser.add_argument("--delay-ms", type=_numbers, default=[0, 50], help="delays per round trip, with commas")
    parser.add_argument("--pure", type=_sizes, help="sizes of inventories, with commas")
    parser.add_argument("--emulated", type=int, help="emulated devices; given alone, nothing else is measured")
    parser.add_argument(
        "--recording", type=int, help="emulated devices provisioned with journal and snapshots, and without"
    )
    parser.add_argument("--networks", type=_words, default=["ios", MIX], help=f"of {', '.join(NETWORKS)}")
    parser.add_argument(
        "--runs",
        type=int,
        default=3,
        help="runs of the configuring part of each tool, per delay, and of what is recorded or not",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there as well")
    parser.add_argument("--skip-playbooks", action="store_true", help="only the configuring part and the pure stages")
    parser.add_argument("--quick", action="store_true", help=" ".join(QUICK))
    quick = QUICK if "--quick" in argv else []
    chosen = parser.parse_args([*quick, *argv])
    alone = bool(chosen.emulated or chosen.recording)
    defaults = {
        "routers": 0 if alone else ROUTERS,
        "pure": [] if alone else [*PURE],
        "recording": 0 if alone else RECORDING,
        "emulated": 0 if alone else EMULATED,
    }
    for name, value in defaults.items():
        if getattr(chosen, name) is None:
            setattr(chosen, name, value)
    return chosen


def say(text: str) -> None:
    """Tell the progress, beside the report."""
    print(text, file=sys.stderr, flush=True)


def on_routers(chosen: argparse.Namespace, figures: Figures) -> None:
    """Everything that needs the practice network."""
    with practice(chosen.routers, f"bench{os.getpid()}", os.getpid(), say) as ground:
        task = learn(ground)
        figures.contexts = task.contexts
        for delay_ms in chosen.delay_ms:
            _configuring(chosen, figures, ground, task, delay_ms)
        if not chosen.skip_playbooks:
            say("playbooks")
            figures.playbooks = whole(ground, task, say)
            say("playbooks, through a counting forwarder")
            figures.playbooks_seen = whole_exchanges(ground, task, say)
            say("with journal and snapshots, and without")
            figures.recording += on_real(ground, task, chosen.runs, say)


def _configuring(chosen: argparse.Namespace, figures: Figures, ground: Practice, task: Task, delay_ms: float) -> None:
    say(f"configuring part, {delay_ms:g} ms")
    with line(ground, delay_ms, counted=False) as way:
        figures.runs[delay_ms] = list(rounds(ground, task, way, chosen.runs, say))
    say("counting exchanges")
    figures.seen[delay_ms] = exchanges(ground, task, delay_ms)


def main(argv: Sequence[str]) -> int:
    """Take the figures, print them, and return an exit code; an aim that is missed is no failure."""
    chosen = options(argv)
    figures = Figures(chosen.routers)
    try:
        if chosen.pure:
            say("pure stages")
            figures.pure = scale(chosen.pure, say)
        if chosen.emulated:
            figures.emulated = emulated(chosen.emulated, chosen.networks, say)
        if chosen.recording:
            say("with journal and snapshots, and without")
            figures.recording += on_emulated(chosen.recording, chosen.runs, say)
        if chosen.routers:
            on_routers(chosen, figures)
    except (BenchError, LabError) as error:
        say(f"bench: {error}")
        return EXIT_NO_NETWORK if isinstance(error, LabError) else EXIT_FAULT
    print("\n".join(figures.text()))
    if chosen.json:
        found = {**asdict(figures), "aims": [{**asdict(aim), "met": aim.met} for aim in figures.aims()]}
        chosen.json.write_text(json.dumps(found, indent=2) + "\n")
    return 0


def alone(argv: Sequence[str]) -> int:
    """Run with locks of its own: a user's runs are nothing to a benchmark."""
    with TemporaryDirectory(prefix="bench-locks-") as locks:
        os.environ[FOLDER] = locks
        return main(argv)


if __name__ == "__main__":
    sys.exit(alone(sys.argv[1:]))
