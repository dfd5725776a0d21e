"""loopwright itself, by the functions that its playbooks are made of, stage by stage."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.meter import Meter
from bench.unrecorded import Unrecorded
from loopwright.change import Allowed
from loopwright.plan_file import plan_fields, sealed
from loopwright.run_folder import RunFolder, RunRecord, new_run
from playbooks.asked import Asked
from playbooks.earlier import CHANGE
from playbooks.ending import Provisioned
from playbooks.look import Seen, look, planned
from playbooks.propose import Proposal, propose
from playbooks.provision import undertaken
from playbooks.undertaking import jobs_of
from playbooks.validate import validate
from playbooks.verify import prove, verify
from playbooks.waves import carry_out
from tasks.deploy import deploy, save
from tasks.network import Network, Progress
from tasks.prove import Proof
from tasks.station_lock import locked
from tasks.workspace import Workspace, open_workspace

DEADLINE_S = 180.0
VANTAGE_POINTS = 3
Job = Callable[[Workspace, Network, Path, Meter], dict[str, Any]]


def _costs(network: Network) -> dict[str, dict[str, int]]:
    """What every session has cost so far."""
    found = {name: network.session(host).counts for name, host in network.nornir.inventory.hosts.items()}
    return {name: {"commands": counts.commands, "exchanges": counts.exchanges} for name, counts in found.items()}


def _close(network: Network) -> None:
    """Close every connection, as leaving the network's `with` does."""
    network.nornir.close_connections(on_good=True, on_failed=True)


def _configure(workspace: Workspace, network: Network, runs: Path, meter: Meter) -> dict[str, Any]:
    """The configuring part: connect, read, plan, compare, write, read back, save; without the proof."""
    with _run_folder(runs) as folder, meter.stage("configure"):
        seen = look(workspace, network)
        plan = planned(workspace, seen, Allowed())
        jobs = jobs_of(workspace, seen, plan)
        written = deploy(network, jobs, folder)
        saved = save(network, {name: job for name, job in jobs.items() if written[name].ok}, folder)
    costs = _costs(network)
    with meter.stage("configure"):
        _close(network)
    left = {name: _left(workspace, seen, name, written[name].value) for name in jobs}
    return {
        "devices": {
            name: {
                "empty": name in seen.errors or not written[name].ok,
                "wrong": left[name] or name not in saved or not saved[name].ok,
                "error": str(written[name].error or (saved[name].error if name in saved else "") or ""),
                **costs[name],
            }
            for name in jobs
        },
    }


def _left(workspace: Workspace, seen: Seen, name: str, written: Any) -> bool:
    """Whether a device, as read back, still differs from what was planned."""
    if written is None or written.after is None:
        return True
    after = Seen({name: written.after}, {})
    return any(plan.changes for plan in planned(workspace, after, Allowed()).devices)


def _plan(workspace: Workspace, network: Network, runs: Path, meter: Meter) -> dict[str, Any]:
    with meter.stage("observe"):
        seen = look(workspace, network)
    with meter.stage("plan"):
        plan = planned(workspace, seen, Allowed())
    return {
        "errors": {name: str(error) for name, error in seen.errors.items()},
        "lines": {device.device: device.lines for device in plan.devices},
        "undo": {device.device: device.undo_lines for device in plan.devices},
        "findings": [str(finding) for finding in plan.findings],
    }


def _validate(workspace: Workspace, network: Network, runs: Path, meter: Meter) -> dict[str, Any]:
    """The playbook with --live: the rules, and what only the devices can tell."""
    with meter.stage("validate"):
        found = validate(workspace, network)
    return {
        "errors": [str(finding) for finding in found.findings if finding.severity == "error"],
        "failed": {name: str(error) for name, error in found.errors.items()},
    }


def _provision(workspace: Workspace, network: Network, runs: Path, meter: Meter) -> dict[str, Any]:
    """The whole playbook, wave by wave; a run that finds nothing to change proves what is there."""
    with _run_folder(runs) as folder:
        return _provisioned(workspace, network, folder, meter, snapshots=True)


