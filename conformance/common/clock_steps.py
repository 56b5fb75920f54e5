"""Clockwork: clock steps and synchronisation leave no duplicate, lost or overlapping period (R-10).

Leaves ordinary delivery to `delivery`. Which true stretch an interval on the terminal's clock covers follows from the
record of the clock's moves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from bench.case import Check, Measurement, Text, criterion, measure
from bench.history import Commanded, History, Observed, Served, Stored, Unserved
from conformance.common.delivery import VALUE_FIELDS, Ledger, first_contents, setup_of
from conformance.common.orders import orders
from conformance.common.times import SECOND, floor, instant_of, instant_of_iso, local, seconds
from conformance.common.truth import Certainty, Key, clock_moves, length_of, number, plain, truth_of

POLLING_GOES_ON = criterion(
    "polling-goes-on",
    en="meters are polled on through every step of the clock",
    zh="时钟调整期间采集不中断",
    unit="s",
    scheduled=Text("the longest wait for the next poll of the plan", "按采集计划等待下一次轮询的最长时间"),
)
_GOES_ON = 60 * SECOND
"""How much longer than a period a step may make a meter wait (R-11)."""
COMMAND_EXECUTED = criterion(
    "command-{0}-executed", en="command {0} is accepted and executed", zh="命令 {0} 被接受并执行", unit="commands"
)
NO_LOST_PERIOD = criterion("no-lost-period", en="no period is lost", zh="无丢失时段", unit="records")
NOTHING_COUNTED_TWICE = criterion(
    "nothing-counted-twice", en="no consumption is counted twice", zh="用量不重复计入", unit="points"
)
PERIOD_TOTALS_TRUE = criterion(
    "period-totals-true",
    en="every period's total is what the register moved in it",
    zh="各时段合计与表计一致",
    unit="records",
)
GOES_ON_AFTER_THE_STEP = criterion(
    "goes-on-after-the-step",
    en="after the step periods are recorded on the new time",
    zh="校时后按新时间继续记录",
    unit="records",
)
CLOCK_NOT_SET_BY_JUNK = criterion(
    "clock-not-set-by-junk", en="no damaged command sets the clock", zh="损坏的校时命令不被执行", unit="probes"
)
TOUCHED_INTERVALS_TOLD = criterion(
    "touched-intervals-told",
    en="every interval that a step left or entered has a record or a recorded gap",
    zh="时钟调整所离开或进入的时段均有记录或登记的缺测",
    unit="intervals",
)
NO_DUPLICATE_KEY = criterion(
    "no-duplicate-key", en="no period comes with two contents", zh="同一时段无重复且不一致的记录", unit="records"
)
NO_NEGATIVE_PERIOD = criterion(
    "no-negative-period", en="no period has a negative increment", zh="无负增量时段", unit="records"
)
NO_OVERLAPPING_PERIOD = criterion("no-overlapping-period", en="no periods overlap", zh="时段互不重叠", unit="records")


def period_findings(history: History, ledgers: Sequence[Ledger]) -> Iterator[Check]:
    """No key with two contents, no negative increment, no stamp off the grid, no period left out in silence."""
    moved = bool(clock_moves(history))
    twice: list[str] = []
    negative: list[str] = []
    off_grid: list[str] = []
    seen = 0
    for ledger in ledgers:
        setup = setup_of(history, ledger.centre)
        for event in history.of(Stored):
            if event.centre != ledger.centre or event.kind not in ledger.kinds:
                continue
            seen += 1
            where = f"{local(event.t)} {event.centre} {event.kind} {event.code} DataTime={event.stamp} QN={event.qn}"
            if event.version > 1:
                twice.append(f"{where}: a second content under this key")
            value = number(event.fields.get("Cou", "0"))
            if value is None or value < 0:
                negative.append(f"{where}: Cou={event.fields.get('Cou')}")
            start = instant_of(event.stamp)
            if start is None or floor(start, length_of(event.kind, setup)) != start:
                off_grid.append(f"{where}: not on the grid of its class")
    known = moved and seen > 0
    for question, found in (
        (NO_DUPLICATE_KEY, twice),
        (NO_NEGATIVE_PERIOD, negative),
        (NO_OVERLAPPING_PERIOD, off_grid),
    ):
        yield question.none(found, known)
    silent = [problem.evidence for ledger in ledgers for problem in ledger.lost]
    yield NO_LOST_PERIOD.none(silent, known and any(ledger.sure for ledger in ledgers))


def touched_finding(history: History, ledgers: Sequence[Ledger]) -> Check:
    """Each interval of each class that held the old or the new time of a step came, with a value or flagged.

    A gap that the terminal shows instead counts too. By its clock they were under way when it was moved: what became
    of them is nobody's guess.
    """
    gaps: list[tuple[str, int, int]] = []
    for event in history.of(Observed):
        if event.what == "gaps" and not event.problem:
            for row in event.rows:
                start, end = instant_of_iso(row.get("start", "")), instant_of_iso(row.get("end", ""))
                if start is not None:
                    gaps.append((row.get("point", ""), start, history.end_us if end is None else end))
    silent: list[str] = []
    seen = 0
    before = 0
    for at, after in clock_moves(history):
        for ledger in ledgers:
            setup = setup_of(history, ledger.centre)
            for kind in ledger.kinds:
                length = length_of(kind, setup)
                arrived = first_contents(history, ledger.centre, (kind,))
                for start in dict.fromkeys(floor(at + offset, length) for offset in (before, after)):
                    if start + length > history.end_us + after:
                        continue
                    for point in setup.codes:
                        seen += 1
                        told = any(name == point and low < start + length and start < high for name, low, high in gaps)
                        if Key(point, kind, start + length) not in arrived and not told:
                            silent.append(f"{ledger.centre} {point} {kind} from {local(start)}: no record, no gap")
        before = after
    return TOUCHED_INTERVALS_TOLD.none_among(seen, list(dict.fromkeys(silent)))


def total_findings(history: History, ledgers: Sequence[Ledger]) -> Iterator[Check]:
    """What is sent for parts of the case never adds up to more than the registers moved, and sure values are true.

    Over the whole case, per counter: the sum of all valid increments of the finest class is at most the register's own
    difference, and differs from it by no more than the intervals that came flagged or not at all could hold.
    """
    truth = truth_of(history)
    more: list[str] = []
    wrong: list[str] = []
    judged = 0
    for ledger in ledgers:
        setup = setup_of(history, ledger.centre)
        finest = "minute" if "minute" in ledger.kinds else "hour"
        length = length_of(finest, setup)
        contents = first_contents(history, ledger.centre, (finest,))
        sums: dict[str, Decimal] = {}
        for key, event in contents.items():
            value = number(event.fields.get("Cou", ""))
            if value is None or event.flag != "N":
                continue
            sums[key.point] = sums.get(key.point, Decimal(0)) + value
        for point, total in sorted(sums.items()):
            series = truth.series[point]
            judged += 1
            moved = series.numbers()[-1] - series.numbers()[0]
            if total > moved:
                more.append(f"{ledger.centre} {point}: {plain(total)} sent, the register moved by {plain(moved)}")
        for key, event in contents.items():
            expected = truth.expected(key.point, finest, key.end - length, key.end)
            values = {name: text for name, text in event.fields.items() if name in VALUE_FIELDS}
            if values and expected.certainty is Certainty.GAP:
                shown = ", ".join(f"{name}={text}" for name, text in values.items())
                wrong.append(f"{ledger.centre} {key.point} ending {local(key.end)}: {shown}, {expected.why}")
    known = bool(clock_moves(history)) and judged > 0
    yield NOTHING_COUNTED_TWICE.none(more, known)
    altered = [problem.evidence for ledger in ledgers for problem in (*ledger.altered, *ledger.mis_stamped)]
    yield PERIOD_TOTALS_TRUE.decide(
        False if altered or wrong else True if known else None,
        measured=len(altered) + len(wrong),
        limit=0,
        evidence=[*altered, *wrong],
    )


def after_step_findings(
    history: History, ledgers: Sequence[Ledger], step_us: int, *, least: int = 4
) -> Iterator[Check]:
    """After the last clock step whole intervals arrive again, with values and the new time."""
    moves = clock_moves(history)
    last = moves[-1] if moves else None
    arrived: set[Key] = set()
    for ledger in ledgers:
        for key, event in first_contents(history, ledger.centre).items():
            if last is not None and event.t > last[0] and event.flag == "N":
                arrived.add(key)
    fresh = [key for key in arrived if last is not None and key.end > sum(last)]
    yield GOES_ON_AFTER_THE_STEP.decide(
        None if last is None else len(fresh) >= least,
        measured=len(fresh),
        limit=least,
        op=">=",
        evidence=[] if last is None else [f"clock moved by {seconds(step_us)} s at {local(last[0])}"],
    )


def polling_finding(history: History) -> Check:
    """A step of the clock costs no meter more than the cycle under way: at most two periods and 10 s between polls.

    And from each step on the next poll comes within a period and 60 s (R-11). A terminal that waits for the time it
    showed before a step would leave its meters alone meanwhile, and no record could tell, since nothing was read.
    """
    moves = clock_moves(history)
    silent: list[str] = []
    worst, allowed = 0, 0
    for setup in history.began.meters:
        period = round(setup.period_s * SECOND)
        polls = sorted(
            [event.asked for event in history.of(Served) if event.meter == setup.name]
            + [event.t for event in history.of(Unserved) if event.meter == setup.name]
        )
        ends = [*polls, history.watched_us]
        waits = [(before, after, 2 * period + 10 * SECOND) for before, after in pairwise(ends)]
        waits += [(at, ends[bisect_left(ends, at)], period + _GOES_ON) for at, _ in moves if at < ends[-1]]
        for before, after, limit in waits:
            if not allowed or after - before - limit > worst - allowed:
                worst, allowed = after - before, limit
            if after - before > limit:
                silent.append(f"{setup.name}: nothing asked from {local(before)} to {local(after)}")
    return POLLING_GOES_ON.decide(
        None if not moves else not silent,
        measured=seconds(worst) if allowed else "",
        limit=seconds(allowed) if allowed else "",
        op="<=",
        evidence=silent,
    )


def accepted_finding(history: History, command: str) -> Check:
    """The terminal accepted and executed a centre's command (QnRtn 1, ExeRtn 1)."""
    own = orders(history, command)
    bad = [
        f"{local(event.sent)} {event.centre} CN={command} QN={event.qn}: QnRtn={event.accepted or 'none'}, "
        f"ExeRtn={event.result or 'none'}"
        for event in own
        if event.accepted != "1" or event.result != "1"
    ]
    return COMMAND_EXECUTED.of(command).decide(
        None if not own else not bad, measured=len(own) - len(bad), limit=len(own), evidence=bad
    )


