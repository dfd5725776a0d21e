"""Makes what changes a device out of what asks it; `tasks/deploy.py` alone calls this."""

from loopwright.device import Reader, Transaction, Writer
from loopwright.errors import PlatformError
from tasks.candidate_writer import CandidateWriter
from tasks.driver import DriverSession
from tasks.driver_writer import DriverWriter
from tasks.line_writer import LineWriter
from tasks.session import Session


def writer(reader: Reader) -> Writer:
    """Return a Writer over a Reader's connection; the same one for as long as the connection lives."""
    if isinstance(reader, DriverSession):
        return DriverWriter(reader.name, reader.driver, reader.words, reader.encodings)
    if not isinstance(reader, Session):
        raise PlatformError(f"{reader.name}: nothing is known that could change it")
    kept = reader.terminal.writer
    if not isinstance(kept, LineWriter) or not kept.terminal.lives:
        kept = reader.terminal.writer = _at_terminal(reader)
    return kept


def _at_terminal(session: Session) -> LineWriter:
    if session.words.candidate is not None:
        return CandidateWriter(session.name, session.terminal, session.words)
    return LineWriter(session.name, session.terminal, session.words)


def transaction(reader: Reader) -> Transaction:
    """Return the Writer of a device with a candidate; raises PlatformError where its connection offers none."""
    found = writer(reader)
    if not isinstance(found, CandidateWriter | DriverWriter):
        raise PlatformError(f"{reader.name}: its connection offers no candidate configuration")
    return found
