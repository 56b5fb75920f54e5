"""Energy platforms and fingerprints: upload windows, daily sets, registration, deposits (R-13, R-35).

Leaves completeness and content to `delivery`. A platform's records of class minute are its quarter-hours.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from bench.case import Check, Notice, criterion
from bench.history import Fingerprinted, History, Observed, Received, Sent, Served, Stored
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common import notices
from conformance.common.delivery import Ledger, setup_of
from conformance.common.phases import UPLOAD_TIME
from conformance.common.queries import questions
from conformance.common.readings import number
from conformance.common.times import DAY, MINUTE, SECOND, floor, instant_of, instant_of_iso, local, seconds, stamp_of

_LIST = "collectItemConfig"

REGISTERS_AGAIN = criterion(
    "registers-again",
    en="the terminal registers again when what it was given at its registration no longer holds",
    zh="注册所得信息失效后终端重新注册",
    unit="changes",
)
STARTS_WITH_WINDOW = criterion(
    "starts-with-window",
    en="the upload starts within 5 s of the time the platform told",
    zh="上传在平台下发时间 ±5 s 内开始",
    unit="s",
    timed=True,
)
INSIDE_WINDOW = criterion(
    "inside-window", en="nothing is uploaded outside the window", zh="窗口之外不上传", unit="uploads"
)
ACKNOWLEDGED_IN_WINDOW = criterion(
    "acknowledged-in-window",
    en="a day's set is acknowledged by the end of the first window after the day",
    zh="日数据在当日结束后首个窗口内全部得到应答",
    unit="records",
)
NINETY_SIX_A_DAY = criterion(
    "ninety-six-a-day",
    en="every point has 96 quarter-hours and a day value for each day",
    zh="每个测点每日有 96 个 15 min 值和日值",
    unit="sets",
)
REGISTERS_FIRST = criterion("registers-first", en="the terminal registers before it uploads", zh="先注册后上传")
REQUESTS_WELL_FORMED = criterion(
    "requests-well-formed", en="no request deviates from the platform's form", zh="请求格式无偏差", unit="requests"
)
LISTED_ARRIVE = criterion(
    "listed-arrive", en="what the platform has listed arrives", zh="平台所列数据项按时到达", unit="records"
)
LISTED_ALONE = criterion(
    "listed-alone",
    en="nothing but what the platform has listed arrives, restarts or not",
    zh="重启前后均只上传平台所列数据项",
    unit="records",
)
LAST_REVISION_THERE = criterion(
    "last-revision-there",
    en="what was entered last for a period is what its receiver has in the end",
    zh="接收方最终存有该时段最后一次更正值",
    unit="periods",
)
REVISIONS_RISE = criterion(
    "revisions-rise",
    en="every other content of a period bears a higher revision than the one before",
    zh="同一时段内容变化时修订号递增",
    unit="records",
)
CORRECTED_UNDER_WAY = criterion(
    "corrected-under-way",
    en="a correction was entered between an upload and its answer",
    zh="在上传与应答之间录入了更正",
    condition=True,
)
MORE_THAN_ONE_BODY = criterion(
    "more-than-one-body",
    en="where more than 500 entries are due, no body holds more than 500",
    zh="待传数据超过 500 条时，每次上传不超过 500 条",
    unit="bodies",
)
SAME_WHEN_SENT_AGAIN = criterion(
    "same-when-sent-again",
    en="what is sent again after a time-out has the same content",
    zh="超时重发的内容与首次一致",
    unit="records",
)
ALL_DEPOSITED = criterion(
    "all-deposited", en="every record has a fingerprint at the platform", zh="每条记录的指纹均已存证", unit="records"
)
FINGERPRINTS_AGREE = criterion(
    "fingerprints-agree",
    en="the deposited fingerprints are those of the records as they stand",
    zh="存证指纹与记录一致",
    unit="records",
)
NO_DEPOSIT_REFUSED = criterion(
    "no-deposit-refused",
    en="every deposit carries a valid signature of the device",
    zh="每次存证的签名均有效",
    unit="deposits",
)


UPLOAD, REGISTER = "uploadEnergyData", "register"
WINDOW_US = 60 * MINUTE
START_WITHIN_US = 5 * SECOND
A_DAY = 96


class Listed(Words, frozen=True, kw_only=True):
    """The code of the one item that is listed."""

    code: str


LISTED = Mark("listed", Listed)
"""The platform lists one item alone, from now on or from the terminal's next question on."""


