"""What becomes of a wave after its proof: who is kept, who goes back, who is left, and whether the next one begins."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Allows = Callable[[int], bool]
"""Whether so many failures of a whole run are still no reason to stop."""


@dataclass(frozen=True, slots=True)
class WaveFacts:
    """What is known of a wave.

    `written` hold the change; `broken` did not take it whole and were put back; `untouched` were not written to at
    all. `guilty` fail their proof for a reason of their own, `doubtful` do not pass it for another one. `harm` is what
    the wave did to others, `elsewhere` what was lost between devices that were not changed.
    """

    written: tuple[str, ...]
    broken: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()
    guilty: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    harm: str = ""
    elsewhere: str = ""

    @property
    def failures(self) -> int:
        """How many devices of the wave failed."""
        return len({*self.broken, *self.untouched, *self.guilty})


@dataclass(frozen=True, slots=True)
class Decision:
    """Who is kept, put back, left as it is; `goes_on` whether the next wave begins, and `why` not, or why not whole."""

    keep: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    goes_on: bool = True
    why: str = ""


def decide(facts: WaveFacts, earlier: int, allows: Allows, together: tuple[frozenset[str], ...] = ()) -> Decision:
    """Decide; `earlier` failures were counted before this wave, `together` are devices that are kept or not as one.

    Only a failure that is a changed device's own, or a harm that the wave did, puts anything back; what could not be
    told neither confirms nor puts back.
    """
    goes_on = allows(earlier + facts.failures) or not facts.failures
    if facts.harm:
        return Decision(back=facts.written, goes_on=False, why=facts.harm)
    own = {*facts.broken, *facts.guilty}
    if own and not goes_on:
        return Decision(back=facts.written, goes_on=False, why=f"{named(own)} failed")
    lost = {*own, *facts.untouched}
    mates = {name for unit in together if unit & lost for name in unit}
    back = tuple(name for name in facts.written if name in own or name in mates)
    rest = tuple(name for name in facts.written if name not in back)
    doubtful = [name for name in facts.doubtful if name in rest]
    if doubtful:
        return Decision((), back, rest, goes_on=False, why=f"{named(doubtful)} could not be proved")
    if facts.elsewhere:
        return Decision(rest, back, goes_on=False, why=facts.elsewhere)
    why = f"{named(lost)} failed" if lost else ""
    return Decision(rest, back, goes_on=goes_on, why=why)


NAMED = 3


def named(devices: Iterable[str]) -> str:
    """Some devices by name, the others by number."""
    names = sorted(devices)
    if len(names) <= NAMED + 1:
        return ", ".join(names)
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
