"""The command line on real routers: what each command prints and its exit code, times masked."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import lab
from playbooks.cli import main
from tests.goldens import assert_golden

pytestmark = [pytest.mark.lab, pytest.mark.timeout(90)]

MASKS = (
    (r"\d+ readings?, \d+\.\d s", "READINGS"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"runs/\d{8}-\d{6}(-\d+)?", "runs/RUN"),
    (r"\bfrom [aep][12345678] \((?:loopback|routed interface)\)(?:,\s+\w+\s+\([a-z ]+\))*", "from VANTAGE POINTS"),
    (r"FRRouting \S+", "FRRouting VERSION"),
    (r"answers [aep]\d(?:, [aep]\d)*", "answers VANTAGE POINTS"),
    (r"\b[23] of [23] answered", "ANSWERED"),
)
DESCRIPTION = "loopback of the practice network"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(main, list(arguments))


def masked(text: str) -> str:
    for pattern, word in MASKS:
        text = re.sub(pattern, word, text)
    return text


@contextmanager
def configured(network: lab.Network, router: str, lines: tuple[str, ...], back: tuple[str, ...]) -> Iterator[None]:
    """Configure a router behind our back for a while."""
    network.vtysh(router, "configure terminal", *lines)
    try:
        yield
    finally:
        network.vtysh(router, "configure terminal", *back)


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", "--live"),
        ("plan",),
        ("verify",),
        ("audit",),
        ("explain", "p4", "0"),
        ("provision", "--yes"),
        ("verify", "--vantage-points", "all", "--rungs", "end-to-end", "--limit", "edge"),
    ],
    ids=" ".join,
)
def test_a_network_that_is_well(
    provisioned: lab.Network, practice: lab.Network, practice_inventory: Path, arguments: tuple[str, ...]
) -> None:
    told = run(*arguments)
    assert told.exit_code == 0, told.output
    assert_golden(f"cli/lab, {' '.join(arguments)}.txt", masked(told.stdout))


def test_a_second_provision_sends_no_line_and_keeps_no_run(
    provisioned: lab.Network, practice: lab.Network, practice_inventory: Path
) -> None:
    told = run("provision", "--yes")
    assert "nothing to change: no configuration line was sent" in told.stdout
    assert not Path("runs").exists()


OTHER = ("interface lo", "description another text")
MEANT = ("interface lo", f"description {DESCRIPTION}")


@pytest.mark.parametrize(("command", "code"), [("plan", 0), ("audit", 4), ("verify", 4), ("explain p2 0", 4)])
def test_a_description_that_differs(
    provisioned: lab.Network, practice: lab.Network, practice_inventory: Path, command: str, code: int
) -> None:
    with configured(practice, "p2", OTHER, MEANT):
        told = run(*command.split(), *(() if command.startswith("explain") else ("--limit", "p2")))
    assert told.exit_code == code, told.output
    assert_golden(f"cli/lab, a description differs, {command}.txt", masked(told.stdout))


def test_provision_keeps_what_holds(provisioned: lab.Network, practice: lab.Network, practice_inventory: Path) -> None:
    with configured(practice, "p2", OTHER, MEANT):
        told = run("provision", "--yes")
        assert DESCRIPTION in practice.running_config("p2")
    assert told.exit_code == 0, told.output
    assert_golden("cli/lab, provision keeps.txt", masked(told.stdout))
    (folder,) = Path("runs").iterdir()
    assert {"change.json", "report.json", "journal.jsonl"} <= {path.name for path in folder.iterdir()}
    assert folder.stat().st_mode & 0o777 == 0o700


DOWN = "ip link set lo down"
UP = "ip link set lo up; ip addr show lo | grep -q 2001:db8:255::2 || ip addr add 2001:db8:255::2/128 dev lo"


def test_provision_puts_back_what_fails(
    provisioned: lab.Network, practice: lab.Network, practice_inventory: Path
) -> None:
    with configured(practice, "p2", OTHER, MEANT):
        before = practice.running_config("p2")
        practice.run("p2", ["sh", "-c", DOWN])
        try:
            told = run("provision", "--yes", "--deadline", "3")
        finally:
            practice.run("p2", ["sh", "-c", UP])
        assert practice.running_config("p2") == before
    assert told.exit_code == 5, told.output
    assert_golden("cli/lab, provision puts back.txt", masked(told.stdout))


@pytest.mark.parametrize("command", ["validate --live", "plan", "verify", "audit", "explain e2 0", "provision --yes"])
def test_a_device_that_does_not_answer(
    provisioned: lab.Network, practice: lab.Network, practice_inventory: Path, command: str
) -> None:
    practice.stop_ssh("e2")
    try:
        told = run(*command.split())
        document = json.loads(run(*command.split(), "--json").stdout)
    finally:
        practice.start_ssh("e2")
    assert (told.exit_code, document["exit_code"]) == (3, 3), told.output
    assert_golden(f"cli/lab, a dead device, {command}.txt", masked(told.stdout))


def test_an_unknown_host_key_is_refused_and_learnt_on_request(practice: lab.Network, practice_inventory: Path) -> None:
    known = Path("known_hosts")
    defaults = practice_inventory / "defaults.yaml"
    defaults.write_text(defaults.read_text().replace(str(practice.known_hosts), str(known.absolute())))
    refused = run("validate", "--live", "--limit", "p1")
    assert refused.exit_code == 3
    learnt = run("validate", "--live", "--json", "--accept-new-host-keys")
    assert learnt.exit_code == 0, learnt.output
    assert [key["device"] for key in json.loads(learnt.stdout)["learnt_host_keys"]] == sorted(practice.routers)
    assert "learnt the host key of p1: " in learnt.stderr
    assert run("validate", "--live").exit_code == 0


def test_an_offline_audit_of_what_runs(
    provisioned: lab.Network, practice: lab.Network, practice_inventory: Path
) -> None:
    folder = Path("saved")
    folder.mkdir()
    for router in practice.routers:
        (folder / f"{router}.cfg").write_text(practice.vtysh(router, "show running-config"))
    told = run("audit", "--configs", str(folder))
    assert told.exit_code == 0, told.output


def test_nothing_is_printed_that_is_not_meant(
    provisioned: lab.Network, practice: lab.Network, practice_inventory: Path
) -> None:
    told = run("verify", "--json")
    assert json.loads(told.stdout)["counts"]["pass"] == 16
    assert "\x1b" not in told.stderr


def test_an_interrupt_while_reading_ends_at_once(practice: lab.Network, practice_inventory: Path) -> None:
    practice.hang_ssh("e2")
    try:
        program = [sys.executable, "-m", "playbooks.verify", "--inventory", str(practice_inventory)]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
        with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stderr is not None
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(4)  # long enough to be in the middle of it, and the device hangs for longer
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=3)
    finally:
        practice.start_ssh("e2")
    assert (process.returncode, out) == (130, b"")
    assert err.decode() == "interrupted: nothing was written to any device\n"
