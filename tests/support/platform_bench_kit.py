"""Runs a case of a test's own against the reference platform, and shows what stands in its history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.case import Case, CaseResult, Finding, Rig, criterion
from bench.commands.running.options import REFERENCE_PROFILES
from bench.commands.running.session import rig_named
from bench.dut import adapter
from bench.dut.profile import Profile, load_profile
from bench.history import History, Observed
from bench.layout.park import Enterprise, Factor, Measured, Named, Park, Terminal
from bench.layout.scenario import BARE, Scenario
from bench.run import Setup, run_and_keep
from conformance.platform import PlatformCase
from simulators.plant.flows import Flow

DRIVEN = criterion("driven", en="It was driven", zh="已执行")
REFERENCE = REFERENCE_PROFILES[PlatformCase.item]


def works(**options: Any) -> Park:
    """A park with one works that burns coke; `options` are those of its sender."""
    coke = Measured("A.coke", "A1", Flow("coke", "t", "61.25"), "coke", process="A.iron")
    iron = Named("A.iron", "iron making 炼铁")
    enterprise = Enterprise(
        "A", "Works 工厂", "steel", processes=(iron,), terminals=(Terminal("A1", options),), points=(coke,)
    )
    return Park(enterprises=(enterprise,), factors=(Factor("F1", "coke", "2.86", "tCO2/t"),))


def case_of(drive: Callable[[Any], Awaitable[None]], scenario: Scenario = BARE) -> type[Case]:
    """A case that drives so and asks nothing."""

    class Driven(PlatformCase):
        """It is driven."""

        zh = "执行。"
        checks = {DRIVEN: ()}
        rigs = Rig.ANY

        async def drive(self, bench: Any) -> None:
            await drive(bench)

        def judge(self, history: History) -> Iterator[Finding]:
            yield DRIVEN.decide(True)

    Driven.scenario = scenario
    return Driven


def ran(
    folder: Path,
    drive: Callable[[Any], Awaitable[None]],
    scenario: Scenario = BARE,
    *,
    rig: str = "virtual",
    profile: Profile | None = None,
    seed: int = 1,
) -> tuple[CaseResult, History]:
    """What came of driving so on the bench of a platform, and the history that it left."""
    return conducted(folder, case_of(drive, scenario), rig=rig, profile=profile, seed=seed)


def conducted(
    folder: Path, case: type[Case], *, rig: str = "virtual", profile: Profile | None = None, seed: int = 1
) -> tuple[CaseResult, History]:
    """What came of a case on the bench of a platform, and the history that it left."""
    submitted = profile or load_profile(REFERENCE)
    setup = Setup(
        rig=rig_named(rig),
        profile=submitted,
        adapter=lambda: adapter(submitted.adapter),
        master_seed=seed,
        commit="test",
        folder=folder,
    )
    result, history = run_and_keep(case, setup)
    assert history is not None, result.reason
    return result, history


def told(history: History, what: str) -> list[Observed]:
    """What was observed under these words."""
    return [event for event in history.of(Observed) if event.what == what]


def row_of(event: Observed) -> Mapping[str, str]:
    """The one row of an answer."""
    (row,) = event.rows
    return row
