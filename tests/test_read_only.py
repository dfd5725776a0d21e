"""What only reads sends nothing but what the platform folder lists for reading."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import lab
from loopwright.platform import load_platforms
from playbooks.cli import main
from tasks.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.timeout(60)]

READING = ("audit", "verify", "plan", "validate --live", "explain p4 0")


def allowed() -> set[str]:
    """The commands that prepare a session, identify a device, or tell of it."""
    platform = load_platforms()["frr"]
    assert platform.identify is not None
    told = {platform.configuration.command, platform.identify.command, *(e.command for e in platform.evidence)}
    assert all(command.startswith("show ") for command in told)
    return told | set(platform.session.prepare)


@pytest.mark.parametrize("command", READING)
def test_a_reading_command_sends_no_line_outside_the_list(
    provisioned: lab.Network,
    practice: lab.Network,
    practice_inventory: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    sent: list[str] = []
    write = Terminal._write

    def recording(self: Terminal, text: str, commands: int) -> Any:
        sent.extend(text.splitlines())
        return write(self, text, commands)

    monkeypatch.setattr(Terminal, "_write", recording)
    monkeypatch.chdir(practice_inventory.parent)
    told = CliRunner().invoke(main, command.split())
    assert told.exit_code == 0, told.output
    shell: Sequence[str] = [words.enter for words in (load_platforms()["frr"].session.shell,) if words]
    assert sent
    assert set(sent) <= allowed() | set(shell)
