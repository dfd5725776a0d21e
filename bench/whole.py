"""Our own playbooks, whole: validate, plan, provision with its proof, verify, and a second provision."""

from collections.abc import Iterator, Mapping
from typing import Any

from bench.configuring import Line, Say, Task, line
from bench.figures import OURS, TOOLS, Exchange, Stage, middle
from bench.measure import BenchError, Measured, measure
from bench.practice import Practice

JOBS = ("validate", "plan", "provision", "verify", "second provision")
ALL = "in all"


def whole(practice: Practice, task: Task, say: Say) -> tuple[Stage, ...]:
    """Run every playbook once, in the order of a change window, and take the change away again."""
    with line(practice, 0, counted=False) as way:
        stages = tuple(stage for job in JOBS for stage in _stages(job, done(_request(way, job), job, say)))
    take_away(practice, task)
    return stages


def whole_exchanges(practice: Practice, task: Task, say: Say) -> dict[str, Exchange]:
    """What the routers saw of each playbook, in a pass of its own: the median router."""
    found = {}
    with line(practice, 0, counted=True) as way:
        before = way.counts()
        for job in JOBS:
            done(_request(way, job), job, say)
            after = way.counts()
            found[job] = Exchange(
                *(
                    round(middle(getattr(after[name], field) - getattr(before[name], field) for name in after))
                    for field in ("connections", "round_trips_in_all", "bytes_up", "bytes_down")
                )
            )
            before = after
    take_away(practice, task)
    return found


def take_away(practice: Practice, task: Task) -> None:
    """See that every router is as planned, then take every loopback away again; raises BenchError."""
    if wrong := practice.wrong(task.expected):
        raise BenchError(f"not as planned after the playbooks: {', '.join(wrong)}")
    practice.reset(task.undo)


def _request(way: Line, job: str) -> Mapping[str, Any]:
    return way.place.ours(job=job.rpartition(" ")[2])


def done(request: Mapping[str, Any], job: str, say: Say) -> Measured:
    """Run a playbook; one that did not do its work has no figure. Raises BenchError."""
    measured = measure(TOOLS[OURS], request)
    result = measured.result
    faults = {key: result[key] for key in ("errors", "failed", "refused", "undecided", "stopped") if result.get(key)}
    if faults or result.get("passed") != result.get("verdicts"):
        raise BenchError(f"{job} did not succeed: {faults or result}")
    say(f"  {job}: {measured.wall():.2f} s{_note(measured)}")
    return measured


def _stages(job: str, measured: Measured) -> Iterator[Stage]:
    """The whole playbook, then its phases as the network announced them."""
    commands = middle(measured.result["commands"].values())
    note = _note(measured).removeprefix("; ")
    yield Stage(job, ALL, measured.wall(), measured.cpu(), measured.anonymous, measured.threads, commands, note)
    for name, phase in measured.result["phases"].items():
        yield Stage(job, name, phase["wall"], phase["cpu"])


def _note(measured: Measured) -> str:
    result = measured.result
    changed = f"; {result['changed']} devices changed" if "changed" in result else ""
    proof = f", proved in {result['proof seconds']:.1f} s" if "proof seconds" in result else ""
    if not result.get("verdicts"):
        return changed
    return (
        f"{changed}; {result['passed']} of {result['verdicts']} verdicts pass in {result['readings']} readings{proof}"
    )
