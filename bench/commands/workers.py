"""Worker processes of the commands that run many cases at once: prove and sweep, and those of xdist for a run.

Leaves the work to them, and those of a cluster to `cluster`. The workers end with the command, however it ends, killed
too.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext

from bench.case import EXIT_ERROR
from bench.commands import cluster

_PR_SET_PDEATHSIG = 1


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


def die_with_controller() -> None:
    """Let this worker of xdist die at once with the process that started it, where the system can (Linux).

    Elsewhere it goes on until it misses its controller, some seconds later.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
