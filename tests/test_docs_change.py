"""The documents about changes, held against the code: commands, options, settings, timers, tests and links exist."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
import yaml

from loopwright.change_settings import calendar_of, settings_of
from loopwright.inventory import make_inventory
from loopwright.platform import load_platforms
from playbooks.cli import main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDES = [ROOT / "docs" / name for name in ("user-guide.md", "change-windows.md")]
BOARD = ROOT / "docs" / "change-board.md"
OURS = [page for page in PAGES if page.name != "benchmark.md"]
"""The pages whose options are those of `loopwright`."""
SECONDS = {"s": 1, "min": 60, "h": 3600}
CHANGING = ("plan", "provision", "resume", "confirm", "revert", "rollback")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def fenced(text: str, kind: str) -> list[str]:
    return re.findall(rf"^ *```{kind}\n(.*?)^ *```", text, flags=re.DOTALL | re.MULTILINE)


def command_lines() -> Iterator[str]:
    for page in PAGES:
        for block in fenced(page.read_text(encoding="utf-8"), "console"):
            for line in block.splitlines():
                for part in line.removeprefix("$ ").split(" && ") if line.startswith("$ ") else ():
                    if part.startswith("loopwright "):
                        yield part


@cache
def commands() -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name in main.list_commands(click.Context(main)):
        command = main.get_command(click.Context(main), name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {sub}": each for sub, each in command.commands.items()}
    return found


def options(command: click.Command) -> set[str]:
    return {option for param in command.params if isinstance(param, click.Option) for option in param.opts}


@pytest.mark.parametrize("line", sorted(set(command_lines())))
def test_a_command_line_that_is_shown_is_understood(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    count = 2 if " ".join(words[:2]) in commands() else 1
    command = commands()[" ".join(words[:count])]
    context = click.Context(command, info_name=command.name)
    given, rest, _ = command.make_parser(context).parse_args(words[count:])
    assert rest == []
    for param in command.params:
        if isinstance(param, click.Argument):
            assert not param.required or given[param.name] is not None
        elif param.name in given and not isinstance(param.type, click.Path):
            param.type_cast_value(context, given[param.name])


@pytest.mark.parametrize("page", OURS, ids=named)
def test_an_option_that_is_named_exists(page: Path) -> None:
    said = {
        option
        for code in re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
        for option in re.findall(r"(?<!\S)--[a-z][a-z-]+", code)
    }
    known = {option for command in commands().values() for option in options(command)}
    assert said - known == set()


@pytest.mark.parametrize("name", CHANGING)
def test_every_option_of_a_change_is_in_the_guides(name: str) -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in GUIDES)
    assert {option for option in options(commands()[name]) if f"`{option}" not in text} == set()


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_is_in_the_readme(name: str) -> None:
    assert re.search(rf"\b{name.partition(' ')[0]}\b", (ROOT / "README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("block", fenced(GUIDES[1].read_text(encoding="utf-8"), "yaml"))
def test_the_settings_that_are_shown_are_read(block: str) -> None:
    said = yaml.safe_load(block)
    inventory = make_inventory({"r1": {}}, defaults=said)
    settings, calendar, data = settings_of(inventory), calendar_of(inventory, "r1"), said["data"]
    change = data.get("change", {})
    assert settings.timer == change.get("timer", 0)
    assert f"{settings.route_loss}%" == change.get("route_loss", "None%")
    assert len(calendar.windows) == len(data.get("windows", ()))
    assert len(calendar.freezes) == len(data.get("freezes", ()))


def protections() -> list[list[str]]:
    """The rows of the table of protections, by cell."""
    table = BOARD.read_text(encoding="utf-8").partition("| system |")[2].partition("\n\n")[0]
    return [[cell.strip(" *") for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]


ROWS = {
    "FRRouting (real)": ("frr", "session"),
    "IOS-XE": ("ios", "session"),
    "IOS-XE over NAPALM": ("ios", "driver"),
    "IOS-XR": ("iosxr", "session"),
    "NX-OS": ("nxos", "session"),
    "EOS": ("eos", "driver"),
    "Junos": ("junos", "driver"),
}


def bounds(text: str) -> tuple[int, int]:
    """The seconds of `1 to 120 min` or `30 s to 18 h`."""
    found = re.match(r"(\d+)(?: (s|min|h))? to (\d+) (s|min|h)", text)
    assert found is not None
    return int(found[1]) * SECONDS[found[2] or found[4]], int(found[3]) * SECONDS[found[4]]


@pytest.mark.parametrize("system", ROWS)
def test_the_board_is_told_the_timer_that_a_platform_has(system: str) -> None:
    row = next(row for row in protections() if row[0] == system)
    name, way = ROWS[system]
    timer = getattr(getattr(load_platforms()[name], way), "timer", None)
    own, held = row[3], row[5].startswith("yes")
    if timer is None:
        assert (own, held) == ("none", False)
    else:
        assert bounds(own) == pytest.approx((timer.shortest, timer.longest), rel=0.02)
        assert held == timer.exclusive


def test_the_board_is_told_of_every_platform_that_was_tried() -> None:
    assert {name for name, _ in ROWS.values()} == set(load_platforms()) - {"vyos"}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_what_a_page_leads_to_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    leads = [link for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in link]
    tests = [f"{ROOT}/tests/{name}" for name in re.findall(r"\btest_\w+(?<!_x)\.py\b", text)]
    assert [lead for lead in leads if not (page.parent / lead).exists()] == []
    assert [test for test in tests if not Path(test).exists()] == []
