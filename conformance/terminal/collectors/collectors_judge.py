"""Data of collectors: every value under its own message's time, each message once, none lost that the broker kept.

Leaves digits to `accuracy` and gaps to `gaps`. The reference is the message (R-17): what it says of a point, and the
instant it carries. A value belongs to a message whose instant lies within one polling period after the value's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bench.case import Check, EvidenceKind, Measurement, Notice, criterion, measure
from bench.history import Connected, Handed, History, Point, Power, Published, Secured, Stored
from bench.history.marks import Plain
from conformance.common import notices
from conformance.common.accuracy import same_number
from conformance.common.delivery import setup_of
from conformance.common.doubtful import Doubtful
from conformance.common.queries import questions
from conformance.common.times import HOUR, MINUTE, SECOND, instant_of, instant_of_iso, local
from conformance.common.truth import length_of, number, plain

REPEATS_ANSWERED = criterion(
    "repeats-answered",
    en="PUBLISH of QoS 2, repeated or not, is answered by PUBREC",
    zh="QoS 2 的 PUBLISH（含重发）均以 PUBREC 应答",
    unit="messages",
)
RELEASED = criterion(
    "released",
    en="PUBREL, repeated or not, is answered by PUBCOMP",
    zh="PUBREL（含重发）均以 PUBCOMP 应答",
    unit="messages",
)


SESSION_KEPT = criterion(
    "session-kept",
    en="nothing that was published while the terminal was away passes it by",
    zh="离线期间发布的消息不遗漏",
    unit="messages",
)
KEEP_ALIVE_HEEDED = criterion(
    "keep-alive-of-the-broker-heeded",
    en="no connection falls silent for longer than the keep-alive that the broker has told",
    zh="连接静默时间不超过代理下发的保活时间",
    unit="connections",
    evidence=EvidenceKind.WIRES,
)
TAKEN_EVERY_PERIOD = criterion(
    "taken-every-period",
    en="from each device behind a collector a value is collected in every polling period",
    zh="每个采集周期均从采集器取得各设备的数值",
    unit="values",
    stamped=True,
)
COUNTED_ONCE = criterion(
    "counted-once", en="a message that comes again is no further sample", zh="重复消息不重复计入", unit="records"
)
NOTHING_LOST = criterion(
    "nothing-lost",
    en="every message that the terminal took from the broker is in its store under its own time",
    zh="终端从代理取走的消息均按自带时刻入库",
    unit="values",
)
LATE_PERIODS = criterion(
    "late-periods",
    en="a period of which messages came late has the mean, least and greatest of its own messages, or no value",
    zh="有消息迟到的时段，其均值、最小值和最大值仅由该时段自身的消息得出，或不给出数值",
    unit="records",
)
TAKEN_UP_AGAIN = criterion(
    "taken-up-again-{0}",
    en="with the good certificate again its values are taken ({1})",
    zh="恢复合格证书后继续采集（{1}）",
    unit="values",
)
REFUSAL_LOGGED = criterion(
    "refusal-logged-{0}",
    en="the log tells that the certificate was refused ({1})",
    zh="日志记录证书被拒（{1}）",
    unit="collectors",
    notices=(Notice.CERTIFICATE_REFUSED,),
)
OWN_TIME = criterion(
    "own-time-{0}",
    en="every value stands under the time its own message carries ({0})",
    zh="每个值均为其消息自带时刻（{1}）",
    unit="values",
)
REFUSED = criterion(
    "refused-{0}-{1}",
    en="no session with a collector whose certificate is {0} ({2})",
    zh="证书异常（{0}）的采集器不建立会话（{2}）",
    unit="sessions",
)
COUNTED_ONCE_OVER_CUTS = criterion(
    "counted-once-over-cuts",
    en="means of hours in which power was lost at acknowledgements hold every message once",
    zh="应答时刻断电的小时，其均值对每条消息恰计一次",
    unit="hours",
)
CUT_AT_ACKNOWLEDGEMENTS = criterion(
    "cut-at-acknowledgements",
    en="power was lost as often as it was to be, while messages were taken",
    zh="断电均发生于消息交接时刻，次数足够",
    unit="cuts",
    condition=True,
)


FORGOTTEN = Plain("sessions-forgotten")
"""The broker restarts now and forgets every session, with what was not settled in them."""
_SETTLED_US = MINUTE
_BACK_US = 5 * MINUTE
# a reading acknowledged less than this before power was lost need not have been durable yet.
_VOLATILE_US = 5 * SECOND


@dataclass(slots=True)
class Told:
    """What the messages said of one point: instants (us, rising) and texts; `period_us` is its polling period."""

    point: Point
    period_us: int
    times: list[int] = field(default_factory=list[int])
    texts: list[str] = field(default_factory=list[str])

    def says(self, at: int, text: str) -> bool:
        """Whether a message carries this value and an instant that a copy stamped `at` may have."""
        first, last = bisect_left(self.times, at - SECOND), bisect_left(self.times, at + self.period_us)
        return any(same_number(self.point, known, text) for known in self.texts[first:last])


def told(history: History) -> dict[str, Told]:
    """What was said of every point behind a collector, copies left out."""
    periods = {setup.name: round(setup.period_s * SECOND) for setup in history.began.meters}
    points = {point.id: point for point in history.began.points}
    found: dict[str, list[tuple[int, str]]] = {}
    for event in history.of(Published):
        if not event.copy:
            for point, text in event.values.items():
                found.setdefault(point, []).append((event.stamp, text))
    made: dict[str, Told] = {}
    for name, values in found.items():
        values.sort()
        series = Told(points[name], periods[points[name].meter])
        series.times, series.texts = [at for at, _ in values], [text for _, text in values]
        made[name] = series
    return made


def stored_values(history: History) -> tuple[list[tuple[str, int, str]], list[str]]:
    """Readings with a good value in the terminal's store (point, instant, text), and what kept them from being seen."""
    rows: list[tuple[str, int, str]] = []
    problems: list[str] = []
    for event in questions(history, "readings"):
        if event.problem:
            problems.append(event.problem)
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            if at is not None and row.get("value") and row.get("quality") != "bad":
                rows.append((event.query.get("point", ""), at, row["value"]))
    return rows, problems


