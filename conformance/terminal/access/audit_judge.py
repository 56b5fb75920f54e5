"""The audit log: what was provoked stands in it with its five contents, stays in it, and is found (R-39).

Leaves who may read it to `rights_judge`. Kinds are known by the maker's codes alone (R-46).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bench.case import Check, Criterion, EvidenceKind, Notice, criterion
from bench.case.asked import TRIES
from bench.history import ClockMoved, History, LinkRule, Power
from bench.history import people as told_of
from bench.history.marks import Mark
from bench.history.observation import Words
from bench.history.people import AuditQuery
from conformance.common import notices, people
from conformance.common.people import Entry
from conformance.common.times import DAY, HOUR, MINUTE, SECOND, instant_of_iso, local

_READ_OUT = EvidenceKind.READ_OUT
_SLACK_US = SECOND
_BOOT_US = 60 * SECOND
_ALARM_US = 6 * MINUTE
_LOOSE_US = 2 * MINUTE
KINDS = (
    Notice.LOGGED_IN,
    Notice.LOGIN_FAILED,
    Notice.ACCOUNT_LOCKED,
    Notice.ACCOUNT_CHANGED,
    Notice.ROLE_CHANGED,
    Notice.CONFIGURATION_CHANGED,
    Notice.FACTOR_CHANGED,
    Notice.FORMULA_CHANGED,
    Notice.VALUE_ENTERED,
    Notice.CLOCK_STEPPED,
    Notice.STARTED,
    Notice.STOPPED,
    Notice.UPGRADED,
    Notice.CONFIGURATION_BACKED_UP,
    Notice.CONFIGURATION_RESTORED,
    Notice.LOG_EXPORTED,
    Notice.LOG_CLEARED,
    Notice.CERTIFICATE_CHANGED,
    Notice.CENTRE_CHANGED,
    Notice.ALARM_RAISED,
)
"""The twenty kinds of event of R-39."""
BY_USERS = KINDS[:9] + KINDS[12:19]

USERS_LOGGED = criterion(
    "users-logged",
    en="what each user did is in the log: of every account at least its login",
    zh="每个用户的行为均有日志，至少含其登录",
    unit="users",
    notices=(Notice.LOGGED_IN,),
    evidence=_READ_OUT,
)
ACTIONS_LOGGED = criterion(
    "actions-logged",
    en="every provoked action of a user has its entry",
    zh="用户的每项操作均有日志",
    unit="events",
    notices=KINDS,
    evidence=_READ_OUT,
)
EVENTS_LOGGED = criterion(
    "events-logged",
    en="every provoked security event has its entry: failed login, lock, clock step, start, stop, alarm",
    zh="每项安全事件均有日志：登录失败、锁定、时钟调整、启动、停止、告警",
    unit="events",
    notices=KINDS,
    evidence=_READ_OUT,
)
TIME_TOLD = criterion(
    "time-told",
    en="entries bear the time of the event, by the device's clock, within 1 s",
    zh="日志记有事件时间，取自装置时钟，偏差不超过 1 s",
    unit="events",
    stamped=True,
    notices=KINDS,
    evidence=_READ_OUT,
)
USER_TOLD = criterion(
    "user-told",
    en="entries about what a user did name the user",
    zh="用户操作的日志记有用户",
    unit="events",
    notices=KINDS,
    evidence=_READ_OUT,
)
KIND_TOLD = criterion(
    "kind-told",
    en="entries tell the kind of event",
    zh="日志记有事件类型",
    unit="events",
    notices=KINDS,
    evidence=_READ_OUT,
)
OUTCOME_TOLD = criterion(
    "outcome-told",
    en="entries tell success from failure",
    zh="日志区分成功与失败",
    unit="events",
    notices=KINDS,
    evidence=_READ_OUT,
)
DETAIL_TOLD = criterion(
    "detail-told",
    en="entries say what the event was about",
    zh="日志记有与事件有关的其他信息",
    unit="events",
    notices=KINDS,
    evidence=_READ_OUT,
)
COURSE = criterion(
    "course-{0}",
    en="{1} is in the log: {2}",
    zh="{3}记入日志",
    unit="events",
    notices=(
        Notice.SOURCE_LOST,
        Notice.VALUE_ENTERED,
        Notice.DATA_REPORTED,
        Notice.FORMULA_CHANGED,
        Notice.CONFIGURATION_CHANGED,
        Notice.CENTRE_CHANGED,
    ),
    evidence=_READ_OUT,
)
CENTRES_ORDERS_LOGGED = criterion(
    "centres-orders-logged",
    en="what a centre sets is in the log",
    zh="中心下发设置的参数记入日志",
    unit="orders",
    notices=(Notice.CONFIGURATION_CHANGED,),
    evidence=_READ_OUT,
)
COURSES: dict[str, tuple[tuple[Notice, ...], str, str, str]] = {
    "source-data": (
        (Notice.SOURCE_LOST, Notice.VALUE_ENTERED),
        "the course of source data",
        "a source lost and found again, a value entered",
        "排放源数据的取得过程（中断、恢复、填报）",
    ),
    "reporting": (
        (Notice.DATA_REPORTED,),
        "the course of reporting",
        "a centre lost and reached again, a report ordered by hand",
        "数据上报过程（中断、恢复、人工上报）",
    ),
    "methods": (
        (Notice.FORMULA_CHANGED,),
        "the course of methods",
        "a method issued",
        "核算方法的下发过程",
    ),
    "configuration": (
        (Notice.CONFIGURATION_CHANGED, Notice.CENTRE_CHANGED),
        "the course of configuration",
        "a period set, a centre removed",
        "配置过程（采集周期、数据中心）",
    ),
}


def course(name: str) -> Criterion:
    """The criterion of one course."""
    return COURSE.of(name, *COURSES[name][1:])


@dataclass(frozen=True)
class Provoked:
    """One thing that was made to happen: when at the earliest and latest, by whom (None: by no user), how it ended."""

    notice: Notice
    from_us: int
    to_us: int
    user: str | None
    failed: bool
    words: str


def provoked(history: History) -> list[Provoked]:
    """All of it in order of time."""
    found = [*_by_functions(history), *_by_logins(history), *_by_the_bench(history)]
    return sorted(found, key=lambda each: each.from_us)


def _by_functions(history: History) -> Iterator[Provoked]:
    functions = people.listed(history)
    for use in people.uses(history):
        if use.outcome != "executed" or use.function not in functions:
            continue
        special = (use.object,) if use.trick == "event" else ()
        for event in (*functions[use.function].events, *special):
            if event in {str(notice) for notice in Notice}:
                stop = event == Notice.STOPPED
                end_us = use.t if stop else use.answered
                failed = use.status.startswith(("4", "5"))
                yield Provoked(Notice(event), use.asked, end_us, None if stop else use.user, failed, str(use))


def _by_logins(history: History) -> Iterator[Provoked]:
    last: dict[str, people.Login] = {}
    for login in people.logins(history):
        asked = login.t
        if login.outcome == "entered":
            yield Provoked(Notice.LOGGED_IN, asked - SECOND, login.t, login.user, False, str(login))
        elif login.outcome == "refused" and login.given == "wrong":
            yield Provoked(Notice.LOGIN_FAILED, asked - SECOND, login.t, login.user, True, str(login))
            last[login.account] = login
        elif login.outcome == "locked" and login.step == "locked" and login.account in last:
            before = last[login.account]
            yield Provoked(Notice.ACCOUNT_LOCKED, before.t - SECOND, before.t, login.user, True, str(before))


def _by_the_bench(history: History) -> Iterator[Provoked]:
    for moved in history.of(ClockMoved):
        yield Provoked(Notice.CLOCK_STEPPED, moved.t, moved.t + _LOOSE_US, None, False, f"clock {moved.why}")
    for power in history.of(Power):
        if power.state == "restored":
            yield Provoked(Notice.STARTED, power.t, power.t + _BOOT_US, None, False, "power restored")
    for rule in history.of(LinkRule):
        if rule.link == "field" and rule.rule == "cut" and rule.state == "on":
            yield Provoked(Notice.ALARM_RAISED, rule.t, rule.t + _ALARM_US, None, False, "field network cut")


def _fits(history: History, each: Provoked, entry: Entry) -> bool:
    codes = history.began.codes.get(each.notice, ())
    return any(fnmatchcase(entry.kind, code) for code in codes)


def _near(each: Provoked, entry: Entry, slack_us: int) -> bool:
    return entry.at is not None and each.from_us - slack_us <= entry.at <= each.to_us + slack_us


def content_findings(history: History) -> Iterator[Check]:
    """Each provoked event, its entry and what the entry holds."""
    looks = people.readings(history, "all")
    entries = looks[-1].entries if looks else ()
    events = [each for each in provoked(history) if each.notice in KINDS and (not looks or each.from_us < looks[-1].t)]
    silent = [notice for notice in KINDS if notice not in history.began.codes]
    unmapped = [each for each in events if each.notice in silent]
    events = [each for each in events if each.notice not in silent]
    found = {id(each): [entry for entry in entries if _fits(history, each, entry)] for each in events}
    loose = {id(each): [entry for entry in found[id(each)] if _near(each, entry, _LOOSE_US)] for each in events}
    yield from _logged(history, events, loose, unmapped, bool(looks))
    told = [each for each in events if loose[id(each)]]
    yield TIME_TOLD.none_among(told, [_line(each) for each in told if not _timely(each, loose[id(each)])])
    named = [each for each in told if each.user is not None]
    wrong = [each for each in named if not any(entry.user == each.user for entry in _close(each, loose[id(each)]))]
    yield USER_TOLD.none_among(named, [_line(each) for each in wrong])
    yield _kind_told(events, loose, entries)
    lying = [each for each in told if not any(entry.failure == each.failed for entry in _close(each, loose[id(each)]))]
    both = {each.failed for each in told} == {True, False}
    yield OUTCOME_TOLD.none([_line(each) for each in lying], both)
    bare = [each for each in told if not any(entry.detail.strip() for entry in loose[id(each)])]
    yield DETAIL_TOLD.none_among(told, [_line(each) for each in bare])


def _line(each: Provoked) -> str:
    return f"{each.notice}: {each.words}"


def _close(each: Provoked, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that may be those of this event: at its time where there are any."""
    return [entry for entry in entries if _near(each, entry, _SLACK_US)] or list(entries)


