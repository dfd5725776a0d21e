"""Secrets that stand in the inventory in clear text: named by their key, never shown."""

from collections.abc import Iterator, Mapping
from typing import Any

from loopwright.finding import Finding
from loopwright.models import Mark
from loopwright.yaml_marks import Block

_SECRET_KEYS = frozenset(
    ("password", "passwd", "secret", "enable_secret", "passphrase", "key_passphrase", "token", "api_key", "community")
)
_WITHOUT_SECRETS = frozenset(("loopbacks", "routing", "pools"))


def clear_text_secrets(
    name: str, block: Mapping[Any, Any], mark: Mark | None, where: tuple[str, ...] = ()
) -> Iterator[Finding]:
    """Warn of each secret that a host, a group or the defaults hold in clear text."""
    for key, value in block.items():
        if isinstance(value, Mapping):
            if key not in _WITHOUT_SECRETS:
                yield from clear_text_secrets(name, value, mark, (*where, str(key)))
        elif value and isinstance(value, str) and str(key).lower() in _SECRET_KEYS:
            place = block.value_mark(key) if isinstance(block, Block) else mark
            expected = "secrets outside of the inventory: the SSH agent, a key file, the environment, or a prompt"
            words = " ".join((*where, str(key)))
            yield Finding("clear-text-secret", name, words, expected, "one in clear text (not shown)", "warning", place)
