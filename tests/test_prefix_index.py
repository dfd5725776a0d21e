"""The most specific prefix that contains another, against a search through all of them."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopwright.addresses import contains, length
from loopwright.prefix_index import PrefixIndex

PREFIXES = st.builds(
    lambda value, size: str(ipaddress.IPv4Network((value & 0xFF0000FF | 10 << 24, size), strict=False)),
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)


def index(*prefixes: str) -> PrefixIndex[str]:
    return PrefixIndex(("default", prefix, prefix) for prefix in prefixes)


@given(st.lists(PREFIXES, max_size=12), PREFIXES)
def test_it_finds_what_a_search_finds(prefixes: list[str], wanted: str):
    searched = sorted({p for p in prefixes if contains(p, wanted)}, key=length, reverse=True)
    assert list(index(*prefixes).containing("default", wanted)) == searched


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("10.0.0.1", ["10.0.0.1/32", "10.0.0.0/24", "0.0.0.0/0"]),
        ("10.0.0.0/25", ["10.0.0.0/24", "0.0.0.0/0"]),
        ("10.0.1.1", ["0.0.0.0/0"]),
        ("2001:db8::1", ["2001:db8::/32"]),
        ("2001:db9::1", []),
    ],
)
def test_the_most_specific_comes_first(wanted: str, found: list[str]):
    held = index("0.0.0.0/0", "10.0.0.0/24", "10.0.0.1/32", "2001:db8::/32")
    assert list(held.containing("default", wanted)) == found


def test_another_vrf_holds_nothing():
    assert list(index("0.0.0.0/0").containing("red", "10.0.0.1")) == []
