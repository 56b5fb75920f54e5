"""The matrix of rights as it was tried: what each subject's account got, against what the maker declares (R-37).

Leaves logins themselves to the cases of accounts. A list or an answer without a row is nothing that was given.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from bench.case import Check, criterion
from bench.history import History, Observed
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.platforms.figures import lines

SERVED = criterion(
    "served-{0}",
    en="what the maker declares for {1} works for {1}",
    zh="厂家声明{2}可用的功能，{2}均可使用",
    unit="functions",
)
FORBIDDEN = criterion(
    "forbidden-by-subject",
    en="nothing is carried out for an account that has no right to it by the maker's own table",
    zh="按厂家权限表无权的账户不能执行相应功能",
    unit="functions",
)
BEFORE_LOGIN = criterion(
    "platform-before-login",
    en="whoever has not logged in gets what is declared to be public and nothing else",
    zh="未登录者只能得到声明为公开的内容",
    unit="functions",
)
SPECIFIC = criterion(
    "subject-rights-specific",
    en="the rights of government, park and emitter, as tried, differ from each other",
    zh="实测政府、园区、排放单位的权限各不相同",
    unit="subjects",
)
APART = criterion(
    "tenants-apart-{0}",
    en="nothing of one enterprise reaches an account of another by {1}",
    zh="一家企业的数据不会经{2}被另一家企业的账户得到",
    unit="uses",
)
WAYS = {
    "lists": ("lists", "列表"),
    "analyses": ("analyses", "统计分析"),
    "exports": ("exports", "导出"),
    "guesses": ("guessed ids", "猜测的标识"),
}
SUBJECTS = {
    "government": (("a government", "政府用户"), ("government",)),
    "park": (("a park", "园区用户"), ("operator-of-park",)),
    "enterprise": (("an enterprise", "企业用户"), ("clerk-a", "manager-a")),
}


class Matrix(Words, frozen=True, kw_only=True):
    """The enterprise that none of the accounts belongs to."""

    stranger: str


MATRIX = Mark("matrix", Matrix)
"""Name of the phase after which accounts try what there is; its details name the account of another enterprise."""
RIGHTS = "rights"
"""What the facade calls the maker's table in the history: rows function, may."""
PUBLIC = "public"
_NO_RIGHT = (401, 403)
_GIVES_ROWS = ("list", "ask", "history")


def rights(history: History) -> dict[str, tuple[str, ...]]:
    """The maker's table."""
    rows = [row for event in history.of(Observed) if event.what == RIGHTS for row in event.rows]
    return {row["function"]: tuple(row["may"].split()) for row in rows}


def declared(table: Mapping[str, tuple[str, ...]], function: str) -> tuple[str, ...] | None:
    """Who may use a function: the most exact line counts. None where no line is about it."""
    verb, _, word = function.partition(" ")
    for key in (function, f"{verb} *", f"* {word}", "* *"):
        if key in table:
            return table[key]
    return None


def _tried(history: History) -> list[Observed]:
    """What accounts tried in the matrix and the platform answered."""
    begun = [mark.t for mark in MATRIX.of(history)]
    if not begun:
        return []
    return [
        event
        for event in history.of(Observed)
        if event.asked >= begun[0] and event.query.get("by") and event.outcome in ("done", "refused")
    ]


def _carried_out(event: Observed) -> bool:
    if event.outcome != "done":
        return False
    return bool(event.rows) or event.what.partition(" ")[0] not in _GIVES_ROWS


def _stranger(history: History) -> str:
    found = [mark.detail.stranger for mark in MATRIX.of(history)]
    return found[0] if found else ""


