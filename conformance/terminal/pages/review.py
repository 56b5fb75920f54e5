"""Review before reporting: a value by hand counts once another person has released it (CSMT 11.13).

Leaves what a released value does to totals and uploads to `processing`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from conformance.terminal import ACCOUNTS, FUNCTIONS, MODBUS
from conformance.terminal.access.logins import OFFICE
from conformance.terminal.access.rights import begin
from conformance.terminal.pages import review_judge
from conformance.terminal.pages.pages import at_pages


class ReviewsBeforeReporting(Case):
    """What one person enters counts only after another has released it, whatever way the first one tries."""

    zh = "一人填报的数据须经另一人审核发布后才生效，填报人自己不能发布。"
    checks = {
        review_judge.WAITS: ("csmt/11.13o",),
        review_judge.NOT_BY_ONESELF: ("csmt/11.13o",),
        review_judge.COUNTS: ("csmt/11.13o",),
        **beside(review_judge.WAITING_SHOWN.sometimes()),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        known = people.access.review
        if known is None:
            return
        enter, release = people.access.function(known.enter), people.access.function(known.release)
        await bench.clock.sleep(hours=1)
        writer, checker = (people.access.of_role(function.may[0]) for function in (enter, release))
        door = next((each for each in enter.doors if each in release.doors), enter.doors[0])
        session = await people.login(door, writer)
        if session is None:
            return
        await people.use(known.enter, session, trick="entered", query={"mark": review_judge.MARK})
        number = await people.upkeep.reviewed("entered", review_judge.MARK)
        await people.use(known.release, session, trick="by-oneself", object=number)
        await people.upkeep.reviewed("by oneself", review_judge.MARK)
        for page, _ in at_pages(people, known.waiting)[:1]:
            looker = await people.login(page, checker)
            if looker is not None:
                await people.pages.shown(known.waiting, looker)
        other = await people.login(door, checker)
        if other is not None:
            await people.use(known.release, other, trick="by-another", object=number)
        await bench.clock.sleep(seconds=10)
        await people.upkeep.reviewed("by another", review_judge.MARK)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from review_judge.findings(history)
        yield from review_judge.shown_findings(history)
