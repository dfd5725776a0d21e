"""Plan, ask, deploy, prove, and put back what fails its proof for a reason of its own."""

import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import click
from rich.text import Text

from loopwright.change import Allowed, Change
from loopwright.errors import Locked, Refused
from loopwright.exit_codes import Exit
from loopwright.expect import Absence, absences
from loopwright.journal import RunFolder, read_journal
from loopwright.outcome import Outcome
from loopwright.plan import DevicePlan, Plan, removals_allowed
from loopwright.protection import checkpoint_name, protection_of
from loopwright.report import counted, document
from loopwright.steps import STRATEGIES
from playbooks import plan as planning_playbook
from playbooks.as_before import prove_as_before, with_what_is_left
from playbooks.command import WRITE_DEADLINE, planning, playbook
from playbooks.ending import LeftHalfway, Provisioned, ending, exit_code, fields, written_and_left
from playbooks.known import known_elsewhere
from playbooks.look import Seen, look, planned, prover
from playbooks.plan import plan_fields, plan_pages
from playbooks.run import Run, on_interrupt
from playbooks.verify import beside, pages, proof_fields, prove
from playbooks.verify import exit_code as proof_exit_code
from tasks.deploy import Job, Unconfirmed, Written, before_and_after, deploy, keep, put_back
from tasks.gather import observe_devices
from tasks.network import Network
from tasks.prove import Proof, Settling
from tasks.workspace import Workspace


def jobs_of(workspace: Workspace, seen: Seen, plan: Plan, deadline: float = 0, name: str = "") -> dict[str, Job]:
    """The jobs of every device that changes; timers outlast a proof of `deadline` seconds, `name` is the run's."""
    intents = {intent.device: intent for intent in workspace.intents}
    return {p.device: _job(workspace, seen, p, intents, deadline, name) for p in plan.changing}


def _job(
    workspace: Workspace, seen: Seen, plan: DevicePlan, intents: Mapping[str, Any], deadline: float, name: str
) -> Job:
    platform, intent, before = workspace.of_devices[plan.device], intents[plan.device], seen.observed[plan.device]
    protection = protection_of(platform, workspace.transport(plan.device), before)
    course = STRATEGIES[protection.strategy](plan, protection.seconds(deadline))
    return Job(plan, course, intent, before, checkpoint_name(name))


def gone(workspace: Workspace, changes: Iterable[tuple[str, Change]]) -> tuple[Absence, ...]:
    """What a plan takes away and must be proved absent."""
    taken = []
    for device, change in changes:
        before, after = change.before, change.after
        left = after.addresses if after is not None and before is not None and after.vrf == before.vrf else ()
        if before is not None:
            taken += [(device, before.number, a, before.vrf) for a in before.addresses if a not in left]
    return absences({}, workspace.intents, taken)


