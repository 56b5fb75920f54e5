"""What doors of HTTPS said to a client that checks, to an old one, and to one that speaks in the clear.

Leaves what accounts may do there to `rights_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, EvidenceKind, criterion
from bench.history import History
from bench.history import people as told_of
from bench.history.people import TrialRow
from conformance.common import people

_READ_OUT = EvidenceKind.READ_OUT
_VERSIONS = ("TLSv1.2", "TLSv1.3")
_SOUND = ("GCM", "CCM", "CHACHA20")
"""What authenticated encryption has in the name of its suite."""
_FORWARD = ("ECDHE-", "DHE-", "TLS_")
"""How suites with keys of their own for each session begin."""

CERTIFICATE = criterion(
    "https-certificate",
    en="a client that trusts the declared root alone agrees on a session with the certificate that is shown",
    zh="仅信任所声明根证书的客户端可凭出示的证书建立会话",
    unit="doors",
    evidence=_READ_OUT,
)
STRONG = criterion(
    "https-strong",
    en="what is agreed is TLS 1.2 or later with forward secrecy and authenticated encryption, and TLS 1.1 is refused",
    zh="协商结果为 TLS 1.2 及以上、具前向保密和认证加密的套件，拒绝 TLS 1.1",
    unit="doors",
    evidence=_READ_OUT,
)
NOT_PLAIN = criterion(
    "https-not-plain",
    en="a request in the clear at the port of HTTPS is not answered with what it asks for",
    zh="HTTPS 端口不以明文提供服务",
    unit="doors",
    evidence=_READ_OUT,
)
ENTERS = criterion(
    "https-login",
    en="an account logs in over HTTPS",
    zh="账户可经 HTTPS 登录",
    unit="logins",
    evidence=_READ_OUT,
)


COOKIES_SECURE = criterion(
    "cookies-secure",
    en="cookies that stand for a session are marked Secure where pages are had over TLS: no browser sends them plain",
    zh="经 TLS 访问页面时，会话 Cookie 带有 Secure 标记，浏览器不会以明文发送",
    unit="cookies",
    evidence=_READ_OUT,
)


def cookies_looked_at(history: History) -> bool:
    """Whether the pages of a door over TLS were tried: not every product has any there."""
    return bool(told_of.COOKIES.of(history))


def cookies_finding(history: History) -> Check:
    """Every cookie of every login at pages over TLS."""
    rows = [(event.query.door, row) for event in told_of.COOKIES.answered(history) for row in event.rows]
    return COOKIES_SECURE.none_among(rows, [f"{door}: {row.cookie}" for door, row in rows if not row.secure])


def findings(history: History) -> Iterator[Check]:
    """Every door, and the logins there; an old or plain trial says something where a sound session was agreed."""
    looks = [event for event in told_of.SESSIONS.of(history) if event.rows]
    doors = {event.query.door: {row.trial: row for row in event.rows} for event in looks}
    answered = {door: each for door, each in doors.items() if each["checked"].outcome != "unanswered"}
    agreed = {door: each for door, each in answered.items() if each["checked"].outcome == "agreed"}
    yield CERTIFICATE.none(
        [f"{door}: {each['checked'].reason or ''}" for door, each in answered.items() if door not in agreed],
        doors and len(answered) == len(doors),
    )
    weak = [f"{door}: {told}" for door, each in agreed.items() if (told := _weak(each))]
    offered = all(each["old"].outcome != "unanswered" for each in agreed.values())
    yield STRONG.none(weak, doors and len(agreed) == len(doors) and offered)
    plain = [f"{door}: {each['clear'].status}" for door, each in doors.items() if _served(each["clear"])]
    yield NOT_PLAIN.none(plain, doors and (plain or len(agreed) == len(doors)))
    logins = people.logins(history, "https")
    told = bool(logins) and all(login.outcome != "unanswered" for login in logins)
    yield ENTERS.none([login for login in logins if not login.entered and login.outcome != "unanswered"], told)


def _weak(trials: dict[str, TrialRow]) -> str:
    """What is wrong with what was agreed; empty for nothing."""
    checked, old = trials["checked"], trials["old"]
    if old.outcome == "agreed":
        return f"{old.version} was agreed"
    suite = checked.suite or ""
    sound = any(each in suite for each in _SOUND) and suite.startswith(_FORWARD)
    return "" if checked.version in _VERSIONS and sound else f"{checked.version} {suite}"


def _served(clear: TrialRow) -> bool:
    """Whether a plain request got an answer of the product's, and not only the word that HTTPS is spoken here."""
    status = clear.status
    return clear.outcome == "answered" and status not in ("301", "302", "307", "308", "400", "426", "497")
