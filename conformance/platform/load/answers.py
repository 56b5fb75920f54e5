"""A platform answers people in time while many are online and fifty at work."""

from __future__ import annotations

from datetime import UTC, datetime

from bench.case import Rig, beside
from bench.dut.platform.vocabulary.accounting import TREND
from bench.dut.platform.vocabulary.base import EMISSIONS, ENTERPRISE, ENTRY, FACTOR, POINT, RECORDS
from bench.facade.bench import Bench
from bench.facade.load import Question
from bench.history import History
from bench.load.plan import People, Plan, Stage, Target
from conformance.common.platforms import load as platform_load
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.load import answers_judge as judge

_POINTS = judge.POINTS
_MONTHS = 12
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
_ZONE = 8 * _HOUR
_WORDS = ("manager-a", "clerk-a", "operator-of-park", "administrator")

FAMILY = "load"


class AnswersInTime(PlatformCase):
    """With 1,001 users online and 50 of them at work questions are answered in time, and hardly any fails."""

    zh = "1001 个用户在线、其中 50 个并发工作时，各类操作按时应答，失败率在限值内。"
    checks = {
        judge.MEANS["interactive"]: ("cpcif/6.2a-1",),
        judge.PEAKS["interactive"]: ("cpcif/6.2a-2",),
        judge.MEANS["simple"]: ("cpcif/6.2b-1",),
        judge.MEANS["complex"]: ("cpcif/6.2b-2",),
        judge.MEANS["analysis"]: ("cpcif/6.2c-1",),
        judge.PEAKS["analysis"]: ("cpcif/6.2c-2",),
        judge.MEANS["report"]: ("cpcif/6.2d-1",),
        judge.PEAKS["report"]: ("cpcif/6.2d-2",),
        judge.QUERY: ("ssea/6.4a", "ssea/4.2.2b"),
        judge.ONLINE: ("cpcif/6.2e-1",),
        judge.CONCURRENT: ("cpcif/6.2e-2",),
        judge.FAILURES: ("cpcif/6.3c",),
        **beside(judge.YEARS_HELD, platform_load.RULED, *platform_load.OWN),
    }
    needs = (OBJECTS,)
    rigs = Rig.LOOPBACK | Rig.PROCESS | Rig.LAB
    proof = Rig.LOOPBACK
    once = True

    async def drive(self, bench: Bench) -> None:
        """Years of data, sessions, a ramp, the steady load that is judged, then more and more people at work."""
        figures = bench.load.figures
        begins = await self._filled(bench, figures.years)
        months = self._months(begins, figures.years + 1)
        year, end = months[-2 * _MONTHS], months[-_MONTHS]
        span = {"from_": year, "to": end}
        whole = {"of": "enterprise", "id": "A", **span}
        month = {"point": "L01", "period": "month", "from_": year, "to": self._months(year, 1)[1]}
        questions = (
            Question("light", ENTERPRISE, "list"),
            Question("simple", RECORDS, fields=month),
            Question("complex", EMISSIONS, fields={**whole, "period": "month"}),
            Question("interactive", POINT, "list"),
            Question("analysis", TREND, fields={**whole, "quantity": "emission", "period": "month"}),
            Question("report", EMISSIONS, fields={**whole, "period": "year"}),
            Question("entry", ENTRY, "create", self._entry("L01", year, "1.5")),
        )
        actions = await bench.load.actions(bench.platform, "manager-a", questions)
        aim = await bench.load.people_at(bench.platform, _WORDS, figures.online)
        await bench.load.make(
            Plan(
                name="answers",
                seed=bench.seed,
                target=Target(host=aim.host, port=aim.port),
                people=People(online=max(figures.online - figures.active, 1)),
                actions=actions,
                stages=(
                    Stage(name="ramp", for_s=figures.ramp_s, active=figures.active, judged=False),
                    Stage(name="steady", for_s=figures.steady_s, active=figures.active),
                    *(
                        Stage(name=f"step-{active}", for_s=figures.step_s, active=active, judged=False)
                        for active in figures.steps
                    ),
                ),
                settle_s=5,
            ),
            aim,
        )

    async def _filled(self, bench: Bench, years: int) -> int:
        """Points of an enterprise, and a value of each for every month of so many years; the first instant of them."""
        desk = await bench.platform.login("administrator")
        await desk.create(ENTERPRISE, id="A", name="Works A / 甲厂", sector="steel", region="CN-13")
        begins = self._year(bench.clock.now_us() - years * 365 * _DAY)
        factor = {"carrier": "coke", "unit": "tCO2/t", "source": "test", "valid_from": begins}
        await desk.create(FACTOR, value="2.86", **factor)
        points = [f"L{number:02d}" for number in range(1, _POINTS + 1)]
        for point in points:
            await desk.create(
                POINT,
                id=point,
                enterprise="A",
                code=point,
                carrier="coke",
                unit="t",
                kind="counter",
                source_class="fuel",
            )
        rows = [
            self._entry(point, start, f"{100 + 7 * place + number}.25")
            for place, point in enumerate(points)
            for number, start in enumerate(self._months(begins, years))
        ]
        await desk.enter(ENTRY, rows)
        for point in points:
            await desk.ask(
                RECORDS, point=point, period="month", from_=begins, to=self._months(begins, years + 1)[-_MONTHS]
            )
        return begins

    def _entry(self, point: str, start: int, value: str) -> dict[str, object]:
        return {
            "point": point,
            "enterprise": "A",
            "period": "month",
            "start": start,
            "value": value,
            "unit": "t",
            "evidence": "meter",
            "reason": "load",
        }

    def _year(self, at_us: int) -> int:
        """The beginning of the calendar year (local time) of an instant."""
        return next(iter(self._months(at_us, 1)))

    def _months(self, begins: int, years: int) -> list[int]:
        """The beginnings of months (local time) of so many calendar years, from the year of an instant on."""
        first = datetime.fromtimestamp((begins + _ZONE) // 1_000_000, UTC).year
        return [
            int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1_000_000 - _ZONE
            for year in range(first, first + years)
            for month in range(1, _MONTHS + 1)
        ]

    def judge(self, history: History):
        """Against the limits."""
        yield from judge.findings(history)
