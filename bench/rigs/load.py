"""The rig of `carbonbench load`: a plan's target and its generators as processes, and nothing else on the bench.

Leaves making the load to `bench.load`. Cases that test a platform under load run in the ordinary rigs as well, where
the platform is started and asked; this one stands up what the plan of a load tester names.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

import msgspec

from bench.case import Case
from bench.facade.bench import Bench
from bench.facade.load import Loads
from bench.history import Began, Recorder, Timing, Trouble
from bench.load.plan import Plan
from bench.load.run import Hands, LoadFailed
from bench.real.pressure import PressureWatch
from bench.real.realclock import LoopWatch, RealClock, expanded_uncertainty_us, resolution_ns
from bench.run import Setup
from simulators.events import Event

_STEP_BACK_US = 50_000


class LoadRig:
    """Stands up nothing but a load. It is the loopback rig to a case: real sockets of this machine."""

    name = "loopback"

    def __init__(self, plan: Plan, hands: Hands) -> None:
        self.plan = plan
        self.hands = hands

    def self_test(self, seed: int) -> None:
        """It has no injector."""

    def notes(self) -> Mapping[str, str]:
        """What makes the load, for the report."""
        return {"load.generators": str(self.hands.processes)}

    def conduct(self, case: Case, setup: Setup, seed: int, recorder: Recorder) -> float:
        """Make the load; returns how many seconds it took. What goes wrong in the bench is recorded as Trouble."""
        began = time.monotonic()
        with suppress(asyncio.CancelledError):
            asyncio.run(self._conduct(case, setup, seed, recorder))
        return time.monotonic() - began

    async def _conduct(self, case: Case, setup: Setup, seed: int, recorder: Recorder) -> None:
        clock, watch, pressure, last = RealClock(), LoopWatch(), PressureWatch(), 0

        def observe(event: Event) -> None:
            nonlocal last
            # Processes stamp what they tell by the host's clock: a moment out of order is no step back.
            at = max(event.t, last) if event.t > last - _STEP_BACK_US else event.t
            last = max(at, last)
            recorder(event if at == event.t else _moved(event, at))

        observe(
            Began(
                t=clock.now_us(),
                case=case.id(),
                seed=seed,
                commit=setup.commit,
                terminal=setup.profile.name,
                rig=self.name,
                points=(),
                meters=(),
                centres=(),
                parameters=setup.profile.in_force(),
                item=setup.profile.item(),
                kind=setup.profile.kind.value,
                opening=setup.opening,
            )
        )
        watch.start()
        bench: Any = SimpleNamespace(load=Loads(recorder.folder, observe, self.hands), seed=seed)
        try:
            await case.drive(cast(Bench, bench))
        except (LoadFailed, OSError) as error:
            observe(Trouble(t=clock.now_us(), what=str(error)))
        finally:
            delay, pressed = watch.stop(), pressure.stop()
            resolution = resolution_ns()
            observe(
                Timing(
                    t=clock.now_us(),
                    samples=delay.samples,
                    loop_p50_us=delay.p50_us,
                    loop_p99_us=delay.p99_us,
                    loop_max_us=delay.max_us,
                    resolution_ns=resolution,
                    host_moved_us=clock.host_moved_us(),
                    uncertainty_us=expanded_uncertainty_us(delay, resolution, pressed.wait_us or 0),
                    cpu_wait_us=-1 if pressed.wait_us is None else pressed.wait_us,
                    cpu_stalled="" if pressed.stalled is None else str(pressed.stalled),
                )
            )
            recorder.seal()


def _moved(event: Event, t: int) -> Event:
    return msgspec.structs.replace(event, t=t)
