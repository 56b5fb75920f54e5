"""Polling periods set while the terminal works: followed, kept over a power cut, and nothing made up (ISC-2 9.1; R-11).

Leaves how a period is measured to `timing`. Phase `PERIOD_SET` says which meter is to be polled how often from then on;
a stretch begins with it or with the return of power, and ends with the next of them, with a cut, or with `OVER`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from msgspec import structs

from bench.case import Check, Measurement, criterion, measure
from bench.history import Event, History, Power, Served, Unserved
from bench.history.marks import Mark, Marked
from bench.history.observation import Words
from conformance.common import gaps
from conformance.common.phases import OVER
from conformance.common.queries import answers, questions
from conformance.common.times import MINUTE, SECOND, instant_of_iso, local, seconds
from conformance.common.timing import (
    CYCLES,
    FEWEST_CYCLES,
    PERIOD_ERROR_PERCENT,
    SCHEDULED_PERIOD,
    Cadence,
    cadence,
    error_uncertainty,
)
from conformance.common.truth import RESUME_US, truth_of

NEIGHBOUR_UNDISTURBED = criterion(
    "neighbour-undisturbed", en="another meter loses no cycle by it", zh="其他表计采集不受影响", unit="cycles"
)
PERIOD_FOLLOWED = criterion(
    "period-followed",
    en="meters are polled with the period that was set",
    zh="按用户设定的周期采集",
    unit="%",
    scheduled=SCHEDULED_PERIOD,
)
PERIOD_KEPT_OVER_POWER = criterion(
    "period-kept-over-power",
    en="the period set holds after power was lost",
    zh="断电恢复后设定周期仍有效",
    unit="%",
    scheduled=SCHEDULED_PERIOD,
)


class Period(Words, frozen=True, kw_only=True):
    """Which meter is to be polled how often (s)."""

    meter: str
    period_s: int


PERIOD_SET = Mark("period-set", Period)
# R-11 says nothing of it: a terminal may restart for a new period.
FOLLOWS_US = 1 * MINUTE
# a tenth of the cycles is enough above a minute, if the stretch holds fewer than those of 24 h.
_SECONDS_US = 60 * SECOND


class Shortened(Words, frozen=True):
    """A meter that is polled by a long period is about to get a short one."""

    meter: str


SHORTENED = Mark("period-shortened", Shortened)


@dataclass(frozen=True, slots=True)
class Stretch:
    """So long (us) a meter was to be polled with this period; `after_power`: the order lies before a power cut."""

    meter: str
    period_us: int
    start: int
    end: int
    after_power: bool


def refused(history: History) -> set[tuple[str, str]]:
    """Meter and period (s, as text) of the orders that the terminal refused with a word."""
    return {
        (event.query.get("meter", ""), event.query.get("period_s", ""))
        for event in questions(history, "period")
        if any(row.get("result") == "refused" for row in event.rows)
    }


def stretches(history: History) -> list[Stretch]:
    """Stretches of the orders that were not refused."""
    found: list[Stretch] = []
    last = OVER.at(history)
    events = sorted([*PERIOD_SET.of(history), *history.of(Power)], key=lambda event: event.t)
    now: dict[str, tuple[int, int, bool]] = {}
    no = refused(history)

    def close(meter: str, at: int) -> None:
        if meter in now:
            period, start, after = now.pop(meter)
            found.append(Stretch(meter, period, start, at, after))

    lit: dict[str, int] = {}
    for event in events:
        if isinstance(event, Marked):
            meter, period_s = event.detail.meter, event.detail.period_s
            if (meter, str(period_s)) in no:
                continue
            close(meter, event.t)
            lit[meter] = period_s * SECOND
            now[meter] = (lit[meter], event.t + FOLLOWS_US + lit[meter], False)
        elif event.state == "cut":
            for meter in tuple(now):
                close(meter, event.t)
        elif event.state == "restored":
            for meter, period in lit.items():
                now[meter] = (period, event.t + RESUME_US + period, True)
    for meter in tuple(now):
        close(meter, last)
    return [each for each in found if each.end > each.start]


def _cadence(history: History, stretch: Stretch) -> Cadence | None:
    began = history.began
    meters = tuple(
        structs.replace(setup, period_s=stretch.period_us / SECOND) if setup.name == stretch.meter else setup
        for setup in began.meters
    )
    events: list[Event] = [structs.replace(began, meters=meters)]
    for kind in (Served, Unserved):
        events += history.between(kind, stretch.start, stretch.end)
    # A stretch ends with its last whole period.
    return cadence(History([*events, OVER.event(stretch.end)]), stretch.meter)


def _enough(stretch: Stretch, cycles: int) -> bool:
    return cycles >= (CYCLES if stretch.period_us < _SECONDS_US and not stretch.after_power else FEWEST_CYCLES)


def findings(history: History) -> Iterator[Check | Measurement]:
    """Every period that was set is followed, over a power cut too."""
    for after_power, question in (
        (False, PERIOD_FOLLOWED),
        (True, PERIOD_KEPT_OVER_POWER),
    ):
        seen = [each for each in stretches(history) if each.after_power == after_power]
        found = [(each, _cadence(history, each)) for each in seen]
        silent = [each for each, one in found if one is None]
        known = [(each, one) for each, one in found if one is not None]
        short = [each for each, one in known if not _enough(each, one.due)]
        worst = max((one.error_percent for _, one in known), default=None)
        skipped = [line for _, one in known for line in one.evidence]
        told = [
            f"{each.meter}: {seconds(each.period_us)} s from {local(each.start)}: "
            + (
                "nothing asked"
                if one is None
                else f"{one.cycles} cycles, {one.error_percent} % off, {one.skipped} skipped"
            )
            for each, one in found
        ]
        late = any((each.end - each.start) // each.period_us - one.due > 2 for each, one in known)
        wrong = (
            silent
            or late
            or (worst is not None and worst > PERIOD_ERROR_PERCENT)
            or any(one.skipped for _, one in known)
        )
        yield question.decide(
            False if wrong else None if not known or short else True,
            measured="" if worst is None else worst,
            limit=PERIOD_ERROR_PERCENT,
            op="<=",
            uncertainty=max((error_uncertainty(history, one) or Decimal(0) for _, one in known), default=None),
            evidence=[*told, *skipped[:10]],
        )
    yield measure("periods-set", len(PERIOD_SET.of(history)), en="periods set", zh="设定次数", unit="orders")


def undisturbed_finding(history: History, meter: str) -> Check:
    """Another meter goes on with its own period meanwhile; what power took is left out."""
    setup = next(each for each in history.began.meters if each.name == meter)
    cuts = [event.t for event in history.of(Power) if event.state == "cut"]
    stretch = Stretch(
        meter, round(setup.period_s * SECOND), history.began.t, min(cuts, default=history.end_us), after_power=False
    )
    orders = len(PERIOD_SET.of(history))
    one = _cadence(history, stretch)
    return NEIGHBOUR_UNDISTURBED.compare(
        None if not orders else (stretch.end - stretch.start) // stretch.period_us if one is None else one.skipped,
        "<=",
        0,
        evidence=[f"{meter}: nothing asked"] if one is None else list(one.evidence),
    )


def gap_findings(history: History) -> Iterator[Check]:
    """No gap begins between the last poll by a long period and the order for a short one: nothing was due there.

    One that begins with the last reading, or near the order, may tell of what the change itself cost.
    """
    marks_ = [mark for mark in SHORTENED.of(history) if not _was_refused(history, mark.t)]
    rows = [row for event in answers(history, "gaps") for row in event.rows]
    truth = truth_of(history)
    false: list[str] = []
    for mark in marks_:
        for point in [each.id for each in history.began.points if each.meter == mark.detail.meter]:
            series = truth.series[point]
            read = max((at for at in series.times if at < mark.t), default=None)
            if read is None or series.failed(read + 1, mark.t):
                continue
            for row in rows:
                start = instant_of_iso(row.get("start", "")) if row.get("point") == point else None
                if start is not None and read + SECOND < start < mark.t - FOLLOWS_US:
                    false.append(f"{point}: gap from {local(start)} on; read {local(read)}, set anew {local(mark.t)}")
    if marks_ and answers(history, "gaps"):
        yield gaps.NO_FALSE_GAP.none(false, marks_)


def _was_refused(history: History, at: int) -> bool:
    return any(
        event.t >= at and (event.problem or any(row.get("result") == "refused" for row in event.rows))
        for event in questions(history, "period")
    )
