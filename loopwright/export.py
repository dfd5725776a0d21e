"""Prefixes that BGP announces because an export policy accepts them: which lines are in effect, where a new one goes.

A chain of statements carries a prefix: a group exports a policy (`export`), a term of the policy accepts
(`accepted`, without a list) what a list holds (`accepted`, naming the list), and the list holds the prefix
(`advertised`, relation `exported`, naming the list, or policy and term where the prefix stands in the term itself).
"""

from collections.abc import Iterable, Sequence

from loopwright.fact import Fact


def in_effect(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Leave out the prefixes that no export chain carries."""
    if not any(_is_exported(fact) for fact in facts):
        return tuple(facts)
    terms = _accepting(facts)
    lists = _lists(facts, terms)
    return tuple(f for f in facts if not _is_exported(f) or f.words.get("list") in lists or _term(f) in terms)


def export_lists(facts: Iterable[Fact]) -> dict[str, str]:
    """The one list of each protocol that a new prefix goes into; nothing where there is none or more than one."""
    facts = tuple(facts)
    found = _lists(facts, _accepting(facts))
    protocols = {fact.row.protocol for fact in facts if fact.row.fact == "export"}
    return dict.fromkeys(protocols, next(iter(found))) if len(found) == 1 else {}


def _is_exported(fact: Fact) -> bool:
    return fact.row.relation == "exported"


def _term(fact: Fact) -> tuple[str | None, str | None]:
    return fact.words.get("policy"), fact.words.get("term")


def _accepting(facts: Iterable[Fact]) -> set[tuple[str | None, str | None]]:
    """The terms that accept, of policies that are exported."""
    facts = tuple(facts)
    policies = {fact.words["policy"] for fact in facts if fact.row.fact == "export"}
    accepting = (f for f in facts if f.row.fact == "accepted" and "list" not in f.words)
    return {_term(fact) for fact in accepting if fact.words["policy"] in policies}


def _lists(facts: Iterable[Fact], terms: set[tuple[str | None, str | None]]) -> set[str]:
    """The lists whose prefixes those terms accept."""
    return {f.words["list"] for f in facts if f.row.fact == "accepted" and "list" in f.words and _term(f) in terms}