def provision(
    workspace: Workspace,
    network: Network,
    seen: Seen,
    plan: Plan,
    folder: RunFolder,
    deadline: float,
    vantage_points: int | None,
) -> Provisioned:
    """Carry out a plan: write, prove, then keep or put back; every device ends in a known state or is named."""
    jobs = jobs_of(workspace, seen, plan, deadline, folder.id)
    known = known_elsewhere(workspace, network, seen, plan)
    if known:
        folder.record("refused", known=known)
        return Provisioned(plan, refused=known)
    for name, job in jobs.items():
        folder.write_document(f"{name}.before.json", before_and_after(job, None, workspace.of_devices[name]))
    written = deploy(network, jobs, folder)
    failed = {name: o.error for name, o in written.items() if o.error is not None}
    untouched = {name for name, error in failed.items() if isinstance(error, Refused | Locked)}
    done = {name: job for name, job in jobs.items() if name not in failed}
    back = put_back(network, {n: jobs[n] for n in failed if n not in untouched}, folder)
    proof = _prove(workspace, network, seen, done, plan, deadline, vantage_points)
    guilty = sorted({v.device for v in proof.verdicts if v.device in done and v.own_fault()})
    doubtful = {v.device for v in proof.verdicts if v.device in done and v.state != "pass"} - set(guilty)
    good = {name: job for name, job in done.items() if name not in guilty and name not in doubtful}
    saved = keep(network, good, folder)  # first: to put another device back may take longer than a timer runs
    lost = [name for name, outcome in saved.items() if _unconfirmed(outcome)]
    back.update(put_back(network, {name: done[name] for name in (*guilty, *lost)}, folder))
    restored = [name for name, put in back.items() if put.restored]
    as_before = prove_as_before(workspace, network, seen, plan, restored, deadline, vantage_points)
    back = with_what_is_left(back, as_before)
    silent = {v.device for v in proof.verdicts if v.state == "error"}
    _record(folder, workspace, network, {name: job for name, job in jobs.items() if name not in silent})
    return Provisioned(
        plan,
        kept=tuple(name for name in good if saved[name].ok),
        put_back=back,
        undecided=tuple(sorted(doubtful)),
        armed={name: done[name].course.armed for name in doubtful if done[name].course.armed},
        failed={**failed, **{name: o.error for name, o in saved.items() if name in lost and o.error is not None}},
        unsaved={name: o.error for name, o in saved.items() if o.error is not None and name not in lost},
        proof=proof,
        put_back_proof=as_before,
    )


def _unconfirmed(outcome: Outcome[Written]) -> bool:
    """Whether a change was proved and could not be confirmed: the device takes it back, or has done so."""
    return isinstance(outcome.error, Unconfirmed)


def _prove(
    workspace: Workspace,
    network: Network,
    seen: Seen,
    done: Mapping[str, Job],
    plan: Plan,
    deadline: float,
    vantage_points: int | None,
) -> Proof:
    """Climb the ladder for every loopback of the changed devices, and prove that what went is gone."""
    changes = [(p.device, change) for p in plan.changing if p.device in done for change in p.changes]
    away = gone(workspace, changes)
    proving = prover(workspace, network, seen, done, away, vantage_points)
    return proving.prove(Settling(deadline, changing=True))


def _record(folder: RunFolder, workspace: Workspace, network: Network, jobs: Mapping[str, Job]) -> None:
    """Keep the touched stanzas as they are at the end."""
    after = observe_devices(network, jobs)
    for name, job in jobs.items():
        folder.write_document(f"{name}.json", before_and_after(job, after[name].value, workspace.of_devices[name]))


@playbook("provision", deadline=WRITE_DEADLINE)
@planning
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.option("--save", is_flag=True, help="Where nothing is to change, save what is proved: an earlier run left it.")
@click.option("--runs", type=click.Path(path_type=Path, file_okay=False), default=Path("runs"), show_default=True)
def command(
    run: Run,
    *,
    with_foreign_lines: bool,
    with_foreign_addresses: bool,
    allow_removals: int | None,
    yes: bool,
    save: bool,
    runs: Path,
) -> int:
    """Plan, ask, deploy, prove; keep what holds, put back what fails its proof for a reason of its own."""
    workspace = run.workspace()
    with run.network(workspace) as network:
        seen = look(workspace, network)
        plan = planned(workspace, seen, Allowed(with_foreign_lines, with_foreign_addresses))
        refusal = removals_allowed(plan, allow_removals)
        run.show(*plan_pages(workspace, plan, seen, refusal))
        if planning_playbook.exit_code(plan, seen, refusal) == Exit.DIFFERS:
            return _unwritten(run, plan, seen, refusal)
        if not plan.changing:
            return _unchanged(run, workspace, network, seen, plan, runs if save else None)
        if not run.confirm(f"Write to {counted(len(plan.changing), 'device')}?", yes=yes):
            return _unwritten(run, plan, seen, "not confirmed")
        return _carried_out(run, workspace, network, seen, plan, runs)


