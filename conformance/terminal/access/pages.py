"""Configuration at the product's own pages: network, acquired items, formulas (CSMT 10.6.3; ISC-2 8.2).

Leaves what a configuration does to values and uploads to `management`, who may configure to `rights`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Text, beside
from bench.dut.access import Function
from bench.dut.access.visit import Session
from bench.facade.bench import Bench
from bench.facade.people import People
from bench.history import History
from conformance.terminal import ACCOUNTS, FUNCTIONS, MANAGEMENT, MODBUS, MUTUAL_TLS
from conformance.terminal.access import pages_judge
from conformance.terminal.access.audit import EVENTFUL
from conformance.terminal.access.logins import OFFICE
from conformance.terminal.access.rights import begin
from conformance.terminal.management.management import METHOD, management_of

FAMILY = "pages"
_LOOKS_S = 40


def at_pages(people: People, name: str) -> list[tuple[str, Function]]:
    """A function where it can be had by the requests of a page."""
    return [(door, each) for door, each in people.where(name) if people.access.doors[door].cookies]


class ConfiguresByPage(Case):
    """Network, acquired items and formulas are configured at the pages of the product, and act."""

    zh = "在装置自带页面上可配置网络属性、采集数据项和计算公式，配置即时生效。"
    checks = {
        pages_judge.NETWORK: ("csmt/10.6.3a", "isc-2/8.2f"),
        pages_judge.ITEMS: ("csmt/10.6.3b", "isc-2/8.2f", "csmt/11.3-1"),
        pages_judge.FORMULA: ("csmt/10.6.3c", "isc-2/8.2f"),
        pages_judge.DIAGNOSIS: ("isc-2/8.2g",),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, MUTUAL_TLS, MANAGEMENT)
    scenario = EVENTFUL

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
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


class LeadsSomewhere(Case):
    """What a page points at is there, before the login and after it, and its forms ask for all that is needed."""

    zh = "登录前后，装置各页面所指的每个地址均可打开，表单字段齐全。"
    checks = beside(pages_judge.LINKS, pages_judge.FORMS)
    remark = Text(
        "no clause says how pages hang together; what a page offers and nobody can open is not offered",
        "没有条文规定页面之间如何链接，但页面所示而无法打开的功能等于没有提供",
    )
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE.configured(emission_sources=(("e01.energy", "purchased electricity"),))
    most = 80

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        doors = [door for door in people.doors if people.access.doors[door].cookies]
        for door in doors:
            await people.pages.follow_links(Session(door), self.most)
            for role in people.roles():
                session = await people.login(door, people.access.of_role(role))
                if session is not None:
                    await people.pages.follow_links(session, self.most)

    def judge(self, history: History) -> Iterator[Finding]:
        yield pages_judge.links_finding(history)
        yield pages_judge.forms_finding(history)