def _timely(each: Provoked, entries: Sequence[Entry]) -> bool:
    """A step of the clock is told by a clock that has just been moved: any time will do."""
    return each.notice is Notice.CLOCK_STEPPED or any(_near(each, entry, _SLACK_US) for entry in entries)


def _logged(
    history: History,
    events: Sequence[Provoked],
    loose: dict[int, list[Entry]],
    unmapped: Sequence[Provoked],
    seen: bool,
) -> Iterator[Check]:
    entered = {login.user for login in people.logins(history) if login.entered}
    known = {
        entry.user for each in events if each.notice is Notice.LOGGED_IN for entry in loose[id(each)] if entry.user
    }
    mapped = notices.mapped(history, Notice.LOGGED_IN)
    yield USERS_LOGGED.none(sorted(entered - known) if mapped and seen else (), seen and mapped and entered)
    for asked, is_meant in ((ACTIONS_LOGGED, True), (EVENTS_LOGGED, False)):
        mine = [each for each in events if (each.notice in BY_USERS and each.user is not None) is is_meant]
        lost = [_line(each) for each in mine if not _counted(each, events, loose)]
        left = [each for each in unmapped if (each.user is not None) is is_meant]
        if left and not lost and mine:
            words = "; ".join(f"{each.notice}: {each.notice.text}" for each in left)
            yield asked.review([], actual=f"no code is mapped in [codes] for / 未映射代码：{words}")
        else:
            kinds = {each.notice for each in mine}
            absent = [
                f"not provoked: {notice}"
                for notice in KINDS
                if (notice in BY_USERS) is is_meant and notice not in kinds
            ]
            yield asked.none(lost if seen else (), seen and mine, evidence=[*lost, *absent])


