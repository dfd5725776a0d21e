"""A platform folder as a value: everything particular to a system, read from `templates/<platform>/platform.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from loopwright.errors import PlatformError
from loopwright.models import PathLine
from loopwright.pathlines import TOKENISERS
from loopwright.patterns import LinePattern, PatternIndex
from loopwright.session_words import SessionWords

RELATIONS = ("on-interface", "covered", "listed", "redistributed")
FACTS = ("interface", "address", "description", "shutdown", "advertised", "attribute", "process", "router-id", "peer")


@dataclass(frozen=True)
class FactRow:
    """What a line states: its kind, and for advertising the protocol, the family and how it joins an address."""

    fact: str
    protocol: str = ""
    relation: str = ""
    family: str = ""
    set: Mapping[str, Any] = field(default_factory=dict)
    foreign: bool = False


@dataclass(frozen=True)
class Text:
    """What a description may hold, and how the device stores it."""

    allowed: str
    max: int
    refused: str = ""
    collapse_spaces: bool = False

    def stored(self, text: str) -> str:
        """Return the text as the device will show it."""
        return " ".join(text.split(" ")).strip() if not self.collapse_spaces else " ".join(text.split())

    def refuses(self, text: str) -> str | None:
        """Say why the platform cannot carry a text, None where it can."""
        if len(text) > self.max:
            return f"has {len(text)} characters, the platform stores {self.max}"
        for position, character in enumerate(text, start=1):
            if not re.fullmatch(self.allowed, character) or (self.refused and re.fullmatch(self.refused, character)):
                return f"has the character {character!r} at position {position}, which the platform cannot carry"
        return None


@dataclass(frozen=True)
class LoopbackWords:
    """How a platform names loopbacks and what it does with them."""

    name: str
    spellings: tuple[str, ...]
    numbers: tuple[int, int]
    text: Text
    names: Mapping[int, str] = field(default_factory=dict)
    kernel_made: bool = False
    ordered_addresses: bool = True
    cannot_shut: tuple[str, ...] = ()
    advertises_all_addresses: tuple[str, ...] = ()
    host_routed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """How one kind of evidence is read: the command, the format of its answer, the expression that finds the rows."""

    command: str
    kind: str
    format: str
    rows: str = ""
    template: str = ""
    protocol: str = ""
    family: str = ""


@dataclass(frozen=True)
class Identify:
    """How a device is asked what it is: the command, and what it answers if it is this platform."""

    command: str
    pattern: str

    def version_in(self, answer: str) -> str | None:
        """The version that an answer tells, "" where the pattern names none, None where it is another platform."""
        found = re.search(self.pattern, answer, re.MULTILINE)
        return None if found is None else found.groupdict().get("version") or ""


@dataclass(frozen=True)
class ConfigurationWords:
    """How the running configuration is read."""

    command: str
    tokeniser: str
    skip: tuple[str, ...]
    rows: tuple[tuple[LinePattern, FactRow], ...]
    styles: Mapping[str, Mapping[str, str]]
    stanza: LinePattern
    negation: str
    negations: tuple[tuple[str, str], ...]

    def interface_of(self, line: PathLine) -> str | None:
        """The interface whose stanza a line stands in, None for a line of another stanza."""
        words = self.stanza.match(line[: len(self.stanza.segments)])
        return words["interface"] if words else None

    @cached_property
    def index(self) -> PatternIndex[FactRow]:
        """The rows, looked up by depth and first word."""
        return PatternIndex(self.rows)


@dataclass(frozen=True)
class Platform:
    """One platform folder."""

    name: str
    title: str
    transport: str
    session: SessionWords
    loopbacks: LoopbackWords
    configuration: ConfigurationWords
    capabilities: Mapping[str, Any]
    evidence: tuple[Evidence, ...]
    not_told: str
    show: Mapping[str, str]
    template: str
    textfsm: Mapping[str, str]
    identify: Identify | None = None

    @cached_property
    def protocols(self) -> frozenset[str]:
        """The protocols that a loopback can be advertised by on this platform."""
        return frozenset(row.protocol for _, row in self.configuration.rows if row.fact == "advertised")

    def interface_name(self, number: int) -> str:
        """The canonical interface name of a loopback number."""
        return self.loopbacks.names.get(number) or self.loopbacks.name.format(number=number)

    def number_of(self, interface: str) -> int | None:
        """The loopback number of an interface name in any of its spellings, None for another kind of interface."""
        for number, name in self.loopbacks.names.items():
            if interface == name:
                return number
        for spelling in self.loopbacks.spellings:
            found = re.fullmatch(spelling, interface, re.IGNORECASE)
            if found and found.groupdict().get("number") is not None:
                return int(found["number"])
        return None

    def refuses_number(self, number: int) -> str | None:
        """Say why the platform cannot have a loopback number, None where it can."""
        low, high = self.loopbacks.numbers
        return None if low <= number <= high else f"the platform numbers its loopbacks {low} to {high}"

    def sends_host_route(self, protocol: str, interface: str) -> bool:
        """Whether a protocol announces a loopback as a host route whatever its mask."""
        return re.fullmatch(self.loopbacks.host_routed.get(protocol, "$^"), interface) is not None

    def show_command(self, what: str, **words: str) -> str:
        """The command that shows a person what a cause speaks of; "" where the folder names none."""
        return self.show.get(what, "").format(**words)

    def refuses_text(self, text: str) -> str | None:
        """Say why the platform cannot carry a description, None where it can."""
        return self.loopbacks.text.refuses(text)


def _evidence(row: Mapping[str, Any], where: str) -> Evidence:
    try:
        return Evidence(**row)
    except TypeError as error:
        raise PlatformError(f"{where}: evidence {row.get('kind', '?')!r}: {error}") from error


def _rows(words: Mapping[str, Any], where: str) -> tuple[tuple[LinePattern, FactRow], ...]:
    rows = []
    for entry in words["facts"]:
        row = FactRow(**{key: value for key, value in entry.items() if key != "line"})
        if row.fact not in FACTS or (row.fact == "advertised" and row.relation not in RELATIONS):
            raise PlatformError(f"{where}: the row {entry['line']!r} states an unknown fact or relation")
        rows.append((LinePattern.compile(entry["line"], words.get("contexts", {})), row))
    return tuple(rows)


def _configuration(words: Mapping[str, Any], where: str) -> ConfigurationWords:
    if words["tokeniser"] not in TOKENISERS:
        raise PlatformError(f"{where}: unknown tokeniser {words['tokeniser']!r}, there is {', '.join(TOKENISERS)}")
    return ConfigurationWords(
        command=words["command"],
        tokeniser=words["tokeniser"],
        skip=tuple(words["skip"]),
        rows=_rows(words, where),
        styles=words.get("styles", {}),
        stanza=LinePattern.compile("<interface>", words["contexts"]),
        negation=words["negation"],
        negations=tuple((pattern, command) for pattern, command in words.get("negations", ())),
    )


def _loopbacks(words: Mapping[str, Any]) -> LoopbackWords:
    tuples = ("spellings", "numbers", "cannot_shut", "advertises_all_addresses")
    fields: dict[str, Any] = {key: tuple(value) if key in tuples else value for key, value in words.items()}
    return LoopbackWords(**{**fields, "text": Text(**words["text"])})


def read_platform(folder: Path | Traversable) -> Platform:
    """Read one platform folder; raises PlatformError naming the file and the key that cannot be used."""
    where = f"{folder.name}/platform.yaml"
    try:
        words = yaml.safe_load(folder.joinpath("platform.yaml").read_text(encoding="utf-8"))
        templates = {
            entry.name: entry.read_text(encoding="utf-8")
            for entry in folder.iterdir()
            if entry.name.endswith((".textfsm", ".j2"))
        }
        return Platform(
            name=folder.name,
            title=words["title"],
            transport=words["transport"],
            session=SessionWords.from_mapping(words["session"], where),
            loopbacks=_loopbacks(words["loopbacks"]),
            configuration=_configuration(words["configuration"], where),
            capabilities=words["capabilities"],
            evidence=tuple(_evidence(row, where) for row in words["evidence"]),
            show=words["show"],
            not_told=words["not_told"],
            template=templates.pop("loopback.j2"),
            textfsm=templates,
            identify=Identify(**words["identify"]) if "identify" in words else None,
        )
    except (OSError, yaml.YAMLError) as error:
        raise PlatformError(f"{where} cannot be read: {error}") from error
    except KeyError as error:
        raise PlatformError(f"{where} lacks {error}") from error
    except TypeError as error:
        raise PlatformError(f"{where}: {error}") from error


def _folders(overrides: Path | None) -> dict[str, Path | Traversable]:
    """Every platform folder by name; the user's own stand before the built-in ones."""
    built_in = files("loopwright").joinpath("templates")
    if not built_in.is_dir():
        built_in = Path(__file__).parent.parent / "templates"
    roots: list[Path | Traversable] = [built_in]
    if overrides is not None and overrides.is_dir():
        roots.append(overrides)
    return {
        entry.name: entry
        for root in roots
        for entry in root.iterdir()
        if entry.is_dir() and entry.joinpath("platform.yaml").is_file()
    }


def load_platforms(overrides: Path | None = None) -> dict[str, Platform]:
    """Read every platform folder, the built-in ones and those of the user's own `templates/`."""
    return {name: read_platform(folder) for name, folder in sorted(_folders(overrides).items())}
