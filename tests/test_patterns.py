"""Patterns of path lines: what they match, what they capture, and how a bad one is told."""

import pytest

from loopwright.errors import PlatformError
from loopwright.patterns import LinePattern, PatternIndex

CONTEXTS = {"interface": "interface {interface}[ vrf {vrf}]", "bgp": "router bgp {process}", "af": "<bgp> / family x"}

MATCHES = [
    ("a word", "hostname {name}", ("hostname r1",), {"name": "r1"}),
    ("a word is not two", "hostname {name}", ("hostname r1 r2",), None),
    ("the rest of a line", "description {text*}", ("description to r1, port 2",), {"text": "to r1, port 2"}),
    ("the rest is not nothing", "description {text*}", ("description",), None),
    ("an optional part is there", "<interface>", ("interface lo vrf blue",), {"interface": "lo", "vrf": "blue"}),
    ("an optional part is missing", "<interface>", ("interface lo",), {"interface": "lo"}),
    ("digits", "ip ospf[ {process:number}] area {area}", ("ip ospf 7 area 0",), {"process": "7", "area": "0"}),
    ("no digits", "ip ospf[ {process:number}] area {area}", ("ip ospf area 0",), {"area": "0"}),
    ("a word where digits belong", "ip ospf[ {process:number}] area {area}", ("ip ospf x area 0",), None),
    (
        "a context in a context",
        "<af> / network {p}",
        ("router bgp 1", "family x", "network y"),
        {"process": "1", "p": "y"},
    ),
    ("a line that is not deep enough", "<af> / network {p}", ("router bgp 1", "network y"), None),
    ("dots are dots", "a.b {c}", ("axb c",), None),
]


@pytest.mark.parametrize(
    ("pattern", "line", "words"), [case[1:] for case in MATCHES], ids=[case[0] for case in MATCHES]
)
def test_a_pattern_matches_a_line_and_captures_its_words(
    pattern: str, line: tuple[str, ...], words: dict[str, str] | None
) -> None:
    assert LinePattern.compile(pattern, CONTEXTS).match(line) == words


BAD = [
    ("an unknown context", "<vlan> / name {name}", "names the context <vlan>, which is not defined"),
    ("a brace that stays open", "hostname {name", "cannot be read at character 10"),
    ("a bracket that stays open", "a [b", "cannot be read"),
    ("a name twice", "{a} {a}", "cannot be read"),
    ("contexts in a circle", "<round>", "in a circle"),
]


@pytest.mark.parametrize(("pattern", "words"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_pattern_is_told_in_words(pattern: str, words: str) -> None:
    with pytest.raises(PlatformError, match=words):
        LinePattern.compile(pattern, {"round": "<round>"})


def test_the_first_row_that_matches_wins() -> None:
    rows = [(LinePattern.compile(p, {}), name) for p, name in [("a b", "exact"), ("a {x}", "any")]]
    index = PatternIndex(rows)
    assert index.find(("a b",)) == ("exact", {})
    assert index.find(("a c",)) == ("any", {"x": "c"})
    assert index.find(("b c",)) is None
