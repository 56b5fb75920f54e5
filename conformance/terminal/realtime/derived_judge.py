"""Delay of computing: from a value that is pushed to the terminal to the emission it tells of it (R-16, ISC-2 9.4).

Leaves figures of periods to the chapter of accounting. Both ends are stamped by the bench's one clock: just before a
message is handed to the collector's broker, and as soon as the event has been read. The median lateness of the bench's
own loop, sampled all along, is taken off. An event counts for a message if it is of the source that the meter feeds,
bears the message's stamp and says what the message's increment emits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import product

from bench.case import VIRTUAL_RIG, Check, Measurement, criterion, measure, percentile
from bench.history import History, Observed, Published, Timing
from bench.history.accounting import EmissionSource
from bench.history.marks import Plain
from conformance.common.carbon.methods import METHODS
from conformance.common.carbon.reckon import printed
from conformance.common.carbon.units import in_unit, mass_unit
from conformance.common.queries import questions
from conformance.common.times import instant_of_iso, local, uncertainty_s
from conformance.common.truth import number
from conformance.terminal.realtime.delays_judge import HISTOGRAM, histogram

DERIVED_WITHIN = criterion(
    "derived-p99",
    en="the emission of a pushed value is told at most 20 ms after it (P99)",
    zh="推送数据后 20 ms 内给出对应的排放量（P99）",
    unit="ms",
    timed=True,
)
DERIVED_RIGHT = criterion(
    "derived-right",
    en="every pushed value's emission is told once and is what its increment emits",
    zh="每个推送值的排放量均给出一次，且与其增量相符",
    unit="values",
    # A terminal that waits for a CPU may be late for all of them.
    paced=True,
)

# limit and sample.
LIMIT_MS = 20
EVENTS = 10_000
# In virtual time computing takes none: as many as show what is wrong with the events themselves.
EVENTS_VIRTUAL = 1_000
# Of so many values of a source something is told, where anything is told of others.
_SILENT = 10
TOLD = Plain("told")
"""What was published before this phase has been waited for."""


@dataclass(slots=True)
class Derived:
    """What came of pairing messages with events: delays (us), the slowest, what is wrong, why nothing can be said."""

    delays: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    wrong: list[str] = field(default_factory=list[str])
    seen: int = 0
    why: str = ""


def _tonnes(source: EmissionSource, gained: Fraction, *states: Mapping[str, str]) -> list[Fraction]:
    """Tonnes of CO2 that an increment of the counter may emit: by what instruments said with it, or just before it."""
    formula, counter = METHODS[source.method].formula(source.term), _counter(source)
    choices: list[list[tuple[str, Fraction]]] = []
    for each in source.inputs:
        if each.point == counter:
            values = [gained]
        elif each.point:
            values = list(dict.fromkeys(Fraction(state[each.point]) for state in states if each.point in state))
        else:
            values = [Fraction(each.value)]
        choices.append([(each.symbol, in_unit(value, each.unit, formula.units[each.symbol])) for value in values])
    return [formula(dict(inputs)) for inputs in product(*choices)]


def _counter(source: EmissionSource) -> str:
    """The point that advances: in the cases' sources the first that is read."""
    return next(each.point for each in source.inputs if each.point)


def derived(history: History) -> Derived:
    """Pair every message that was due an event with its event.

    Due are the messages after a source's first event, up to phase `TOLD`: what began before the stream, or before
    the terminal had a reading to take a difference from, is nobody's.
    """
    found = Derived()
    events = questions(history, "emission-event")
    emitter = history.began.emitter
    ended = TOLD.first(history)
    last = 0 if ended is None else ended.t
    if emitter is None:
        found.why = "no boundary was told"
        return found
    told: dict[tuple[str, int | None], list[Observed]] = {}
    for event in events:
        if event.problem:
            found.why = found.why or event.problem
        for row in event.rows:
            if row.get("source"):
                told.setdefault((row["source"], instant_of_iso(row.get("at", ""))), []).append(event)
    pushed: dict[str, list[Published]] = {}
    for message in history.of(Published):
        for point in message.values if not message.copy else ():
            pushed.setdefault(point, []).append(message)
    if not events and any(pushed.values()) and ended is not None:
        # The stream stood, or there were an event with a problem: claimed and not observed.
        found.wrong.append(f"nothing was told of {sum(map(len, pushed.values()))} pushed values")
    for source in emitter.sources:
        messages = [each for each in pushed.get(_counter(source), ()) if each.t <= last]
        heard = [each for each in messages if events and each.t >= events[0].t]
        if len(heard) >= _SILENT and not any(name == source.id for name, _ in told):
            found.wrong.append(f"{source.id}: nothing was told of {len(heard)} pushed values")
        _pair(found, source, messages, told)
    return found


