"""The stages that touch no device, over a generated inventory: read, intent, check, plan, and rendering alone."""

import gc
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.generate import write_inventory
from bench.meter import Meter
from loopwright.check import check_inventory
from loopwright.intent import intents
from loopwright.inventory import read_inventory
from loopwright.models import Intent, Interface, Loopback, Observed, Routing
from loopwright.plan import Plan, plan_network
from loopwright.platform import Platform, load_platforms
from loopwright.render import render

READ, INTENT, CHECK, PLAN, RENDER = "read YAML", "merge and intent", "check", "plan", "render (a part of plan)"
Triple = tuple[Intent, Observed, Platform]
COUNTED = (READ, INTENT, CHECK, PLAN)


def empty_device(intent: Intent, platform: Platform) -> Observed:
    """A device that runs what its inventory declares and has none of its loopbacks yet."""
    names = (platform.interface_name(wanted.number) for wanted in intent.loopbacks)
    return Observed(
        device=intent.device,
        platform=intent.platform,
        routing=_as_observed(intent.routing or Routing(), platform),
        interfaces=tuple(Interface(name, enabled=True, up=True) for name in names),
    )


def _as_observed(routing: Routing, platform: Platform) -> Routing:
    """Say of each process how it enables interfaces, which a device always shows and an inventory may leave out."""
    styles = {protocol: words["default"] for protocol, words in platform.configuration.styles.items()}
    styled = (replace(process, style=process.style or styles.get(process.protocol)) for process in routing.processes)
    return replace(routing, processes=tuple(styled))


def run(request: Mapping[str, Any], meter: Meter) -> dict[str, Any]:
    """Put an inventory of the size that is asked for through every stage."""
    devices, loopbacks = int(request["devices"]), int(request["loopbacks"])
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        write_inventory(folder, devices, loopbacks)
        platforms = load_platforms()
        with meter.stage(READ):
            inventory = read_inventory(folder)
    with meter.stage(INTENT):
        wanted = intents(inventory)
    with meter.stage(CHECK):
        findings = check_inventory(inventory, platforms, intents=wanted)
    triples = [_triple(intent, platforms[intent.platform]) for intent in wanted]
    with meter.stage(PLAN):
        plan = plan_network(triples)
    with meter.stage(RENDER):
        lines = sum(len(render(lo, routing, platform)) for lo, routing, platform in _planned(plan, triples))
    return {
        "devices": devices,
        "loopbacks": sum(len(device.changes) for device in plan.devices),
        "lines": sum(len(device.lines) for device in plan.devices),
        "rendered": lines,
        "errors": sum(1 for finding in (*findings, *plan.findings) if finding.severity == "error"),
        "collections": sum(generation["collections"] for generation in gc.get_stats()),
    }


def _triple(intent: Intent, platform: Platform) -> Triple:
    return intent, empty_device(intent, platform), platform


def _planned(plan: Plan, triples: list[Triple]) -> Iterator[tuple[Loopback | None, Routing, Platform]]:
    for device, (_, observed, platform) in zip(plan.devices, triples, strict=True):
        for change in device.changes:
            yield change.after, observed.routing, platform
