"""Hostile requests: what they changed, what they were told, whether the terminal went on (OWASP API Security Top 10).

Leaves rights as such to `rights_judge`. Everything is judged by effect: what a product answers is free, as long as it
is no failure of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from bench.case import Check, Criterion, EvidenceKind, Notice, criterion
from bench.history import History, Served
from bench.history import people as told_of
from bench.history.observation import Seen
from conformance.common import notices, people
from conformance.common.times import SECOND

_READ_OUT = EvidenceKind.READ_OUT
GROUPS: dict[str, tuple[str, str]] = {
    "traversal": ("addresses that lead out of the product's folder", "路径穿越"),
    "splitting": ("addresses and fields with line ends in them", "报头注入（换行符）"),
    "oversized": ("bodies far too long or too deeply nested", "超长、超深嵌套的请求体"),
    "slow": ("clients that send an octet now and then", "慢速客户端"),
    "injection": ("commands for databases, templates and logs in fields", "字段中的数据库、模板、日志注入"),
    "mass-assignment": ("fields that a form does not have", "表单以外的字段（批量赋值）"),
}
UNHARMED = criterion(
    "unharmed-by-{0}",
    en="after {1} nothing is changed and functions work",
    zh="{2}之后数据和设置不变，功能正常",
    unit="findings",
    evidence=_READ_OUT,
)
NOTHING_LEAKED = criterion(
    "nothing-leaked",
    en="no answer holds a file of the device or a header field of the attacker's",
    zh="应答中不含装置文件内容，也不含攻击者注入的报头",
    unit="answers",
    evidence=_READ_OUT,
)
NO_FAILURE = criterion(
    "no-failure",
    en="no hostile request makes the product fail inside (status 500)",
    zh="恶意请求不引起产品内部错误（状态 500）",
    unit="answers",
    evidence=_READ_OUT,
)
SEARCH_TAKES_WORDS = criterion(
    "search-takes-words",
    en="a search for a command finds what bears it as a word: nothing",
    zh="以注入语句查询只作普通文本处理，不返回其他记录",
    unit="entries",
    evidence=_READ_OUT,
)
LOG_NOT_FORGED = criterion(
    "log-not-forged",
    en="a name with line ends in it makes no entry of its own",
    zh="含换行的用户名不能伪造日志",
    unit="entries",
    evidence=_READ_OUT,
)
REFUSALS_LOGGED = criterion(
    "refusals-logged",
    en="a function that was refused for want of a right has its entry in the log",
    zh="无权使用功能被拒时记入日志",
    unit="refusals",
    notices=(Notice.ACCESS_REFUSED,),
    evidence=_READ_OUT,
)
MEASURES_ON = criterion(
    "measures-on",
    en="all the while the meters are polled in time",
    zh="攻击期间仪表采集不中断",
    unit="polls",
    evidence=EvidenceKind.WIRES,
)
FORGED = "forged-by-the-bench"
_FOR_FUNCTIONS = ("oversized", "injection", "mass-assignment")
_NOT_REACHED = ("401", "403", "404", "405")
"""Statuses of answers that no function gave."""

_Attack = Seen[told_of.AttackQuery, told_of.AttackRow]


def group(name: str) -> Criterion:
    """The criterion of one group."""
    return UNHARMED.of(name, *GROUPS[name])


def _effects(history: History) -> dict[str, dict[str, str]]:
    looks = told_of.EFFECTS.of(history)
    return {event.query.told: {row.function: row.shown for row in event.rows} for event in looks}


def findings(history: History) -> Iterator[Check]:
    """Each group against what showed before it, and everything that was answered."""
    shown, attacks = _effects(history), told_of.ATTACK.of(history)
    before = shown.get("before", {})
    worked = any(use.outcome == "executed" for use in people.uses(history, "before"))
    for name in GROUPS:
        after = shown.get(name)
        tried = [event for event in attacks if event.query.group == name]
        works = people.uses(history, f"after {name}")
        found = [f"{key} shows something else" for key, text in (after or {}).items() if before.get(key) != text]
        found += [f"{key} shows nothing any more" for key in before if after is not None and key not in after]
        found += [str(use) for use in works if use.outcome != "executed"] if worked else []
        before = after or before
        yield group(name).none(found, worked and works and after and any(_reached(event) for event in tried))
    answers = [(event, row) for event in attacks for row in event.rows if row.outcome == "answered"]
    leaked = [_line(event, row) for event, row in answers if row.leaked or row.split]
    yield NOTHING_LEAKED.none_among(answers, leaked)
    yield NO_FAILURE.none_among(answers, [_line(event, row) for event, row in answers if row.status == "500"])
    yield from _log(history)
    yield measuring(history, attacks)


def _reached(event: _Attack) -> bool:
    """Whether a hostile request came to what it was meant for."""
    group, row = event.query.group, event.rows[0]
    if group == "slow":
        return not event.problem.startswith("ConnectionRefusedError")
    if row.outcome != "answered":
        return False
    return group not in _FOR_FUNCTIONS or row.status not in _NOT_REACHED


def _line(event: _Attack, row: told_of.AttackRow) -> str:
    return f"{event.query.door}: {event.query.group} {event.query.what} → {row.status}"


def _log(history: History) -> Iterator[Check]:
    searches = people.readings(history, "injection")
    found = [str(entry) for look in searches for entry in look.entries if entry.user != look.query.user]
    whole = people.readings(history, "all")
    finds = any(look.entries for look in people.readings(history, "by-name"))
    yield SEARCH_TAKES_WORDS.none(found, searches and finds)
    entries = whole[-1].entries if whole else ()
    forged = [
        str(entry)
        for entry in entries
        if entry.user == FORGED or any(end in text for text in (entry.user, entry.detail) for end in "\r\n")
    ]
    tried = [login for login in people.logins(history, "stranger") if login.outcome != "unanswered"]
    yield LOG_NOT_FORGED.none(forged, tried and entries)
    refused = [use for use in people.uses(history, "no right") if use.outcome == "refused"]
    if refused and entries and not notices.mapped(history, Notice.ACCESS_REFUSED):
        yield notices.left_to_a_person(
            REFUSALS_LOGGED, [{"text": str(each)} for each in entries], Notice.ACCESS_REFUSED
        )
        return
    codes = history.began.codes.get(Notice.ACCESS_REFUSED, ())
    told = [entry for entry in entries if any(fnmatchcase(entry.kind, code) for code in codes)]
    lost = [
        str(use)
        for use in refused
        if not any(
            entry.at is not None and use.asked - SECOND <= entry.at <= use.t + SECOND and entry.user == use.user
            for entry in told
        )
    ]
    yield REFUSALS_LOGGED.none(lost if entries else (), refused and entries)


def measuring(history: History, attacks: Sequence[Seen[Any, Any]]) -> Check:
    """Whether meters were polled in time from the first of these attacks to the last."""
    polls = [event.t for event in history.of(Served)]
    periods = {setup.period_s for setup in history.began.meters}
    if not attacks or not polls:
        return MEASURES_ON.decide(None)
    limit_us = 2 * max(periods) * SECOND
    first, last = attacks[0].asked, attacks[-1].t
    times = [at for at in polls if first - limit_us <= at <= last + limit_us]
    gaps = [
        f"{(after - before) / SECOND:g} s without a poll"
        for before, after in itertools.pairwise(times)
        if after - before > limit_us
    ]
    if not times or times[-1] < last - limit_us:
        gaps.append("no poll at the end")
    return MEASURES_ON.none(gaps, len(times) > 3)
