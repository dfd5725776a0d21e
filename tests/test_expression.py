"""Compiled expressions say what jmespath's own interpreter says."""

from typing import Any

import jmespath
import pytest
from jmespath.exceptions import JMESPathError

from loopwright.expression import compiled
from loopwright.platform import load_platforms
from loopwright.query import OPTIONS

DOCUMENTS: tuple[Any, ...] = (
    None, "", "text", 0, 1, True, False, [], {}, [None], [[1, 2], [3]], [{}], {"a": None},
    {"a": "x", "b": ["y", "z"], "c": {"d": [{"e": 1}, {"e": 0}, {"f": "x"}]}},
    [{"a": "x", "b": "10", "c": ""}, {"a": "", "b": "20", "c": "y"}, {"a": None, "b": "30"}, {"b": 1, "c": []}],
)  # fmt: skip
EXPRESSIONS = (
    "a", "a.b", "c.d[*].e", "c.d[0].e", "b[-1]", "[0]", "[*]", "[*].a", "[*].[a, b]", "[*].{one: a, two: b}",
    "{one: a}",
    "[a, b]", "a || b", "a && b", "!a", "a || b || `3`", "[?a].b", "[?!a].b", "[?a == 'x'].b", "[?a != 'x'].b",
    "[?b == `1`]", "[?b == `true`]", "[?to_number(b) > `15`].b", "[?a == 'x' || c == 'y'].{a: a, c: c}", "[?a == c]",
    "[?b > a].b", "[?b <= '20'].b", "[?to_number(b) >= a]", "[?`true` < `2`]", "a < `2`", "[*].[to_number(b) < `25`]",
    "c.d[].e", "[]", "[][]", "c.*", "@", "[*].a | [0]", "[:1]", "[::-1].b", "keys(@)", "length(@)", "type(@)",
    "[*].join('-', [b, 'x'])", "[*].starts_with(b, '1')", "[*].not_null(a, b, 'none')", "sort_by(@, &b)[*].b",
    "[*].contains(b, '1')", "map(&a, @)", "[?contains(['x', 'z'], a)].b", "[*].to_array(b)", "'literal'", "`[1, 2]`",
)  # fmt: skip
OURS = {
    f"{platform.name}: {e.command} ({e.kind})": e.rows
    for platform in load_platforms().values()
    for e in platform.evidence
    if e.rows
}


def said(evaluate: Any, document: Any) -> Any:
    """Return what is found in a document, or the kind of error: a function of jmespath may fail."""
    try:
        return evaluate(document)
    except (JMESPathError, TypeError) as error:
        return type(error)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_it_finds_what_jmespath_finds(expression: str) -> None:
    theirs, ours = jmespath.compile(expression), compiled(expression, jmespath.Options())
    for document in DOCUMENTS:
        expected = said(theirs.search, document)
        assert said(ours, document) == expected, document
        assert said(ours, document) == expected, "remembered"


@pytest.mark.parametrize("name", OURS)
def test_an_expression_of_a_folder_finds_what_jmespath_finds(name: str) -> None:
    theirs, ours = jmespath.compile(OURS[name]), compiled(OURS[name], OPTIONS)
    for document in DOCUMENTS:
        assert said(ours, document) == said(lambda value: theirs.search(value, OPTIONS), document), document


def test_a_list_that_a_function_makes_is_a_new_one_each_time() -> None:
    evaluate = compiled("to_array(@)", jmespath.Options())
    assert evaluate("x") is not evaluate("x")
