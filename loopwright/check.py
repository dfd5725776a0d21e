"""Rules over the intent of the whole network, before any device is asked; a rule that lacks a fact says so."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from loopwright import rules_addresses, rules_platform, rules_relations, rules_routing, rules_sharing
from loopwright.facts import Facts, PlatformWords
from loopwright.finding import Finding
from loopwright.intent import intents as intents_of
from loopwright.intent import subjects as subjects_of
from loopwright.inventory import Inventory, Pool
from loopwright.models import Intent, Observed
from loopwright.select import Subject
from loopwright.sweeping import unswept

__all__ = ["RULES", "Finding", "check", "check_inventory"]

Rule = Callable[[Facts], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    rules_platform.platforms,
    rules_platform.numbers,
    rules_platform.texts,
    rules_platform.protocols,
    rules_platform.interfaces,
    rules_addresses.addressed,
    rules_addresses.reserved_ranges,
    rules_addresses.host_bits,
    rules_addresses.host_routes,
    rules_addresses.pools,
    rules_sharing.duplicates,
    rules_sharing.overlaps,
    rules_routing.protocol_runs,
    rules_routing.areas,
    rules_routing.vrfs,
    rules_routing.router_ids,
    rules_relations.filters,
    rules_relations.summaries,
    rules_relations.lone_members,
    rules_relations.removals,
)
_WEIGHT = {"error": 0, "warning": 1, "note": 2}


def check(
    intents: Iterable[Intent],
    platforms: Mapping[str, PlatformWords],
    observed: Mapping[str, Observed] | None = None,
    *,
    pools: Mapping[str, Pool] | None = None,
    subjects: Iterable[Subject] | None = None,
) -> tuple[Finding, ...]:
    """Return what the rules find: errors first, then by device in the order of the inventory.

    `observed` stands in for declared routing where it is given; `pools` and `subjects` are what the inventory knows
    beside the intents.
    """
    facts = Facts(intents, platforms, observed, pools, subjects)
    order = {intent.device: index for index, intent in enumerate(facts.intents)}
    with unswept():
        found = [finding for rule in RULES for finding in rule(facts)]
    return tuple(sorted(found, key=lambda finding: (_WEIGHT[finding.severity], order.get(finding.device, len(order)))))


def check_inventory(
    inventory: Inventory,
    platforms: Mapping[str, PlatformWords],
    observed: Mapping[str, Observed] | None = None,
    *,
    intents: Iterable[Intent] | None = None,
) -> tuple[Finding, ...]:
    """Return what the rules find in an inventory, and what reading it found; `intents` are its own, where at hand."""
    own = intents_of(inventory) if intents is None else intents
    found = check(own, platforms, observed, pools=inventory.pools, subjects=subjects_of(inventory))
    return tuple(sorted((*inventory.findings, *found), key=lambda finding: _WEIGHT[finding.severity]))
