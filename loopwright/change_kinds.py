"""The kinds of what the inventory says about when and how changes are made."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from loopwright.division import DEFAULT_DIVISION, Division, Threshold
from loopwright.kinds import At, Attribute, Choice, Faults, JsonSchema, OneOrMore, Scalar, Table
from loopwright.local_time import known_zone
from loopwright.scalars import NAME, TEXT, number
from loopwright.window import Freeze
from loopwright.window_words import DATED_PATTERN, WEEKLY_PATTERN, make_freeze, parse_window, wall_time

_COUNT_OR_PERCENT = r"(\d+|\d+(\.\d+)? ?%)"
_DAY_OR_TIME: JsonSchema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}([T ]\d{1,2}:\d{2})?$"}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _wall_time(value: Any, *, ends: bool) -> datetime:
    # Other readers of YAML make a date of a day.
    written = value.isoformat(timespec="minutes") if isinstance(value, datetime) else value
    return wall_time(written.isoformat() if isinstance(written, date) else _text(written), ends=ends)


def _share(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError
    return str(value)


def _sizes(value: Any) -> Division:
    return Division.of([_share(item) for item in value]) if isinstance(value, list | tuple) else _division(value)


def _division(value: Any) -> Division:
    division = Division.parse(_share(value))
    return division if division.by is None else _raise(f"write it as {{by: {division.by}}}")


def _raise(reason: str) -> Division:
    raise ValueError(reason)


def _percent(value: Any) -> int:
    text = _share(value).removesuffix("%").rstrip()
    if not text.isdecimal() or int(text) > 100:
        raise ValueError
    return int(text)


@dataclass(frozen=True, slots=True)
class _FreezeKind:
    """A freeze: a table whose values have to fit together."""

    table: Table

    def read(self, value: Any, at: At, faults: Faults) -> Freeze | None:
        """Return the freeze."""
        said = self.table.read(value, at, faults)
        if said is None or any(said.get(name) is None for name in self.table.required):
            return None
        try:
            return make_freeze(said["from"], said["to"], said["zone"], said.get("reason") or "")
        except ValueError as error:
            faults.at(At(value, "to", at), str(error))
            return None

    def schema(self) -> JsonSchema:
        """Describe the mapping."""
        return self.table.schema()


@dataclass(frozen=True, slots=True)
class _DivisionKind:
    """A division by the values of an attribute, `{by: site}`."""

    table: Table

    def read(self, value: Any, at: At, faults: Faults) -> Division | None:
        """Return the division."""
        said = self.table.read(value, at, faults)
        return replace(DEFAULT_DIVISION, by=said["by"]) if said and said.get("by") else None

    def schema(self) -> JsonSchema:
        """Describe the mapping."""
        return self.table.schema()


_A = Attribute
WAVE = number("the number of a wave from 1 to 9999", 1, 9999)
WINDOWS = OneOrMore(
    Scalar(
        "a window like Sun 02:00-04:00 Europe/Berlin",
        lambda value: parse_window(_text(value)),
        {"type": "string", "pattern": f"^({WEEKLY_PATTERN}|{DATED_PATTERN})$"},
    )
)
_TIME_EXAMPLE = "a day or a time like 2026-12-20 or 2026-12-20T18:00"
_ZONE = Scalar(
    "a time zone like Europe/Berlin", lambda value: known_zone(_text(value)), {"type": "string", "pattern": "^[!-~]+$"}
)
FREEZES = OneOrMore(
    _FreezeKind(
        Table(
            "a freeze",
            _A("from", Scalar(_TIME_EXAMPLE, lambda v: _wall_time(v, ends=False), _DAY_OR_TIME), "When it begins."),
            _A(
                "to",
                Scalar(_TIME_EXAMPLE, lambda v: _wall_time(v, ends=True), _DAY_OR_TIME),
                "When it ends; a day is part of it.",
            ),
            _A("zone", _ZONE, "The time zone of both."),
            _A("reason", TEXT, "Why nothing is changed then."),
            required=("from", "to", "zone"),
        )
    ),
    can_be_empty=True,
)
_SHARE_SCHEMA: JsonSchema = {
    "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": f"^{_COUNT_OR_PERCENT}$"}]
}
_SIZES = Scalar(
    "batch sizes like 1,10%,100%",
    _sizes,
    {
        "anyOf": [
            {"type": "integer", "minimum": 1},
            {"type": "string", "pattern": f"^ *{_COUNT_OR_PERCENT}( *, *{_COUNT_OR_PERCENT})* *$"},
            {"type": "array", "items": _SHARE_SCHEMA, "minItems": 1},
        ]
    },
)
_BY = _DivisionKind(
    Table("a division", _A("by", NAME, "The attribute: one wave after the other for each value."), required=("by",))
)
CHANGE = Table(
    "change",
    _A("waves", Choice(_BY, _SIZES), "The most devices of each wave, as numbers or per cent; or {by: ATTRIBUTE}."),
    _A(
        "max_failures",
        Scalar("a number or a percentage like 0 or 5%", lambda value: Threshold.parse(_share(value)), _SHARE_SCHEMA),
        "How many devices, or how many per cent, may fail before no further wave is begun.",
    ),
    _A(
        "timer",
        number("seconds from 0 to 86400", 0, 86400),
        "How long a device waits for the confirmation of a change; 0 is reckoned when planning.",
    ),
    _A(
        "route_loss",
        Scalar(
            "a percentage from 0 to 100",
            _percent,
            {
                "anyOf": [
                    {"type": "integer", "minimum": 0, "maximum": 100},
                    {"type": "string", "pattern": r"^\d{1,3} ?%$"},
                ]
            },
        ),
        "How many per cent of its routes of a protocol a device may lose; left out, a loss is reported only.",
    ),
)
