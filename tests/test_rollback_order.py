"""Which of the later runs stand in the way of a rollback: those whose change stands, not those that were taken back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from loopwright.change import Change
from loopwright.errors import Refused
from loopwright.models import Loopback
from loopwright.plan import Commit, DevicePlan, Plan
from loopwright.plan_file import Origin, SavedPlan, plan_fields, sealed
from loopwright.run_folder import RunFolder, new_run
from playbooks.earlier import CHANGE, earlier
from playbooks.rollback import refuse_later_runs

PLAN = Plan(
    (
        DevicePlan(
            "r1", "frr", (Change(None, Loopback(1, "lo1", ("198.51.100.1/32",)), ()),), (Commit(("interface lo1",)),),
        ),
    )
)  # fmt: skip
SAVED = SavedPlan(PLAN, Origin("2026-01-01T00:00:00+00:00", "somebody@here", "", "inventory"), (("r1",),))
CASES = {
    "none": ([("a", "")], []),
    "a later one": ([("a", ""), ("b", "")], ["b"]),
    "a later one that was taken back": ([("a", ""), ("b", ""), ("c", "b")], []),
    "two that were taken back in turn": ([("a", ""), ("b", ""), ("c", ""), ("d", "c"), ("e", "b")], []),
    "one of two": ([("a", ""), ("b", ""), ("c", ""), ("d", "c")], ["b"]),
    "a rollback that was taken back": ([("a", ""), ("b", ""), ("c", "b"), ("d", "c")], ["b"]),
    "it was taken back itself": ([("a", ""), ("b", "a")], ["b"]),
    "one before it was taken back after it": ([("z", ""), ("a", ""), ("b", "z")], ["b"]),
}
"""Runs in their order, each with the run that it takes back; and who stands in the way of run a."""


def finished(runs: Path, of: str) -> RunFolder:
    """A run that has kept its change on its one device."""
    folder = new_run(runs, lambda: datetime.now(UTC))
    folder.write_document(CHANGE, sealed(plan_fields(SAVED)))
    folder.record("run", command="rollback" if of else "provision", of=of)
    for event in ("begin", "done"):
        folder.record(event, device="r1", action="save")
    folder.close()
    return folder


@pytest.mark.parametrize(("order", "others"), CASES.values(), ids=list(CASES))
def test_a_run_is_in_the_way_while_its_change_stands(
    tmp_path: Path, order: list[tuple[str, str]], others: list[str]
) -> None:
    ids: dict[str, str] = {}
    for name, of in order:
        ids[name] = finished(tmp_path, ids.get(of, "")).id
    found = earlier(tmp_path, ids["a"])
    told = ""
    try:
        refuse_later_runs(found, ["r1"], tmp_path)
    except Refused as refused:
        told = refused.message
    assert [name for name in ids if f"run {ids[name]} changed loopback 1 of r1" in told] == others


def test_a_run_that_wrote_nothing_is_not_in_the_way(tmp_path: Path) -> None:
    first = finished(tmp_path, "")
    saving = new_run(tmp_path, lambda: datetime.now(UTC))
    saving.record("begin", device="r1", action="save")
    saving.close()
    refuse_later_runs(earlier(tmp_path, first.id), ["r1"], tmp_path)
