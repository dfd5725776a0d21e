"""Validate before a change: the rules over the intent, and with --live what only the devices can tell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import click
from rich.text import Text

from loopwright import rules_live
from loopwright.change import Allowed
from loopwright.errors import LoopwrightError
from loopwright.exit_codes import Exit
from loopwright.finding import Finding
from loopwright.models import Intent
from loopwright.plan import DevicePlan
from loopwright.report import counted, document
from loopwright.report_findings import finding_document, finding_lines, findings_summary
from loopwright.report_live import LiveDevice, live_document, live_table
from playbooks.command import playbook
from playbooks.known import known_elsewhere
from playbooks.look import Seen, planned
from playbooks.run import Run
from tasks.identify import Identity, identify_devices
from tasks.network import Network
from tasks.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Validated:
    """What the devices told."""

    devices: tuple[LiveDevice, ...]
    findings: tuple[Finding, ...]
    errors: dict[str, LoopwrightError]


def validate(workspace: Workspace, network: Network) -> Validated:
    """Ask every device what it is, then check the intent against what the network is."""
    outcomes = identify_devices(network, (intent.device for intent in workspace.intents))
    errors = {name: outcome.error for name, outcome in outcomes.items() if outcome.error is not None}
    told = {name: outcome.value for name, outcome in outcomes.items() if outcome.value is not None}
    seen = Seen({name: each.observed for name, each in told.items() if each.observed is not None}, errors)
    plan = planned(workspace, seen, Allowed())
    plans = {device.device: device for device in plan.devices}
    known = known_elsewhere(workspace, network, seen, plan)
    devices = tuple(_device(intent, workspace, told.get(intent.device), plans) for intent in workspace.chosen)
    findings = [*workspace.check(seen.observed), *plan.findings]
    for intent, live in zip(workspace.chosen, devices, strict=True):
        findings += _live_findings(intent, live, told.get(intent.device), errors, workspace)
        if intent.device in plans:
            findings += rules_live.management_stays(intent, plans[intent.device])
        if intent.device in known:
            findings.append(rules_live.address_known(intent, known[intent.device]))
    return Validated(devices, _once(findings), errors)


def _device(intent: Intent, workspace: Workspace, told: Identity | None, plans: dict[str, DevicePlan]) -> LiveDevice:
    title = workspace.of_devices[intent.device].title
    if told is None:
        return LiveDevice(intent.device, answers=False, platform=title)
    ids = rules_live.router_ids(told.observed, plans.get(intent.device)) if told.observed else ()
    return LiveDevice(intent.device, True, title, told.version, told.may_configure, ids)


def _live_findings(
    intent: Intent, live: LiveDevice, told: Identity | None, errors: dict[str, LoopwrightError], workspace: Workspace
) -> Iterator[Finding]:
    """What the rules over one device's answers find."""
    if told is None:
        yield rules_live.unanswered(intent, errors[intent.device])
        return
    yield from rules_live.identified(intent, live.platform, told.version, told.answer)
    yield from rules_live.may_configure(intent, privileged=told.may_configure)
    yield from rules_live.router_ids_stay(intent, live.router_ids)


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Leave out what two rules found alike, and put errors first."""
    weight = {"error": 0, "warning": 1, "note": 2}
    unique = {(f.rule, f.device, f.where): f for f in findings}
    return tuple(sorted(unique.values(), key=lambda finding: weight[finding.severity]))


@playbook("validate", deadline=None)
@click.option("--live", is_flag=True, help="Ask the devices too; nothing is written to them.")
def command(run: Run, *, live: bool) -> int:
    """Check the inventory, and with --live whether the network is ready for it."""
    workspace = open_workspace(run.inventory, run.limit)
    offline = workspace.check()
    invalid = any(finding.severity == "error" for finding in offline)
    if invalid or not live:
        code: int = Exit.INVALID if invalid else Exit.DONE
        _report(run, offline, (), code, f"{counted(len(workspace.intents), 'device')} checked offline")
        return code
    with run.network(workspace) as network:
        validated = validate(workspace, network)
    code = exit_code(validated)
    words = f"{counted(len(validated.devices), 'device')} asked"
    _report(run, validated.findings, validated.devices, code, words)
    return code


def _report(run: Run, findings: tuple[Finding, ...], devices: tuple[LiveDevice, ...], code: int, words: str) -> None:
    found = document("validate", code, findings=[finding_document(f) for f in findings], devices=live_document(devices))
    table = (live_table(devices), Text("")) if devices else ()
    run.report(found, *finding_lines(findings), *table, Text(f"{words}: {findings_summary(findings)}"))


def exit_code(validated: Validated) -> int:
    """The exit code of a live validation: a check failed, a device did not answer, or all well."""
    failed = {f.rule for f in validated.findings if f.severity == "error"}
    if failed - {"answers"}:
        return Exit.DIFFERS
    return Exit.UNTOLD if validated.errors else Exit.DONE


if __name__ == "__main__":
    command()
