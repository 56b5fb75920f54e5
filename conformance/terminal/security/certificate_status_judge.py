"""Status of single certificates (OCSP): asked for, obeyed, stapled; what says nothing opens no session (R-34).

Leaves what arrived to `delivery`. Phase `STATUS` says how long an answer holds and how often the terminal is told to
look; every other kind of phase is named for what was answered or stapled from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bench.case import Check, Criterion, Notice, criterion
from bench.history import History, Observed, Received, Secured, StatusServed
from bench.history.marks import Mark, Plain
from bench.history.observation import Words
from conformance.common import notices
from conformance.common.times import MINUTE, SECOND, local, seconds
from conformance.terminal.security.revocation_judge import REVOKED

STATUS_ASKED = criterion(
    "status-asked",
    en="the status of the centre's certificate is asked for before anything is sent",
    zh="发送任何数据前先查询中心证书状态",
    unit="questions",
)
NOT_ENOUGH = criterion("not-enough-{0}", en="{1}: nothing is sent", zh="{2}：不发送任何数据", unit="messages")
STAPLE_REVOKED_OBEYED = criterion(
    "staple-revoked-obeyed",
    en="a stapled status that says revoked: nothing is sent",
    zh="握手附带的状态为已吊销：不发送任何数据",
    unit="messages",
)
STATUS_ALARMED = criterion(
    "status-alarmed",
    en="an alarm says that the status of a certificate cannot be had",
    zh="无法获取证书状态时告警",
    notices=(Notice.CERTIFICATE_STATUS_MISSING,),
)
REVOKED_STATUS_OBEYED = criterion(
    "revoked-status-obeyed-{0}",
    en="{1} s after its status became revoked centre {2} gets no message",
    zh="中心 {2} 证书状态变为已吊销 {1} s 后收不到任何报文",
    unit="messages",
)
OTHERS_SERVED_WHILE_REVOKED = criterion(
    "others-served-while-revoked", en="other centres are served meanwhile", zh="其他中心不受影响", unit="messages"
)
SERVED = criterion("served-{0}", en="{1}: the centre is served", zh="{2}：照常上传", unit="messages")
STAPLE_REFUSED = criterion("staple-{0}-refused", en="{1}: nothing is sent", zh="{2}：不发送任何数据", unit="messages")


class StatusTerms(Words, frozen=True, kw_only=True):
    """For how long an answer holds, and how often the terminal is told to look again (s)."""

    valid_s: int
    look_s: int


STATUS = Mark("status", StatusTerms)
STAPLED = Plain("stapled")
STAPLE_REVOKED = Plain("staple-revoked")
ANSWERED = {
    word: Plain(f"answers-{word}")
    for word in (
        *("delegated", "slander", "silent", "try-later", "unknown"),
        *("old", "forged", "undelegated", "other", "wrong-nonce"),
    )
}
"""From then on the status is answered so."""
STAPLED_SO = {word: Plain(f"staple-{word}") for word in ("none", "old", "forged", "other")}
"""From then on a status is stapled so."""
# How much longer than its interval a terminal may take: the answer, the end of the session, a new one.
SLACK_US = MINUTE
STATUS_MISSING = Notice.CERTIFICATE_STATUS_MISSING

Span = tuple[int, int]


def _span(history: History, kind: Mark[Any]) -> Span | None:
    """Begin and end of the last phase of a kind."""
    mark = kind.last(history)
    return None if mark is None else (mark.t, mark.until)


def due_us(history: History) -> int:
    """How long after a change a terminal may stand on what it knew before: the answer's end, and its next look."""
    mark = STATUS.last(history)
    return SLACK_US if mark is None else (mark.detail.valid_s + mark.detail.look_s) * SECOND + SLACK_US


def _told(history: History, centre: str, low: int, high: int) -> list[str]:
    return [
        f"{local(event.t)} {event.centre} CN={event.cn} QN={event.qn}"
        for event in history.of(Received)
        if event.centre == centre and low < event.t <= high
    ]


def _served(history: History, span: Span, fault: str, *, stapled: bool = False) -> list[StatusServed]:
    return [
        event
        for event in history.of(StatusServed)
        if span[0] <= event.t <= span[1] and event.fault == fault and event.stapled is stapled
    ]


def asked_finding(history: History, centre: str) -> Check:
    """Before the first message of the record the status of the centre's certificate was asked for."""
    asked = [event.t for event in history.of(StatusServed) if not event.stapled and event.serial]
    first = next((event.t for event in history.of(Received) if event.centre == centre), None)
    return STATUS_ASKED.decide(
        None if first is None else bool(asked) and asked[0] <= first, measured=len(asked), limit=1, op=">="
    )


def revoked_findings(history: History, centre: str, others: Sequence[str]) -> Iterator[Check]:
    """Once its status is revoked a centre gets nothing more; the others are served meanwhile."""
    span, due = _span(history, REVOKED), due_us(history)
    answered = [] if span is None else [each for each in _served(history, span, "") if each.status == "revoked"]
    before = [] if span is None else _told(history, centre, span[0] - 5 * MINUTE, span[0])
    late = [] if span is None else _told(history, centre, span[0] + due, span[1])
    known = span is not None and bool(before) and span[1] > span[0] + due
    yield REVOKED_STATUS_OBEYED.of(centre.lower(), seconds(due), centre).decide(
        False if known and late else True if known and answered else None,
        measured=len(late),
        limit=0,
        evidence=late[:10] or [f"{len(answered)} answers / 次应答"],
    )
    if not others:
        return
    served = [] if span is None else [each for name in others for each in _told(history, name, span[0] + due, span[1])]
    yield OTHERS_SERVED_WHILE_REVOKED.decide(bool(served) if known else None, measured=len(served), limit=1, op=">=")