class Terms(Words, frozen=True, kw_only=True):
    """What has changed: the key, the registration or the address."""

    changed: str


TERMS = Mark("terms", Terms)
"""What the platform gave out at the registration holds no longer."""


def openings(history: History, centre: str) -> list[int]:
    """When the daily windows open (us): the platform's time, or the one it has told since (phase `upload-time`)."""
    times = [(0, setup_of(history, centre).upload_time)]
    times += [(mark.t, mark.detail.time) for mark in UPLOAD_TIME.of(history)]
    found: list[int] = []
    midnight = floor(history.began.t, DAY) + DAY
    while midnight <= history.end_us:
        text = next(time for at, time in reversed(times) if at < midnight)
        hours, minutes, rest = (int(part) for part in text.split(":"))
        opening = midnight + ((hours * 60 + minutes) * 60 + rest) * SECOND
        if opening + WINDOW_US <= history.end_us:
            found.append(opening)
        midnight += DAY
    return found


def window_findings(history: History, ledger: Ledger) -> Iterator[Check]:
    """Uploads begin with the window and stay in it; every record is acknowledged by the end of its first window."""
    centre = ledger.centre
    uploads = [event.t for event in history.of(Received) if event.centre == centre and event.cn == UPLOAD]
    windows = openings(history, centre)
    late: list[str] = []
    worst = 0
    for opening in windows:
        day = floor(opening, DAY)
        first = next((at for at in uploads if day <= at < day + DAY), None)
        off = WINDOW_US if first is None else abs(first - opening)
        worst = max(worst, off)
        if off > START_WITHIN_US:
            seen = "nothing" if first is None else local(first)
            late.append(f"window of {local(opening)}: first upload {seen}")
    yield STARTS_WITH_WINDOW.decide(
        not late if windows else None, measured=seconds(worst), limit=START_WITHIN_US // SECOND, op="<=", evidence=late
    )
    outside = [
        f"upload at {local(at)}"
        for at in uploads
        if not any(opening - START_WITHIN_US <= at <= opening + WINDOW_US for opening in windows)
    ]
    yield INSIDE_WINDOW.none_among(uploads and windows, outside, evidence=outside[:10])
    overdue: list[str] = []
    due = 0
    for key, record in ledger.records.items():
        end = next((opening + WINDOW_US for opening in windows if floor(opening, DAY) >= key.end), None)
        if end is None:
            continue
        due += 1
        if record.acked is None or record.acked > end:
            shown = "never" if record.acked is None else local(record.acked)
            overdue.append(f"{key.point} {key.kind} ending {local(key.end)}: acknowledged {shown}")
    yield ACKNOWLEDGED_IN_WINDOW.none_among(due, overdue, evidence=overdue[:10])


def listed_findings(history: History, centre: str, *, needed: int = 90) -> Iterator[Check]:
    """From the phase `listed` on (detail `code`) quarter-hours of that code arrive, and nothing else does."""
    listed = LISTED.last(history)
    since = [event for event in history.of(Stored) if event.centre == centre and listed and event.t >= listed.t]
    wanted = [event for event in since if listed and (event.code, event.kind) == (listed.detail.code, "minute")]
    yield LISTED_ARRIVE.decide(len(wanted) >= needed if listed else None, measured=len(wanted), limit=needed, op=">=")
    others = [f"{local(event.t)} {event.code} {event.kind} {event.stamp}" for event in since if event not in wanted]
    yield LISTED_ALONE.none_among(since, others, evidence=others[:10])


