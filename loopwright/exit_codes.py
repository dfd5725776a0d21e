"""What the exit code of a command says; the same numbers for every command."""

from collections.abc import Mapping
from enum import IntEnum


class Exit(IntEnum):
    """The exit codes, from best to worst for a network."""

    DONE = 0
    OUR_FAULT = 1
    INVALID = 2
    UNTOLD = 3
    DIFFERS = 4
    PUT_BACK = 5
    NEEDS_HANDS = 6
    INTERRUPTED = 130


EXIT_WORDS: Mapping[int, str] = {
    Exit.DONE: "done, or in agreement",
    Exit.OUR_FAULT: "a fault of loopwright itself",
    Exit.INVALID: "wrong usage, or an invalid inventory",
    Exit.UNTOLD: "could not tell: a device did not answer, a rung is unproven",
    Exit.DIFFERS: "differs, a check failed, or a rule refused the change",
    Exit.PUT_BACK: "failed, and put back",
    Exit.NEEDS_HANDS: "failed and not put back: needs hands",
    Exit.INTERRUPTED: "interrupted",
}
"""What each exit code says."""
