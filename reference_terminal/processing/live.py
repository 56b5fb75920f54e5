"""The emission that each reading brings, told at once to whoever listens (ISC-2 9.4, ruling R-16).

Leaves periods and everything that is kept to `emissions`: what is told here is told before it is durable, and says so.
A listener is a function that takes octets; it must not wait.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec

from reference_terminal.accounting.boundary import Bound
from reference_terminal.accounting.formula import FormulaError
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.model.seams import seam
from reference_terminal.model.times import iso, iso_ms
from reference_terminal.processing.emissions import Emissions, inside, shown
from reference_terminal.settings.accounting import EQUIVALENT, SOURCE, TOTAL

Listener = Callable[[bytes], None]


class _Event(msgspec.Struct, frozen=True):
    """One event: what a figure gained between two readings, and since this program began to count."""

    figure: str
    at: str
    slot: str
    since: str
    point: str
    value: str
    exact_t: str
    cumulative: str
    counting_since: str
    unit: str
    version: int
    durable: bool = False


class LiveEmissions:
    """Tells the emission of readings as they come. `total_of(point)` is the running total of a counter."""

    def __init__(
        self,
        emissions: Emissions,
        clock: WallClock,
        names: Mapping[int, str],
        total_of: Callable[[str], Decimal | None],
    ) -> None:
        self._emissions = emissions
        self._clock = clock
        self._names = names
        self._total_of = total_of
        self._began = iso_ms(clock.now_ms())
        self._last: dict[str, tuple[Decimal, int]] = {}
        self._latest: dict[str, Fraction] = {}
        self._summed: dict[str, Fraction] = {}
        self._listeners: dict[int, Listener] = {}
        self._count = 0
        self._number = 0
        figures = emissions.figures.values()
        self._of_source = {each.key: each for each in figures if each.of == SOURCE and each.measure == EQUIVALENT}
        self._total = next(each for each in figures if each.of == TOTAL and each.measure == EQUIVALENT)
        self._fed: dict[str, dict[str, None]] = {}
        for source in emissions.config.sources:
            for each in source.inputs.values():
                if each.point:
                    self._fed.setdefault(each.point, {})[source.id] = None

    @seam
    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear of every event from now on; call what is returned to stop."""
        # Binding the boundary takes a while: no event waits for it.
        self._emissions.versions.boundary(self._clock.now_s())
        self._count += 1
        key = self._count
        self._listeners[key] = listener
        return lambda: self._forget(key)

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def _forget(self, key: int) -> None:
        self._listeners.pop(key, None)

    def accepted(self, readings: Sequence[Reading]) -> None:
        """The readings of a meter at a slot, in the order of its points."""
        gained: dict[str, tuple[Fraction, int]] = {}
        touched: dict[str, None] = {}
        first: Reading | None = None
        for reading in readings:
            name = self._names.get(reading.point, "")
            if name not in self._fed or not reading.good or reading.value is None:
                continue
            first = first or reading
            total = self._total_of(name)
            if total is None:
                self._latest[name] = Fraction(reading.value)
                continue
            before = self._last.get(name)
            self._last[name] = (total, reading.slot_s)
            if before is not None and total >= before[0]:
                gained[name] = (Fraction(total - before[0]), before[1])
                touched |= self._fed[name]
        if first is not None and touched:
            self._tell(first, gained, list(touched))

    def _tell(self, reading: Reading, gained: Mapping[str, tuple[Fraction, int]], sources: Sequence[str]) -> None:
        boundary, _ = self._emissions.versions.boundary(reading.slot_s)
        if boundary is None:
            return
        version = self._emissions.versions.number(reading.slot_s)
        whole, counted, since_s = Fraction(0), False, reading.slot_s
        point = next(iter(gained))
        told: list[bytes] = []
        for name in sources:
            source = boundary.named(name)
            tonnes = None if source is None else self._emission(source, gained)
            if source is None or tonnes is None:
                continue
            began_s = min(gained[each][1] for each in source.points if each in gained)
            told.append(self._event(self._of_source[name].id, reading, began_s, point, tonnes, version))
            if source.counts and inside(source.source, reading.slot_s):
                whole, counted, since_s = whole + tonnes, True, min(since_s, began_s)
        if counted:
            told.append(self._event(self._total.id, reading, since_s, point, whole, version))
        octets = b"".join(told)
        if octets:
            for listener in list(self._listeners.values()):
                listener(octets)

    def _emission(self, source: Bound, gained: Mapping[str, tuple[Fraction, int]]) -> Fraction | None:
        """Tonnes of CO2 equivalent that the increments bring; None where a factor has not been measured yet."""
        values: dict[str, Fraction] = {}
        for fed in source.inputs:
            if fed.extensive:
                found = gained.get(fed.point)
                value = Fraction(0) if found is None else found[0] * fed.scale
            elif fed.point:
                if fed.point not in self._latest:
                    return None
                value = self._latest[fed.point] * fed.scale
            elif fed.fixed is not None:
                value = fed.fixed.value
            else:
                return None
            values[fed.wanted.name] = value
        try:
            return source.mass(values) * source.gwp
        except FormulaError:
            return None

    @seam
    def _event(self, name: str, reading: Reading, since_s: int, point: str, tonnes: Fraction, version: int) -> bytes:
        """One event as it is sent; counted whether anybody listens or not."""
        figure = self._emissions.figures[name]
        self._summed[name] = self._summed.get(name, Fraction(0)) + tonnes
        self._number += 1
        if not self._listeners:
            return b""
        event = _Event(
            name, iso_ms(reading.at_ms), iso(reading.slot_s), iso(since_s), point, shown(figure, tonnes), str(tonnes),
            shown(figure, self._summed[name]), self._began, figure.point.unit, version,
        )  # fmt: skip
        return b"id: %d\nevent: emission\ndata: %s\n\n" % (self._number, msgspec.json.encode(event))