def set_findings(history: History, centre: str) -> Iterator[Check]:
    """96 quarter-hours and the day value of each point for each day that lies whole in the record."""
    setup = setup_of(history, centre)
    windows = openings(history, centre)
    days = [floor(opening, DAY) - DAY for opening in windows if floor(opening, DAY) - DAY >= history.began.t]
    stored: dict[tuple[str, str], set[int]] = {}
    for event in history.of(Stored):
        if event.centre == centre and (start := instant_of(event.stamp)) is not None:
            stored.setdefault((event.code, event.kind), set()).add(start)
    short: list[str] = []
    for day in days:
        for point, code in setup.codes.items():
            quarters = sum(day <= start < day + DAY for start in stored.get((code, "minute"), ()))
            whole = day in stored.get((code, "day"), ())
            if quarters != A_DAY or not whole:
                short.append(f"{point} on {local(day)[:10]}: {quarters} quarter-hours, day value {whole}")
    yield NINETY_SIX_A_DAY.none_among(days and setup.codes, short, evidence=short[:10])


def form_findings(history: History, centre: str) -> Iterator[Check]:
    """The terminal registers before it uploads, and no request deviates from the platform's form."""
    requests = [event for event in history.of(Received) if event.centre == centre]
    registered = next((event.t for event in requests if event.cn == REGISTER and not event.faults), None)
    first = next((event.t for event in requests if event.cn == UPLOAD), None)
    in_order = None if first is None else registered is not None and registered < first
    yield REGISTERS_FIRST.decide(
        False if registered is None else in_order,
        actual=f"registered {local(registered or 0)}, first upload {local(first or 0)}",
    )
    wrong = [f"{local(event.t)} {event.cn}: {', '.join(event.faults)}" for event in requests if event.faults]
    yield REQUESTS_WELL_FORMED.none_among(requests, wrong, evidence=wrong[:10])


def idempotence_findings(history: History, centre: str) -> Iterator[Check]:
    """What is sent again after a time-out is the same: no record has a second content.

    Open unless something arrived twice.
    """
    stored = [event for event in history.of(Stored) if event.centre == centre]
    again = [event for event in stored if event.copies > 1 or event.version > 1]
    other = [
        f"{local(event.t)} {event.kind} {event.code} {event.stamp}: version {event.version} without a revision"
        for event in stored
        if event.version > 1 and not event.revision
    ]
    yield SAME_WHEN_SENT_AGAIN.none_among(again, other, evidence=other[:10])


def registered_finding(history: History, centre: str) -> Check:
    """After each change of what the platform gave out at the registration (phase `terms`) the terminal registers again.

    Nothing else tells a terminal the new key or address.
    """
    marks = TERMS.of(history)
    ends = [mark.t for mark in marks[1:]] + [history.end_us]
    times = [event.t for event in history.of(Received) if event.centre == centre and event.cn == REGISTER]
    missing = [
        f"{mark.detail.changed} from {local(mark.t)}: no registration since"
        for mark, end in zip(marks, ends, strict=False)
        if not any(mark.t < at <= end for at in times)
    ]
    return REGISTERS_AGAIN.none_among(marks, missing)


PLATFORMS_ORDERS_LOGGED = criterion(
    "platforms-orders-logged",
    en="what a platform sets over HTTPS is in the log",
    zh="平台经 HTTPS 下发的配置记入日志",
    unit="orders",
    notices=(Notice.CONFIGURATION_CHANGED,),
)


