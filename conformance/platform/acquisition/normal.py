"""Flags, limits, gaps and units: what a platform makes of data before it reckons with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bench.case import Check
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.park import Park, Terminal
from conformance.common.times import DAY, HOUR, ceil
from conformance.platform import PlatformCase
from conformance.platform.acquisition import FED, JSON, normal_judge
from conformance.platform.driving import READER, ask_points, fed, points_with, sleep_until
from conformance.platform.parks import SMALL, flow, level, with_senders


def _with(park: Park, *points: object) -> Park:
    """The park with further points of its first enterprise."""
    first, *others = park.enterprises
    return park.but(enterprises=(replace(first, points=(*first.points, *points)), *others))


class CountsWhatIsValidAndWhole(PlatformCase):
    """Flagged and impossible values are shown and never counted; sums are right; a gap is told, a whole hour too."""

    zh = "标记无效与超限的数据照原值显示但不计入；合计正确；缺失时段如实标明，完整时段标为完整。"
    checks = {
        normal_judge.INVALID_TOLD: ("ssea/5.2.3.3-1",),
        normal_judge.INVALID_NOT_COUNTED: ("ssea/5.2.3.3-1",),
        normal_judge.SUMS_RIGHT: ("ssea/5.2.3.3-2",),
        normal_judge.LACK_TOLD: ("ssea/5.2.3.3-4",),
        normal_judge.WHOLE_TOLD: ("ssea/5.2.3.3-4",),
    }
    needs = FED
    scenario = PlatformCase.scenario.but(
        park=with_senders(
            _with(
                SMALL,
                level("A.top-temperature", "A1", "degC", "120", "260", low="0", high="600"),
                # Its values are the limit itself, which is not beyond it.
                level("A.valve", "A1", "%", "100", "100", low="0", high="100"),
            ),
            classes=("realtime", "minute"),
            realtime_s=600,
            minute_interval=10,
        )
    )

    async def drive(self, bench: Bench) -> None:
        """Four hours: one with flags, one with an impossible value, one with a gap, and whole ones."""
        start_us = bench.clock.now_us()
        await fed(bench)
        one, two = bench.senders["A1"], bench.senders["B1"]
        await bench.clock.sleep(minutes=65)
        with one.flags("D", "A.coke"), two.flags("B", "B.coal"):
            await bench.clock.sleep(minutes=20)
        await bench.clock.sleep(minutes=40)
        with one.wrong(100, 1, "A.top-temperature"):
            await bench.clock.sleep(minutes=20)
        await bench.clock.sleep(minutes=40)
        with one.withholds("A.power-bought"), two.withholds():
            await bench.clock.sleep(minutes=20)
        await bench.clock.sleep(minutes=36)
        await bench.senders.settle()
        desk = await bench.platform.login(READER)
        for kind in ("realtime", "minute"):
            await ask_points(desk, points_with(bench, kind), (kind,), start_us, bench.clock.now_us())
        await ask_points(desk, points_with(bench, "minute"), ("hour",), start_us, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Check]:
        """Records and hours."""
        yield from normal_judge.findings(history)


class CountsHoursAtMidnight(PlatformCase):
    """Of meters that are read every ten minutes the hours at midnight are as right as those before them."""

    zh = "每 10 min 抄读的表计，零点前后的小时量与其前各小时同样准确。"
    checks = {normal_judge.AT_MIDNIGHT: ("ssea/5.2.3.3-2",)}
    needs = FED
    once = True
    scenario = PlatformCase.scenario.but(
        start="2026-03-02T20:55:00+08:00", park=with_senders(SMALL, classes=("realtime",), realtime_s=600)
    )

    async def drive(self, bench: Bench) -> None:
        """The last two hours of a day whole, and the first of the next."""
        start_us = bench.clock.now_us()
        await fed(bench)
        await sleep_until(bench, ceil(start_us + 2 * HOUR, DAY) + HOUR + HOUR // 30)
        await bench.senders.settle()
        desk = await bench.platform.login(READER)
        await ask_points(desk, points_with(bench, "realtime"), ("realtime", "hour"), start_us, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Check]:
        """Hours by their readings."""
        yield from normal_judge.midnight_findings(history)


_LATER = ("A.later-coke", "A.later-coal")
_OTHER_UNITS = Park(
    enterprises=(
        replace(
            SMALL.enterprises[0],
            terminals=(Terminal("A1"), Terminal("A2")),
            points=(
                flow("A.power-bought", "A1", "electricity", "MWh", "48.6", kept="kWh", source_class="electricity"),
                flow("A.heat", "A1", "heat", "MJ", "36400", kept="GJ", source_class="heat", decimals=0),
                flow("A.electrode", "A1", "electrode", "kg", "186", kept="t", source_class="process", decimals=1),
                flow("A.coke", "A1", "coke", "t", "61.25", kept="kg"),
                flow("A.lamps", "A1", "electricity", "Wh", "7350", kept="kWh", source_class="electricity", decimals=0),
                flow("A.sf6", "A1", "SF6", "g", "9.25", kept="kg", source_class="process", decimals=2),
                *(flow(name, "A2", name.partition("-")[2], "t", "21.5") for name in _LATER),
            ),
        ),
    ),
)


class ConvertsUnits(PlatformCase):
    """What terminals send in MWh, Wh, MJ, kg, g and t is kept in kWh, GJ, t and kg, exactly, of each point its own."""

    zh = "以 MWh、Wh、MJ、kg、g、t 上传的数据精确换算为 kWh、GJ、t、kg 保存，各监测点只含本编码的数据。"
    checks = {
        normal_judge.CONVERTED: ("ssea/5.2.3.3-3", "cpcif/4.2.1b"),
        normal_judge.OWN_VALUES: ("cpcif/5.1.1-0",),
    }
    needs = (*FED, JSON)
    scenario = PlatformCase.scenario.but(
        park=with_senders(_OTHER_UNITS, kind="https", classes=("realtime", "minute", "hour"), minute_interval=15)
    )

    async def drive(self, bench: Bench) -> None:
        """An hour; the points of one terminal are made one after the other while it sends."""
        start_us = bench.clock.now_us()
        await bench.park.set_up(but=_LATER)
        bench.senders.connect()
        for point in _LATER:
            await bench.clock.sleep(minutes=18)
            await bench.park.add(point)
        await bench.clock.sleep(minutes=25)
        await bench.senders.settle()
        desk = await bench.platform.login(READER)
        for kind in ("realtime", "minute", "hour"):
            await ask_points(desk, points_with(bench, kind), (kind,), start_us, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Check]:
        """Records in the point's unit, and whose they are."""
        yield from normal_judge.unit_findings(history)
        yield normal_judge.own_finding(history)
