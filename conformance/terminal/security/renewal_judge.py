"""The terminal's own certificate renewed while it works: what it takes, what it shows from then on (R-34).

Leaves what arrived to `delivery`. The warning ahead of the end is a remark by the ruling: measured, never counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Check, Measurement, Notice, criterion, measure
from bench.history import Connected, History, Observed, Received, Secured
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common import notices
from conformance.common.queries import answers
from conformance.common.secrecy import names
from conformance.common.times import DAY, HOUR, MINUTE, SECOND, instant_of_iso, local, seconds

NEW_CERTIFICATE_SHOWN = criterion(
    "new-certificate-shown",
    en="from the renewal on every session stands on the new certificate, after a power cut too",
    zh="更换后各次会话均使用新证书，断电后仍然如此",
    unit="sessions",
)
UNFIT_CERTIFICATES_REFUSED = criterion(
    "unfit-certificates-refused",
    en="a certificate that could not be used (expired, foreign, not for signing) is refused",
    zh="不可用的证书（过期、签发者不受信任、不含签名用途）被拒绝",
    unit="certificates",
)
RENEWAL_TAKEN = criterion(
    "renewal-taken", en="the terminal takes a new certificate while it works", zh="终端运行中接受新证书"
)

NOTHING_AFTER_THE_END = criterion(
    "nothing-after-the-end-{0}",
    en="{1} s after a certificate of its session has ended ({0}) centre {2} gets no message",
    zh="会话证书（{0}）到期 {1} s 后中心 {2} 收不到任何报文",
    unit="messages",
)
NO_SESSION_AFTER_THE_END = criterion(
    "no-session-after-the-end",
    en="no session is opened on a certificate that has ended",
    zh="证书到期后不再以其建立会话",
    unit="sessions",
)
END_ALARMED = criterion(
    "end-alarmed",
    en="an alarm names each centre that cannot be reached any more",
    zh="对无法再连接的中心告警并指明",
    unit="centres",
)

WARNING_CLEARED = criterion(
    "warning-cleared",
    en="the alarm that a certificate ends is cleared once another one is in use",
    zh="换用新证书后，证书将到期的告警随之解除",
    unit="alarms",
    notices=(Notice.CERTIFICATE_ENDING,),
)


class Unfit(Words, frozen=True, kw_only=True):
    """The certificate that is offered."""

    choice: str


class Whose(Words, frozen=True, kw_only=True):
    """The centre whose sessions it is of."""

    centre: str


UNFIT_OFFERED = Mark("unfit-certificate", Unfit)
RENEWED = Mark("renewed", Whose)
VALID_AGAIN = Mark("valid-again", Whose)
ORDER = "centre-certificate"
# The certificate `ending` of the test authority.
ENDS_US = 30 * DAY + HOUR
# The certificate `short-lived` of the test authority.
SHORT_LIFE_US = 20 * MINUTE
# The last second of a certificate still counts (RFC 5280, 4.1.2.5), and a clock may be one off.
EDGE_US = 2 * SECOND
# How long after it a session may still stand (P-01).
MOST_US = MINUTE
ENDING = Notice.CERTIFICATE_ENDING


def findings(history: History, centre: str, unfit: Sequence[str]) -> Iterator[Check | Measurement]:
    """Unfit certificates are refused, the new one is taken and shown from then on, over a power cut too."""
    orders = [event for event in history.of(Observed) if event.what == ORDER]
    taken = [event.query["choice"] for event in orders if event.query["choice"] in unfit and not event.problem]
    asked = [event for event in orders if event.query["choice"] in unfit]
    yield UNFIT_CERTIFICATES_REFUSED.none(
        taken, len(asked) == len(unfit), evidence=taken or [event.problem for event in asked]
    )
    renewed = next((event for event in orders if event.query["choice"] == "renewed"), None)
    yield RENEWAL_TAKEN.decide(
        None if renewed is None else not renewed.problem,
        actual="no order" if renewed is None else renewed.problem or "taken",
    )
    yield _shown(history, centre, None if renewed is None else renewed.t)
    yield from _cleared(history, None if renewed is None or renewed.problem else renewed.t)
    yield measure(
        "warned-ahead",
        _warned(history),
        en="days between the warning and the end of the certificate (0: none); 30 are expected (remark)",
        zh="证书到期预警提前天数（0 为无预警），应为 30 d（备注项）",
        unit="d",
    )


def _open_at(history: History, centre: str, at: int) -> bool:
    """Whether a connection to a centre stands at an instant: whoever has none opens the next with something to say."""
    standing: set[int] = set()
    for event in history.of(Connected):
        if event.at == centre and event.t <= at:
            (standing.add if event.state == "opened" else standing.discard)(event.conn)
    return bool(standing)


def _shown(history: History, centre: str, at: int | None) -> Check:
    """After the renewal every session stands on one certificate, which is not the old one."""
    sessions = [event for event in history.of(Secured) if event.at == centre and event.state == "agreed"]
    before = {event.peer_serial for event in sessions if at is not None and event.t <= at}
    after = [event for event in sessions if at is not None and event.t > at + MINUTE // 2]
    first = [event for event in sessions if at is not None and at < event.t <= at + MINUTE // 2]
    wrong = [
        f"{local(event.t)} serial {event.peer_serial}" for event in (*first, *after) if event.peer_serial in before
    ]
    known = bool(before) and bool(after)
    missing = (
        []
        if at is None or first or not before or not _open_at(history, centre, at)
        else ["no new session within 30 s of the renewal"]
    )
    return NEW_CERTIFICATE_SHOWN.decide(
        False if wrong or missing else True if known else None,
        measured=len(wrong) + len(missing),
        limit=0,
        evidence=[*wrong, *missing],
    )


def _cleared(history: History, renewed: int | None) -> Iterator[Check]:
    """Of the warnings that stood before the renewal, by subject, those that stand at the last look, a start behind it.

    Nothing is asked where the product warned of nothing, or told its alarms before or after alone.
    """
    looks = [(event.t, _standing(history, event)) for event in answers(history, "alarms")]
    before = [standing for at, standing in looks if renewed is not None and at < renewed]
    after = [standing for at, standing in looks if renewed is not None and at > renewed]
    if before and before[-1] and after:
        yield WARNING_CLEARED.none(sorted(before[-1] & after[-1]), before[-1])


def _standing(history: History, event: Observed) -> set[str]:
    rows = [row for row in event.rows if notices.tells(history, row, ENDING) and not row.get("cleared")]
    return {f"{row.get('code') or row.get('kind', '')} {row.get('subject', '')}" for row in rows}


def _warned(history: History) -> int:
    """Days from the first alarm about a certificate to its end."""
    raised = [
        at
        for event in answers(history, "alarms")
        for row in event.rows
        if notices.tells(history, row, ENDING) and (at := instant_of_iso(row.get("raised", ""))) is not None
    ]
    return 0 if not raised else (history.began.t + ENDS_US - min(raised)) // DAY


def end_findings(history: History, *, own: str, theirs: str, healthy: str) -> Iterator[Check | Measurement]:
    """After the end of either side's certificate nothing is sent and no session is opened; it is told (P-01).

    Open unless the centre was served before the end, and the `healthy` one after it.
    """
    ends = history.began.t + SHORT_LIFE_US
    mark = VALID_AGAIN.last(history)
    until = {own: history.end_us, theirs: history.end_us if mark is None else mark.t}
    alive = any(event.centre == healthy and ends + MOST_US < event.t for event in history.of(Received))
    asked = answers(history, "alarms")
    again, unnamed, known = list[str](), list[str](), alive and mark is not None
    for word, centre in (("own", own), ("centres", theirs)):
        heard = [event for event in history.of(Received) if event.centre == centre and event.t <= until[centre]]
        served = any(ends - 5 * MINUTE < event.t <= ends for event in heard)
        known = known and served
        late = [f"{local(event.t)} CN={event.cn} QN={event.qn}" for event in heard if event.t > ends + MOST_US]
        yield NOTHING_AFTER_THE_END.of(word, str(MOST_US // SECOND), centre).none(late, alive and served)
        last = max((event.t for event in heard), default=ends)
        yield measure(
            f"sent-after-the-end-{word}",
            seconds(max(last - ends, 0)),
            en="from the end of the certificate to the last message",
            zh="证书到期至最后一条报文的时间",
            unit="s",
        )
        again += [
            f"{local(event.t)} {centre} serial {event.peer_serial}"
            for event in history.of(Secured)
            if event.at == centre and event.state == "agreed" and ends + EDGE_US < event.t <= until[centre]
        ]
        standing = [row for event in asked for row in event.rows if not row.get("cleared")]
        if not any(names(row, centre) for row in standing):
            unnamed.append(f"{centre}: no alarm names it")
    yield NO_SESSION_AFTER_THE_END.none(again, known)
    yield END_ALARMED.none(unnamed, known and asked)
