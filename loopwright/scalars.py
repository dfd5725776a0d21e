"""The single values that an inventory holds, each with its canonical form and its JSON Schema."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from loopwright.kinds import JsonSchema, Scalar
from loopwright.prefixes import Prefix, read_prefix, spell

_UNPRINTABLE = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
_UNPRINTABLE_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TOKEN = re.compile(r"[!-~]+")
_NAME = re.compile(r"[^\s,=/*?\[\]\x00-\x1f\x7f-\x9f]+")
_IPV4 = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}"
_IPV6 = r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"
_LENGTH4 = r"(/(3[0-2]|[12]?\d))"
_LENGTH6 = r"(/(12[0-8]|1[01]\d|[1-9]?\d))"


def unprintable(text: str) -> str | None:
    """Say which line break or control character a text holds, None where it holds none."""
    found = _UNPRINTABLE_CHARACTER.search(text)
    if not found:
        return None
    what = "a line break" if found[0] in "\n\r\x0b\x0c\x85\u2028\u2029" else f"the character {found[0]!r}"
    return f"holds {what} at position {found.start() + 1}"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("put it into quotes" if isinstance(value, int | float) else "it is no text")
    if not value:
        raise ValueError("it is empty")
    reason = unprintable(value)
    if reason:
        raise ValueError(f"it {reason}")
    return str(value)


def _token(value: Any) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)
    if not _TOKEN.fullmatch(text):
        raise ValueError("it may hold printable ASCII characters only, and no spaces")
    return text


def _name(value: Any) -> str:
    text = _text(value)
    if not _NAME.fullmatch(text) or text in (".", ".."):
        raise ValueError("spaces and the characters , = / * ? [ ] cannot be in a name")
    return text


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def whole(low: int, high: int) -> Callable[[Any], int]:
    """Make a converter that takes whole numbers in a range."""

    def convert(value: Any) -> int:
        if isinstance(value, str) and value.isdecimal():
            raise ValueError("write it without quotes")
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError
        return value

    return convert


def number(expected: str, low: int, high: int) -> Scalar:
    """Make the kind of a whole number in a range."""
    return Scalar(expected, whole(low, high), {"type": "integer", "minimum": low, "maximum": high})


def word(*words: str) -> Scalar:
    """Make the kind of a closed list of words."""

    def convert(value: Any) -> str:
        if value not in words:
            raise ValueError
        return str(value)

    return Scalar(" or ".join(words), convert, {"enum": list(words)})


def _prefix(value: Any, version: int) -> Prefix:
    if not isinstance(value, str):
        raise ValueError
    prefix = read_prefix(value)
    if prefix.version != version:
        raise ValueError(f"it is IPv{prefix.version}")
    return prefix


def _network(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    prefix = read_prefix(value)
    if prefix.number != prefix.first:
        raise ValueError(f"it has host bits, its network is {spell(prefix.version, prefix.first)}/{prefix.length}")
    return str(prefix)


def _bare(value: Any) -> str:
    if not isinstance(value, str) or "/" in value:
        raise ValueError
    prefix = read_prefix(value)
    return spell(prefix.version, prefix.number)


def _router_id(value: Any) -> str:
    return spell(4, _prefix(value, 4).number) if "/" not in str(value) else _raise("it takes no prefix length")


def _raise(reason: str) -> str:
    raise ValueError(reason)


def _area(value: Any) -> str:
    if isinstance(value, float):
        raise ValueError("write all four numbers of the dotted form")
    if isinstance(value, int) and not isinstance(value, bool):
        return spell(4, value) if 0 <= value < 1 << 32 else _raise("it has more than 32 bits")
    text = _text(value)
    if text.isascii() and text.isdigit():
        return spell(4, int(text)) if int(text) < 1 << 32 else _raise("it has more than 32 bits")
    return _router_id(text)


_LEVELS = {"1": "1", "2": "2", "1-2": "1-2", "level-1": "1", "level-2": "2", "level-2-only": "2", "level-1-2": "1-2"}


def _level(value: Any) -> str:
    if isinstance(value, bool) or str(value) not in _LEVELS:
        raise ValueError
    return _LEVELS[str(value)]


def _asn(value: Any) -> str:
    if isinstance(value, float):
        raise ValueError("put a dotted AS number into quotes")
    text = str(value) if not isinstance(value, bool) else ""
    high, dot, low = text.rpartition(".")
    if not all(part.isascii() and part.isdigit() for part in ((high, low) if dot else (low,))):
        raise ValueError
    if dot and (int(high) >= 1 << 16 or int(low) >= 1 << 16):
        raise ValueError("a half of a dotted AS number ends at 65535")
    asn = (int(high) << 16) + int(low) if dot else int(low)
    return str(asn) if 1 <= asn < 1 << 32 else _raise("it is out of range")


def _range(value: Any) -> tuple[int, int]:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value, value
    low, dash, high = (value if isinstance(value, str) else "").partition("-")
    if not dash or not (low.strip().isdecimal() and high.strip().isdecimal()):
        raise ValueError
    return (int(low), int(high)) if int(low) <= int(high) else _raise_range()


def _raise_range() -> tuple[int, int]:
    raise ValueError("it ends before it begins")


def _reserved(value: Any) -> tuple[str, str]:
    if not isinstance(value, str):
        raise ValueError
    low, dash, high = value.partition("-")
    if not dash:
        prefix = read_prefix(value.strip())
        return spell(prefix.version, prefix.first), spell(prefix.version, prefix.last)
    first, last = read_prefix(low.strip()), read_prefix(high.strip())
    if first.version != last.version or first.number > last.number or "/" in value:
        raise ValueError("a range is two addresses of one family, the lower first")
    return spell(first.version, first.number), spell(last.version, last.number)


def _string(pattern: str) -> JsonSchema:
    return {"type": "string", "pattern": f"^({pattern})$"}


TEXT = Scalar("text in one line", _text, {"type": "string", "pattern": f"^[^{_UNPRINTABLE}]+$"})
TOKEN = Scalar(
    "a name without spaces",
    _token,
    {"anyOf": [_string("[!-~]+"), {"type": "integer"}]},
)
NAME_PATTERN = rf"^(?!\.{{1,2}}$)[^\s,=/*?\[\]{_UNPRINTABLE}]+$"
NAME = Scalar("a name", _name, {"type": "string", "pattern": NAME_PATTERN})
BOOLEAN = Scalar("true or false", _boolean, {"type": "boolean"})
IPV4_ADDRESS = Scalar(
    "an IPv4 address like 10.255.0.1/32", lambda value: str(_prefix(value, 4)), _string(f"{_IPV4}{_LENGTH4}?")
)
IPV6_ADDRESS = Scalar(
    "an IPv6 address like 2001:db8::1/128", lambda value: str(_prefix(value, 6)), _string(f"{_IPV6}{_LENGTH6}?")
)
NETWORK = Scalar("a prefix like 10.255.0.0/24", _network, _string(f"{_IPV4}{_LENGTH4}?|{_IPV6}{_LENGTH6}?"))
ADDRESS = Scalar("an address without a prefix length", _bare, _string(f"{_IPV4}|{_IPV6}"))
ADDRESS_PATTERN = f"^({_IPV4}|{_IPV6})$"
ROUTER_ID = Scalar("a router-id like 10.255.0.1", _router_id, _string(_IPV4))
AREA = Scalar(
    "an area like 0 or 0.0.0.0",
    _area,
    {"anyOf": [{"type": "integer", "minimum": 0, "maximum": (1 << 32) - 1}, _string(rf"\d+|{_IPV4}")]},
)
LEVEL = Scalar("a level: 1, 2 or 1-2", _level, {"enum": [1, 2, *_LEVELS]})
ASN = Scalar(
    "an AS number",
    _asn,
    {"anyOf": [{"type": "integer", "minimum": 1, "maximum": (1 << 32) - 1}, _string(r"\d+(\.\d+)?")]},
)
NUMBER_RANGE = Scalar(
    "a number like 7 or a range like 100-199",
    _range,
    {"anyOf": [{"type": "integer", "minimum": 0}, _string(r"\d+\s*-\s*\d+")]},
)
RESERVED = Scalar(
    "an address, a prefix or a range like 10.0.0.1-10.0.0.9",
    _reserved,
    _string(r"[0-9A-Fa-f:.]+(/\d+)?|[0-9A-Fa-f:.]+\s*-\s*[0-9A-Fa-f:.]+"),
)
SECRET = Scalar("text", _text, {"type": "string"}, secret=True)
SYSTEM_ID = Scalar(
    "a system-id like 0000.0000.0001",
    lambda value: (
        _text(value).lower() if re.fullmatch(r"[0-9A-Fa-f]{4}(\.[0-9A-Fa-f]{4}){2}", str(value)) else _raise("")
    ),
    _string(r"[0-9A-Fa-f]{4}(\.[0-9A-Fa-f]{4}){2}"),
)
MAPPING = Scalar("a mapping", lambda value: value if isinstance(value, Mapping) else _raise(""), {"type": "object"})
LOOPBACK_NUMBER_PATTERN = "^(0|[1-9][0-9]*)$"
LOOPBACK_NUMBER = number("the number of a loopback", 0, 0xFFFF_FFFF)