def orders_logged_finding(history: History, centre: str) -> Check:
    """An entry of a changed configuration between a platform's answer with its new list and the look into the log."""
    asked = Notice.CONFIGURATION_CHANGED
    mark = LISTED.last(history)
    sent = [event for event in history.of(Sent) if event.centre == centre and _LIST in event.frame]
    given = [event.t for event in sent if mark is not None and event.t > mark.t]
    logs = [event for event in history.of(Observed) if event.what == "log" and not event.problem]
    rows = logs[-1].rows if logs else ()
    if given and rows and not notices.mapped(history, asked):
        return notices.left_to_a_person(PLATFORMS_ORDERS_LOGGED, rows[-20:], asked)
    told = [instant_of_iso(row.get("at", "")) for row in rows if notices.tells(history, row, asked)]
    lost = [local(at) for at in given[:1] if not any(each is not None and abs(each - at) <= MINUTE for each in told)]
    return PLATFORMS_ORDERS_LOGGED.none(lost if logs else (), given if logs else ())


NOT_AGAIN_AND_AGAIN = criterion(
    "deposits-not-repeated",
    en="what the platform has taken is not deposited again and again, also where it refused another",
    zh="平台已接收的指纹不反复重传（包括同批另有指纹被拒时）",
    unit="fingerprints",
)
# An answer may be lost, or one fingerprint refused and its batch sent once more.
_AGAIN = 3


class Held(Words, frozen=True, kw_only=True):
    """The record of which the platform has another fingerprint already: code of its point, beginning."""

    point: str
    start: str


HELD = Mark("other-fingerprint-there", Held)


def deposit_findings(history: History, centre: str, kind: str) -> Iterator[Check]:
    """Every record of a class that the terminal shows is deposited, under the digest that its content has.

    Not asked of one that the platform had to refuse, having another under its key. The digest is the judge's own: SM3
    over the canonical form of docs/WIRE.md section 4, for counters.
    """
    mn = setup_of(history, centre).mn
    first = history.began.centres[0].codes
    points = {point.id: point for point in history.began.points}
    deposits = [event for event in history.of(Fingerprinted) if event.centre == centre and event.what == "deposit"]
    held = {(mark.detail.point, mark.detail.start) for mark in HELD.of(history)}
    deposits = [event for event in deposits if event.kind == kind and (event.point, event.start) not in held]
    taken = {(event.point, event.start): event for event in deposits if event.outcome in ("accepted", "again")}
    missing: list[str] = []
    wrong: list[str] = []
    shown = 0
    for answer in questions(history, "records"):
        if answer.query.get("kind") != kind:
            continue
        point = points[answer.query["point"]]
        for row in answer.rows:
            if not row.get("value"):
                continue
            start, end = _stamp(row["start"]), _stamp(row["end"])
            if (first[point.id], start) in held:
                continue
            shown += 1
            deposit = taken.get((first[point.id], start))
            if deposit is None:
                missing.append(f"{point.id} {kind} {start}: no deposit accepted")
                continue
            lines = (
                "carbonbench-record/1", f"device={mn}", f"point={first[point.id]}", f"kind={kind}", f"start={start}",
                f"end={end}", f"unit={point.unit}", f"flag={row['flag']}", f"revision={deposit.revision}",
                f"Cou={row['value']}",
            )  # fmt: skip
            digest = hashlib.new("sm3", "".join(f"{line}\n" for line in lines).encode()).hexdigest()
            if digest != deposit.digest:
                wrong.append(f"{point.id} {kind} {start}: value {row['value']} is not what was deposited")
    if not deposits and any(True for _ in history.of(Served)):
        # Meters were read for hours, and what the product claims was not observed.
        missing.append(f"no deposit of any {kind} came")
    yield ALL_DEPOSITED.none_among(shown or missing, missing, evidence=missing[:10])
    yield FINGERPRINTS_AGREE.none_among(shown and taken, wrong, evidence=wrong[:10])
    refused = [f"{event.point} {event.kind} {event.start}: {event.outcome}" for event in deposits]
    refused = [
        line for line, event in zip(refused, deposits, strict=True) if event.outcome not in ("accepted", "again")
    ]
    yield NO_DEPOSIT_REFUSED.none_among(deposits, refused, evidence=refused[:10])
    often = Counter((event.point, event.kind, event.start) for event in deposits if event.outcome == "again")
    again = [f"{' '.join(key)}: {count} times more" for key, count in often.items() if count > _AGAIN]
    yield NOT_AGAIN_AND_AGAIN.none_among(taken, again)


