"""Faults by the clock: switches what a description wants on and off at its times, the same for the same seed.

Leaves to others: what a fault does (`meter` and the protocols).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from simulators.clock import Chance
from simulators.meters import sentences as said
from simulators.meters.channels import MeterError
from simulators.meters.faults import kind_of
from simulators.meters.meter import Meter
from simulators.meters.spec import FaultSpec
from simulators.sentences import Words


def meant(spec: FaultSpec, names: Sequence[str]) -> list[str]:
    """The meters that a fault is for, in the order of `names`."""
    return [name for name in names if any(fnmatchcase(name, each) for each in spec.meters)]


class Schedule:
    """The faults of a world at work. Times count from `start`."""

    def __init__(self, faults: Sequence[FaultSpec], meters: Mapping[str, Meter], chance: Chance) -> None:
        self._jobs: list[tuple[FaultSpec, Meter, random.Random | None]] = []
        for index, spec in enumerate(faults):
            for name in meant(spec, tuple(meters)):
                # A stream for each meter: another meter more changes nothing for the rest.
                stream = chance(f"fault/{index}/{name}") if spec.mean_s else None
                self._jobs.append((spec, meters[name], stream))
        self._timers: dict[tuple[int, str], asyncio.TimerHandle] = {}
        self._loop: asyncio.AbstractEventLoop

    def flaws(self) -> list[Words]:
        """Why faults cannot be switched on at their meters, one sentence each; the first meter of a kind speaks."""
        found: list[Words] = []
        seen: list[tuple[FaultSpec, str]] = []
        for spec, meter, _ in self._jobs:
            if (spec, meter.title) in seen:
                continue
            seen.append((spec, meter.title))
            try:
                meter.effects_of(spec.fault)
            except MeterError as error:
                kind, reason = kind_of(spec.fault), error.said
                named = meter.name in reason.en.split()
                found.append(
                    said.FAULT_OF(kind=kind, reason=reason)
                    if named
                    else said.FAULT_AT(kind=kind, meter=meter.name, reason=reason)
                )
        return found

    def start(self) -> None:
        """From now on."""
        self._loop = asyncio.get_running_loop()
        now = self._loop.time()
        for number, (spec, _, stream) in enumerate(self._jobs):
            wait_s = spec.from_s + (stream.expovariate(1 / spec.mean_s) if stream is not None else 0)
            self._at(number, "on", now + wait_s)

    def stop(self) -> None:
        """Nothing is switched any more; what is on stays on."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _at(self, number: int, what: str, when_s: float) -> None:
        self._timers[number, what] = self._loop.call_at(when_s, self._switch, number, what, when_s)

    def _switch(self, number: int, what: str, when_s: float) -> None:
        spec, meter, stream = self._jobs[number]
        del self._timers[number, what]
        if what == "off":
            meter.clear(kind_of(spec.fault))
            return
        meter.set_fault(spec.fault)
        if spec.for_s:
            self._at(number, "off", when_s + spec.for_s)
        if spec.every_s:
            self._at(number, "on", when_s + spec.every_s)
        elif stream is not None:
            self._at(number, "on", when_s + spec.for_s + stream.expovariate(1 / spec.mean_s))
