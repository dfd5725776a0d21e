"""Carries out a plan wave by wave: write, prove, then keep or put back, and the next wave only where all is well."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from loopwright.before import before_document
from loopwright.errors import DeviceError, Locked, LoopwrightError, Refused, UsageError
from loopwright.harm import Harm
from loopwright.wave_decision import Decision, WaveFacts, decide, named
from loopwright.wave_end import WaveEnd, WaveEnded
from playbooks.as_before import prove_as_before, with_what_is_left
from playbooks.ending import Provisioned
from playbooks.known import known_elsewhere
from playbooks.ledger import Ledger
from playbooks.look import gone, prover
from playbooks.undertaking import Undertaking
from playbooks.wave_gate import forbidden
from tasks.deploy import Job, Undone, confirm, deploy, save
from tasks.gather import observe_devices
from tasks.prove import Proof, Settling
from tasks.put_back import PutBack, came_meanwhile, put_back


def carry_out(undertaking: Undertaking) -> Provisioned:
    """Carry out every wave until one is a reason to stop; every device ends in a known state or is named."""
    ledger = Ledger(undertaking)
    for number, names in enumerate(undertaking.waves, start=1):
        todo = tuple(name for name in names if name not in undertaking.done)
        if not todo:
            continue
        if not ledger.stopped:
            ledger.stopped = forbidden(undertaking, number, ledger)
        if ledger.stopped:
            # What an earlier process has written is kept or put back, whatever the hour.
            held = tuple(name for name in todo if name in undertaking.written)
            rest = tuple(name for name in todo if name not in held)
            if rest:
                ledger.ended.append(WaveEnd(number, rest, "not begun", ledger.stopped))
            if not held:
                continue
            todo = held
        Wave(undertaking, ledger, number, todo).run()
    _mend_split(undertaking, ledger)
    return ledger.provisioned()


def _mend_split(undertaking: Undertaking, ledger: Ledger) -> None:
    """Put back members of an anycast address whose others were not begun: the run ended between their waves."""
    split = tuple(
        name for unit in undertaking.terms.together if not unit <= {*ledger.kept, *undertaking.done}
        for name in unit if name in ledger.kept
    )  # fmt: skip
    if split:
        number = max(end.number for end in ledger.ended if {*end.devices} & {*split})
        Wave(undertaking, ledger, number, split).take_back()


@dataclass
class Wave:
    """One wave as it goes."""

    undertaking: Undertaking
    ledger: Ledger
    number: int
    devices: tuple[str, ...]
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Carry the wave out and enter how it ended."""
        began = self.undertaking.terms.now().isoformat(timespec="seconds")
        to_write = tuple(name for name in self.devices if name not in self.undertaking.written)
        self.undertaking.terms.tell(f"wave {self.number} of {len(self.undertaking.waves)}: {named(self.devices)}")
        if known := self._known(to_write):
            self._refuse(known)
            return
        self._record("wave", devices=list(self.devices))
        with self._timed("write"):
            facts = self._write(to_write)
        proof = None
        if self._worth_proving(facts):
            with self._timed("prove"):
                proof = self._prove(facts.written)
        facts = _judged(facts, proof)
        decision = self._decide(facts)
        if proof is not None:
            self.ledger.proofs.append(proof)
            told = [f"{h.device}: {h.what}: {h.actual}" for h in proof.harm]
            self._record("proved", keep=decision.keep, back=decision.back, leave=decision.leave, harm=told)
        with self._timed("keep"):
            lost = self._keep(decision.keep, proof)
        if lost:
            why = f"not all could be confirmed: {', '.join(lost)}"
            decision = Decision(back=(*decision.back, *decision.keep), leave=decision.leave, goes_on=False, why=why)
        with self._timed("put_back"):
            self._put_back(decision.back, proof)
        self._settle(facts, decision, began)

    def _known(self, names: tuple[str, ...]) -> dict[str, str]:
        u = self.undertaking
        picture = self.ledger.proofs[-1].picture if self.ledger.proofs else u.reading
        settled = (*u.done, *self.ledger.kept)
        return known_elsewhere(u.workspace, u.network, u.seen, u.plan, names, settled, picture)

    def _refuse(self, known: Mapping[str, str]) -> None:
        self.undertaking.folder.record("refused", wave=self.number, known=dict(known))
        others = "another device of the wave was refused"
        self.ledger.refused.update({name: known.get(name, others) for name in self.devices})
        self.ledger.stopped = "; ".join(f"{name}: {why}" for name, why in known.items())
        self.ledger.ended.append(WaveEnd(self.number, self.devices, "not begun", self.ledger.stopped))

    def _write(self, names: tuple[str, ...]) -> WaveFacts:
        """Write to the devices; one that does not take all of it is put back at once."""
        u, jobs = self.undertaking, self.ledger.jobs
        results = deploy(u.network, {name: jobs[name] for name in names}, u.folder)
        for name, outcome in results.items():
            if outcome.value is not None:
                jobs[name] = jobs[name].with_what_is_known(outcome.value)
        failed = {name: o.error for name, o in results.items() if o.error is not None}
        untouched = tuple(n for n, e in failed.items() if e.untouched or isinstance(e, Refused | Locked))
        broken = tuple(name for name in failed if name not in untouched)
        self.ledger.failed.update(failed)
        self.ledger.back.update(put_back(u.network, {name: jobs[name].by_name for name in broken}, u.folder))
        written = tuple(name for name in self.devices if name not in failed)
        return WaveFacts(written, broken, untouched)

    def _worth_proving(self, facts: WaveFacts) -> bool:
        """Whether the proof can decide anything: a wave that goes back whole in any case goes back at once."""
        if self.undertaking.terms.unproved:
            self._record("not proved", reason=self.undertaking.terms.unproved)
            return False
        return bool(facts.written) and (not facts.broken or self._allows(self.ledger.failures + facts.failures))

    def _allows(self, failures: int) -> bool:
        return self.undertaking.terms.threshold.allows(failures, len(self.undertaking.jobs))

    def _decide(self, facts: WaveFacts) -> Decision:
        decision = decide(facts, self.ledger.failures, self._allows, self.undertaking.terms.together)
        self.ledger.failures += facts.failures
        return decision

    def _prove(self, written: tuple[str, ...]) -> Proof:
        """Climb the ladder for every loopback of the wave, prove that what went is gone, and look for harm."""
        u = self.undertaking
        changes = [(p.device, change) for p in u.plan.changing if p.device in written for change in p.changes]
        later = {name for wave in u.waves for name in wave} - {*u.done, *self.ledger.kept, *written}
        proving = prover(
            u.workspace, u.network, u.seen, written, gone(u.workspace, changes), u.terms.vantage_points,
            pending=later, harm=u.watch(written), also=u.addresses_of(later),
        )  # fmt: skip
        return proving.prove(Settling(u.terms.deadline, changing=True))

    def _keep(self, names: tuple[str, ...], proof: Proof | None) -> tuple[str, ...]:
        """Confirm all, then save all; return those that could not be confirmed, and then nothing is saved."""
        u, ledger = self.undertaking, self.ledger
        jobs = {name: _seen_during(ledger.jobs[name], proof) for name in names}
        results = confirm(u.network, jobs, u.folder)
        again = {n: replace(jobs[n], asked=True) for n, o in results.items() if _may_be_asked_again(o.error)}
        results.update(confirm(u.network, again, u.folder))
        ledger.told.update({n: "; ".join(o.value.told) for n, o in results.items() if o.value and o.value.told})
        for name, job in jobs.items():
            if words := came_meanwhile(job, u.workspace.of_devices[name]):
                ledger.told[name] = "; ".join(filter(None, (ledger.told.get(name), words)))
        lost = {n: o.error for n, o in results.items() if o.error is not None}
        ledger.failed.update(lost)
        if lost:
            return tuple(lost)
        saved = save(u.network, jobs, u.folder)
        unsure = {n: jobs[n] for n, o in saved.items() if _may_be_asked_again(o.error)}
        saved.update(save(u.network, unsure, u.folder))
        ledger.unsaved.update({n: o.error for n, o in saved.items() if o.error is not None})
        ledger.kept += [name for name in names if saved[name].ok]
        return ()

    def take_back(self) -> None:
        """Put back what was kept."""
        words = "the others of its anycast address were not begun"
        self._record("taken back", devices=list(self.devices), why=words)
        self.undertaking.terms.tell(f"put back: {named(self.devices)}: {words}")
        self._put_back(self.devices, None)
        self.ledger.told.update(dict.fromkeys(self.devices, words))

    def _put_back(self, names: tuple[str, ...], proof: Proof | None) -> None:
        """Put devices back, those of earlier waves that stand or fall with them too, and prove that they are."""
        u, ledger = self.undertaking, self.ledger
        fallen = {*names, *(n for n in self.devices if n in ledger.failed)}
        mates = [n for n in _mates(u.terms.together, fallen) if n in ledger.kept]
        ledger.kept[:] = [name for name in ledger.kept if name not in mates]
        jobs = {name: _seen_during(ledger.jobs[name], proof) for name in dict.fromkeys((*names, *mates))}
        saved = frozenset((*mates, *u.saved))
        ledger.back.update(
            {n: _by_itself(p, jobs[n]) for n, p in put_back(u.network, jobs, u.folder, saved=saved).items()}
        )
        here = {name: ledger.back[name] for name in (*self.devices, *mates) if name in ledger.back}
        restored = [name for name, put in here.items() if put.restored]
        as_before = prove_as_before(
            u.workspace, u.network, u.seen, u.plan, restored, u.terms.deadline, u.terms.vantage_points
        )
        if as_before is not None:
            ledger.back_proofs.append(as_before)
            ledger.back.update(with_what_is_left(here, as_before))

    def _settle(self, facts: WaveFacts, decision: Decision, began: str) -> None:
        """Enter how the wave ended."""
        ledger = self.ledger
        ledger.left.update({name: ledger.jobs[name].course.armed for name in decision.leave})
        if not decision.goes_on:
            ledger.stopped = f"wave {self.number}: {decision.why}"
        wrote, kept = self.seconds.get("write", 0.0), self.seconds.get("keep", 0.0)
        ledger.pace = ledger.pace.measured(len(self.devices), self.undertaking.network.workers, wrote, kept)
        ended: WaveEnded = "left" if decision.leave else "kept" if decision.keep else "put back"
        if ended == "put back" and not (decision.back or facts.broken):
            ended = "not begun"  # nobody could be written to
        self.keep_after()
        end = WaveEnd(self.number, self.devices, ended, decision.why, began, dict(self.seconds))
        ledger.ended.append(end)
        self._record("wave ended", ended=ended, why=decision.why, goes_on=decision.goes_on)
        self.undertaking.terms.tell(f"wave {self.number}: {ended}{': ' if decision.why else ''}{decision.why}")

    def keep_after(self) -> None:
        """Keep the touched stanzas as they are at the end of the wave; who did not answer is not waited for again."""
        u, ledger = self.undertaking, self.ledger
        silent = {v.device for proof in ledger.proofs[-1:] for v in proof.verdicts if v.state == "error"}
        answered = [n for n in self.devices if n not in silent and not _unasked(ledger.back.get(n))]
        for name, outcome in observe_devices(u.network, answered).items():
            if outcome.value is not None:
                platform = u.workspace.of_devices[name]
                document = before_document(outcome.value, ledger.jobs[name].plan.changes, platform)
                try:
                    u.folder.write_document(f"{name}.after.json", document)
                except UsageError as error:  # a full disk is no reason to end a run half way
                    self._record("not written down", about=name, error=error.message)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds[stage] = round(time.monotonic() - started, 3)

    def _record(self, event: str, **details: object) -> None:
        self.undertaking.folder.record(event, wave=self.number, **details)


