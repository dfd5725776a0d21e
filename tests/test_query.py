"""The three functions that expressions over routers' answers may use, and JSON as routers write it."""

import pytest

from loopwright.query import json_documents, rows


def test_entries_turn_an_object_into_rows() -> None:
    assert rows("entries(@)", {"lo": 1}) == [{"key": "lo", "value": 1}]


def test_entries_of_nothing_are_no_rows() -> None:
    assert rows("entries(routes)", {}) == []


def test_spread_gives_each_child_what_its_parent_says() -> None:
    document = {"areas": [{"area": "0", "lsas": [{"id": "a"}, {"id": "b", "area": "own"}]}, {"area": "1"}]}
    assert rows("spread(areas, 'lsas')", document) == [{"area": "0", "id": "a"}, {"area": "own", "id": "b"}]


def test_spread_goes_through_an_object_of_children() -> None:
    assert rows("spread(@, 'links')", [{"r": 1, "links": {"link0": {"x": 2}}}]) == [{"r": 1, "x": 2}]


@pytest.mark.parametrize(
    ("expression", "prefix"),
    [
        ("prefix('10.0.0.9', '255.255.255.252')", "10.0.0.8/30"),
        ("prefix('10.0.0.9', `32`)", "10.0.0.9/32"),
        ("prefix('2001:DB8:0:0::1', `64`)", "2001:db8::/64"),
    ],
    ids=["mask", "length", "ipv6"],
)
def test_prefix_joins_an_address_and_a_mask(expression: str, prefix: str) -> None:
    assert rows(f"[{{p: {expression}}}]", {}) == [{"p": prefix}]


def test_documents_that_follow_each_other_are_all_read() -> None:
    assert json_documents('{"a": 1}\n{"b": 2}\n') == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize("text", ["% no such thing", '{"a": 1', '{"a": 1} tail'], ids=["words", "cut short", "tail"])
def test_what_is_no_json_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|Extra"):
        json_documents(text)