def own_time_findings(history: History, centre: str, stimulus: int, needed: int) -> Iterator[Check]:
    """No value stands under an instant that no message of it carries, in the store and at the centre (empty: none).

    Open with fewer than `needed` events of what might have misled the terminal.
    """
    known = told(history)
    rows, problems = stored_values(history)
    codes = {code: point for point, code in setup_of(history, centre).codes.items()} if centre else {}
    sent = [
        (codes.get(event.code, ""), instant_of(event.fields.get("SampleTime") or event.stamp), event.fields["Rtd"])
        for event in history.of(Stored)
        if event.centre == centre and event.kind == "realtime" and event.flag == "N" and event.fields.get("Rtd")
    ]
    places = (
        ("stored", "本地存储", [(point, at, text) for point, at, text in rows], problems),
        (f"centre-{centre.lower()}", f"中心 {centre}", [each for each in sent if each[1] is not None], []),
    )
    for name, zh, values, notes in places if centre else places[:1]:
        bad: list[str] = []
        seen = 0
        for point, at, text in values:
            series = known.get(point)
            if series is None or at is None:
                continue
            seen += 1
            if not series.says(at, text):
                bad.append(f"{point}: {text} under {local(at)}, which no message says")
        yield OWN_TIME.of(name, zh).none(bad, seen and stimulus >= needed, evidence=[*bad, *notes])


def handed(history: History, *, retained: bool = False, copies: bool = False) -> int:
    """How many messages were handed to the terminal as retained ones, or as copies of what it had."""
    count = 0
    seen: set[tuple[str, str, int]] = set()
    for event in history.of(Handed):
        if not event.number or event.state not in ("sent", "again"):
            continue
        key = (event.collector, event.client, event.number)
        count += (retained and event.retained) or (copies and key in seen)
        seen.add(key)
    return count


