"""Holds Python's search for circles of values back while answers are read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unswept() -> Iterator[None]:
    """Let no search for circles begin while the block runs.

    To read an answer makes thousands of values that live shortly and are in no circle. They make Python search all
    evidence of a large network again and again, which takes as long as the reading. Blocks may overlap in threads: the
    first one switches the search on again.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
