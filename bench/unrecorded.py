"""A run that is written down nowhere: what journal and snapshots cost is the difference."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


class Unrecorded:
    """Stands where the folder of a run would, and keeps nothing."""

    def __init__(self) -> None:
        self.id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"

    def record(self, event: str, **details: Any) -> None:
        """Keep no entry."""

    def write_compact(self, name: str, document: Mapping[str, Any]) -> None:
        """Nothing."""

    def write_document(self, name: str, document: Mapping[str, Any]) -> None:
        """Write no file."""
