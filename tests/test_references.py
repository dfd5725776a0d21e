"""What refers to a loopback: every line of the data files, on its own device and on another, and what is none."""

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from loopwright.change import Allowed, Change
from loopwright.errors import PlatformError
from loopwright.models import Intent, Observed, Wanted
from loopwright.observe import observe
from loopwright.plan import DevicePlan, Plan, plan_device
from loopwright.reference_words import KEYS, KINDS, NEEDS, OF, ROW_KEYS, TAKES, RouterIdChoice, reference_words
from loopwright.references import Reference, find_references, mentions, reference_findings
from tests.intents import PLATFORMS, wanted

DATA = Path(__file__).parent / "data" / "references"
CASES: dict[str, dict[str, Any]] = {p.stem: yaml.safe_load(p.read_text("utf-8")) for p in sorted(DATA.glob("*.yaml"))}


def text_of(line: str, platform: str) -> str:
    """A line of a data file as the device shows it."""
    if PLATFORMS[platform].configuration.tokeniser == "set":
        return line
    return "\n".join(" " * depth + segment for depth, segment in enumerate(line.split(" / ")))


def seen(device: str, platform: str, *lines: str, configuration: str = "") -> Observed:
    """What a device has, with these lines more."""
    return observe(device, "\n".join((configuration, *lines)), PLATFORMS[platform])


def network(platform: str, here: str = "", elsewhere: str = "") -> dict[str, Observed]:
    """The device of a data file and another, each with a line."""
    own = seen("r1", platform, text_of(here, platform), configuration=CASES[platform]["configuration"])
    return {"r1": own, "r2": seen("r2", platform, text_of(elsewhere, platform))}


def planned(platform: str, there: dict[str, Observed], *wants: Wanted) -> Plan:
    """The plan of the first device; the others rest."""
    first = plan_device(Intent("r1", platform, wants), there["r1"], PLATFORMS[platform], Allowed(foreign_lines=True))
    others = (plan_device(Intent(name, platform), there[name], PLATFORMS[platform]) for name in there if name != "r1")
    return Plan((first, *others))


def found(platform: str, there: dict[str, Observed], *wants: Wanted) -> tuple[Reference, ...]:
    """The references of a plan, of loopback 0's removal where no other is said."""
    plan = planned(platform, there, *(wants or (Wanted(0, absent=True),)))
    return find_references(plan, there, dict.fromkeys(there, PLATFORMS[platform]))


def rows(key: str) -> list[Any]:
    """The rows of a kind of all platforms, one case each."""
    return [
        pytest.param(platform, row, id=f"{platform}: {row['line'] if isinstance(row, dict) else row}")
        for platform, case in CASES.items()
        for row in case[key]
    ]


def told(row: dict[str, str]) -> str:
    """How a reference is shown."""
    return f"`{row.get('shown', row['line'].removeprefix('set '))}` ({row['for']})"


def lo0(platform: str, there: dict[str, Observed], **changes: Any) -> Wanted:
    """Loopback 0 as the device has it, with changes."""
    has = there["r1"].loopback(0)
    assert has is not None
    return wanted(replace(has, **changes))


@pytest.mark.parametrize(("platform", "row"), rows("here"))
def test_a_line_of_the_device_itself_is_found_and_named(platform: str, row: dict[str, str]) -> None:
    (reference,) = found(platform, network(platform, here=row["line"]))
    assert (str(reference), reference.kind) == (told(row), row["kind"])


@pytest.mark.parametrize(("platform", "row"), rows("elsewhere"))
def test_a_line_of_another_device_is_found_and_named(platform: str, row: dict[str, str]) -> None:
    (reference,) = found(platform, network(platform, elsewhere=row["line"]))
    assert (str(reference), reference.kind) == (f"on r2: {told(row)}", row["kind"])


@pytest.mark.parametrize(("platform", "line"), rows("unrelated_here"))
def test_another_loopback_and_plain_text_are_no_reference(platform: str, line: str) -> None:
    assert found(platform, network(platform, here=line)) == ()


@pytest.mark.parametrize(("platform", "line"), rows("unrelated_elsewhere"))
def test_another_address_is_no_reference_from_elsewhere(platform: str, line: str) -> None:
    assert found(platform, network(platform, elsewhere=line)) == ()


@pytest.mark.parametrize("platform", CASES)
def test_the_lines_that_make_and_advertise_a_loopback_are_no_references(platform: str) -> None:
    assert found(platform, network(platform)) == ()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_has_cases(platform: str) -> None:
    assert platform in CASES


