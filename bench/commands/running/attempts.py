"""One attempt of a run: here, or on a cluster, whose workers send its folder and what the report shows of it.

Leaves running a case to bench.run, and a cluster's workers to `cluster`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec

from bench.case import VIRTUAL_RIG, CaseResult, Verdict
from bench.commands import sentences
from bench.commands.cluster import ClusterError, Crew, Files, put, with_files
from bench.commands.running.around import around
from bench.dut import adapter
from bench.dut.profile import Profile
from bench.history import History
from bench.journal import Planned, place_of
from bench.run import Setup, blank_result, run_and_keep
from conformance.clauses.suite import case_classes
from conformance.defects import all_defects
from reports.glance import Glance, glance_at

AHEAD = 2
"""How many attempts are asked of a cluster for each that it does at once; what has ended waits there to be taken."""


class Ran(msgspec.Struct, frozen=True):
    """What came of an attempt: `glance` is what a report shows of its history, `around` what stood around its fault."""

    result: CaseResult
    glance: Glance | None = None
    around: tuple[str, ...] = ()


def ran(planned: Planned, setup: Setup) -> Ran:
    """Run an attempt in this process; its files lie below the setup's folder."""
    here = setup.defect and setup.rig.name == VIRTUAL_RIG
    with all_defects()[setup.defect].applied() if here else nullcontext():
        case = case_classes()[planned.case]
        result, history = run_and_keep(case, setup, planned.attempt, planned.instead_of)
    return of_history(result, history)


def of_history(result: CaseResult, history: History | None) -> Ran:
    """A result with what is shown of its history (None: it left none)."""
    glance = glance_at(history) if history is not None and result.record else None
    wrong = history is not None and result.verdict in (Verdict.FAIL, Verdict.ERROR)
    return Ran(result, glance, tuple(around(result, history)) if wrong and history is not None else ())


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What all attempts of a run share, as it goes to another computer: `Setup` without what is found there."""

    profile: Profile
    seed: int
    commit: str
    options: str
    capture: bool
    defect: str
    opening: str


def _order(setup: Setup) -> Order:
    return Order(
        profile=setup.profile,
        seed=setup.master_seed,
        commit=setup.commit,
        options=setup.options,
        capture=setup.capture,
        defect=setup.defect,
        opening=setup.opening,
    )


def _setup(order: Order, folder: Path) -> Setup:
    from bench.commands.running.session import ledger_answers, ledger_entries, rig_named

    name = order.profile.adapter
    answers: Mapping[str, Any] = ledger_answers()
    return Setup(
        rig=rig_named(VIRTUAL_RIG),
        profile=order.profile,
        adapter=lambda: adapter(name),
        master_seed=order.seed,
        commit=order.commit,
        folder=folder,
        strengths={clause: entry.strength for clause, entry in ledger_entries().items()},
        **answers,
        options=order.options,
        capture=order.capture,
        defect=order.defect,
        journaled=True,
        opening=order.opening,
    )


def ran_there(planned: Planned, order: Order, room: Path) -> Ran:
    """Run an attempt on a worker of a cluster, with its files in `room`."""
    setup = _setup(order, room)
    setup.rig.self_test(order.seed)
    return ran(planned, setup)


class Spread:
    """The attempts of a run on a cluster: asked for in order, a few ahead, each taken when its turn comes."""

    def __init__(self, crew: Crew, seats: int, setup: Setup) -> None:
        self._crew = crew
        self._setup = setup
        self._order = _order(setup)
        self._most = AHEAD * seats
        self._waiting: deque[Planned] = deque()
        self._asked: dict[Planned, Future[tuple[Ran, Files]]] = {}

    def expect(self, planned: Sequence[Planned]) -> None:
        """The attempts that will be taken, in order."""
        self._waiting = deque(planned)
        self._ask()

    def _ask(self) -> None:
        while self._waiting and len(self._asked) < self._most:
            planned = self._waiting.popleft()
            self._asked[planned] = self._crew.submit(with_files, ran_there, planned, self._order)

    def take(self, planned: Planned) -> Ran:
        """What came of an attempt, its files in the run folder. Raises ClusterError when the cluster is gone."""
        future = self._asked[planned]
        try:
            found, files = future.result()
        except CancelledError:
            raise ClusterError(str(sentences.CLUSTER_GONE())) from None
        except Exception as error:
            # Whatever a task or its worker died of is told where it belongs: with the attempt.
            blank = blank_result(case_classes()[planned.case], self._setup, planned.attempt, planned.instead_of)
            words = str(sentences.CLUSTER_FAILED(kind=type(error).__name__, error=error))
            return Ran(msgspec.structs.replace(blank, verdict=Verdict.ERROR, reason=words))
        finally:
            del self._asked[planned]
            self._ask()
        own = f"{place_of(planned.case, planned.attempt).as_posix()}/"
        put({name: octets for name, octets in files.items() if name.startswith(own)}, self._setup.folder)
        return found
