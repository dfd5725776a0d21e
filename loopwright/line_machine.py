"""Runs TextFSM templates over answers: each template is read once, and what its rules make of a line is remembered.

A large network tells the same lines over and over: blank ones, headings, an LSA that is on every router of its area.
The rules and options mean what `textfsm` means by them; it still reads the templates.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import textfsm

REMEMBERED = 2048
"""How many lines a state remembers: more than a device tells, not more than memory is worth."""
_ENDS = ("End", "EOF")


@dataclass(frozen=True, slots=True)
class _Step:
    """What one rule does with a line: the values that it takes, by their places, and what follows."""

    values: tuple[tuple[int, Any, Any], ...]
    record: str
    state: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Column:
    """A value of a template, with what its options ask for, in the order in which they are written."""

    name: str
    options: tuple[str, ...]
    nested: Any = None
    """The pattern of a list whose items are told by named groups."""


class LineMachine:
    """A template that is ready to read answers, in one thread after the other or in several at once."""

    def __init__(self, template: str) -> None:
        """Read a template. Raises textfsm.TextFSMTemplateError."""
        machine = textfsm.TextFSM(io.StringIO(template))
        self.columns = tuple(_column(value) for value in machine.values)
        self.header = tuple(column.name for column in self.columns)
        self._places = {column.name: place for place, column in enumerate(self.columns)}
        self._rules: dict[str, Sequence[Any]] = machine.states
        self._known: dict[str, dict[str, tuple[_Step, ...]]] = {name: {} for name in machine.states}
        # Most rules take no value: what they do is the same for every line.
        self._plain = {id(rule): _step(rule, ()) for rules in machine.states.values() for rule in rules}

    def read(self, text: str) -> list[list[Any]]:
        """Return the records of an answer. Raises textfsm.TextFSMError for a line that a rule calls an error."""
        table = _Records(self.columns)
        state = "Start"
        for line in text.splitlines():
            known = self._known[state]
            steps = known.get(line)
            if steps is None:
                steps = self._steps(state, line)
                if len(known) >= REMEMBERED:
                    known.clear()
                known[line] = steps
            for step in steps:
                if step.values:
                    table.assign(step.values)
                if step.record:
                    table.do(step.record)
                if step.error:
                    raise textfsm.TextFSMError(f"{step.error} Input Line: {line}.")
                state = step.state or state
            if state in _ENDS:
                break
        if state != "End" and "EOF" not in self._rules:
            table.do("Record")
        return table.records

    def _steps(self, state: str, line: str) -> tuple[_Step, ...]:
        """Try the rules of a state in order; one that continues leaves the line to those after it."""
        steps = []
        for rule in self._rules[state]:
            found = rule.regex_obj.match(line)
            if found is None:
                continue
            named = found.groupdict()
            values = tuple(self._taken(name, value) for name, value in named.items() if name in self._places)
            steps.append(_step(rule, values) if values else self._plain[id(rule)])
            if rule.line_op != "Continue":
                break
        return tuple(steps)

    def _taken(self, name: str, value: Any) -> tuple[int, Any, Any]:
        """Return a value with its place, and as an item of a list."""
        place = self._places[name]
        nested = self.columns[place].nested
        parts = nested.match(value) if nested is not None and value is not None else None
        return place, value, (parts.groupdict() if parts else None) or value


@lru_cache
def line_machine(template: str) -> LineMachine:
    """Return the machine of a template, the same one each time. Raises textfsm.TextFSMTemplateError."""
    return LineMachine(template)


def _column(value: Any) -> _Column:
    options = tuple(value.OptionNames())
    nested = value.compiled_regex if "List" in options and value.compiled_regex.groups > 1 else None
    return _Column(value.name, options, nested)


def _step(rule: Any, values: tuple[tuple[int, Any, Any], ...]) -> _Step:
    record = rule.record_op if rule.record_op in ("Record", "Clear", "Clearall") else ""
    error = ""
    if rule.line_op == "Error":
        said = f"Error: {rule.new_state}." if rule.new_state else "State Error raised."
        error = f"{said} Rule Line: {rule.line_num}."
    return _Step(values, record, "" if error else rule.new_state, error)


class _Records:
    """The record that is being filled, and those that are done."""

    def __init__(self, columns: tuple[_Column, ...]) -> None:
        self.records: list[list[Any]] = []
        self._columns = columns
        self._now: list[Any] = [None] * len(columns)
        self._special = tuple((place, c.options) for place, c in enumerate(columns) if c.options)
        self._options = tuple(column.options for column in columns)
        self._down: dict[int, Any] = {}
        self._lists: dict[int, list[Any]] = {place: [] for place, options in self._special if "List" in options}
        self._orders = {"Record": self._record, "Clear": self._clear, "Clearall": self._clear_all}

    def assign(self, values: tuple[tuple[int, Any, Any], ...]) -> None:
        """Take values into the record."""
        for place, value, item in values:
            self._now[place] = value
            for option in self._options[place]:
                if option == "Filldown":
                    self._down[place] = value
                elif option == "List":
                    self._lists[place].append(item)
                elif option == "Fillup" and value:
                    self._fill_up(place, value)

    def do(self, order: str) -> None:
        """Carry out what a rule says of the record."""
        self._orders[order]()

    def _fill_up(self, place: int, value: Any) -> None:
        """Give a value to the records before that have none."""
        for record in reversed(self.records):
            if record[place]:
                return
            record[place] = value

    def _record(self) -> None:
        """Take the record to the others, unless it lacks what it must have or is empty."""
        now = self._now
        for place, options in self._special:
            for option in options:
                if option == "List":
                    now[place] = list(self._lists[place])
                elif option == "Required" and not now[place]:
                    self._clear()
                    return
        if all(value is None or value == [] for value in now):
            return
        self.records.append(["" if value is None else value for value in now])
        self._clear()

    def _clear(self) -> None:
        """Forget the record but for what is filled down."""
        self._now = [None] * len(self._now)
        for place, options in self._special:
            if "Filldown" in options:
                self._now[place] = self._down.get(place)
            elif "List" in options:
                self._lists[place] = []

    def _clear_all(self) -> None:
        """Forget the record."""
        self._now = [None] * len(self._now)
        self._down.clear()
        for found in self._lists.values():
            found.clear()