def _mates(together: Iterable[frozenset[str]], fallen: Collection[str]) -> tuple[str, ...]:
    """Those that stand or fall with devices that fell, in a steady order."""
    return tuple(sorted({name for unit in together if not unit.isdisjoint(fallen) for name in unit}))


def _judged(facts: WaveFacts, proof: Proof | None) -> WaveFacts:
    """What a proof says of a wave."""
    if proof is None:
        return facts
    guilty = sorted({v.device for v in proof.verdicts if v.device in facts.written and v.own_fault()})
    failing = {v.device for v in proof.verdicts if v.device in facts.written and v.state != "pass"}
    return replace(
        facts,
        guilty=tuple(guilty),
        doubtful=tuple(sorted(failing - set(guilty))),
        harm=_told(h for h in proof.harm if h.blocks == "wave"),
        elsewhere=_told(h for h in proof.harm if h.blocks == "next wave"),
    )


def _told(harms: Iterable[Harm]) -> str:
    told = [f"{h.device}: {h.what}: {h.actual}" for h in harms]
    return "; ".join(told[:3]) + (f" and {len(told) - 3} more" if len(told) > 3 else "")


def _may_be_asked_again(error: LoopwrightError | None) -> bool:
    """Whether a confirmation or a save may have been lost on the way, or its answer."""
    return isinstance(error, DeviceError) and not isinstance(error, Undone)


def _by_itself(put: PutBack, job: Job) -> PutBack:
    """Tell of a device that could not be asked that its own timer goes on without us."""
    if put.asked or not job.course.armed:
        return put
    words = f"unless it was confirmed, it goes back by itself {job.course.armed} s after it was written"
    return replace(put, words=f"{put.words}; {words}")


def _unasked(put: PutBack | None) -> bool:
    return put is not None and not put.asked


def _seen_during(job: Job, proof: Proof | None) -> Job:
    """A job with what its device was while it was proved."""
    found = proof.picture.answered(job.plan.device) if proof is not None else None
    return replace(job, during=found.observed) if found is not None else job
