"""What can go wrong with the practice network.

LabError
├── LabUnavailable   this machine cannot run the practice network at all
├── NotRunning       no network of this name is up
└── NotConverged     the routers run, but neighbours or routes are missing
"""

from collections.abc import Mapping


class LabError(Exception):
    """Something about the practice network failed, in words for its user."""


class LabUnavailable(LabError):
    """The machine cannot run the practice network; the text is the reason."""


class NotRunning(LabError):
    """No practice network of this name is up."""


class NotConverged(LabError):
    """The routers run, but some neighbours or routes did not come in time."""

    def __init__(self, seconds: float, missing: Mapping[str, tuple[str, ...]]) -> None:
        """Name what is missing, router by router."""
        self.missing = dict(missing)
        lines = [f"{router} lacks {', '.join(names)}" for router, names in self.missing.items()]
        super().__init__(f"not converged after {seconds:.0f} s\n" + "\n".join(lines))
