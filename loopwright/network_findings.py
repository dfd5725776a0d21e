"""Adds to a plan what only the whole network tells: references, what can cut us off, router-ids after a restart."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from loopwright.change import Allowed
from loopwright.finding import Finding
from loopwright.lockout import lockout_findings, lockouts
from loopwright.models import Intent, Observed
from loopwright.plan import Plan
from loopwright.platform import Platform
from loopwright.references import mentions, reference_findings
from loopwright.router_ids import router_id_findings

NETWORK_RULES = ("referenced", "can-cut-us-off", "router-id-after-restart")
"""The rules whose findings rest on what other devices are, and are found anew whenever they are asked."""
_NOBODY: Mapping[str, frozenset[str]] = {}
_NOT_ASKED: Mapping[str, Mapping[str, str]] = {}


def with_network_findings(
    plan: Plan,
    intents: Mapping[str, Intent],
    observed: Mapping[str, Observed],
    platforms: Mapping[str, Platform],
    allowed: Allowed,
    timed: Mapping[str, bool],
    managed: Mapping[str, frozenset[str]] = _NOBODY,
    running_ids: Mapping[str, Mapping[str, str]] = _NOT_ASKED,
) -> Plan:
    """Return a plan with what the whole network says about it among its findings; all mappings are by device.

    `timed` says which device undoes a change by a timer of its own, `managed` which addresses a device is managed
    through beside that of its intent, `running_ids` the router-ids that its protocols run with.
    """
    found: dict[str, list[Finding]] = {}
    for finding in _findings(plan, intents, observed, platforms, allowed, timed, managed, running_ids):
        found.setdefault(finding.device, []).append(finding)
    return replace(
        plan,
        devices=tuple(
            replace(device, findings=(*device.findings, *found[device.device])) if device.device in found else device
            for device in plan.devices
        ),
    )


def _findings(
    plan: Plan,
    intents: Mapping[str, Intent],
    observed: Mapping[str, Observed],
    platforms: Mapping[str, Platform],
    allowed: Allowed,
    timed: Mapping[str, bool],
    managed: Mapping[str, frozenset[str]],
    running_ids: Mapping[str, Mapping[str, str]],
) -> Iterator[Finding]:
    named = mentions(plan, observed, platforms)
    yield from reference_findings(named, intents, plan, observed, allowed)
    yield from lockout_findings(lockouts(plan, intents, named, managed), intents, timed, allowed)
    for device in plan.devices:
        name = device.device
        if name in observed and name in platforms:
            running = running_ids.get(name, {})
            yield from router_id_findings(device, intents.get(name), observed[name], platforms[name], running)
