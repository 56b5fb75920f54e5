"""Python's collector while a case is driven and judged: it looks at what the case makes, not at what is here to stay.

Leaves memory itself to Python: whatever is no longer referred to goes at once, in cycles or not as before.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Generator
from contextlib import contextmanager

_THRESHOLDS = (10_000, 20, 20)
"""A case makes many objects and few cycles, so that there is little to find."""


_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def _asked_to_end_later() -> Generator[None, None, None]:
    """Who asks the bench to end is heard afterwards: an exception in a finaliser of the collector would be lost."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def at_rest() -> Generator[None, None, None]:
    """Keep modules, tables and whatever else stands now out of every collection, until the process ends.

    What was left in cycles before is freed first, so that nothing of it stays with them.
    """
    before = gc.get_threshold()
    with _asked_to_end_later():
        gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
