"""Third-party platforms: what they were passed, and how each wanted it authenticated and enciphered (CSMT 11.13).

Leaves true values to `delivery` and the capture to `secrecy`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from bench.case import Check, criterion
from bench.history import Commanded, History, Observed, Received, Rejected, Secured, Stored
from bench.history.marks import Mark
from conformance.common.delivery import Ledger
from conformance.common.phases import OfCentre
from conformance.common.times import DAY, HOUR, MINUTE, floor, instant_of, local

ACTIVITY_DATA_PASSED = criterion(
    "activity-data-passed-{0}",
    en="third party {1} was passed all activity data, unaltered",
    zh="第三方平台 {1} 收到全部活动数据且未改动",
    unit="records",
)
PASSED = criterion(
    "{0}-passed-{1}", en="third party {2} was passed the configured {0}", zh="第三方平台 {2} 收到所配置的{3}"
)
ENTRIES_PASSED = criterion(
    "entries-passed-{0}",
    en="third party {1} was passed what was entered by hand, with author and reason",
    zh="第三方平台 {1} 收到填报数据及其操作人和原因",
    unit="entries",
)
STATISTICS_PASSED = criterion(
    "statistics-passed-{0}",
    en="third party {1} was passed the statistics of each day, the sum of its data",
    zh="第三方平台 {1} 收到每日统计数据，且等于当日数据之和",
    unit="days",
)
BODY_ENCIPHERED_AS_DEMANDED = criterion(
    "body-enciphered-as-demanded",
    en="bodies are enciphered with the key that the third party demands",
    zh="按第三方平台要求对数据加密",
    unit="bodies",
)
AUTHENTICATES_AS_DEMANDED = criterion(
    "authenticates-as-demanded",
    en="the terminal shows the certificate and the token that the third party demands",
    zh="终端按第三方平台要求出示证书和令牌",
    unit="requests",
)
REFUSED_DATA_WAIT = criterion(
    "refused-data-wait",
    en="what the third party refused for its token is passed on once the token is right again",
    zh="因令牌被拒的数据在令牌恢复后补传",
    unit="periods",
)


READINGS_TOLD = criterion(
    "readings-told-{0}",
    en="the latest readings reach {1} too, beside the records",
    zh="除时段记录外，实时读数也送达 {1}",
    unit="readings",
)


def readings_finding(history: History, centre: str) -> Check:
    """Readings came; what is said to be told and never is fails as soon as records come (R-03)."""
    came = [event for event in history.of(Stored) if event.centre == centre]
    live = sum(event.kind == "realtime" for event in came)
    return READINGS_TOLD.of(centre.lower(), centre).decide(True if live else False if came else None, measured=live)


SOON_US = HOUR
"""How long what has changed may take to reach a third party: the clause names no time, this is the bench's patience."""
_TOKEN, _CLEAR = "token", "not enciphered"


def activity_finding(ledger: Ledger) -> Check:
    """All activity data arrived, as they were."""
    wrong = [
        problem.evidence
        for group in (ledger.lost, ledger.unacknowledged, ledger.altered, ledger.mis_stamped, ledger.invented)
        for problem in group
    ]
    return ACTIVITY_DATA_PASSED.of(ledger.centre.lower(), ledger.centre).decide(
        None if not ledger.truths else not wrong if ledger.records or wrong else False if ledger.sure else None,
        measured=len(wrong),
        limit=0,
        evidence=[f"{len(ledger.records)} records / 条记录", *wrong[:10]],
    )


def _stored(history: History, centre: str, kind: str) -> list[Stored]:
    return [event for event in history.of(Stored) if event.centre == centre and event.kind == kind]


def document_finding(
    history: History,
    centre: str,
    kind: str,
    name: str,
    wanted: Mapping[str, str],
    units: Sequence[Mapping[str, str]] = (),
) -> Check:
    """A method or boundary that is in force in the terminal was passed on within the hour, as it is.

    A boundary holds all its `units`, each with its members, and no other.
    """
    done = next(
        (
            event.t
            for event in history.of(Commanded)
            if event.cn == f"issue-{kind}" and event.answer.get("name") == name and event.result == "done"
        ),
        None,
    )
    came = [event for event in _stored(history, centre, kind) if event.code == name]
    first = next(
        (event for event in came if wanted.items() <= event.fields.items() and _holds(event.fields, units)), None
    )
    late = first is None or done is None or first.t > done + SOON_US
    said = f"{local(first.t)} {first.fields}" if first else str(came[-1].fields) if came else "nothing"
    return PASSED.of(kind, centre.lower(), centre, "核算方法" if kind == "method" else "排放边界").decide(
        None if done is None else not late,
        expected=str({**wanted, "units": [dict(each) for each in units]} if units else dict(wanted)),
        actual=said,
    )


def _holds(fields: Mapping[str, str], units: Sequence[Mapping[str, str]]) -> bool:
    """Whether a document holds exactly these units, in any order; a unit may say more of itself."""
    if not units:
        return True
    try:
        found: Any = json.loads(fields.get("units", ""))
    except ValueError:
        return False
    rows = cast(list[object], found) if isinstance(found, list) else []
    same = all(
        any(isinstance(row, dict) and each.items() <= cast(dict[str, object], row).items() for row in rows)
        for each in units
    )
    return len(rows) == len(units) and same


