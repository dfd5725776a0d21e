"""Selecting devices by name, group and attribute."""

import pytest

from loopwright.errors import UsageError
from loopwright.select import Selector, Subject, select

SUBJECTS = (
    Subject("ams-p1", ("core", "ams"), {"site": {"city": "ams", "floor": 1}, "tags": ["a", "b"], "spare": False}),
    Subject("ams-p2", ("core", "ams"), {"site": {"city": "ams", "floor": 2}, "to": [{"x": "fra"}], "platform": "x"}),
    Subject("fra-p1", ("core",), {"site": {"city": "fra"}, "loopbacks": {0: {"role": "vtep"}}, "spare": True}),
)


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("ams-p1", ["ams-p1"]),
        ("core", ["ams-p1", "ams-p2", "fra-p1"]),
        ("ams*", ["ams-p1", "ams-p2"]),
        ("fra-p1,ams-p1", ["ams-p1", "fra-p1"]),
        (" fra-p1 , ", ["fra-p1"]),
        ("site.city=ams", ["ams-p1", "ams-p2"]),
        ("site.floor=2", ["ams-p2"]),
        ("site.city=f*", ["fra-p1"]),
        ("tags=b", ["ams-p1"]),
        ("spare=true", ["fra-p1"]),
        ("to.x=fra", ["ams-p2"]),
        ("loopbacks.0.role=vtep", ["fra-p1"]),
        ("platform=x", ["ams-p2"]),
        (["core", "site.city=ams", "*-p1"], ["ams-p1"]),
        ([], ["ams-p1", "ams-p2", "fra-p1"]),
    ],
)
def test_select(expression: str | list[str], names: list[str]) -> None:
    assert list(select(SUBJECTS, expression)) == names


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("ams-p3", "no device matches 'ams-p3'\n  near: ams-p2, ams-p1"),
        ("ams-p1,nowhere", "no device matches 'nowhere'"),
        ("site.city=asm", "no device matches 'site.city=asm'\n  site.city is ams"),
        ("sit=ams", "no device matches 'sit=ams'\n  near: site"),
        ("zzz=1", "no device has the attribute 'zzz'"),
        ("", "an empty limit selects nothing"),
        (["ams-p1", "ams-p2"], "no device matches all of ams-p1 and ams-p2"),
    ],
)
def test_what_matches_nothing_is_told_with_what_is_near(expression: str | list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        select(SUBJECTS, expression)
    assert message in str(caught.value)


def test_selector_answers_without_raising() -> None:
    selector = Selector(SUBJECTS)
    assert selector.matching(("ams", "site.city=fra", "nobody")) == {"ams-p1", "ams-p2", "fra-p1"}
    assert selector.matching(()) == frozenset()
