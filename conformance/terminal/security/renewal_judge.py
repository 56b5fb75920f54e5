"""The terminal's own certificate renewed while it works: what it takes, what it shows from then on (R-34).

Leaves what arrived to `delivery`. The warning ahead of the end is a remark by the ruling: measured, never counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Check, Measurement, Notice, criterion, measure
from bench.history import History, Observed, Secured
from conformance.common import notices
from conformance.common.queries import answers
from conformance.common.times import DAY, HOUR, MINUTE, instant_of_iso, local

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


ORDER = "centre-certificate"
# The certificate `ending` of the test authority.
ENDS_US = 30 * DAY + HOUR
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
    yield measure(
        "warned-ahead",
        _warned(history),
        en="days between the warning and the end of the certificate (0: none); 30 are expected (remark)",
        zh="证书到期预警提前天数（0 为无预警），应为 30 d（备注项）",
        unit="d",
    )


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
    missing = [] if at is None or first or not before else ["no new session within 30 s of the renewal"]
    return NEW_CERTIFICATE_SHOWN.decide(
        False if wrong or missing else True if known else None,
        measured=len(wrong) + len(missing),
        limit=0,
        evidence=[*wrong, *missing],
    )


def _warned(history: History) -> int:
    """Days from the first alarm about a certificate to its end."""
    raised = [
        at
        for event in answers(history, "alarms")
        for row in event.rows
        if notices.tells(history, row, ENDING) and (at := instant_of_iso(row.get("raised", ""))) is not None
    ]
    return 0 if not raised else (history.began.t + ENDS_US - min(raised)) // DAY