def _stamp(text: str) -> str:
    """An instant in ISO 8601 as the fourteen digits of local time; other text as it is."""
    instant = instant_of_iso(text)
    return text if instant is None else stamp_of(instant)


MOST_ENTRIES = 500
"""docs/WIRE.md section 3: entries of one body."""


def correction_findings(history: History, centre: str) -> Iterator[Check]:
    """Corrections by hand, one of them between an upload and its answer: the centre has the last in the end (R-22)."""
    entries = [event for event in history.of(Observed) if event.what == "manual entry" and not event.problem]
    codes = setup_of(history, centre).codes
    stored = [event for event in history.of(Stored) if event.centre == centre]
    received = [event for event in history.of(Received) if event.centre == centre and event.cn != REGISTER]
    answered = [event.t for event in history.of(Sent) if event.centre == centre]
    under_way = any(
        not any(asked.t < at < entry.asked for at in answered) and any(entry.t < at for at in answered)
        for entry in entries
        for asked in received
        if 0 < entry.asked - asked.t < MINUTE
    )
    yield CORRECTED_UNDER_WAY.decide(True if under_way else None)
    last = {
        (event.query["point"], event.query["kind"], int(event.query["start"])): event.query["value"]
        for event in entries
    }
    absent: list[str] = []
    for (point, kind, start), value in last.items():
        own = [each for each in stored if _is_of(each, kind, codes.get(point), start)]
        shown = own[-1].fields.get("Cou", own[-1].fields.get("Avg", "")) if own else "nothing"
        if not own or number(shown) != number(value):
            absent.append(f"{point} {kind} from {local(start)}: {shown}, entered last was {value}")
    yield LAST_REVISION_THERE.none(absent, last)


def _is_of(stored: Stored, kind: str, code: str | None, start: int) -> bool:
    return (stored.kind, stored.code) == (kind, code) and instant_of(stored.stamp) == start


def revision_findings(history: History, centre: str) -> Iterator[Check]:
    """Corrections by hand at a platform: the last stands there, each content under a higher revision (R-22, R-25)."""
    yield from correction_findings(history, centre)
    entries = [event for event in history.of(Observed) if event.what == "manual entry" and not event.problem]
    codes = setup_of(history, centre).codes
    stored = [event for event in history.of(Stored) if event.centre == centre]
    received = [event for event in history.of(Received) if event.centre == centre and event.cn != REGISTER]
    falling: list[str] = []
    changed = 0
    for point, kind, start in dict.fromkeys(
        (entry.query["point"], entry.query["kind"], int(entry.query["start"])) for entry in entries
    ):
        own = [each for each in stored if _is_of(each, kind, codes.get(point), start)]
        others = [(earlier, later) for earlier, later in pairwise(own) if later.fields != earlier.fields]
        changed += len(others)
        falling += [
            f"{local(later.t)} {point} {kind} from {local(start)}: revision {later.revision} after {earlier.revision}"
            for earlier, later in others
            if later.revision <= earlier.revision
        ]
    yield REVISIONS_RISE.none(falling, changed)
    bodies = [(event, event.frame.count('"dataCode"')) for event in received]
    full = sum(count for _, count in bodies)
    over = [f"{local(event.t)}: {count} entries in one body" for event, count in bodies if count > MOST_ENTRIES]
    yield MORE_THAN_ONE_BODY.none(over, full > MOST_ENTRIES)
    wrong = [f"{local(event.t)} {event.cn}: {', '.join(event.faults)}" for event in received if event.faults]
    yield REQUESTS_WELL_FORMED.none_among(received, wrong, evidence=wrong[:10])
