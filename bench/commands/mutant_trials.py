"""Tries one mutant: a process of its own with the fault in it runs case after case until a check fails.

Leaves drawing mutants to `conformance.mutants` and many of them to `mutants`. Virtual time only.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from itertools import accumulate
from math import ceil
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.case import VIRTUAL_RIG, Verdict
from bench.commands.options import REFERENCE_PROFILE
from bench.commands.session import commit, ledger_answers, ledger_entries, rig_named
from bench.dut import adapter
from bench.dut.profile import load_profile
from bench.run import Setup, run_case
from conformance.clauses.suite import case_classes
from conformance.mutants.figure import Trial
from conformance.mutants.lines import Measured, Meter
from conformance.mutants.planting import plant
from conformance.mutants.sampling import Mutant, on_wire

_LEAST_S, _TIMES = 30.0, 8.0
"""A case has this much of a processor, and this many times what it takes with the sound terminal while its lines are
counted, before it counts as hanging: seconds of the processor, which other work of the machine does not use up."""
_WALL = 30.0
"""Seconds waited for each of these: a process that waits for ever uses none."""
_WARM = "bench.commands.mutant_warm"
_MOST_MEMORY = 6 << 30
_MOST_FILE = 2 << 30


@cache
def _answers() -> dict[str, Any]:
    strengths = {clause: entry.strength for clause, entry in ledger_entries().items()}
    return {"strengths": strengths, **ledger_answers()}


@cache
def _commit() -> str:
    return commit()


def _setup(seed: int, room: str) -> Setup:
    return Setup(
        rig=rig_named(VIRTUAL_RIG),
        profile=load_profile(REFERENCE_PROFILE),
        adapter=lambda: adapter("reference"),
        master_seed=seed,
        commit=_commit(),
        folder=Path(room),
        **_answers(),
    )


@cache
def _meter() -> Meter:
    return Meter()


def measure(case: str, seed: int, folder: str) -> Measured:
    """Run a case with the sound terminal and note the lines that it runs; in a process without the terminal so far."""
    meter = _meter()
    begun = time.process_time()
    with tempfile.TemporaryDirectory(dir=folder) as room:
        lines, result = meter.lines_of(lambda: run_case(case_classes()[case], _setup(seed, room)))
    found: Any = result
    return Measured(case=case, verdict=found.verdict.value, cpu_s=time.process_time() - begun, lines=lines)


def terminal_lines() -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """Every line of the terminal that can run, and those that importing it runs."""
    meter = _meter()
    return meter.code(), meter.imported


def within(cases: Iterable[Measured], cpu_s: float) -> int:
    """With how many of these cases a mutant is tried that may take so long with the sound terminal: one at least."""
    spent = list(accumulate(case.cpu_s for case in cases))
    return max(1, sum(each <= cpu_s for each in spent))


def attempt(mutant: Mutant, cases: Sequence[Measured], seed: int, folder: str) -> Trial:
    """Try a mutant with these cases in this order."""
    if not cases:
        return Trial(mutant=mutant, outcome="survived")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_WARM])
    ours, theirs = context.Pipe(duplex=False)
    names = tuple((case.case, _limit_s(case)) for case in cases)
    with tempfile.TemporaryDirectory(dir=folder) as room:
        process = context.Process(target=_run, args=(mutant, names, seed, room, theirs), daemon=True)
        process.start()
        theirs.close()
        try:
            return _watched(mutant, cases, ours)
        finally:
            process.kill()
            process.join()
            process.close()
            ours.close()


def _watched(mutant: Mutant, cases: Sequence[Measured], pipe: Connection) -> Trial:
    """What the process tells, case after case; one that tells nothing in time hangs, one that is gone has ended."""

    def told(wait_s: float) -> Any:
        with suppress(EOFError, OSError):
            return pipe.recv() if pipe.poll(wait_s) else None
        return None

    if not (begun := told(_LEAST_S * _WALL)):
        return Trial(mutant=mutant, outcome="stillborn" if begun is False else "hangs", by="import")
    doubtful = ""
    for number, case in enumerate(cases, 1):
        found = told(_limit_s(case) * _WALL)
        if found is None:
            return Trial(mutant=mutant, outcome="hangs", by=case.case, tried=number)
        verdict, failed = found
        if failed:
            return Trial(mutant=mutant, outcome="killed", by=f"{case.case}:{failed}", tried=number)
        if verdict != case.verdict:
            doubtful = doubtful or case.case
    return Trial(mutant=mutant, outcome="undecided" if doubtful else "survived", by=doubtful, tried=len(cases))


def _limit_s(case: Measured) -> float:
    return max(_LEAST_S, _TIMES * case.cpu_s)


def warm() -> None:
    """Read what every trial needs besides the terminal; for the process from which the others are forked."""
    case_classes()
    _setup(1, "")


def _run(mutant: Mutant, cases: Sequence[tuple[str, float]], seed: int, room: str, pipe: Connection) -> None:
    """The process of one mutant: whether it can be imported, then of each case its verdict and a check that failed."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_FILE, _MOST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    plant(mutant.module, mutant.number, wire=on_wire(mutant.module))
    try:
        importlib.import_module(mutant.module)
        importlib.import_module("bench.dut.reference")
    except Exception:
        pipe.send(False)
        return
    pipe.send(True)
    setup = _setup(seed, room)
    for name, limit_s in cases:
        _, hardest = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (ceil(time.process_time() + limit_s), hardest))
        result = run_case(case_classes()[name], setup)
        failed = [check.id for check in result.checks if check.verdict is Verdict.FAIL]
        pipe.send((result.verdict.value, failed[0] if failed else "*" if result.verdict is Verdict.FAIL else ""))
        if failed:
            return
