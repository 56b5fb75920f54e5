"""What a terminal keeps besides records, altered in its store: told, and not used (ISC-2 7.4.1.4; R-35).

Leaves altered records to `tampering_judge`. What was altered is in the record: the bench did it.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.history import History, Observed, Served
from conformance.common.times import MINUTE, SECOND, instant_of_iso

ALTERED_PERIOD_UNUSED = criterion(
    "altered-period-unused",
    en="a polling period that was altered in the store is not used",
    zh="存储中被篡改的采集周期不予使用",
    unit="polls",
)
ALTERED_TOLD = criterion(
    "altered-{0}-told",
    en="{1} that was altered in the store is noticed and told",
    zh="{2}被篡改后终端能发现并提示",
    unit="entries",
)


_ALTERED = ("altered", "tamper", "integrity", "check code", "篡改", "改动", "完整")
THINGS = {
    "certificate": (("certificate", "key", "证书", "密钥"), "a kept certificate with its key", "所存证书和私钥"),
    "period": (("period", "周期"), "a kept setting", "所存设置"),
}


def told_findings(history: History) -> Iterator[Check]:
    """An entry of the log or an alarm, made after the alteration, names each thing that was altered."""
    done = [event for event in history.of(Observed) if event.what == "tampering" and not event.problem]
    at = done[0].t if done else None
    altered = {row["point"] for event in done for row in event.rows if row["how"] == "kept"}
    answers = [
        event
        for event in history.of(Observed)
        if event.what in ("log", "alarms") and not event.problem and at is not None and event.t > at
    ]
    texts = [
        " ".join(row.values()).lower()
        for event in answers
        for row in event.rows
        if at is not None and (_instant(row) or 0) >= at
    ]
    for thing, (words, en, zh) in THINGS.items():
        found = [
            text for text in texts if any(word in text for word in words) and any(word in text for word in _ALTERED)
        ]
        yield ALTERED_TOLD.of(thing, en, zh).decide(
            bool(found) if thing in altered and answers else None,
            measured=len(found),
            limit=1,
            op=">=",
            evidence=found[:2],
        )


def _instant(row: dict[str, str]) -> int | None:
    for name in ("at", "raised"):
        if row.get(name):
            return instant_of_iso(row[name])
    return None


def unused_finding(history: History, period_s: int) -> Check:
    """After the alteration meters are not polled at the altered period."""
    done = [event for event in history.of(Observed) if event.what == "tampering" and not event.problem]
    at = (done[0].t if done else history.end_us) + 3 * MINUTE
    polls = [event.t for event in history.of(Served) if event.t >= at]
    span = polls[-1] - polls[0] if len(polls) > 1 else 0
    # Two polls for every three that the altered period would bring are far more than any other period in force.
    most = span * 2 // (3 * period_s * SECOND)
    known = bool(done) and span >= 5 * MINUTE
    return ALTERED_PERIOD_UNUSED.decide(
        None if not known else len(polls) - 1 < most, measured=len(polls) - 1 if polls else 0, limit=most, op="<"
    )
