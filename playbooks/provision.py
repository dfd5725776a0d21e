"""Plan, ask, and carry out wave by wave: write, prove, then keep or put back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from rich.text import Text

from loopwright.change import Allowed
from loopwright.errors import Refused, UsageError
from loopwright.exit_codes import Exit
from loopwright.plan import Plan, basis, plan_device, rests_on
from loopwright.plan_file import SavedPlan, plan_fields, read_plan, sealed, what_changed
from loopwright.report import counted, document
from loopwright.run_folder import RunRecord
from loopwright.snapshot import Snapshot, as_document, known_loopbacks, snapshot_of
from loopwright.wave_decision import named
from playbooks import plan as planning_playbook
from playbooks.asked import Asked
from playbooks.calendar import begins_at, next_opening, refuse_closed, wait_until, windows_of
from playbooks.carried_through import carried_through, run_folder
from playbooks.command import WRITE_DEADLINE, planning, playbook, runs_option
from playbooks.earlier import CHANGE, SNAPSHOT, open_on, supersede_runs
from playbooks.ending import Provisioned
from playbooks.look import Seen, look
from playbooks.plan import plan_pages, shown_fields
from playbooks.propose import Proposal, interest_of, propose, proposed, read_before
from playbooks.run import Run
from playbooks.terms import Terms, timers_needed
from playbooks.undertaking import Undertaking, jobs_of, restricted
from playbooks.verify import beside, pages, proof_fields, prove
from playbooks.verify import exit_code as proof_exit_code
from playbooks.waves import carry_out
from playbooks.written_down import told
from tasks.deploy import save as save_devices
from tasks.network import Network
from tasks.prove import Proof
from tasks.snapshot import read_twice
from tasks.station_lock import locked
from tasks.workspace import Workspace


def provision(
    workspace: Workspace,
    network: Network,
    seen: Seen,
    plan: Plan,
    folder: RunRecord,
    deadline: float,
    vantage_points: int | None,
    terms: Terms | None = None,
) -> Provisioned:
    """Carry out a plan: write, prove, then keep or put back; every device ends in a known state or is named.

    Raises Refused where a device's timer cannot outlast its wave, and where another run holds a device.
    """
    known = known_loopbacks(seen.observed, workspace.intents)
    reading = read_before(network, seen, plan, known) if plan.changing else None
    terms = terms or Terms(deadline, vantage_points)
    proposal = Proposal(seen, SavedPlan(plan), terms, reading=reading, known=known)
    return carry_out(undertaken(workspace, network, proposal, folder))


def undertaken(workspace: Workspace, network: Network, proposal: Proposal, folder: RunRecord) -> Undertaking:
    """Make a proposal an undertaking: its jobs, and the two readings that harm is held against."""
    seen, plan, terms = proposal.seen, proposal.plan, proposal.terms
    waves = terms.waves or (tuple(p.device for p in plan.changing),)
    needed = timers_needed(waves, network.workers, terms.deadline)
    jobs = jobs_of(workspace, seen, plan, needed, folder.id, terms.timer)
    before: tuple[Snapshot, ...] = ()
    reading = proposal.reading
    if terms.snapshots and reading is not None:
        readings = read_twice(network, seen.observed, interest_of(plan, proposal.known), reading)
        reading = readings[-1]  # somebody may have thought about the plan for hours since the first one
        before = tuple(snapshot_of(picture, proposal.known) for picture in readings)
        folder.write_compact(SNAPSHOT, {"before": [as_document(snapshot) for snapshot in before]})
    return Undertaking(workspace, network, seen, plan, folder, terms, jobs, reading, before, proposal.known)


@playbook("provision", deadline=WRITE_DEADLINE)
@planning
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=False)
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.option("--save", is_flag=True, help="Where nothing is to change, save what is proved: an earlier run left it.")
@runs_option
@click.option(
    "--window", multiple=True, metavar="WHEN", help="When may be written, e.g. 'Sun 02:00-04:00 Europe/Berlin'."
)
@click.option("--outside-window", metavar="REASON", default="", help="Write although no window is open; journalled.")
@click.option("--supersede", is_flag=True, help="Change a device too on which an earlier run is not finished.")
@click.option("--at", metavar="next|TIME", help="Wait until the next window opens, or until a time (ISO 8601).")
def command(
    run: Run,
    *,
    asked: Asked,
    file: Path | None,
    yes: bool,
    save: bool,
    runs: Path,
    window: tuple[str, ...],
    outside_window: str,
    supersede: bool,
    at: str | None,
) -> int:
    """Plan, ask, deploy, prove; keep what holds, put back what fails its proof for a reason of its own.

    FILE is a plan that `loopwright plan --out` has saved: its lines are sent and nothing else.
    """
    if file is not None and asked.waves is not None:
        raise UsageError("the waves of a saved plan are in it", hint="leave out --waves, or plan again with them")
    workspace = run.workspace()
    calendars = windows_of(workspace, window)
    now = datetime.now().astimezone()
    begins = begins_at(at, now) if at is not None else None
    if at is None:
        refuse_closed(calendars, [intent.device for intent in workspace.chosen], now, outside_window)
    with run.network(workspace) as network:
        proposal = _proposal(run, workspace, network, asked, file)
        run.show(*plan_pages(workspace, proposal))
        if planning_playbook.exit_code(proposal) == Exit.DIFFERS:
            return unwritten(run, proposal, proposal.refusal)
        if not proposal.plan.changing:
            return _unchanged(run, workspace, network, proposal, runs if save else None)
        if not supersede:
            refuse_unfinished(network, runs, proposal.plan, "finish it, or say --supersede to leave it")
        if not run.confirm(f"Write to {counted(len(proposal.plan.changing), 'device')}?", yes=yes):
            return unwritten(run, proposal, "not confirmed")
        terms = replace(proposal.terms, calendars=calendars, outside=outside_window, windows=window)
        proposal = replace(proposal, terms=terms)
        if at is None:
            return carried_out(run, workspace, network, proposal, runs)
    wait_until(run, begins or next_opening(calendars, [p.device for p in proposal.plan.changing]))
    with run.network(workspace) as network:
        return carried_out(run, workspace, network, _anew(workspace, network, proposal), runs)


def _proposal(run: Run, workspace: Workspace, network: Network, asked: Asked, file: Path | None) -> Proposal:
    folder = str(run.inventory)
    if file is None:
        return propose(workspace, network, asked, run.deadline, run.vantage_points, folder)
    return _reviewed(run, workspace, network, asked, read_plan(file))


def _reviewed(run: Run, workspace: Workspace, network: Network, asked: Asked, saved: SavedPlan) -> Proposal:
    """A saved plan, held against what the network and the inventory are now; raises Refused."""
    chosen = {intent.device for intent in workspace.chosen}
    names = tuple(p.device for p in saved.plan.devices if p.device in chosen or not workspace.limit)
    unknown = [name for name in names if name not in workspace.intent_of]
    if unknown:
        raise Refused(f"the plan is for {', '.join(unknown)}, which the inventory does not have; nothing was written")
    waves = tuple(kept for wave in saved.waves if (kept := tuple(name for name in wave if name in names)))
    seen = look(workspace, network)
    held = replace(saved, plan=restricted(saved.plan, names), waves=waves)
    refuse_stale(workspace, seen, held.plan)
    held = replace(held, origin=replace(saved.origin, ticket=asked.ticket or saved.origin.ticket))
    return proposed(workspace, network, seen, held, asked, Terms(run.deadline, run.vantage_points))


def _anew(workspace: Workspace, network: Network, proposal: Proposal) -> Proposal:
    """A proposal that was approved some time ago, with what the network is now; raises Refused."""
    seen = look(workspace, network)
    refuse_stale(workspace, seen, proposal.plan)
    known = known_loopbacks(seen.observed, workspace.intents)
    reading = read_before(network, seen, proposal.plan, known)
    return replace(proposal, seen=seen, known=known, reading=reading)


def refuse_stale(workspace: Workspace, seen: Seen, plan: Plan) -> None:
    """Raise Refused where a device is not what the plan rests on any more, or the inventory asks for something else."""
    told = []
    for planned in plan.changing:
        observed, name = seen.observed.get(planned.device), planned.device
        if observed is None:
            told.append(f"{name} does not answer: {seen.errors[name].message.removeprefix(f'{name}: ')}")
            continue
        intent, platform = workspace.intent_of[name], workspace.of_devices[name]
        if basis(intent, observed, platform) != planned.basis:
            since = what_changed(planned, rests_on(intent, observed, platform))
            told.append(f"{name} has changed since it was planned: {'; '.join(since) or 'its loopbacks'}")
        elif plan_device(intent, observed, platform, Allowed(True, True, True, True)).commits != planned.commits:
            told.append(f"{name}: the inventory or its templates ask for something else than when it was planned")
    if told:
        raise Refused(
            "the plan is stale, nothing was written:\n" + "\n".join(f"  {line}" for line in told),
            hint="plan again: loopwright plan --out FILE",
        )


def unwritten(run: Run, proposal: Proposal, refusal: str | None, command: str = "provision") -> int:
    """End a run that wrote nothing."""
    code = Exit.DIFFERS
    told = replace(proposal, saved=replace(proposal.saved, refused=refusal))
    run.report(document(command, code, run=None, plan=shown_fields(told)))
    run.err.print("nothing was written to any device")
    return code


def _unchanged(run: Run, workspace: Workspace, network: Network, proposal: Proposal, runs: Path | None) -> int:
    """Prove what is there already: a run that changes nothing has its proof too, and saves when it is told to."""
    seen = proposal.seen
    proof = prove(workspace, network, seen, run.deadline, run.vantage_points)
    code = proof_exit_code(proof, seen)
    saved = _saved(workspace, network, proposal, proof, runs) if runs is not None else ()
    found = document("provision", code, run=None, plan=shown_fields(proposal), **proof_fields(proof))
    told = [Text("nothing to change: no configuration line was sent")]
    if runs is not None:
        told.append(Text(f"saved: {', '.join(saved) or 'nothing'}"))
    run.report(found, *beside(proof, seen), *pages(proof, run), *told)
    return code


def _saved(workspace: Workspace, network: Network, proposal: Proposal, proof: Proof, runs: Path) -> tuple[str, ...]:
    """Save the devices whose every rung holds."""
    doubtful = {v.device for v in proof.verdicts if v.state != "pass"}
    chosen = tuple(p.device for p in proposal.plan.devices if p.device not in doubtful)
    jobs = jobs_of(workspace, proposal.seen, restricted(proposal.plan, chosen), every=True)
    with run_folder(runs) as folder, locked(network, jobs, folder.id):
        return tuple(name for name, outcome in save_devices(network, jobs, folder).items() if outcome.ok)


def carried_out(
    run: Run,
    workspace: Workspace,
    network: Network,
    proposal: Proposal,
    runs: Path,
    command: str = "provision",
    of: str = "",
) -> int:
    """Carry out a plan inside its run folder; `of` is the run that it takes back."""
    with run_folder(runs) as folder, locked(network, [p.device for p in proposal.plan.changing], folder.id):
        supersede_runs(runs, [p.device for p in proposal.plan.changing], folder)
        folder.write_document(CHANGE, sealed(plan_fields(proposal.saved)))
        folder.record("run", command=command, of=of, inventory=str(run.inventory.absolute()), **_said(proposal))
        with carried_through(run, folder, proposal.plan.changing) as stopped:
            terms = replace(proposal.terms, stopped=stopped, tell=run.tell)
            undertaking = undertaken(workspace, network, replace(proposal, terms=terms), folder)
            result = carry_out(undertaking)
        return told(run, network, folder, command, proposal, result)


def refuse_unfinished(network: Network, runs: Path, plan: Plan, hint: str) -> None:
    """Raise Refused where an earlier run is not finished on a device that the plan changes, or goes on just now."""
    changing = [p.device for p in plan.changing]
    with locked(network, changing, "asking"):  # a run that goes on is told as what it is, not as unfinished
        left = open_on(runs, changing)
    if left:
        told = "; ".join(f"run {name} is not finished on {named(devices)}" for name, devices in left.items())
        raise Refused(f"{told}; nothing was written", hint=hint)


def _said(proposal: Proposal) -> Mapping[str, object]:
    origin, terms = proposal.saved.origin, proposal.terms
    return {
        "author": origin.author,
        "ticket": origin.ticket,
        "deadline": terms.deadline,
        "vantage_points": terms.vantage_points,
        "threshold": str(terms.threshold),
        "timer": terms.timer,
        "outside": terms.outside,
        "windows": list(terms.windows),
    }


if __name__ == "__main__":
    command()
