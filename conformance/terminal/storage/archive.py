"""Stored data as a whole: a year's backup, export and import, emission sources, six months and five years (R-30, R-31).

Leaves what outlasts lost power to `storage`. A case carries a terminal's sets as they are and never looks into them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Case, Finding, Rig
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Configuration, Scenario
from conformance.common.actions import counters, points
from conformance.common.times import DAY, HOUR, MINUTE, SECOND, floor
from conformance.terminal import HJ212_WINDOW, LOCAL, MODBUS
from conformance.terminal.storage import archive_judge

_AUTHOR = "Li Wei"
_MANUAL = "acquisition.manual-entry"
_SETS, _TABLES = "storage.sets", "storage.tables"
_BY_SOURCE, _CAPACITY = "storage.by-source", "storage.capacity"


async def _replaced(bench: Bench) -> None:
    """Another device of the same kind, configured alike and empty, stands in the terminal's place."""
    await bench.power.cut()
    bench.terminal.empty()
    await bench.clock.sleep(minutes=1)
    await bench.power.restore()
    await bench.clock.sleep(minutes=2)


async def _read(bench: Bench, kinds: Sequence[str], which: Sequence[str], from_us: int, to_us: int) -> None:
    for kind in kinds:
        for point in which:
            await bench.operator.records(kind, point, from_us, to_us)


class BacksUpOneYear(Case):
    """A set of 366 days is made while acquisition runs; an altered one is refused; on an empty terminal all is back."""

    zh = "采集不中断时生成 366 天备份；改动一位的备份被拒绝；在清空的终端上恢复后数据与设置逐条一致。"
    checks = {
        archive_judge.SET_MADE: ("isc-2/9.1h", "isc-2/4.4i"),
        archive_judge.ACQUIRES_MEANWHILE: ("isc-2/9.1h",),
        archive_judge.ALTERED_SET_REFUSED: ("isc-2/4.4j",),
        archive_judge.RESTORED_ALIKE: ("isc-2/9.1h", "isc-2/4.4j"),
        archive_judge.SETTINGS_RESTORED: ("isc-2/4.4j",),
        archive_judge.LOG_NOT_REPLACED: ("isc-2/4.4j",),
    }
    needs = (MODBUS, HJ212_WINDOW, LOCAL, _MANUAL, "storage.backup-1-year")
    rigs = Rig.VIRTUAL | Rig.PROCESS
    scenario = Scenario(
        start="2026-03-01T22:30:00+08:00",
        circuits=1,
        points=2,
        centres=("H",),
        centre_options=(("H", {"schedule": "window", "upload_time": "20:00:00"}),),
        kinds=("day",),
    )
    days = 366

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        today, chance = floor(start, DAY), bench.chance("days")
        (counter, *_) = counters(bench)
        # The year is entered by hand, day by day; two hours of it are measured.
        for number in range(self.days, 0, -1):
            value = f"{chance.randrange(30_000, 36_000) / 100:.2f}"
            await bench.operator.manual_entry(counter, "day", today - number * DAY, value, _AUTHOR, "paper ledger")
        await bench.operator.set_upload_time("H", "21:00:00", _AUTHOR)
        await bench.clock.sleep(minutes=40)
        async with bench.links["field"].cut():
            await bench.clock.sleep(minutes=5)
        await bench.clock.sleep(minutes=65)
        now = floor(bench.clock.now_us(), MINUTE) - 2 * MINUTE
        spans = (today - self.days * DAY, now)
        await self.look(bench, *spans)
        await bench.clock.sleep(1)
        stored = await bench.operator.backup(*spans)
        await bench.clock.sleep(minutes=10, seconds=30)
        for point in points(bench):
            await bench.operator.readings(point, now - 5 * MINUTE, bench.clock.now_us())
        await bench.clock.sleep(1)
        await _replaced(bench)
        await bench.operator.log(start)
        await bench.clock.sleep(1)
        if stored:
            at = chance.randrange(len(stored))
            await bench.operator.restore(stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :], _AUTHOR)
            await bench.clock.sleep(1)
            await self.look(bench, *spans)
            await bench.clock.sleep(1)
            await bench.operator.restore(stored, _AUTHOR)
        await bench.clock.sleep(minutes=2)
        await self.look(bench, *spans)
        await bench.operator.log(start)

    async def look(self, bench: Bench, from_us: int, to_us: int) -> None:
        """Everything that the set has to bring back, as the terminal shows it."""
        recent = to_us - 3 * HOUR
        await _read(bench, ("day",), points(bench), from_us, to_us)
        await _read(bench, ("minute", "quarter", "hour"), points(bench), recent, to_us)
        for point in points(bench):
            await bench.operator.readings(point, recent, to_us - MINUTE)
            await bench.operator.export("hour", point, recent, to_us)
        await bench.operator.manual_entries(counters(bench)[0], from_us, to_us)
        await bench.operator.centres()

    def judge(self, history: History) -> Iterator[Finding]:
        yield from archive_judge.restore_findings(history)