def step_moments(history: History) -> list[tuple[int, ...]]:
    """Steps of more than a second (R-10), each as the instants by which the terminal may date it: old, new, true."""
    found: list[tuple[int, ...]] = []
    before = 0
    for at, after in clock_moves(history):
        if abs(after - before) > SECOND:
            found.append((at + before, at + after, at))
        before = after
    return found


def offsets(history: History) -> list[tuple[int, int]]:
    """Probes of the terminal's clock by 1011: (true instant, offset in us, ahead is positive), to the second."""
    found: list[tuple[int, int]] = []
    for event in history.of(Commanded):
        if event.cn != "1011":
            continue
        shown = instant_of(event.answer.get("SystemTime", ""))
        if shown is not None:
            middle = (event.sent + event.t) // 2
            found.append((middle, shown - middle))
    return found


def untouched_findings(history: History, *, probes: int) -> Iterator[Check | Measurement]:
    """No spoiled command moved the clock: every probe shows the time within a second (answers have whole seconds)."""
    found = offsets(history)
    wrong = [
        f"{local(at)}: the terminal's clock is {seconds(offset)} s off"
        for at, offset in found
        if not -2 * SECOND < offset <= SECOND
    ]
    yield CLOCK_NOT_SET_BY_JUNK.none(wrong, len(found) >= probes)
    if found:
        worst = max(abs(offset) for _, offset in found)
        yield measure(
            "clock-offset",
            seconds(worst),
            en="largest offset seen (whole seconds)",
            zh="最大时钟偏差（整秒）",
            unit="s",
            samples=len(found),
        )