def entry_finding(history: History, centre: str) -> Check:
    """Every value entered by hand was passed on within the hour, with its author and reason."""
    made = [event for event in history.of(Observed) if event.what == "manual entry" and not event.problem]
    came = _stored(history, centre, "manual")
    missing: list[str] = []
    for event in made:
        words = {name: event.query[name] for name in ("kind", "value", "author", "reason")}
        if not any(
            instant_of(each.stamp) == int(event.query["start"])
            and words.items() <= each.fields.items()
            and each.t <= event.asked + SOON_US
            for each in came
        ):
            missing.append(f"{local(int(event.query['start']))} {words}: {[each.fields for each in came][:3]}")
    return ENTRIES_PASSED.of(centre.lower(), centre).none_among(made, missing)


def statistics_finding(history: History, centre: str) -> Check:
    """The statistics of every whole day were passed on within the hour, and are the sum of the day's activity data."""
    sums: dict[tuple[str, int], tuple[Decimal, int]] = {}
    for event in _stored(history, centre, "minute"):
        start = instant_of(event.stamp)
        if start is None or event.copies > 1 or "Cou" not in event.fields:
            continue
        key = (event.code, floor(start, DAY))
        total, count = sums.get(key, (Decimal(0), 0))
        sums[key] = (total + Decimal(event.fields["Cou"]), count + 1)
    told = {(event.code, instant_of(event.stamp)): event for event in _stored(history, centre, "statistics-day")}
    wrong: list[str] = []
    days = 0
    for (code, day), (total, count) in sums.items():
        if count < 96 or day + DAY + SOON_US > history.end_us:
            continue
        days += 1
        event = told.get((code, day))
        if event is None:
            wrong.append(f"{code} {local(day)}: no statistics")
        elif Decimal(event.fields["value"]) != total or event.t > day + DAY + SOON_US:
            wrong.append(f"{code} {local(day)}: {event.fields['value']}, the day's data are {total} ({local(event.t)})")
    return STATISTICS_PASSED.of(centre.lower(), centre).none_among(days, wrong)


TOKEN_CHANGED, TOKEN_RESTORED = Mark("token-changed", OfCentre), Mark("token-restored", OfCentre)
"""A platform asks for another token than it gave, and for the right one again."""


def _since(history: History, kind: Mark[OfCentre], centre: str) -> int | None:
    return max((mark.t for mark in kind.of(history) if mark.detail.centre == centre), default=None)


def authentication_findings(history: History, centre: str) -> Iterator[Check]:
    """Certificate and token as demanded; what was refused for another token waits and comes once it is right again."""
    begin, end = (_since(history, kind, centre) for kind in (TOKEN_CHANGED, TOKEN_RESTORED))
    refused = [event for event in history.of(Rejected) if event.at == centre and _TOKEN in event.reason]
    outside = [
        f"{local(event.t)} {event.reason}"
        for event in refused
        if begin is None or end is None or not begin <= event.t <= end
    ]
    shakes = [event for event in history.of(Secured) if event.at == centre and event.state == "agreed"]
    nameless = [f"{local(event.t)} no certificate" for event in shakes if not event.peer]
    heard = any(event.centre == centre for event in history.of(Received))
    yield AUTHENTICATES_AS_DEMANDED.decide(
        False if outside or nameless else True if shakes and heard else None,
        measured=len(outside) + len(nameless),
        limit=0,
        evidence=[*outside, *nameless][:10],
    )
    tried = begin is not None and any(begin <= event.t <= (end or history.end_us) for event in refused)
    due: list[int] = []
    absent: list[str] = []
    if begin is not None and end is not None:
        due = list(range(floor(begin, 15 * MINUTE) + 15 * MINUTE, end - 5 * MINUTE, 15 * MINUTE))
        for at in due:
            stamps = [
                event for event in _stored(history, centre, "minute") if instant_of(event.stamp) == at - 15 * MINUTE
            ]
            if not any(event.t >= end for event in stamps):
                absent.append(f"{local(at)}: never taken")
    yield REFUSED_DATA_WAIT.none_among(tried and due, absent)


def enciphered_finding(history: History, centre: str) -> Check:
    """Where the third party demands it every body is enciphered, and it can decipher each."""
    bodies = [event for event in history.of(Received) if event.centre == centre]
    clear = [f"{local(event.t)} {event.cn}: {event.frame[:60]}" for event in bodies if '"keyId"' not in event.frame]
    clear += [
        f"{local(event.t)} {event.reason}"
        for event in history.of(Rejected)
        if event.at == centre and (_CLEAR in event.reason or "decipher" in event.reason)
    ]
    return BODY_ENCIPHERED_AS_DEMANDED.none_among(
        bodies, clear, evidence=[f"{len(bodies)} bodies / 个报文", *clear[:10]]
    )
