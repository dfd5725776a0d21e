"""Whether a wave may begin now: nobody has interrupted, a window is open, and what has to follow fits into it."""

from loopwright.reckoning import wave_needed
from playbooks.ledger import Ledger
from playbooks.undertaking import Undertaking

INTERRUPTED = "interrupted: what was begun was finished"


def forbidden(undertaking: Undertaking, number: int, ledger: Ledger) -> str:
    """Why a wave, with those that have to follow it, may not begin now; "" where it may."""
    waves = _span(undertaking, number)
    terms, devices = undertaking.terms, tuple(name for wave in waves for name in wave)
    if terms.stopped():
        return INTERRUPTED
    calendar, now = terms.calendar(devices), terms.now()
    closing = calendar.closes(now)
    workers = undertaking.network.workers
    needed = sum(wave_needed(len(wave), workers, terms.deadline, ledger.pace) for wave in waves)
    if closing is not None and closing.fits(now, needed):
        return ""
    if terms.outside:
        undertaking.folder.record("outside the window", reason=terms.outside, devices=list(devices))
        return ""
    if closing is None:
        return calendar.why_closed(now)
    left = closing.seconds_left(now)
    return f"the window closes in {left:.0f} s, and the wave may take {needed:.0f} s with putting back"


def _span(undertaking: Undertaking, number: int) -> tuple[tuple[str, ...], ...]:
    """A wave, and those after it that have to follow: they hold others of an anycast address of it."""
    waves = undertaking.waves
    end = number
    for later in range(number, len(waves)):
        begun = {name for wave in waves[number - 1 : end] for name in wave}
        if any(unit & begun and unit & {*waves[later]} for unit in undertaking.terms.together):
            end = later + 1
    return waves[number - 1 : end]
