"""Daily upload windows: the time in force, orders by hand, backlog in the next window, monthly index (R-13, R-28).

Leaves completeness and content to `delivery`. The time of a window is the centre's own from the start, and what a phase
`upload-time` says from then on; a phase with a centre's name speaks of that centre alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bench.case import Check, Criterion, criterion
from bench.history import History, Observed, Received, Stored
from bench.history.marks import Marked
from conformance.common.delivery import Ledger, acknowledgements, matches, setup_of
from conformance.common.phases import UPLOAD_TIME, UploadTime
from conformance.common.queries import answers
from conformance.common.retention import outages
from conformance.common.times import DAY, MINUTE, SECOND, floor, instant_of, instant_of_iso, local, seconds
from conformance.common.truth import Certainty, truth_of

ORDERS_TAKEN = criterion(
    "orders-taken", en="the terminal takes its operator's orders", zh="终端接受操作员指令", unit="orders"
)
UPLOADS_AT_THE_BUTTON = criterion(
    "uploads-at-the-button-{0}",
    en="centre {1}: an order by hand starts the upload within 5 s and empties the queue",
    zh="中心 {1}：人工指令 5 s 内开始上传并送完积压",
    unit="s",
    timed=True,
)
STARTS_AT_OPERATORS_TIME = criterion(
    "starts-at-operators-time-{0}",
    en="centre {1}: with the operator's time in force the upload starts within 5 s of it",
    zh="中心 {1}：人工设定的时刻生效时，上传在该时刻 ±5 s 内开始",
    unit="s",
    timed=True,
)
STARTS_AT_PLATFORMS_TIME = criterion(
    "starts-at-platforms-time-{0}",
    en="platform {1}: with the time in force that the platform returned the upload starts within 5 s of it",
    zh="平台 {1}：平台下发的时刻生效时，上传在该时刻 ±5 s 内开始",
    unit="s",
    timed=True,
)
STARTS_WITH_WINDOW = criterion(
    "starts-with-window-{0}",
    en="centre {1}: the upload starts within 5 s of the time in force",
    zh="中心 {1}：上传在生效时刻 ±5 s 内开始",
    unit="s",
    timed=True,
)
INSIDE_WINDOW = criterion(
    "inside-window-{0}",
    en="centre {1}: nothing is uploaded outside the window unless ordered",
    zh="中心 {1}：除人工指令外，窗口之外不上传",
    unit="uploads",
)
ACKNOWLEDGED_IN_WINDOW = criterion(
    "acknowledged-in-window-{0}",
    en="centre {1}: all that waited is acknowledged by the end of the first window it can have",
    zh="中心 {1}：应在其首个可用窗口结束前全部得到应答",
    unit="records",
)
BACKFILL_BRINGS_THE_RANGE = criterion(
    "backfill-brings-the-range",
    en="what the centre lost is there again within 10 min of the order",
    zh="人工补传指令 10 min 内，中心缺失的记录全部补齐",
    unit="records",
    timed=True,
)
BACKFILL_BRINGS_NOTHING_ELSE = criterion(
    "backfill-brings-nothing-else",
    en="a backfill by hand sends the ordered range and nothing beside it",
    zh="人工补传仅发送所指定的范围",
    unit="records",
)
MONTHLY_INDEX = criterion(
    "monthly-index",
    en="each month's value of every point is acknowledged by the end of the first window after the month",
    zh="每测点月值在月末后首个窗口结束前得到应答",
    unit="values",
)
MONTHLY_VALUES_TRUE = criterion(
    "monthly-values-true",
    en="each month's value is what the meter counted in it",
    zh="月值与表计当月增量一致",
    unit="values",
)
WINDOW_WAS_MISSED = criterion(
    "window-was-missed-{0}",
    en="centre {1}: a window passed without a path",
    zh="中心 {1}：确有窗口因断网错过",
    unit="windows",
    condition=True,
)


UPLOADS = ("uploadEnergyData", "2051", "2061", "2031")
WINDOW_US = 60 * MINUTE
START_WITHIN_US = 5 * SECOND
_ZONE = timezone(timedelta(hours=8))
_EPOCH = datetime(1970, 1, 1, tzinfo=_ZONE.utc)


@dataclass(frozen=True, slots=True)
class Window:
    """One opening (us), whether the path to the centre was cut when it came, by when what is due in it had ended.

    `set_at` is when its time was told, 0 for the time that the centre had from the start.
    """

    opening: int
    blocked: bool
    border: int
    set_at: int = 0

    @property
    def end(self) -> int:
        """When it closes."""
        return self.opening + WINDOW_US


def windows(history: History, centre: str) -> list[Window]:
    """The windows of a centre that end within the history; several times a day are joined by commas.

    With one window a day it carries the day before, with several each carries what has ended by its opening.
    """
    times = [(0, setup_of(history, centre).upload_time)]
    times += [(mark.t, mark.detail.time) for mark in _set(history, centre)]
    cuts = [*outages(history), *outages(history, f"uplink.{centre}")]
    found: list[Window] = []
    midnight = floor(history.began.t, DAY) + DAY
    while midnight <= history.end_us:
        set_at, said = next((at, time) for at, time in reversed(times) if at < midnight)
        each = said.split(",")
        for time in each:
            hours, minutes, rest = (int(part) for part in time.split(":"))
            opening = midnight + ((hours * 60 + minutes) * 60 + rest) * SECOND
            if opening + WINDOW_US <= history.end_us:
                blocked = any(start <= opening < end for start, end in cuts)
                found.append(Window(opening, blocked, opening if len(each) > 1 else midnight, set_at))
        midnight += DAY
    return found


def _set(history: History, centre: str) -> list[Marked[UploadTime]]:
    """When the times of a centre were set, and to what."""
    return [mark for mark in UPLOAD_TIME.of(history) if mark.detail.centre in (None, centre)]


def uploads(history: History, centre: str) -> list[int]:
    """Instants (us) at which uploads of periods came."""
    return [event.t for event in history.of(Received) if event.centre == centre and event.cn in UPLOADS]


def orders(history: History, what: str, centre: str) -> list[Observed]:
    """Orders of an operator to a centre that the terminal took."""
    return [
        event
        for event in history.of(Observed)
        if event.what == what and event.query.get("centre") == centre and not event.problem
    ]


def _late_starts(history: History, centre: str, watched: Sequence[Window]) -> tuple[list[str], int]:
    """Windows whose first upload did not come with their opening, and the largest deviation (us)."""
    known = windows(history, centre)
    came = uploads(history, centre)
    ordered = _ordered(history, centre)
    late: list[str] = []
    worst = 0
    for window in watched:
        day = floor(window.opening, DAY)
        low = max((one.end + 1 for one in known if day <= one.opening < window.opening), default=day)
        others = [one.opening - START_WITHIN_US for one in known if window.opening < one.opening < day + DAY]
        high = min(others, default=day + DAY)
        own = [at for at in came if low <= at < high and not any(o <= at <= o + WINDOW_US for o in ordered)]
        off = min((abs(at - window.opening) for at in own[:1]), default=WINDOW_US)
        worst = max(worst, off)
        if off > START_WITHIN_US:
            seen = local(own[0]) if own else "nothing"
            late.append(f"window of {local(window.opening)}: first upload {seen}")
    return late, worst


def _ordered(history: History, centre: str) -> list[int]:
    return [event.asked for what in ("upload", "backfill") for event in orders(history, what, centre)]


def origin_findings(history: History, centre: str, *, platform: bool) -> Iterator[Check]:
    """Uploads begin at the time that the operator set, and where the `platform` tells one too, at that as well."""
    said = [event.asked for event in history.of(Observed) if event.what == "upload-time"]
    marks = {mark.t for mark in _set(history, centre)}
    # The operator's order comes before its mark; a mark without an order of its own is the platform's.
    by_hand = {min((at for at in marks if at >= asked), default=0) for asked in said}
    known = [one for one in windows(history, centre) if one.set_at and not one.blocked]
    for question, watched, asked in (
        (STARTS_AT_OPERATORS_TIME, [one for one in known if one.set_at in by_hand], True),
        (STARTS_AT_PLATFORMS_TIME, [one for one in known if one.set_at not in by_hand], platform),
    ):
        if asked:
            late, worst = _late_starts(history, centre, watched)
            yield question.of(centre.lower(), centre).decide(
                not late if watched else None,
                measured=seconds(worst),
                limit=START_WITHIN_US // SECOND,
                op="<=",
                evidence=late,
            )


def window_findings(history: History, ledger: Ledger) -> Iterator[Check]:
    """Uploads begin with the window, stay in it, and bring by its end all that waited; a blocked window is made up for.

    An order of the operator opens a window of its own.
    """
    centre = ledger.centre
    known = windows(history, centre)
    open_ones = [one for one in known if not one.blocked]
    came = uploads(history, centre)
    ordered = _ordered(history, centre)
    late, worst = _late_starts(history, centre, open_ones)
    name = centre.lower()
    yield STARTS_WITH_WINDOW.of(name, centre).decide(
        not late if open_ones else None,
        measured=seconds(worst),
        limit=START_WITHIN_US // SECOND,
        op="<=",
        evidence=late,
    )
    lawful = [(one.opening - START_WITHIN_US, one.end) for one in known] + [(at, at + WINDOW_US) for at in ordered]
    outside = [f"upload at {local(at)}" for at in came if not any(low <= at <= high for low, high in lawful)]
    yield INSIDE_WINDOW.of(name, centre).none_among(came and known, outside, evidence=outside[:10])
    overdue: list[str] = []
    due = 0
    answered = {key: record.acked for key, record in ledger.records.items()}
    answered |= {problem.key: None for problem in ledger.lost}
    for key, acked in answered.items():
        first = next((one for one in open_ones if one.border >= key.end), None)
        if first is None:
            continue
        due += 1
        if acked is None or acked > first.end:
            shown = "never" if acked is None else local(acked)
            overdue.append(f"{key.point} {key.kind} ending {local(key.end)}: acknowledged {shown}")
    yield ACKNOWLEDGED_IN_WINDOW.of(name, centre).none_among(due, overdue, evidence=overdue[:10])


def missed_findings(history: History, ledger: Ledger) -> Iterator[Check]:
    """Without a window that passed while the path was cut, and records waiting for it, the case saw nothing."""
    missed = [one for one in windows(history, ledger.centre) if one.blocked]
    due = [*ledger.records, *(problem.key for problem in ledger.lost)]
    waited = any(floor(one.opening, DAY) - DAY < key.end <= one.opening for one in missed for key in due)
    if not waited:
        yield WINDOW_WAS_MISSED.of(ledger.centre.lower(), ledger.centre).decide(
            None, measured=len(missed), limit=1, op=">="
        )


def button_finding(history: History, ledger: Ledger) -> Check:
    """An order to upload starts within 5 s, and what waited then is acknowledged within the hour."""
    centre = ledger.centre
    pressed = [event.asked for event in orders(history, "upload", centre)]
    came = uploads(history, centre)
    faults: list[str] = []
    worst = 0
    waited = 0
    for at in pressed:
        first = next((upload for upload in came if upload >= at), None)
        took = WINDOW_US if first is None else first - at
        worst = max(worst, took)
        if took > START_WITHIN_US:
            faults.append(f"ordered {local(at)}: first upload {'never' if first is None else local(first)}")
        for key, record in ledger.records.items():
            if key.end > at or key.kind == "day" or record.arrivals[0] < at:
                continue
            waited += 1
            if record.acked is None or record.acked > at + WINDOW_US:
                faults.append(f"{key.point} {key.kind} ending {local(key.end)}: waited and did not come")
    return UPLOADS_AT_THE_BUTTON.of(centre.lower(), centre).decide(
        None if not pressed or not waited else not faults,
        measured=seconds(worst),
        limit=START_WITHIN_US // SECOND,
        op="<=",
        evidence=faults[:10],
    )


def restored_findings(history: History, centre: str, within_us: int = 10 * MINUTE) -> Iterator[Check]:
    """A backfill by hand brings every record of its range again, the same, soon, and no record outside the range."""
    lost = _acknowledged_and_lost(history, centre)
    ordered = orders(history, "backfill", centre)
    brought: set[tuple[str, str, str]] = set()
    beside: list[str] = []
    for order in ordered:
        low, high = int(order.query["from"]), int(order.query["to"])
        for event in history.of(Stored):
            if event.centre != centre or not order.asked <= event.t <= order.asked + within_us:
                continue
            start = instant_of(event.stamp)
            if start is None:
                continue
            if low <= start < high:
                brought.add((event.kind, event.code, event.stamp))
            elif event.copies > 1 or event.version > 1:
                beside.append(f"{local(event.t)} {event.kind} {event.code} {event.stamp}: outside the range, again")
    wanted = [key for key in lost if any(_inside(key[2], order) for order in ordered)]
    absent = [
        f"{kind} {code} {stamp}: not sent again" for kind, code, stamp in wanted if (kind, code, stamp) not in brought
    ]
    yield BACKFILL_BRINGS_THE_RANGE.decide(
        None if not wanted else not absent, measured=len(absent), limit=0, evidence=absent[:10]
    )
    yield BACKFILL_BRINGS_NOTHING_ELSE.decide(
        None if not brought else not beside, measured=len(beside), limit=0, evidence=beside[:10]
    )


def _acknowledged_and_lost(history: History, centre: str) -> list[tuple[str, str, str]]:
    """Records of the judged classes that a centre acknowledged in a message it did not keep: class, code, DataTime."""
    judged = setup_of(history, centre).kinds
    commands = {"2051": "minute", "2061": "hour", "2031": "day"}
    kinds = {command: kind for command, kind in commands.items() if kind in judged}
    acks = acknowledgements(history, centre)
    kept = {(event.t, event.qn) for event in history.of(Stored) if event.centre == centre}
    found: dict[tuple[str, str, str], None] = {}
    for event in history.of(Received):
        if event.centre != centre or event.cn not in kinds or event.qn not in acks or (event.t, event.qn) in kept:
            continue
        _, _, content = event.frame.partition("CP=&&")
        stamp = content.partition("DataTime=")[2][:14]
        for item in content.partition("&&")[0].split(";")[1:]:
            code = item.partition("-")[0]
            found[(kinds[event.cn], code, stamp)] = None
    return list(found)


def _inside(stamp: str, order: Observed) -> bool:
    start = instant_of(stamp)
    return start is not None and int(order.query["from"]) <= start < int(order.query["to"])


def audit_finding(history: History, asked: Criterion, what: str, words: Sequence[str]) -> Check:
    """Every order of a kind that was taken is in the log within a minute, with its author and these words' values.

    `words` are keys of the order whose text the entry must hold.
    """
    taken = [event for event in history.of(Observed) if event.what == what and not event.problem]
    logs = answers(history, "log")
    rows = [
        (at, " ".join(row.get(name, "") for name in ("kind", "subject", "text")))
        for event in logs
        for row in event.rows
        if (at := instant_of_iso(row.get("at", ""))) is not None
    ]
    untold: list[str] = []
    for order in taken:
        wanted = [order.query[word] for word in words]
        if not any(abs(at - order.asked) <= MINUTE and all(text in line for text in wanted) for at, line in rows):
            untold.append(
                f"{local(order.asked)} {what} {order.query.get('centre', '')}: no entry with {', '.join(wanted)}"
            )
    return asked.decide(
        None if not taken or not logs else not untold,
        measured=len(taken) - len(untold),
        limit=len(taken),
        op=">=",
        evidence=untold,
    )


def accepted_finding(history: History, what: str, needed: int, asked: Criterion | None = None) -> Check:
    """The terminal took the orders of its operator; `asked` is the criterion, `ORDERS_TAKEN` where none is given."""
    asked = asked or ORDERS_TAKEN
    made = [event for event in history.of(Observed) if event.what == what]
    refused = [
        f"{local(event.asked)} {event.query.get('centre', '')}: {event.problem}" for event in made if event.problem
    ]
    return asked.decide(
        None if len(made) < needed else not refused,
        measured=len(made) - len(refused),
        limit=needed,
        op=">=",
        evidence=refused,
    )


def months(history: History) -> list[tuple[int, int]]:
    """Calendar months [start, end) that lie whole in the history."""
    found: list[tuple[int, int]] = []
    at = datetime.fromtimestamp(history.began.t / 1e6, _ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while True:
        after = (at + timedelta(days=32)).replace(day=1)
        start, end = (round((edge - _EPOCH).total_seconds()) * SECOND for edge in (at, after))
        if end > history.end_us:
            return found
        if start >= history.began.t:
            found.append((start, end))
        at = after


def month_findings(history: History, centre: str) -> Iterator[Check]:
    """Each whole month has one value for each point, true, acknowledged by the end of the first window afterwards."""
    truth = truth_of(history)
    setup = setup_of(history, centre)
    acks = acknowledgements(history, centre)
    open_ones = [one for one in windows(history, centre) if not one.blocked]
    stored: dict[tuple[str, int], list[Stored]] = {}
    for event in history.of(Stored):
        if event.centre == centre and event.kind == "month" and (start := instant_of(event.stamp)) is not None:
            stored.setdefault((event.code, start), []).append(event)
    absent: list[str] = []
    wrong: list[str] = []
    due = 0
    for start, end in months(history):
        window = next((one for one in open_ones if one.opening >= end), None)
        if window is None:
            continue
        for point, code in setup.codes.items():
            expected = truth.expected(point, "month", start, end)
            if expected.certainty is not Certainty.SURE:
                continue
            due += 1
            name = f"{point} {local(start)[:7]}"
            events = stored.get((code, start), [])
            answered = [at for event in events for at in acks.get(event.qn, ()) if at <= window.end]
            if not answered:
                absent.append(f"{name}: no value acknowledged by {local(window.end)}")
            wrong += [
                f"{name}: {event.fields}, truth {expected.fields}"
                for event in events
                if not matches(truth, expected, event.fields)
            ]
    yield MONTHLY_INDEX.decide(
        None if not due else not absent, measured=due - len(absent), limit=due, op=">=", evidence=absent[:10]
    )
    yield MONTHLY_VALUES_TRUE.none(wrong, due and not absent, evidence=wrong[:10])
