"""What a device was before a run, as a file: enough to put it back from another process, without others' secrets."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from loopwright.change import Change
from loopwright.masking import shown_path
from loopwright.models import Interface, Observed, PathLine
from loopwright.observe import observe_lines
from loopwright.platform import Platform
from loopwright.undo import touched


def before_document(observed: Observed, changes: Iterable[Change], platform: Platform) -> dict[str, Any]:
    """The configuration and the interfaces of a device: the stanzas that a plan touches whole, the rest masked."""
    masked = without_secrets(observed, changes, platform)
    return {
        "device": masked.device,
        "platform": masked.platform,
        "lines": [list(line) for line in masked.lines],
        "interfaces": [asdict(interface) for interface in masked.interfaces],
    }


def observed_before(document: Mapping[str, Any], platform: Platform) -> Observed:
    """What a device was, out of its document."""
    lines = tuple(tuple(line) for line in document["lines"])
    interfaces = tuple(
        Interface(**{**interface, "addresses": tuple(interface["addresses"])}) for interface in document["interfaces"]
    )
    return observe_lines(document["device"], lines, platform, interfaces)


def without_secrets(observed: Observed, changes: Iterable[Change], platform: Platform) -> Observed:
    """A device as its document tells it, to be compared with one: both sides have lost the same secrets."""
    whole = set(touched(observed, changes, platform))
    lines: tuple[PathLine, ...] = tuple(line if line in whole else shown_path(line) for line in observed.lines)
    return observe_lines(observed.device, lines, platform, observed.interfaces)
