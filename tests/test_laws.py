"""The laws that a platform folder keeps by itself: round trip, sameness, injection; over every folder on disk."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from loopwright.difference import Difference
from loopwright.models import Intent, Loopback, Observed
from loopwright.observe import observe, path_lines
from loopwright.plan import plan_device
from loopwright.platform import Platform
from loopwright.reasons import reasons
from loopwright.render import render
from tests.intents import PLATFORMS, descriptions, frames, loopbacks, routing_of, wanted

SAMENESS = Path(__file__).parent / "data" / "sameness"
every_platform = pytest.mark.parametrize("platform", PLATFORMS.values(), ids=list(PLATFORMS))
every_frame = pytest.mark.parametrize(("platform", "frame"), frames().values(), ids=list(frames()))


def commands(lines: tuple[tuple[str, ...], ...], platform: Platform) -> str:
    """What is typed to have these lines on a device that has none of them."""
    return "\n".join(line for commit in Difference((), lines, platform).commits for line in commit)


def text_of(wanted: list[Loopback], platform: Platform, frame: str) -> str:
    """The configuration of a device that has these loopbacks and nothing else."""
    routing = routing_of(platform, frame)
    lines = [line for loopback in wanted for line in render(loopback, routing, platform)]
    return f"{frame}\n{commands(tuple(lines), platform)}"


def leaves(text: str, platform: Platform) -> set[tuple[str, ...]]:
    """The lines that hold no others."""
    lines = path_lines(text, platform)
    return {line for line in lines if not any(platform.configuration.under(other, line) for other in lines)}


@every_frame
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_law_1_what_is_rendered_is_observed_again(platform: Platform, frame: str, data: st.DataObject) -> None:
    routing = routing_of(platform, frame)
    drawn = [data.draw(loopbacks(platform, routing, number)) for number in (0, 1)]
    seen = observe("r1", text_of(drawn, platform, frame), platform)
    assert seen.loopbacks == frozenset(lo for lo in drawn if render(lo, routing, platform))


@every_frame
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_law_2_a_device_that_is_as_wanted_has_an_empty_plan(
    platform: Platform, frame: str, data: st.DataObject
) -> None:
    routing = routing_of(platform, frame)
    drawn = [data.draw(loopbacks(platform, routing, number, by_family=False)) for number in (0, 1)]
    seen = observe("r1", text_of(drawn, platform, frame), platform)
    intent = Intent("r1", platform.name, tuple(wanted(lo) for lo in drawn if lo in seen.loopbacks))
    plan = plan_device(intent, seen, platform)
    assert (plan.changes, plan.findings) == ((), ())


def _cases() -> list[Any]:
    return [
        pytest.param(PLATFORMS[path.stem], case, id=f"{path.stem}-{case['name']}")
        for path in sorted(SAMENESS.glob("*.yaml"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("platform", "case"), _cases())
def test_law_5_the_same_written_differently_is_no_change_and_a_difference_is_never_missed(
    platform: Platform, case: dict[str, Any]
) -> None:
    one, other = (_observed(case[side], platform) for side in ("one", "other"))
    said = [r for number in (0, 1, 2) for r in reasons(one.loopback(number), other.loopback(number))]
    if case["same"]:
        assert (one.loopbacks, said) == (other.loopbacks, [])
    else:
        assert said == case["said"]


def _observed(text: str, platform: Platform) -> Observed:
    return observe("r1", text, platform)


def test_every_platform_has_a_corpus_of_sameness() -> None:
    assert {path.stem for path in SAMENESS.glob("*.yaml")} == set(PLATFORMS)


def test_every_platform_has_a_frame() -> None:
    assert {platform.name for platform, _ in frames().values()} == set(PLATFORMS)


@every_platform
def test_a_frame_runs_every_protocol_that_the_platform_can_advertise_by(platform: Platform) -> None:
    running = {p.protocol for p in routing_of(platform, frames()[platform.name][1]).processes}
    assert running == platform.protocols


INJECTIONS = ("a\nshutdown", "a\r b", "a\x00b", "a\x1b[2Jb", "a\tb", "a\u2028b", "a\x7f")


@every_platform
@pytest.mark.parametrize("text", INJECTIONS, ids=[repr(text) for text in INJECTIONS])
def test_law_7_what_could_become_a_second_line_is_refused(platform: Platform, text: str) -> None:
    assert platform.refuses_text(text) is not None


@every_platform
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_law_7_a_text_that_is_not_refused_stays_the_rest_of_its_own_line(
    platform: Platform, data: st.DataObject
) -> None:
    stored = platform.loopbacks.text.stored(data.draw(descriptions(platform) | st.text(max_size=60)))
    if not stored or platform.refuses_text(stored) is not None:
        return
    loopback = Loopback(1, platform.interface_name(1), ipv4=("10.0.0.1/32",), description=stored)
    frame = frames()[platform.name][1]
    lines = render(loopback, routing_of(platform, frame), platform)
    text = f"{frame}\n{commands(lines, platform)}"
    assert (
        len(leaves(text, platform) - leaves(frame, platform)) == len(leaves(commands(lines, platform), platform)) == 2
    )
    assert observe("r1", text, platform).loopbacks == {loopback}