@pytest.mark.parametrize("platform", CASES)
def test_every_row_of_a_folder_that_can_cut_us_off_is_tried(platform: str) -> None:
    tried = {(row["for"], row["kind"]) for key in ("here", "elsewhere") for row in CASES[platform][key]}
    assert {"bgp", "tunnel"} <= {kind for _, kind in tried}
    assert {"aaa"} <= {kind for _, kind in tried} or platform == "frr"


# What a change takes away decides which references it breaks.

SOURCES = {
    "by interface": "ntp source Loopback0",
    "by IPv4": "ip route 198.51.100.0 255.255.255.0 10.0.0.1",
    "by IPv6": "ipv6 route 2001:db8:9::/64 2001:db8::1",
    "passive": "router isis / passive-interface Loopback0",
}
CHANGES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "another description": ({"description": "new"}, set()),
    "another advertisement": ({"advertise": frozenset()}, set()),
    "an address more": ({"ipv4": ("10.0.0.1/32", "10.0.0.5/32")}, set()),
    "another length": ({"ipv4": ("10.0.0.1/24",)}, set()),
    "another IPv4 address": ({"ipv4": ("10.0.0.9/32",)}, {"by interface", "by IPv4"}),
    "another first address": ({"ipv4": ("10.0.0.9/32", "10.0.0.1/32")}, {"by interface"}),
    "no IPv6 address": ({"ipv6": ()}, {"by interface", "by IPv6"}),
    "shut": ({"enabled": False}, set(SOURCES)),
    "another VRF": ({"vrf": "RED", "advertise": frozenset()}, set(SOURCES)),
}


@pytest.mark.parametrize(("changes", "broken"), CHANGES.values(), ids=list(CHANGES))
def test_a_change_breaks_what_counts_on_that_which_goes(changes: dict[str, Any], broken: set[str]) -> None:
    lines = [text_of(line, "ios") for line in SOURCES.values()]
    own = seen("r1", "ios", "vrf definition RED", *lines, configuration=CASES["ios"]["configuration"])
    there = {"r1": own}
    said = {" / ".join(reference.line) for reference in found("ios", there, lo0("ios", there, **changes))}
    assert said == {SOURCES[name] for name in broken}


def test_an_address_that_moves_to_another_loopback_of_the_device_is_still_there() -> None:
    there = network("ios", elsewhere="ntp server 10.0.0.1")
    one = there["r1"].loopback(1)
    assert one is not None
    moved = wanted(replace(one, ipv4=("10.0.0.10/32", "10.0.0.1/32"), ipv6=("2001:db8::1/128",)))
    assert found("ios", there, Wanted(0, absent=True), moved) == ()


def test_the_loopback_of_another_member_with_the_same_address_is_no_reference() -> None:
    there = network("junos")
    there["r2"] = seen("r2", "junos", configuration=CASES["junos"]["configuration"])
    assert found("junos", there) == ()


def test_a_line_of_another_device_that_its_own_plan_takes_away_is_no_reference() -> None:
    there = network("ios")
    there["r2"] = seen("r2", "ios", configuration=CASES["ios"]["configuration"])
    plans = [
        plan_device(Intent(name, "ios", (Wanted(0, absent=True),)), seen_, PLATFORMS["ios"])
        for name, seen_ in there.items()
    ]
    assert find_references(Plan(tuple(plans)), there, dict.fromkeys(there, PLATFORMS["ios"])) == ()


def test_every_device_that_refers_is_told_in_the_order_of_the_plan() -> None:
    there = network("ios", here="ntp source Loopback0", elsewhere="ntp server 10.0.0.1")
    there["r3"] = seen("r3", "junos", "set system ntp server 10.0.0.1")
    plan = planned("ios", {name: there[name] for name in ("r1", "r2")}, Wanted(0, absent=True))
    of = {"r1": PLATFORMS["ios"], "r2": PLATFORMS["ios"], "r3": PLATFORMS["junos"]}
    assert [reference.on for reference in find_references(plan, there, of)] == ["r1", "r2", "r3"]


def test_a_plan_that_takes_nothing_away_looks_at_no_line() -> None:
    there = network("ios", here="ntp source Loopback0")
    has = there["r1"].loopback(0)
    assert has is not None
    changes = (Change(has, replace(has, description="new"), ()), Change(None, replace(has, number=7), ()))
    plan = Plan((DevicePlan("r1", "ios", changes),))
    blind = {name: replace(each, lines=None) for name, each in there.items()}  # type: ignore[arg-type]
    assert mentions(plan, blind, dict.fromkeys(there, PLATFORMS["ios"])) == ()


