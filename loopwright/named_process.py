"""The process that a line speaks of without naming it: some systems tell its name once, on a line of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from loopwright.fact import Fact
from loopwright.models import DEFAULT_VRF

_BY_PREFIX = ("listed", "exported")


def with_their_process(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Give prefixes and router-ids that name no process the only one of their protocol and VRF."""
    facts = tuple(facts)
    named: dict[tuple[str, str], set[str]] = {}
    for fact in facts:
        if fact.row.fact == "process" and fact.words.get("process"):
            named.setdefault(_runs(fact), set()).add(fact.words["process"])
    only = {key: min(names) for key, names in named.items() if len(names) == 1}
    return tuple(_named(fact, only) for fact in facts)


def _runs(fact: Fact) -> tuple[str, str]:
    return fact.row.protocol, fact.words.get("vrf", DEFAULT_VRF)


def _named(fact: Fact, only: Mapping[tuple[str, str], str]) -> Fact:
    by_prefix = fact.row.fact == "advertised" and fact.row.relation in _BY_PREFIX
    if "process" in fact.words or not (by_prefix or fact.row.fact == "router-id") or _runs(fact) not in only:
        return fact
    return replace(fact, words={**fact.words, "process": only[_runs(fact)]})