def _counted(each: Provoked, events: Sequence[Provoked], loose: dict[int, list[Entry]]) -> bool:
    """Whether there is an entry for it; of several alike so close together as many entries as events."""
    alike = [other for other in events if other.notice is each.notice and other.user == each.user]
    near = [other for other in alike if abs(other.from_us - each.from_us) <= _LOOSE_US]
    entries = {id(entry) for other in near for entry in loose[id(other)]}
    return bool(loose[id(each)]) and len(entries) >= min(len(near), 3)


def _kind_told(events: Sequence[Provoked], loose: dict[int, list[Entry]], entries: Sequence[Entry]) -> Check:
    """Of what a user did there is an entry at its time, and it bears another kind than the event's."""
    wrong: list[str] = []
    seen = 0
    for each in events:
        if each.user is None:
            continue
        there = [entry for entry in entries if entry.user == each.user and _near(each, entry, _SLACK_US)]
        seen += bool(there)
        if there and not loose[id(each)]:
            wrong.append(f"{_line(each)}: {', '.join(dict.fromkeys(entry.kind or '-' for entry in there))}")
    return KIND_TOLD.none(wrong, seen)


class Ordered(Words, frozen=True, kw_only=True):
    """What it sets."""

    what: str


CENTRE_ORDERED = Mark("centre-ordered", Ordered)
"""A centre orders something next."""