def _pair(
    found: Derived,
    source: EmissionSource,
    messages: list[Published],
    told: dict[tuple[str, int | None], list[Observed]],
) -> None:
    point, last, begun = _counter(source), None, False
    for message in messages:
        before, last = last, message
        events = told.get((source.id, message.stamp), [])
        first, begun = not begun and bool(events), begun or bool(events)
        if before is None or first or not begun:
            continue
        gained = Fraction(message.values[point]) - Fraction(before.values[point])
        found.seen += 1
        where = f"{local(message.t)} {message.collector}/{message.meter} message {message.number}: {source.id}"
        if len(events) != 1:
            found.wrong.append(f"{where} was told {len(events)} times, expected once")
            continue
        (row,) = events[0].rows
        if wrong := _wrong(row, _tonnes(source, gained, message.values, before.values)):
            found.wrong.append(f"{where}: {wrong}")
            continue
        delay = events[0].t - message.t
        found.delays.append((delay, f"{where} told after {Decimal(delay) / 1000} ms"))


def _wrong(row: dict[str, str], tonnes: list[Fraction]) -> str:
    """What is wrong with an event's figure; empty for one that is right at the digits it shows."""
    shown, unit = row.get("value", ""), mass_unit(row.get("unit", ""))
    if number(shown) is None or unit not in ("kg", "t"):
        return f"expected an emission in kg or t, got {shown!r} {unit}"
    wanted = [printed(each, unit, len(shown.partition(".")[2])) for each in tonnes]
    right = number(shown) in [number(each) for each in wanted]
    return "" if right else f"expected {' or '.join(dict.fromkeys(wanted))} {unit}, got {shown}"


def findings(history: History, *, needed: int | None = None) -> Iterator[Check | Measurement]:
    """R-16: P99 of the delays at most 20 ms, of at least 10 000 events (or `needed`), each right."""
    seen = derived(history)
    if needed is None:
        needed = EVENTS_VIRTUAL if history.began.rig == VIRTUAL_RIG else EVENTS
    own_us = next((event.loop_p50_us for event in history.of(Timing)), 0)
    delays = [max(delay - own_us, 0) for delay, _ in seen.delays]
    p99, spread = percentile(delays, 99), uncertainty_s(history)
    slowest = [line for _, line in sorted(seen.delays, key=lambda pair: -pair[0])[:5]]
    yield DERIVED_WITHIN.compare(
        None if p99 is None else _ms(p99),
        "<=",
        LIMIT_MS,
        uncertainty=None if spread is None else spread * 1000,
        samples=len(delays),
        needed=needed,
        evidence=slowest or [seen.why] * bool(seen.why),
    )
    told_nothing = not seen.seen and bool(seen.why)
    yield DERIVED_RIGHT.none(seen.wrong, seen.seen, evidence=[seen.why] if told_nothing else None)
    for id, value, en, zh in (
        ("derived-median", percentile(delays, 50), "median delay of computing", "计算时延中位数"),
        ("derived-largest", max(delays, default=None), "largest delay of computing", "最大计算时延"),
        ("derived-own-loop", own_us, "median lateness of the bench's loop, taken off", "已扣除的台架循环延迟中位数"),
    ):
        yield measure(id, "" if value is None else str(_ms(value)), en=en, zh=zh, unit="ms", samples=len(delays))
    yield measure(
        f"derived{HISTOGRAM}",
        histogram(delays),
        en="distribution of the delay of computing",
        zh="计算时延分布",
        unit="ms",
        samples=len(delays),
    )


def _ms(us: int) -> Decimal:
    return Decimal(us) / 1000
