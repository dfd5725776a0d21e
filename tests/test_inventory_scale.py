"""Large networks: read and checked whole, with memory that grows with their size and no faster."""

import tracemalloc
from pathlib import Path

from bench.generate import write_inventory
from loopwright.check import check_inventory
from loopwright.intent import intents
from loopwright.inventory import read_inventory
from loopwright.platform import load_platforms


def peak_memory(folder: Path, devices: int) -> int:
    write_inventory(folder, devices)
    platforms = load_platforms(None)
    tracemalloc.start()
    try:
        inventory = read_inventory(folder)
        wanted = intents(inventory)
        assert check_inventory(inventory, platforms, intents=wanted) == ()
        assert sum(len(intent.loopbacks) for intent in wanted) == 4 * devices
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_linearly(tmp_path: Path) -> None:
    small, large = (peak_memory(tmp_path / str(devices), devices) for devices in (1_000, 5_000))
    assert large < 6 * small
