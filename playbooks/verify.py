"""Climb the ladder for every loopback, read-only."""

from dataclasses import dataclass

from playbooks.look import Seen, declared_absent, look, prover
from tasks.network import Network
from tasks.prove import Proof, Settling
from tasks.workspace import Workspace


@dataclass(frozen=True)
class Verified:
    """What came of a verification."""

    seen: Seen
    proof: Proof


def verify(workspace: Workspace, network: Network, deadline: float, vantage_points: int | None) -> Verified:
    """Observe, climb, and read again what fails, until two readings agree."""
    seen = look(workspace, network)
    chosen = [intent.device for intent in workspace.chosen]
    proving = prover(workspace, network, seen, chosen, declared_absent(workspace), vantage_points)
    return Verified(seen, proving.prove(Settling(deadline, changing=False)))