class ExportsAndImports(Case):
    """Stored data go out as a file for people, whole and right, and as a set that another terminal takes in."""

    zh = "存储数据可导出为可读文件（完整、正确、带单位），亦可导出后由另一终端导入。"
    checks = {
        archive_judge.EXPORTED_WHOLE: ("isc-2/7.2.3c", "isc-2/7.2.3-B(4)b", "csmt/11.4b-1", "csmt/11.9c"),
        archive_judge.EXPORTED_RIGHT: ("isc-2/7.2.3c", "isc-2/7.2.3-B(4)b", "csmt/11.4b-1"),
        archive_judge.EXPORTED_UNITS: ("isc-2/7.2.3-B(4)b",),
        archive_judge.IMPORTED_ALIKE: ("isc-2/7.2.3b",),
    }
    needs = (MODBUS, LOCAL, _SETS, _TABLES)
    rigs = Rig.VIRTUAL | Rig.PROCESS
    scenario = Scenario(circuits=1, points=2, meters=("gas",), centres=(), kinds=())
    kinds = ("minute", "quarter", "hour")

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=3, minutes=5)
        now = floor(bench.clock.now_us(), HOUR)
        await _read(bench, self.kinds, points(bench), start, now)
        for kind in self.kinds:
            for point in points(bench):
                await bench.operator.export(kind, point, start, now)
        await bench.clock.sleep(1)
        stored = await bench.operator.backup(start, now)
        await _replaced(bench)
        await _read(bench, self.kinds, points(bench), start, now)
        await bench.clock.sleep(1)
        if stored:
            await bench.operator.restore(stored, _AUTHOR)
        await bench.clock.sleep(minutes=2)
        await _read(bench, self.kinds, points(bench), start, now)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from archive_judge.export_findings(history, self.kinds)
        yield from archive_judge.import_findings(history)


class KeepsByEmissionSource(Case):
    """What is stored is found under the emission source of its point, also after a restart, and nothing else there."""

    zh = "数据按所属排放源分类存储，重启后仍可按排放源取出，且不混入其它数据。"
    checks = {
        archive_judge.SOURCES_NAMED: ("isc-2/7.2.3a",),
        archive_judge.FOUND_UNDER_THEIR_SOURCE: ("isc-2/7.2.3a", "isc-2/7.3f", "csmt/11.9a"),
        archive_judge.NOTHING_FOREIGN_THERE: ("isc-2/7.2.3a", "isc-2/7.3f"),
        archive_judge.DIRECT_KEPT: ("isc-2/5.3a",),
        archive_judge.INDIRECT_KEPT: ("isc-2/5.3b",),
    }
    needs = (MODBUS, LOCAL, _BY_SOURCE)
    sources = (
        ("e01.energy", "purchased electricity"),
        ("e02.energy", "purchased electricity"),
        ("e03.energy", "auxiliary electricity"),
        ("gas.volume", "fossil fuel combustion"),
        ("steam.mass", "purchased heat"),
    )
    scenario = Scenario(
        circuits=3,
        points=1,
        maps=("adl3000",),
        meters=("gas", "steam"),
        centres=(),
        kinds=(),
        configuration=Configuration(emission_sources=sources),
    )
    kinds = ("quarter", "hour")
    kept = {
        archive_judge.DIRECT_KEPT: ("gas.volume",),
        archive_judge.INDIRECT_KEPT: ("e01.energy", "e02.energy", "steam.mass"),
    }

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        archive_judge.SOURCES.put(bench, archive_judge.Sources(by_point=dict(self.sources)))
        await bench.clock.sleep(hours=2, minutes=20)
        await bench.power.off(60)
        await bench.clock.sleep(minutes=50)
        await bench.operator.emission_sources()
        for name in dict.fromkeys(name for _, name in self.sources):
            for kind in self.kinds:
                await bench.operator.classified(name, kind, start, floor(bench.clock.now_us(), HOUR))

    def judge(self, history: History) -> Iterator[Finding]:
        yield from archive_judge.class_findings(history, self.kinds)
        yield from archive_judge.activity_findings(history, self.kinds, self.kept)


