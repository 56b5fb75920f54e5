"""A session that somebody ended by logging out opens nothing any more, and one that stands keeps nobody else out."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding, beside
from bench.dut.platform.vocabulary.base import ENTERPRISE
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.access import sessions_judge as judge


class EndsSessions(PlatformCase):
    """Whoever logs out is out: what opened the session before is refused afterwards, to a new login it opens."""

    zh = "退出登录后原会话不能再使用，重新登录后可正常使用。"
    checks = {judge.ENDED: ("isc-1/4.7b",), **beside(judge.OVER)}
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        """A list before logging out, after it, and after another login."""
        chance = works.chance_of(bench, "sessions")
        await works.set_up(bench, chance, ("A.coke",))
        people = bench.platform.people
        for word in ("manager-a", "operator-of-park"):
            desk = await bench.platform.login(word)
            if desk.session is None or not people.access.doors[works.door_of(bench)].logout:
                continue
            await desk.list(ENTERPRISE)
            over = desk.session.copy()
            # What has an account logs in anew by itself where its session has ended.
            over.account = None
            await people.logout(desk.session)
            await bench.clock.sleep(seconds=1)
            judge.OUT.put(bench, judge.Whose(word=word))
            await Desk(bench.platform, word, over).list(ENTERPRISE)
            await bench.clock.sleep(seconds=1)
            judge.AGAIN.put(bench, judge.Whose(word=word))
            desk = await bench.platform.login(word)
            await desk.list(ENTERPRISE)
        for door, known in people.access.doors.items():
            if known.cookies:
                await self._one_after_the_other(bench, door)

    async def _one_after_the_other(self, bench: Bench, door: str) -> None:
        """Two people at one browser, the second of whom finds the session of the first."""
        people = bench.platform.people
        first = await people.login(door, "manager-a")
        if first is not None:
            await people.login(door, "operator-of-park", step=judge.BEHIND, browser=first)

    def judge(self, history: History) -> Iterator[Finding]:
        """What each list gave."""
        yield judge.finding(history)
        yield from judge.over_finding(history)
