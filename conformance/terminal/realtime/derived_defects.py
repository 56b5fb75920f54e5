# pyright: reportPrivateUsage=false
"""Defects of the emission that is told at once: told late, for some values only, or with what came before added up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction

from conformance.defects import Patch, defect
from reference_terminal.model.reading import Reading
from reference_terminal.processing.live import Listener, LiveEmissions

_CLAUSES = ("isc-2/9.4b",)


def _listening(patch: Patch, through: Callable[[Listener], Listener]) -> None:
    """What listeners are told passes through a function of its own for each of them."""
    sound = LiveEmissions.listen

    def listen(self: LiveEmissions, listener: Listener) -> Callable[[], None]:
        return sound(self, through(listener))

    patch(LiveEmissions, "listen", listen)


@defect(
    "emissions-told-by-a-sweeper",
    en="emissions wait up to 100 ms for a task that sweeps what was derived",
    zh="排放量须等待 100 ms 一次的清扫任务才给出",
    clauses=_CLAUSES,
)
def emissions_told_by_a_sweeper(patch: Patch) -> None:
    """One wake-up for many values spares the processor, and each of them waits for it."""

    def through(listener: Listener) -> Listener:
        waiting: list[bytes] = []

        def sweep() -> None:
            told = b"".join(waiting)
            waiting.clear()
            listener(told)

        def put(octets: bytes) -> None:
            if not waiting:
                asyncio.get_running_loop().call_later(0.1, sweep)
            waiting.append(octets)

        return put

    _listening(patch, through)


@defect(
    "every-third-emission-told-late",
    en="every third emission is told 40 ms after the others",
    zh="每三个排放量中有一个延迟 40 ms 给出",
    clauses=_CLAUSES,
)
def every_third_emission_told_late(patch: Patch) -> None:
    """The median looks splendid."""

    def through(listener: Listener) -> Listener:
        count = [0]

        def put(octets: bytes) -> None:
            count[0] += 1
            if count[0] % 3:
                listener(octets)
            else:
                asyncio.get_running_loop().call_later(0.04, listener, octets)

        return put

    _listening(patch, through)


@defect(
    "some-emissions-not-told",
    en="of fifty emissions one is not told, because another was being worked out",
    zh="每五十个排放量有一个因正在计算其他值而不给出",
    clauses=_CLAUSES,
)
def some_emissions_not_told(patch: Patch) -> None:
    """Who drops what comes at a bad moment is fast with the rest."""

    def through(listener: Listener) -> Listener:
        count = [0]

        def put(octets: bytes) -> None:
            count[0] += 1
            if count[0] % 50:
                listener(octets)

        return put

    _listening(patch, through)


@defect(
    "emission-told-of-the-value-before",
    en="what is told at once is the emission of the value before: the new one is worked out afterwards",
    zh="即时给出的是上一个值的排放量，新值事后才计算",
    clauses=_CLAUSES,
)
def emission_told_of_the_value_before(patch: Patch) -> None:
    """A figure at once, and the figure is old."""
    whole = LiveEmissions._event
    last: dict[str, Fraction] = {}

    def event(
        self: LiveEmissions, name: str, reading: Reading, since_s: int, point: str, tonnes: Fraction, version: int
    ) -> bytes:
        before, last[name] = last.get(name, Fraction(0)), tonnes
        return whole(self, name, reading, since_s, point, before, version)

    patch(LiveEmissions, "_event", event)


@defect(
    "emissions-told-to-nobody",
    en="who asks to be told of emissions is told nothing",
    zh="订阅排放量事件后没有任何事件",
    clauses=_CLAUSES,
)
def emissions_told_to_nobody(patch: Patch) -> None:
    """The connection stands, and a flag is the wrong way round."""
    _listening(patch, lambda listener: lambda told: None)


@defect(
    "emissions-by-instruments-untold",
    en="of a source that counts by the state of a gas nothing is told at once",
    zh="按气体状态计量的排放源不即时给出排放量",
    clauses=_CLAUSES,
)
def emissions_by_instruments_untold(patch: Patch) -> None:
    """What is told at once is what counters alone decide."""
    whole = LiveEmissions._event

    def event(
        self: LiveEmissions, name: str, reading: Reading, since_s: int, point: str, tonnes: Fraction, version: int
    ) -> bytes:
        told = whole(self, name, reading, since_s, point, tonnes, version)
        key = self._emissions.figures[name].key
        source = next((each for each in self._emissions.config.sources if each.id == key), None)
        by_state = source is not None and sum(bool(each.point) for each in source.inputs.values()) > 1
        return b"" if by_state else told

    patch(LiveEmissions, "_event", event)
