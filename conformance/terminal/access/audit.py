"""The audit log: twenty kinds of event, kept for half a year, cleared with a trace, searched and exported (R-39).

Leaves who may read it to `rights`. It is read as its reader reads it, through a door of the product.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bench.case import Case, Finding, Notice, Rig, Text, beside
from bench.dut.access.visit import Session
from bench.facade.bench import Bench
from bench.facade.people import People
from bench.history import History
from conformance.common.actions import points
from conformance.common.times import DAY, HOUR
from conformance.terminal import ACCOUNTS, AUDIT, CONFIGURATION, FUNCTIONS, HJ212, MANAGEMENT, MODBUS, MUTUAL_TLS
from conformance.terminal.access import audit_judge
from conformance.terminal.access.audit_judge import course
from conformance.terminal.access.logins import OFFICE, QUIET, WRONG, fail
from conformance.terminal.access.rights import begin
from conformance.terminal.management.management import FACTORS, METHOD, management_of

EVENTFUL = OFFICE.but(
    centres=("A", "B", "M"),
    centre_options=(("A", {"channel": "mtls"}), ("M", {"kind": "management", "channel": "mtls"})),
)
_ADDRESS = ("id", "host", "port", "mn", "pw", "st")
_PACKAGES = (
    (Notice.FACTOR_CHANGED, "factors", "grid", FACTORS),
    (Notice.FORMULA_CHANGED, "method", "electricity", METHOD),
    (Notice.UPGRADED, "upgrade", "program", b"carbonbench-reference 2.0\n" + bytes(200)),
)


class RecordsTwentyKinds(Case):
    """Twenty kinds of event give entries with time, user, kind, outcome and detail, on the device, by its own clock."""

    zh = "二十类事件均产生日志，含时间、用户、类型、结果和其他信息，时间取自装置时钟。"
    checks = {
        audit_judge.USERS_LOGGED: ("isc-2/7.4.1.3(1)a", "isc-2/7.4.1.3(1)b", "isc-2/7.4.1.3(3)a"),
        audit_judge.ACTIONS_LOGGED: ("isc-2/7.4.1.3(1)c",),
        audit_judge.EVENTS_LOGGED: ("isc-2/7.4.1.3(1)d",),
        audit_judge.TIME_TOLD: ("isc-2/7.4.1.3(2)a", "isc-2/7.4.1.3(2)g"),
        audit_judge.USER_TOLD: ("isc-2/7.4.1.3(2)b",),
        audit_judge.KIND_TOLD: ("isc-2/7.4.1.3(2)c",),
        audit_judge.OUTCOME_TOLD: ("isc-2/7.4.1.3(2)d",),
        audit_judge.DETAIL_TOLD: ("isc-2/7.4.1.3(2)e",),
        course("source-data"): ("csmt/11.12a",),
        course("reporting"): ("csmt/11.12b",),
        course("methods"): ("csmt/11.12c",),
        course("configuration"): ("csmt/11.12d",),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, AUDIT, MUTUAL_TLS, MANAGEMENT)
    scenario = EVENTFUL

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        self._door = people.doors[0]
        for word in people.access.accounts:
            await people.login(self._door, word)
        await self._by_functions(bench, people)
        await self._by_packages(bench, people)
        async with bench.links["field"].cut():
            await bench.clock.sleep(minutes=5)
        async with bench.links["uplink"].cut():
            await bench.clock.sleep(minutes=5)
        await bench.clock.sleep(minutes=2)
        word = people.access.of_role("operator")
        await fail(people, self._door, word, people.access.rules.failures or 5)
        await people.login(self._door, word, step="locked")
        await bench.power.off(seconds=5)
        await bench.clock.sleep(seconds=30)
        await bench.terminal.step_clock(120)
        await bench.clock.sleep(minutes=2)
        await people.log.audit("all")

    async def _by_functions(self, bench: Bench, people: People) -> None:
        """Every function of which the log tells something, by somebody who may."""
        objects = {Notice.CENTRE_CHANGED: "B", Notice.LOG_CLEARED: str(bench.clock.now_us())}
        opened: dict[tuple[str, str], Session] = {}
        for function in people.access.functions:
            doors = [door for door in people.doors if door in function.doors]
            if not function.events or function.ends or not doors:
                continue
            role = function.may[0]
            if (doors[0], role) not in opened:
                session = await people.login(doors[0], people.access.of_role(role))
                if session is None:
                    continue
                opened[doors[0], role] = session
            known: dict[str, str] = {}
            for notice, thing in objects.items():
                if str(notice) in function.events:
                    known["object"] = thing
            if str(Notice.CERTIFICATE_CHANGED) in function.events:
                known |= people.credentials("A", "renewed")
            await people.use(function.name, opened[doors[0], role], **known)  # type: ignore[arg-type]

    async def _by_packages(self, bench: Bench, people: People) -> None:
        """A factor, a formula and a program, as signed packages, where the product has a function for them."""
        management = management_of(bench)
        for door, function in people.where("package")[:1]:
            session = await people.login(door, people.access.of_role(function.may[0]))
            for notice, kind, name, content in _PACKAGES if session is not None else ():
                made = management.package(kind, name, "2.0", content)  # type: ignore[arg-type]
                await people.use("package", session, trick="event", object=notice.value, package=made.decode())  # type: ignore[arg-type]
                await bench.clock.sleep(seconds=30)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from audit_judge.content_findings(history)
        yield from audit_judge.course_findings(history)


class TellsKindsOfConfigurationFromAfar(Case):
    """Centres and items that packages change, and what a centre sets, are found in the log under their own kinds."""

    zh = "软件包远程更改的数据中心和数据项、中心下发的参数，在日志中按各自类型可查。"
    checks = {
        audit_judge.ACTIONS_LOGGED: ("isc-2/7.4.1.3(1)c",),
        audit_judge.KIND_TOLD: ("isc-2/7.4.1.3(2)c",),
        audit_judge.CENTRES_ORDERS_LOGGED: ("isc-2/7.4.1.3(1)c",),
    }
    needs = (MODBUS, HJ212, ACCOUNTS, FUNCTIONS, AUDIT, MUTUAL_TLS, MANAGEMENT, CONFIGURATION)
    scenario = EVENTFUL.but(points=2, centres=("A", "B", "C", "M"))
    apart_s = 150.0
    """So long apart that no entry of one change is taken for another's."""

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        management = management_of(bench)
        moved = {**bench.told_of("C"), **{key: bench.told_of("B")[key] for key in ("host", "port")}}
        changes: tuple[tuple[Notice, str, dict[str, Any]], ...] = (
            (Notice.CONFIGURATION_CHANGED, "item", {"items": [{"point": points(bench)[-1], "acquired": "no"}]}),
            (Notice.CENTRE_CHANGED, "address", {"centres": [{key: moved[key] for key in _ADDRESS}]}),
            (Notice.CENTRE_CHANGED, "gone", {"removed": ["C"]}),
            (Notice.CENTRE_CHANGED, "again", {"centres": [bench.told_of("C")]}),
        )
        for door, function in people.where("package")[:1]:
            for notice, name, body in changes:
                # A session may end of itself while nothing is done.
                session = await people.login(door, people.access.of_role(function.may[0]))
                if session is None:
                    return
                made = management.package("configuration", name, "1.0", json.dumps({"configuration": body}).encode())
                await people.use("package", session, trick="event", object=notice.value, package=made.decode())
                await bench.clock.sleep(self.apart_s)
        centre = bench.centres["A"]
        for name, order in (
            ("realtime-interval", centre.set_realtime_interval(120)),
            ("minute-interval", centre.set_minute_interval(5)),
            ("timeouts", centre.set_timeouts(8, 2)),
        ):
            audit_judge.CENTRE_ORDERED.put(bench, audit_judge.Ordered(what=name))
            await order
            await bench.clock.sleep(self.apart_s)
        await people.log.audit("all")

    def judge(self, history: History) -> Iterator[Finding]:
        wanted = {each.id for each in self.checks}
        yield from (found for found in audit_judge.content_findings(history) if found.id in wanted)
        yield audit_judge.centre_orders_finding(history)


