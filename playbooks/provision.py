"""Plan, ask, deploy, prove, and put back what fails its proof for a reason of its own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loopwright.errors import LoopwrightError, Refused
from loopwright.expect import Absence, absences
from loopwright.journal import RunFolder
from loopwright.plan import Change, DevicePlan, Plan
from loopwright.steps import STRATEGIES
from playbooks.known import known_elsewhere
from playbooks.look import Seen, prover
from tasks.deploy import Job, PutBack, before_and_after, deploy, keep, put_back
from tasks.gather import observe_devices
from tasks.network import Network
from tasks.prove import Proof, Settling
from tasks.workspace import Workspace


@dataclass(frozen=True)
class Provisioned:
    """What became of each device, and the proof that it rests on."""

    plan: Plan
    kept: tuple[str, ...] = ()
    put_back: Mapping[str, PutBack] = field(default_factory=dict)
    undecided: tuple[str, ...] = ()
    failed: Mapping[str, LoopwrightError] = field(default_factory=dict)
    unsaved: Mapping[str, LoopwrightError] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    proof: Proof | None = None
    put_back_proof: Proof | None = None


def jobs_of(workspace: Workspace, seen: Seen, plan: Plan) -> dict[str, Job]:
    """The jobs of every device that changes."""
    intents = {intent.device: intent for intent in workspace.intents}
    return {p.device: _job(workspace, seen, p, intents) for p in plan.changing}


def _job(workspace: Workspace, seen: Seen, plan: DevicePlan, intents: Mapping[str, Any]) -> Job:
    strategy = STRATEGIES[workspace.of_devices[plan.device].capabilities["commit_strategy"]]
    return Job(plan, strategy(plan), intents[plan.device], seen.observed[plan.device])


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
    jobs = jobs_of(workspace, seen, plan)
    known = known_elsewhere(workspace, network, seen, plan)
    if known:
        folder.record("refused", known=known)
        return Provisioned(plan, refused=known)
    for name, job in jobs.items():
        folder.write_document(f"{name}.before.json", before_and_after(job, None, workspace.of_devices[name]))
    written = deploy(network, jobs, folder)
    failed = {name: o.error for name, o in written.items() if o.error is not None}
    untouched = {name for name, error in failed.items() if isinstance(error, Refused)}
    done = {name: job for name, job in jobs.items() if name not in failed}
    back = put_back(network, {n: jobs[n] for n in failed if n not in untouched}, folder)
    proof = _prove(workspace, network, seen, done, plan, deadline, vantage_points)
    guilty = sorted({v.device for v in proof.verdicts if v.device in done and v.own_fault()})
    doubtful = {v.device for v in proof.verdicts if v.device in done and v.state != "pass"} - set(guilty)
    back.update(put_back(network, {name: done[name] for name in guilty}, folder))
    good = {name: job for name, job in done.items() if name not in guilty and name not in doubtful}
    saved = keep(network, good, folder)
    _record(folder, workspace, network, jobs)
    return Provisioned(
        plan,
        kept=tuple(name for name in good if saved[name].ok),
        put_back=back,
        undecided=tuple(sorted(doubtful)),
        failed=failed,
        unsaved={name: o.error for name, o in saved.items() if o.error is not None},
        proof=proof,
    )


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


def exit_code(result: Provisioned, seen: Seen) -> int:
    """The exit code of a run: the worst that happened to any device."""
    if any(not back.restored for back in result.put_back.values()) or result.unsaved:
        return 6
    if result.put_back:
        return 5
    states = {v.state for v in result.proof.verdicts} if result.proof else set()
    if result.refused or "fail" in states:
        return 4
    if result.failed or seen.errors or result.undecided or states & {"unproven", "error"}:
        return 3
    return 0
