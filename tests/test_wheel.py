"""What is built is what people install: the wheel has all that runs, and nothing of anybody's network."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=100,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_has_the_four_packages_and_the_platform_folders(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"loopwright", "tasks", "playbooks", "lab"}
    for folder in (ROOT / "templates").iterdir():
        assert f"loopwright/templates/{folder.name}/platform.yaml" in names


def test_the_wheel_has_no_inventory_of_anybody(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.startswith(("inventory/", "runs/", "tests/"))] == []


def test_what_the_wheel_installs_finds_its_platforms(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = "import loopwright, loopwright.platform as p; print(loopwright.__file__); print(*p.load_platforms())"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout.splitlines()
    assert told[0].startswith(str(tmp_path))
    assert told[1].split() == sorted(folder.name for folder in (ROOT / "templates").iterdir())
