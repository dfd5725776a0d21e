"""Plan, ask, and carry out wave by wave: write, prove, then keep or put back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from loopwright.change import Allowed
from loopwright.errors import Refused
from loopwright.exit_codes import Exit
from loopwright.journal import read_journal
from loopwright.plan import Plan, basis, plan_device, rests_on
from loopwright.plan_file import SavedPlan, plan_fields, read_plan, sealed, what_changed
from loopwright.report import counted, document
from loopwright.run_folder import JOURNAL, RunFolder
from loopwright.snapshot import Snapshot, as_document, known_loopbacks, snapshot_of
from playbooks import plan as planning_playbook
from playbooks.asked import Asked
from playbooks.calendar import refuse_closed, wait_until, windows_of
from playbooks.carried_through import carried_through, run_folder
from playbooks.command import WRITE_DEADLINE, planning, playbook
from playbooks.ending import Provisioned, ending, exit_code, fields
from playbooks.look import Seen, look
from playbooks.plan import plan_pages, shown_fields
from playbooks.propose import Proposal, arranged, interest_of, propose, read_before
from playbooks.run import Run
from playbooks.terms import Terms, timers_needed
from playbooks.undertaking import Undertaking, jobs_of, restricted
from playbooks.verify import beside, pages, proof_fields, prove
from playbooks.verify import exit_code as proof_exit_code
from playbooks.waves import carry_out
from tasks.deploy import save as save_devices
from tasks.network import Network
from tasks.prove import Proof
from tasks.snapshot import read_twice
from tasks.station_lock import locked
from tasks.workspace import Workspace

SNAPSHOT_FILE = "snapshot.json"


def provision(
    workspace: Workspace,
    network: Network,
    seen: Seen,
    plan: Plan,
    folder: RunFolder,
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


def undertaken(workspace: Workspace, network: Network, proposal: Proposal, folder: RunFolder) -> Undertaking:
    """Make a proposal an undertaking: its jobs, and the two readings that harm is held against."""
    seen, plan, terms = proposal.seen, proposal.plan, proposal.terms
    waves = terms.waves or (tuple(p.device for p in plan.changing),)
    needed = timers_needed(waves, network.workers, terms.deadline)
    jobs = jobs_of(workspace, seen, plan, needed, folder.id, terms.timer)
    before: tuple[Snapshot, ...] = ()
    if terms.snapshots and proposal.reading is not None:
        readings = read_twice(network, seen.observed, interest_of(plan, proposal.known), proposal.reading)
        before = tuple(snapshot_of(picture, proposal.known) for picture in readings)
        folder.write_document(SNAPSHOT_FILE, {"before": [as_document(snapshot) for snapshot in before]})
    return Undertaking(workspace, network, seen, plan, folder, terms, jobs, proposal.reading, before, proposal.known)


@playbook("provision", deadline=WRITE_DEADLINE)
@planning
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=False)
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.option("--save", is_flag=True, help="Where nothing is to change, save what is proved: an earlier run left it.")
@click.option("--runs", type=click.Path(path_type=Path, file_okay=False), default=Path("runs"), show_default=True)
@click.option(
    "--window", multiple=True, metavar="WHEN", help="When may be written, e.g. 'Sun 02:00-04:00 Europe/Berlin'."
)
@click.option("--outside-window", metavar="REASON", default="", help="Write although no window is open; journalled.")
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
    at: str | None,
) -> int:
    """Plan, ask, deploy, prove; keep what holds, put back what fails its proof for a reason of its own.

    FILE is a plan that `loopwright plan --out` has saved: its lines are sent and nothing else.
    """
    workspace = run.workspace()
    calendars = windows_of(workspace, window)
    now = datetime.now().astimezone()
    if at is None:
        refuse_closed(calendars, [intent.device for intent in workspace.chosen], now, outside_window)
    with run.network(workspace) as network:
        proposal = _proposal(run, workspace, network, asked, file)
        run.show(*plan_pages(workspace, proposal))
        if planning_playbook.exit_code(proposal) == Exit.DIFFERS:
            return _unwritten(run, proposal, proposal.refusal)
        if not proposal.plan.changing:
            return _unchanged(run, workspace, network, proposal, runs if save else None)
        if not run.confirm(f"Write to {counted(len(proposal.plan.changing), 'device')}?", yes=yes):
            return _unwritten(run, proposal, "not confirmed")
        proposal = replace(proposal, terms=replace(proposal.terms, calendars=calendars, outside=outside_window))
        if at is None:
            return _carried_out(run, workspace, network, proposal, runs)
    wait_until(run, calendars, [p.device for p in proposal.plan.changing], at)
    with run.network(workspace) as network:
        return _carried_out(run, workspace, network, _anew(workspace, network, proposal, asked), runs)


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
    plan = restricted(saved.plan, names)
    waves = tuple(kept for wave in saved.waves if (kept := tuple(name for name in wave if name in names)))
    seen = look(workspace, network)
    refuse_stale(workspace, seen, plan)
    known = known_loopbacks(seen.observed, workspace.intents)
    reading = read_before(network, seen, plan, known) if plan.changing else None
    origin = replace(saved.origin, ticket=asked.ticket or saved.origin.ticket)
    held = SavedPlan(plan, origin, waves)
    return arranged(workspace, network, seen, held, asked, run.deadline, run.vantage_points, None, reading, known)


def _anew(workspace: Workspace, network: Network, proposal: Proposal, asked: Asked) -> Proposal:
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


def _unwritten(run: Run, proposal: Proposal, refusal: str | None) -> int:
    """End a run that wrote nothing."""
    code = Exit.DIFFERS
    told = replace(proposal, refusal=refusal or proposal.refusal)
    run.report(document("provision", code, run=None, plan=shown_fields(told)))
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


def _carried_out(run: Run, workspace: Workspace, network: Network, proposal: Proposal, runs: Path) -> int:
    """Carry out a plan inside its run folder."""
    with run_folder(runs) as folder, locked(network, [p.device for p in proposal.plan.changing], folder.id):
        folder.write_document("change.json", sealed(plan_fields(proposal.saved)))
        folder.record("run", command="provision", inventory=str(run.inventory.absolute()), **_said(proposal))
        with carried_through(run, folder, proposal.plan.changing) as stopped:
            terms = replace(proposal.terms, stopped=stopped)
            undertaking = undertaken(workspace, network, replace(proposal, terms=terms), folder)
            result = carry_out(undertaking)
        return told(run, network, folder, "provision", proposal, result)


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
    }


def told(run: Run, network: Network, folder: RunFolder, command: str, proposal: Proposal, result: Provisioned) -> int:
    """Write the report of a run, tell how it ended, and return the exit code."""
    code = exit_code(result, proposal.seen)
    folder.record("ended", exit_code=int(code))
    found = document(
        command, code, run=folder.id, **_when(folder, proposal), plan=shown_fields(proposal),
        **fields(result, proposal.seen), **_beside(folder, network),
    )  # fmt: skip
    folder.write_document("report.json", found)
    run.report(found, *ending(result, proposal.seen, run, str(folder.path)))
    return code


def _when(folder: RunFolder, proposal: Proposal) -> dict[str, Any]:
    entries = read_journal(folder.path / JOURNAL)
    origin = proposal.saved.origin
    times = {"started": entries[0]["time"], "ended": entries[-1]["time"]}
    return {"ticket": origin.ticket, "author": origin.author, **times}


def _beside(folder: RunFolder, network: Network) -> dict[str, Any]:
    """What a report tells beside how the devices ended."""
    journal = folder.journal
    return {
        "snapshot": folder.read_document(SNAPSHOT_FILE) if (folder.path / SNAPSHOT_FILE).exists() else None,
        "stages": [{"stage": stage, "seconds": round(seconds, 3)} for stage, seconds in network.stages],
        "journal": {"entries": journal.entries, "hash": journal.seal},
    }


if __name__ == "__main__":
    command()
