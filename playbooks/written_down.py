"""The end of a run: its report on the disk and on the screen."""

from typing import Any

from loopwright.errors import UsageError
from loopwright.journal import read_journal
from loopwright.plan_file import HASH
from loopwright.report import document
from loopwright.report_saved import saved
from loopwright.run_folder import JOURNAL, RunFolder
from loopwright.snapshot import from_document, report_fields, snapshot_of
from playbooks.earlier import CHANGE, SNAPSHOT
from playbooks.ending import Provisioned, ending, exit_code, fields
from playbooks.plan import shown_fields
from playbooks.propose import Proposal
from playbooks.run import Run
from tasks.network import Network

REPORT = "report.json"
PAGE = "report.html"


def told(
    run: Run,
    network: Network,
    folder: RunFolder,
    command: str,
    proposal: Proposal,
    result: Provisioned,
    *,
    asked_for: bool = False,
) -> int:
    """Write the report of a run, tell how it ended, return the exit code; putting back may be what was `asked_for`."""
    code = exit_code(result, proposal.seen, asked_for=asked_for)
    folder.record("ended", exit_code=int(code))
    folder.journal.make_room()
    found = document(
        command, code, run=folder.id, **_when(folder, proposal), plan=_plan(folder, proposal),
        **fields(result, proposal.seen), snapshot=_snapshots(folder, proposal, result), **_beside(folder, network),
    )  # fmt: skip
    _write_report(run, folder, found)
    run.report(found, *ending(result, proposal.seen, run, str(folder.path)))
    _write_page(run, network, folder, found)
    return code


def _write_report(run: Run, folder: RunFolder, found: dict[str, Any]) -> None:
    try:
        folder.write_document(REPORT, found)
    except UsageError as error:  # what became of the devices is to be told all the same
        run.err.print(f"{error.message}; the journal has what was done")


def _write_page(run: Run, network: Network, folder: RunFolder, found: dict[str, Any]) -> None:
    # What draws costs 20 MB and 0.2 s: nobody pays before there is something to draw.
    from loopwright.report_html import html  # noqa: PLC0415 - see above

    try:
        folder.write(PAGE, html(saved(found, str(folder.path / REPORT), _negations(network))))
    except Exception as error:  # noqa: BLE001 - a page is no reason to call a good run a failure
        run.err.print(f"{folder.path / PAGE} could not be written: {error}; {REPORT} has all of it")


def _plan(folder: RunFolder, proposal: Proposal) -> dict[str, Any]:
    """The plan with the hash by which a reviewer knows it."""
    return {**shown_fields(proposal), HASH: folder.read_document(CHANGE)[HASH]}


def _when(folder: RunFolder, proposal: Proposal) -> dict[str, Any]:
    entries = read_journal(folder.path / JOURNAL)
    origin = proposal.saved.origin
    times = {"started": entries[0]["time"], "ended": entries[-1]["time"]}
    return {"ticket": origin.ticket, "author": origin.author, **times}


def _snapshots(folder: RunFolder, proposal: Proposal, result: Provisioned) -> dict[str, Any] | None:
    """The network before the run, and at its last proof; None where the run did not come so far."""
    if result.proof is None or not (folder.path / SNAPSHOT).exists():
        return None
    before = [from_document(each) for each in folder.read_document(SNAPSHOT)["before"]]
    after = snapshot_of(result.proof.picture, proposal.known)
    return {"before": [report_fields(each) for each in before[-1:]], "after": report_fields(after)}


def _negations(network: Network) -> dict[str, str]:
    return {platform.name: platform.configuration.negation for platform in network.platforms.values()}


def _beside(folder: RunFolder, network: Network) -> dict[str, Any]:
    """What a report tells beside how the devices ended."""
    journal = folder.journal
    return {
        "stages": [{"stage": stage, "seconds": round(seconds, 3)} for stage, seconds in network.stages],
        "journal": {"entries": journal.entries, "hash": journal.seal},
    }