# What is said.


@pytest.mark.parametrize(("allowed", "severity"), [(False, "error"), (True, "warning")], ids=["refused", "allowed"])
def test_a_referenced_loopback_is_refused_unless_the_user_allows_it(*, allowed: bool, severity: str) -> None:
    there = network("ios", here="ntp source Loopback0", elsewhere="ntp server 10.0.0.1")
    plan = planned("ios", there, Wanted(0, absent=True))
    found_ = mentions(plan, there, dict.fromkeys(there, PLATFORMS["ios"]))
    intents = {"r1": Intent("r1", "ios", (Wanted(0, absent=True),))}
    (finding,) = reference_findings(found_, intents, plan, there, Allowed(referenced=allowed))
    assert (finding.rule, finding.severity, finding.where) == ("referenced", severity, "loopback 0 (Loopback0)")
    assert finding.expected == "no line that refers to what goes: Loopback0 goes"
    assert "`ntp source Loopback0` (NTP source); on r2: `ntp server 10.0.0.1` (refers to it)" in finding.actual
    assert "whatever VRF" in finding.actual
    assert ("--allow-referenced" in finding.actual) is not allowed


def test_a_line_that_names_the_interface_and_an_address_loses_either_and_is_told_once() -> None:
    there = network("ios", here="some feature Loopback0 from 10.0.0.1 to 2001:db8::1")
    plan = planned("ios", there, lo0("ios", there, ipv6=()))
    found_ = mentions(plan, there, dict.fromkeys(there, PLATFORMS["ios"]))
    assert {reference.names for reference in found_} == {"Loopback0", "10.0.0.1", "2001:db8::1"}
    (finding,) = reference_findings(found_, {}, plan, there, Allowed())
    assert finding.actual.count("some feature") == 1


def test_many_references_are_counted_not_listed() -> None:
    there = network("ios", elsewhere="\n".join(f"ntp server 10.0.0.1 minpoll {n}" for n in range(20)))
    plan = planned("ios", there, Wanted(0, absent=True))
    found_ = mentions(plan, there, dict.fromkeys(there, PLATFORMS["ios"]))
    (finding,) = reference_findings(found_, {}, plan, there, Allowed())
    assert "and 8 more" in finding.actual
    assert finding.actual.count("on r2") == 12


WRONG = {
    "an unknown kind": ({"lines": [{"line": "ntp {loopback}", "for": "NTP", "kind": "clock"}]}, "the kind 'clock'"),
    "no place": ({"lines": [{"line": "ntp source", "for": "NTP", "kind": "aaa"}]}, "where the {loopback} stands"),
    "a place and a name": (
        {"lines": [{"line": "ntp {loopback}", "for": "NTP", "kind": "aaa", "of": "lo0"}]},
        "has it and `of`",
    ),
    "a misspelt key": ({"line": []}, "unknown keys: line"),
    "an unknown need": (
        {"lines": [{"line": "ntp {loopback}", "for": "NTP", "kind": "aaa", "needs": "luck"}]},
        "needs 'luck'",
    ),
}


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=list(WRONG))
def test_words_that_nobody_knows_are_refused(words: dict[str, Any], said: str) -> None:
    with pytest.raises(PlatformError) as refused:
        reference_words(words, {}, "acme/platform.yaml: references")
    assert said in str(refused.value)


# docs/add-a-platform.md against the words.

GUIDE = (Path(__file__).parent.parent / "docs/add-a-platform.md").read_text(encoding="utf-8")
TABLES = {"references": (KEYS, ROW_KEYS), "router_id": ([field.name for field in fields(RouterIdChoice)],)}


@pytest.mark.parametrize(("section", "keys"), TABLES.items(), ids=list(TABLES))
def test_the_guide_names_the_keys_of_a_section(section: str, keys: tuple[tuple[str, ...], ...]) -> None:
    (told_,) = re.findall(rf"^### `{section}`\n(.*?)(?=^##)", GUIDE, flags=re.MULTILINE | re.DOTALL)
    tables = [re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE) for table in told_.split("\n|---")[1:]]
    assert [set(table) for table in tables] == [set(words) for words in keys]


@pytest.mark.parametrize("word", [*KINDS, *NEEDS, *TAKES, *OF])
def test_the_guide_names_every_word(word: str) -> None:
    assert f"`{word}`" in GUIDE
