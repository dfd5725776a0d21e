"""Our machine reads with TextFSM's templates what TextFSM itself reads with them."""

import io

import pytest
import textfsm

from loopwright.line_machine import REMEMBERED, LineMachine, line_machine
from loopwright.platform import load_platforms

OPTIONS = {
    "filldown": (
        "Value Filldown area (\\d+)\nValue Required name (\\w+)\n\nStart\n  ^area ${area}\n  ^name ${name} -> Record\n",
        "area 1\nname a\nname b\narea 2\nname c\nelse\n",
    ),
    "fillup": (
        "Value Fillup vrf (\\w+)\nValue name (\\w+)\n\nStart\n  ^name ${name} -> Record\n  ^vrf ${vrf}\n",
        "name a\nname b\nvrf one\nname c\n",
    ),
    "list of named groups": (
        (
            "Value Required name (\\w+)\nValue List hops ((?P<to>\\S+) by (?P<port>\\w+))\n\nStart\n"
            "  ^name -> Continue.Record\n  ^name ${name}\n  ^ ${hops}\n"
        ),
        "name a\n 10.0.0.1 by e1\n 10.0.0.2 by e2\nname b\nname c\n 10.0.0.3 by e3\n",
    ),
    "plain list filled down": (
        "Value Filldown,List seen (\\d+)\nValue name (\\w+)\n\nStart\n  ^${seen} -> Record\n  ^${name}\n",
        "1\n2\na\n3\n",
    ),
    "list that is required": (
        "Value name (\\w+)\nValue List,Required seen (\\d+)\n\nStart\n  ^${seen}$$\n  ^${name} -> Record\n",
        "1\n2\na\nb\n3\nc\n",
    ),
    "clear and clear all": (
        (
            "Value Filldown one (\\d)\nValue two ([a-z])\n\nStart\n  ^${one}$$\n  ^${two}$$ -> Record\n  ^- -> Clear\n"
            "  ^= -> Clearall\n"
        ),
        "1\na\n-\nb\n=\nc\n",
    ),
    "an end of its own": ("Value one (\\d)\n\nStart\n  ^${one} -> Record\n  ^end -> End\n\nEOF\n", "1\n2\nend\n3\n"),
    "the record at the end": ("Value one (\\d)\n\nStart\n  ^${one}\n", "1\n2\n"),
    "states": (
        "Value one (\\d)\n\nStart\n  ^begin -> Inner\n\nInner\n  ^${one} -> Record Start\n  ^. -> Error\n",
        "1\nbegin\n2\n3\nbegin\n4\n",
    ),
    "a group that is not there": ("Value one (\\d)\nValue two (x)\n\nStart\n  ^${one}${two}? -> Record\n", "1x\n2\n"),
}
TEMPLATES = {
    f"{platform.name}/{name}": text for platform in load_platforms().values() for name, text in platform.textfsm.items()
}


@pytest.mark.parametrize("case", OPTIONS)
def test_records_are_those_of_textfsm(case: str) -> None:
    template, answer = OPTIONS[case]
    expected = textfsm.TextFSM(io.StringIO(template)).ParseText(answer)
    machine = LineMachine(template)
    assert machine.read(answer) == expected
    assert machine.read(answer) == expected, "what it remembers of lines says the same"


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_of_ours_is_read_with_the_same_header_and_refusal(name: str) -> None:
    theirs, ours = textfsm.TextFSM(io.StringIO(TEMPLATES[name])), LineMachine(TEMPLATES[name])
    assert ours.header == tuple(theirs.header)
    strange = "something else entirely\n"
    try:
        expected = theirs.ParseText(strange)
    except textfsm.TextFSMError:
        with pytest.raises(textfsm.TextFSMError, match="something else entirely"):
            ours.read(strange)
    else:
        assert ours.read(strange) == expected


def test_an_error_names_its_rule_and_the_line() -> None:
    machine = LineMachine('Value one (\\d)\n\nStart\n  ^${one}\n  ^bad -> Error "no such thing"\n')
    with pytest.raises(textfsm.TextFSMError, match=r'"no such thing".*Rule Line: 5.*bad luck'):
        machine.read("1\nbad luck\n")


def test_a_machine_forgets_lines_before_they_are_too_many() -> None:
    machine = LineMachine("Value one (\\d+)\n\nStart\n  ^${one} -> Record\n")
    lines = [str(number) for number in range(REMEMBERED + 10)]
    assert machine.read("\n".join(lines)) == [[line] for line in lines]


def test_a_template_is_made_into_a_machine_once() -> None:
    template = OPTIONS["states"][0]
    assert line_machine(template) is line_machine(template)