def centre_orders_finding(history: History) -> Check:
    """Of each order of a centre an entry within a minute."""
    looks = people.readings(history, "all")
    entries = looks[-1].entries if looks else ()
    if looks and not notices.mapped(history, Notice.CONFIGURATION_CHANGED):
        rows = [{"text": str(entry)} for entry in entries[-20:]]
        return notices.left_to_a_person(CENTRES_ORDERS_LOGGED, rows, Notice.CONFIGURATION_CHANGED)
    orders = CENTRE_ORDERED.of(history)
    codes = history.began.codes.get(Notice.CONFIGURATION_CHANGED, ())
    found = [entry.at for entry in entries if any(fnmatchcase(entry.kind, code) for code in codes)]
    lost = [
        f"{local(mark.t)} {mark.detail.what}"
        for mark in orders
        if not any(at is not None and mark.t - SECOND <= at <= mark.t + MINUTE for at in found)
    ]
    return CENTRES_ORDERS_LOGGED.none(lost if looks else (), orders if looks else ())


def course_findings(history: History) -> Iterator[Check]:
    """What CSMT 11.12 asks: source data, reporting, methods and configuration."""
    looks = people.readings(history, "all")
    for name, (wanted, *_) in COURSES.items():
        asked = course(name)
        silent = [notice for notice in wanted if not notices.mapped(history, notice)]
        if not looks:
            yield asked.decide(None)
            continue
        entries = looks[-1].entries
        if silent:
            yield notices.left_to_a_person(asked, [{"text": str(entry)} for entry in entries[-20:]], *silent)
            continue
        codes = {notice: history.began.codes[notice] for notice in wanted}
        found = {
            notice: [entry for entry in entries if any(fnmatchcase(entry.kind, code) for code in codes[notice])]
            for notice in wanted
        }
        happened = {each.notice for each in provoked(history)} | _course_provoked(history)
        due = [notice for notice in wanted if notice in happened]
        yield asked.none([str(notice) for notice in due if not found[notice]], due)


