"""What a terminal keeps besides records, altered in its store: told, and not used (ISC-2 7.4.1.4; R-35).

Leaves altered records to `tampering_judge`. What was altered is in the record: the bench did it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bench.case import Check, EvidenceKind, Notice, criterion
from bench.history import History, Observed, Served
from bench.history.looks import TAMPERING
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common import notices
from conformance.common.times import MINUTE, SECOND, instant_of_iso

ALTERED_PERIOD_UNUSED = criterion(
    "altered-period-unused",
    en="a polling period that was altered in the store is not used",
    zh="存储中被篡改的采集周期不予使用",
    unit="polls",
    evidence=EvidenceKind.STORAGE,
)
ALTERED_TOLD = criterion(
    "altered-{0}-told",
    en="{1} that was altered in the store is noticed and told",
    zh="{2}被篡改后终端能发现并提示",
    unit="entries",
    notices=(Notice.CERTIFICATE_ALTERED, Notice.SETTING_ALTERED),
    evidence=EvidenceKind.STORAGE,
)
ALTERED_ENDED = criterion(
    "altered-period-ended",
    en="once the period is set anew, the alarm that it was altered ends",
    zh="重新设定采集周期后，其被篡改的告警解除",
    unit="alarms",
)


class SetAnew(Words, frozen=True, kw_only=True):
    """The meter whose period was set anew."""

    meter: str


SET_ANEW = Mark("set-anew", SetAnew)
THINGS = {
    "certificate": (Notice.CERTIFICATE_ALTERED, "a kept certificate with its key", "所存证书和私钥"),
    "period": (Notice.SETTING_ALTERED, "a kept setting", "所存设置"),
}
NOTICES = tuple(notice for notice, _, _ in THINGS.values())


def told_findings(history: History) -> Iterator[Check]:
    """An entry of the log or an alarm, made after the alteration, tells of each thing that was altered.

    Where one code serves several of them, there are as many entries about different subjects.
    """
    done = TAMPERING.answered(history)
    at = done[0].t if done else None
    altered = {row.point for event in done for row in event.rows if row.how == "kept"}
    answers = [
        event
        for event in history.of(Observed)
        if event.what in ("log", "alarms") and not event.problem and at is not None and event.t > at
    ]
    rows = [row for event in answers for row in event.rows if at is not None and (_instant(row) or 0) >= at]
    for thing, (notice, en, zh) in THINGS.items():
        asked = ALTERED_TOLD.of(thing, en, zh)
        known = thing in altered and bool(answers)
        if known and not notices.mapped(history, notice):
            yield notices.left_to_a_person(asked, rows, notice)
            continue
        same = [other for other in NOTICES if _codes(history, other) & _codes(history, notice)]
        found = {_subject(row): notices.line(row) for row in rows if notices.tells(history, row, notice)}
        due = sum(THINGS[other][0] in same for other in altered if other in THINGS)
        yield asked.decide(
            len(found) >= max(1, due) if known else None,
            measured=len(found),
            limit=max(1, due),
            op=">=",
            evidence=list(found.values())[:4],
        )


def ended_findings(history: History) -> Iterator[Check]:
    """The alarm about the meter whose period is set anew, where there is one: a line of a log has no end."""
    mark = SET_ANEW.last(history)
    if mark is None:
        return
    asked = [event for event in history.of(Observed) if event.what == "alarms" and not event.problem]
    name = re.compile(rf"(?<![A-Za-z0-9]){re.escape(mark.detail.meter)}(?![A-Za-z0-9])")
    told = [
        row
        for event in asked
        if event.t > mark.t
        for row in event.rows
        if row.get("raised") and notices.tells(history, row, Notice.SETTING_ALTERED) and name.search(notices.line(row))
    ]
    if told:
        yield ALTERED_ENDED.none([notices.line(row) for row in told if not row.get("cleared")], len(told))


def _codes(history: History, notice: Notice) -> set[str]:
    return set(history.began.codes.get(notice, ()))


def _subject(row: dict[str, str]) -> str:
    """What a row is about: its subject, or its text where the log has none."""
    return row.get("subject") or row.get("text") or row.get("en", "")


def _instant(row: dict[str, str]) -> int | None:
    for name in ("at", "raised"):
        if row.get(name):
            return instant_of_iso(row[name])
    return None


def unused_finding(history: History, period_s: int) -> Check:
    """After the alteration, and until the period is set anew, meters are not polled at the altered period."""
    done = TAMPERING.answered(history)
    at = (done[0].t if done else history.end_us) + 3 * MINUTE
    anew = SET_ANEW.last(history)
    end = history.end_us if anew is None else anew.t
    polls = [event.t for event in history.of(Served) if at <= event.t <= end]
    span = polls[-1] - polls[0] if len(polls) > 1 else 0
    # Two polls for every three that the altered period would bring are far more than any other period in force.
    most = span * 2 // (3 * period_s * SECOND)
    known = bool(done) and span >= 5 * MINUTE
    return ALTERED_PERIOD_UNUSED.decide(
        None if not known else len(polls) - 1 < most, measured=len(polls) - 1 if polls else 0, limit=most, op="<"
    )
