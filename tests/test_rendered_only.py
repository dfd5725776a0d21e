"""A folder that no emulator and no router stands behind: its lines, its session, and what it needed of the code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.emulated.systems import SYSTEMS
from loopwright.errors import UnexpectedAnswer
from loopwright.meaning import meaning
from loopwright.models import Intent, Observed
from loopwright.observe import observe
from loopwright.plan import plan_device
from loopwright.platform import Platform
from loopwright.render import render
from loopwright.transcript import Answer, Prompt, split
from tasks.candidate_writer import CandidateWriter
from tasks.terminal import Terminal
from tests.goldens import assert_golden
from tests.intents import PLATFORMS, frames, loopbacks, routing_of
from tests.test_laws_store import CHANGES, intents

ROOT = Path(__file__).parent.parent


def head(name: str) -> str:
    """The comment at the head of a folder."""
    text = (ROOT / "templates" / name / "platform.yaml").read_text(encoding="utf-8")
    return " ".join(line.lstrip("# ") for line in text.partition("\ntitle:")[0].splitlines())


# The lines of a folder that nothing here takes: read once against the vendor's pages, and the same ever since.


RENDERED_ONLY = [name for name in PLATFORMS if name not in SYSTEMS and "rendered only" in head(name).lower()]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", RENDERED_ONLY)
def test_each_kind_of_change_in_the_lines_of_a_folder_that_has_no_emulator(name: str, change: str) -> None:
    platform, frame = frames()[name]
    one, other = (_sayable(intent, platform) for intent in intents(name)[change])
    before, after = (_with(frame, intent, platform) for intent in (one, other))
    plan = plan_device(other, before, platform)
    assert plan.findings == ()
    assert [plan_device(intent, seen, platform).changes for intent, seen in ((one, before), (other, after))] == [(), ()]
    parts = [("commit", commit) for commit in plan.commits] + [("inverse", commit) for commit in plan.undo]
    text = "".join(f"{what}:\n" + "".join(f"  {line}\n" for line in commit.lines) for what, commit in parts)
    assert_golden(f"{name}/changes/{change.replace(' ', '-')}.txt", text)


def _with(frame: str, intent: Intent, platform: Platform) -> Observed:
    """A device of a frame with an intent's loopbacks: what is added to nothing is there as it was written."""
    plan = plan_device(intent, observe("r1", frame, platform), platform)
    return observe("r1", "\n".join([frame, *(line for commit in plan.commits for line in commit.lines)]), platform)


def _sayable(intent: Intent, platform: Platform) -> Intent:
    """The intent without the characters that the platform refuses in a text."""

    def kept(text: str | None) -> str | None:
        return None if text is None else "".join(c for c in text if platform.refuses_text(c) is None)

    return replace(intent, loopbacks=tuple(replace(w, description=kept(w.description)) for w in intent.loopbacks))


@pytest.mark.parametrize(("platform", "frame"), frames().values(), ids=list(frames()))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_no_two_lines_of_a_loopback_mean_the_same(platform: Platform, frame: str, data: st.DataObject) -> None:
    routing = routing_of(platform, frame)
    lines = render(data.draw(loopbacks(platform, routing, 1)), routing, platform)
    meant = [meaning(line, platform) for line in lines]
    assert [line for n, line in enumerate(lines) if meant[n] in meant[:n]] == []


# A candidate that a commit does not keep over a reboot.


SAVE = "save; compare saved"


@dataclass
class Shell:
    """A terminal of a system with a candidate, as far as a writer sees it."""

    saved: str = "No changes between working and saved configurations."
    context: str = ""
    sent: list[str] = field(default_factory=list)

    def companion(self) -> "Shell":
        return self

    def exchange(self, commands: Sequence[str], _: float | None = None) -> tuple[Answer, ...]:
        return tuple(self._answer(command) for command in commands)

    def _answer(self, command: str) -> Answer:
        self.sent.append(command)
        self.context = {"configure": "#", "exit": "", "exit discard": ""}.get(command, self.context)
        return Answer(command, self.saved if command == SAVE else "", self.context)


def test_a_committed_candidate_is_saved_where_its_folder_names_a_command() -> None:
    shell = Shell()
    _writer(shell).save()
    assert shell.sent == ["configure", SAVE, "exit"]


def test_a_candidate_that_was_not_saved_is_told_and_its_session_left() -> None:
    shell = Shell(saved="No space left on device")
    with pytest.raises(UnexpectedAnswer, match="No space left"):
        _writer(shell).save()
    assert shell.sent == ["configure", SAVE, "exit discard"]


def _writer(shell: Shell) -> CandidateWriter:
    words = PLATFORMS["vyos"].session
    assert words is not None
    return CandidateWriter("r1", cast("Terminal", shell), words)


# A process that tells its name once.


NAMED = {
    "the only one of its VRF": ("set protocols bgp system-as '65000'", "65000"),
    "none that is named": ("", None),
    "one of another VRF": ("set vrf name BLUE protocols bgp system-as '65000'", None),
}


@pytest.mark.parametrize("case", NAMED)
def test_a_listed_prefix_belongs_to(case: str) -> None:
    line, process = NAMED[case]
    told = (
        "set interfaces dummy dum0 address '10.0.0.1/32'\n"
        f"set protocols bgp address-family ipv4-unicast network 10.0.0.1/32\n{line}"
    )
    (loopback,) = observe("r1", told, PLATFORMS["vyos"]).loopbacks
    assert [advert.process for advert in loopback.advertise] == [process]


def test_a_router_id_makes_no_second_process() -> None:
    told = "set protocols bgp system-as '65000'\nset protocols bgp parameters router-id '10.0.0.1'"
    (process,) = observe("r1", told, PLATFORMS["vyos"]).routing.processes
    assert (process.name, process.router_id) == ("65000", "10.0.0.1")


# The seventh folder's session, in the form that its user guide and its source show.


SPOKEN = """\
r1@r1:~$ configure
[edit]
r1@r1# set interfaces dummy dum0 address '192.0.2.1/32'
[edit]
r1@r1# set interfaces dummy dum0 address '192.0.2.999'

  Error: 192.0.2.999 is not a valid host address
  Value validation failed
  Set failed

[edit]
r1@r1# commit
[ protocols ospf ]
Interface "dum0" is not a member of VRF "BLUE"!

[[protocols ospf]] failed
Commit failed
[edit]
r1@r1# save; compare saved
No changes between working and saved configurations.

[edit]
r1@r1# exit
Warning: configuration changes have not been saved.
r1@r1:~$ """


def test_a_session_with_the_seventh_platform_is_understood() -> None:
    words = PLATFORMS["vyos"].session
    assert words is not None
    assert words.candidate is not None
    marks = Prompt(words.prompt).marks(SPOKEN)
    cut = split(SPOKEN, [mark.echo for mark in marks if mark.echo], Prompt(words.prompt))
    assert cut is not None
    entered, taken, refused, failed, saved, left = cut.answers
    assert [answer.context for answer in cut.answers] == ["#"] * 5 + [""]
    assert entered.context == words.configure_context
    assert left.context == ""
    rest = [re.sub(words.harmless[0], "", answer.text).strip() for answer in (taken, refused)]
    assert [bool(text) for text in rest] == [False, True]
    assert [bool(words.candidate.refused.search(answer.text)) for answer in (taken, failed)] == [False, True]
    assert words.saved.search(saved.text)
