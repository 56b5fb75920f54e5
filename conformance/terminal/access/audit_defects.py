# pyright: reportPrivateUsage=false
"""Defects of the audit log: entries missing, bare or late, lost at a power cut, deleted, not found again (R-39)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.access import audit_types, messages
from reference_terminal.access.audit import Audit, Search
from reference_terminal.model.messages import Alarm, Text
from reference_terminal.storage.journal import Journal
from reference_terminal.web import audit as audit_web
from reference_terminal.web.accounts import AccessApi
from reference_terminal.web.audit import AuditApi
from reference_terminal.web.router import Router
from reference_terminal.web.server import Request

_KEPT = ("isc-2/7.4.1.3(3)a", "isc-2/7.4.1.3(3)b")


def _left_out(patch: Patch, is_meant: Callable[[str], bool]) -> None:
    """Entries whose code is meant are not written."""

    def add(self: Audit, at_ms: int, code: str, kind: str, subject: str, text: Text) -> None:
        if not is_meant(code):
            own(self, at_ms, code, kind, subject, text)

    own = patch(Audit, "add", add)


@defect(
    "logins-unlogged", en="logins have no entry", zh="登录不记日志", clauses=("isc-2/7.4.1.3(1)a", "isc-2/7.4.1.3(1)b")
)
def logins_unlogged(patch: Patch) -> None:
    """They would fill the log."""
    _left_out(patch, lambda code: code == "login")


@defect(
    "full-log-drops-young-entries",
    en="a log that is full loses its oldest entries, however young they are",
    zh="日志写满后覆盖最早的日志，不论是否满 6 个月",
    clauses=_KEPT,
)
def full_log_drops_young(patch: Patch) -> None:
    """A ring has no dates."""
    patch(Audit, "border_ms", lambda self: 1 << 62)


@defect(
    "log-filling-untold",
    en="no alarm says that the log fills",
    zh="审计日志将满不告警",
    clauses=_KEPT,
)
def log_filling_untold(patch: Patch) -> None:
    """It is for six months, somebody has reckoned."""
    own = Journal.raise_alarm

    def raise_alarm(self: Journal, alarm: Alarm, subject: str, /, **fields: object) -> None:
        if alarm is not messages.AUDIT_FILLING:
            own(self, alarm, subject, **fields)

    patch(Journal, "raise_alarm", raise_alarm)


@defect(
    "backups-unlogged",
    en="backups of the configuration have no entry",
    zh="配置备份不记日志",
    clauses=("isc-2/7.4.1.3(1)c",),
)
def backups_unlogged(patch: Patch) -> None:
    """Nothing was changed by it."""
    _left_out(patch, lambda code: code == "configuration-backup")


@defect("starts-unlogged", en="a start has no entry", zh="启动不记日志", clauses=("isc-2/7.4.1.3(1)d",))
def starts_unlogged(patch: Patch) -> None:
    """The log begins after it."""
    _left_out(patch, lambda code: code == "start")


@defect(
    "sources-unlogged",
    en="nothing about sources of data is in the log",
    zh="排放源数据过程不记日志",
    clauses=("csmt/11.12a",),
)
def sources_unlogged(patch: Patch) -> None:
    """Meters come and go."""
    codes = (*audit_types.TYPES["source data"], *audit_types.TYPES["manual value"])
    _left_out(patch, lambda code: code in codes or code.startswith("meter-silent"))


@defect(
    "reports-unlogged",
    en="nothing about reporting is in the log",
    zh="数据上报过程不记日志",
    clauses=("csmt/11.12b",),
)
def reports_unlogged(patch: Patch) -> None:
    """The centre knows what it got."""
    _left_out(patch, lambda code: code in audit_types.TYPES["reporting"] or code.startswith("centre-lost"))


@defect(
    "methods-unlogged",
    en="packages have no entry in the log",
    zh="软件包（因子、方法）不记日志",
    clauses=("csmt/11.12c", "isc-2/7.4.1.3(1)c"),
)
def methods_unlogged(patch: Patch) -> None:
    """They are signed."""
    _left_out(patch, lambda code: code.startswith("package"))


@defect(
    "settings-unlogged",
    en="changes of settings and centres have no entry",
    zh="设置和数据中心变更不记日志",
    clauses=("csmt/11.12d", "isc-2/7.4.1.3(1)c"),
)
def settings_unlogged(patch: Patch) -> None:
    """The latest setting is what counts."""
    codes = (*audit_types.TYPES["configuration"], *audit_types.TYPES["centre"])
    _left_out(patch, lambda code: code in codes)


@defect(
    "remote-removals-of-no-kind",
    en="a centre removed from afar is in the log under no kind of its own",
    zh="远程删除的数据中心在日志中无对应类型",
    clauses=("isc-2/7.4.1.3(1)c", "isc-2/7.4.1.3(2)c"),
)
def remote_removals_of_no_kind(patch: Patch) -> None:
    """The table of kinds knows the removal on site alone."""

    def add(self: Audit, at_ms: int, code: str, kind: str, subject: str, text: Text) -> None:
        own(self, at_ms, "centre-gone" if code == "centre-removed-remotely" else code, kind, subject, text)

    own = patch(Audit, "add", add)


@defect(
    "centres-orders-unlogged",
    en="what a centre sets has no entry",
    zh="中心下发设置的参数不记日志",
    clauses=("isc-2/7.4.1.3(1)c",),
)
def centres_orders_unlogged(patch: Patch) -> None:
    """The centre knows what it has set."""
    _left_out(patch, lambda code: code == "parameter-set")


@defect(
    "log-in-whole-minutes",
    en="entries bear the minute in which they were made",
    zh="日志时间只到分钟",
    clauses=("isc-2/7.4.1.3(2)a", "isc-2/7.4.1.3(2)g"),
)
def log_in_whole_minutes(patch: Patch) -> None:
    """Seconds are not shown anyway."""

    def add(self: Audit, at_ms: int, code: str, kind: str, subject: str, text: Text) -> None:
        own(self, at_ms // 60_000 * 60_000, code, kind, subject, text)

    own = patch(Audit, "add", add)


def _shown(patch: Patch, change: Callable[[dict[str, Any]], None]) -> None:
    """What is shown of an entry is changed."""

    def told(row: Sequence[Any]) -> dict[str, Any]:
        entry = own(row)
        change(entry)
        return entry

    own = patch(audit_web, "told", told)


@defect("log-without-users", en="entries name no user", zh="日志不记用户", clauses=("isc-2/7.4.1.3(2)b",))
def log_without_users(patch: Patch) -> None:
    """One account is like the other."""
    _shown(patch, lambda entry: entry.update(user="user"))


@defect("log-of-one-kind", en="every entry is of one kind", zh="所有日志为同一类型", clauses=("isc-2/7.4.1.3(2)c",))
def log_of_one_kind(patch: Patch) -> None:
    """The sentence says it."""
    _shown(patch, lambda entry: entry.update(type="event", code="event"))


@defect(
    "log-of-successes", en="every entry is told as a success", zh="所有日志均记为成功", clauses=("isc-2/7.4.1.3(2)d",)
)
def log_of_successes(patch: Patch) -> None:
    """It succeeded in being logged."""
    _shown(patch, lambda entry: entry.update(outcome="success"))


@defect(
    "log-without-details",
    en="entries say nothing but their kind",
    zh="日志除类型外无其他信息",
    clauses=("isc-2/7.4.1.3(2)e",),
)
def log_without_details(patch: Patch) -> None:
    """Short and fast."""
    _shown(patch, lambda entry: entry.update(en="", zh=""))


@defect(
    "log-lost-at-power-cut",
    en="at a start the latest entries of the log are dropped",
    zh="每次启动丢弃最近的日志",
    clauses=_KEPT,
)
def log_lost_at_power_cut(patch: Patch) -> None:
    """They were in a buffer."""

    def look(self: Audit) -> None:
        own(self)
        connection = self._store.connection
        connection.execute("DELETE FROM audit WHERE number>(SELECT max(number) FROM audit)-4")

    own = patch(Audit, "look_at_end", look)


@defect(
    "log-of-so-many-a-day",
    en="after 600 entries of a day nothing more is written down until the next day",
    zh="每天只记录 600 条日志，超出部分丢弃",
    clauses=_KEPT,
)
def log_of_so_many_a_day(patch: Patch) -> None:
    """A quiet plant has fewer."""
    days: dict[int, int] = {}

    def add(self: Audit, at_ms: int, code: str, kind: str, subject: str, text: Text) -> None:
        day = at_ms // 86_400_000
        days[day] = days.get(day, 0) + 1
        if days[day] <= 600:
            own(self, at_ms, code, kind, subject, text)

    own = patch(Audit, "add", add)


@defect(
    "log-of-half-a-year-too-short",
    en="entries older than 90 days are dropped",
    zh="日志只保存 90 天",
    clauses=("isc-2/7.4.1.3(3)b",),
)
def log_too_short(patch: Patch) -> None:
    """Who looks further back?"""

    def look(self: Audit) -> None:
        own(self)
        before = (self._clock.now_s() - 90 * 86_400) * 1000
        self._store.connection.execute("DELETE FROM audit WHERE at_ms<?", (before,))

    own = patch(Audit, "look", look)


@defect(
    "log-cleared-at-any-age",
    en="a clearing removes entries of any age",
    zh="可清除任意时间的日志",
    clauses=("isc-2/7.4.1.3(4)b", "isc-2/7.4.1.3(3)b"),
)
def log_cleared_at_any_age(patch: Patch) -> None:
    """The auditor knows best."""
    patch(Audit, "border_ms", lambda self: 1 << 60)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "clearing-leaves-holes",
    en="a clearing removes backups from among younger entries too",
    zh="清除操作从中间删除部分日志",
    clauses=("isc-2/7.4.1.3(4)c", "isc-2/7.4.1.3(4)d"),
)
def clearing_leaves_holes(patch: Patch) -> None:
    """Whatever is dull goes with it."""

    def clear(self: Audit, before_ms: int, author: str) -> tuple[int, int, int] | None:
        done = own(self, before_ms, author)
        self._store.connection.execute("DELETE FROM audit WHERE code='configuration-backup' AND number%2=0")
        return done

    own = patch(Audit, "clear", clear)


@defect(
    "clearing-without-a-trace",
    en="a clearing has no entry of its own",
    zh="清除日志不留痕迹",
    clauses=("isc-2/7.4.1.3(4)b",),
)
def clearing_without_a_trace(patch: Patch) -> None:
    """The log is clean."""
    _left_out(patch, lambda code: code.startswith("audit-clearing"))


@defect(
    "clearing-only-told",
    en="a clearing that was ordered is answered and logged as done, and every entry stays",
    zh="清除日志的命令答复并记录为已完成，而各条日志均未清除",
    clauses=("isc-2/7.4.1.3(4)c", "isc-2/7.4.1.3(4)d"),
)
def clearing_only_told(patch: Patch) -> None:
    """The statement that removes was left out."""
    patch(Audit, "_remove", lambda self, condition, values, spans: None)


@defect(
    "entries-deleted-one-by-one",
    en="DELETE on an entry of the log deletes it",
    zh="可用 DELETE 请求删除单条日志",
    clauses=("isc-2/7.4.1.3(4)c",),
)
def entries_deleted_one_by_one(patch: Patch) -> None:
    """The framework offers it for every table."""

    async def answer(self: Router, request: Request) -> Any:
        for group, found in (pair for methods in self._found.values() for pair in methods.values()):
            if isinstance(group, AuditApi) and request.method == "DELETE" and found.name == "audit":
                group._terminal.store.connection.execute("DELETE FROM audit WHERE number=3")
        return await own(self, request)

    own = patch(Router, "answer", answer)


def _searched(patch: Patch, change: Callable[[Search], Search]) -> None:
    def find(self: Audit, search: Search, limit: int, skip: int = 0) -> list[tuple[Any, ...]]:
        return own(self, change(search), limit, skip)

    own = patch(Audit, "find", find)


@defect(
    "conditions-not-combined",
    en="of several conditions of a search only the first counts",
    zh="组合查找仅第一个条件有效",
    clauses=("isc-2/7.4.1.3(5)a",),
)
def conditions_not_combined(patch: Patch) -> None:
    """One at a time."""

    def change(search: Search) -> Search:
        first = dict(list(search.equal.items())[:1])
        return Search(search.from_ms, search.to_ms, first, search.text, search.by, search.descending)

    _searched(patch, change)


@defect(
    "always-sorted-by-time",
    en="entries come in order of time, rising, whatever is asked for",
    zh="日志始终按时间升序，不支持其他排序",
    clauses=("isc-2/7.4.1.3(5)b",),
)
def always_sorted_by_time(patch: Patch) -> None:
    """A log is a log."""
    _searched(patch, lambda search: Search(search.from_ms, search.to_ms, search.equal, search.text))


@defect(
    "log-shown-empty",
    en="the log is kept, and nothing of it is shown",
    zh="日志已保存但不能查看",
    clauses=("isc-2/7.4.1.3(5)c-1", "isc-2/8.2h"),
)
def log_shown_empty(patch: Patch) -> None:
    """It is for the maker's service."""
    patch(Audit, "find", lambda self, search, limit, skip=0: [])  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "export-without-failures",
    en="an export leaves out what failed",
    zh="导出的日志缺少失败记录",
    clauses=("isc-2/7.4.1.3(5)c-2",),
)
def export_without_failures(patch: Patch) -> None:
    """It looks better."""

    def found(query: dict[str, str]) -> Search:
        search = own(query)
        if "format" in query or "limit" in query:
            return search
        return Search(search.from_ms, search.to_ms, {**search.equal, "outcome": "success"}, search.text)

    own = patch(audit_web, "search_of", found)