def unbelieved_findings(history: History, centre: str, faults: Sequence[str]) -> Iterator[Check]:
    """With nothing but such an answer to be had, the terminal sends the centre nothing (policy hard)."""
    due = due_us(history)
    for fault in faults:
        span = _span(history, ANSWERED[fault])
        met = [] if span is None else _served(history, span, fault)
        # Who asks without a nonce cannot tell an answer to another question, and need not (RFC 6960, 4.4.1).
        asked = fault != "wrong-nonce" or bool(met)
        known = span is not None and span[1] > span[0] + due and asked
        yield _silent(
            NOT_ENOUGH.of(fault, *UNBELIEVED[fault]), history, centre, span, len(met), "answers / 次应答", known=known
        )


def _silent(
    question: Criterion, history: History, centre: str, span: Span | None, met: int, what: str, *, known: bool = True
) -> Check:
    """Whether the centre was told nothing from when it was due to the end of a span, in which `what` was met."""
    late = [] if span is None else _told(history, centre, span[0] + due_us(history), span[1])
    return question.decide(
        False if known and late else True if known and met else None,
        measured=len(late),
        limit=0,
        evidence=late[:5] or [f"{met} {what}"],
    )


UNBELIEVED = {
    "silent": ("no answer on the certificate's status", "查询证书状态无应答"),
    "try-later": ("an answer that says try later", "应答为稍后再试"),
    "unknown": ("an answer that the certificate is unknown", "应答为证书未知"),
    "old": ("an answer that has run out", "应答已过期"),
    "forged": ("an answer that its issuer has not signed", "应答非签发者签名"),
    "undelegated": ("an answer signed by somebody without that charge", "应答签名者未获签发者授权"),
    "other": ("an answer about another certificate", "应答针对其他证书"),
    "wrong-nonce": ("an answer to another question", "应答随机数与请求不符"),
}


def serving_findings(history: History, centre: str, answers: Sequence[str]) -> Iterator[Check]:
    """With such an answer the centre is served."""
    for answer in answers:
        span = _span(history, STAPLED if answer == "stapled" else ANSWERED[answer])
        en, zh = SERVING[answer]
        fault = answer if answer in UNBELIEVED or answer == "slander" else ""
        met = [] if span is None else _served(history, span, fault, stapled=answer == "stapled")
        # Two minutes at the end: what was held back before must have been sent by then.
        told = [] if span is None else _told(history, centre, span[1] - 2 * MINUTE, span[1])
        yield SERVED.of(answer, en, zh).decide(
            bool(told) if met else None, measured=len(told), limit=1, op=">=", evidence=[f"{len(met)} answers / 次应答"]
        )


SERVING = {
    "delegated": ("answers signed by one whom the issuer has charged with them", "应答由签发者授权的响应者签名"),
    "silent": ("no answer, and told to go on", "无应答且策略为告警"),
    "try-later": ("try later, and told to go on", "稍后再试且策略为告警"),
    "slander": ("a forged answer that says revoked", "伪造的“已吊销”应答"),
    "stapled": ("a good status stapled while nobody answers", "无人应答但握手附带有效状态"),
}


def staple_findings(history: History, centre: str, faults: Sequence[str]) -> Iterator[Check]:
    """A certificate that insists on a staple opens no session with a bad one, or with none."""
    for fault in faults:
        span = _span(history, STAPLED_SO[fault])
        shaken = [] if span is None else _handshakes(history, centre, span)
        met = shaken if fault == "none" or span is None else _served(history, span, fault, stapled=True)
        question = STAPLE_REFUSED.of(fault, *STAPLES[fault])
        yield _silent(question, history, centre, span, len(met), "handshakes / 次握手")


STAPLES = {
    "none": ("a certificate that insists on a staple, and none", "证书要求附带状态而握手未附带"),
    "old": ("a stapled status that has run out", "握手附带的状态已过期"),
    "forged": ("a stapled status that its issuer has not signed", "握手附带的状态非签发者签名"),
    "other": ("a stapled status of another certificate", "握手附带其他证书的状态"),
}


def _handshakes(history: History, centre: str, span: Span) -> list[Secured]:
    return [event for event in history.of(Secured) if event.at == centre and span[0] <= event.t <= span[1]]


def stapled_revoked_finding(history: History, centre: str) -> Check:
    """A stapled status that says revoked ends it, though nobody else answers."""
    span = _span(history, STAPLE_REVOKED)
    met = [] if span is None else [e for e in _served(history, span, "", stapled=True) if e.status == "revoked"]
    return _silent(STAPLE_REVOKED_OBEYED, history, centre, span, len(met), "staples / 次")


def alarm_finding(history: History, answers: Sequence[str]) -> Check:
    """While no status can be had, with such answers, a standing alarm says so."""
    asked = [event for event in history.of(Observed) if event.what == "alarms" and not event.problem]
    found = [span for answer in answers if (span := _span(history, ANSWERED[answer])) is not None]
    inside = [event for event in asked if any(low <= event.t <= high for low, high in found)]
    standing = [row for event in inside for row in event.rows if not row.get("cleared")]
    if standing and not notices.mapped(history, STATUS_MISSING):
        return notices.left_to_a_person(STATUS_ALARMED, standing, STATUS_MISSING)
    rows = [row for row in standing if notices.tells(history, row, STATUS_MISSING)]
    return STATUS_ALARMED.decide(
        None if not inside else bool(rows),
        actual="; ".join(f"{row.get('kind', '')} {row.get('subject', '')}" for row in rows[:2]) or "none / 无",
    )