def counted_once_findings(history: History, copies: int, needed: int) -> Iterator[Check | Measurement]:
    """Means over an hour are those of the distinct messages: a copy is no second sample."""
    known = told(history)
    wrong: list[str] = []
    compared = 0
    problems: list[str] = []
    for event in questions(history, "records"):
        if event.query.get("kind") != "hour":
            continue
        if event.problem:
            problems.append(event.problem)
        series = known.get(event.query.get("point", ""))
        if series is None or series.point.kind == "counter":
            continue
        for row in event.rows:
            start, value = instant_of_iso(row.get("start", "")), number(row.get("value", ""))
            samples = [] if start is None else _samples(series, start, start + HOUR)
            if value is None or start is None or len(samples) * series.period_us < HOUR:
                continue
            compared += 1
            mean = sum(samples, Decimal(0)) / len(samples)
            exponent = value.as_tuple().exponent
            step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
            if abs(value - mean) > step / 2:
                wrong.append(
                    f"{series.point.id} hour from {local(start)}: {plain(value)}, "
                    f"the mean of {len(samples)} messages is {mean:.6f}"
                )
    yield measure("copies-handed", copies, en="copies of messages handed over", zh="重复交付的消息", unit="messages")
    yield COUNTED_ONCE.none(wrong, compared and copies >= needed, evidence=[*wrong, *problems])


def cut_findings(history: History, cuts: int) -> Iterator[Check]:
    """Means of hours are those of the distinct messages, whichever of them lost power may have taken (R-29).

    Open with fewer than `cuts` cuts at an acknowledgement.
    """
    ways = ("taken", "handed")
    lost = [event.t for event in history.of(Power) if event.state == "cut" and event.detail.get("event") in ways]
    yield CUT_AT_ACKNOWLEDGEMENTS.decide(None if len(lost) < cuts else True, measured=len(lost), limit=cuts, op=">=")
    taken, points = taken_at(history), {point.id: point for point in history.began.points}
    said: dict[str, dict[int, tuple[Decimal, bool]]] = {}
    for event in history.of(Published):
        at = taken.get((event.collector, event.number))
        for point, text in event.values.items():
            value = number(text)
            if event.copy or at is None or value is None or points[point].kind == "counter":
                continue
            soft = any(at <= cut < at + _VOLATILE_US for cut in lost)
            said.setdefault(point, {})[event.stamp] = (value, soft)
    wrong: list[str] = []
    problems: list[str] = []
    struck = 0
    for event in questions(history, "records"):
        if event.problem:
            problems.append(event.problem)
        for row in event.rows if event.query.get("kind") == "hour" else ():
            start, value = instant_of_iso(row.get("start", "")), number(row.get("value", ""))
            own = said.get(event.query.get("point", ""))
            if own is None or start is None or value is None or not any(start <= cut < start + HOUR for cut in lost):
                continue
            struck += 1
            samples = [each for at, each in own.items() if start <= at < start + HOUR]
            exponent = value.as_tuple().exponent
            held = Doubtful(
                tuple(each for each, soft in samples if not soft),
                tuple(each for each, soft in samples if soft),
                -exponent if isinstance(exponent, int) else 0,
            )
            if not held.allows({"Avg": row["value"]}):
                where = f"{event.query['point']} hour from {local(start)}"
                wrong.append(f"{where}: {plain(value)} of {len(samples)} messages")
    yield COUNTED_ONCE_OVER_CUTS.none(wrong, struck and len(lost) >= cuts, evidence=[*wrong, *problems])


def _samples(series: Told, start: int, end: int) -> list[Decimal]:
    return [value for _, value in _held(series, start, end)]


def _held(series: Told, start: int, end: int) -> list[tuple[int, Decimal]]:
    """The values whose messages carry an instant in [start, end), each with it."""
    first, last = bisect_left(series.times, start), bisect_left(series.times, end)
    found = zip(series.times[first:last], map(number, series.texts[first:last]), strict=True)
    return [(at, value) for at, value in found if value is not None]