async def clear_log(people: People, trick: str, before_us: int) -> None:
    """Have the log cleared before an instant, by somebody who may."""
    name = people.access.audit.clear if people.access.audit is not None else ""
    for door, function in people.where(name)[:1]:
        session = await people.login(door, people.access.of_role(function.may[0]))
        if session is not None:
            await people.use(name, session, trick=trick, object=str(before_us))


class KeepsItsLog(Case):
    """Over 186 days with power cuts no entry is lost; nothing removes younger ones, and a clearing leaves its trace."""

    zh = "186 天内（含断电）日志不丢失；未满期限的日志不可删除，清除整段进行并留痕。"
    checks = {
        audit_judge.NOTHING_LOST: ("isc-2/7.4.1.3(3)a", "isc-2/7.4.1.3(3)b"),
        audit_judge.YOUNG_STAY: ("isc-2/7.4.1.3(4)b", "isc-2/7.4.1.3(3)b"),
        audit_judge.OLD_GO_AS_A_RANGE: ("isc-2/7.4.1.3(4)c", "isc-2/7.4.1.3(4)d"),
        audit_judge.CLEARING_TRACED: ("isc-2/7.4.1.3(4)b",),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, AUDIT)
    rigs = Rig.VIRTUAL
    virtual_only = Text("half a year has to pass by the terminal's clock", "须按终端时钟经过半年")
    scenario = QUIET
    days = 192
    every_days = 6
    a_visit = 20

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        chance = bench.chance("cuts")
        ordering = [each for each in people.access.functions if "configuration-backed-up" in each.events]
        if not ordering:
            return
        function = ordering[0]
        door = function.doors[0]
        word = people.access.of_role(function.may[0])
        for day in range(0, self.days, self.every_days):
            if day // self.every_days % 10 == 9:
                await people.renew(function.may[0])
            session = await people.login(door, word)
            for _ in range(self.a_visit):
                if session is not None:
                    await people.use(function.name, session, trick="day")
                await bench.clock.sleep(seconds=10)
            if day // self.every_days % 5 == 4:
                await bench.power.off(seconds=chance.randint(5, 600))
            await bench.clock.sleep(days=self.every_days)
        await people.renew("auditor")
        await people.log.audit("before-clearing")
        now = bench.clock.now_us()
        for trick, days in (("early", 100), ("late", 185)):
            before_us = now - days * DAY
            await clear_log(people, trick, before_us)
            left = await people.log.audit(f"after-{trick}")
            if trick == "late" and audit_judge.of_before(left, before_us):
                # Claimed and not seen: ordered once more.
                await clear_log(people, trick, before_us)
                await people.log.audit(f"after-{trick}")

    def judge(self, history: History) -> Iterator[Finding]:
        yield from audit_judge.retention_findings(history)


