"""How a platform's configuration is read and written: its path lines, the facts they state, how they go again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from loopwright.errors import PlatformError
from loopwright.models import PathLine
from loopwright.pathlines import TOKENISERS
from loopwright.patterns import LinePattern, PatternIndex
from loopwright.section import refuse_unknown

RELATIONS = ("on-interface", "covered", "listed", "redistributed", "exported")
KEYS = (
    "assertion",
    "command",
    "contexts",
    "defaults",
    "encoding",
    "facts",
    "interface",
    "negation",
    "negations",
    "runs",
    "skip",
    "stanzas",
    "styles",
    "tokeniser",
)
FACTS = (
    "interface", "address", "description", "shutdown", "vrf", "advertised", "attribute", "process", "router-id",
    "peer", "group", "export", "accepted", "default", "container",
    "instance",
)  # fmt: skip


@dataclass(frozen=True)
class FactRow:
    """What a line states: its kind, and for advertising the protocol, the family and how it joins an address.

    `whole` says that the line goes with everything under it: "must" where it cannot go otherwise, "may" where it is
    left behind empty otherwise. `single` says that a new one takes the place of the old one. `drops` says that the
    device drops the interface's addresses with it.
    """

    fact: str
    protocol: str = ""
    relation: str = ""
    family: str = ""
    set: Mapping[str, Any] = field(default_factory=dict)
    foreign: bool = False
    whole: Literal["", "must", "may"] = ""
    single: bool = False
    drops: bool = False
    line: str = ""


@dataclass(frozen=True)
class ConfigurationWords:
    """How the running configuration is read and how its lines are written and taken away."""

    command: str
    tokeniser: str
    skip: tuple[str, ...]
    rows: tuple[tuple[LinePattern, FactRow], ...]
    runs: tuple[tuple[LinePattern, str], ...]
    styles: Mapping[str, Mapping[str, str]]
    stanzas: tuple[LinePattern, ...]
    negation: str
    negations: tuple[tuple[str, str], ...]
    assertion: str = ""
    interface: str = ""
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    encoding: str = "text"

    def is_default(self, protocol: str, attribute: str, value: object) -> bool:
        """Whether an attribute of an advertisement has this value without a line that says so."""
        return value is not None and self.defaults.get(protocol, {}).get(attribute) == value

    def interface_of(self, line: PathLine) -> str | None:
        """The interface that a line belongs to by where it stands, None for a line of another stanza."""
        for stanza in self.stanzas:
            words = stanza.match(line[: len(stanza.segments)])
            if words is not None:
                return self.name_in(words)
        return None

    def stands_in_interface(self, line: PathLine) -> bool:
        """Whether a line stands in the stanza of the interface itself, not in that of a process."""
        return self.stanzas[0].match(line[: len(self.stanzas[0].segments)]) is not None

    def name_in(self, words: Mapping[str, str]) -> str | None:
        """The interface that captured words name, by one word or put together out of several."""
        if "interface" in words:
            return words["interface"]
        try:
            return self.interface.format(**words) or None
        except KeyError:
            return None

    @cached_property
    def index(self) -> PatternIndex[FactRow]:
        """The rows, looked up by depth and first word."""
        return PatternIndex(self.rows)

    @cached_property
    def holders(self) -> tuple[re.Pattern[str], ...]:
        """What finds, at the beginning of a path, a statement that is not told on a line of its own."""
        if self.tokeniser != "set":
            return ()
        whole = (pattern.segments[0].pattern for pattern, row in self.rows if row.whole)
        return tuple(re.compile(rf"(?:{source})(?= )") for source in whole)

    @cached_property
    def running(self) -> PatternIndex[str]:
        """What shows that a protocol runs, on a platform whose processes have no line of their own."""
        return PatternIndex(self.runs)

    def under(self, line: PathLine, whole: PathLine) -> bool:
        """Whether a line stands under another, by context or, where paths are told on one line, as the rest of it."""
        depth = len(whole)
        if line[:depth] == whole:
            return len(line) > depth
        return self.tokeniser == "set" and line[0].startswith(f"{whole[0]} ")

    def asserted(self, line: str) -> str:
        """The command that writes a line."""
        return f"{self.assertion} {line}" if self.assertion else line

    def negated(self, line: str) -> str:
        """The command that takes a line away."""
        for pattern, command in self.negations:
            found = re.fullmatch(pattern, line)
            if found:
                return found.expand(command)
        return f"{self.negation} {line}"


def configuration_words(words: Mapping[str, Any], where: str) -> ConfigurationWords:
    """Read the `configuration` section of a platform folder; raises PlatformError, or KeyError for a missing key."""
    refuse_unknown(words, KEYS, f"{where}: configuration")
    if words["tokeniser"] not in TOKENISERS:
        raise PlatformError(f"{where}: unknown tokeniser {words['tokeniser']!r}, there is {', '.join(TOKENISERS)}")
    contexts = words.get("contexts", {})
    return ConfigurationWords(
        command=words["command"],
        tokeniser=words["tokeniser"],
        skip=tuple(words.get("skip", ())),
        rows=_rows(words, where),
        runs=tuple((LinePattern.compile(row["line"], contexts), row["protocol"]) for row in words.get("runs", ())),
        styles=words.get("styles", {}),
        stanzas=tuple(LinePattern.compile(stanza, contexts) for stanza in words.get("stanzas", ("<interface>",))),
        negation=words["negation"],
        negations=tuple((pattern, command) for pattern, command in words.get("negations", ())),
        assertion=words.get("assertion", ""),
        interface=words.get("interface", ""),
        defaults=words.get("defaults", {}),
        encoding=words.get("encoding", "text"),
    )


def _rows(words: Mapping[str, Any], where: str) -> tuple[tuple[LinePattern, FactRow], ...]:
    rows = []
    for entry in words["facts"]:
        row = FactRow(**entry)
        if row.fact not in FACTS or (row.fact == "advertised" and row.relation not in RELATIONS):
            raise PlatformError(f"{where}: the row {entry['line']!r} states an unknown fact or relation")
        rows.append((LinePattern.compile(entry["line"], words.get("contexts", {})), row))
    return tuple(rows)
