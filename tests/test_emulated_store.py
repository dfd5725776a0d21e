"""The configuration store under a small table of its own: every other system is another table."""

import pytest

from lab.emulated.rules import Grammar, Rule
from lab.emulated.store import ConfigStore, Edit, UnknownLine
from lab.emulated.system import Refusal


def _erase(store: ConfigStore, edit: Edit) -> None:
    interface = store.at(edit.position)
    assert interface is not None
    for key in [key for key, child in interface.children.items() if child.rule.what == "address"]:
        del interface.children[key]
        store.said.append("% addresses removed")


def _taken(store: ConfigStore, edit: Edit) -> None:
    if edit.values.get("a") == "192.0.2.66":
        raise Refusal("% overlaps", edit.found.line)


class Small(ConfigStore):
    grammar = Grammar(
        (
            Rule("", "hostname <name:word>", what="hostname", slot="hostname"),
            Rule("", "interface <name:word>", what="interface", opens="interface", sorts=True),
            Rule("interface", "vrf <vrf:word>", slot="vrf", after=_erase),
            Rule("interface", "description <text:text>", what="description", slot="description"),
            Rule("interface", "ip address <a:ipv4> <m:mask>", what="address", slot="ip address", check=_taken),
            Rule("interface", "ip address <a:ipv4> <m:mask> secondary", what="address"),
            Rule("interface", "ipv6 address <a:prefix6>", form="ipv6 address <a>", what="address"),
            Rule("interface", "no shutdown", slot="shutdown", shown=False),
            Rule("interface", "shutdown"),
            Rule("interface", "cost <n:num>", slot="cost", no=("cost",)),
            Rule("", "router <p:ospf|isis> <n:num> [vrf <v:word>]", opens="router"),
            Rule("router", "redistribute connected [metric <m:num>] [always]"),
            Rule("router", "address-family <f:ipv4|ipv6>", opens="af", closes="exit-address-family"),
            Rule("af", "network <p:word>"),
        )
    )


BASE = "interface Lo0\n ip address 192.0.2.1 255.255.255.255\n"

TAKEN = {
    "words in any case": (["INTERFACE Lo0", "Description a  b"], "interface Lo0\n description a  b"),
    "a slot is replaced": (["interface Lo0", "ip address 192.0.2.9 255.255.255.0"], "ip address 192.0.2.9"),
    "spelling": (["interface Lo0", "ipv6 address 2001:DB8:0::1/128"], " ipv6 address 2001:db8::1/128"),
    "optional value": (["router ospf 1 vrf blue"], "router ospf 1 vrf blue"),
    "optional word": (["router ospf 1", "redistribute connected always"], "\n redistribute connected always"),
    "closed when shown": (
        ["router ospf 1", "address-family ipv4", "network x"],
        " address-family ipv4\n  network x\n exit-address-family",
    ),
    "context around": (
        ["router ospf 1", "address-family ipv4", "address-family ipv6"],
        " address-family ipv4\n exit-address-family\n address-family ipv6",
    ),
    "top from within": (["interface Lo0", "hostname r1"], "hostname r1\n!\ninterface Lo0"),
    "natural order": (["interface Lo10", "interface Lo2"], "interface Lo2\n!\ninterface Lo10"),
}
GONE = {
    "whole line": ["interface Lo0", "no ip address 192.0.2.1 255.255.255.255"],
    "by its slot": ["interface Lo0", "no ip address"],
    "with its interface": ["no interface Lo0"],
    "dropped by another line": ["interface Lo0", "vrf blue"],
}
REFUSED = {
    "unknown": (["frobnicate"], "% Invalid input detected at '^' marker."),
    "value of no such kind": (["interface Lo0", "ip address 192.0.2.300 255.0.0.0"], "% Invalid input"),
    "not a mask": (["interface Lo0", "ip address 192.0.2.3 255.0.255.0"], "% Invalid input"),
    "incomplete": (["interface"], "% Incomplete command."),
    "too long": (["interface Lo0", "shutdown now"], "% Invalid input"),
    "in no context": (["description x"], "% Invalid input"),
    "by a check": (["interface Lo0", "ip address 192.0.2.66 255.255.255.255"], "% overlaps"),
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_line_is_shown_in_the_spelling_and_place_of_the_system(case: str) -> None:
    lines, expected = TAKEN[case]
    store = Small(BASE)
    store.apply(lines)
    assert expected in store.text()


@pytest.mark.parametrize("case", GONE)
def test_an_address_goes(case: str) -> None:
    store = Small(BASE)
    store.apply(GONE[case])
    assert "192.0.2.1" not in store.text()


@pytest.mark.parametrize("case", REFUSED)
def test_a_line_is_refused_in_the_words_of_the_system(case: str) -> None:
    lines, answer = REFUSED[case]
    store = Small(BASE)
    before = store.text()
    with pytest.raises(Refusal) as refusal:
        store.apply(lines)
    assert refusal.value.answer.startswith(answer)
    assert refusal.value.line == lines[-1]
    assert store.text() == before


def test_an_unknown_line_says_where_it_stops_making_sense() -> None:
    store = Small(BASE)
    with pytest.raises(UnknownLine) as refusal:
        store.apply(["interface Lo0", "ip address 192.0.2.3 255.0.255.0"])
    assert refusal.value.column == len("ip address 192.0.2.3 ")


def test_a_default_line_vanishes_and_takes_its_opposite_along() -> None:
    store = Small("interface Lo0\n shutdown\n")
    store.apply(["interface Lo0", "no shutdown"])
    assert store.text() == "interface Lo0\n!\n"


def test_what_is_dropped_is_said_once() -> None:
    store = Small(BASE)
    store.apply(["interface Lo0", "vrf blue"])
    assert store.messages() == ["% addresses removed"]
    assert store.messages() == []


def test_the_same_line_again_drops_nothing() -> None:
    store = Small("interface Lo0\n vrf blue\n ip address 192.0.2.1 255.255.255.255\n")
    store.apply(["interface Lo0", "vrf blue"])
    assert "192.0.2.1" in store.text()


def test_lines_before_a_refused_one_stay() -> None:
    store = Small()
    with pytest.raises(Refusal):
        store.apply(["hostname r1", "frobnicate", "interface Lo1"])
    assert store.text() == "hostname r1\n!\n"


def test_an_atomic_system_takes_all_or_none() -> None:
    class Atomic(Small):
        atomic = True

    store = Atomic(BASE)
    with pytest.raises(Refusal):
        store.apply(["hostname r1", "frobnicate"])
    assert "hostname" not in store.text()
    store.apply(["hostname r1"])
    assert "hostname r1" in store.text()


def test_a_copy_is_independent() -> None:
    store = Small(BASE)
    twin = store.copy()
    twin.apply(["interface Lo0", "cost 5"])
    assert "cost" in twin.text()
    assert "cost" not in store.text()


@pytest.mark.parametrize("text", [BASE, *("\n".join(lines) for lines, _ in TAKEN.values())])
def test_what_is_shown_is_taken_again(text: str) -> None:
    shown = Small(text).text()
    assert Small(shown).text() == shown
