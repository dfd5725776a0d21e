"""A platform folder as a value: everything particular to a system, read from `templates/<platform>/platform.yaml`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from loopwright.addresses import prefix_length
from loopwright.configuration_words import ConfigurationWords, FactRow, configuration_words
from loopwright.driver_words import DriverWords, driver_words
from loopwright.errors import PlatformError
from loopwright.loopback_words import LoopbackWords, Text
from loopwright.models import DEFAULT_VRF, PathLine
from loopwright.reference_words import ReferenceWords, RouterIdWords, reference_words, router_id_words
from loopwright.section import refuse_unknown
from loopwright.session_words import SessionWords

__all__ = [
    "ConfigurationWords",
    "Evidence",
    "FactRow",
    "Identify",
    "LoopbackWords",
    "Platform",
    "Text",
    "load_platforms",
    "read_platform",
]


KEYS = (
    "capabilities",
    "configuration",
    "driver",
    "evidence",
    "identify",
    "loopbacks",
    "not_told",
    "references",
    "router_id",
    "session",
    "show",
    "title",
    "transport",
)
CAPABILITIES = ("commit_strategy", "vrf_move")


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
    each: str = ""

    def of(self, vrfs: Iterable[str]) -> Iterator["Evidence"]:
        """Yield the evidence itself, or one for each VRF where it is told for each on its own."""
        if self.each != "vrf":
            yield self
            return
        for vrf in sorted(vrfs):
            if vrf != DEFAULT_VRF:
                yield replace(self, command=self.command.format(vrf=vrf), each="")


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
class Platform:
    """One platform folder."""

    name: str
    title: str
    transport: str
    session: SessionWords | None
    driver: DriverWords | None
    loopbacks: LoopbackWords
    configuration: ConfigurationWords
    capabilities: Mapping[str, Any]
    evidence: tuple[Evidence, ...]
    not_told: str
    show: Mapping[str, str]
    template: str
    textfsm: Mapping[str, str]
    identify: Identify | None = None
    references: ReferenceWords = field(default_factory=ReferenceWords)
    router_id: RouterIdWords = field(default_factory=RouterIdWords)

    @cached_property
    def protocols(self) -> frozenset[str]:
        """The protocols that a loopback can be advertised by on this platform."""
        return frozenset(row.protocol for _, row in self.configuration.rows if row.fact == "advertised")

    def interface_name(self, number: int) -> str:
        """The canonical interface name of a loopback number."""
        return self.loopbacks.interface_name(number)

    def number_of(self, interface: str) -> int | None:
        """The loopback number of an interface name in any of its spellings, None for another kind of interface."""
        return self.loopbacks.number_of(interface)

    @cached_property
    def encodings(self) -> Mapping[str, str]:
        """The format in which a driver is asked for each command's answer, where that is not text."""
        told = {e.command: e.format for e in self.evidence if e.format == "json"}
        return {**told, self.configuration.command: self.configuration.encoding}

    def exports(self, protocol: str) -> bool:
        """Whether a protocol announces what an export policy accepts, out of a list."""
        return any(row.relation == "exported" and row.protocol == protocol for _, row in self.configuration.rows)

    def reads(self, line: PathLine) -> tuple[FactRow, dict[str, str]] | None:
        """What a line states, with its words in one spelling: interface names, lengths of masks, texts without quotes.

        None for a line that no row matches.
        """
        found = self.configuration.index.find(line)
        if found is None:
            return None
        row, words = found
        name = self.configuration.name_in(words)
        if name is not None:
            words["interface"] = self.loopbacks.canonical(name)
        if "text" in words:
            words["text"] = self.loopbacks.text.unquoted(words["text"])
        for mask in words.keys() & {"mask", "wildcard"}:
            held = "address" if "address" in words else "prefix"
            words[held] = f"{words[held]}/{prefix_length(words.pop(mask), inverted=mask == 'wildcard')}"
        return row, words

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


def _loopbacks(words: Mapping[str, Any]) -> LoopbackWords:
    tuples = ("spellings", "numbers", "cannot_shut", "advertises_all_addresses")
    fields: dict[str, Any] = {key: tuple(value) if key in tuples else value for key, value in words.items()}
    return LoopbackWords(**{**fields, "text": Text(**words["text"])})


def read_platform(folder: Path | Traversable) -> Platform:
    """Read one platform folder; raises PlatformError naming the file and the key that cannot be used."""
    where = f"{folder.name}/platform.yaml"
    try:
        words = yaml.load(folder.joinpath("platform.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        refuse_unknown(words, KEYS, where)
        refuse_unknown(words["capabilities"], CAPABILITIES, f"{where}: capabilities")
        templates = {
            entry.name: entry.read_text(encoding="utf-8")
            for entry in folder.iterdir()
            if entry.name.endswith((".textfsm", ".j2"))
        }
        return Platform(
            name=folder.name,
            title=words["title"],
            transport=words["transport"],
            session=SessionWords.from_mapping(words["session"], f"{where}: session") if "session" in words else None,
            driver=driver_words(words.get("driver"), f"{where}: driver"),
            loopbacks=_loopbacks(words["loopbacks"]),
            configuration=configuration_words(words["configuration"], where),
            capabilities=words["capabilities"],
            evidence=tuple(_evidence(row, where) for row in words["evidence"]),
            show=words["show"],
            not_told=words["not_told"],
            template=templates.pop("loopback.j2"),
            textfsm=templates,
            identify=Identify(**words["identify"]) if "identify" in words else None,
            references=reference_words(words.get("references", {}), words["configuration"].get("contexts", {}), where),
            router_id=router_id_words(words.get("router_id", {}), where),
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
