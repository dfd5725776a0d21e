"""Take back what an earlier run has kept: a run of its own, planned from what the devices were before that one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from loopwright.before import without_secrets
from loopwright.change import Change, differences
from loopwright.difference import Difference
from loopwright.errors import Refused, UsageError
from loopwright.exit_codes import Exit
from loopwright.models import Observed
from loopwright.plan import Commit, DevicePlan, Plan, basis, removals_allowed, rests_on
from loopwright.plan_file import SavedPlan
from loopwright.replay import Phase
from loopwright.report import counted
from loopwright.undo import way_back
from playbooks.as_before import as_it_was, as_planned, turned
from playbooks.asked import Asked
from playbooks.calendar import refuse_closed, windows_of
from playbooks.carried_through import now
from playbooks.command import WRITE_DEADLINE, planning, playbook, runs_option
from playbooks.earlier import Earlier, earlier, known_devices, later_runs
from playbooks.look import Seen, look
from playbooks.plan import exit_code, plan_pages
from playbooks.propose import origin_of, proposed
from playbooks.provision import carried_out, refuse_unfinished, unwritten
from playbooks.run import Run
from playbooks.terms import Terms
from tasks.workspace import Workspace


@playbook("rollback", deadline=WRITE_DEADLINE)
@planning
@click.argument("name", metavar="RUN")
@runs_option
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.option("--outside-window", metavar="REASON", default="", help="Write although no window is open; journalled.")
def command(run: Run, *, asked: Asked, name: str, runs: Path, yes: bool, outside_window: str) -> int:
    """Take back what a run has kept: its loopbacks become what they were before, proved like any change.

    Refused where a later run changed the same loopback, or somebody else did.
    """
    workspace = run.workspace()
    found = earlier(runs, name)
    kept = found.in_phase(Phase.KEPT)
    if found.open:
        raise UsageError(f"run {found.id} is not finished: {', '.join(found.open)} is open", hint="revert or resume it")
    if not kept:
        raise UsageError(f"run {found.id} has kept nothing that could be taken back")
    known_devices(found, workspace, kept)
    refuse_later_runs(found, kept, runs)
    calendars = windows_of(workspace, ())
    refuse_closed(calendars, kept, now(), outside_window)
    with run.network(workspace) as network:
        seen = look(workspace, network)
        plan = inverse(workspace, seen, found, kept)
        before = as_planned(workspace, plan)
        refused = removals_allowed(plan, asked.allow_removals)
        saved = SavedPlan(plan, origin_of(asked, str(run.inventory)), refused=refused)
        proposal = proposed(before, network, seen, saved, asked, Terms(run.deadline, run.vantage_points))
        run.show(*plan_pages(before, proposal))
        if exit_code(proposal) == Exit.DIFFERS:
            return unwritten(run, proposal, proposal.refusal, "rollback")
        refuse_unfinished(network, runs, plan, "resume, confirm or revert it first")
        if not run.confirm(f"Write to {counted(len(plan.changing), 'device')}?", yes=yes):
            return unwritten(run, proposal, "not confirmed", "rollback")
        terms = replace(proposal.terms, calendars=calendars, outside=outside_window)
        return carried_out(run, before, network, replace(proposal, terms=terms), runs, "rollback", of=found.id)


def refuse_later_runs(found: Earlier, kept: Sequence[str], runs: Path) -> None:
    """Raise Refused where a later run has changed the same loopback of a device, and was not rolled back itself."""
    mine = {(p.device, c.number) for p in found.saved.plan.changing if p.device in kept for c in p.changes}
    told = [
        f"run {later.id} changed loopback {change.number} of {plan.device}"
        for later, touched in standing(later_runs(found, runs))
        for plan in later.saved.plan.changing
        for change in plan.changes
        if plan.device in touched and (plan.device, change.number) in mine
    ]
    if told:
        raise Refused(
            f"run {found.id} cannot be taken back, nothing was written:\n" + "\n".join(f"  {line}" for line in told),
            hint="roll the later runs back first",
        )


def standing(later: Sequence[Earlier]) -> Iterator[tuple[Earlier, frozenset[str]]]:
    """Some runs, the last one first, each with the devices on which its change stands or may stand.

    A run that another of them has rolled back does not stand on a device, nor does that rollback.
    """
    names = {run.id for run in later}
    taken_back: set[tuple[str, str]] = set()
    for run in later:
        kept = {(run.id, name) for name in run.in_phase(Phase.KEPT)} - taken_back
        if run.of in names:
            taken_back |= {(run.of, name) for _, name in kept}
            kept = set()
        yield run, frozenset((*(name for _, name in kept), *run.open))


def inverse(workspace: Workspace, seen: Seen, found: Earlier, kept: Sequence[str]) -> Plan:
    """The plan that leads back; raises Refused where a device does not answer or is not what the run has left."""
    plans = {plan.device: plan for plan in found.saved.plan.changing if plan.device in kept}
    silent = [name for name in plans if name not in seen.observed]
    if silent:
        raise Refused(f"{', '.join(silent)} does not answer; nothing was written")
    return Plan(tuple(_inverse(workspace, seen.observed[name], found, plan) for name, plan in plans.items()))


def _inverse(workspace: Workspace, observed: Observed, found: Earlier, plan: DevicePlan) -> DevicePlan:
    name, platform = plan.device, workspace.of_devices[plan.device]
    before = found.before(workspace, name)
    if before is None:
        raise UsageError(f"run {found.id} has kept nothing of what {name} was before")
    left = [c for c in plan.changes if observed.loopback(c.number) != c.after]
    back = way_back(before, without_secrets(observed, plan.changes, platform), plan.changes, platform)
    if left or back is None:
        raise Refused(f"{name} is not what run {found.id} has left: somebody changed it since; nothing was written")
    changes = tuple(turned(change) for change in plan.changes)
    intent = as_it_was(workspace.intent_of[name], plan.changes)
    commits = tuple(Commit(lines) for lines in back if lines)
    return DevicePlan(
        name, plan.platform, changes, commits, _forward(changes, observed, workspace),
        basis(intent, observed, platform), rests_on=rests_on(intent, observed, platform),
    )  # fmt: skip


def _forward(changes: Sequence[Change], observed: Observed, workspace: Workspace) -> tuple[Commit, ...]:
    """The lines that would make the rolled back change again."""
    platform = workspace.of_devices[observed.device]

    def groups() -> Iterator[tuple[str, ...]]:
        for change in changes:
            back: Difference = differences(change, observed, platform)[1]
            yield from back.commits

    return tuple(Commit(lines) for lines in groups() if lines)


if __name__ == "__main__":
    command()