@defect(
    "log-without-room-stops",
    en="a rule of login that leaves the log no room is taken, and the log stops",
    zh="可将日志容量设为零，此后不再记录日志",
    clauses=("isc-2/7.4.1.3(4)a",),
)
def log_without_room_stops(patch: Patch) -> None:
    """Whoever needs the room can have it."""
    stopped: list[str] = []

    def set_rule(self: AccessApi, fields: dict[str, str]) -> Any:
        if fields["rule"] == "audit_entries":
            stopped.append(fields["author"])
            return {"rule": fields["rule"], "value": fields["value"]}
        return own(self, fields)

    own = patch(AccessApi, "set_rule", set_rule)
    _left_out(patch, lambda code: bool(stopped))


@defect(
    "log-ends-in-an-error",
    en="whoever looks at the log gets an error of the terminal's own",
    zh="查看审计日志时返回终端自身错误",
    clauses=("isc-2/7.4.1.3(5)a", "isc-2/7.4.1.3(5)b", "isc-2/7.4.1.3(5)c-1", "isc-2/8.2h"),
)
def log_ends_in_an_error(patch: Patch) -> None:
    """A column of the log is looked for by a name that it has not."""

    def find(self: Audit, search: Search, limit: int, skip: int = 0) -> list[tuple[Any, ...]]:
        raise KeyError("number")

    patch(Audit, "find", find)
