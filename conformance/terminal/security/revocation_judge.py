"""Revocation lists fetched while the terminal works: renewed, obeyed in time, not believed when forged (R-34).

Leaves what arrived to `delivery`. Phase `LISTS` says how often the terminal looks and for how long a list holds, the
others what became of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bench.case import Check, Notice, criterion
from bench.history import History, ListServed, Received, Secured, Served
from bench.history.marks import Mark, Plain
from bench.history.observation import Words
from conformance.common import notices
from conformance.common.phases import MENDED
from conformance.common.queries import answers
from conformance.common.times import MINUTE, SECOND, local, seconds

LIST_RENEWED = criterion(
    "list-renewed",
    en="the next revocation list is fetched before the one in hand runs out",
    zh="吊销列表到期前获取下一份",
    unit="lists",
)
FORGED_LIST_NOT_BELIEVED = criterion(
    "forged-list-not-believed",
    en="a list that its issuer has not signed changes nothing",
    zh="非签发者签名的吊销列表不起作用",
    unit="centres",
)
NOTHING_WITHOUT_A_LIST = criterion(
    "nothing-without-a-list",
    en="once its revocation list has run out the terminal sends nothing",
    zh="吊销列表过期后不再发送",
    unit="messages",
)
GOES_ON_WITHOUT_A_LIST = criterion(
    "goes-on-without-a-list",
    en="with a list that has run out the terminal goes on, as it was told to",
    zh="吊销列表过期后按策略继续上传",
    unit="messages",
)
LIST_ALARMED = criterion(
    "list-alarmed",
    en="an alarm says that the revocation list has run out",
    zh="吊销列表过期时告警",
    notices=(Notice.REVOCATION_LIST_MISSING,),
)
REVOKED_GETS_NOTHING = criterion(
    "revoked-gets-nothing-{0}",
    en="{1} s after its certificate was revoked centre {2} gets no message",
    zh="中心 {2} 证书被吊销 {1} s 后收不到任何报文",
    unit="messages",
)
OTHERS_ARE_SERVED_MEANWHILE = criterion(
    "others-are-served-meanwhile", en="other centres are served meanwhile", zh="其他中心不受影响", unit="messages"
)
REVOKED_AT_NEXT_HANDSHAKE = criterion(
    "revoked-at-next-handshake",
    en="at the next handshake the revoked certificate is refused",
    zh="再次握手时拒绝已吊销的证书",
    unit="handshakes",
)


class ListTerms(Words, frozen=True, kw_only=True):
    """How often the terminal is told to look, and for how long a list holds (s)."""

    look_s: int
    valid_s: int


class Whose(Words, frozen=True, kw_only=True):
    """Whose certificate."""

    centre: str


LISTS = Mark("lists", ListTerms)
REVOKED = Mark("revoked", Whose)
REINSTATED = Mark("reinstated", Whose)
FORGED_LIST = Mark("forged-list", Whose)
NO_LISTS = Plain("no-lists")
RAN_OUT = Plain("ran-out")
# How much longer than its interval a terminal may take to look: the answer and the end of the session.
SLACK_US = MINUTE
LIST_MISSING = Notice.REVOCATION_LIST_MISSING


def _at(history: History, kind: Mark[Any]) -> int | None:
    mark = kind.last(history)
    return None if mark is None else mark.t


def _told(history: History, centres: Sequence[str], low: int, high: int) -> list[str]:
    return [
        f"{local(event.t)} {event.centre} CN={event.cn} QN={event.qn}"
        for event in history.of(Received)
        if event.centre in centres and low < event.t <= high
    ]


def _good(history: History) -> list[ListServed]:
    return [event for event in history.of(ListServed) if event.number and not event.fault]


def renewed_finding(history: History) -> Check:
    """No list that was given runs out before a newer one was fetched, as long as there is one to be had."""
    until = _at(history, FORGED_LIST) or 0
    mark = LISTS.last(history)
    late: list[str] = []
    by_path: dict[str, list[ListServed]] = {}
    for event in _good(history):
        by_path.setdefault(event.path, []).append(event)
    lived = False
    for path, given in by_path.items():
        for index, event in enumerate(given):
            if event.until > until:
                break
            lived = True
            newer = next((after for after in given[index + 1 :] if after.until > event.until), None)
            if newer is None or newer.t > event.until + SLACK_US:
                late.append(f"{path} number {event.number} ran out at {local(event.until)}")
    yielded = False if late or (mark is not None and until and not by_path) else True if lived else None
    return LIST_RENEWED.decide(
        yielded,
        measured=len(late),
        limit=0,
        evidence=late or [f"{len(given)} × {path}" for path, given in by_path.items()],
    )


def revoked_findings(history: History, centre: str) -> Iterator[Check]:
    """The session that stands on the revoked certificate ends in time, no other begins, and it is told."""
    at, end = _at(history, REVOKED), _at(history, REINSTATED)
    told = LISTS.last(history)
    look_us = 0 if told is None else told.detail.look_s * SECOND
    due = (at or 0) + look_us + SLACK_US
    before = [] if at is None else _told(history, (centre,), at - 5 * MINUTE, at)
    late = [] if at is None or end is None else _told(history, (centre,), due, end)
    known = bool(before) and end is not None
    yield REVOKED_GETS_NOTHING.of(centre.lower(), seconds(look_us + SLACK_US), centre).none(
        late, known, evidence=late[:10]
    )
    others = [
        event.centre
        for event in history.of(Received)
        if event.centre != centre and known and due < event.t <= (end or 0)
    ]
    yield OTHERS_ARE_SERVED_MEANWHILE.decide(bool(others) if known else None, measured=len(others), limit=1, op=">=")
    shaken = [
        f"{local(event.t)} {event.state} {event.reason}"
        for event in history.of(Secured)
        if event.at == centre and known and due < event.t <= (end or 0)
    ]
    agreed = [line for line in shaken if " agreed" in line]
    yield REVOKED_AT_NEXT_HANDSHAKE.none_among(shaken, agreed, evidence=shaken[:5])


def forged_finding(history: History, centres: Sequence[str]) -> Check:
    """A list signed by somebody else, on which every certificate stands, ends no session and refuses nobody."""
    at, end = _at(history, FORGED_LIST), _at(history, MENDED)
    seen = [event for event in history.of(ListServed) if event.fault == "forged"]
    silent: list[str] = []
    if at is not None and end is not None and seen:
        first = seen[0].t
        for centre in centres:
            # Sessions are cut in between, so that a handshake too has met the forged list.
            if not _told(history, (centre,), end - 2 * MINUTE, end):
                silent.append(f"centre {centre} got nothing after {local(first)}")
    return FORGED_LIST_NOT_BELIEVED.none(silent, seen and end is not None)


def _ran_out(history: History) -> tuple[int, int] | None:
    """The instant after which no list in the terminal's hands holds, and the end of that state."""
    bad, end = _at(history, NO_LISTS), _at(history, MENDED)
    given = [event.until for event in _good(history) if bad is not None and event.t <= bad]
    if not given or end is None or max(given) >= end:
        return None
    return max(given), end


