"""Configurations are cut into path lines."""

from loopwright.difference import nested
from loopwright.pathlines import indented

CONFIGURATION = """Current configuration:
!
hostname r1
interface lo
 ip address 10.0.0.1/32
exit
!
router bgp 65000
 neighbor 10.0.0.2 remote-as 65000
 !
 address-family ipv4 unicast
  network 10.0.0.1/32
 exit-address-family
exit
!
end
"""

LINES = (
    ("hostname r1",),
    ("interface lo",),
    ("interface lo", "ip address 10.0.0.1/32"),
    ("router bgp 65000",),
    ("router bgp 65000", "neighbor 10.0.0.2 remote-as 65000"),
    ("router bgp 65000", "address-family ipv4 unicast"),
    ("router bgp 65000", "address-family ipv4 unicast", "network 10.0.0.1/32"),
)


def test_each_line_carries_the_contexts_that_it_stands_in() -> None:
    assert indented(CONFIGURATION, ("!", "exit", "end", "Current configuration")) == LINES


def test_carriage_returns_and_blank_lines_are_no_lines() -> None:
    assert indented("a\r\n\r\n b\r\n   \r\n", ()) == (("a",), ("a", "b"))


def test_nesting_opens_each_context_once_for_as_long_as_it_lasts() -> None:
    lines = [("a", "1"), ("a", "2"), ("a", "b", "3"), ("c",), ("a", "4")]
    assert list(nested(lines)) == ["a", " 1", " 2", " b", "  3", "c", "a", " 4"]


def test_cutting_what_was_nested_gives_the_lines_again() -> None:
    leaves = [LINES[2], LINES[4], LINES[6]]
    assert set(leaves) <= set(indented("\n".join(nested(leaves)), ()))