def _course_provoked(history: History) -> set[Notice]:
    """A cut of the field network is a lost source, one of the uplink a failed report."""
    cut = {rule.link for rule in history.of(LinkRule) if rule.rule == "cut" and rule.state == "on"}
    return {
        notice
        for notice, link in ((Notice.SOURCE_LOST, "field"), (Notice.DATA_REPORTED, "uplink"))
        if any(each.startswith(link) for each in cut)
    }


# Kept, and not deleted

NOTHING_LOST = criterion(
    "nothing-lost",
    en="over 186 days, with power cuts, every entry stays that was made",
    zh="186 天内（含断电）产生的日志一条不少",
    unit="entries",
    notices=(Notice.CONFIGURATION_BACKED_UP,),
    evidence=_READ_OUT,
)
FULL_DAY = "full day"
FULL_LOG = "full log"
LOG_ENTRIES, _FILLING_PERCENT = 1000, 80
DAY_KEPT = criterion(
    "full-day-kept",
    en="of a thousand events in a day, with power cuts, every entry stays",
    zh="一天内（含断电）一千条日志一条不少",
    unit="entries",
    notices=(Notice.CONFIGURATION_BACKED_UP,),
    evidence=_READ_OUT,
)
FULL_LOG_KEPT = criterion(
    "full-log-kept",
    en="of entries younger than 184 days every one stays, though the log is full",
    zh="日志已满时，未满 184 天的日志仍一条不少",
    unit="entries",
    notices=(Notice.CONFIGURATION_BACKED_UP,),
    evidence=_READ_OUT,
)
LOG_FILLING_TOLD = criterion(
    "log-filling-told",
    en="an alarm that the log fills is in it at most an hour after 80 % of it are used",
    zh="日志用至 80 % 后 1 h 内告警并记入日志",
    notices=(Notice.LOG_FILLING,),
    evidence=_READ_OUT,
)
YOUNG_STAY = criterion(
    "young-stay",
    en="a clearing does not remove entries younger than 184 days",
    zh="清除操作不能删除未满 184 天的日志",
    unit="entries",
    reading_b_of="R-39",
    evidence=_READ_OUT,
)
OLD_GO_AS_A_RANGE = criterion(
    "old-go-as-a-range",
    en="what a clearing removes is one range from the oldest entry, and nothing between",
    zh="清除只能从最早一条起整段进行，不能从中间删除",
    unit="entries",
    reading_b_of="R-39",
    evidence=_READ_OUT,
)
CLEARING_TRACED = criterion(
    "clearing-traced",
    en="a clearing leaves an entry that names who did it",
    zh="清除留有日志，记有操作人",
    unit="entries",
    notices=(Notice.LOG_CLEARED,),
    evidence=_READ_OUT,
)
NO_SINGLE_DELETE = criterion(
    "no-single-delete",
    en="no request deletes or changes a single entry",
    zh="任何请求均不能删除或更改单条日志",
    unit="entries",
    evidence=_READ_OUT,
)


