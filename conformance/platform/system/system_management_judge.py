"""System management: users, log, entry, parameters, standard values, rights (SSEA 5.4.2; CPCIF 4.5.2).

Leaves what comes of parameters to the books; settings that show by what terminals send to `faults_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import AUDIT, AuditQuery, AuditRow
from bench.dut.platform.vocabulary.system import DEVIATION, INVENTORY, DeviationRow, InventoryQuery, InventoryRow
from bench.history import History, Observed
from conformance.common import people
from conformance.common.platforms.answers import Answered
from conformance.common.platforms.bookkeeping import LENGTHS, Books, Item, held, listings, plain, shows
from conformance.common.platforms.told import Told, analyses, may, rights, told
from conformance.common.times import SECOND, instant_of_iso, local

USERS_ADDED = criterion(
    "users-added",
    en="a user who was added is listed, gets in, and may do what the role may",
    zh="新增用户可见、可登录，并可行使其角色的权限",
    unit="users",
)
USERS_CHANGED = criterion(
    "users-changed",
    en="a user moved to another enterprise works there, and no longer where it was",
    zh="用户改属其他企业后，在新企业可操作，在原企业不可",
    unit="users",
)
USERS_ENDED = criterion(
    "users-ended",
    en="a user who was blocked or removed does not get in with the right password",
    zh="被停用或删除的用户以正确密码也不能登录",
    unit="logins",
)
LOG_HOLDS = criterion(
    "log-holds",
    en="every change and every refused attempt is in the log with its user, within a second of its time",
    zh="每次更改和每次被拒操作均在日志中，含用户，时间偏差不超过 1 s",
    unit="entries",
)
LOG_SEARCHED = criterion(
    "log-searched",
    en="the log searched by user and by time shows these entries, and no other",
    zh="按用户、按时间查询日志，所示条目恰为符合条件者",
    unit="searches",
)
ENTRIES_KEPT = criterion(
    "entries-kept",
    en="what was entered, corrected and removed stands as it was told, and counts in the results",
    zh="录入、更正和删除的信息与操作一致，并计入结果",
    unit="entries",
)
PARAMETERS_KEPT = criterion(
    "parameters-kept",
    en="parameters stand as they were configured, and results follow them from their instant on",
    zh="参数与配置一致，结果自生效时刻起随之改变",
    unit="parameters",
)
STANDARDS_KEPT = criterion(
    "standard-values-kept",
    en="standard values stand as they were set, and quantities are compared with those in force",
    zh="标准值与设置一致，活动量按生效的标准值比较",
    unit="periods",
)
BY_PERMISSION = criterion(
    "by-permission",
    en="users with the right to it add, edit and delete; without it they are refused and nothing changes",
    zh="有权用户可增加、编辑、删除；无权用户被拒，内容不变",
    unit="operations",
)
SERVES_BOTH = criterion(
    "serves-users-and-operator",
    en="functions work for users of enterprises and for those who operate the system",
    zh="企业用户和系统运营方均可使用各自的功能",
    unit="operations",
)
USERS, OPERATORS = ("clerk-a", "clerk-b", "manager-a"), ("administrator", "operator-of-park", "auditor")
_LATE_US = SECOND


def user_findings(history: History) -> Iterator[Check]:
    """Accounts that were made, changed, blocked and removed, by the logins and entries that followed."""
    books = Books(history, ("account",))
    added: list[str] = []
    changed: list[str] = []
    ended: list[str] = []
    seen = [0, 0, 0]
    shown = _shown(history)
    for login in people.logins(history):
        if (login.user, login.step) not in shown:
            continue
        if login.step == "added":
            seen[0] += 1
            added += [] if login.entered or login.outcome == "first" else [f"{login.user}: {login.outcome}"]
        elif login.step in ("blocked", "removed"):
            seen[2] += 1
            ended += [f"{login.user} {login.step}: {login.outcome}"] if login.outcome in ("entered", "first") else []
    for each in _of_new_users(history, books):
        home = _home(books, each)
        right = each.fields.get("enterprise") == home
        place = 1 if _moved(books, each) else 0
        seen[place] += 1
        if each.done != right:
            (changed if place else added).append(
                f"{each.by} of {home} enters for {each.fields.get('enterprise')}: {'done' if each.done else 'refused'}"
            )
    found = listings(history, books, "account")
    added += [line for each in found for line in each.wrong]
    added += people.failed_logins(history)
    yield held(USERS_ADDED, added, seen[0] if found else 0, 2)
    yield held(USERS_CHANGED, changed, seen[1], 2)
    yield held(USERS_ENDED, ended, seen[2], 2)


def _shown(history: History) -> set[tuple[str, str]]:
    """Users whose logins at a step tell something: what they log in after was asked of the platform, and answered.

    Where the profile has no way to add, block or remove a user, nothing follows from who gets in.
    """
    made = {each.key or each.fields.get("id", ""): each for each in told(history) if _is(each, "create")}
    found = {(each.fields.get("id", ""), "added") for each in made.values() if not each.lost}
    for each in told(history):
        step = "removed" if _is(each, "remove") else "blocked" if _is(each, "change") else ""
        account = made.get(each.key)
        if step and account is not None and account.done and not each.lost:
            found.add((account.fields.get("id", ""), step))
    return found


def _is(each: Told, verb: str) -> bool:
    """Whether an account was added, changed or removed; a change counts as of its state where it has one."""
    return each.kind == "account" and each.verb == verb and (verb != "change" or "state" in each.fields)


def _of_new_users(history: History, books: Books) -> list[Told]:
    names = {thing.versions[-1].fields.get("id", thing.key) for thing in books.all("account")}
    return [each for each in told(history) if each.kind == "entry" and each.by in names and each.verb == "create"]


def _account(books: Books, each: Told) -> Mapping[str, str]:
    for thing in books.all("account"):
        if thing.versions[-1].fields.get("id", thing.key) == each.by:
            return thing.now(each.place)
    return {}


def _home(books: Books, each: Told) -> str:
    return _account(books, each).get("enterprise", "")


def _moved(books: Books, each: Told) -> bool:
    for thing in books.all("account"):
        if thing.versions[-1].fields.get("id", thing.key) == each.by:
            return len(thing.known(each.place)) > 1
    return False


def log_findings(history: History) -> Iterator[Check]:
    """The whole log against what was done, and searches of it against the whole."""
    names = {login.account: login.user for login in people.logins(history)}
    answered = analyses(history, AUDIT)
    whole = [event for event in answered if not event.query.user and not event.query.kind]
    whole = [event for event in whole if event.query.from_ and event.query.to]
    last = max(whole, key=lambda event: int(event.query.to) - int(event.query.from_), default=None)
    missing: list[str] = []
    span = (int(last.query.from_), int(last.query.to)) if last is not None else (0, 0)
    done = [each for each in told(history) if span[0] <= each.asked and each.at <= span[1] and not each.lost]
    left = list(last.rows if last is not None else ())
    # A row tells of one thing; what was done names its object, so that it is looked for first.
    for each in sorted(done, key=lambda each: not each.done):
        row = next((row for row in left if _tells(row, each, names.get(each.by, each.by))), None)
        if row is not None:
            left.remove(row)
        else:
            missing.append(f"{local(each.at)} {each.by} {each.verb} {each.kind} {each.fields.get('id', each.key)}")
    yield held(LOG_HOLDS, missing, len(done) if last is not None else 0, 5)
    wrong: list[str] = []
    seen = 0
    for event in answered:
        if last is None or event is last:
            continue
        due = [row for row in last.rows if _meets(row, event.query)]
        seen += 1
        asked = (("user", event.query.user), ("from", event.query.from_), ("to", event.query.to))
        where = " ".join(f"{name}={text}" for name, text in asked if text)
        lacking = [row for row in due if row not in event.rows]
        beyond = [row for row in event.rows if not _meets(row, event.query)]
        wrong += [f"{where}: {len(lacking)} missing, {len(beyond)} beyond"] if lacking or beyond or not due else []
    yield held(LOG_SEARCHED, wrong, seen, 2)


def _tells(row: AuditRow, each: Told, user: str) -> bool:
    at = instant_of_iso(row.at)
    if at is None or not each.asked - _LATE_US <= at <= each.at + _LATE_US or row.user != user:
        return False
    id = each.fields.get("id") or each.key
    return not each.done or not id or id in row.subject or id in row.detail


def _meets(row: AuditRow, query: AuditQuery) -> bool:
    at = instant_of_iso(row.at) or 0
    if query.user and row.user != query.user:
        return False
    return int(query.from_ or 0) <= at < int(query.to or at + 1)


def settings_findings(history: History) -> Iterator[Check]:
    """Entries, parameters, standard values, rights, and who is served."""
    books = Books(history)
    inventories = [(event, _due(books, event)) for event in analyses(history, INVENTORY)]
    fed = {each.versions[-1].fields.get("carrier", "") for each in books.all("parameter")}
    ruled = [_compared(event, [item for item in due if item.carrier in fed]) for event, due in inventories]
    others = [_compared(event, [item for item in due if item.carrier not in fed]) for event, due in inventories]
    entries = listings(history, books, "entry")
    wrong = [line for each in entries for line in each.wrong] + [line for lines in others for line in lines]
    yield held(ENTRIES_KEPT, wrong, min(len(entries), len(inventories)))
    parameters = listings(history, books, "parameter")
    wrong = [line for each in parameters for line in each.wrong] + [line for lines in ruled for line in lines]
    yield held(PARAMETERS_KEPT, wrong, min(len(parameters), len(inventories)))
    yield _standards(history, books)
    yield _permission(history)
    yield _served(history)


def _due(books: Books, event: Answered[InventoryQuery, InventoryRow]) -> list[Item]:
    query = event.query
    return books.inventory(query.of, query.id, int(query.from_), int(query.to), books.place(event))


def _compared(event: Answered[InventoryQuery, InventoryRow], due: list[Item]) -> list[str]:
    rows = {row.point: row for row in event.rows}
    wrong: list[str] = []
    for item in due:
        row = rows.get(item.point, InventoryRow())
        if not shows(row.quantity, item.quantity) or not shows(row.emission, item.emission):
            shown = f"{row.quantity} {item.unit}, {row.emission} t"
            wrong.append(f"{item.point}: {shown}; exactly {plain(item.quantity)}, {plain(item.emission)} t")
    return wrong


def _standards(history: History, books: Books) -> Check:
    """Standard values as set, and each comparison."""
    found = listings(history, books, "standard_value")
    wrong = [line for each in found for line in each.wrong]
    seen = 0
    for event in analyses(history, DEVIATION):
        begin, end = int(event.query.from_), int(event.query.to)
        rows = {(row.point, instant_of_iso(row.start) or 0): row for row in event.rows}
        for point, start, quantity, standard in _compared_periods(
            books, event.query.enterprise, begin, end, books.place(event)
        ):
            seen += 1
            row = rows.pop((point, start), DeviationRow())
            due = (quantity, standard, quantity - standard)
            shown = (row.value, row.standard, row.difference)
            if not all(shows(text, value) for text, value in zip(shown, due, strict=True)):
                wrong.append(f"{point} {local(start)}: {shown}, exactly {', '.join(map(plain, due))}")
        wrong += [f"{point} {local(start)}: no standard value is in force" for point, start in rows]
    return held(STANDARDS_KEPT, wrong, seen if found else 0, 2)


def _compared_periods(
    books: Books, enterprise: str, begin: int, end: int, at: int
) -> Iterator[tuple[str, int, Fraction, Fraction]]:
    for thing in books.things("standard_value", enterprise=enterprise):
        period = thing.versions[-1].fields["period"]
        point = thing.versions[-1].fields["point"]
        for start in range(begin, end, LENGTHS[period]):
            fields = thing.valid(start, at)
            quantities = books.entries(point, start, start + LENGTHS[period], at)
            if fields and quantities:
                yield point, start, sum((each for _, each in quantities), Fraction(0)), Fraction(fields["value"])


def _permission(history: History) -> Check:
    """Every addition, change and removal against the rights that the profile declares; refused ones change nothing."""
    wrong: list[str] = []
    seen: dict[bool, set[str]] = {True: set(), False: set()}
    declared = rights(history)
    for each in told(history):
        allowed = may(declared, each.by, each.verb, each.kind)
        if each.lost or allowed is None:
            continue
        own = each.fields.get("enterprise", "")
        allowed = allowed and (not own or each.by not in _HOMES or _HOMES[each.by] == own)
        seen[allowed].add(each.verb)
        if each.done != allowed:
            wrong.append(f"{each.by} {each.verb} {each.kind} {own}: {'done' if each.done else 'refused'}")
    known = all(verbs >= {"create", "change", "remove"} for verbs in seen.values())
    return BY_PERMISSION.none(wrong, known)


_HOMES = {"clerk-a": "A", "manager-a": "A", "clerk-b": "B"}


def _served(history: History) -> Check:
    """Both sides had functions carried out, and none that they may use failed."""
    wrong: list[str] = []
    sides: set[str] = set()
    declared = rights(history)
    for each in told(history):
        allowed = may(declared, each.by, each.verb, each.kind)
        side = "user" if each.by in USERS else "operator" if each.by in OPERATORS else ""
        if allowed and side and _HOMES.get(each.by, "") in ("", each.fields.get("enterprise", _HOMES.get(each.by, ""))):
            sides |= {side} if each.done else set()
            wrong += [] if each.done or each.lost else [f"{each.by} {each.verb} {each.kind}: refused"]
    for event in history.of(Observed):
        if event.what.startswith("ask ") and not event.problem:
            sides |= {"user"} if event.query.get("by") in USERS else {"operator"}
    return held(SERVES_BOTH, wrong, len(sides), 2)
