"""Waiting for a condition, never longer than told."""

import time
from collections.abc import Callable

STEP_S = 0.03


def wait_until(condition: Callable[[], bool], seconds: float, step_s: float = STEP_S) -> bool:
    """Return True as soon as the condition holds, False when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step_s)
    return True
