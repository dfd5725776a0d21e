"""What devices say of themselves, as a document and as a table."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from loopwright.report import plain_table
from loopwright.rules_live import RouterId


@dataclass(frozen=True, slots=True)
class LiveDevice:
    """One device as it answered; `version` is None where it did not, or is another platform."""

    device: str
    answers: bool
    platform: str
    version: str | None = None
    may_configure: bool = False
    router_ids: tuple[RouterId, ...] = ()


def live_document(devices: Sequence[LiveDevice]) -> list[dict[str, Any]]:
    """The devices as plain values."""
    return [asdict(device) for device in devices]


def live_table(devices: Sequence[LiveDevice]) -> Table:
    """A row for each device: what it is, what may be done there, the router-ids it would have after a restart."""
    table = plain_table("device", "is", "may configure", "router-ids after a restart")
    for live in devices:
        if not live.answers:
            table.add_row(Text(live.device), Text("no answer", "bold magenta"))
            continue
        is_ = Text("another platform", "bold red") if live.version is None else Text(f"{live.platform} {live.version}")
        may = Text("yes", "green") if live.may_configure else Text("no", "bold red")
        table.add_row(Text(live.device), is_, may, Text(_router_ids(live)))
    return table


def _router_ids(live: LiveDevice) -> str:
    return ", ".join(
        f"{each.protocol} {each.after_restart or 'none'} ({'explicit' if each.explicit else 'chosen by itself'})"
        for each in live.router_ids
    )
