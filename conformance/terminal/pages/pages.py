"""Configuration at the product's own pages: network, acquired items, formulas (CSMT 10.6.3; ISC-2 8.2).

Leaves what a configuration does to values and uploads to `management`, who may configure to `rights`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bench.case import Case, Finding, Text, beside
from bench.dut.access import Function
from bench.dut.access.visit import Session
from bench.facade.bench import Bench, Unable
from bench.facade.people import People
from bench.history import History
from bench.layout.scenario import Line
from conformance.terminal import ACCOUNTS, FUNCTIONS, MANAGEMENT, MODBUS, MUTUAL_TLS
from conformance.terminal.access.audit import EVENTFUL
from conformance.terminal.access.logins import OFFICE, WRONG
from conformance.terminal.access.rights import begin
from conformance.terminal.management.management import METHOD, management_of
from conformance.terminal.pages import pages_judge

FAMILY = "pages"
_LOOKS_S = 40


def at_pages(people: People, name: str) -> list[tuple[str, Function]]:
    """A function where it can be had by the requests of a page."""
    return [(door, each) for door, each in people.where(name) if people.access.doors[door].cookies]


def forms_told(bench: Bench, names: Iterable[str]) -> list[tuple[str, Function]]:
    """Say which of these functions are done by a form, and where."""
    found: list[tuple[str, Function]] = []
    for name in names:
        for door, function in at_pages(bench.people, name):
            if function.calls[door].form:
                pages_judge.AT_A_PAGE.put(bench, pages_judge.Form(door=door, function=name))
                found.append((door, function))
    return found


class ConfiguresByPage(Case):
    """Network, acquired items and formulas are configured at the pages of the product, and act."""

    zh = "在装置自带页面上可配置网络属性、采集数据项和计算公式，配置即时生效。"
    checks = {
        pages_judge.NETWORK: ("csmt/10.6.3a", "isc-2/8.2f"),
        pages_judge.ITEMS: ("csmt/10.6.3b", "isc-2/8.2f", "csmt/11.3-1"),
        pages_judge.FORMULA: ("csmt/10.6.3c", "isc-2/8.2f"),
        pages_judge.DIAGNOSIS: ("isc-2/8.2g",),
        **beside(pages_judge.FORMS.sometimes(), pages_judge.OWN_FORM.sometimes()),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, MUTUAL_TLS, MANAGEMENT)
    scenario = EVENTFUL
    most = 40

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        opening = {door.opened_by: None for door in people.access.doors.values() if door.opened_by}
        asked = forms_told(bench, ("centre-add", "period", "centre-certificate", *opening))
        for door, role in dict.fromkeys((door, function.may[0]) for door, function in asked):
            session = await people.login(door, people.access.of_role(role))
            if session is not None:
                await people.pages.follow_links(session, self.most)
        for door, function in at_pages(people, "listen")[:1]:
            session = await people.login(door, people.access.of_role(function.may[0]))
            if session is not None:
                for _ in at_pages(people, "diagnosis")[:1]:
                    await people.use("diagnosis", session, trick="by page")
                for _ in range(4):
                    await people.pages.shown(function.name, session)
                    await bench.clock.sleep(seconds=_LOOKS_S)
        made = management_of(bench).package("method", "electricity", "2.0", METHOD).decode()
        for name in ("centre-add", "period", "package-page"):
            for door, function in at_pages(people, name)[:1]:
                session = await people.login(door, people.access.of_role(function.may[0]))
                if session is not None:
                    await people.use(name, session, trick="by page", package=made)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from pages_judge.findings(history)
        if pages_judge.AT_A_PAGE.of(history):
            yield pages_judge.forms_finding(history)
        yield from pages_judge.own_form_findings(history)


class ShowsWhatEveryLineCarries(Case):
    """The octets of DL/T 645, CJ/T 188, Modbus RTU, ASCII and TCP, of analogue modules and scales are shown live."""

    zh = "诊断页面实时显示 DL/T 645、CJ/T 188、Modbus RTU/ASCII/TCP、模拟量模块与称重仪表各线路的实际报文。"
    checks = {pages_judge.EVERY_LINE: ("isc-2/8.2g",)}
    needs = (MODBUS, "source.dlt645", "source.cjt188", "protocol.modbus-rtu", "source.weighing", ACCOUNTS, FUNCTIONS)
    scenario = OFFICE.but(
        period_s=20,
        behind=(
            Line(("dlt645-2007", "dlt645-1997"), 2400, "E"),
            Line(("cjt188-water", "cjt188-heat"), 2400, "E"),
            Line(("modbus-rtu",)),
            Line(("modbus-ascii",), 9600, "E"),
            Line(("analogue-8",)),
            Line(("scale-toledo",)),
        ),
    )
    rounds = 4

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        places = at_pages(people, "listen")
        names = await people.pages.line_names()
        if not places or not names:
            raise Unable("the profile tells no lines to listen to, [access.display] / 档案未说明可监听的线路")
        door, function = places[0]
        session = await people.login(door, people.access.of_role(function.may[0]))
        if session is None:
            return
        for each in range(self.rounds):
            pages_judge.ROUND.put(bench, pages_judge.Round(number=each))
            for name in names:
                await people.pages.line_shown(name, session)
            await bench.clock.sleep(seconds=20)

    def judge(self, history: History) -> Iterator[Finding]:
        yield pages_judge.lines_finding(history)


class LeadsSomewhere(Case):
    """What a page points at is there, before the login and after it, and its forms ask for all that is needed."""

    zh = "登录前后，装置各页面所指的每个地址均可打开，表单字段齐全。"
    checks = beside(
        pages_judge.LINKS, pages_judge.FORMS, pages_judge.OWN_FORM.sometimes(), pages_judge.CHOICES.sometimes()
    )
    remark = Text(
        "no clause says how pages hang together; what a page offers and nobody can open is not offered",
        "没有条文规定页面之间如何链接，但页面所示而无法打开的功能等于没有提供",
    )
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE.configured(emission_sources=(("e01.energy", "purchased electricity"),)).but(centres=("A",))
    most = 80

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        doors = [door for door in people.doors if people.access.doors[door].cookies]
        outcomes: frozenset[str] = frozenset()
        if people.access.audit is not None:
            for door in doors:
                await people.login(door, people.access.of_role(people.roles()[0]), password=WRONG, told="wrong")
            outcomes = frozenset(row.outcome for row in await people.log.audit("all") if row.outcome)
        for door in doors:
            await people.pages.follow_links(Session(door), self.most)
            for role in people.roles():
                session = await people.login(door, people.access.of_role(role))
                if session is not None:
                    await people.pages.follow_links(session, self.most)
                    await people.pages.outcomes_chosen(session, outcomes)
        known = people.access.rounds
        forms_told(bench, () if known is None else (known.set,))
        for door in doors:
            for name in people.access.doors[door].forms:
                pages_judge.AT_A_PAGE.put(bench, pages_judge.Form(door=door, function=name))

    def judge(self, history: History) -> Iterator[Finding]:
        yield pages_judge.links_finding(history)
        yield pages_judge.forms_finding(history)
        yield from pages_judge.own_form_findings(history)
        yield from pages_judge.choices_findings(history)