class KeepsFullDaysLog(Case):
    """Of 1,000 events in a day, among polls and lost power, every entry stays (R-39: the rate of half a year)."""

    zh = "一天内（含采集负荷和断电）产生的 1 000 条日志一条不少（R-39 规定的日志量）。"
    checks = {audit_judge.DAY_KEPT: ("isc-2/7.4.1.3(3)b",)}
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, AUDIT)
    scenario = OFFICE.but(period_s=60, points=4)
    events = 1000
    cuts = 5
    apart_s = 86.4

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        chance = bench.chance("cuts")
        ordering = [each for each in people.access.functions if str(Notice.CONFIGURATION_BACKED_UP) in each.events]
        if not ordering:
            return
        function = ordering[0]
        door, word = function.doors[0], people.access.of_role(function.may[0])
        off = set(chance.sample(range(self.events), self.cuts))
        session = await people.login(door, word)
        begun = bench.clock.now_us()
        for number in range(self.events):
            if number % 100 == 99 or session is None:
                session = await people.login(door, word)
            if session is not None:
                await people.use(function.name, session, trick=audit_judge.FULL_DAY)
            if number in off:
                await bench.power.off(seconds=5)
                await bench.clock.sleep(seconds=self.apart_s - 5)
                session = None
            else:
                await bench.clock.sleep(seconds=self.apart_s)
        now = bench.clock.now_us()
        for at in range(begun - HOUR, now + HOUR, 2 * HOUR):
            await people.log.audit(audit_judge.FULL_DAY, from_us=str(at), to_us=str(at + 2 * HOUR))

    def judge(self, history: History) -> Iterator[Finding]:
        yield audit_judge.full_day_finding(history)


class KeepsYoungEntriesOfFullLog(Case):
    """A log that is told to hold a thousand entries tells that it fills, and loses none of 1,200 of one day."""

    zh = "审计日志容量设为 1 000 条：用至 80 % 时告警；一天内产生的 1 200 条日志虽超容量仍一条不少。"
    checks = {
        audit_judge.FULL_LOG_KEPT: ("isc-2/7.4.1.3(3)b",),
        **beside(audit_judge.LOG_FILLING_TOLD),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, AUDIT, "access.audit-bound")
    scenario = QUIET.configured(log_entries=audit_judge.LOG_ENTRIES)
    events = 1200
    apart_s = 30

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        ordering = [each for each in people.access.functions if str(Notice.CONFIGURATION_BACKED_UP) in each.events]
        if not ordering:
            return
        function = ordering[0]
        door, word = function.doors[0], people.access.of_role(function.may[0])
        session = None
        begun = bench.clock.now_us()
        for number in range(self.events):
            if number % 100 == 0 or session is None:
                session = await people.login(door, word)
            if session is not None:
                await people.use(function.name, session, trick=audit_judge.FULL_LOG)
            await bench.clock.sleep(seconds=self.apart_s)
        await bench.clock.sleep(hours=1.1)
        now = bench.clock.now_us()
        for at in range(begun - HOUR, now + HOUR, 2 * HOUR):
            await people.log.audit(audit_judge.FULL_LOG, from_us=str(at), to_us=str(at + 2 * HOUR))

    def judge(self, history: History) -> Iterator[Finding]:
        yield audit_judge.full_log_finding(history)
        yield audit_judge.log_filling_finding(history)


