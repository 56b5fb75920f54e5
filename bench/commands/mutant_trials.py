"""Tries one mutant: a process of its own with the fault in it runs case after case until a check fails.

Leaves drawing mutants to `conformance.mutants` and many of them to `mutants`. Virtual time only.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import resource
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
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

_LEAST_S, _TIMES = 60.0, 20.0
"""A case has this long, and this many times what it takes with the sound terminal, before it counts as hanging."""
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
    with tempfile.TemporaryDirectory(dir=folder) as room:
        lines, result = meter.lines_of(lambda: run_case(case_classes()[case], _setup(seed, room)))
    found: Any = result
    return Measured(case=case, verdict=found.verdict.value, wall_s=found.wall_s, lines=lines)


def terminal_lines() -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """Every line of the terminal that can run, and those that importing it runs."""
    meter = _meter()
    return meter.code(), meter.imported


def attempt(mutant: Mutant, cases: Sequence[Measured], seed: int, folder: str) -> Trial:
    """Try a mutant with these cases in this order."""
    if not cases:
        return Trial(mutant=mutant, outcome="survived")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe(duplex=False)
    names = tuple(case.case for case in cases)
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

    if not (begun := told(_LEAST_S * 2)):
        return Trial(mutant=mutant, outcome="stillborn" if begun is False else "hangs", by="import")
    doubtful = ""
    for number, case in enumerate(cases, 1):
        found = told(max(_LEAST_S, _TIMES * case.wall_s))
        if found is None:
            return Trial(mutant=mutant, outcome="hangs", by=case.case, tried=number)
        verdict, failed = found
        if failed:
            return Trial(mutant=mutant, outcome="killed", by=f"{case.case}:{failed}", tried=number)
        if verdict != case.verdict:
            doubtful = doubtful or case.case
    return Trial(mutant=mutant, outcome="undecided" if doubtful else "survived", by=doubtful, tried=len(cases))


def _run(mutant: Mutant, cases: Sequence[str], seed: int, room: str, pipe: Connection) -> None:
    """The process of one mutant: whether it can be imported, then of each case its verdict and a check that failed."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_FILE, _MOST_FILE))
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
    for name in cases:
        result = run_case(case_classes()[name], setup)
        failed = [check.id for check in result.checks if check.verdict is Verdict.FAIL]
        pipe.send((result.verdict.value, failed[0] if failed else "*" if result.verdict is Verdict.FAIL else ""))
        if failed:
            return