def taken_at(history: History) -> dict[tuple[str, int], int]:
    """When the terminal first acknowledged a message, by collector and number."""
    found: dict[tuple[str, int], int] = {}
    for event in history.of(Handed):
        if event.state == "taken" and event.number:
            found.setdefault((event.collector, event.number), event.t)
    return found


def forgotten(history: History) -> list[tuple[int, int]]:
    """When messages went with sessions that a broker forgot: up to when the terminal was there again, 5 min at most.

    What was handed over a minute before and is not settled goes too.
    """
    found: list[tuple[int, int]] = []
    for mark in FORGOTTEN.of(history):
        again = (event.t for event in history.of(Handed) if event.t > mark.t and event.number and not event.retained)
        found.append((mark.t - _SETTLED_US, min(next(again, mark.t + _BACK_US), mark.t + _BACK_US)))
    return found


def held_back(history: History) -> int:
    """How many messages the terminal took more than a minute after they were published."""
    taken = taken_at(history)
    return sum(
        taken.get((event.collector, event.number), 0) - event.t > 60 * SECOND
        for event in history.of(Published)
        if not event.copy
    )


def kept_findings(history: History, needed: int) -> Iterator[Check | Measurement]:
    """Every message of QoS 1 since the terminal's first is in the store under its own time, once it has been handed.

    Open with fewer than `needed` messages handed over late. What was acknowledged within 5 s before power was lost, the
    broker forgot its sessions, or the store was looked at, need not be there (R-29).
    """
    taken, late = taken_at(history), held_back(history)
    cuts = [event.t for event in history.of(Power) if event.state == "cut"]
    cuts += [mark.t for mark in FORGOTTEN.of(history)]
    rows, problems = stored_values(history)
    have: dict[str, set[int]] = {}
    texts: dict[tuple[str, int], str] = {}
    for point, at, text in rows:
        have.setdefault(point, set()).add(at)
        texts[point, at] = text
    known = told(history)
    looked = min((event.asked for event in questions(history, "readings")), default=0)
    lost: list[str] = []
    asked = 0
    for event in history.of(Published):
        acknowledged = taken.get((event.collector, event.number))
        if event.copy or acknowledged is None or acknowledged > looked - _VOLATILE_US:
            continue
        if any(acknowledged <= cut < acknowledged + _VOLATILE_US for cut in cuts):
            continue
        for point, text in event.values.items():
            asked += 1
            series = known[point]
            at = event.stamp - event.stamp % series.period_us
            places = [each for each in (event.stamp - event.stamp % SECOND, at) if each in have.get(point, ())]
            if not any(same_number(series.point, text, texts[point, each]) for each in places):
                lost.append(f"{point}: {text} of {local(event.stamp)} was taken at {local(acknowledged)}, not stored")
    yield measure("held-back", late, en="messages handed over late", zh="断线期间保留并补交的消息", unit="messages")
    yield NOTHING_LOST.none(lost, asked and rows and late >= needed, evidence=[*lost, *problems])


def late_period_finding(history: History, centre: str) -> Check:
    """The last content of each period of an instantaneous value of which messages came more than a minute late.

    Those alone that came in time make a value too: nothing says that a period is made anew. What was acknowledged
    within 5 s before power was lost may be in it or not (R-29).
    """
    setup, taken, known = setup_of(history, centre), taken_at(history), told(history)
    cuts = [event.t for event in history.of(Power) if event.state == "cut"]
    late: set[tuple[str, int]] = set()
    soft: set[tuple[str, int]] = set()
    for event in history.of(Published):
        at = taken.get((event.collector, event.number))
        keys = () if event.copy else [(point, event.stamp) for point in event.values]
        if at is None or at - event.t > 60 * SECOND:
            late.update(keys)
        if at is None or any(at <= cut < at + _VOLATILE_US for cut in cuts):
            soft.update(keys)
    codes = {code: point for point, code in setup.codes.items()}
    last: dict[tuple[str, str, int], Stored] = {}
    for event in history.of(Stored):
        series, start = known.get(codes.get(event.code, "")), instant_of(event.stamp)
        instantaneous = series is not None and series.point.kind != "counter"
        if event.centre == centre and event.kind != "realtime" and instantaneous and start is not None:
            last[codes[event.code], event.kind, start] = event
    wrong: list[str] = []
    compared = 0
    for (point, kind, start), event in sorted(last.items()):
        held = _held(known[point], start, start + length_of(kind, setup))
        if not any((point, at) in late for at, _ in held):
            continue
        compared += 1
        own = [
            Doubtful(
                tuple(value for at, value in each if (point, at) not in soft),
                tuple(value for at, value in each if (point, at) in soft),
                0,
            )
            for each in (held, [pair for pair in held if (point, pair[0]) not in late])
            if each
        ]
        values = {name: text for name, text in event.fields.items() if name in ("Avg", "Min", "Max")}
        if event.flag == "N" and values and not any(each.allows(values) for each in own):
            wrong.append(f"{point} {kind} from {local(start)}: {values}, not those of its own messages")
    return LATE_PERIODS.none(wrong, compared)


