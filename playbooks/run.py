"""One invocation of a command: what was asked for, where its words go, and the inventory and network it works on."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import click
from rich.console import Console, RenderableType

from loopwright.errors import InventoryError, UsageError
from loopwright.exit_codes import Exit
from loopwright.finding import Finding
from loopwright.report import Marks
from loopwright.report_findings import finding_lines
from playbooks.progress import Announcer
from tasks.network import Network
from tasks.workspace import Workspace, open_workspace

PLAIN_WIDTH = 100
"""Columns of an output that is no terminal and does not say."""


class CheckFailed(InventoryError):
    """The inventory reads well and breaks rules; `findings` are all that the rules found."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(tuple(str(finding) for finding in findings if finding.severity == "error"))
        self.findings = findings

    def __reduce__(self) -> tuple[type["CheckFailed"], tuple[tuple[Finding, ...]]]:
        return type(self), (self.findings,)


class _Quiet(Console):
    """A console that goes on in silence when nobody reads it any more."""

    def on_broken_pipe(self) -> None:
        silence_stdout()


def silence_stdout() -> None:
    """Send what is still printed nowhere: the reader of the pipe has gone, and the exit code is still wanted."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def console(*, stderr: bool = False) -> Console:
    """Make a console that prints values as they are: no markup in them, no colours where there is no terminal."""
    stream = sys.stderr if stderr else sys.stdout
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        # A text of a device that the terminal's encoding lacks is shown escaped rather than ending the command.
        reconfigure(errors="backslashreplace")
    width = None if stream.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
    return _Quiet(file=stream, width=width, markup=False, emoji=False, highlight=False)


def write_json(document: Mapping[str, Any]) -> None:
    """Print the one JSON document of a command."""
    try:
        sys.stdout.write(json.dumps(document, indent=2, default=str) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()


def write_file(path: Path, document: Mapping[str, Any]) -> None:
    """Save a document; raises UsageError where the file cannot be written."""
    try:
        path.write_text(json.dumps(document, indent=2, default=str) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


@dataclass
class Run:
    """The options that all commands share, and the two streams."""

    inventory: Path
    limit: tuple[str, ...] = ()
    workers: int = 1
    as_json: bool = False
    accept_new_host_keys: bool = False
    deadline: float = 0.0
    vantage_points: int | None = None
    out: Console = field(default_factory=console)
    err: Console = field(default_factory=lambda: console(stderr=True))
    learnt: list[dict[str, str]] = field(default_factory=list)
    progress: Announcer | None = None

    @classmethod
    def of(cls, options: dict[str, Any]) -> "Run":
        """Take the shared options out of a command's options."""
        shared = ("inventory", "limit", "workers", "as_json", "accept_new_host_keys", "deadline", "vantage_points")
        return cls(**{name: options.pop(name) for name in shared if name in options})

    @property
    def marks(self) -> Marks:
        """The signs that the terminal can show."""
        return Marks.of(self.out)

    def workspace(self) -> Workspace:
        """Read the inventory and check it; warnings are told, errors end the command before a device is asked."""
        workspace = open_workspace(self.inventory, self.limit)
        findings = workspace.check()
        if any(finding.severity == "error" for finding in findings):
            raise CheckFailed(findings)
        for line in finding_lines(f for f in findings if f.severity == "warning"):
            self.err.print(line, soft_wrap=True)
        if self.limit:
            workspace.chosen  # noqa: B018 - a limit that names nobody ends the command here
        return workspace

    @contextmanager
    def network(self, workspace: Workspace) -> Iterator[Network]:
        """Open the devices of a workspace; tells of learnt host keys, and stops at once when interrupted."""
        progress = self.progress = Announcer(self.err)
        network = workspace.network(self.workers, progress, accept_new_host_keys=self.accept_new_host_keys)

        def stop(number: int, frame: FrameType | None) -> None:
            progress.close()
            self.below_the_signal()
            words = "interrupted: nothing was written to any device"
            self.err.print(words)
            if self.as_json:
                write_json({"schema": 1, "error": {"message": words, "hint": "", "exit_code": Exit.INTERRUPTED}})
            # Sessions that only read need no farewell, and waiting for one that hangs is what was interrupted.
            os._exit(Exit.INTERRUPTED)

        try:
            with network, on_interrupt(stop):
                yield network
        finally:
            progress.close()
            self._tell_learnt(network)

    def _tell_learnt(self, network: Network) -> None:
        for key in network.access.learnt:
            self.learnt.append(asdict(key))
            self.err.print(f"learnt the host key of {key.device}: {key.type} {key.fingerprint}, into {key.file}")

    def tell(self, line: str) -> None:
        """Tell where a command has come to; the phases after it are told anew."""
        if self.progress is not None:
            self.progress.begin_anew()
        self.err.print(line)

    def below_the_signal(self) -> None:
        """Leave the line on which a terminal has echoed the signal."""
        if self.err.is_terminal:
            self.err.print()

    def show(self, *parts: RenderableType) -> None:
        """Print parts of a report, on stderr where stdout is for the document."""
        for part in parts:
            (self.err if self.as_json else self.out).print(part)

    def report(self, document: Mapping[str, Any], *parts: RenderableType) -> None:
        """Print the end of a command: the document, or the report for people."""
        if self.as_json:
            write_json({**document, "learnt_host_keys": self.learnt})
            return
        for part in parts:
            self.out.print(part)

    def confirm(self, question: str, *, yes: bool) -> bool:
        """Ask before something is changed; raises UsageError where nobody can be asked."""
        if yes:
            return True
        if not asks_somebody():
            raise UsageError("nobody can be asked here, and --yes was not said; nothing was written", hint="say --yes")
        return click.confirm(question, default=False, err=True)


def asks_somebody() -> bool:
    """Whether a question would be answered by a person."""
    return sys.stdin.isatty()


@contextmanager
def on_interrupt(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle Ctrl-C in a way of one's own for a while; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
