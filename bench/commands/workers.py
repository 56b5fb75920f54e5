"""Worker processes of the commands that run many cases at once: prove and sweep.

Leaves the work to them, and those of a cluster to `cluster`. The workers end with the command, however it ends, killed
too.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext

from bench.case import EXIT_ERROR
from bench.commands import cluster


def pool(workers: int, at: str = "") -> AbstractContextManager[Executor | None]:
    """So many workers, who end with this scope; None for a single one: the work is done here.

    `at` is the address of a cluster that does it instead; raises ClusterError on entering.
    """
    if at:
        return cluster.crew(at)
    if workers <= 1:
        return nullcontext()
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Let this worker end when the command does, even one that was killed: nobody would take its result."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(EXIT_ERROR)

    threading.Thread(target=wait, name="parent", daemon=True).start()