class KeepsForYears(Case):
    """Readings and minute values of 184 d ago and all other values of 1 827 d ago are there, also after a restart."""

    zh = "184 d 前的读数和分钟值、1 827 d 前的其它时段值仍在，重启后亦然。"
    checks = {
        archive_judge.KEPT_SIX_MONTHS: ("isc-2/7.2.3-B(4)a",),
        archive_judge.KEPT_FIVE_YEARS: ("isc-2/9.2b",),
        archive_judge.RAW_AGE_SET: ("isc-2/7.2.3-B(4)a",),
        archive_judge.AGE_SET: ("isc-2/9.2b",),
    }
    needs = (MODBUS, LOCAL, _CAPACITY)
    rigs = Rig.VIRTUAL | Rig.PROCESS | Rig.LOOPBACK
    scenario = Scenario(
        start="2026-03-01T23:29:30+08:00", circuits=1, points=2, minute_interval=1, centres=(), kinds=()
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=24, minutes=40)
        await bench.operator.capacity()
        await self.look(bench, start)
        await bench.clock.sleep(1)
        aged, stepped = await self.age(bench, start, archive_judge.RAW_DAYS, 0)
        archive_judge.SIX_MONTHS.put(bench, archive_judge.Aged(aged_s=aged))
        await self.look(bench, start)
        aged, _ = await self.age(bench, start, archive_judge.SETTLED_DAYS, stepped)
        await bench.power.off(60)
        await bench.clock.sleep(minutes=2)
        archive_judge.FIVE_YEARS.put(bench, archive_judge.Aged(aged_s=aged + 180))
        await self.look(bench, start)

    async def age(self, bench: Bench, start_us: int, days: int, stepped_s: int) -> tuple[int, int]:
        """Step the terminal's clock until its first record is so many days old less half an hour.

        Its age then (s), and by how much the clock has been stepped in all.
        """
        wait_s = 900
        now_s = (bench.clock.now_us() - start_us) // SECOND + stepped_s
        step_s = days * 86_400 - 1800 - wait_s - now_s
        await bench.terminal.step_clock(step_s)
        await bench.clock.sleep(wait_s)
        return now_s + step_s + wait_s, stepped_s + step_s

    async def look(self, bench: Bench, start_us: int) -> None:
        """The first hours of every point, and its first day."""
        for point in points(bench):
            await bench.operator.readings(point, start_us, start_us + 4 * HOUR)
        await _read(bench, ("minute",), points(bench), start_us, start_us + 4 * HOUR)
        await _read(bench, ("quarter", "hour", "day"), points(bench), start_us, start_us + 24 * HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from archive_judge.age_findings(history)
        yield from archive_judge.told_age_findings(history)


class HasRoomForYears(Case):
    """By what a day of 100 000 readings and values takes, the room reserved is enough for six months and five years."""

    zh = "按一日 10 万条记录的实测增长外推，预留空间可容纳六个月原始数据和五年汇总数据。"
    checks = {
        archive_judge.ROOM_SUFFICES: ("isc-2/9.2b",),
    }
    needs = (MODBUS, LOCAL, _CAPACITY)
    # Points enough for 100 000 readings and values in a day when read once a minute.
    scenario = Scenario(
        circuits=0,
        meters=("types",),
        minute_interval=1,
        centres=(),
        kinds=(),
        tell_declared=True,
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=5)
        await bench.operator.capacity()
        await bench.clock.sleep(hours=24)
        await bench.operator.capacity()

    def judge(self, history: History) -> Iterator[Finding]:
        yield from archive_judge.room_findings(history)