def retention_findings(history: History) -> Iterator[Check]:
    """All that was ordered over 186 days is there, an early clearing removed nothing, a late one a range."""
    ordered = [use for use in people.uses(history, "day") if use.outcome == "executed"]
    full = people.readings(history, "before-clearing")
    codes = history.began.codes.get(Notice.CONFIGURATION_BACKED_UP, ())
    if not full:
        for asked in (NOTHING_LOST, YOUNG_STAY, OLD_GO_AS_A_RANGE, CLEARING_TRACED):
            yield asked.decide(None)
        return
    entries = full[-1].entries
    there = Counter(entry.at // SECOND for entry in entries if entry.at and _of(entry, codes))
    lost = [str(use) for use in ordered if not any(there[use.asked // SECOND + by] for by in (-1, 0, 1))]
    lost += [f"{len(ordered)} orders, {sum(there.values())} entries"] if sum(there.values()) < len(ordered) else []
    long = bool(ordered) and ordered[-1].t - ordered[0].t >= 184 * DAY
    yield NOTHING_LOST.none(lost, long and codes)
    yield from _clearings(history, entries)


def full_log_finding(history: History) -> Check:
    """An entry of its own for each order, more of them than the log was told to hold."""
    ordered, looks, codes = _of_full_log(history)
    entries = {_key(entry): entry for look in looks for entry in look.entries if entry.at and _of(entry, codes)}
    there = Counter(entry.at // SECOND for entry in entries.values() if entry.at)
    lost = [str(use) for use in ordered if not any(there[use.asked // SECOND + by] for by in (-1, 0, 1))]
    known = looks and codes and len(ordered) > LOG_ENTRIES
    return FULL_LOG_KEPT.none(lost if known else (), len(ordered) if known else 0)


def log_filling_finding(history: History) -> Check:
    """The alarm by the time when the orders alone have used four fifths of the log, and an hour."""
    ordered, looks, _ = _of_full_log(history)
    entries = [entry for look in looks for entry in look.entries]
    due = LOG_ENTRIES * _FILLING_PERCENT // 100
    if len(ordered) < due or not entries:
        return LOG_FILLING_TOLD.decide(None)
    if not notices.mapped(history, Notice.LOG_FILLING):
        rows = [{"at": str(entry.at), "kind": entry.kind, "text": entry.detail} for entry in entries]
        return notices.left_to_a_person(LOG_FILLING_TOLD, rows[-200:], Notice.LOG_FILLING)
    codes = history.began.codes.get(Notice.LOG_FILLING, ())
    raised = sorted(entry.at for entry in entries if entry.at is not None and _of(entry, codes))
    latest = ordered[due - 1].t + HOUR
    return LOG_FILLING_TOLD.decide(
        bool(raised) and raised[0] <= latest,
        measured=local(raised[0]) if raised else "none",
        limit=local(latest),
        op="<=",
    )


def _of_full_log(history: History) -> tuple[list[people.Use], list[people.Reading], Sequence[str]]:
    """The orders that filled the log, what it was found to hold afterwards, and by which codes it tells the orders."""
    ordered = [use for use in people.uses(history, FULL_LOG) if use.outcome == "executed"]
    codes = history.began.codes.get(Notice.CONFIGURATION_BACKED_UP, ())
    return ordered, people.readings(history, FULL_LOG), codes


def full_day_finding(history: History) -> Check:
    """An entry of its own for each order of a day."""
    ordered = [use for use in people.uses(history, FULL_DAY) if use.outcome == "executed"]
    codes = history.began.codes.get(Notice.CONFIGURATION_BACKED_UP, ())
    looks = people.readings(history, FULL_DAY)
    entries = {_key(entry): entry for look in looks for entry in look.entries if entry.at and _of(entry, codes)}
    there = Counter(entry.at // SECOND for entry in entries.values() if entry.at)
    lost = [str(use) for use in ordered if not any(there[use.asked // SECOND + by] for by in (-1, 0, 1))]
    full = len(ordered) >= 1000 * 95 // 100 and ordered[-1].t - ordered[0].t <= DAY + HOUR
    return DAY_KEPT.none(lost if looks and full and codes else (), len(ordered) if looks and full and codes else 0)


def _of(entry: Entry, codes: Sequence[str]) -> bool:
    return any(fnmatchcase(entry.kind, code) for code in codes)


def _key(entry: Entry) -> tuple[object, ...]:
    return (entry.at, entry.user, entry.kind, entry.detail)


def _clearings(history: History, before: Sequence[Entry]) -> Iterator[Check]:
    late = people.readings(history, "after-late")
    yield young_finding(history, "before-clearing")
    after = late[-1].entries if late else ()
    left = {_key(entry) for entry in after}
    missing = [number for number, entry in enumerate(before) if _key(entry) not in left]
    young = [
        str(before[number])
        for number in missing
        if (at := before[number].at) is not None and late and at > late[-1].t - 184 * DAY
    ]
    holes = [str(before[number]) for number in missing if number >= len(missing)]
    done = [use for use in people.uses(history, "late") if use.outcome == "executed"]
    ranged = late and missing and done
    stayed = _stayed(history, done, after)
    yield OLD_GO_AS_A_RANGE.none([*young, *holes, *stayed], ranged, reading_b=not holes if ranged else None)
    codes = history.began.codes.get(Notice.LOG_CLEARED, ())
    users = {use.user for use in done}
    traces = [entry for entry in after if _of(entry, codes) and entry.user in users]
    yield CLEARING_TRACED.decide(
        None if not (late and missing and done and codes) else bool(traces),
        measured=len(traces),
        limit=1,
        op=">=",
        evidence=map(str, traces[:3]),
    )


def of_before(rows: Sequence[told_of.AuditRow], before_us: int) -> list[told_of.AuditRow]:
    """The rows of a log that are of before an instant; what it keeps of earlier clearings for good is among them."""
    return [row for row in rows if (at := instant_of_iso(row.at)) is not None and at < before_us]


def _stayed(history: History, done: Sequence[people.Use], after: Sequence[Entry]) -> list[str]:
    """Clearings that were answered as done, twice, while the log tells them as done too and kept every old entry.

    A product may keep its log longer than it must (R-39): it says so, and does not say that it cleared it.
    """
    codes = history.began.codes.get(Notice.LOG_CLEARED, ())
    told = [entry for entry in after if _of(entry, codes) and not entry.failure]
    if len(done) < TRIES or len(told) < TRIES:
        return []
    borders = [int(use.object) for use in done if use.object.isdigit()]
    old = [entry for entry in after if entry.at is not None and borders and entry.at < min(borders)]
    words = f"claimed, not observed: ordered {len(done)} times, answered and logged as done; {len(old)} older stay"
    before = people.readings(history, "before-clearing")
    there = {_key(entry) for look in before[-1:] for entry in look.entries}
    return [f"{words} / 清除答复为成功而日志未减少"] if old and all(_key(entry) in there for entry in old) else []


def young_finding(history: History, before: str) -> Check:
    """A clearing of what is younger, and the entries before and after it."""
    first, early = people.readings(history, before), people.readings(history, "after-early")
    tried = [use for use in people.uses(history, "early") if use.outcome != "unanswered"]
    kept = {_key(entry) for look in early[-1:] for entry in look.entries}
    gone = [str(entry) for look in first[-1:] for entry in look.entries if _key(entry) not in kept]
    known = first and first[-1].entries and early and tried
    return YOUNG_STAY.none(gone if early else (), known, reading_b=True if known else None)


AUDIT_GOES_ON = criterion(
    "audit-goes-on",
    en="after orders to stop the log, by every role at every door that takes them, what happens next is in the log",
    zh="各角色在各通道尝试停止审计之后，后续事件仍记入日志",
    unit="logins",
    evidence=_READ_OUT,
)


def was_stopped(history: History) -> bool:
    """Whether anybody tried to stop the log: not every product has an order that could."""
    return bool(people.uses(history, "stop-audit"))


def going_on(history: History) -> Check:
    """A failed login after the tries has its entry."""
    tried = people.uses(history, "stop-audit")
    logins = [login for login in people.logins(history, "after-stop") if login.outcome == "refused"]
    entries = [entry for look in people.readings(history, "after-deleting") for entry in look.entries if entry.failure]
    lost = [
        str(login)
        for login in logins
        if not any(
            entry.at is not None and abs(entry.at - login.t) <= 2 * SECOND and entry.user == login.user
            for entry in entries
        )
    ]
    return AUDIT_GOES_ON.none(lost if entries else (), tried and logins and entries)


def single_findings(history: History) -> Iterator[Check]:
    """The entries before and after requests to delete or change one."""
    before, after = people.readings(history, "before-deleting"), people.readings(history, "after-deleting")
    tried = [use for use in people.uses(history, "delete-one") if use.outcome != "unanswered"]
    left = {_key(entry) for look in after[-1:] for entry in look.entries}
    gone = [str(entry) for look in before[-1:] for entry in look.entries if _key(entry) not in left]
    yield NO_SINGLE_DELETE.none(gone if after else (), before and before[-1].entries and after and tried)


# Found again

SEARCH_RIGHT = criterion(
    "search-right",
    en="a search by combined conditions gives the entries that meet all of them, and no other",
    zh="按组合条件查找得到且仅得到符合全部条件的日志",
    unit="entries",
    evidence=_READ_OUT,
)
SORTED = criterion(
    "sorted",
    en="entries come in the order asked for, rising and falling",
    zh="日志按所选字段升序或降序排列",
    unit="searches",
    evidence=_READ_OUT,
)
VIEWED = criterion(
    "viewed",
    en="the log can be looked at, with what happened in it",
    zh="日志可以查看，内容与实际发生一致",
    unit="entries",
    evidence=_READ_OUT,
)
EXPORT_EQUAL = criterion(
    "export-equal",
    en="an export holds the entries that are shown, no more and no fewer",
    zh="导出的日志与查看的日志一致，不多不少",
    unit="entries",
    evidence=_READ_OUT,
)


def _meets(entry: Entry, query: AuditQuery, codes: Sequence[str]) -> bool:
    if query.user and entry.user != query.user:
        return False
    if query.outcome and entry.outcome != query.outcome:
        return False
    if query.kind and entry.kind.split(":")[0] != query.kind.split(":")[0]:
        return False
    at = entry.at or 0
    return int(query.from_us or 0) <= at < int(query.to_us or 1 << 62)


def search_findings(history: History) -> Iterator[Check]:
    """Searches against the whole log as it was at the time, the file against what is shown."""
    whole = people.readings(history, "all")
    entries = whole[-1].entries if whole else ()
    yield VIEWED.decide(bool(entries) if whole else None, measured=len(entries), limit=1, op=">=")
    wrong: list[str] = []
    searched = people.readings(history, "search")
    for look in searched:
        until = whole[-1].t if whole else 0
        expected = {_key(entry) for entry in entries if _meets(entry, look.query, ())}
        found = {_key(entry) for entry in look.entries if (entry.at or 0) <= until}
        wrong += [f"{_conditions(look.query)}: {len(found - expected)} too many, {len(expected - found)} missing"] * (
            found != expected
        )
    combined = [look for look in searched if len(_conditions(look.query).split()) > 1 and look.entries]
    yield SEARCH_RIGHT.none(wrong, entries and combined)
    yield _sorted(history)
    files = people.exports(history)
    if not files:
        yield EXPORT_EQUAL.decide(None)
        return
    inside = Counter(_key(entry)[:3] for entry in files[-1].entries)
    shown = Counter(_key(entry)[:3] for entry in entries)
    differing = [str(key) for key in (shown - inside)]
    yield EXPORT_EQUAL.none(differing, files[-1].entries and entries)


def _conditions(query: AuditQuery) -> str:
    return " ".join(f"{key}={text}" for key, text in query.conditions().items())


def _sorted(history: History) -> Check:
    wrong: list[str] = []
    looks = [look for look in people.readings(history, "sorted") if len(look.entries) > 1]
    for look in looks:
        by = look.query.sort or "at"
        column = [str(entry.at or 0).zfill(20) if by == "at" else getattr(entry, by, "") for entry in look.entries]
        falling = look.query.order == "descending"
        if column != sorted(column, reverse=falling):
            wrong.append(f"by {by}, {'falling' if falling else 'rising'}")
    orders = {(look.query.sort, look.query.order) for look in looks}
    return SORTED.none(wrong, len(orders) > 1)


def problems(history: History) -> list[str]:
    """Looks at the log that had no answer."""
    looks = (*told_of.AUDIT.of(history), *told_of.AUDIT_EXPORT.of(history))
    return [event.problem for event in looks if event.problem]