def _unrecorded(workspace: Workspace, network: Network, runs: Path, meter: Meter) -> dict[str, Any]:
    """The same without a journal, and without the snapshots that harm is held against."""
    return _provisioned(workspace, network, Unrecorded(), meter, snapshots=False)


def _provisioned(
    workspace: Workspace, network: Network, folder: RunRecord, meter: Meter, *, snapshots: bool
) -> dict[str, Any]:
    with meter.stage("propose"):
        proposal = propose(workspace, network, Asked(), DEADLINE_S, VANTAGE_POINTS, "")
    changing = [plan.device for plan in proposal.plan.changing]
    failed = {name: str(error) for name, error in proposal.seen.errors.items()}
    if not changing:
        with meter.stage("prove"):
            proof = prove(workspace, network, proposal.seen, DEADLINE_S, VANTAGE_POINTS)
        return {"changed": 0, "failed": failed, **_proved(proof)}
    if proposal.refusal:
        return {"refused": {"all": proposal.refusal}}
    with meter.stage("provision"), locked(network, changing, folder.id):
        result = _carried_out(workspace, network, proposal, folder, snapshots=snapshots)
    return {
        "changed": len(changing),
        "kept": len(result.kept),
        "waves": len(result.waves),
        "stopped": result.stopped,
        "refused": dict(result.refused),
        "undecided": result.undecided,
        "failed": {**failed, **{name: str(error) for name, error in result.failed.items()}},
        **_proved(result.proof),
    }


def _carried_out(
    workspace: Workspace, network: Network, proposal: Proposal, folder: RunRecord, *, snapshots: bool
) -> Provisioned:
    """Write the plan down and carry it out."""
    folder.write_document(CHANGE, sealed(plan_fields(proposal.saved)))
    terms = replace(proposal.terms, snapshots=snapshots)
    return carry_out(undertaken(workspace, network, replace(proposal, terms=terms), folder))


def _proved(proof: Proof | None) -> dict[str, Any]:
    if proof is None:
        return {}
    return {
        "verdicts": len(proof.verdicts),
        "passed": sum(1 for verdict in proof.verdicts if verdict.state == "pass"),
        "readings": proof.readings,
        "proof seconds": proof.seconds,
    }


def _verify(workspace: Workspace, network: Network, runs: Path, meter: Meter) -> dict[str, Any]:
    with meter.stage("verify"):
        return _proved(verify(workspace, network, DEADLINE_S, VANTAGE_POINTS).proof)


JOBS: Mapping[str, Job] = {
    "configure": _configure,
    "plan": _plan,
    "validate": _validate,
    "provision": _provision,
    "unrecorded": _unrecorded,
    "verify": _verify,
}


@contextmanager
def _run_folder(runs: Path) -> Iterator[RunFolder]:
    folder = new_run(runs, lambda: datetime.now(UTC))
    try:
        yield folder
    finally:
        folder.close()


class Phases(Progress):
    """Meters the phases of a playbook, which the network announces; one phase of a name adds to the one before."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, float]] = {}
        self._meter = Meter()
        self._running = ExitStack()

    def start(self, stage: str, devices: int) -> None:
        """A phase begins."""
        self._running.enter_context(self._meter.stage(stage))

    def finish(self, stage: str) -> None:
        """A phase is over."""
        self._running.close()
        span = self._meter.spans[-1]
        sums = self.found.setdefault(stage, {"wall": 0.0, "cpu": 0.0})
        sums["wall"] += span.wall
        sums["cpu"] += span.cpu


def run(request: Mapping[str, Any], meter: Meter) -> dict[str, Any]:
    """Do one of the jobs on the whole inventory."""
    with meter.stage("load"):
        workspace = open_workspace(Path(request["inventory"]))
        loaded = len(workspace.intents)
    phases = Phases()
    network = workspace.network(int(request["workers"]), phases)
    with network:
        result = JOBS[request["job"]](workspace, network, Path(request["runs"]), meter)
        costs = {} if request["job"] == "configure" else _costs(network)
        with meter.stage("close"):
            _close(network)
    commands = {name: cost["commands"] for name, cost in costs.items()}
    return {"loaded": loaded, "phases": phases.found, "commands": commands, **result}