class SearchesItsLog(Case):
    """The log is searched by combined conditions, sorted, shown and exported as it is; nobody deletes one entry."""

    zh = "日志可按组合条件查找、排序、查看和导出，内容一致；任何人不能删除单条日志。"
    checks = {
        audit_judge.SEARCH_RIGHT: ("isc-2/7.4.1.3(5)a",),
        audit_judge.SORTED: ("isc-2/7.4.1.3(5)b",),
        audit_judge.VIEWED: ("isc-2/7.4.1.3(5)c-1", "isc-2/8.2h"),
        audit_judge.EXPORT_EQUAL: ("isc-2/7.4.1.3(5)c-2",),
        audit_judge.NO_SINGLE_DELETE: ("isc-2/7.4.1.3(4)c",),
        audit_judge.AUDIT_GOES_ON.sometimes(): ("isc-2/7.4.1.3(4)a",),
        audit_judge.YOUNG_STAY: ("isc-2/7.4.1.3(4)b",),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, AUDIT)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        door = people.doors[0]
        start = bench.clock.now_us()
        words = list(people.access.accounts)
        for word in words:
            await people.login(door, word)
        await people.login(door, words[0], password=WRONG, told="wrong")
        middle = bench.clock.now_us()
        await bench.clock.sleep(minutes=2)
        for word in words[:3]:
            await people.login(door, word)
        await people.login(door, words[0], password=WRONG, told="wrong")
        await bench.clock.sleep(seconds=5)
        rows = await people.log.audit("all")
        first = people.access.accounts[words[0]].name
        kind = next((row.kind for row in rows if row.failure and row.user == first), "")
        outcome = next((row.outcome for row in rows if row.failure and row.user == first), "")
        span = {"from_us": _second(start), "to_us": _second(middle + 30_000_000)}
        for query in (
            {"user": first},
            {"user": first, "kind": kind},
            {"user": first, "kind": kind, **span},
            {"outcome": outcome, **span},
            {"user": first, "outcome": outcome, "kind": kind, **span},
        ):
            await people.log.audit("search", **{key: text for key, text in query.items() if text})
        for sort, order in (("at", "ascending"), ("at", "descending"), ("user", "ascending"), ("user", "descending")):
            await people.log.audit("sorted", sort=sort, order=order)
        await people.log.exported()
        await self._delete(people)
        await clear_log(people, "early", bench.clock.now_us())
        await people.log.audit("after-early")

    async def _delete(self, people: People) -> None:
        """Requests to delete or change one entry, at the addresses where the log is shown, by each of the roles."""
        log = people.access.audit
        await people.log.audit("before-deleting")
        for door, function in people.where("" if log is None else log.function):
            for role in ("auditor", "administrator", "operator"):
                session = await people.login(door, people.access.of_role(role))
                for method in ("DELETE", "PUT", "PATCH", "POST") if session is not None else ():
                    for tail in ("?number=3", "/3"):
                        await people.other_request(function.name, session, method, tail, "delete-one")  # type: ignore[arg-type]
        await self._stop(people)
        await people.log.audit("after-deleting")

    async def _stop(self, people: People) -> None:
        """Orders to stop the log or to leave it no room (`audit-stop`), by each role; then a login that fails."""
        doors = people.where("audit-stop")
        for door, function in doors:
            for role in people.roles()[:3]:
                session = await people.login(door, people.access.of_role(role)) if door in people.doors else None
                if session is not None:
                    await people.use(function.name, session, trick="stop-audit")
        if doors:
            word = people.access.of_role("auditor")
            await people.login(people.doors[0], word, password=WRONG, told="wrong", step="after-stop")

    def judge(self, history: History) -> Iterator[Finding]:
        yield from audit_judge.search_findings(history)
        yield from audit_judge.single_findings(history)
        if audit_judge.was_stopped(history):
            yield audit_judge.going_on(history)
        yield audit_judge.young_finding(history, "after-deleting")


def _second(at_us: int) -> str:
    """A whole second, which any log can be asked for."""
    return str(at_us // 1_000_000 * 1_000_000)