def stopped_finding(history: History, centre: str) -> Check:
    """Once the last list has run out nothing is sent any more, over a restart too, while meters are read on."""
    stretch = _ran_out(history)
    told = [] if stretch is None else _told(history, (centre,), stretch[0] + SLACK_US, stretch[1])
    before = [] if stretch is None else _told(history, (centre,), stretch[0] - 10 * MINUTE, stretch[0])
    alive = stretch is not None and any(stretch[0] + SLACK_US < event.t <= stretch[1] for event in history.of(Served))
    return NOTHING_WITHOUT_A_LIST.none(told, before and alive, evidence=told[:10])


def goes_on_finding(history: History, centre: str) -> Check:
    """Told to go on, the terminal sends over a new session after its list has run out."""
    stretch = _ran_out(history)
    told = [] if stretch is None else _told(history, (centre,), stretch[1] - 2 * MINUTE, stretch[1])
    return GOES_ON_WITHOUT_A_LIST.decide(None if stretch is None else bool(told), measured=len(told), limit=1, op=">=")


def alarm_finding(history: History) -> Check:
    """A standing alarm speaks of the list."""
    stretch = _ran_out(history)
    asked = answers(history, "alarms")
    standing = [row for event in asked for row in event.rows if not row.get("cleared")]
    if stretch is not None and standing and not notices.mapped(history, LIST_MISSING):
        return notices.left_to_a_person(LIST_ALARMED, standing, LIST_MISSING)
    rows = [row for row in standing if notices.tells(history, row, LIST_MISSING)]
    return LIST_ALARMED.decide(
        None if stretch is None or not asked else bool(rows),
        actual="; ".join(f"{row.get('kind', '')} {row.get('subject', '')}" for row in rows[:2]) or "none / 无",
    )
