"""Delivery: every true record against every record that a centre stored (R-25).

Leaves what is true to `truth` and the form of frames to `frames`. A record is delivered to a centre when the centre has
stored it and the last byte of its acknowledgement has left. The key is point, value class and interval end; message
numbers are no part of it. HJ 212 minute, hour and day data carry the start of their interval (R-09).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import pairwise
from weakref import WeakKeyDictionary

import msgspec

from bench.case import Check, Criterion, criterion, percentile
from bench.history import (
    Behaviour,
    CentreSetup,
    Connected,
    History,
    LinkRule,
    Sent,
    Stored,
    TerminalState,
)
from bench.history.marks import SETTLE
from conformance.common.in_flight import HeldBack
from conformance.common.readings import bits_of
from conformance.common.times import HOUR, SECOND, ceil, floor, instant_of, local, seconds
from conformance.common.truth import (
    Certainty,
    Expected,
    Key,
    Truth,
    intervals,
    is_float,
    length_of,
    number,
    power_losses,
    rounded,
    truth_of,
)

NONE_LOST = criterion("none-lost", en="no record is lost", zh="无记录丢失", unit="records")
ALL_ACKNOWLEDGED = criterion(
    "all-acknowledged",
    en="every stored record is acknowledged in the end",
    zh="每条已存记录最终得到应答",
    unit="records",
)
NONE_ALTERED = criterion(
    "none-altered", en="no record arrives altered", zh="无记录被改动", unit="records", stamped=True
)
NONE_INVENTED = criterion("none-invented", en="no record is invented", zh="无虚构记录", unit="records", stamped=True)
NONE_MIS_STAMPED = criterion(
    "none-mis-stamped", en="every record carries its own time", zh="每条记录时标正确", unit="records", stamped=True
)
FLAGS_RIGHT = criterion("flags-right", en="every flag tells the truth", zh="数据标记与实际一致", unit="records")
NO_NEEDLESS_REPEATS = criterion(
    "no-needless-repeats",
    en="nothing is sent again after its acknowledgement arrived",
    zh="收到应答后不再重复发送",
    unit="records",
)
ARRIVAL = (
    NONE_LOST,
    ALL_ACKNOWLEDGED,
    NONE_ALTERED,
    NONE_INVENTED,
    NONE_MIS_STAMPED,
    FLAGS_RIGHT,
    NO_NEEDLESS_REPEATS,
)
"""What R-25 asks at the end of every case (`findings`)."""
REACHES_EVERY_CENTRE = criterion(
    "reaches-every-centre",
    en="records of every point that is read come to every centre",
    zh="每个已采集监测点的记录均到达每个中心",
    unit="points",
)
STAMPS_ARE_STARTS = criterion(
    "stamps-are-starts",
    en="the time of the data is the start of its interval",
    zh="数据时间为时段起点",
    unit="records",
    reading_b_of="R-09",
)


VALUE_FIELDS = ("Cou", "Avg", "Min", "Max")
# Shifts (in intervals) at which a value is looked for when it is not the truth of its own stamp.
_SHIFTS = (1, -1, 2, -2)
_ZONE_SHIFTS = (8 * HOUR, -8 * HOUR)
# Deliberate deviations of a centre's answer that leave the message unacknowledged.
_INVALID = ("wrong-qn", "wrong-cn", "wrong-mn", "negative")
# Switches of a centre under which acknowledgements go their ordinary way.
_SOUND = {
    "ack": ("always", "twice"),
    "ack_share": ("1", "1.0"),
    "ack_from_copy": ("1",),
    "persist": ("True",),
    "refused_cn": ("",),
    "accept": ("accept",),
    "close_between_parts": ("0",),
    "sending": ("whole", "octets", "glued", "junk-hash", "junk-head"),
    "reading": ("normal",),
    "half_close": ("False",),
    "certificate": ("good",),
    "clients": ("as-channel",),
}
# A mean of binary floating-point readings has at least so many significant digits, or so many decimals.
_PAUSE_US = 600 * SECOND
"""The longest pause between two attempts (R-26)."""
_FLOAT_DIGITS = 5
_FLOAT_DECIMALS = 4
# More decimals than any mean of binary readings has.
_MOST_DECIMALS = 40


@dataclass(slots=True)
class Delivery:
    """One true record and what became of it at one centre.

    `arrivals` are the instants (us) at which the centre stored it, `attempts` the QN of each; `acked` is when the last
    byte of an acknowledgement had left and the record was stored, None if never.
    """

    expected: Expected
    arrivals: list[int] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    acked: int | None = None

    @property
    def key(self) -> Key:
        """Point, class and end."""
        return self.expected.key

    @property
    def latency_us(self) -> int | None:
        """Interval end to acknowledgement."""
        return None if self.acked is None else self.acked - self.key.end


class Problem:
    """One record that is not as it must be, and a line a person can look up: written already, or when asked for.

    `unasked`: it is missing because the terminal did not ask its meter in time.
    """

    __slots__ = ("_line", "key", "unasked")

    def __init__(self, key: Key, line: str | Callable[[], str], *, unasked: bool = False) -> None:
        self.key = key
        self.unasked = unasked
        self._line = line

    @property
    def evidence(self) -> str:
        """The line."""
        return self._line if isinstance(self._line, str) else self._line()


@dataclass(slots=True)
class Ledger:
    """What became of every record at one centre.

    `records` are the true records that were due and arrived; the other lists hold those with a fault. `late` and
    `reordered` are counted and judged by their own limits only; `gaps` are intervals without a true value that were
    flagged or left out.
    """

    centre: str
    kinds: tuple[str, ...]
    until: int
    truths: int = 0
    sure: int = 0
    records: dict[Key, Delivery] = field(default_factory=dict)
    lost: list[Problem] = field(default_factory=list)
    unacknowledged: list[Problem] = field(default_factory=list)
    late: list[Problem] = field(default_factory=list)
    duplicated: list[Problem] = field(default_factory=list)
    reordered: list[Problem] = field(default_factory=list)
    altered: list[Problem] = field(default_factory=list)
    mis_stamped: list[Problem] = field(default_factory=list)
    wrongly_flagged: list[Problem] = field(default_factory=list)
    invented: list[Problem] = field(default_factory=list)
    gaps: list[Key] = field(default_factory=list)
    repeats: int = 0

    @property
    def delivered(self) -> list[Delivery]:
        """Records that were stored and acknowledged."""
        return [record for record in self.records.values() if record.acked is not None]

    def latencies_us(self, kind: str = "", start_us: int = 0, end_us: int = 1 << 62) -> list[int]:
        """Interval end to acknowledgement of the records whose interval ended in [start, end)."""
        return [
            record.acked - key.end
            for key, record in self.records.items()
            if record.acked is not None and start_us <= key.end < end_us and (not kind or key.kind == kind)
        ]

    def percentile_us(self, percent: int, kind: str = "", start_us: int = 0, end_us: int = 1 << 62) -> int | None:
        """Nearest-rank percentile of the latencies (R-05)."""
        return percentile(self.latencies_us(kind, start_us, end_us), percent)

    def backfill_us(self, restored_us: int, from_us: int = 0) -> int | None:
        """From the restoration of the path to the acknowledgement of the last record that had ended before it.

        None when a record of the backlog was never acknowledged, or when there was no backlog.
        """
        backlog = [record.acked for key, record in self.records.items() if from_us <= key.end < restored_us]
        if any(acked is None for acked in backlog):
            return None
        waiting = [acked for acked in backlog if acked is not None and acked >= restored_us]
        return max(waiting) - restored_us if waiting else None

    def resumed_us(self, restored_us: int) -> int:
        """When records were delivered again after a path was restored: the first acknowledgement, 10 min at the most.

        So long may a terminal pause between two attempts (R-26); what ends meanwhile is none of its live values.
        """
        acked = (record.acked for record in self.records.values() if record.acked is not None)
        return min([restored_us + _PAUSE_US, *(at for at in acked if at > restored_us)])

    def attempts_per_record(self) -> int:
        """The most arrivals of any one record."""
        return max((len(record.arrivals) for record in self.records.values()), default=0)


def setup_of(history: History, centre: str) -> CentreSetup:
    """What the terminal was told to send to a centre. Raises KeyError for a centre that was not there."""
    for setup in history.began.centres:
        if setup.name == centre:
            return setup
    raise KeyError(f"centre {centre!r}: expected one of {[setup.name for setup in history.began.centres]}")


def horizon(history: History) -> int:
    """The instant before which every ended interval must have arrived: the settle mark, else the end of watching."""
    settled = SETTLE.last(history)
    return history.watched_us if settled is None else settled.t


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def same_value(truth: Truth, point: str, name: str, content: dict[str, str], text: str) -> bool:
    """Whether a value as sent is the expected one: equal numbers; means of binary readings to their printed digits.

    A mean of binary readings has no printed resolution of its own; it must be rounded half up at as many decimals as
    its readings show, or have five significant digits or four decimals.
    """
    expected = content[name]
    if expected == text:
        return True
    want, got = number(expected), number(text)
    if want is None or got is None:
        return False
    if want == got:
        return True
    if name == "Avg" and is_float(truth.points[point]):
        decimals = _decimals(text)
        if decimals > _MOST_DECIMALS:
            return False
        shown = max(_decimals(content["Min"]), _decimals(content["Max"]))
        significant = abs(want).adjusted() + 1 + decimals
        fine = decimals >= min(shown, _FLOAT_DECIMALS) or significant >= _FLOAT_DIGITS
        return fine and rounded(want, decimals) == got
    return False


def matches(truth: Truth, expected: Expected, fields: dict[str, str]) -> bool:
    """Whether the value fields sent agree with the expected content or with one that follows as well from it."""
    if not expected.fields:
        return False
    needed = "Cou" if "Cou" in expected.fields else "Avg"
    if needed not in fields:
        return False
    if all(fields.get(name, text) == text for name, text in expected.fields.items()):
        return True
    point = expected.key.point

    def agrees(content: dict[str, str]) -> bool:
        return all(
            same_value(truth, point, name, content, fields[name])
            or (name == "Cou" and any(near.holds(fields[name]) for near in expected.near))
            for name in VALUE_FIELDS
            if name in content and name in fields
        )

    if any(agrees(content) for content in (expected.fields, *expected.others)):
        return True
    if needed == "Avg" and _of_registers(truth, expected, fields):
        return True
    doubtful = expected.doubtful
    if doubtful is None:
        return False
    return any(agrees(content) for content in doubtful.contents()) if doubtful.countable else doubtful.allows(fields)


def _of_registers(truth: Truth, expected: Expected, fields: dict[str, str]) -> bool:
    """Whether instantaneous values agree with the exact values of a binary floating-point register (R-17 c).

    Extremes are readings, which convert back to the register's bits. A mean printed finer than four decimals, as it is
    by whoever reckons in binary floats, may lie a tenth of the register's own step from the exact one.
    """
    point = expected.key.point
    kind = truth.points[point].type

    def is_mean(content: dict[str, str], near: Decimal) -> bool:
        want, got = number(content["Avg"]), number(fields["Avg"])
        if want is None or got is None:
            return False
        decimals = _decimals(fields["Avg"])
        if decimals <= _FLOAT_DECIMALS:
            return same_value(truth, point, "Avg", content, fields["Avg"])
        return decimals <= _MOST_DECIMALS and abs(want - got) <= near

    def is_reading(content: dict[str, str], name: str) -> bool:
        if name not in fields or number(content[name]) == number(fields[name]):
            return True
        bits = bits_of(content[name], kind) if truth.points[point].ratio == "1" else None
        return bits is not None and bits == bits_of(fields[name], kind)

    return any(
        is_mean(content, near) and is_reading(content, "Min") and is_reading(content, "Max")
        for content, near in truth.of_registers(point, expected.start, expected.key.end)
    )


def acknowledgements(history: History, centre: str) -> dict[str, list[int]]:
    """Instants at which a 9014 with each QN and the right device had left a centre, early, late or twice."""
    found: dict[str, list[int]] = {}
    for event in history.of(Sent):
        if event.centre == centre and event.cn == "9014" and event.spoiled not in _INVALID:
            found.setdefault(event.qn, []).append(event.t)
    return found


def disturbances(history: History, centre: str) -> list[tuple[int, int]]:
    """Stretches [start, end) in which an acknowledgement on its way from this centre may have been lost or late.

    Rules on the uplink, connections that broke, lost power, a stopped terminal, a centre that misbehaves.
    """
    found: list[tuple[int, int]] = []
    opened: dict[tuple[str, str], int] = {}
    end = history.end_us + SECOND
    for rule in history.of(LinkRule):
        if not rule.link.startswith("uplink") or ("." in rule.link and rule.link.split(".", 1)[1] != centre):
            continue
        key = (rule.link, rule.rule)
        if rule.state == "on":
            opened[key] = rule.t
        elif rule.state == "off":
            found.append((opened.pop(key, rule.t), rule.t))
        else:
            found.append((rule.t, rule.t + SECOND))
    found += [(start, end) for start in opened.values()]
    found += [
        (event.t - SECOND, event.t + SECOND)
        for event in history.of(Connected)
        if event.at == centre and event.state in ("closed", "reset")
    ]
    # What leaves a centre while the terminal has no power is taken by nobody.
    found += [(start - SECOND, max(start + SECOND, back)) for start, back in power_losses(history)]
    found += [
        (event.t - SECOND, event.t + SECOND)
        for event in history.of(TerminalState)
        if event.state in ("stopped", "crashed")
    ]
    patience = setup_of(history, centre).over_time_s
    state: dict[str, str] = {}
    since: int | None = None
    for event in history.of(Behaviour):
        if event.centre != centre:
            continue
        state |= event.switches
        sound = _is_sound(state, patience)
        if not sound and since is None:
            since = event.t
        elif sound and since is not None:
            found.append((since, event.t))
            since = None
    if since is not None:
        found.append((since, end))
    return sorted(found)


def _is_sound(state: dict[str, str], patience_s: int) -> bool:
    """Whether a centre with these switches acknowledges everything within the time for an answer."""
    if float(state.get("ack_after_s", "0")) >= patience_s:
        return False
    return all(state[name] in values for name, values in _SOUND.items() if name in state)


def overlaps(stretches: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    """Whether any stretch meets [start, end]."""
    return any(low <= end and high >= start for low, high in stretches)


_ledgers: WeakKeyDictionary[History, dict[tuple[object, ...], Ledger]] = WeakKeyDictionary()


def reconcile(
    history: History,
    centre: str,
    kinds: Sequence[str] = (),
    until: int | None = None,
    late_after_s: int = 60,
) -> Ledger:
    """The ledger of a centre; made once per history, since several judges ask for it. Arguments: `_reconciled`."""
    known = _ledgers.setdefault(history, {})
    asked = (centre, tuple(kinds), until, late_after_s)
    if asked not in known:
        known[asked] = _reconciled(history, centre, kinds, until, late_after_s)
    return known[asked]


def _reconciled(history: History, centre: str, kinds: Sequence[str], until: int | None, late_after_s: int) -> Ledger:
    """Sort every true record and every stored one into delivered, late, duplicated, reordered, altered and so on.

    `kinds` are value classes (default: those the centre is judged for, realtime left out); `until` is the instant (us)
    before which an interval must have ended to count (default: the settle mark). Raises KeyError for an unknown centre.
    """
    truth = truth_of(history)
    setup = setup_of(history, centre)
    classes = tuple(kind for kind in (kinds or setup.kinds) if kind != "realtime")
    limit = horizon(history) if until is None else until
    ledger = Ledger(centre, classes, limit)
    codes = {code: point for point, code in setup.codes.items()}
    acks = acknowledgements(history, centre)
    lengths = {kind: length_of(kind, setup) for kind in classes}
    arrived: dict[Key, list[Stored]] = {}
    order: dict[tuple[str, str], int] = {}
    started = truth.started_us

    for event in history.of(Stored):
        if event.centre != centre or event.kind not in lengths:
            continue
        point = codes.get(event.code)
        start = instant_of(event.stamp)
        length = lengths[event.kind]
        if point is None or start is None or floor(start, length) != start:
            key = Key(point or event.code, event.kind, (start or 0) + length)
            fault = ledger.invented if point is None else ledger.mis_stamped
            why = "a code nobody configured" if point is None else "not an instant of the interval grid"
            fault.append(Problem(key, f"{_where(event)}: {why}"))
            continue
        key = Key(point, event.kind, start + length)
        arrived.setdefault(key, []).append(event)
        stream = (point, event.kind)
        before = order.get(stream, 0)
        if key.end < before and len(arrived[key]) == 1 and not event.asked:
            ledger.reordered.append(Problem(key, f"{_where(event)}: after the record ending {local(before)}"))
        order[stream] = max(before, key.end)

    disturbed, held = disturbances(history, centre), HeldBack(history, centre)
    patience = setup.over_time_s * SECOND
    for key, events in arrived.items():
        length = lengths[key.kind]
        expected = truth.expected(key.point, key.kind, key.end - length, key.end)
        _judge_content(ledger, truth, expected, events, length, started)
        _judge_repeats(ledger, key, events, acks, disturbed, patience, held)

    for kind, length in lengths.items():
        for expected in intervals(truth, kind, length, limit):
            ledger.truths += 1
            sure = expected.certainty is Certainty.SURE
            ledger.sure += sure
            events = arrived.get(expected.key, ())
            if not events:
                if sure:
                    ledger.lost.append(Problem(expected.key, f"{_name(expected.key)}: never arrived at {centre}"))
                else:
                    ledger.gaps.append(expected.key)
                continue
            record = Delivery(expected, [event.t for event in events], [event.qn for event in events])
            record.acked = _acknowledged(events, acks)
            if expected.certainty is Certainty.GAP:
                ledger.gaps.append(expected.key)
            else:
                ledger.records[expected.key] = record
            if record.acked is None:
                line = f"{_where(events[-1])}: stored, never acknowledged"
                ledger.unacknowledged.append(Problem(expected.key, line))
            elif record.acked - expected.key.end > late_after_s * SECOND:
                told = partial(_late_line, events[0], record.acked - expected.key.end)
                ledger.late.append(Problem(expected.key, told))
        for point in codes.values():
            ledger.lost += _not_acquired(truth, point, kind, length, limit, arrived)
    return ledger


def _late_line(event: Stored, after_us: int) -> str:
    return f"{_where(event)}: acknowledged {seconds(after_us)} s after its end"


def _not_acquired(
    truth: Truth, point: str, kind: str, length: int, limit: int, arrived: Mapping[Key, Sequence[Stored]]
) -> Iterator[Problem]:
    """Records that are missing because the terminal did not ask its meter: not having looked is no excuse (R-25)."""
    series = truth.series.get(point)
    if series is None or series.period_us > length:
        return
    for end in range(ceil(truth.began_us, length), limit + 1, length):
        key = Key(point, kind, end)
        valued = any(event.fields and event.flag == "N" for event in arrived.get(key, ()))
        if not valued and truth.unasked(point, end):
            told = f"{_name(key)}: not acquired, the meter was not asked about {local(end)}"
            yield Problem(key, told, unasked=True)


def _acknowledged(events: Sequence[Stored], acks: dict[str, list[int]]) -> int | None:
    """When the record was both stored and acknowledged under the QN it came with."""
    first = events[0].t
    if len(events) == 1:
        told = acks.get(events[0].qn)
        return max(min(told), first) if told else None
    answers = [at for event in events if event.qn in acks for at in acks[event.qn]]
    return max(min(answers), first) if answers else None


def _judge_content(
    ledger: Ledger, truth: Truth, expected: Expected, events: Sequence[Stored], length: int, started: int | None
) -> None:
    key = expected.key
    revision = events[0].revision
    for event in events:
        if event.copies > 1 and event is not events[0]:
            continue
        revision, before = max(revision, event.revision), revision
        values = {name: text for name, text in event.fields.items() if name in VALUE_FIELDS}
        if event.version > 1 and event.revision <= before:
            ledger.altered.append(Problem(key, f"{_where(event)}: version {event.version}, other content than before"))
            continue
        if not values:
            if event.flag in ("", "N"):
                ledger.wrongly_flagged.append(Problem(key, f"{_where(event)}: flag {event.flag or 'none'}, no value"))
            elif expected.certainty is Certainty.SURE:
                line = f"{_where(event)}: flag {event.flag} and no value, truth {_shown(expected.fields)}"
                ledger.wrongly_flagged.append(Problem(key, line))
            continue
        early = started is None or key.end <= started or event.t + truth.clock_off_us < key.end
        if started is None or (early and not truth.clock.moved):
            shifted = _found_elsewhere(truth, expected, values, length)
            fault = ledger.mis_stamped if shifted else ledger.invented
            ended = started is not None and key.end <= started
            early_why = f"nothing was read before {local(started or 0)}" if ended else "its interval was not over yet"
            fault.append(Problem(key, f"{_where(event)}: {_shown(values)}; {shifted or early_why}"))
            continue
        if expected.begun is not None and matches(truth, expected.begun, values):
            continue
        if matches(truth, expected, values):
            if event.flag != "N" and expected.certainty is Certainty.SURE:
                line = f"{_where(event)}: flag {event.flag or 'none'}, expected N"
                ledger.wrongly_flagged.append(Problem(key, line))
            continue
        if expected.certainty is Certainty.GAP and event.flag not in ("", "N") and not expected.fields:
            shifted = ""
            fault, why = ledger.invented, f"flag {event.flag} with a value, truth: {expected.why}"
        else:
            shifted = _found_elsewhere(truth, expected, values, length)
            gap = expected.certainty is Certainty.GAP
            fault = ledger.invented if gap else ledger.mis_stamped if shifted else ledger.altered
            why = f"truth: {expected.why}{_counted(expected)}" if gap else shifted or f"truth {_true(expected)}"
        fault.append(Problem(key, f"{_where(event)}: {_shown(values)}; {why}"))


def _counted(expected: Expected) -> str:
    """What an interval in which the terminal was first started may hold instead of nothing."""
    if expected.begun is None:
        return ""
    return f"; from its first reading to the first at or after the end it counted {_true(expected.begun)}"


def _found_elsewhere(truth: Truth, expected: Expected, values: dict[str, str], length: int) -> str:
    """The shift by which these values would be true, in words, empty if by none.

    Nothing but zeros is the truth of every idle interval: it tells no stamp from another.
    """
    if not any(number(text) for text in values.values()):
        return ""
    for shift in (*(step * length for step in _SHIFTS), *_ZONE_SHIFTS):
        other = truth.expected(expected.key.point, expected.key.kind, expected.start + shift, expected.key.end + shift)
        if other.certainty is not Certainty.GAP and matches(truth, other, values):
            zone = f": DataTime is {-shift / HOUR:+g} h off, a time of another zone" if shift in _ZONE_SHIFTS else ""
            return f"this is the truth of the interval ending {local(other.key.end)}{zone}"
    return ""


def _judge_repeats(
    ledger: Ledger,
    key: Key,
    events: Sequence[Stored],
    acks: dict[str, list[int]],
    disturbed: Sequence[tuple[int, int]],
    patience: int,
    held: HeldBack,
) -> None:
    """Identical duplicates are allowed only after a lost or late acknowledgement.

    Needless are a repetition before the time for an answer was over, and one after an answer that came in time, had a
    second to travel, and was not disturbed on its way. What a cut path held back is no repetition.
    """
    own = [event for event in events if not event.asked]
    for earlier, later in pairwise(own):
        ledger.repeats += 1
        if held.excuses(earlier, later):
            continue
        if later.t - earlier.t < patience * 9 // 10:
            if not overlaps(disturbed, earlier.t - SECOND, later.t):
                waited = seconds(later.t - earlier.t)
                ledger.duplicated.append(Problem(key, f"{_where(later)}: again after {waited} s, answer not awaited"))
            continue
        in_time = [
            at
            for at in acks.get(earlier.qn, ())
            if earlier.t - SECOND <= at <= min(later.t - SECOND, earlier.t + patience)
        ]
        if in_time and not overlaps(disturbed, in_time[0] - SECOND, in_time[0] + patience):
            line = f"{_where(later)}: again, although QN {earlier.qn} was acknowledged {local(in_time[0])}"
            ledger.duplicated.append(Problem(key, line))


def first_contents(history: History, centre: str, kinds: Sequence[str] = ()) -> dict[Key, Stored]:
    """The first content a centre stored under each key; codes and stamps nobody can place are left out."""
    setup = setup_of(history, centre)
    codes = {code: point for point, code in setup.codes.items()}
    classes = tuple(kind for kind in (kinds or setup.kinds) if kind != "realtime")
    found: dict[Key, Stored] = {}
    for event in history.of(Stored):
        if event.centre != centre or event.kind not in classes:
            continue
        point, start = codes.get(event.code), instant_of(event.stamp)
        if point is not None and start is not None:
            found.setdefault(Key(point, event.kind, start + length_of(event.kind, setup)), event)
    return found


def convention_finding(history: History, centres: Sequence[str], kind: str = "minute") -> Check:
    """Stamps are the starts of their intervals (R-09): no record is true only if its stamp were an end.

    Reading B takes all stamps on the wire for interval ends.
    """
    truth = truth_of(history)
    ends: list[str] = []
    starts: list[str] = []
    for centre in centres:
        length = length_of(kind, setup_of(history, centre))
        for key, event in first_contents(history, centre, (kind,)).items():
            own = truth.expected(key.point, kind, key.end - length, key.end)
            before = truth.expected(key.point, kind, key.end - 2 * length, key.end - length)
            sure = own.certainty is Certainty.SURE and before.certainty is Certainty.SURE
            if not sure or event.version > 1:
                continue
            as_start, as_end = matches(truth, own, event.fields), matches(truth, before, event.fields)
            if as_end and not as_start:
                ends.append(f"{_where(event)}: true only if the stamp is the end of its interval")
            elif as_start and not as_end:
                starts.append(f"{_where(event)}: true only if the stamp is the start of its interval")
    decided = bool(ends or starts)
    return STAMPS_ARE_STARTS.decide(
        not ends if decided else None,
        measured=len(ends),
        limit=0,
        evidence=ends[:10],
        has_b=decided,
        reading_b=not starts,
    )


def reach_finding(history: History) -> Check:
    """Each centre stores records of each point that it has a code for, be they right or wrong; open if none is read."""
    series = truth_of(history).series
    arrived = {(event.centre, event.code) for event in history.of(Stored)}
    absent: list[str] = []
    due = 0
    for setup in history.began.centres:
        for point, code in setup.codes.items():
            if point in series and series[point].times:
                due += 1
                if (setup.name, code) not in arrived:
                    absent.append(f"{setup.name}: nothing of {point} ({code})")
    return REACHES_EVERY_CENTRE.none_among(due, absent)


def lines(problems: Sequence[Problem], most: int = 10) -> list[str]:
    """Evidence of a bucket, the first few and how many more."""
    shown = [problem.evidence for problem in problems[:most]]
    if len(problems) > most:
        shown.append(f"… and {len(problems) - most} more / 另有 {len(problems) - most} 条")
    return shown


def _where(event: Stored) -> str:
    return f"{local(event.t)} {event.centre} {event.kind} {event.code} DataTime={event.stamp} QN={event.qn}"


def _name(key: Key) -> str:
    return f"{key.point} {key.kind} ending {local(key.end)}"


def _true(expected: Expected) -> str:
    """What the interval must hold, and what else is taken for it (R-17)."""
    exact = f" (or {expected.near[0]}, the difference of the binary values)" if expected.near else ""
    return _shown(expected.fields) + exact


def _shown(values: dict[str, str]) -> str:
    return ", ".join(f"{name}={text}" for name, text in values.items()) or "no value"


def findings(ledgers: Sequence[Ledger], *, duplicates: bool = True) -> Iterator[Check]:
    """The checks that R-25 asks at the end of every case, over all centres given: each counts to 0.

    Without any sure record to look for, every one is inconclusive. `duplicates` False leaves out the check of repeats
    for cases whose stimulus makes them lawful throughout.
    """
    known = any(ledger.sure for ledger in ledgers)
    arrived = any(ledger.records for ledger in ledgers)

    def count(asked: Criterion, bucket: Callable[[Ledger], list[Problem]], needed: bool) -> Check:
        found = [problem for ledger in ledgers for problem in bucket(ledger)]
        ok = None if not needed and not found else not found
        check = asked.decide(ok, measured=len(found), limit=0, evidence=lines(found))
        # A round that comes too late, or not at all, may be a starved machine's.
        return msgspec.structs.replace(check, paced=True) if found and all(each.unasked for each in found) else check

    yield count(NONE_LOST, lambda one: one.lost, known)
    yield count(ALL_ACKNOWLEDGED, lambda one: one.unacknowledged, arrived)
    yield count(NONE_ALTERED, lambda one: one.altered, arrived)
    yield count(NONE_INVENTED, lambda one: one.invented, arrived)
    yield count(NONE_MIS_STAMPED, lambda one: one.mis_stamped, arrived)
    yield count(FLAGS_RIGHT, lambda one: one.wrongly_flagged, arrived)
    if duplicates:
        yield count(NO_NEEDLESS_REPEATS, lambda one: one.duplicated, arrived)
