"""Values as Junos reads, refuses and stores them: addresses, areas, interface names, numbers, quoted text."""

import re
from collections.abc import Callable, Iterator, Sequence
from ipaddress import AddressValueError, IPv4Address, NetmaskValueError, ip_address, ip_interface, ip_network

from lab.emulated.system import Refusal

_PLAIN = re.compile(r"[\w./:@+,%=*~^$!'()-]+")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{};\[\]]|[^\s{};\[\]"]+', re.DOTALL)
_MATCHES = ("exact", "longer", "orlonger")
_MATCHES_WITH_VALUE = ("upto", "prefix-length-range", "through")


def quoted(word: str) -> str:
    """A word as the system prints it: in quotes where it would not be read as one word."""
    if _PLAIN.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def words(line: str) -> list[str]:
    """Cut a line into words; raises Refusal where a quoted word is not closed."""
    return [_unquoted(token) for token in tokens(line)]


def tokens(text: str) -> Iterator[str]:
    """The tokens of a line or of a configuration in braces, quotes kept."""
    position = 0
    for found in _TOKEN.finditer(text):
        gap = text[position : found.start()]
        if gap.strip():
            # Only a quotation mark is in no token.
            raise Refusal("unterminated string", text[position:].strip())
        position = found.end()
        yield found.group()
    if text[position:].strip():
        raise Refusal("unterminated string", text[position:].strip())


def _unquoted(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token


def unquoted(token: str) -> str:
    """A token of a configuration in braces without its quotes."""
    return _unquoted(token)


def _interface_address(word: str, version: int) -> str:
    try:
        address = ip_interface(word)
    except (AddressValueError, NetmaskValueError, ValueError) as wrong:
        raise Refusal(f"invalid ip address or hostname: {word}", word) from wrong
    if address.version != version or "%" in word:
        raise Refusal(f"invalid ip address or hostname: {word}", word)
    return str(address)


def _prefix(word: str, version: int | None = None) -> str:
    try:
        prefix = ip_network(word)
    except ValueError as wrong:
        why = "invalid prefix" if "/" in word else "invalid ip address or hostname"
        raise Refusal(f"{why}: {word}", word) from wrong
    if version and prefix.version != version:
        raise Refusal(f"invalid prefix: {word}", word)
    return str(prefix)


def _address(word: str, *, only_ipv4: bool = False) -> str:
    try:
        return str(IPv4Address(word)) if only_ipv4 else str(ip_address(word))
    except ValueError as wrong:
        raise Refusal(f"invalid ip address or hostname: {word}", word) from wrong


def _area(word: str) -> str:
    return str(IPv4Address(int(word))) if word.isdigit() and int(word) < 2**32 else _address(word, only_ipv4=True)


def _unit(word: str) -> str:
    if not re.fullmatch(r"all|[a-z]+[\d/:-]*(\.\d+)?", word):
        raise Refusal("invalid interface name", word)
    return word if word == "all" or "." in word else f"{word}.0"


def _port(word: str) -> str:
    if not re.fullmatch(r"[a-z]+-\d+/\d+/\d+(:\d+)?|[a-z]+\d*", word):
        raise Refusal("invalid interface type", word)
    return word


def _net(word: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{2}(\.[0-9a-fA-F]{2,4})+", word):
        raise Refusal(f"invalid iso address: {word}", word)
    return word.lower()


def _number(word: str, least: int, most: int) -> str:
    if not word.isdigit():
        raise Refusal(f"Invalid numeric value: '{word}'", word)
    if not least <= int(word) <= most:
        raise Refusal(f"Value {word} is not within range ({least}..{most})", word)
    return str(int(word))


def _text(word: str) -> str:
    if "\n" in word or len(word) > 900:
        raise Refusal("syntax error", word.partition("\n")[0][:40])
    return word


def _plain(word: str) -> str:
    if not re.fullmatch(r"[^\s\"{};\[\]]+", word):
        raise Refusal("syntax error", word)
    return word


_TYPES: dict[str, Callable[[str], str]] = {
    "word": _plain,
    "text": _text,
    "ipv4": lambda word: _address(word, only_ipv4=True),
    "peer": _address,
    "ipv4-address": lambda word: _interface_address(word, 4),
    "ipv6-address": lambda word: _interface_address(word, 6),
    "prefix": _prefix,
    "ipv4-prefix": lambda word: _prefix(word, 4),
    "ipv6-prefix": lambda word: _prefix(word, 6),
    "area": _area,
    "unit": _unit,
    "port": _port,
    "net": _net,
}


def value(kind: str, rest: Sequence[str]) -> tuple[str, ...]:
    """The words of a value at the start of `rest`, as they are stored; raises Refusal for one that is none."""
    if kind == "match":
        return _match(rest)
    if kind.startswith("number"):
        least, most = [*kind.split(":")[1:], "0", str(2**32 - 1)][:2]
        return (_number(rest[0], int(least), int(most)),)
    return (_TYPES[kind](rest[0]),)


def _match(rest: Sequence[str]) -> tuple[str, ...]:
    prefix = _prefix(rest[0])
    how = rest[1] if len(rest) > 1 else ""
    if how in _MATCHES:
        return (prefix, how)
    if how in _MATCHES_WITH_VALUE and len(rest) > 2:
        return (prefix, how, rest[2])
    raise Refusal("syntax error", how or rest[0])
