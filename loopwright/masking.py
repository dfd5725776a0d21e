"""Secrets in lines of a configuration, and how a line is shown without them."""

import re

from loopwright.models import PathLine

_SECRET = re.compile(
    r"(?i)(\b(?:password|passphrase|secret|key|key-string|md5|sha\d*|community|authentication-key)"
    r"(?:\s+(?:\d+|md5|sha\d*|encrypted|clear|cipher|hash))*\s+)(?!(?:source|prefer|version|vrf)\b)(\S+)"
)


def shown(line: str) -> str:
    """A line of a device's configuration as it may be shown: without a secret that it holds."""
    if "description" in line.split():
        return line  # free text, where `key` is a word like any other
    return _SECRET.sub(r"\1(not shown)", line)


def shown_path(line: PathLine) -> PathLine:
    """A line with its contexts as it may be shown."""
    return tuple(shown(part) for part in line)
