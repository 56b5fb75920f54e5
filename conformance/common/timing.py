"""Timing: how exactly meters are polled (R-11), and whether values arrive in their window (R-13).

Leaves what the values are to `truth` and `delivery`. Instants are those of the simulated meter and centre, so that no
clock of the terminal takes part.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from itertools import pairwise

from bench.case import Check, Measurement, Text, criterion, measure, percentile
from bench.case.measuring import of_span
from bench.history import History, MeterFault, Observed, Served, Stored, Unserved
from conformance.common.delivery import Ledger, lines, setup_of
from conformance.common.times import DAY, MINUTE, SECOND, instant_of_iso, local, seconds, uncertainty_s
from conformance.common.truth import number, truth_of

PROMPT = criterion(
    "prompt",
    en="live values are acknowledged at most 60 s after their interval",
    zh="实时数据在周期结束后 60 s 内得到应答",
    unit="s",
    timed=True,
)
EVERY_METER_POLLED = criterion(
    "every-meter-polled", en="every meter is polled", zh="每块表均被轮询", unit="meters", reading_b_of="R-11/second"
)
SCHEDULED_PERIOD = Text("a mean of the terminal's own polling plan", "终端自身采集计划的平均周期")
PERIOD_ERROR = criterion(
    "period-error",
    en="the mean polling period is the one set",
    zh="平均采集周期与设定一致",
    unit="%",
    paced=True,
    scheduled=SCHEDULED_PERIOD,
)
NO_CYCLE_SKIPPED = criterion(
    "no-cycle-skipped", en="no cycle is skipped", zh="不漏采任何周期", unit="cycles", paced=True
)
READ_AGAIN = criterion(
    "read-again",
    en="a meter that answers again is read again within a minute",
    zh="恢复应答的表计在一分钟内重新采集",
    unit="meters",
    paced=True,
)
EVERY_POINT_UPDATED = criterion(
    "every-point-updated", en="every point is updated", zh="每个测点均有更新", unit="points"
)
UPDATE_GAP = criterion(
    "update-gap",
    en="no point stays without an update for longer than 5 min",
    zh="任一测点两次更新间隔不超过 5 min",
    unit="s",
    scheduled=Text("the terminal's own period of updating", "终端自身的更新周期"),
    paced=True,
)
NINETY_SIX_VALUES_A_DAY = criterion(
    "ninety-six-values-a-day-{0}",
    en="each automatic point has 96 values a day, at :00, :15, :30 and :45",
    zh="每个自动采集点每日 96 个 15 分钟值",
    unit="values",
    reading_b_of="R-13",
)
SIXTY_VALUES_AN_HOUR = criterion(
    "sixty-values-an-hour",
    en="an hour has 60 cumulative values of each counter",
    zh="每小时 60 个累计值",
    unit="values",
)
READABLE_WITHIN_A_MINUTE = criterion(
    "readable-within-a-minute",
    en="each is readable locally at most 60 s after its minute",
    zh="分钟结束后 60 s 内可在本地读取",
    unit="values",
    timed=True,
)
CUMULATIVE_IS_THE_REGISTER = criterion(
    "cumulative-is-the-register",
    en="each cumulative value is the reading of its minute",
    zh="累计值等于该分钟读数",
    unit="values",
    stamped=True,
)
NEVER_DECREASING = criterion("never-decreasing", en="the cumulative value never falls", zh="累计值不回退", unit="falls")


# limits and sample.
PERIOD_ERROR_PERCENT = 1
CYCLES = 200
LONGEST_US = DAY
FEWEST_CYCLES = 8
# How soon a meter that answers again is read again: no draft says it, other recoveries of the rulings get 60 s.
READ_AGAIN_S = 60
# a value in continuous mode, and a minute value at the local interface.
PROMPT_US = 60 * SECOND


@dataclass(frozen=True, slots=True)
class Cadence:
    """How one meter was polled: cycles seen, mean period error in percent, cycles skipped, largest jitter (us).

    `due` is how many cycles of the period that was set the watched stretch holds: too long a period makes the cycles
    fewer and must not turn a fault into too small a sample.
    """

    meter: str
    period_us: int
    cycles: int
    due: int
    span_us: int
    error_percent: Decimal
    skipped: int
    jitter_us: int
    mean_us: int
    evidence: tuple[str, ...]

    @property
    def account(self) -> str:
        """Both figures in one sentence: what was seen, what was left out, and the mean period of the rest."""
        return (
            f"{self.meter}: {self.cycles} cycles asked and {self.skipped} skipped; counting the skipped ones, "
            f"{seconds(self.mean_us)} s from one to the next on average, {seconds(self.period_us)} s set"
        )


def _polls(history: History, meter: str) -> list[int]:
    """Instants of the scheduled requests for the point of a meter that was asked for least, retries left out.

    A terminal is free in how it batches registers, but every point is due in every cycle. A request is a retry when
    the one before had no usable answer and less than half a period has passed.
    """
    found: dict[str, list[tuple[int, bool]]] = {point.id: [] for point in history.began.points if point.meter == meter}
    for event in history.of(Served):
        if event.meter == meter:
            for point in event.values:
                found.setdefault(point, []).append((event.asked, True))
    for event in history.of(Unserved):
        if event.meter == meter:
            for point in event.points:
                found.setdefault(point, []).append((event.t, False))
    period = _period(history, meter)
    least: list[int] | None = None
    for asked in found.values():
        times: list[int] = []
        answered = True
        for at, good in sorted(asked):
            if not times or answered or at - times[-1] >= period // 2:
                times.append(at)
            answered = good
        if least is None or len(times) < len(least):
            least = times
    return least or []


def _period(history: History, meter: str) -> int:
    for setup in history.began.meters:
        if setup.name == meter:
            return round(setup.period_s * SECOND)
    raise KeyError(f"meter {meter!r}: expected one of {[setup.name for setup in history.began.meters]}")


def _missing(gaps: list[int], index: int, period: int) -> int:
    """Cycles skipped in a gap. One that was only late is not: within three polls they are back where they were."""
    lost = max((gaps[index] + period // 2) // period - 1, 0)
    late = gaps[index] - period
    for after in gaps[index + 1 : index + 4] if lost else ():
        late += after - period
        lost = min(lost, max((late + period // 2) // period, 0))
    return lost


def cadence(history: History, meter: str) -> Cadence | None:
    """How a meter was polled from its second request on (the first follows the start); None with fewer than 3."""
    times = _polls(history, meter)[1:]
    if len(times) < 2:
        return None
    period = _period(history, meter)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    missing = [_missing(gaps, index, period) for index in range(len(gaps))]
    intervals = len(gaps) + sum(missing)
    span = times[-1] - times[0]
    error = abs(Decimal(span) / intervals - period) * 100 / period
    # Gaps that hold skipped cycles are no jitter; when all do, the smallest of them still tells how far off it is.
    jitter = max((abs(gap - period) for gap, lost in zip(gaps, missing, strict=True) if not lost), default=0)
    jitter = jitter or min(abs(gap - period) for gap in gaps)
    evidence = [
        f"{meter}: nothing asked between {local(earlier)} and {local(later)}"
        for (earlier, later), lost in zip(pairwise(times), missing, strict=True)
        if lost
    ]
    # A cycle on the very end of the stretch that was watched may not be over yet.
    unasked = max((history.watched_us - times[-1] + period // 2) // period - 1, 0)
    if unasked:
        evidence.append(f"{meter}: nothing asked after {local(times[-1])}")
    return Cadence(
        meter=meter,
        period_us=period,
        cycles=len(times),
        due=(span + period // 2) // period + 1 + unasked,
        span_us=span,
        error_percent=error.quantize(Decimal("0.0001")),
        skipped=sum(missing) + unasked,
        jitter_us=jitter,
        mean_us=round(Decimal(span) / intervals),
        evidence=tuple(evidence),
    )


def cadence_findings(
    history: History, *, cycles: int | None = None, but: Collection[str] = ()
) -> Iterator[Check | Measurement]:
    """R-11 over all meters of the case: the worst period error, the skipped cycles, enough cycles seen.

    `but` are meters that are dead on purpose: how often they are asked is the terminal's own affair. Under reading B
    second level means a period of 1 s on every channel.
    """
    names = [setup.name for setup in history.began.meters if setup.name not in but]
    found = {name: cadence(history, name) for name in names}
    seen = [one for one in found.values() if one is not None]
    silent = sorted(name for name, one in found.items() if one is None)
    fewest = min((one.due for one in seen), default=0) if not silent else 0
    needed = cycles if cycles is not None else _needed(history)
    worst = max(seen, key=lambda one: one.error_percent, default=None)
    periods = [setup.period_s for setup in history.began.meters if setup.name not in but]
    yield EVERY_METER_POLLED.decide(
        not silent and bool(seen),
        measured=len(seen),
        limit=len(found),
        evidence=[f"{name}: no scheduled polling seen" for name in silent],
        has_b=all(period < 60 for period in periods),
        reading_b=not silent and bool(seen) and all(period == 1 for period in periods),
    )
    yield PERIOD_ERROR.compare(
        None if worst is None else worst.error_percent,
        "<=",
        PERIOD_ERROR_PERCENT,
        uncertainty=None if worst is None else error_uncertainty(history, worst),
        samples=fewest,
        needed=needed,
        evidence=[] if worst is None else [worst.account],
    )
    skipped = sum(one.skipped for one in seen)
    yield NO_CYCLE_SKIPPED.decide(
        skipped == 0 if fewest >= needed or skipped else None,
        measured=skipped,
        limit=0,
        evidence=[line for one in seen if one.skipped for line in (one.account, *one.evidence)],
    )
    yield measure(
        "jitter",
        seconds(max((one.jitter_us for one in seen), default=0)),
        en="largest deviation of one period",
        zh="单个周期最大偏差",
        unit="s",
        samples=sum(one.cycles for one in seen),
    )


def unasked(history: History, meters: Collection[str]) -> tuple[list[str], bool]:
    """Of these meters, stretches in which one was not asked, and whether enough cycles were due to tell (R-11)."""
    found = {name: cadence(history, name) for name in meters}
    lines = [f"{name}: no scheduled polling seen" for name, one in found.items() if one is None]
    seen = [one for one in found.values() if one is not None]
    lines += [line for one in seen for line in one.evidence]
    return lines, len(seen) == len(found) > 0 and min(one.due for one in seen) >= _needed(history)


def read_again_findings(history: History) -> Iterator[Check]:
    """A meter that answers again after a fault is read within `READ_AGAIN_S` of its end."""
    served = list(history.of(Served))
    ends = [event for event in history.of(MeterFault) if event.state == "off"]
    forgotten: list[str] = []
    looked = 0
    for event in ends:
        until = event.t + READ_AGAIN_S * SECOND
        read = any(one.meter == event.meter and event.t < one.t <= until for one in served)
        if read or history.watched_us > until:
            looked += 1
        if not read and history.watched_us > until:
            forgotten.append(f"{event.meter}: not read between {local(event.t)} and {local(until)}")
    yield READ_AGAIN.none(forgotten, looked)


def error_uncertainty(history: History, seen: Cadence) -> Decimal | None:
    """Expanded uncertainty (k=2, percent of the period) of a mean period: that of the span it was taken from, up."""
    if not seen.span_us or (of_time := of_span(history, Decimal(seen.span_us) / SECOND)) is None:
        return None
    return (of_time * 100 * SECOND / seen.span_us).quantize(Decimal("0.0001"), ROUND_UP)


def _needed(history: History) -> int:
    """Cycles that R-11 asks for: 200 or what 24 h hold, at least 8."""
    slowest = max((round(setup.period_s * SECOND) for setup in history.began.meters), default=MINUTE)
    return max(min(CYCLES, LONGEST_US // slowest), FEWEST_CYCLES)


def update_findings(history: History, centre: str, *, longest_s: int) -> Iterator[Check | Measurement]:
    """R-45: from its first real-time value to the end of the case no point stays without an update for longer."""
    codes = setup_of(history, centre).codes
    arrived: dict[str, list[int]] = {code: [] for code in codes.values()}
    for record in history.of(Stored):
        if record.centre == centre and record.kind == "realtime" and record.code in arrived and not record.asked:
            arrived[record.code].append(record.t)
    updated = {point: times for point, code in codes.items() if (times := arrived[code])}
    gaps = {
        point: max(later - earlier for earlier, later in pairwise([*times, max(history.watched_us, times[-1])]))
        for point, times in updated.items()
    }
    worst = max(gaps, key=lambda point: gaps[point], default="")
    yield EVERY_POINT_UPDATED.decide(
        None if not updated else len(updated) == len(codes),
        measured=len(updated),
        limit=len(codes),
        evidence=[f"{point}: no real-time value" for point in codes if point not in updated],
    )
    yield UPDATE_GAP.compare(
        Decimal(seconds(gaps[worst])) if worst else None,
        "<=",
        longest_s,
        uncertainty=uncertainty_s(history),
        samples=sum(len(times) for times in updated.values()),
        evidence=[f"{worst}: {len(updated[worst])} updates, longest gap {seconds(gaps[worst])} s"] if worst else [],
    )


def index_findings(history: History, ledger: Ledger, start_us: int) -> Iterator[Check]:
    """96 quarter-hour values a day at :00, :15, :30, :45 for every automatic point at one centre (R-13).

    Under reading B each of them comes in continuous mode, acknowledged at most 60 s after its interval.
    """
    truth = truth_of(history)
    # A point that was never read is as due as any other.
    points = list(setup_of(history, ledger.centre).codes)
    wanted = [start_us + number * 15 * MINUTE for number in range(1, 97)]
    have = {key for key in ledger.records if key.kind == "minute"}
    counts = {
        point: sum(1 for key in have if key.point == point and start_us < key.end <= wanted[-1]) for point in points
    }
    ends = {(key.point, key.end) for key in have}
    missing = [f"{point}: no value for {local(end)}" for point in points for end in wanted if (point, end) not in ends]
    delay = p99(ledger.latencies_us("minute", start_us, wanted[-1] + 1))
    yield NINETY_SIX_VALUES_A_DAY.of(ledger.centre.lower()).decide(
        None if not truth.count else not missing,
        measured=min(counts.values(), default=0),
        limit=96,
        evidence=missing,
        has_b=truth.count > 0,
        reading_b=not missing and delay is not None and delay <= PROMPT_US,
    )


def p99(values: list[int]) -> int | None:
    """P99 of at least 1 000 samples (R-05); of fewer the largest, which is never less. None of nothing."""
    return percentile(values, 99) if len(values) >= 1000 else max(values, default=None)


def prompt_findings(
    ledgers: list[Ledger],
    *,
    kind: str = "",
    start_us: int = 0,
    end_us: int = 1 << 62,
    needed: int = 1,
    uncertainty: Decimal | None = None,
) -> Iterator[Check | Measurement]:
    """Continuous mode: from interval end to acknowledgement at most 60 s, P99, at the slowest centre (R-13).

    With fewer samples than P99 needs, but at least `needed`, the largest value is judged instead. `uncertainty` is that
    of a time difference of the record (`times.uncertainty_s`).
    """
    for percent, suffix in ((99, "p99"), (50, "median")):
        values = {one.centre: one.latencies_us(kind, start_us, end_us) for one in ledgers}
        found_of = [p99(found) if percent == 99 else percentile(found, percent) for found in values.values()]
        slowest = max((value for value in found_of if value is not None), default=None)
        fewest = min((len(found) for found in values.values()), default=0)
        if suffix == "median":
            shown = seconds(slowest) if slowest is not None else ""
            yield measure("prompt-median", shown, en="median delay", zh="时延中位数", unit="s", samples=fewest)
            continue
        late = [problem for one in ledgers for problem in one.late if start_us <= problem.key.end < end_us]
        yield PROMPT.compare(
            None if slowest is None else Decimal(seconds(slowest)),
            "<=",
            PROMPT_US // SECOND,
            uncertainty=uncertainty,
            samples=fewest,
            needed=needed,
            evidence=lines(late),
        )


def minute_findings(history: History, hour_us: int) -> Iterator[Check]:
    """One cumulative value a minute, readable at most 60 s after it, never decreasing (R-13, R-16 minute level).

    The operator asks for minute records; rows have start, end, closing (the cumulative value). `hour_us` is when the
    judged hour begins.
    """
    truth = truth_of(history)
    counters = [point.id for point in history.began.points if point.kind == "counter"]
    asked = [event for event in history.of(Observed) if event.what == "records" and event.query.get("kind") == "minute"]
    usable = [event for event in asked if not event.problem]
    first_seen: dict[tuple[str, int], tuple[int, str]] = {}
    questions: dict[str, list[int]] = {}
    for event in usable:
        point = event.query.get("point", "")
        questions.setdefault(point, []).append(event.asked)
        for row in event.rows:
            end = instant_of_iso(row.get("end", ""))
            if end is not None:
                first_seen.setdefault((point, end), (event.asked, row.get("closing", "")))
    # A counter whose questions found no usable answer stays open, whatever the others show.
    judged = [point for point in counters if any(event.query.get("point") == point for event in asked)]
    unheard = [point for point in judged if point not in questions]
    missing: list[str] = []
    slow: list[str] = []
    falls: list[str] = []
    wrong: list[str] = []
    counts: list[int] = []
    for point in judged:
        before = None
        had = 0
        for minute in range(1, 61) if point in questions else ():
            end = hour_us + minute * MINUTE
            if (point, end) not in first_seen:
                missing.append(f"{point}: no value for the minute ending {local(end)}")
                continue
            had += 1
            when, text = first_seen[(point, end)]
            value = number(text)
            chances = [at for at in questions[point] if end < at <= end + PROMPT_US]
            if chances and when > chances[-1]:
                slow.append(f"{point}: minute ending {local(end)} not yet readable at {local(chances[-1])}")
            held = truth.boundary(point, end, MINUTE)
            series = truth.series[point]
            if not held and value is not None:
                wrong.append(f"{point}: {text} at {local(end)}, nothing was read at that time")
            if held and value not in [series.numbers()[index] for index in held]:
                wrong.append(f"{point}: {text or 'no value'} at {local(end)}, register said {series.texts[held[0]]}")
            if value is not None and before is not None and value < before:
                falls.append(f"{point}: {text} at {local(end)} after {before}")
            before = value if value is not None else before
        counts.append(had)
    known = bool(judged) and not unheard
    yield SIXTY_VALUES_AN_HOUR.decide(
        False if missing else True if known else None,
        measured=min(counts, default=0),
        limit=60,
        evidence=missing or [event.problem for event in asked if event.problem],
    )
    yield READABLE_WITHIN_A_MINUTE.none(slow, known and any(counts))
    yield CUMULATIVE_IS_THE_REGISTER.none(wrong, known and any(counts))
    yield NEVER_DECREASING.none(falls, known and any(counts))
