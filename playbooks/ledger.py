"""What became of each device of a run so far, over all its waves."""

from dataclasses import dataclass, field

from loopwright.errors import LoopwrightError
from loopwright.reckoning import Pace
from loopwright.wave_end import WaveEnd
from playbooks.ending import Provisioned
from playbooks.undertaking import Undertaking
from tasks.deploy import Job
from tasks.prove import Proof
from tasks.put_back import PutBack


@dataclass
class Ledger:
    """What became of each device so far, over all waves."""

    undertaking: Undertaking
    jobs: dict[str, Job] = field(init=False)
    kept: list[str] = field(default_factory=list)
    back: dict[str, PutBack] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)  # with the seconds of the timer that runs, 0 for none
    failed: dict[str, LoopwrightError] = field(default_factory=dict)
    unsaved: dict[str, LoopwrightError] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    ended: list[WaveEnd] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    back_proofs: list[Proof] = field(default_factory=list)
    failures: int = 0
    pace: Pace = Pace()
    stopped: str = ""

    def __post_init__(self) -> None:
        self.jobs = dict(self.undertaking.jobs)

    def provisioned(self) -> Provisioned:
        """The whole run."""
        return Provisioned(
            self.undertaking.plan,
            kept=tuple(self.kept),
            done=self.undertaking.done,
            put_back=self.back,
            undecided=tuple(sorted(self.left)),
            armed={name: seconds for name, seconds in self.left.items() if seconds},
            failed=self.failed,
            unsaved=self.unsaved,
            refused=self.refused,
            told=self.told,
            waves=tuple(self.ended),
            stopped=self.stopped,
            proof=_joined(self.proofs),
            put_back_proof=_joined(self.back_proofs),
        )


def _joined(proofs: list[Proof]) -> Proof | None:
    """The proofs of several waves as one: what was proved last of a device counts."""
    if not proofs:
        return None
    last = {verdict.device: number for number, proof in enumerate(proofs) for verdict in proof.verdicts}
    verdicts = tuple(v for number, proof in enumerate(proofs) for v in proof.verdicts if last[v.device] == number)
    return Proof(
        verdicts,
        proofs[-1].picture,
        tuple(sorted({name for proof in proofs for name in proof.broken_vantages})),
        sum(proof.readings for proof in proofs),
        sum(proof.seconds for proof in proofs),
        tuple(dict.fromkeys(harm for proof in proofs for harm in proof.harm)),
    )