def matrix_findings(history: History) -> Iterator[Check]:
    """Every function by every account against the table; accounts of another enterprise apart."""
    table, stranger = rights(history), _stranger(history)
    tried = _tried(history)
    # Where nobody gets anything by a function, there is nothing that it could give to who may not.
    gives = {event.what for event in tried if _carried_out(event)}
    told = [
        (event, may)
        for event in tried
        if event.query["by"] != stranger
        and (event.what in gives or event.outcome == "refused")
        and (may := declared(table, event.what)) is not None
    ]
    for subject, (words, accounts) in SUBJECTS.items():
        mine = [event for event, may in told if event.query["by"] in accounts and event.query["by"] in may]
        broken = [_line(event) for event in mine if _denied(event)]
        shown = mine if any(event.rows for event in mine if _way(event) == "lists") else ()
        yield SERVED.of(subject, *words).none(broken, shown, evidence=lines(broken))
    others = [
        event
        for event, may in told
        if event.query["by"] not in may and event.query["by"] != PUBLIC and event.what in gives
    ]
    found = [_line(event) for event in others if _carried_out(event)]
    yield FORBIDDEN.none_among(others, found, evidence=lines(found))
    strangers = [
        event for event, may in told if event.query["by"] == PUBLIC and PUBLIC not in may and event.what in gives
    ]
    found = [_line(event) for event in strangers if _carried_out(event)]
    asked = {verb for event in strangers if (verb := event.what.partition(" ")[0]) in _GIVES_ROWS}
    yield BEFORE_LOGIN.none(found, asked >= {"list", "ask"}, evidence=lines(found))
    yield _specific([event for event, _ in told], _lost(history))


def _denied(event: Observed) -> bool:
    """Whether something was not carried out; a question may be refused because it is not asked in full."""
    asks = event.what.startswith("ask ") and event.status not in _NO_RIGHT
    return event.outcome != "done" and not asks


def _lost(history: History) -> set[str]:
    """Accounts of which not every use is known."""
    begun = [mark.t for mark in MATRIX.of(history)]
    return {
        event.query["by"]
        for event in history.of(Observed)
        if begun and event.asked >= begun[0] and event.outcome in ("unanswered", "unfit")
    }


def _specific(tried: list[Observed], lost: set[str]) -> Check:
    """No two of the three may the same: by what was carried out, and by whose data they were shown."""
    done = {
        subject: {
            (event.what, row.get("enterprise", ""))
            for event in tried
            if event.query["by"] in accounts and _carried_out(event)
            for row in (event.rows or ({},))
        }
        for subject, (_, accounts) in SUBJECTS.items()
    }
    alike = [
        f"{one} and {other} may the same" for one, other in itertools.combinations(done, 2) if done[one] == done[other]
    ]
    whole = not any(account in lost for _, accounts in SUBJECTS.values() for account in accounts)
    known = whole and all(done.values())
    return SPECIFIC.none(alike if known else (), known)


def _line(event: Observed) -> str:
    told = f" {event.query['object']}" if event.query.get("object") else ""
    return f"{event.query['by']} {event.what}{told} → {event.outcome} {event.status or ''}".rstrip()


def apart_findings(history: History, theirs: str) -> Iterator[Check]:
    """What an account of another enterprise got by each way; `theirs` is the enterprise it is not of."""
    stranger = _stranger(history)
    tried = _tried(history)
    owners: dict[str, list[Observed]] = {}
    for event in tried:
        if event.query["by"] == _OWNER and _carried_out(event) and (event.rows or _way(event) != "exports"):
            owners.setdefault(event.what, []).append(event)
    for way, words in WAYS.items():
        mine = [event for event in tried if event.query["by"] == stranger and _way(event) == way]
        found = [line for event in mine for line in _leaks(event, owners.get(event.what, []), theirs)]
        # Where somebody of the enterprise itself gets nothing by the same use, there is nothing that could leak.
        yield APART.of(way, *words).none(lines(found), [event for event in mine if event.what in owners])


_OWNER = "clerk-a"


def _way(event: Observed) -> str:
    verb = event.what.partition(" ")[0]
    return {"list": "lists", "ask": "analyses", "export": "exports"}.get(verb, "guesses")


def _leaks(event: Observed, owners: list[Observed], theirs: str) -> Iterator[str]:
    """What of an answer is the other enterprise's, to whom `owners` are the answers."""
    verb = event.what.partition(" ")[0]
    if verb in ("create", "change", "remove", "history"):
        if _carried_out(event):
            yield _line(event)
    elif verb == "ask":
        own = [row for each in owners if _same_question(each, event) for row in each.rows]
        yield from (f"{event.what}: {row}" for row in event.rows if row in own and _tells(row))
    else:
        rows = [row for row in event.rows if row.get("enterprise") == theirs]
        yield from (f"{event.what}: {row.get('object') or row.get('id')}" for row in rows)


def _same_question(one: Observed, other: Observed) -> bool:
    return {**one.query, "by": ""} == {**other.query, "by": ""}


def _tells(row: Mapping[str, str]) -> bool:
    """Whether a row says anything: a figure that is not zero."""
    return any(text.strip("-0.") for name, text in row.items() if name in ("value", "amount", "compared", "actual"))
