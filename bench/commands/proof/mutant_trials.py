"""Tries one mutant: a process of its own with the fault in it runs case after case until a check fails.

The process is forked from one that has imported everything, the references too; a fault inside functions is put into
them there, for any other the reference is imported anew. Leaves drawing mutants to `conformance.mutants` and many of
them to `mutants`. Virtual time only.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import resource
import sys
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

from bench.case import VIRTUAL_RIG, Item, Verdict
from bench.commands.running.house import commit
from bench.commands.running.options import REFERENCE_PROFILES
from bench.commands.running.session import REFERENCE_ADAPTERS, ledger_answers, ledger_entries, rig_named
from bench.dut import adapter
from bench.dut.profile import load_profile
from bench.run import Setup, run_case
from conformance.clauses.suite import case_classes
from conformance.mutants.figure import Trial
from conformance.mutants.lines import Measured, Meter, import_all
from conformance.mutants.planting import graft, plant
from conformance.mutants.sampling import Mutant, on_wire
from conformance.mutants.subjects import SUBJECTS, item_of

_LEAST_S, _TIMES = 30.0, 8.0
"""A case has this much of a processor, and this many times what it takes with the sound terminal while its lines are
counted, before it counts as hanging: seconds of the processor, which other work of the machine does not use up."""
_WALL = 30.0
"""Seconds waited for each of these: a process that waits for ever uses none."""
_WARM = "bench.commands.proof.mutant_warm"
_STANDS = {Item.TERMINAL: "bench.dut.reference", Item.PLATFORM: "bench.dut.reference_platform"}
"""The only module outside each reference that imports it; those whose names begin so are its own."""
_MOST_MEMORY = 6 << 30
_MOST_FILE = 2 << 30


@cache
def _answers() -> dict[str, Any]:
    strengths = {clause: entry.strength for clause, entry in ledger_entries().items()}
    return {"strengths": strengths, **ledger_answers()}


@cache
def _commit() -> str:
    return commit()


def _setup(seed: int, room: str, item: Item) -> Setup:
    return Setup(
        rig=rig_named(VIRTUAL_RIG),
        profile=load_profile(REFERENCE_PROFILES[item]),
        adapter=lambda: adapter(REFERENCE_ADAPTERS[item]),
        master_seed=seed,
        commit=_commit(),
        folder=Path(room),
        **_answers(),
    )


@cache
def _meter(item: Item) -> Meter:
    return Meter(item, (_STANDS[item],))


def measure(case: str, seed: int, folder: str) -> Measured:
    """Run a case with the sound reference and note the lines that it runs; in a process without it so far."""
    item = case_classes()[case].item
    meter = _meter(item)
    begun = time.process_time()
    with tempfile.TemporaryDirectory(dir=folder) as room:
        lines, result = meter.lines_of(lambda: run_case(case_classes()[case], _setup(seed, room, item)))
    found: Any = result
    return Measured(case=case, verdict=found.verdict.value, cpu_s=time.process_time() - begun, lines=lines)


def reference_lines(item: Item) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """Every line of the reference that can run, and those that importing it runs."""
    meter = _meter(item)
    return meter.code(), meter.imported


def within(cases: Iterable[Measured], cpu_s: float) -> int:
    """With how many of these cases a mutant is tried that may take so long with the sound terminal: one at least."""
    spent = list(accumulate(case.cpu_s for case in cases))
    return max(1, sum(each <= cpu_s for each in spent))


def attempt(mutant: Mutant, cases: Sequence[Measured], seed: int, folder: str, *, imported: bool = True) -> Trial:
    """Try a mutant with these cases in this order; `imported`: importing the terminal runs its line, or may do so."""
    if not cases:
        return Trial(mutant=mutant, outcome="survived")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_WARM])
    ours, theirs = context.Pipe(duplex=False)
    names = tuple((case.case, _limit_s(case)) for case in cases)
    with tempfile.TemporaryDirectory(dir=folder) as room:
        process = context.Process(target=_run, args=(mutant, imported, names, seed, room, theirs), daemon=True)
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
    """Read what every trial needs, the references too; for the process from which the others are forked."""
    case_classes()
    for item, stands in _STANDS.items():
        _setup(1, "", item)
        import_all(item, (stands,))
    gc.collect()
    gc.freeze()


def _planted(mutant: Mutant, *, imported: bool) -> bool:
    """Put the fault in; whether the reference can be imported with it."""
    item = item_of(mutant.module)
    gc.unfreeze()
    grafted = not imported and graft(mutant.module, mutant.number, wire=on_wire(mutant.module))
    gc.freeze()
    if grafted:
        return True
    package, stands = SUBJECTS[item].package, _STANDS[item]
    for name in [each for each in sys.modules if f"{each}.".startswith(f"{package}.") or each.startswith(stands)]:
        del sys.modules[name]
    plant(mutant.module, mutant.number, wire=on_wire(mutant.module))
    try:
        importlib.import_module(mutant.module)
        importlib.import_module(stands)
    except Exception:
        return False
    return True


def _run(
    mutant: Mutant, imported: bool, cases: Sequence[tuple[str, float]], seed: int, room: str, pipe: Connection
) -> None:
    """The process of one mutant: whether it can be imported, then of each case its verdict and a check that failed."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_FILE, _MOST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    whole = _planted(mutant, imported=imported)
    pipe.send(whole)
    if not whole:
        return
    setup = _setup(seed, room, item_of(mutant.module))
    for name, limit_s in cases:
        _, hardest = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (ceil(time.process_time() + limit_s), hardest))
        result = run_case(case_classes()[name], setup)
        failed = [check.id for check in result.checks if check.verdict is Verdict.FAIL]
        pipe.send((result.verdict.value, failed[0] if failed else "*" if result.verdict is Verdict.FAIL else ""))
        if failed:
            return