def every_period_finding(history: History, needed: int) -> Check:
    """A good value of each point in every polling period since its first message, up to two before the question.

    A publishing collector is due in the periods of its messages since the first that was handed over, those of QoS 0
    only where they were handed over; one that is asked is due in all. Open unless `needed` values of each point were.
    """
    given: dict[tuple[str, int], None] = {}
    qos: dict[str, int] = {}
    first: dict[str, int] = {}
    for event in history.of(Handed):
        if event.number:
            given[event.collector, event.number] = None
            qos[event.collector] = max(event.qos, qos.get(event.collector, 0))
            first.setdefault(event.collector, event.t)
    rows, problems = stored_values(history)
    looked = min((event.asked for event in questions(history, "readings") if not event.problem), default=0)
    said: dict[str, dict[int, bool]] = {}
    asked: dict[str, bool] = {}
    known = told(history)
    for event in history.of(Published):
        asked[event.meter] = event.collector not in qos
        later = qos.get(event.collector, 0) > 0 and event.t >= first[event.collector]
        sure = (event.collector, event.number) in given or later
        for point in () if event.copy else event.values:
            slot = event.stamp - event.stamp % known[point].period_us
            said.setdefault(point, {})[slot] = sure or said.get(point, {}).get(slot, False)
    have = {(point, at - at % known[point].period_us) for point, at, _ in rows if point in known}
    missing: list[str] = []
    fewest: list[int] = []
    for point, slots in said.items():
        series = known[point]
        every = range(min(slots), looked - 2 * series.period_us, series.period_us)
        due = [slot for slot in every if asked[series.point.meter] or slots.get(slot)]
        fewest.append(len(due))
        missing += [f"{point}: no value of {local(slot)}" for slot in due if (point, slot) not in have]
    return TAKEN_EVERY_PERIOD.none(missing, fewest and min(fewest) >= needed, evidence=[*missing, *problems])


def exchange_findings(history: History, needed: int) -> Iterator[Check]:
    """Every step of QoS 2 is answered, repeated ones too: PUBLISH by PUBREC, PUBREL by PUBCOMP (MQTT 4.3.3).

    What was handed within two minutes before the end may still be under way, and what a broker forgot need not go on.
    Open with fewer than `needed` repetitions.
    """
    handed_on: dict[tuple[str, str, int], tuple[int, bool]] = {}
    reached: dict[str, set[tuple[str, str, int]]] = {"taken": set(), "finished": set()}
    end = max((event.t for event in history.of(Handed)), default=0) - 120 * SECOND
    for event in history.of(Handed):
        key = (event.collector, event.client, event.number)
        if event.qos < 2 or not event.number:
            continue
        if event.state in reached:
            reached[event.state].add(key)
        elif event.state in ("sent", "again"):
            first, repeated = handed_on.get(key, (event.t, False))
            handed_on[key] = (first, repeated or event.state == "again")
    gone = forgotten(history)
    due = [
        key
        for key, (first, _) in handed_on.items()
        if first <= end and not any(since <= first <= until for since, until in gone)
    ]
    repeated = [key for key in due if handed_on[key][1]]
    unanswered = [key for key in due if key not in reached["taken"]]
    kept = [key for key in due if key in reached["taken"] and key not in reached["finished"]]
    steps = (
        (REPEATS_ANSWERED, unanswered),
        (RELEASED, kept),
    )
    for question, missing in steps:
        yield question.none(
            missing,
            len(repeated) >= needed,
            evidence=[f"message {number} of {collector} to {client}" for collector, client, number in missing],
        )


