"""Rules over what loopbacks say of others: who sees them, what stands for them, what goes with them."""

from collections import defaultdict
from collections.abc import Iterator

from loopwright.facts import Facts, loopback_finding, not_checked
from loopwright.finding import Finding
from loopwright.models import Intent, Wanted
from loopwright.prefixes import read_prefix
from loopwright.select import Selector, near_misses


def filters(facts: Facts) -> Iterator[Finding]:
    """Every filter of `seen_by` and `not_seen_by` names a device."""
    selector = Selector(facts.subjects)
    unknown: dict[str, None] = {}
    hints: dict[str, str] = {}
    for intent, wanted in facts.wanted():
        seen_by = wanted.expect.seen_by
        named = [("seen_by", term) for term in (seen_by if isinstance(seen_by, tuple) else ())]
        named += [("not_seen_by", term) for term in wanted.expect.not_seen_by]
        for what, term in named:
            if "=" in term and not facts.has_attributes:
                unknown[intent.device] = None
            elif not selector.matching((term,)):
                if term not in hints:
                    hints[term] = near_misses(facts.subjects, term)
                expected = "a filter that matches a device"
                actual = f"{term!r} matches none; {hints[term]}"
                yield loopback_finding("filter-matches", intent, wanted, f"expect.{what}", expected, actual)
    yield from not_checked("filter-matches", list(unknown), "the attributes of the inventory")


def summaries(facts: Facts) -> Iterator[Finding]:
    """A summary holds an address of the loopback that it stands for."""
    for intent, wanted in facts.wanted():
        for summary in wanted.expect.summarised_as:
            prefix = read_prefix(summary)
            if wanted.addresses and not any(prefix.holds(read_prefix(address)) for address in wanted.addresses):
                expected = f"a prefix around {', '.join(wanted.addresses)}"
                yield loopback_finding("summary", intent, wanted, "expect.summarised_as", expected, summary)


def lone_members(facts: Facts) -> Iterator[Finding]:
    """A group of devices has more than one member."""
    redundancy: dict[str, list[Intent]] = defaultdict(list)
    anycast: dict[str, dict[str, tuple[Intent, Wanted]]] = defaultdict(dict)
    for intent in facts.intents:
        if intent.redundancy_group:
            redundancy[intent.redundancy_group].append(intent)
    for intent, wanted in facts.wanted():
        if wanted.anycast:
            anycast[wanted.anycast][intent.device] = intent, wanted
    for name, members in redundancy.items():
        if len(members) == 1:
            only = members[0]
            yield Finding(
                "lone-member", only.device, f"redundancy_group {name}", "two members", "one", "note", only.mark
            )
    for name, sharing in anycast.items():
        if len(sharing) == 1:
            ((intent, wanted),) = sharing.values()
            yield loopback_finding("lone-member", intent, wanted, f"anycast {name}", "two members", "one", "note")


def removals(facts: Facts) -> Iterator[Finding]:
    """What is removed is not what the device is managed by, nor its router-id."""
    for intent in facts.intents:
        seen = facts.observed.get(intent.device)
        for wanted in intent.loopbacks:
            if not wanted.absent:
                continue
            there = seen.loopback(wanted.number) if seen else None
            bare = {a.partition("/")[0] for a in (*wanted.addresses, *(there.addresses if there else ()))}
            if intent.management_address in bare:
                actual = f"`state: absent` removes {intent.management_address}, which the device is managed by"
                yield loopback_finding("removal", intent, wanted, "state", "an address that nothing needs", actual)
            routing = facts.routing(intent)
            ids = {routing.router_id, *(p.router_id for p in routing.processes)} if routing else set()
            for router_id in sorted(bare & {i for i in ids if i}):
                actual = f"`state: absent` removes {router_id}, which is the device's router-id"
                expected = "an address that nothing needs"
                yield loopback_finding("removal", intent, wanted, "state", expected, actual, "warning")
