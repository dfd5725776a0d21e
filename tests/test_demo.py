"""The demo, whole, against the output that is kept; and the README, which shows parts of it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import lab

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests/golden/demo.txt"
ON_MODEL = ROOT / "tests/golden/demo_model.txt"
MASKS = (
    (r"\d+\.\d+ s\b", "N.N s"),
    (r"\(\d+ readings", "(N readings"),
    (r"^(read|ping): \d+ devices", r"\1: N devices"),
    (r"runs/\d{8}-\d{6}", "runs/DATE-TIME"),
)


PHASE = re.compile(r"^(?P<phase>[a-z][a-z ]+): \S+ devices?, N\.N s$")


def masked(text: str) -> str:
    """What the demo prints, without what differs from run to run."""
    for pattern, mask in MASKS:
        text = re.sub(pattern, mask, text, flags=re.MULTILINE)
    return "\n".join(first_phases(line.rstrip() for line in text.splitlines())) + "\n"


def first_phases(lines: Iterable[str]) -> Iterator[str]:
    """Leave out that a command's phase is told again: that depends on how long ago it was told."""
    told: set[str] = set()
    for line in lines:
        if line.startswith("$ "):
            told.clear()
        found = PHASE.match(line)
        if found is None or found["phase"] not in told:
            yield line
        if found is not None:
            told.add(found["phase"])


@pytest.fixture
def practice_possible() -> None:
    """Real routers can run here; where they cannot, that is a reason to skip, and in CI a failure."""
    try:
        lab.require()
    except lab.LabUnavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no practice network here: {reason}")


def demo_prints_what_is_kept(golden: Path, *options: str) -> None:
    """UPDATE_GOLDEN=1 keeps what it prints now."""
    environment = {**os.environ, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "playbooks.demo", *options],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=170, check=False,
    )  # fmt: skip
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(masked(done.stdout), encoding="utf-8")
    assert masked(done.stdout) == golden.read_text(encoding="utf-8")
    assert done.returncode == 0


@pytest.mark.lab
@pytest.mark.timeout(180)
def test_the_demo_on_real_routing_prints_what_is_kept(practice_possible: None) -> None:
    demo_prints_what_is_kept(GOLDEN)


@pytest.mark.lab
@pytest.mark.timeout(180)
def test_the_demo_on_the_model_prints_what_is_kept() -> None:
    """With Python alone, on any machine."""
    demo_prints_what_is_kept(ON_MODEL, "--model")


def _shown(name: str) -> str:
    """A part of the README that is said to be printed by the demo."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} -->\n+```console\n(.*?)```", readme, flags=re.DOTALL)
    assert found is not None
    return found[1]


def test_the_screen_in_the_readme_is_what_the_demo_prints() -> None:
    shown = masked(_shown("demo:verify"))
    assert shown in GOLDEN.read_text(encoding="utf-8")