def came_back_finding(history: History, needed: int) -> Check:
    """What the broker kept while the terminal was away was taken by it afterwards: its session had outlasted it.

    What the broker forgot itself is left out.
    """
    published = {(event.collector, event.number): event.t for event in history.of(Published) if not event.copy}
    taken = taken_at(history)
    first: dict[str, int] = {}
    for name, count in taken:
        first[name] = min(first.get(name, count), count)
    last = max(published.values(), default=0) - 120 * SECOND
    gone = forgotten(history)
    owed = [
        key
        for key, at in published.items()
        if key[0] in first and key[1] >= first[key[0]] and at <= last and not any(a <= at <= b for a, b in gone)
    ]
    missing = [f"message {key[1]} of {key[0]}, {local(published[key])}" for key in owed if key not in taken]
    return SESSION_KEPT.decide(
        None if len(owed) < needed else not missing, measured=len(missing), limit=0, evidence=missing
    )


def certificate_findings(history: History, collector: str, choices: Sequence[str]) -> Iterator[Check]:
    """A collector that shows a bad certificate is not spoken to; with the good one again it is.

    Open for a certificate that the terminal never came to see.
    """
    own = [event for event in history.of(Secured) if event.at == collector]
    tail = collector.lower()
    for choice in choices:
        met = [event for event in own if event.shown == choice]
        agreed = [f"{local(event.t)} connection {event.conn}" for event in met if event.state == "agreed"]
        yield REFUSED.of(choice, tail, collector).decide(
            None if not met else not agreed,
            measured=len(agreed),
            limit=0,
            evidence=[f"{len(met)} handshakes seen / 次握手", *agreed],
        )
    bad = [event.t for event in own if event.shown != "good"]
    meters = {event.meter for event in history.of(Published) if event.collector == collector}
    yield _logged(history, collector, meters, min(bad, default=0) - SECOND)
    points = {point.id for point in history.began.points if point.meter in meters}
    rows, problems = stored_values(history)
    back = [at for point, at, _ in rows if bad and point in points and at > max(bad)]
    yield TAKEN_UP_AGAIN.of(tail, collector).decide(
        None if not bad or not rows else bool(back), measured=len(back), limit=1, op=">=", evidence=problems
    )


def _logged(history: History, collector: str, meters: Iterable[str], since: int) -> Check:
    """An entry of a refused certificate since the first bad one was shown, of the collector or a meter behind it."""
    asked = REFUSAL_LOGGED.of(collector.lower(), collector)
    logs = questions(history, "log")
    rows = [
        row
        for event in logs
        for row in event.rows
        if (at := instant_of_iso(row.get("at", ""))) is not None and at >= since
    ]
    known = since > 0 and logs and not any(event.problem for event in logs)
    if known and not notices.mapped(history, Notice.CERTIFICATE_REFUSED):
        return notices.left_to_a_person(asked, rows, Notice.CERTIFICATE_REFUSED)
    named = [row for row in rows if notices.names(row, (collector, *meters))]
    told = any(notices.tells(history, row, Notice.CERTIFICATE_REFUSED) for row in named)
    return asked.none_among(known, [] if told else [f"no entry on {collector} of a refused certificate"])


def keep_alive_finding(history: History, name: str, silence: str) -> Check:
    """Whether this broker never had to end a connection for its silence, which it tells in these words."""
    connections = [event for event in history.of(Connected) if event.at == name]
    silent = [f"{local(event.t)} {event.peer}: {event.reason}" for event in connections if event.reason == silence]
    return KEEP_ALIVE_HEEDED.none(silent, connections)