def _unwritten(run: Run, plan: Plan, seen: Seen, refusal: str | None) -> int:
    """End a run that wrote nothing."""
    code = Exit.DIFFERS
    run.report(document("provision", code, run=None, plan=plan_fields(plan, seen, refusal)))
    run.err.print("nothing was written to any device")
    return code


def _unchanged(run: Run, workspace: Workspace, network: Network, seen: Seen, plan: Plan, runs: Path | None) -> int:
    """Prove what is there already: a run that changes nothing has its proof too, and saves when it is told to."""
    proof = prove(workspace, network, seen, run.deadline, run.vantage_points)
    code = proof_exit_code(proof, seen)
    saved = _saved(workspace, network, seen, plan, proof, runs) if runs is not None else ()
    found = document("provision", code, run=None, plan=plan_fields(plan, seen, None), **proof_fields(proof))
    told = [Text("nothing to change: no configuration line was sent")]
    if runs is not None:
        told.append(Text(f"saved: {', '.join(saved) or 'nothing'}"))
    run.report(found, *beside(proof, seen), *pages(proof, run), *told)
    return code


def _saved(workspace: Workspace, network: Network, seen: Seen, plan: Plan, proof: Proof, runs: Path) -> tuple[str, ...]:
    """Save the devices whose every rung holds."""
    doubtful = {v.device for v in proof.verdicts if v.state != "pass"}
    intents = {intent.device: intent for intent in workspace.intents}
    chosen = (p for p in plan.devices if p.device not in doubtful)
    jobs = {p.device: _job(workspace, seen, p, intents, 0, "") for p in chosen}
    with run_folder(runs) as folder:
        return tuple(name for name, outcome in keep(network, jobs, folder).items() if outcome.ok)


def _carried_out(run: Run, workspace: Workspace, network: Network, seen: Seen, plan: Plan, runs: Path) -> int:
    """Carry out a plan inside its run folder."""
    with run_folder(runs) as folder:
        folder.write_document("plan.json", document("plan", Exit.DONE, **plan_fields(plan, seen, None)))
        with carried_through(run, folder, plan.changing):
            result = provision(workspace, network, seen, plan, folder, run.deadline, run.vantage_points)
        code = exit_code(result, seen)
        found = document("provision", code, run=folder.id, plan=plan_fields(plan, seen, None), **fields(result, seen))
        folder.write_document("report.json", found)
        run.report(found, *ending(result, seen, run, str(folder.path)))
        if set(result.undecided) - set(result.armed):
            run.err.print("left in place, not saved; once the proof holds, `loopwright provision --save` saves it")
        return code


@contextmanager
def run_folder(runs: Path) -> Iterator[RunFolder]:
    """Make the folder of a run."""
    folder = RunFolder(runs, lambda: datetime.now(UTC).astimezone())
    try:
        yield folder
    finally:
        folder.close()


@contextmanager
def carried_through(run: Run, folder: RunFolder, plans: Iterable[DevicePlan]) -> Iterator[None]:
    """Let an interrupt end nothing half way: what is written is proved and kept, or put back.

    A second interrupt stops after the step in hand; so does a run folder that cannot be written. Then it is told what
    the journal knows.
    """

    def first(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        run.below_the_signal()
        run.err.print(
            "interrupted while writing: carried on until every device is kept or put back, "
            f"at most {run.deadline:.0f} s of proof; again to stop after the step in hand"
        )
        folder.record("interrupted")

    try:
        with on_interrupt(first):
            yield
    except (KeyboardInterrupt, Exception) as error:  # whatever ends it: what is left on devices has to be told
        left = written_and_left(read_journal(folder.path / "journal.jsonl"))
        undo = {plan.device: plan.undo_lines for plan in plans}
        raise LeftHalfway({name: undo[name] for name in left}, str(folder.path)) from error


if __name__ == "__main__":
    command()
