"""What the exit code of a command says; the same numbers for every command."""

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
