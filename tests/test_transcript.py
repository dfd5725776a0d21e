"""Cutting a terminal's stream into answers."""

import re

import pytest

from loopwright.transcript import Ambiguous, Prompt, clean, split

PROMPT = re.compile(r"(?P<host>[\w.-]+)(?:\((?P<context>[\w-]+)\))?[>#] $")
NOISE = (re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d [A-Z]+: .*$", re.MULTILINE),)


def prompt(host: str = "r1") -> Prompt:
    """Return the prompt of a device whose name is known."""
    made = Prompt(PROMPT, NOISE)
    made.host = host
    return made


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("a\r\nb\r\r\n", "a\nb\n", id="returns"),
        pytest.param("\x1b[?2004hr1# \x1b[?2004l\rshow", "show", id="bracketed-paste-and-overwriting"),
        pytest.param("\x1b[1;31mred\x1b[0m", "red", id="colours"),
        pytest.param("\x1b]0;title\x07text", "text", id="window-title"),
        pytest.param("abX\x08c", "abc", id="backspace"),
        pytest.param("a\x00b\x07", "ab", id="null-and-bell"),
    ],
)
def test_clean(raw: str, text: str) -> None:
    assert clean(raw) == text


@pytest.mark.parametrize(
    ("stream", "commands", "answers"),
    [
        pytest.param("r1# a\nout\nr1# ", ["a"], [("out\n", "")], id="one"),
        pytest.param("r1# a\nr1# b\nout\nr1# ", ["a", "b"], [("", ""), ("out\n", "")], id="two"),
        pytest.param(
            "r1# c\nr1(config)# i\nr1(config-if)# ", ["c", "i"], [("", "config"), ("", "config-if")], id="contexts"
        ),
        pytest.param("r1# a\nr2# x\nr1# b\nx\nr1# ", ["a", "b"], [("r2# x\n", ""), ("x\n", "")], id="another-device"),
        pytest.param(
            "r1# a\nsay r1# \nr1# b\nr1# ", ["a", "b"], [("say r1# \n", ""), ("", "")], id="prompt-inside-a-line"
        ),
        pytest.param("r1# a\nr1# x\nr1# b\nr1# ", ["a", "b"], [("r1# x\n", ""), ("", "")], id="another-command-typed"),
        pytest.param("r1# a\nr1# a\nr1# ", ["a"], [("r1# a\n", "")], id="a-transcript-inside-the-last-answer"),
        pytest.param("r1# a\nb\nout\nr1# b\nr1# ", ["a", "b"], [("out\n", ""), ("", "")], id="type-ahead"),
    ],
)
def test_split(stream: str, commands: list[str], answers: list[tuple[str, str]]) -> None:
    found = split(stream, commands, prompt())
    assert found is not None
    assert [(answer.text, answer.context) for answer in found.answers] == answers


@pytest.mark.parametrize(
    "stream",
    ["r1# a\nout\n", "r1# a\nr1# ", "r1# a\nr1# b\nout", "r1# a\nr1# b", "r1# ", "r1# a\nr1# b\n{\n x: r1# "],
)
def test_incomplete_streams_wait_for_more(stream: str) -> None:
    assert split(stream, ["a", "b"], prompt()) is None


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param("r1# a\nr1# b\nr1# b\nr1# ", id="an-echo-too-many"),
        pytest.param("r1# b\nr1# a\nr1# ", id="another-order"),
        pytest.param("r1# left over\nr1# a\nr1# b\nr1# ", id="late-output"),
        pytest.param("r1# a\nr2# b\nr1# b\nr1# ", id="another-device-was-asked-the-same"),
        pytest.param("r1# a\nhalf ab\nout\nr1# ab\nr1# ", id="type-ahead-in-the-middle-of-a-line"),
    ],
)
def test_ambiguous_streams_are_never_guessed(stream: str) -> None:
    commands = ["a", "ab"] if "ab" in stream else ["a", "b"]
    with pytest.raises(Ambiguous):
        split(stream, commands, prompt())


@pytest.mark.parametrize(
    ("stream", "certain"),
    [
        ("r1# a\nx\nr1# ", True),
        ("r1# a\nr1# x\nr1# ", False),
        ("r1# a\nr1# \nr1# ", False),
        ("r1# a\nr2# \nr1# ", True),
    ],
)
def test_prompts_in_an_answer_make_its_end_uncertain(stream: str, *, certain: bool) -> None:
    found = split(stream, ["a"], prompt())
    assert found is not None
    assert found.certain == certain


LINE = "2026/01/02 03:04:05 ZEBRA: interface e0 went down"


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(f"r1# a\none\n{LINE}\ntwo\nr1# b\nr1# ", id="inside-an-answer"),
        pytest.param(f"r1# {LINE}\nr1# a\none\ntwo\nr1# b\nr1# ", id="at-the-idle-prompt"),
        pytest.param(f"r1# a\none\ntwo\nr1# {LINE}\nr1# b\nr1# ", id="between-two-answers"),
    ],
)
def test_messages_of_the_device_are_no_answer(stream: str) -> None:
    found = split(stream, ["a", "b"], prompt())
    assert found is not None
    assert [answer.text for answer in found.answers] == ["one\ntwo\n", ""]


def test_messages_are_returned_beside_the_answer() -> None:
    found = split(f"r1# a\n{LINE}\nr1# ", ["a"], prompt())
    assert found is not None
    assert found.answers[0].noise == (LINE,)


def test_a_long_name_may_be_shortened_in_configuration_mode() -> None:
    found = split(
        "a-very-long-name-of-a-router# c\na-very-long-name-of(config)# ", ["c"], prompt("a-very-long-name-of-a-router")
    )
    assert found is not None
    assert found.answers[0].context == "config"
