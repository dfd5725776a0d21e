"""The practice network: real FRR routers in network namespaces, reached over real SSH."""

from lab.errors import LabError, LabUnavailable, NotConverged, NotRunning
from lab.lifecycle import down, up
from lab.network import Network, attach
from lab.programs import require
from lab.topology import Link, Router, Topology, default, sized

__all__ = [
    "LabError", "LabUnavailable", "Link", "Network", "NotConverged", "NotRunning", "Router", "Topology",
    "attach", "default", "down", "require", "sized", "up",
]  # fmt: skip
